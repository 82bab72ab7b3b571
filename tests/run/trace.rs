//! Programs that are attached to what their sections name, and to interfaces.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use aya::programs::loaded_programs;
use rustix::process::{Pid, Signal, kill_process};

use crate::setup::{Folder, bpfl, cgroup, eventually, output, refusal, text};

const COUNT: &str = "(defvar started u64)
  (defprog NAME (:section \"tracepoint/sched/sched_process_exec\") (incf started) 0)";

#[test]
fn a_command_is_traced_while_it_runs() {
    let Some(_) = cgroup() else { return };
    let folder = Folder::new("run-trace-command");
    let file = folder.write("count.lisp", COUNT.replace("NAME", "run-trace-a"));
    let got = output(&["run", &file, "--", "sh", "-c", "for i in 1 2 3 4 5 6 7 8; do /bin/true; done"]);
    let table = text(&got.stderr);
    assert_eq!(got.status.code(), Some(0), "{table}");
    let count = table.lines().find(|line| line.contains("started")).unwrap_or_else(|| panic!("{table}"));
    let count: u64 = count.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap();
    assert!(count > 0, "{table}");
}

/// The programs of that name that are loaded.
fn loaded(name: &str) -> usize {
    loaded_programs().flatten().filter(|info| info.name_as_str() == Some(name)).count()
}

#[test]
fn nothing_is_left_however_the_run_ends() {
    let Some(_) = cgroup() else { return };
    let folder = Folder::new("run-trace-ends");
    let file = folder.write("count.lisp", COUNT.replace("NAME", "run-trace-b"));
    for (signal, status) in [(Signal::TERM, Some(143)), (Signal::KILL, None)] {
        let mut child = bpfl(&["run", &file]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut note = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut note).unwrap();
        assert_eq!(note, "note: `run_trace_b` attached to `tracepoint/sched/sched_process_exec`\n");
        assert_eq!(loaded("run_trace_b"), 1);
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), status);
        assert!(eventually(|| loaded("run_trace_b") == 0), "the program is still loaded");
    }
}

#[test]
fn programs_of_a_cgroup_want_its_name() {
    let Some(_) = cgroup() else { return };
    let folder = Folder::new("run-trace-cgroup");
    let file = folder.write("cut.lisp", r#"(defprog run-trace-d (:section "cgroup_skb/ingress") 0)"#);
    let error = refusal(&["run", &file, "--for", "1s"]);
    assert!(error.contains("`run_trace_d` is attached to a cgroup; name it with `--cgroup`"), "{error}");
}

#[test]
fn programs_of_an_interface_want_its_name() {
    let Some(_) = cgroup() else { return };
    let folder = Folder::new("run-trace-interface");
    let file = folder.write("drop.lisp", "(defprog run-trace-c (:type :xdp) XDP_DROP)");
    let error = refusal(&["run", &file]);
    assert!(error.contains("`run_trace_c` is attached to a network interface; name it with `--interface`"));
    let error = refusal(&["run", &file, "--interface", "eth77"]);
    assert!(error.contains("there is no network interface `eth77` for `run_trace_c`"), "{error}");
}

#[test]
fn frames_of_an_interface_are_counted() {
    let Some(_) = cgroup() else { return };
    let folder = Folder::new("run-trace-lo");
    let source = "(defvar frames u64)
      (defprog run-trace-d (:type :xdp) (incf frames) XDP_PASS)";
    let file = folder.write("count.lisp", source);
    let run = "ip link set lo up && exec \"$0\" run \"$1\" --interface lo -- \
               bash -c 'for i in 1 2 3; do echo hi >/dev/udp/127.0.0.1/9; done; true'";
    let mut command = Command::new("unshare");
    command.args(["--net", "sh", "-c", run, env!("CARGO_BIN_EXE_bpfl"), &file]);
    let got = command.output().unwrap();
    let said = text(&got.stderr);
    if said.contains("unshare failed") {
        return println!("skipped: there are no network namespaces here");
    }
    let line = said.lines().find(|line| line.contains("frames")).unwrap_or_else(|| panic!("{said}"));
    let frames: u64 = line.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap();
    assert!(frames >= 3, "{said}");
}
