//! The cgroup v2 hierarchy: where it is mounted, which directory a user means, and child cgroups
//! that last as long as a scope.

mod child;
mod resolve;
mod spawn;

use std::path::{Path, PathBuf};

pub use child::{ChildCgroup, Stragglers};
use procfs::{FromRead, ProcessCGroups, process::MountInfo};
pub use resolve::{Resolved, resolve};
pub use spawn::{SpawnError, spawn, spawn_here};

/// What went wrong with a cgroup.
#[derive(Debug, thiserror::Error)]
pub enum CgroupError {
    /// No cgroup v2 on this machine.
    #[error("cgroup v2 is not mounted; as root, `mkdir -p {at} && mount -t cgroup2 none {at}`")]
    NotMounted {
        /// Where it can be mounted.
        at: &'static str,
    },
    /// A path that leads nowhere.
    #[error("there is no cgroup `{}`; the cgroup v2 hierarchy is at `{}`", path.display(), v2.display())]
    Missing {
        /// The path as given.
        path: PathBuf,
        /// The mount.
        v2: PathBuf,
    },
    /// A directory of a v1 controller.
    #[error(
        "`{}` belongs to a cgroup v1 controller, to which no program can be attached; use `{}`",
        path.display(), v2.display()
    )]
    VersionOne {
        /// The path as given.
        path: PathBuf,
        /// The directory of the v2 hierarchy to use instead.
        v2: PathBuf,
    },
    /// Something else than a cgroup.
    #[error(
        "`{}` is no cgroup directory; the cgroup v2 hierarchy is at `{}`",
        path.display(), v2.display()
    )]
    NotCgroup {
        /// The path as given.
        path: PathBuf,
        /// The mount.
        v2: PathBuf,
    },
    /// A child cgroup could not be made.
    #[error("the cgroup `{}` cannot be made ({source}); run as root, or name a cgroup you own", path.display())]
    Create {
        /// The directory.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A process may not enter.
    #[error(
        "a process may not be moved by writing to `{}`; run as root, or name a cgroup you own",
        path.display()
    )]
    Join {
        /// Its `cgroup.procs`.
        path: PathBuf,
    },
    /// The system refused.
    #[error("`{}` cannot be used ({source})", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

impl CgroupError {
    fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { path, source }
    }
}

/// A mounted cgroup hierarchy of version 2, and what is mounted beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hierarchy {
    /// Where version 2 is mounted.
    pub mount: PathBuf,
    /// Which of its directories is the mount's root, as `/proc/PID/cgroup` would name it.
    pub root: PathBuf,
    /// Where controllers of version 1 are mounted; empty on all but hybrid hosts.
    pub version_one: Vec<PathBuf>,
}

impl Hierarchy {
    /// Finds it in this process's mounts.
    ///
    /// # Errors
    /// [`CgroupError::NotMounted`] when cgroup v2 is not mounted.
    pub fn find() -> Result<Self, CgroupError> {
        let path = Path::new("/proc/self/mountinfo");
        Self::parse(&std::fs::read_to_string(path).map_err(CgroupError::io(path))?)
    }

    /// Finds it in the text of a `/proc/PID/mountinfo`. Of several mounts the one of the whole
    /// hierarchy counts, then the first.
    ///
    /// # Errors
    /// [`CgroupError::NotMounted`] when there is none.
    ///
    /// ```
    /// use bpfl_runtime::cgroup::Hierarchy;
    /// let text = "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
    /// let found = Hierarchy::parse(text).unwrap();
    /// assert_eq!(found.mount.to_str(), Some("/sys/fs/cgroup/unified"));
    /// ```
    pub fn parse(mountinfo: &str) -> Result<Self, CgroupError> {
        let mounts: Vec<_> = mountinfo.lines().filter_map(|line| MountInfo::from_line(line).ok()).collect();
        let of = |kind: &'static str| mounts.iter().filter(move |mount| mount.fs_type == kind);
        let whole = of("cgroup2").find(|mount| mount.root == "/");
        // Where v1 controllers are mounted, v2 goes beside them, not over them.
        let at = if of("cgroup").next().is_some() { "/sys/fs/cgroup/unified" } else { "/sys/fs/cgroup" };
        let chosen = whole.or_else(|| of("cgroup2").next()).ok_or(CgroupError::NotMounted { at })?;
        Ok(Self {
            mount: unescape(&chosen.mount_point),
            root: unescape(Path::new(&chosen.root)),
            version_one: of("cgroup").map(|mount| unescape(&mount.mount_point)).collect(),
        })
    }

    /// The directory of the cgroup that this process is in; the mount itself when that lies
    /// outside of what is mounted.
    ///
    /// # Errors
    /// When `/proc/self/cgroup` cannot be read.
    pub fn own(&self) -> Result<PathBuf, CgroupError> {
        let path = Path::new("/proc/self/cgroup");
        let text = std::fs::read_to_string(path).map_err(CgroupError::io(path))?;
        Ok(self.member_of(&text))
    }

    /// The directory that the text of a `/proc/PID/cgroup` names.
    fn member_of(&self, text: &str) -> PathBuf {
        let groups = ProcessCGroups::from_read(text.as_bytes()).map(|all| all.0).unwrap_or_default();
        let own = groups.iter().find(|group| group.hierarchy == 0);
        let below = own.and_then(|group| Path::new(&group.pathname).strip_prefix(&self.root).ok());
        below.map_or_else(|| self.mount.clone(), |below| self.mount.join(below))
    }
}

/// Mount points have space, tab, newline and backslash written as octal escapes.
fn unescape(path: &Path) -> PathBuf {
    let text = path.to_string_lossy();
    let table = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    table.iter().fold(text.into_owned(), |text, (from, to)| text.replace(from, to)).into()
}

#[cfg(test)]
mod tests;
