//! The kernel's own functions and types: called, asked about, and compared with what the kernel has.

use bpfl_runtime::run::Input;

use crate::{global, ready, session, told};

fn run(source: &str, name: &str) -> Option<(u32, i128)> {
    if !ready() {
        return None;
    }
    let mut session = session(source);
    let output = session.test_run(name, &Input { context: &[0; 8], ..Input::default() });
    let output = output.unwrap_or_else(|error| panic!("{}", told(&error)));
    Some((output.value, global(&mut session, "seen")))
}

#[test]
fn a_function_of_the_kernels_finds_a_task() {
    let source = format!(
        "(import-kernel-struct task-struct tgid pid)
         (defkfunc bpf-task-from-pid ((pid i32)) :returns (nullable (ptr task_struct)))
         (defkfunc bpf_task_release ((p (ptr task_struct))))
         (defvar seen u64)
         (defprog p (:type :syscall)
           (let ((task (bpf-task-from-pid {0})))
             (unless task (return 1))
             (setf seen (u64 (task-struct-pid task)))
             (bpf-task-release task))
           0)",
        std::process::id()
    );
    let Some((value, seen)) = run(&source, "p") else { return };
    assert_eq!((value, seen), (0, i128::from(std::process::id())));
}

#[test]
fn what_there_is_not_gives_null() {
    let source = "(defkfunc bpf_task_from_pid ((pid i32)) :returns (ptr task_struct))
         (defkfunc bpf_task_release ((p (ptr task_struct))))
         (defvar seen u64)
         (defprog p (:type :syscall)
           (when-let ((task (bpf-task-from-pid -5)))
             (bpf-task-release task)
             (return 1))
           (setf seen 7)
           0)";
    assert!(run(source, "p").is_none_or(|found| found == (0, 7)));
}

#[test]
fn several_functions_in_one_program() {
    let source = "(defkfunc bpf_rcu_read_lock ())
         (defkfunc bpf_rcu_read_unlock ())
         (defkfunc bpf_get_task_exe_file ((task (ptr task_struct))) :returns (nullable (ptr file)))
         (defvar seen u64)
         (defprog p (:type :syscall)
           (bpf-rcu-read-lock)
           (setf seen 3)
           (bpf-rcu-read-unlock)
           0)";
    assert!(run(source, "p").is_none_or(|found| found == (0, 3)));
}

#[test]
fn the_loader_answers_questions() {
    let source = "(defvar seen u64)
         (defprog p (:type :syscall)
           (when (kernel-field-exists task_struct tgid) (incf seen 1))
           (unless (kernel-field-exists task_struct no_such_member) (incf seen 2))
           (when (kernel-struct-exists tcp_sock) (incf seen 4))
           (unless (kernel-struct-exists no_such_struct) (incf seen 8))
           (when (kernel-enum-exists bpf_map_type BPF_MAP_TYPE_RINGBUF) (incf seen 16))
           (unless (kernel-enum-exists bpf_map_type BPF_MAP_TYPE_NONSENSE) (incf seen 32))
           (when (= (kernel-enum-value bpf_map_type BPF_MAP_TYPE_HASH) 1) (incf seen 64))
           (when (= (kernel-field-size task_struct comm) 16) (incf seen 128))
           (when (> (kernel-struct-size task_struct) 1000) (incf seen 256))
           0)";
    let Some((value, seen)) = run(source, "p") else { return };
    assert_eq!((value, seen), (0, 511));
}
