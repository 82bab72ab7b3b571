//! A command on a terminal of its own: what is on the screen when it has ended.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read},
    os::unix::fs::OpenOptionsExt,
    process::{Child, Command},
    time::{Duration, Instant},
};

use rustix::{
    fs::OFlags,
    process::{Pid, Signal, kill_process},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

/// Wide enough for the tables of the pages, and too high for anything to leave it.
const SIZE: Winsize = Winsize { ws_row: 200, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
/// No command of a page takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running command, and what it has shown.
pub struct Screen {
    master: File,
    child: Child,
    parser: vt100::Parser,
}

impl Screen {
    /// Starts a command, whose three streams are the terminal.
    pub fn start(command: &mut Command) -> Result<Self, Box<dyn std::error::Error>> {
        let (master, slave) = terminal()?;
        command.stdin(slave.try_clone()?).stdout(slave.try_clone()?).stderr(slave).env("TERM", "xterm");
        let parser = vt100::Parser::new(SIZE.ws_row.try_into()?, SIZE.ws_col.try_into()?, 0);
        let child = command.spawn()?;
        Ok(Self { master, child, parser })
    }

    /// What is on the screen once the command has ended.
    pub fn end(mut self) -> Result<String, String> {
        self.watch(|screen| matches!(screen.child.try_wait(), Ok(Some(_))))?;
        // What it wrote last may not have been read.
        self.read();
        Ok(self.text())
    }

    /// What is on the screen once there is a whole line on it, or the command has ended.
    pub fn first_line(&mut self) -> Result<String, String> {
        let shown = |screen: &mut Self| screen.parser.screen().cursor_position().0 > 0;
        self.watch(|screen| shown(screen) || matches!(screen.child.try_wait(), Ok(Some(_))))?;
        Ok(self.text())
    }

    /// Ends the command as nothing can clean up after.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn text(&self) -> String {
        self.parser.screen().contents()
    }

    fn watch(&mut self, mut done: impl FnMut(&mut Self) -> bool) -> Result<(), String> {
        let start = Instant::now();
        while !done(self) {
            if start.elapsed() > PATIENCE {
                return Err(format!("it has not ended after {PATIENCE:?}, and shows\n{}", self.text()));
            }
            self.read();
        }
        Ok(())
    }

    /// Reads what is there; waits a moment when there is nothing.
    fn read(&mut self) {
        let mut room = [0; 4096];
        loop {
            match self.master.read(&mut room) {
                Ok(count) if count > 0 => self.parser.process(&room[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                _ => return std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}

impl Drop for Screen {
    /// Ends the command as `kill` does, so that it cleans up; one that stays is killed.
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        }
        let start = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if start.elapsed() > Duration::from_secs(5) {
                let _ = self.child.kill();
            }
            self.read();
        }
    }
}

/// Both sides of a new terminal.
fn terminal() -> Result<(File, File), std::io::Error> {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    tcsetwinsize(&master, SIZE)?;
    let name = ptsname(&master, Vec::new())?.to_string_lossy().into_owned();
    let no_control = OFlags::NOCTTY.bits().cast_signed();
    let slave = OpenOptions::new().read(true).write(true).custom_flags(no_control).open(name)?;
    rustix::fs::fcntl_setfl(&master, OFlags::RDWR | OFlags::NONBLOCK)?;
    Ok((master.into(), slave))
}
