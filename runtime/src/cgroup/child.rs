//! A cgroup that lasts as long as a scope.
//!
//! Always holds: as long as a [`ChildCgroup`] lives, its directory is locked, so that no other
//! process of ours takes it for one that was left behind.

use std::{
    fs::{self, File},
    io,
    os::fd::{AsFd, BorrowedFd},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rustix::fs::{FlockOperation, flock};

use super::{CgroupError, Hierarchy};

const PREFIX: &str = "bpfl-";
/// How often an occupied cgroup is looked at again.
const POLL: Duration = Duration::from_millis(20);
/// How long [`ChildCgroup::drop`] waits for processes to leave.
const GRACE: Duration = Duration::from_secs(5);

/// A cgroup of our own, named for this process; dropping it removes it.
#[derive(Debug)]
pub struct ChildCgroup {
    path: PathBuf,
    directory: File,
    removed: bool,
}

/// Processes that are still in a cgroup, which therefore could not be removed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "{} still there, in `{}`; when they have ended, remove it with `rmdir {}`",
    processes(pids), path.display(), path.display()
)]
pub struct Stragglers {
    /// The cgroup.
    pub path: PathBuf,
    /// Their process ids, as far as this process can see them.
    pub pids: Vec<u32>,
}

fn processes(pids: &[u32]) -> String {
    let list = pids.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    match pids.len() {
        0 => "processes are".into(),
        1 => format!("process {list} is"),
        _ => format!("processes {list} are"),
    }
}

impl ChildCgroup {
    /// Makes `bpfl-PID` below `parent`, and first removes what a killed process of ours left there.
    ///
    /// # Errors
    /// [`CgroupError::Create`] when the directory cannot be made.
    pub fn create(parent: &Path) -> Result<Self, CgroupError> {
        sweep(parent);
        let name = |n: u32| match n {
            0 => format!("{PREFIX}{}", std::process::id()),
            n => format!("{PREFIX}{}-{n}", std::process::id()),
        };
        let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
        for n in 0..100 {
            let path = parent.join(name(n));
            match make(&path) {
                Ok(directory) => return Ok(Self { path, directory, removed: false }),
                Err(error) if is_taken(&error) => last = error,
                Err(source) => return Err(CgroupError::Create { path, source }),
            }
        }
        Err(CgroupError::Create { path: parent.join(name(0)), source: last })
    }

    /// Its directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The processes in it and below it.
    pub fn pids(&self) -> Vec<u32> {
        let mut pids = Vec::new();
        collect_pids(&self.path, &mut pids);
        pids
    }

    /// Whether a process is in it or below it (`populated` of `cgroup.events`, which counts no
    /// processes that have ended and only wait for their parent).
    pub fn is_occupied(&self) -> bool {
        let events = fs::read_to_string(self.path.join("cgroup.events")).unwrap_or_default();
        events.lines().any(|line| line == "populated 1")
    }

    /// Waits until no process is in it, at most `patience`; whether that came to pass.
    pub fn wait_empty(&self, patience: Duration) -> bool {
        let end = Instant::now() + patience;
        while self.is_occupied() {
            if Instant::now() >= end {
                return false;
            }
            std::thread::sleep(POLL);
        }
        true
    }

    /// Removes it now, with the cgroups that processes in it made below it.
    ///
    /// # Errors
    /// [`Stragglers`] when processes are still in it; it then stays.
    pub fn remove(mut self) -> Result<(), Stragglers> {
        self.removed = true;
        if remove_tree(&self.path).is_ok() || !self.path.exists() {
            return Ok(());
        }
        Err(Stragglers { path: self.path.clone(), pids: self.pids() })
    }
}

/// This process in another cgroup; dropping it takes the process back.
#[derive(Debug)]
pub struct Inside {
    before: PathBuf,
}

impl ChildCgroup {
    /// Moves this process into the cgroup until what is returned is dropped. The sockets that it makes
    /// meanwhile are of the cgroup, and stay so.
    ///
    /// # Errors
    /// [`CgroupError::Join`] when it may not.
    pub fn enter(&self, hierarchy: &Hierarchy) -> Result<Inside, CgroupError> {
        let before = hierarchy.own()?;
        join(&self.path)?;
        Ok(Inside { before })
    }
}

fn join(cgroup: &Path) -> Result<(), CgroupError> {
    let path = cgroup.join("cgroup.procs");
    fs::write(&path, "0").map_err(|_| CgroupError::Join { path })
}

impl Drop for Inside {
    fn drop(&mut self) {
        // Where it was it may be again, unless somebody has removed that meanwhile.
        let _ = join(&self.before);
    }
}

impl AsFd for ChildCgroup {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.directory.as_fd()
    }
}

impl Drop for ChildCgroup {
    fn drop(&mut self) {
        if !self.removed {
            self.wait_empty(GRACE);
            let _ = remove_tree(&self.path);
        }
    }
}

/// Makes a directory and locks it. A sweep of another process may remove it in between: then it
/// counts as taken.
fn make(path: &Path) -> io::Result<File> {
    fs::create_dir(path)?;
    let directory = File::open(path)?;
    flock(&directory, FlockOperation::NonBlockingLockExclusive)?;
    if path.exists() { Ok(directory) } else { Err(io::ErrorKind::NotFound.into()) }
}

fn is_taken(error: &io::Error) -> bool {
    use io::ErrorKind::{AlreadyExists, NotFound, WouldBlock};
    // A parent that does not exist is found out by whoever resolved it.
    matches!(error.kind(), AlreadyExists | NotFound | WouldBlock)
}

/// Removes the cgroups below `parent` that killed processes of ours left behind: nobody holds
/// their lock, and the kernel removes none that has a process in it.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_str().is_some_and(is_own_name);
        if let Some(directory) = ours.then(|| File::open(entry.path()).ok()).flatten()
            && flock(&directory, FlockOperation::NonBlockingLockExclusive).is_ok()
        {
            let _ = fs::remove_dir(entry.path());
        }
    }
}

fn is_own_name(name: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    name.strip_prefix(PREFIX).is_some_and(|rest| rest.split('-').all(number))
}

fn collect_pids(path: &Path, pids: &mut Vec<u32>) {
    let text = fs::read_to_string(path.join("cgroup.procs")).unwrap_or_default();
    pids.extend(text.lines().filter_map(|line| line.parse::<u32>().ok()));
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect_pids(&entry.path(), pids);
        }
    }
}

fn remove_tree(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)?.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_tree(&entry.path())?;
        }
    }
    // A cgroup stays busy for a moment after its last process was reaped.
    let mut result = fs::remove_dir(path);
    for _ in 0..5 {
        if result.as_ref().is_err_and(|e| e.kind() == io::ErrorKind::ResourceBusy) {
            std::thread::sleep(POLL / 4);
            result = fs::remove_dir(path);
        }
    }
    result
}
