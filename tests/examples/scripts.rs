//! The examples that are scripts: program and report in one file, run by the command.

use std::process::{Child, Command, Stdio};

use bpfl_runtime::cgroup::{ChildCgroup, spawn};

use crate::bench::own_cgroup;

/// The example, running with these variables.
fn start(name: &str, variables: &[(&str, &str)]) -> Child {
    let file = format!("{}/examples/{name}.lisp", env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_bpfl"));
    command.args(["run", &file, "--for", "20s"]).envs(variables.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// What it prints, when it has ended well.
fn finish(script: Child) -> String {
    let output = script.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn connections_are_told_with_who_starts_them() {
    let Some(own) = own_cgroup() else { return };
    let cgroup = ChildCgroup::create(&own).unwrap();
    let path = cgroup.path().to_str().unwrap();
    let script = start("connection-log", &[("CGROUP", path), ("SECONDS", "3")]);
    // Until the script has attached, and once more for each that is told.
    let mut command = Command::new("bash");
    let go =
        "for i in $(seq 25); do echo hi >/dev/udp/127.0.0.1/9; echo hi >/dev/udp/::1/53; sleep 0.1; done";
    command.args(["-c", go]);
    let mut sender = spawn(command, &cgroup).unwrap();
    let id = sender.id();
    sender.wait().unwrap();
    let told = finish(script);
    let uid = rustix::process::getuid().as_raw();
    for end in ["127.0.0.1 port 9", "::1 port 53"] {
        let line = format!("bash[{id}] of user {uid}: udp {end}");
        assert!(told.lines().filter(|told| *told == line).count() > 5, "{line}\n{told}");
    }
    cgroup.remove().unwrap();
}

#[test]
fn a_list_in_an_arena_is_the_same_for_programs_and_userspace() {
    if own_cgroup().is_none() {
        return;
    }
    let told = finish(start("arena-list", &[]));
    let sum: u64 = (0..600).map(|n| n * n).sum();
    assert_eq!(told, format!("the program's sum: {sum}\nwhat userspace reads: {sum}, of 600 nodes\n"));
}

#[test]
fn waits_for_a_cpu_are_shown_as_a_histogram() {
    if own_cgroup().is_none() {
        return;
    }
    let process = std::process::id().to_string();
    let script = start("run-queue", &[("PROCESS", &process), ("SECONDS", "1")]);
    for _ in 0..150 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let told = finish(script);
    let counts = told.lines().filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok());
    assert!(counts.sum::<u64>() > 20, "{told}");
    // The fullest bucket fills its line.
    assert_eq!(told.lines().filter(|line| line.contains(&"*".repeat(40))).count().min(1), 1, "{told}");
    assert!(
        told.lines().all(|line| line.contains(" ns |") || line.contains(" us |") || line.contains(" ms |"))
    );
}
