//! What a run counts, how it ends, and that nothing is left behind.

use std::{
    io::Read,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Child, Output, Stdio},
};

use aya::{maps::loaded_maps, programs::loaded_programs};
use bpfl_runtime::cgroup::{ChildCgroup, Hierarchy};
use bpfl_stdlib::catalog::attach::CGROUP_INET_EGRESS;
use rustix::process::{Pid, Signal, kill_process};

use crate::setup::{self, bpfl, cgroup, eventually, output, text};

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/count-egress.lisp");

fn attached(cgroup: &ChildCgroup) -> Vec<u32> {
    setup::attached(cgroup, &CGROUP_INET_EGRESS)
}

/// A `bpfl run` that is attached to a cgroup, with the ids of its program and maps.
struct Running {
    child: Child,
    program: u32,
    maps: Vec<u32>,
}

impl Running {
    fn start(cgroup: &ChildCgroup, args: &[&str]) -> Self {
        let mut all = vec!["run", PROGRAM, "--cgroup", cgroup.path().to_str().unwrap()];
        all.extend(args);
        let child = bpfl(&all).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        assert!(eventually(|| !attached(cgroup).is_empty()), "bpfl run did not attach");
        let program = attached(cgroup)[0];
        let info = loaded_programs().flatten().find(|info| info.id() == program).unwrap();
        let maps = info.map_ids().unwrap().unwrap_or_default();
        assert_eq!((info.name_as_str(), maps.len()), (Some("count_egress"), 1));
        Self { child, program, maps }
    }

