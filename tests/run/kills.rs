//! A run that is killed at any moment leaves nothing behind.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use aya::programs::loaded_programs;
use bpfl_stdlib::catalog::attach::CGROUP_INET_EGRESS;

use crate::setup::{Folder, attached, bpfl, cgroup, eventually, output};

/// How often by default, and for how long at most; BPFL_KILLS sets another number, without a bound.
const KILLS: usize = 100;
const BOUND: Duration = Duration::from_secs(20);

/// A program with a name that no other test uses.
const SOURCE: &str = "
(defmap counts :type :array :key u32 :value u64 :max-entries 1)
(defprog killed_runs (:section \"cgroup_skb/egress\") (incf (getmap counts 0)) 1)";

#[test]
fn runs_that_are_killed_at_any_moment_leave_nothing_attached() {
    let Some(cgroup) = cgroup() else { return };
    let folder = Folder::new("kills");
    let (file, object) = (folder.write("killed.lisp", SOURCE), folder.write("killed.o", ""));
    assert!(output(&["build", &file, "-o", &object]).status.success());
    let wanted = std::env::var("BPFL_KILLS").ok().and_then(|count| count.parse().ok());
    let (start, args) = (Instant::now(), ["run", &object, "--cgroup", cgroup.path().to_str().unwrap()]);
    let (mut kills, mut found) = (0, 0);
    while kills < wanted.unwrap_or(KILLS) && (wanted.is_some() || start.elapsed() < BOUND) {
        let mut run = bpfl(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // From before it has opened the object to long after it has attached the program.
        std::thread::sleep(Duration::from_micros((kills * 7_919 % 90_000) as u64));
        found += usize::from(!attached(&cgroup, &CGROUP_INET_EGRESS).is_empty());
        run.kill().unwrap();
        run.wait().unwrap();
        kills += 1;
        assert!(eventually(|| attached(&cgroup, &CGROUP_INET_EGRESS).is_empty()), "after {kills} kills");
    }
    let left = || loaded_programs().flatten().any(|info| info.name_as_str() == Some("killed_runs"));
    assert!(eventually(|| !left()), "a program is still loaded");
    println!("{kills} kills, {found} of them with the program attached");
    assert!(kills < 20 || found > 0, "none was attached when it was killed");
}
