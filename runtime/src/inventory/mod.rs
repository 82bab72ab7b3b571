//! What is in the kernel, whoever put it there: programs, maps and links, by their ids.
//!
//! Nothing goes in. Always holds: things come and go while they are listed, and what is gone by the
//! time it is asked about is left out.

mod attachments;
mod detach;
mod holders;
mod left;
mod link;
mod map;
mod netlink;
mod program;

use std::{
    ffi::CString,
    fs, io,
    os::{fd::AsFd, unix::ffi::OsStrExt},
    path::{Path, PathBuf},
};

pub use attachments::{Attachment, attachments};
pub use detach::{LINKS, Unpinned, detach, unpin};
pub use holders::{Holder, Holders, holders};
pub use left::{Left, left_behind};
pub use link::{LinkInfo, links};
pub use map::{MapInfo, OpenMap, maps};
pub(crate) use program::types_of;
pub use program::{ProgramInfo, programs};

use crate::{
    btf::Btf,
    pin::DIRECTORY,
    sys::{self, Buffer, Info, Numbered},
};

/// `struct bpf_btf_info`: address, size, id.
const BTF_WORDS: usize = 4;
const BTF_BYTES: Buffer = Buffer { address: 0, length: 8, unit: 1, unit_at: None };

/// The types with this id.
pub(crate) fn btf(id: u32) -> io::Result<Option<Btf>> {
    btf_bytes(id)?.map(|bytes| Btf::parse(&bytes).map_err(io::Error::other)).transpose()
}

/// Their bytes.
fn btf_bytes(id: u32) -> io::Result<Option<Vec<u8>>> {
    if id == 0 {
        return Ok(None);
    }
    let Some(fd) = sys::by_id(Numbered::Btf, id)? else { return Ok(None) };
    let size = Info::<BTF_WORDS>::of(&fd)?.u32(8) as usize;
    let (_, bytes) = Info::<BTF_WORDS>::ask(&fd, BTF_BYTES, size)?;
    Ok(Some(bytes))
}

/// What a descriptor is of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Held {
    /// The program with this id.
    Program(u32),
    /// The map with this id.
    Map(u32),
    /// The link with this id.
    Link(u32),
}

impl Held {
    /// From the text of a file of `/proc/PID/fdinfo`. A link names its program too.
    fn parse(text: &str) -> Option<Self> {
        let id = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key));
            line.and_then(|id| id.trim().parse().ok())
        };
        let link = id("link_id:").map(Self::Link);
        link.or_else(|| id("map_id:").map(Self::Map)).or_else(|| id("prog_id:").map(Self::Program))
    }

    /// What is behind a descriptor of our own.
    fn behind(fd: impl AsFd) -> io::Result<Option<Self>> {
        use std::os::fd::AsRawFd;
        let path = format!("/proc/self/fdinfo/{}", fd.as_fd().as_raw_fd());
        fs::read_to_string(path).map(|text| Self::parse(&text))
    }
}

/// What is pinned below the usual directory, and where.
pub fn pins() -> Vec<(Held, PathBuf)> {
    let mut found = Vec::new();
    below(Path::new(DIRECTORY), &mut |path| {
        if let Ok(Some(held)) = pinned(path) {
            found.push((held, path.to_path_buf()));
        }
    });
    found.sort();
    found
}

/// What is pinned at `path`.
pub(crate) fn pinned(path: &Path) -> io::Result<Option<Held>> {
    Held::behind(open(path)?)
}

/// Opens what is pinned at `path`.
pub(crate) fn open(path: &Path) -> io::Result<std::os::fd::OwnedFd> {
    let name = CString::new(path.as_os_str().as_bytes())?;
    sys::open_pin(&name)
}

/// Each file below a directory.
fn below(directory: &Path, each: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => below(&entry.path(), each),
            Ok(kind) if kind.is_file() => each(&entry.path()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Held;

    #[test]
    fn a_descriptor_of_a_link_is_not_one_of_its_program() {
        let link = "pos:\t0\nlink_type:\tcgroup\nlink_id:\t7\nprog_tag:\tab\nprog_id:\t9\n";
        assert_eq!(Held::parse(link), Some(Held::Link(7)));
        assert_eq!(Held::parse("prog_type:\t8\nprog_id:\t9\n"), Some(Held::Program(9)));
        assert_eq!(Held::parse("map_type:\t8\nmap_id:\t3\n"), Some(Held::Map(3)));
        assert_eq!(Held::parse("pos:\t0\n"), None);
    }
}
