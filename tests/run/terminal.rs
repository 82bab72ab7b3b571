//! `bpfl repl` at a terminal.

use std::{fs, os::unix::fs::PermissionsExt};

use bpfl_runtime::cgroup::ChildCgroup;
use bpfl_stdlib::catalog::attach::CGROUP_INET_EGRESS;
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    pty::{CTRL_C, CTRL_D, Terminal},
    setup::{Folder, attached, cgroup},
};

fn repl(state: &Folder, args: &[&str]) -> Terminal {
    Terminal::start(state, &[&["repl"], args].concat())
}

#[test]
fn forms_are_edited_completed_and_evaluated() {
    let state = Folder::new("terminal");
    let mut terminal = repl(&state, &[]);
    terminal.expect("bpfl> ");
    terminal.keys("(+ 20 22)\r");
    terminal.expect("\n42\n");
    terminal.expect("bpfl> ");
    // A form goes on until it is closed; a string may have parentheses in it.
    terminal.keys("(list \")\"\r1 ; )\r2)\r");
    terminal.expect("\n(\")\" 1 2)\n");
    terminal.keys("(defmap packets-seen :type :percpu-arr\t :key u32 :va\t");
    terminal.expect(":percpu-array :key u32 :value");
    terminal.keys(" u64 :max-entries 1)\r");
    terminal.expect("packets-seen: percpu-array, keys of 4 bytes, values of 8 bytes, 1 entry\n");
    terminal.keys("(list packets-s\t)\r");
    terminal.expect("(#<map packets_seen>)\n");
    terminal.keys("(car 5)\r");
    terminal.expect("<repl>:7:1");
    terminal.expect("bpfl> ");
    // Ctrl-C drops the line.
    terminal.keys(&format!("(dropped {CTRL_C}"));
    terminal.expect("bpfl> ");
    terminal.keys("(+ 1 1)\r");
    terminal.expect("\n2\n");
    // The last line again.
    terminal.keys("\x1b[A\r");
    terminal.expect("\n2\n");
    terminal.expect("bpfl> ");
    terminal.keys(CTRL_D);
    assert_eq!(terminal.end(), Some(0));
    let history = state.path().join("bpfl/history");
    assert_eq!(fs::metadata(&history).unwrap().permissions().mode() & 0o777, 0o600);
    // Another one remembers.
    let mut terminal = repl(&state, &[]);
    terminal.expect("bpfl> ");
    terminal.keys("\x1b[A\r");
    terminal.expect("\n2\n");
    terminal.keys(",quit 3\r");
    assert_eq!(terminal.end(), Some(3));
}

#[test]
fn a_history_that_cannot_be_written_is_no_error() {
    let state = Folder::new("terminal-history");
    state.write("bpfl", "this is no directory");
    let mut terminal = repl(&state, &[]);
    terminal.expect("bpfl> ");
    terminal.keys("(+ 1 2)\r");
    terminal.expect("\n3\n");
    terminal.expect("bpfl> ");
    terminal.keys(CTRL_D);
    assert_eq!(terminal.end(), Some(0));
}

fn start_counting(state: &Folder, cgroup: &ChildCgroup) -> Terminal {
    let file = state.write(
        "count.lisp",
        "(defprog count (:section \"cgroup_skb/egress\") (incf (getmap seen 0)) 1)
         (defmap seen :type :array :key u32 :value u64 :max-entries 1)",
    );
    let mut terminal = repl(state, &[&file]);
    terminal.expect("count: cgroup_skb/egress, 11 instructions\n");
    terminal.expect("bpfl> ");
    terminal.keys(&format!("(bpf:attach count \"{}\")\r", cgroup.path().display()));
    terminal.expect("#<link of count to the cgroup");
    terminal.expect("bpfl> ");
    assert_eq!(attached(cgroup, &CGROUP_INET_EGRESS).len(), 1);
    terminal
}

#[test]
fn ctrl_c_interrupts_what_runs_and_the_end_leaves_nothing_attached() {
    let Some(cgroup) = cgroup() else { return };
    let state = Folder::new("terminal-ends");
    let mut terminal = start_counting(&state, &cgroup);
    for endless in
        ["(progn (write-line \"asleep\") (loop (sleep 1)))", "(progn (write-line \"awake\") (loop))"]
    {
        terminal.keys(&format!("{endless}\r"));
        terminal.expect("\")");
        terminal.expect(if endless.contains("asleep") { "asleep\n" } else { "awake\n" });
        terminal.keys(CTRL_C);
        terminal.expect("interrupted\n");
        terminal.expect("bpfl> ");
    }
    assert_eq!(attached(&cgroup, &CGROUP_INET_EGRESS).len(), 1);
    terminal.keys("(bpf:map-ref seen 0)\r");
    terminal.expect("\n0\n");
    terminal.expect("bpfl> ");
    terminal.keys(CTRL_D);
    assert_eq!(terminal.end(), Some(0));
    assert!(attached(&cgroup, &CGROUP_INET_EGRESS).is_empty());
    for (signal, status) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
        let terminal = start_counting(&state, &cgroup);
        kill_process(Pid::from_child(&terminal.child), signal).unwrap();
        assert_eq!(terminal.end(), Some(status));
        assert!(attached(&cgroup, &CGROUP_INET_EGRESS).is_empty());
    }
}
