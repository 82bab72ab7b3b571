//! What programs print with `bpf_trace_printk` and `bpf_trace_vprintk`: lines of the kernel's trace.
//!
//! The trace is one for the whole machine: the lines of all programs come, and each line to one reader
//! only. Always holds: lines from before the trace was opened do not come, and lines that no program
//! printed are passed over.

use std::{
    fs::File,
    io::{self, ErrorKind, Read},
    os::fd::{AsFd, BorrowedFd},
};

use crate::tracefs;

/// Stands before what a program printed (include/trace/events/bpf_trace.h, or the name of the helper).
const MARK: &str = ": bpf_trace_printk: ";
/// So much of the trace is read at a time.
const CHUNK: usize = 1 << 16;

/// The kernel's trace, open.
#[derive(Debug)]
pub struct Trace {
    pipe: File,
    /// The start of a line whose end has not come.
    rest: Vec<u8>,
}

/// A line that a program printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The name of the thread in which it ran.
    pub task: String,
    /// The thread's number.
    pub pid: u32,
    /// What it printed.
    pub text: String,
}

impl Trace {
    /// Opens it, and passes over what is in it.
    ///
    /// # Errors
    /// When this user may not read it, it is not there, or something else reads it.
    pub fn open() -> io::Result<Self> {
        let mut trace = Self { pipe: tracefs::pipe().map_err(taken)?, rest: Vec::new() };
        trace.read()?;
        trace.rest.clear();
        Ok(trace)
    }

    /// The lines that have come.
    ///
    /// # Errors
    /// When the trace cannot be read.
    pub fn lines(&mut self) -> io::Result<Vec<Line>> {
        self.read()?;
        let whole = self.rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let lines = String::from_utf8_lossy(&self.rest[..whole]).lines().filter_map(Line::read).collect();
        self.rest.drain(..whole);
        Ok(lines)
    }

    /// Reads what is there.
    fn read(&mut self) -> io::Result<()> {
        let mut chunk = vec![0; CHUNK];
        loop {
            match self.pipe.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(length) => self.rest.extend_from_slice(&chunk[..length]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// New kernels let one at a time read (`open_pipe_on_cpu`, kernel/trace/trace.c).
fn taken(error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::ResourceBusy => {
            io::Error::new(error.kind(), "another program reads the kernel's trace, which one can at a time")
        }
        _ => error,
    }
}

impl AsFd for Trace {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

impl Line {
    /// From `  curl-1234  [001] d..21  1234.567890: bpf_trace_printk: what it printed`.
    fn read(line: &str) -> Option<Self> {
        let (before, text) = line.split_once(MARK)?;
        let (task, _) = before.rsplit_once(" [")?;
        // With the option `record-tgid`, the process stands behind the thread, in parentheses.
        let task = task.rsplit_once('(').map_or(task, |(task, _)| task);
        let (task, pid) = task.trim().rsplit_once('-')?;
        Some(Self { task: task.into(), pid: pid.trim().parse().ok()?, text: text.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::Line;

    fn read(line: &str) -> Option<(String, u32, String)> {
        Line::read(line).map(|line| (line.task, line.pid, line.text))
    }

    #[test]
    fn lines_are_told_apart() {
        let own = |task: &str, pid, text: &str| Some((task.to_string(), pid, text.to_string()));
        let line = "            curl-1234    [001] d..21  1234.567890: bpf_trace_printk: 60 bytes";
        assert_eq!(read(line), own("curl", 1234, "60 bytes"));
        let line = "           <...>-7       [000] ..s1.    99.000001: bpf_trace_printk: a: b [c] ";
        assert_eq!(read(line), own("<...>", 7, "a: b [c] "));
        let line = "  Web Content-x-81  (     70) [003] d..1   1.5: bpf_trace_printk: ";
        assert_eq!(read(line), own("Web Content-x", 81, ""));
        let line = "              sh-9       [001] .....  12.3: sched_switch: prev_comm=sh";
        assert_eq!(read(line), None);
        assert_eq!(read("CPU:1 [LOST 12 EVENTS]"), None);
        assert_eq!(read(""), None);
    }
}
