//! The kernel's own functions and types: called, asked about, and compared with what the kernel has.

use bpfl_runtime::run::Input;

use crate::{global, ready, session, told};

/// What a program gives and has seen, both with relocations that the kernel applies and with those that
/// the loader does.
fn run(source: &str, name: &str) -> Option<(u32, i128)> {
    if !ready() {
        return None;
    }
    let [of_kernel, of_loader] = [false, true].map(|here| run_once(source, name, here));
    assert_eq!(of_kernel, of_loader);
    Some(of_kernel)
}

fn run_once(source: &str, name: &str, here: bool) -> (u32, i128) {
    let mut session = session(source);
    if here {
        session.relocate_here();
    }
    let output = session.test_run(name, &Input { context: &[0; 8], ..Input::default() });
    let output = output.unwrap_or_else(|error| panic!("{}", told(&error)));
    (output.value, global(&mut session, "seen"))
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
fn memory_of_any_type_is_void() {
    let source = "(defkfunc bpf-copy-from-user-str ((dst (ptr void)) (size u32) (from (ptr u8)) (flags u64))
           :returns i32)
         (defvar text (array u8 16))
         (defvar seen u64)
         (defprog p (:type :syscall)
           (let ((no-user-memory (u64 0)))
             (when (= (bpf-copy-from-user-str text 16 (stack-addr no-user-memory) 0) -14) (setf seen 7)))
           0)";
    assert!(run(source, "p").is_none_or(|found| found == (0, 7)));
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

/// Asks for a connection that there is not.
const CONNECTION: &str = "
    (defstruct bpf-ct-opts
      (netns-id i32) (error i32) (l4proto u8) (dir u8) (ct-zone-id u16) (ct-zone-dir u8)
      (reserved (array u8 3)))
    (defkfunc bpf-xdp-ct-lookup
      ((xdp-ctx (ptr xdp-md)) (tuple (ptr bpf-sock-tuple)) (tuple-sz u32) (opts (ptr bpf-ct-opts))
       (opts-sz u32))
      :returns (nullable (ptr nf-conn)))
    (defkfunc bpf-ct-release ((ct (ptr nf-conn))))
    (defvar error i64)
    (defprog look (:type :xdp)
      (let ((tuple (make-bpf-sock-tuple :ipv4-saddr 1 :ipv4-daddr 2))
            (opts (make-bpf-ct-opts :netns-id -1 :l4proto IPPROTO_TCP)))
        (let ((ct (bpf-xdp-ct-lookup (ctx-ptr) tuple 12 opts (sizeof bpf-ct-opts))))
          (if ct (bpf-ct-release ct) (setf error (i64 (bpf-ct-opts-error opts))))))
      XDP_PASS)";

#[test]
fn a_kernel_function_reads_and_writes_memory() {
    let vmlinux = std::fs::read(bpfl_runtime::KERNEL_BTF).unwrap_or_default();
    let there = vmlinux.windows(17).any(|bytes| bytes == b"bpf_xdp_ct_lookup");
    if !ready() || !there {
        println!("skipped: this kernel has no function to look connections up");
        return;
    }
    let mut session = session(CONNECTION);
    let input = Input { data: &[0; 64], ..Input::default() };
    session.test_run("look", &input).unwrap_or_else(|error| panic!("{}", told(&error)));
    assert_eq!(global(&mut session, "error"), -2, "-ENOENT, which the function wrote");
}

#[test]
fn a_symbol_without_a_type_is_its_address() {
    if !ready() {
        return;
    }
    let list = std::fs::read_to_string("/proc/kallsyms").unwrap();
    let address = |line: &str| {
        let mut words = line.split_whitespace();
        let address = u64::from_str_radix(words.next()?, 16).ok()?;
        (words.nth(1)? == "bpf_prog_put" && address > 0).then_some(address)
    };
    let Some(address) = list.lines().find_map(address) else {
        return println!("skipped: the kernel does not tell addresses");
    };
    let source = "(defksym bpf_prog_put) (defvar found u64)
      (defprog p (:type :syscall) (setf found bpf-prog-put) 0)";
    let mut session = session(source);
    let ran = session.test_run("p", &Input::default());
    ran.unwrap_or_else(|error| panic!("{}", told(&error)));
    assert_eq!(global(&mut session, "found") as u64, address);
}

#[test]
fn a_symbol_that_is_not_there_is_named() {
    if !ready() {
        return;
    }
    let source = "(defksym nothing_is_called_so) (defvar found u64)
      (defprog p (:type :syscall) (setf found nothing-is-called-so) 0)";
    let error = told(&session(source).load().unwrap_err());
    assert!(error.contains("address of `nothing_is_called_so`"), "{error}");
}

/// The kernel finds variables among its symbols, which has them only with CONFIG_KALLSYMS_ALL.
#[test]
fn each_cpu_has_a_variable_of_its_own() {
    let source = "(defksym cpu_number i32 :percpu t) (defvar first i32 -1) (defvar mine i32 -1)
      (defprog p (:type :syscall)
        (when-let ((n (per-cpu-ptr cpu-number 0))) (setf first (deref n)))
        (setf mine (deref (this-cpu-ptr cpu-number)))
        0)";
    let types = std::fs::read(bpfl_runtime::KERNEL_BTF).unwrap_or_default();
    if !ready() || !types.windows(12).any(|name| name == b"\0cpu_number\0") {
        return println!("skipped: this kernel has no variable `cpu_number`");
    }
    let mut session = session(source);
    match session.test_run("p", &Input::default()) {
        Ok(_) => {
            let mine = session.global("mine").unwrap().as_int().unwrap();
            assert!(mine >= 0, "{mine}");
            assert_eq!(session.global("first").unwrap().as_int(), Some(0));
        }
        Err(error) => {
            let error = told(&error);
            assert!(error.contains("failed to find the address for kernel symbol 'cpu_number'"), "{error}");
            println!("skipped: this kernel's symbols have no variables");
        }
    }
}
