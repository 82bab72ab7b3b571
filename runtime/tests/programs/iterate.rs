//! Iterators, read to their end.

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
