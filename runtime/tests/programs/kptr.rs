//! Pointers to the kernel's objects that maps' values keep.

use bpfl_runtime::{run::Input, session::Session, value::Value};

use crate::{global, ready, session as compile, told};

/// Runs the program `name` on a packet; what it gives.
fn run(session: &mut Session, name: &str) -> u32 {
    let output = session.test_run(name, &Input { data: &[0; 64], ..Input::default() });
    output.unwrap_or_else(|error| panic!("{}", told(&error))).value
}

/// The first numbers of the array `out`.
fn out(session: &mut Session) -> Vec<i128> {
    let map = session.map("out").unwrap();
    let number = |index| map.lookup(&Value::Int(index)).unwrap().unwrap().as_int().unwrap();
    (0..4).map(number).collect()
}

/// The numbers of this thread and process.
fn ids() -> (i128, i128) {
    (rustix::thread::gettid().as_raw_nonzero().get().into(), std::process::id().into())
}

#[test]
fn a_value_owns_a_reference() {
    if !ready() {
        return;
    }
    let mut session = compile(include_str!("../../../tests/cases/kptr/owned.lisp"));
    for _ in 0..3 {
        assert_eq!(run(&mut session, "p"), 1);
        let (thread, process) = ids();
        assert_eq!(out(&mut session), [0, thread, process, 1]);
    }
    // Userspace is not shown where the kernel's objects are.
    let value = session.map("kept").unwrap().lookup(&Value::Int(0)).unwrap().unwrap();
    let field = |name: &str| value.field(name).and_then(Value::as_int);
    assert_eq!((field("count"), field("task")), (Some(5), Some(0)));
}

#[test]
fn an_address_is_set_and_read() {
    if !ready() {
        return;
    }
    let mut session = compile(include_str!("../../../tests/cases/kptr/untrusted.lisp"));
    assert_eq!(run(&mut session, "p"), 1);
    assert_eq!(out(&mut session), [0, ids().0, i128::from(std::os::unix::process::parent_id()), 0]);
}

/// The kinds of maps that the catalogue says may have such pointers, and all structs that a value may own.
#[test]
fn the_catalogue_is_what_the_kernel_takes() {
    if !ready() {
        return;
    }
    use bpfl_stdlib::catalog::{kptr, map};
    for kind in map::MAPS.iter().filter(|kind| kptr::KINDS.contains(&kind.name)) {
        let key = if kind.btf { "" } else { ":key u32 :max-entries 1" };
        let source = format!(
            "(defstruct entry (n u32) (task (kptr task_struct)) (last (kptr-untrusted file)))
             (defmap kept :type :{} {key} :value entry)
             (defprog p (:type :tc) TC_ACT_OK)",
            kind.name
        );
        assert_eq!(run(&mut compile(&source), "p"), 0, ":{}", kind.name);
    }
    for row in kptr::OWNED {
        // The fields of what a map owns are freed by what the kernel has registered for the struct.
        let source = format!(
            "(defstruct entry (own (kptr {0})))
             (defmap kept :type :array :key u32 :value entry :max-entries 1)
             (defkfunc {1} ((p (ptr {0}))))
             (defprog p (:type :syscall)
               (when-let ((e (map-lookup kept 0)))
                 (when-let ((old (kptr-xchg (entry-own e) nil))) ({1} old)))
               0)",
            row.c_name, row.release
        );
        let output = compile(&source).test_run("p", &Input { context: &[0; 8], ..Input::default() });
        let output = output.unwrap_or_else(|error| panic!("{}: {}", row.c_name, told(&error)));
        assert_eq!(output.value, 0);
    }
}

/// Functions that take what only an RCU section keeps, the others not; sleepable programs have no section.
#[test]
fn what_a_map_owns_lasts_as_long_as_the_program() {
    if !ready() {
        return;
    }
    let mut session = compile(
        "(defkfunc bpf_cgroup_from_id ((cgid u64)) :returns (ptr cgroup))
         (defkfunc bpf_cgroup_ancestor ((cgrp (ptr cgroup)) (level i32)) :returns (ptr cgroup))
         (defkfunc bpf_cgroup_release ((cgrp (ptr cgroup))))
         (defstruct entry (group (kptr cgroup)))
         (defmap kept :type :array :key u32 :value entry :max-entries 1)
         (defmap out :type :array :key u32 :value u64 :max-entries 4)
         (defprog p (:type :tc)
           (when-let ((e (map-lookup kept 0)))
             (when-let ((root (bpf-cgroup-from-id 1)))
               (setf (getmap out 0) 1)
               (when-let ((old (kptr-xchg (entry-group e) root))) (bpf-cgroup-release old)))
             (when-let ((group (entry-group e)))
               (when-let ((above (bpf-cgroup-ancestor group 0)))
                 (setf (getmap out 1) 1)
                 (bpf-cgroup-release above))))
           TC_ACT_OK)",
    );
    assert_eq!(run(&mut session, "p"), 0);
    assert_eq!(out(&mut session)[..2], [1, 1]);
}

/// A mask of CPUs starts with what many functions take.
#[test]
fn a_mask_of_cpus_in_a_map() {
    if !ready() {
        return;
    }
    let mut session = compile(
        "(defkfunc bpf_cpumask_create () :returns (ptr bpf_cpumask))
         (defkfunc bpf_cpumask_release ((cpumask (ptr bpf_cpumask))))
         (defkfunc bpf_cpumask_set_cpu ((cpu u32) (cpumask (ptr bpf_cpumask))))
         (defkfunc bpf_cpumask_test_cpu ((cpu u32) (cpumask (ptr cpumask))) :returns bool)
         (defkfunc bpf_cpumask_weight ((cpumask (ptr cpumask))) :returns u32)
         (defstruct entry (mask (kptr bpf_cpumask)))
         (defmap kept :type :array :key u32 :value entry :max-entries 1)
         (defvar seen u32)
         (defprog fill (:type :syscall)
           (when-let ((e (map-lookup kept 0)) (mask (bpf-cpumask-create)))
             (bpf-cpumask-set-cpu 0 mask)
             (setf seen (bpf-cpumask-weight mask))
             (when-let ((old (kptr-xchg (entry-mask e) mask))) (bpf-cpumask-release old)))
           0)
         (defprog look (:section \"tp_btf/sched_switch\")
           (when-let ((e (map-lookup kept 0)))
             (when-let ((mask (entry-mask e)))
               (when (bpf-cpumask-test-cpu 0 mask) (setf seen 7))))
           0)",
    );
    let output = session.test_run("fill", &Input { context: &[0; 8], ..Input::default() });
    output.unwrap_or_else(|error| panic!("{}", told(&error)));
    assert_eq!(global(&mut session, "seen"), 1);
}
