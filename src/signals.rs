//! Signals as events, through a signalfd: no handlers, no threads.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd},
    time::Duration,
};

use nix::{
    libc,
    sys::{
        signal::{SigSet, Signal},
        signalfd::{SfdFlags, SignalFd},
    },
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// What a signal means to `bpfl run`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// End, with status 128 + the signal's number.
    End {
        /// The signal.
        signal: Signal,
        /// It came from the terminal, which has sent it to CMD as well.
        from_terminal: bool,
    },
    /// A child process has changed its state.
    Child,
}

/// Signals that wait to be read. They stay blocked until the process ends, and in its children
/// unless those unblock them, as those of [`bpfl_runtime::cgroup::spawn`] do.
pub struct Signals {
    fd: SignalFd,
}

impl Signals {
    /// From now on signals wait to be read. SIGHUP is left alone under `nohup`.
    pub fn block() -> io::Result<Self> {
        let mut set: SigSet = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGCHLD].into_iter().collect();
        if !is_ignored(Signal::SIGHUP) {
            set.add(Signal::SIGHUP);
        }
        set.thread_block()?;
        Ok(Self { fd: SignalFd::with_flags(&set, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)? })
    }

    /// The next event, or `None` after `patience` or when `other` is ready.
    pub fn wait_or(
        &self,
        patience: Duration,
        other: Option<(BorrowedFd<'_>, PollFlags)>,
    ) -> io::Result<Option<Event>> {
        let mut fds = vec![PollFd::from_borrowed_fd(self.fd.as_fd(), PollFlags::IN)];
        fds.extend(other.map(|(fd, flags)| PollFd::from_borrowed_fd(fd, flags)));
        let timeout = Timespec::try_from(patience).map_err(io::Error::other)?;
        match poll(&mut fds, Some(&timeout)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => return Ok(None),
            other => other?,
        };
        let Some(info) = self.fd.read_signal()? else { return Ok(None) };
        let signal = Signal::try_from(info.ssi_signo as i32)?;
        Ok(Some(match signal {
            Signal::SIGCHLD => Event::Child,
            signal => Event::End { signal, from_terminal: info.ssi_code == libc::SI_KERNEL },
        }))
    }
}

/// Whether this process was started with `signal` ignored.
fn is_ignored(signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal as i32 - 1) & 1 == 1
}
