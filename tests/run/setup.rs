//! What every test of `bpfl run` starts from.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use bpfl_runtime::{
    attached_programs,
    cgroup::{ChildCgroup, Hierarchy},
    host,
};
use bpfl_stdlib::catalog::attach::AttachType;

/// The path of an example.
pub fn example(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    path.to_str().unwrap().into()
}

/// bpfl, in the place of `env`, which undoes what a caller such as `nohup` has done to signals.
pub fn bpfl(args: &[&str]) -> Command {
    let mut command = Command::new("env");
    command.args(["--default-signal=HUP,INT,TERM", env!("CARGO_BIN_EXE_bpfl")]);
    command.args(args).stdin(Stdio::null());
    command
}

/// What bpfl does with these arguments.
pub fn output(args: &[&str]) -> Output {
    bpfl(args).output().unwrap()
}

/// What it wrote.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What it says of arguments that it must refuse.
pub fn refusal(args: &[&str]) -> String {
    refused(&mut bpfl(args))
}

/// What a command says that must end with status 1.
pub fn refused(command: &mut Command) -> String {
    let got = command.output().unwrap();
    let said = text(&got.stderr);
    assert_eq!(got.status.code(), Some(1), "{said}");
    said
}

/// A cgroup of this test's own, or `None` where programs cannot be attached.
pub fn cgroup() -> Option<ChildCgroup> {
    let report = host::report();
    if !report.ready {
        println!("skipped: this user cannot attach programs here: {:?}", report.checks.last());
        return None;
    }
    let own = Hierarchy::find().and_then(|hierarchy| hierarchy.own()).unwrap();
    Some(ChildCgroup::create(&own).unwrap())
}

/// Waits until `condition` holds; whether it came to hold within five seconds.
pub fn eventually(mut condition: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !condition() {
        if start.elapsed() > Duration::from_secs(5) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

/// The ids of the programs that are attached to `cgroup` itself.
pub fn attached(cgroup: &ChildCgroup, at: &AttachType) -> Vec<u32> {
    attached_programs(cgroup, at.number).unwrap()
}

/// A directory with files of this test's own, removed with it.
pub struct Folder(PathBuf);

impl Folder {
    /// An empty one. `name` is the test's.
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bpfl-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file; gives its path.
    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, contents).unwrap();
        path.to_str().unwrap().into()
    }

    /// `command` in this directory, in which files are called by their bare names.
    pub fn inside<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.current_dir(&self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
