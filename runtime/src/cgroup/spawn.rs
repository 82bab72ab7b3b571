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

use nix::sys::signal::SigSet;

use super::{CgroupError, ChildCgroup};

/// Why a command was not started.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// There is no such program.
    #[error("there is no such program")]
    NotFound,
    /// It is there, but cannot be executed.
    #[error("it cannot be executed ({0})")]
    Exec(io::Error),
    /// The new process may not join the cgroup.
    #[error(transparent)]
    Cgroup(#[from] CgroupError),
}

/// Starts `command` where this process is, with no signals blocked, whatever this thread has blocked.
///
/// # Errors
/// When there is no such program, or it cannot be executed.
pub fn spawn_here(mut command: Command) -> Result<Child, SpawnError> {
    let unblock = || Ok(SigSet::empty().thread_set_mask()?);
    // SAFETY: between fork and exec the closure makes one system call; it neither allocates nor locks.
    unsafe { command.pre_exec(unblock) };
    command.spawn().map_err(|error| match error.raw_os_error() {
        Some(libc::ENOENT) => SpawnError::NotFound,
        _ => SpawnError::Exec(error),
    })
}

/// What the child reports when it cannot join; execve(2) never gives this.
const CANNOT_JOIN: i32 = libc::EXDEV;

/// Starts `command` inside `cgroup`, with no signals blocked, whatever this thread has blocked.
///
/// # Errors
/// When there is no such program, or it cannot be executed, or may not join the cgroup, for which
/// it needs write access to `cgroup.procs` of the cgroup and of its parent.
pub fn spawn(mut command: Command, cgroup: &ChildCgroup) -> Result<Child, SpawnError> {
    let path = cgroup.path().join("cgroup.procs");
    let members = OpenOptions::new().write(true).open(&path).map_err(CgroupError::io(&path))?;
    let enter = move || {
        SigSet::empty().thread_set_mask()?;
        match rustix::io::write(&members, b"0") {
            Ok(_) => Ok(()),
            Err(_) => Err(io::Error::from_raw_os_error(CANNOT_JOIN)),
        }
    };
    // SAFETY: between fork and exec the closure makes two system calls, the second on a descriptor
    // that it owns; it neither allocates nor locks.
    unsafe { command.pre_exec(enter) };
    command.spawn().map_err(|error| match error.raw_os_error() {
        Some(CANNOT_JOIN) => CgroupError::Join { path }.into(),
        Some(libc::ENOENT) => SpawnError::NotFound,
        _ => SpawnError::Exec(error),
    })
}
