//! What ends a script, a repl or tests from outside: nobody reads what they print, or a signal.

use std::{
    fs::File,
    io::{Read, Write},
    os::unix::process::ExitStatusExt,
    process::{Output, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::setup::{Folder, bpfl, eventually, text};

const TESTS: &str = "(defprog pass (:type :xdp) 2) (deftest passes (:prog pass) (= (retval) 2))";

/// What comes of a command whose standard output is `out`, and whose input is `input`.
fn with_output(args: &[&str], input: &str, out: impl Into<Stdio>) -> Output {
    let mut command = bpfl(args);
    let mut child = command.stdin(Stdio::piped()).stdout(out).stderr(Stdio::piped()).spawn().unwrap();
    // One that has ended reads no more.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// All that print, each with its input.
fn printing(folder: &Folder) -> Vec<(Vec<String>, &'static str)> {
    let script = folder.write("s.lisp", "(loop (ignore-errors (format t \"line~%\")))");
    let unfinished = folder.write("u.lisp", "(princ \"no line\") (sleep 0)");
    let tests = folder.write("t.lisp", TESTS);
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    vec![
        (words(&["run", &script]), ""),
        (words(&["run", &unfinished]), ""),
        (words(&["repl"]), "(+ 1 2)\n(loop (print 1))\n"),
        (words(&["repl"]), ",help\n"),
        (words(&["repl", &script]), ""),
        (words(&["test", "--vm", &tests]), ""),
        (words(&["test", "--vm", "--tap", &tests]), ""),
        (words(&["--help"]), ""),
        (words(&["run", "--help"]), ""),
    ]
}

#[test]
fn a_full_disk_is_told_and_a_failure() {
    for (args, input) in printing(&Folder::new("full")) {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let got = with_output(&args, input, File::create("/dev/full").unwrap());
        let said = text(&got.stderr);
        assert!(
            said.starts_with("error: standard output cannot be written (No space left"),
            "{args:?}: {said}"
        );
        assert_eq!((got.status.code(), said.lines().count()), (Some(1), 1), "{args:?}: {said}");
    }
}

#[test]
fn a_closed_pipe_ends_what_prints_quietly() {
    for (args, input) in printing(&Folder::new("closed")) {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let got = with_output(&args, input, writer);
        assert_eq!((got.status.code(), text(&got.stderr).as_str()), (Some(141), ""), "{args:?}");
    }
}

/// The status and signal of a script that gets `signal` once it prints a line.
fn signalled(source: &str, signal: Signal) -> Option<i32> {
    let folder = Folder::new("signalled");
    let file = folder.write("s.lisp", format!("(format t \"ready~%\")\n{source}"));
    let mut child = bpfl(&["run", &file]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdout.take().unwrap().read_exact(&mut [0; 6]).unwrap();
    kill_process(Pid::from_child(&child), signal).unwrap();
    if !eventually(|| child.try_wait().unwrap().is_some()) {
        child.kill().unwrap();
    }
    let status = child.wait().unwrap();
    status.code().or(status.signal())
}

#[test]
fn no_cleanup_holds_up_a_signal() {
    for cleanup in ["(error \"x\")", "(return 1)", "(car 5)", "(unwind-protect 1 (error \"y\"))"] {
        let source = format!("(loop (ignore-errors (loop (unwind-protect (sleep 100) {cleanup}))))");
        assert_eq!(signalled(&source, Signal::TERM), Some(143), "{cleanup}");
        assert_eq!(signalled(&source, Signal::INT), Some(130), "{cleanup}");
    }
}

#[test]
fn functions_that_walk_a_list_without_an_end_hear_signals() {
    for walk in ["(member 2 l)", "(mapcar #'1+ l)", "(nth 99999999999999999 l)", "(ldiff l nil)"] {
        let source = format!("(let ((l (list 1))) (setf (cdr l) l) {walk})");
        assert_eq!(signalled(&source, Signal::TERM), Some(143), "{walk}");
    }
}
