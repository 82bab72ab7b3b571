//! What the prelude has for tracing, on a function of this process.

use std::hint::black_box;

use bpfl_runtime::{session::Session, value::Value};

use crate::bench::{object_of, own_cgroup};

/// What the probe is put on.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn bpfl_examples_probed(array: *const u64, count: u64, texts: *const *const u8) -> u64 {
    black_box((array, count, texts)).1 + 1
}

const NUMBERS: [u64; 5] = [3, 5, 7, 11, 13];

/// Calls the function once with `SOURCE` attached to it; `None` where programs cannot be attached.
fn probed(source: &str, count: u64) -> Option<Session> {
    own_cgroup()?;
    let exe = std::env::current_exe().unwrap();
    let source = source.replace("PROBED", &format!("{}:bpfl_examples_probed", exe.display()));
    let source = source.replace("THREAD", &rustix::thread::gettid().as_raw_nonzero().to_string());
    let mut session = Session::open(object_of("prelude.lisp", &source)).unwrap();
    session.attach_some::<&str>(&[], &[]).unwrap();
    let texts =
        [c"one".as_ptr().cast(), c"two".as_ptr().cast(), std::ptr::null(), c"no".as_ptr().cast::<u8>()];
    // A probe is left out while bpf(2) is at work on the same CPU, as another test may have it.
    for _ in 0..1000 {
        bpfl_examples_probed(NUMBERS.as_ptr(), black_box(count), texts.as_ptr());
        if entry(&mut session, "seen", 0) != Some(Value::Int(0)) {
            return Some(session);
        }
    }
    panic!("the program does not run");
}

fn entry(session: &mut Session, map: &str, index: i128) -> Option<Value> {
    session.map(map).unwrap().lookup(&Value::Int(index)).unwrap()
}

fn numbers(session: &mut Session, map: &str, count: i128) -> Vec<i128> {
    (0..count).map(|index| entry(session, map, index).and_then(|value| value.as_int()).unwrap()).collect()
}

/// A program that does `body` the first time that this thread makes the call.
fn once(body: &str) -> String {
    format!(
        "(defmap seen :type :array :key u32 :value u64 :max-entries 1)
         (defmap out :type :array :key u32 :value u64 :max-entries 16)
         (defstruct event (pid u32) (tid u32) (owner u32) (gid u32) (time u64) (cgroup u64) (comm (array u8 16)))
         (defmap events :type :array :key u32 :value event :max-entries 1)
         (defprog p (:section \"uprobe/PROBED\")
           (when (and (= (u32 (get-current-pid-tgid)) THREAD) (= (getmap seen 0) 0))
             {body}
             (setf (getmap seen 0) 1))
           0)"
    )
}

#[test]
fn arrays_of_numbers_are_walked_over() {
    let body = "(do-user-array (v u64 (pt-regs-parm1) (pt-regs-parm2) :max 4 :index i)
                  (setf (getmap out i) (* v v)))";
    let Some(mut session) = probed(&once(body), 3) else { return };
    assert_eq!(numbers(&mut session, "out", 5), [9, 25, 49, 0, 0]);
    // More than the limit.
    let mut session = probed(&once(body), 5).unwrap();
    assert_eq!(numbers(&mut session, "out", 5), [9, 25, 49, 121, 0]);
}

/// By the C calling convention, whichever machine this is.
#[test]
fn registers_hold_arguments_and_results() {
    let body = "(setf (getmap out 0) (pt-regs-parm2)) (setf (getmap out 1) (u64 (= (pt-regs-ip) 0)))
                (setf (getmap out 2) (u64 (= (pt-regs-sp) 0)))";
    let Some(mut session) = probed(&once(body), 42) else { return };
    assert_eq!(numbers(&mut session, "out", 3), [42, 0, 0]);
    let result = once("(setf (getmap out 0) (pt-regs-rc))").replace("uprobe/", "uretprobe/");
    let mut session = probed(&result, 42).unwrap();
    assert_eq!(numbers(&mut session, "out", 1), [43]);
}

#[test]
fn arrays_of_narrow_elements_by_position() {
    let body = "(do-user-array (v u16 (pt-regs-parm1) 8 16) (incf (getmap out 0) v))";
    let Some(mut session) = probed(&once(body), 1) else { return };
    assert_eq!(numbers(&mut session, "out", 1), [3 + 5]);
}

#[test]
fn memory_that_is_not_there_ends_the_walk() {
    let body =
        "(incf (getmap out 1)) (do-user-array (v u64 16 (pt-regs-parm2) :max 4) (incf (getmap out 0)))";
    let Some(mut session) = probed(&once(body), 4) else { return };
    assert_eq!(numbers(&mut session, "out", 2), [0, 1]);
}

#[test]
fn arrays_of_pointers_end_with_null() {
    let body = "(do-user-ptrs (p (pt-regs-parm3) 8 :max 8 :index i)
                  (let ((c u8 0))
                    (probe-read-user (stack-addr c) 1 (+ p 1))
                    (setf (getmap out i) c)))";
    let Some(mut session) = probed(&once(body), 1) else { return };
    assert_eq!(numbers(&mut session, "out", 3), [i128::from(b'n'), i128::from(b'w'), 0]);
}

#[test]
fn facts_of_the_process_are_filled_in() {
    let body = "(when-let ((e (map-lookup events 0)))
                  (fill-process-info e event pid tid (uid owner) gid time cgroup comm))";
    let Some(mut session) = probed(&once(body), 1) else { return };
    let event = entry(&mut session, "events", 0).unwrap();
    let field = |name: &str| event.field(name).and_then(Value::as_int).unwrap();
    assert_eq!(field("pid"), std::process::id().into());
    assert_eq!(field("tid"), rustix::thread::gettid().as_raw_nonzero().get().into());
    assert_eq!(field("owner"), rustix::process::getuid().as_raw().into());
    assert_eq!(field("gid"), rustix::process::getgid().as_raw().into());
    assert!(field("time") > 0);
    let comm = std::fs::read("/proc/thread-self/comm").unwrap();
    let mut comm: Vec<_> = comm.trim_ascii_end().iter().map(|byte| Value::Int((*byte).into())).collect();
    comm.resize(16, Value::Int(0));
    assert_eq!(event.field("comm"), Some(&Value::Array(comm)));
}
