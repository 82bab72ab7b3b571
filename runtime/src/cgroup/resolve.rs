//! Which cgroup directory a user means.
//!
//! On a hybrid host `/sys/fs/cgroup` is a tmpfs with v1 controllers below it and v2 beside them in
//! `unified`; programs can be attached only to v2.

use std::path::{Path, PathBuf};

use rustix::fs::statfs;

use super::{CgroupError, Hierarchy};

/// `CGROUP_SUPER_MAGIC` and `CGROUP2_SUPER_MAGIC` of include/uapi/linux/magic.h.
const VERSION_ONE: i128 = 0x0027_e0eb;
const VERSION_TWO: i128 = 0x6367_7270;

/// A directory of the cgroup v2 hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The directory.
    pub path: PathBuf,
    /// What to tell the user when it is not the one that was named.
    pub note: Option<String>,
}

/// The cgroup v2 directory meant by `path`: itself, or what has that name under the v2 mount.
///
/// # Errors
/// When it does not exist, is no cgroup, or belongs to a v1 controller.
pub fn resolve(hierarchy: &Hierarchy, path: &Path) -> Result<Resolved, CgroupError> {
    let v2 = || hierarchy.mount.clone();
    match statfs(path).map(|stat| i128::from(stat.f_type)) {
        Ok(VERSION_TWO) if path.is_dir() => Ok(Resolved { path: path.into(), note: None }),
        Ok(VERSION_ONE) => {
            Err(CgroupError::VersionOne { path: path.into(), v2: counterpart(hierarchy, path) })
        }
        Ok(_) if is_parent(hierarchy, path) => Ok(moved(path, v2())),
        Ok(_) => Err(CgroupError::NotCgroup { path: path.into(), v2: v2() }),
        Err(rustix::io::Errno::NOENT) => elsewhere(hierarchy, path)
            .map(|found| moved(path, found))
            .ok_or_else(|| CgroupError::Missing { path: path.into(), v2: v2() }),
        Err(error) => Err(CgroupError::Io { path: path.into(), source: error.into() }),
    }
}

fn moved(from: &Path, to: PathBuf) -> Resolved {
    let note =
        format!("`{}` is no cgroup v2 directory on this host; using `{}`", from.display(), to.display());
    Resolved { path: to, note: Some(note) }
}

/// Whether `path` is the directory in which the v2 hierarchy is mounted beside others.
fn is_parent(hierarchy: &Hierarchy, path: &Path) -> bool {
    let parent = hierarchy.mount.parent().and_then(|parent| parent.canonicalize().ok());
    !hierarchy.version_one.is_empty() && parent.is_some() && parent == path.canonicalize().ok()
}

/// A path below the v2 mount's parent that does not exist, looked up below the mount.
fn elsewhere(hierarchy: &Hierarchy, path: &Path) -> Option<PathBuf> {
    let below = path.strip_prefix(hierarchy.mount.parent()?).ok()?;
    Some(hierarchy.mount.join(below)).filter(|path| path.is_dir())
}

/// The v2 directory of the same name as a v1 one, or the mount when there is none.
fn counterpart(hierarchy: &Hierarchy, path: &Path) -> PathBuf {
    let full = path.canonicalize().unwrap_or_else(|_| path.into());
    let below = hierarchy.version_one.iter().find_map(|mount| full.strip_prefix(mount).ok());
    let twin = below.filter(|below| *below != Path::new("")).map(|below| hierarchy.mount.join(below));
    twin.filter(|twin| twin.is_dir()).unwrap_or_else(|| hierarchy.mount.clone())
}
