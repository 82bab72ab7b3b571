//! Arenas: what programs put there is where userspace finds it, and the other way round.

use bpfl_runtime::{map::MapError, session::SessionError, value::Value};

use crate::{global, ready, session, told};

const LIST: &str = "
  (defmap heap :type :arena :max-entries 4)
  (defstruct node (value u64) (next (ptr node)) (kids (array (ptr node) 2)))
  (defvar head (ptr node))
  (defvar sum u64)
  (defprog build (:type :syscall)
    (let ((page (arena-alloc-pages heap 1 node)))
      (unless page (return 1))
      (dotimes (i 10)
        (let ((new (+ page (* i (sizeof node)))))
          (setf (node-value new) i (node-kids new 1) page (node-next new) head head new)))
      0))
  (defprog walk (:type :syscall)
    (let ((at head) (total u64 0))
      (while at :max 100
        (incf total (node-value at))
        (atomic-fetch-add (node-value-ptr at) 1)
        (let ((kid (node-kids at 1)))
          (when (and kid (/= kid at)) (incf total 1000)))
        (setf at (node-next at)))
      (setf sum total)
      0))
  ; As deep in the packet as any program is.
  (defprog look (:section \"cgroup_skb/egress\")
    (let ((at head))
      (when at (setf sum (node-value at)) (return 1))
      0))
  (defprog empty (:type :syscall)
    (when-let ((at head))
      (setf head nil)
      (arena-free-pages heap at 1))
    0)";

fn run(session: &mut bpfl_runtime::session::Session, program: &str) -> u32 {
    let ran = session.test_run(program, &bpfl_runtime::run::Input::default());
    ran.unwrap_or_else(|error| panic!("{}", told(&error))).value
}

#[test]
fn a_list_is_built_walked_and_read() {
    if !ready() {
        return;
    }
    let mut session = session(LIST);
    assert_eq!((run(&mut session, "build"), run(&mut session, "walk")), (0, 0));
    assert_eq!(global(&mut session, "sum"), 45 + 9000);
    let (arena, node) = (session.arena("heap").unwrap(), session.shape("node").unwrap());
    let mut at = global(&mut session, "head") as u64;
    let mut values = Vec::new();
    while at != 0 {
        let value = arena.value(at, &node).unwrap();
        let number = |field: &str| value.field(field).and_then(Value::as_int).unwrap();
        values.push(number("value"));
        at = number("next") as u64;
    }
    assert_eq!(values, (1..=10).rev().collect::<Vec<_>>());
    // What userspace writes is what programs find.
    let head = global(&mut session, "head") as u64;
    arena.write(head, &700u64.to_le_bytes()).unwrap();
    run(&mut session, "walk");
    assert_eq!(global(&mut session, "sum"), (1..10).sum::<i128>() + 700 + 9000);
    let frame = [0; 64];
    let input = bpfl_runtime::run::Input { data: &frame, ..Default::default() };
    assert_eq!(session.test_run("look", &input).unwrap().value, 1);
    assert_eq!(global(&mut session, "sum"), 701);
    run(&mut session, "empty");
    assert_eq!(global(&mut session, "head"), 0);
}

#[test]
fn addresses_outside_are_refused() {
    if !ready() {
        return;
    }
    let mut session = session(LIST);
    let arena = session.arena("heap").unwrap();
    let (first, last) = (arena.base(), arena.base() + arena.size() - 8);
    let mut word = [1; 8];
    // A page that no program asked for is there when it is looked at.
    arena.read(last, &mut word).unwrap();
    assert_eq!((word, arena.size()), ([0; 8], 4 * 4096));
    for outside in [0, first - 1, last + 1, u64::MAX - 3] {
        let error = arena.read(outside, &mut word).unwrap_err();
        assert!(matches!(error, MapError::OutsideArena { .. }), "{error}");
    }
    let other = session.arena(".bss").unwrap_err();
    assert!(matches!(other, SessionError::Map(MapError::NoArena { .. })), "{other}");
}

#[test]
fn an_arena_is_where_its_definition_says() {
    if !ready() {
        return;
    }
    let source = LIST.replace(":max-entries 4", ":max-entries 4 :map-extra #x123400000000");
    let mut session = session(&source);
    let arena = session.arena("heap").unwrap();
    assert_eq!(arena.base(), 0x1234_0000_0000);
    assert_eq!((run(&mut session, "build"), run(&mut session, "walk")), (0, 0));
    assert_eq!(global(&mut session, "head") as u64, arena.base() + 9 * 32);
    assert_eq!(global(&mut session, "sum"), 9045);
}

#[test]
fn a_new_object_keeps_the_arena() {
    if !ready() {
        return;
    }
    let mut session = session(LIST);
    assert_eq!(run(&mut session, "build"), 0);
    let base = session.arena("heap").unwrap().base();
    session.replace(crate::compiled(&LIST.replace("1000", "2000"), crate::kernel_types())).unwrap();
    assert_eq!(run(&mut session, "walk"), 0);
    assert_eq!((global(&mut session, "sum"), session.arena("heap").unwrap().base()), (45 + 18000, base));
}

#[test]
fn the_virtual_machine_has_no_arenas_and_says_so() {
    let mut session = session(LIST);
    session.run_in_vm();
    let error = session.test_run("build", &bpfl_runtime::run::Input::default()).unwrap_err();
    let told = error.to_string();
    assert!(told.contains("bpf_arena_alloc_pages") && told.contains("the kernel runs it"), "{told}");
    session.set_global("head", &Value::Int(0x1000_0000)).unwrap();
    let error = session.test_run("walk", &bpfl_runtime::run::Input::default()).unwrap_err();
    assert!(error.to_string().contains("no arena"), "{error}");
    assert!(session.arena("heap").is_err());
}
