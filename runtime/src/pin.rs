//! Pins: names in a BPF file system, which keep a map, a program or a link when the process has ended.
//!
//! Always holds: a map that is pinned by its name is only taken for the object's own when it is defined
//! in the same way; else loading fails, and says what differs.

use std::{
    ffi::CString,
    fs, io,
    os::{fd::AsFd, unix::ffi::OsStrExt},
    path::{Path, PathBuf},
};

use aya::maps::MapInfo;

use crate::{load::map_entries, spec::MapSpec, sys};

/// Where libbpf, and we, pin maps by their names.
pub const DIRECTORY: &str = "/sys/fs/bpf";

/// Why something cannot be pinned, or what is pinned not be used.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// There is something of that name.
    #[error("`{}` is there already; remove it with `rm`, or pin under another name", path.display())]
    Exists {
        /// The name.
        path: PathBuf,
    },
    /// The directory is not one of a BPF file system.
    #[error(
        "`{}` is not in a BPF file system; as root, `mount -t bpf bpf {DIRECTORY}`, and pin below that",
        path.display()
    )]
    NotBpf {
        /// The name.
        path: PathBuf,
    },
    /// There is no such directory.
    #[error("there is no directory for `{}`; make it with `mkdir -p`", path.display())]
    NoDirectory {
        /// The name.
        path: PathBuf,
    },
    /// A map that was defined in another way.
    #[error(
        "the map that is pinned as `{}` is not `{map}` as it is defined here: {difference}; remove it with `rm`, or \
         pin under another name",
        path.display()
    )]
    Incompatible {
        /// The map.
        map: String,
        /// The name.
        path: PathBuf,
        /// What differs.
        difference: String,
    },
    /// Something that is no pin is not removed.
    #[error("`{}` is not in a BPF file system: it is no pin, and stays", path.display())]
    NoPin {
        /// The name.
        path: PathBuf,
    },
    /// A pin cannot be removed.
    #[error("`{}` cannot be removed ({source})", path.display())]
    Stays {
        /// The name.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The kernel refused.
    #[error("`{}` cannot be pinned ({source})", path.display())]
    Kernel {
        /// The name.
        path: PathBuf,
        /// The kernel's reason.
        source: io::Error,
    },
}

/// Gives what is behind `fd` a name.
pub(crate) fn pin(fd: impl AsFd, path: &Path) -> Result<(), PinError> {
    let failed = |source: io::Error| explain(path, source);
    let name = CString::new(path.as_os_str().as_bytes()).map_err(|error| failed(error.into()))?;
    sys::pin(fd, &name).map_err(failed)
}

/// Removes what is pinned as `path`; whether there was something.
///
/// # Errors
/// When it is in no BPF file system, for then it is a file of somebody's, or cannot be removed.
pub fn unpin(path: &Path) -> Result<bool, PinError> {
    // A link in another file system is not what it leads to.
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        _ if !is_bpf(path) => return Err(PinError::NoPin { path: path.into() }),
        _ => {}
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(PinError::Stays { path: path.into(), source }),
        Ok(()) => Ok(true),
    }
}

fn explain(path: &Path, source: io::Error) -> PinError {
    let path = path.to_path_buf();
    match source.raw_os_error() {
        Some(libc::EEXIST) => PinError::Exists { path },
        // `bpf_obj_do_pin` of kernel/bpf/inode.c for a directory of another file system; sysfs, where nothing is
        // mounted on it yet, has no entry to give.
        Some(libc::EPERM | libc::EOPNOTSUPP | libc::ENOENT) if !is_bpf(&path) => PinError::NotBpf { path },
        Some(libc::ENOENT) => PinError::NoDirectory { path },
        _ => PinError::Kernel { path, source },
    }
}

/// `BPF_FS_MAGIC`
const BPF_FILE_SYSTEM: u64 = 0xcafe_4a11;

/// Whether `path` is below the mount of a BPF file system, or would be if its directories were made.
fn is_bpf(path: &Path) -> bool {
    let directory = path.ancestors().skip(1).find(|directory| directory.exists());
    // A name alone has no ancestor that exists: it is one of the current directory.
    rustix::fs::statfs(directory.unwrap_or(Path::new(".")))
        .is_ok_and(|found| found.f_type as u64 & 0xffff_ffff == BPF_FILE_SYSTEM)
}

/// Whether the map that is pinned at `path`, if there is one, can stand for `spec`.
pub(crate) fn check(spec: &MapSpec, path: &Path) -> Result<(), PinError> {
    if !path.exists() {
        return match is_bpf(path) {
            true => Ok(()),
            false => Err(PinError::NotBpf { path: path.into() }),
        };
    }
    let failed = |error| PinError::Kernel { path: path.into(), source: io::Error::other(error) };
    let info = MapInfo::from_pin(path).map_err(failed)?;
    let kind = info.map_type().map_or(0, |kind| kind as u32);
    let own = [
        ("its type is number", kind, spec.kind.number),
        ("the size of its keys is", info.key_size(), spec.key.size() as u32),
        ("the size of its values is", info.value_size(), spec.value.size() as u32),
        ("the number of its entries is", info.max_entries(), map_entries(spec)),
        ("its flags are", info.map_flags(), spec.flags),
    ];
    match own.iter().find(|(_, pinned, own)| pinned != own) {
        None => Ok(()),
        Some((what, pinned, own)) => Err(PinError::Incompatible {
            map: spec.name.clone(),
            path: path.into(),
            difference: format!("{what} {pinned}, not {own}"),
        }),
    }
}