    fn kill(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for the end; asserts that nothing of it is left in the kernel.
    fn finish(self, cgroup: &ChildCgroup) -> Output {
        let output = self.child.wait_with_output().unwrap();
        assert!(eventually(|| attached(cgroup).is_empty()), "a program is still attached");
        let program_is_gone = || loaded_programs().flatten().all(|info| info.id() != self.program);
        assert!(eventually(program_is_gone), "the program is still loaded");
        let maps_are_gone = || loaded_maps().flatten().all(|info| !self.maps.contains(&info.id()));
        assert!(eventually(maps_are_gone), "a map is still there");
        output
    }
}

#[test]
fn a_command_runs_in_a_cgroup_of_its_own_and_is_counted() {
    let Some(parent) = cgroup() else { return };
    let parent_path = parent.path().to_str().unwrap();
    for count in [0, 1, 7, 100] {
        let script =
            format!("for ((i = 0; i < {count}; i++)); do echo hi >/dev/udp/127.0.0.1/9; done; echo out");
        let got = output(&["run", PROGRAM, "--cgroup", parent_path, "--", "bash", "-c", &script]);
        let (out, table) = (text(&got.stdout), text(&got.stderr));
        assert_eq!((got.status.code(), out.as_str()), (Some(0), "out\n"), "{table}");
        let row = table.lines().find(|line| line.contains("pkt_count")).unwrap_or_default();
        let cells: Vec<_> = row.split(['│', '┆']).map(str::trim).collect();
        assert_eq!(cells, ["", "pkt_count", "0", &count.to_string(), ""], "{table}");
    }
    let left = std::fs::read_dir(parent.path()).unwrap().flatten().filter(|e| e.path().is_dir());
    assert_eq!(left.count(), 0, "a cgroup is left");
}

#[test]
fn the_exit_status_is_the_commands_own() {
    let Some(_) = cgroup() else { return };
    let cases: &[(&[&str], i32)] = &[
        (&["true"], 0),
        (&["sh", "-c", "exit 7"], 7),
        (&["sh", "-c", "kill -KILL $$"], 128 + 9),
        (&["no-such-command-anywhere"], 127),
        (&["/"], 126),
    ];
    for (command, status) in cases {
        let got = output(&[&["run", PROGRAM, "--"], *command].concat());
        assert_eq!(got.status.code(), Some(*status), "{command:?}: {}", text(&got.stderr));
    }
}

#[test]
fn bpfls_own_failures_are_125_with_a_command_and_1_without() {
    for (args, status) in [(&["run", "no-such.lisp"][..], 1), (&["run", "no-such.lisp", "--", "true"], 125)] {
        let got = output(args);
        assert_eq!(got.status.code(), Some(status));
        assert!(text(&got.stderr).contains("no-such.lisp:1:1"), "{}", text(&got.stderr));
    }
}

#[test]
fn signals_end_it_cleanly() {
    for (signal, status) in [(Signal::HUP, 129), (Signal::INT, 130), (Signal::TERM, 143)] {
        let Some(cgroup) = cgroup() else { return };
        let running = Running::start(&cgroup, &[]);
        running.kill(signal);
        let got = running.finish(&cgroup);
        assert_eq!(got.status.code(), Some(status));
        assert!(text(&got.stdout).contains("pkt_count"), "{}", text(&got.stdout));
    }
}

#[test]
fn being_killed_leaves_nothing() {
    let Some(cgroup) = cgroup() else { return };
    let running = Running::start(&cgroup, &[]);
    running.kill(Signal::KILL);
    assert_eq!(running.finish(&cgroup).status.signal(), Some(9));
}

#[test]
fn a_killed_runs_cgroup_is_removed_by_the_next_run() {
    let Some(parent) = cgroup() else { return };
    let args = ["run", PROGRAM, "--cgroup", parent.path().to_str().unwrap(), "--", "sleep", "60"];
    let mut run = bpfl(&args).stderr(Stdio::null()).spawn().unwrap();
    let inner = parent.path().join(format!("bpfl-{}", run.id()));
    let pid = |path: &Path| std::fs::read_to_string(path.join("cgroup.procs")).unwrap_or_default();
    assert!(eventually(|| !pid(&inner).is_empty()), "the command was not started");
    let sleep = Pid::from_raw(pid(&inner).trim().parse().unwrap()).unwrap();
    run.kill().unwrap();
    run.wait().unwrap();
    kill_process(sleep, Signal::KILL).unwrap();
    assert!(eventually(|| pid(&inner).is_empty()));
    assert!(inner.exists(), "nobody was left to remove it");
    let got = output(&[&args[..5], &["true"]].concat());
    assert_eq!(got.status.code(), Some(0), "{}", text(&got.stderr));
    assert!(!inner.exists());
}

#[test]
fn a_signal_is_handed_on_to_the_command() {
    let Some(parent) = cgroup() else { return };
    let args = ["run", PROGRAM, "--cgroup", parent.path().to_str().unwrap(), "--"];
    let script = ["sh", "-c", "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done"];
    let mut run =
        bpfl(&[&args[..], &script].concat()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    run.stdout.as_mut().unwrap().read_exact(&mut [0; 6]).unwrap();
    kill_process(Pid::from_child(&run), Signal::TERM).unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(9));
}

#[test]
fn the_command_starts_with_no_signal_blocked() {
    let Some(_) = cgroup() else { return };
    let got = output(&["run", PROGRAM, "--", "grep", "SigBlk", "/proc/self/status"]);
    assert_eq!(text(&got.stdout), "SigBlk:\t0000000000000000\n");
}

#[test]
fn it_ends_after_the_time_that_for_gives() {
    let Some(cgroup) = cgroup() else { return };
    let running = Running::start(&cgroup, &["--for", "500ms", "--interval", "100ms"]);
    let got = running.finish(&cgroup);
    let lines = text(&got.stdout).lines().filter(|line| *line == "pkt_count[0] = 0").count();
    assert_eq!(got.status.code(), Some(0));
    assert!((3..=5).contains(&lines), "{}", text(&got.stdout));
}

#[test]
fn a_closed_pipe_ends_it_without_a_word() {
    let Some(cgroup) = cgroup() else { return };
    let mut running = Running::start(&cgroup, &["--interval", "20ms"]);
    drop(running.child.stdout.take());
    let got = running.finish(&cgroup);
    assert_eq!(got.status.code(), Some(128 + 13));
    assert!(!text(&got.stderr).contains("panicked"), "{}", text(&got.stderr));
}

#[test]
fn what_is_no_cgroup_v2_is_refused_with_the_way_out() {
    let Ok(hierarchy) = Hierarchy::find() else { return println!("skipped: no cgroup v2 here") };
    let v1 = hierarchy.version_one.iter().map(|path| path.to_str().unwrap());
    for path in v1.chain(["/proc", "/no/such/cgroup"]) {
        let got = output(&["run", PROGRAM, "--cgroup", path]);
        assert_eq!(got.status.code(), Some(1));
        assert!(text(&got.stderr).contains(hierarchy.mount.to_str().unwrap()), "{}", text(&got.stderr));
    }
}
