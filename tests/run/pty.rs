//! bpfl at a terminal: keys go in, and what is on the screen comes out.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::{fd::OwnedFd, unix::fs::OpenOptionsExt},
    process::{Child, Command},
    time::{Duration, Instant},
};

use rustix::{
    fs::OFlags,
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize},
};

use crate::setup::Folder;

pub const CTRL_C: &str = "\x03";
pub const CTRL_D: &str = "\x04";

/// bpfl on a terminal of its own.
pub struct Terminal {
    master: File,
    slave: OwnedFd,
    pub child: Child,
    /// What has come so far, without what moves the cursor and paints.
    screen: String,
    raw: Vec<u8>,
}

impl Terminal {
    /// Starts it in a folder, with what it keeps there too.
    pub fn start(folder: &Folder, args: &[&str]) -> Self {
        Self::with_size(folder, args, 100, 40)
    }

    /// The same, with so many columns and rows.
    pub fn with_size(folder: &Folder, args: &[&str], columns: u16, rows: u16) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&master, size).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let no_control = OFlags::NOCTTY.bits().cast_signed();
        let open = || OpenOptions::new().read(true).write(true).custom_flags(no_control).open(&name).unwrap();
        // `setsid` makes the terminal its own, so that Ctrl-C is a signal.
        let mut command = Command::new("setsid");
        command.args(["--ctty", "env", "--default-signal=HUP,INT,TERM", env!("CARGO_BIN_EXE_bpfl")]);
        command.args(args).stdin(open()).stdout(open()).stderr(open());
        folder
            .inside(&mut command)
            .env("TERM", "xterm")
            .env("XDG_STATE_HOME", folder.path())
            .env("NO_COLOR", "1");
        let child = command.spawn().unwrap();
        rustix::fs::fcntl_setfl(&master, OFlags::RDWR | OFlags::NONBLOCK).unwrap();
        Self { master: master.into(), slave: open().into(), child, screen: String::new(), raw: Vec::new() }
    }

    /// Types.
    pub fn keys(&mut self, keys: &str) {
        self.master.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until `wanted` comes, and forgets all up to it.
    pub fn expect(&mut self, wanted: &str) {
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
    pub fn end(mut self) -> Option<i32> {
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
