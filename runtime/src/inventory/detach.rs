//! Detaching what outlives the process that attached it.

use std::{
    fs::{self, File},
    io,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
};

use super::{
    Held,
    attachments::{Attachment, Owner},
    pinned,
};
use crate::{
    pin::DIRECTORY,
    sys::{self, Numbered},
};

/// The directory of pinned links, in that of the pinned maps.
pub const LINKS: &str = "links";

/// Detaches a program from one place, whoever attached it; what is gone by now needs no more.
///
/// # Errors
/// When the kernel refuses: `EOPNOTSUPP` for links, such as those of tracing, that only go when they are
/// closed by all who hold them.
pub fn detach(of: &Attachment) -> io::Result<()> {
    match (of.link, &of.without_link) {
        (Some(link), _) => sys::by_id(Numbered::Link, link)?.map_or(Ok(()), |link| sys::detach_link(&link)),
        (None, Some((attach_type, owner))) => {
            let (program, owner) = (sys::by_id(Numbered::Program, of.program)?, open(owner)?);
            program.zip(owner).map_or(Ok(()), |(program, owner)| sys::detach(&program, &owner, *attach_type))
        }
        (None, None) => Err(io::Error::other(by_its_own_tool(of))),
    }
}

/// How what `ip` or `tc` has attached is detached.
fn by_its_own_tool(of: &Attachment) -> String {
    let Attachment { event, place, .. } = of;
    let command = match event.strip_prefix("tc/") {
        Some(way) => format!("`tc filter del dev {place} {way}`, which removes all filters there"),
        None if event == "tc" => format!("`tc filter del dev {place}`"),
        None => format!("`ip link set dev {place} xdp off`"),
    };
    format!("it has no link; {command} detaches it")
}

fn open(owner: &Owner) -> io::Result<Option<OwnedFd>> {
    match owner {
        Owner::Cgroup(path) => File::open(path).map(|file| Some(file.into())),
        Owner::Map(id) => sys::by_id(Numbered::Map, *id),
    }
}

/// Removes the pins of links and maps in `directory` and those of links in its [`LINKS`], then what is
/// empty by that; gives what was removed. In the directory that all share, only links are.
///
/// # Errors
/// When the directory cannot be read, or a pin cannot be removed.
pub fn unpin(directory: &Path) -> io::Result<Vec<(Held, PathBuf)>> {
    let links = directory.join(LINKS);
    let mut removed = Vec::new();
    if links.is_dir() {
        remove(&links, &mut removed)?;
    }
    let shared = fs::canonicalize(directory)? == Path::new(DIRECTORY);
    if !shared {
        remove(directory, &mut removed)?;
    }
    for empty in [links.as_path(), directory].into_iter().take(if shared { 1 } else { 2 }) {
        // Something that is not ours may be left in it.
        let _ = fs::remove_dir(empty);
    }
    Ok(removed)
}

fn remove(directory: &Path, removed: &mut Vec<(Held, PathBuf)>) -> io::Result<()> {
    let mut paths: Vec<_> = fs::read_dir(directory)?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths.into_iter().filter(|path| path.is_file()) {
        if let Ok(Some(held @ (Held::Link(_) | Held::Map(_)))) = pinned(&path) {
            fs::remove_file(&path)?;
            removed.push((held, path));
        }
    }
    Ok(())
}
