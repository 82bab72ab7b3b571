//! Iterators, read to their end.

use bpfl_runtime::{load::LoadError, run::Over, session::SessionError, value::Value};

use crate::{global, ready, session, told};

#[test]
fn tasks_are_walked_over() {
    if !ready() {
        return;
    }
    let source = format!(
        "(import-kernel-struct task-struct tgid pid)
         (defvar tasks u64)
         (defvar own u64)
         (defprog p (:section \"iter/task\")
           (let ((task (ctx task)))
             (unless task (return 0))
             (incf tasks)
             (when (= (task-struct-tgid task) {}) (incf own)))
           0)",
        std::process::id()
    );
    let mut session = session(&source);
    let written = session.iterate("p").unwrap_or_else(|error| panic!("{}", told(&error)));
    assert!(written.is_empty());
    let (tasks, own) = (global(&mut session, "tasks"), global(&mut session, "own"));
    assert!(own >= 1 && tasks > own, "{own} of {tasks}");
}

#[test]
fn the_entries_of_one_map_are_walked_over() {
    if !ready() {
        return;
    }
    let source = "(defmap m :type :hash :key u32 :value u64 :max-entries 8)
        (defvar entries u64)
        (defprog p (:section \"iter/bpf_map_elem\")
          (when (ctx key) (incf entries))
          0)";
    let mut session = session(source);
    for key in 0..5 {
        session.map("m").unwrap().update(&Value::Int(key), &Value::Int(1), 0).unwrap();
    }
    let written = match session.iterate_over("p", &Over::Map("m".into())) {
        Err(SessionError::Load(error @ LoadError::NotPermitted { .. })) => {
            return println!("skipped: not here: {error}");
        }
        written => written.unwrap_or_else(|error| panic!("{}", told(&error))),
    };
    assert!(written.is_empty());
    assert_eq!(global(&mut session, "entries"), 5);
    assert!(session.iterate("p").is_err(), "it needs a map");
}

#[test]
fn the_threads_of_one_process_are_walked_over() {
    if !ready() {
        return;
    }
    let source = "(defvar threads u64)
        (defprog p (:section \"iter/task\")
          (when (ctx task) (incf threads))
          0)";
    let mut session = session(source);
    let thread = rustix::thread::gettid().as_raw_nonzero().get();
    let written = session.iterate_over("p", &Over::Thread(thread.cast_unsigned()));
    assert!(written.unwrap_or_else(|error| panic!("{}", told(&error))).is_empty());
    assert_eq!(global(&mut session, "threads"), 1);
    session.iterate_over("p", &Over::Process(std::process::id())).unwrap();
    assert!(global(&mut session, "threads") > 2, "the tests have several threads");
}
