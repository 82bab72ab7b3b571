//! What depends on the kernel's types, in programs that were compiled for other types: applied by the
//! kernel, and by the loader as for older kernels.

use std::process;

use bpfl_compiler::kernel_btf::KernelBtf;
use bpfl_runtime::{run::Input, session::Session};
use object::{Object, ObjectSection};

use crate::{compiled, global, ready, told};

/// The types of the object that a source makes, as those of a kernel that nobody has.
fn types(source: &str) -> Vec<u8> {
    let object = compiled(source, KernelBtf::default());
    let file = object::File::parse(object.as_slice()).unwrap();
    file.section_by_name(".BTF").unwrap().data().unwrap().to_vec()
}

/// Members where no kernel has them: in other order, wider and narrower.
const STRANGE: &str = "
    (defstruct load-weight (inv-weight u64) (weight u64))
    (defstruct sched-entity (spare u64) (load load-weight))
    (defstruct task-struct
      (se sched-entity) (comm (array u8 4)) (flags u64) (tgid i32) (start-time u32) (spare (bits u8 3))
      (in-execve (bits u8 1)) (no-new-privs u32) (pid i32) (gone u32))
    (defmap strange :type :hash :key u32 :value task-struct :max-entries 1)";

/// Reads members of the thread that it runs in.
const READER: &str = "
    (import-kernel-struct task-struct pid tgid flags start-time in-execve comm (se load weight) gone)
    (defvar pid u64) (defvar tgid u64) (defvar flags u64) (defvar start u64) (defvar execve u64)
    (defvar name u64) (defvar weight u64) (defvar gone u64)
    (defprog look (:type :syscall)
      (let ((task (get-current-task-btf)))
        (setf pid (u64 (task-struct-pid task)) tgid (u64 (task-struct-tgid task)))
        (setf flags (task-struct-flags task) execve (u64 (task-struct-in-execve task)))
        (setf name (u64 (task-struct-comm task 0)))
        (setf start (u64 (task-struct-start-time task)))
        (setf weight (task-struct-se-load-weight task))
        (when (kernel-field-exists task_struct gone)
          (setf gone (u64 (task-struct-gone task)))))
      0)";

#[test]
fn members_are_found_wherever_the_kernel_has_them() {
    if !ready() {
        return;
    }
    let strange = types(STRANGE);
    let object = compiled(READER, KernelBtf::new(move || Ok(strange.clone())));
    for here in [false, true] {
        let mut session = Session::open(object.clone()).unwrap();
        if here {
            session.relocate_here();
        }
        let ran = session.test_run("look", &Input { context: &[0; 8], ..Input::default() });
        assert_eq!(ran.unwrap_or_else(|error| panic!("{}", told(&error))).value, 0);
        let mut seen = |name: &str| global(&mut session, name);
        let ids = (seen("pid"), seen("tgid"), seen("gone"), seen("execve"));
        assert_eq!(ids, (own_thread(), process::id().into(), 0, 0));
        // A nice value of 0 weighs 1024, scaled by 1024.
        assert_eq!(seen("weight"), 1024 * 1024);
        // `PF_FORKNOEXEC` and others that come and go are in the lower half, and nothing above it.
        assert!(seen("flags") > 0 && seen("flags") <= i128::from(u32::MAX));
        assert!(seen("start") > i128::from(u32::MAX), "a time of 64 bits");
        assert_eq!(seen("name"), i128::from(own_name()[0]));
    }
}

fn own_thread() -> i128 {
    let own = std::fs::read_link("/proc/thread-self").unwrap();
    own.file_name().unwrap().to_str().unwrap().parse().unwrap()
}

fn own_name() -> Vec<u8> {
    std::fs::read("/proc/thread-self/comm").unwrap()
}
