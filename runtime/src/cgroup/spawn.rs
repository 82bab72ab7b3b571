//! Starting a process inside a cgroup.
//!
//! A socket belongs to the cgroup that its creator was in when it was made, and moving the process
//! later does not move the socket. So the child joins between fork and exec.

use std::{
    fs::OpenOptions,
    io,
    os::unix::process::CommandExt,
    process::{Child, Command},
};

use super::ChildCgroup;

/// Starts `command` inside `cgroup`.
///
/// # Errors
/// As [`Command::spawn`]: `NotFound` when there is no such program; also when the process may not
/// join the cgroup.
pub fn spawn(mut command: Command, cgroup: &ChildCgroup) -> io::Result<Child> {
    let members = OpenOptions::new().write(true).open(cgroup.path().join("cgroup.procs"))?;
    let join = move || match rustix::io::write(&members, b"0") {
        Ok(_) => Ok(()),
        Err(error) => Err(io::Error::from(error)),
    };
    // SAFETY: between fork and exec the closure makes one write(2) system call on a descriptor
    // that it owns; it neither allocates nor locks.
    unsafe { command.pre_exec(join) };
    command.spawn()
}
