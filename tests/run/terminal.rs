//! `bpfl repl` at a terminal: keys go in, and what is on the screen comes out.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::{
        fd::OwnedFd,
        unix::fs::{OpenOptionsExt, PermissionsExt},
    },
    process::{Child, Command},
    time::{Duration, Instant},
};

use bpfl_runtime::cgroup::ChildCgroup;
use bpfl_stdlib::catalog::attach::CGROUP_INET_EGRESS;
use rustix::{
    fs::OFlags,
    process::{Pid, Signal, kill_process},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize},
};

use crate::setup::{Folder, attached, cgroup};

const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";

/// A repl on a terminal of its own.
struct Terminal {
    master: File,
    slave: OwnedFd,
    child: Child,
    /// What has come so far, without what moves the cursor and paints.
    screen: String,
    raw: Vec<u8>,
}

impl Terminal {
    fn start(state: &Folder, args: &[&str]) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let size = Winsize { ws_row: 40, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&master, size).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let no_control = OFlags::NOCTTY.bits().cast_signed();
        let open = || OpenOptions::new().read(true).write(true).custom_flags(no_control).open(&name).unwrap();
        // `setsid` makes the terminal its own, so that Ctrl-C is a signal.
        let mut command = Command::new("setsid");
        command.args(["--ctty", "env", "--default-signal=HUP,INT,TERM", env!("CARGO_BIN_EXE_bpfl"), "repl"]);
        command.args(args).stdin(open()).stdout(open()).stderr(open());
        state
            .inside(&mut command)
            .env("TERM", "xterm")
            .env("XDG_STATE_HOME", state.path())
            .env("NO_COLOR", "1");
        let child = command.spawn().unwrap();
        rustix::fs::fcntl_setfl(&master, OFlags::RDWR | OFlags::NONBLOCK).unwrap();
        Self { master: master.into(), slave: open().into(), child, screen: String::new(), raw: Vec::new() }
    }

    fn keys(&mut self, keys: &str) {
        self.master.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until `wanted` comes, and forgets all up to it.
    fn expect(&mut self, wanted: &str) {
        let start = Instant::now();
        loop {
            if let Some(at) = self.screen.find(wanted) {
                self.screen.drain(..at + wanted.len());
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(10), "{wanted:?} is not in {:?}", self.screen);
            self.more();
        }
    }

    fn more(&mut self) {
        let mut room = [0; 4096];
        match self.master.read(&mut room) {
            Ok(count) => self.raw.extend_from_slice(&room[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                std::thread::sleep(Duration::from_millis(5))
            }
            // The other side is closed.
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
        let text = String::from_utf8_lossy(&self.raw).into_owned();
        let (plain, used) = without_escapes(&text);
        self.screen.push_str(&plain);
        self.raw.drain(..used);
    }

    /// Waits for its end; gives its status.
    fn end(mut self) -> Option<i32> {
        let start = Instant::now();
        loop {
            self.more();
            if let Some(status) = self.child.try_wait().unwrap() {
                let modes = tcgetattr(&self.slave).unwrap().local_modes;
                assert!(modes.contains(LocalModes::ECHO | LocalModes::ICANON), "it is left raw");
                return status.code();
            }
            assert!(start.elapsed() < Duration::from_secs(10), "it has not ended: {:?}", self.screen);
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The text without escape sequences and carriage returns, and how many bytes that is of.
fn without_escapes(text: &str) -> (String, usize) {
    let (mut plain, mut rest) = (String::new(), text);
    while let Some(c) = rest.chars().next() {
        if c == '\x1b' {
            let Some(end) = rest[1..].find(|c: char| c.is_ascii_alphabetic()) else { break };
            rest = &rest[end + 2..];
            continue;
        }
        if c != '\r' {
            plain.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    (plain, text.len() - rest.len())
}

#[test]
fn forms_are_edited_completed_and_evaluated() {
    let state = Folder::new("terminal");
    let mut terminal = Terminal::start(&state, &[]);
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
    let mut terminal = Terminal::start(&state, &[]);
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
    let mut terminal = Terminal::start(&state, &[]);
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
    let mut terminal = Terminal::start(state, &[&file]);
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
