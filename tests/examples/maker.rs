//! Sockets that belong to a cgroup.
//!
//! A socket belongs to the cgroup that its maker was in when it was made. So a child process in the
//! cgroup makes each socket, and this process takes it over through a pidfd and uses it.

use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    os::fd::{AsRawFd, OwnedFd, RawFd},
    process::{Child, ChildStderr, ChildStdin, Command, Stdio},
};

use bpfl_runtime::cgroup::{ChildCgroup, spawn};
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};

use crate::net;

/// Tells the test binary, started again, to make sockets.
const ORDER: &str = "BPFL_TEST_MAKE_SOCKETS";

/// The child process; it ends when this is dropped.
pub struct Maker {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStderr>,
    pidfd: OwnedFd,
}

impl Maker {
    pub fn start(cgroup: &ChildCgroup) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "maker", "--nocapture"]).env(ORDER, "1");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = spawn(command, cgroup).unwrap();
        let pidfd = pidfd_open(Pid::from_child(&child), PidfdFlags::empty()).unwrap();
        let answers = BufReader::new(child.stderr.take().unwrap());
        Self { orders: child.stdin.take(), answers, child, pidfd }
    }

    /// What socket(2) gives in the cgroup.
    pub fn socket(&mut self, domain: i32, kind: i32, protocol: i32) -> io::Result<OwnedFd> {
        let number = self.ask(&format!("{domain} {kind} {protocol}"));
        if number < 0 {
            return Err(io::Error::from_raw_os_error(-number));
        }
        let socket = pidfd_getfd(&self.pidfd, number, PidfdGetfdFlags::empty()).unwrap();
        // From here on the socket is ours alone.
        self.ask("close");
        Ok(socket)
    }

    fn ask(&mut self, order: &str) -> i32 {
        writeln!(self.orders.as_ref().unwrap(), "{order}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer.trim().parse().unwrap()
    }
}

impl Drop for Maker {
    fn drop(&mut self) {
        drop(self.orders.take());
        self.child.wait().unwrap();
    }
}

/// The child's side: makes a socket for each line, and answers with its number or the error's.
pub fn serve() {
    if env::var_os(ORDER).is_none() {
        return;
    }
    let mut made = None;
    for line in io::stdin().lock().lines() {
        let words: Vec<i32> = line.unwrap().split(' ').flat_map(str::parse).collect();
        let answer = match words.as_slice() {
            [domain, kind, protocol] => number(net::socket(*domain, *kind, *protocol), &mut made),
            _ => made.take().map_or(0, |_: OwnedFd| 0),
        };
        eprintln!("{answer}");
    }
}

fn number(socket: io::Result<OwnedFd>, made: &mut Option<OwnedFd>) -> RawFd {
    match socket {
        Ok(socket) => made.insert(socket).as_raw_fd(),
        Err(error) => -error.raw_os_error().unwrap(),
    }
}
