//! What stands in `console live` blocks: commands that are run at a terminal, one after the other.
//!
//! All blocks of a page have one stage: a folder with the examples, a network, a BPF file system, and a cgroup
//! that the test makes, which is all that is to be seen below `/sys/fs/cgroup`. So paths on the page are those
//! of the run. A command that ends with `&` goes on beside the others until `kill %1` or
//! `kill -9 %1`, or the page's end.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use bpfl_runtime::cgroup::{ChildCgroup, Hierarchy};

use super::{
    block::{settle, settle_alike},
    screen::Screen,
    shell,
};
use crate::command::Folder;

/// Makes the stage, says so, and stays until nobody holds its input.
const HOLD: &str = "ip link set lo up && umount --recursive --lazy /sys/fs/cgroup && \
                    mount -t cgroup2 none /sys/fs/cgroup && mount -t bpf none /sys/fs/bpf && \
                    mkdir /sys/fs/cgroup/demo && echo ready && exec cat";
/// Goes into a cgroup, and to a place of its own.
const LEAVE: &str = "echo $$ > \"$0/cgroup.procs\" && exec unshare --net --mount --cgroup sh -c \"$1\"";
/// Goes onto the stage.
const ENTER: &str = "echo $$ > \"$0/cgroup.procs\" && \
                     exec nsenter --target \"$1\" --net --mount --cgroup sh -c \"$2\" sh \"$3\" \"$4\"";
/// Runs a command there. Signals are as they are for a user, whatever has started the test.
const RUN: &str = "cd \"$1\" && exec env --default-signal=HUP,INT,TERM sh -c \"$2\"";

/// Commands that show ids, times and what is counted meanwhile.
const VARYING: [&str; 3] = ["bpfl ps ", "bpfl map list ", "bpfl run "];

/// Where a page's commands run.
pub struct Stage {
    background: Option<Screen>,
    holder: Child,
    cgroup: ChildCgroup,
    folder: Folder,
}

impl Stage {
    /// A new one, with nothing on it.
    pub fn new() -> Result<Self, String> {
        let own =
            Hierarchy::find().and_then(|hierarchy| hierarchy.own()).map_err(|error| error.to_string())?;
        let cgroup = ChildCgroup::create(&own).map_err(|error| error.to_string())?;
        let mut holder = Command::new("sh");
        holder.args(["-c", LEAVE]).arg(cgroup.path()).arg(HOLD).stdin(Stdio::piped()).stdout(Stdio::piped());
        let holder = holder.spawn().map_err(|error| error.to_string())?;
        let mut stage = Self { background: None, holder, cgroup, folder: shell::folder()? };
        let mut said = String::new();
        let stdout = stage.holder.stdout.as_mut().ok_or("there is no output")?;
        BufReader::new(stdout).read_line(&mut said).map_err(|error| error.to_string())?;
        if said == "ready\n" { Ok(stage) } else { Err("there is no stage for the page's commands".into()) }
    }

    /// Runs a command of a page; gives what is to stand below it, where `wanted` stands.
    pub fn run(&mut self, command: &str, wanted: &str) -> Result<String, String> {
        let command = command.trim_end();
        if command.starts_with("kill ") {
            let ended = self.background.take();
            ended.map(if command == "kill -9 %1" { Screen::kill } else { drop });
            return settle(wanted, "");
        }
        let shown = match command.strip_suffix(" &") {
            Some(command) => {
                let mut screen = self.start(&format!("exec {command}"))?;
                // What bpfl says when it has attached; other commands say nothing.
                let bpfl = command.starts_with("bpfl ");
                let shown = if bpfl { screen.first_line()? } else { String::new() };
                self.background = Some(screen);
                shown
            }
            None => self.start(command)?.end()?,
        };
        let varying = VARYING.iter().any(|start| command.starts_with(start));
        if varying { settle_alike(wanted, &shown) } else { settle(wanted, &shown) }
    }

    fn start(&self, line: &str) -> Result<Screen, String> {
        let mut command = Command::new("setsid");
        command.args(["--ctty", "sh", "-c", ENTER]).arg(self.cgroup.path());
        command.args([&self.holder.id().to_string(), RUN]).arg(self.folder.path()).arg(line);
        command.env("PATH", shell::search_path());
        Screen::start(&mut command).map_err(|error| format!("this cannot be run ({error})"))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.background = None;
        drop(self.holder.stdin.take());
        let _ = self.holder.wait();
        // What a command has left behind ends soon.
        let demo = self.cgroup.path().join("demo");
        for _ in 0..100 {
            if fs::remove_dir(&demo).is_ok() || !demo.exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
