//! Detaching what outlives the process that attached it.

use std::{
    fs::{self, File},
    io,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
};

use super::{
    Held,
    attachments::{Attachment, Owner, WithoutLink, own_filters},
    pinned,
};
use crate::{
    attach::clsact::Discipline,
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
        (None, Some(WithoutLink::Filter(filter))) => Discipline::of(filter.interface)?.remove(filter),
        (None, Some(WithoutLink::Attached(attach_type, owner))) => {
            let (program, owner) = (sys::by_id(Numbered::Program, of.program)?, open(owner)?);
            program.zip(owner).map_or(Ok(()), |(program, owner)| sys::detach(&program, &owner, *attach_type))
        }
        (None, None) => {
            let how = format!("it has no link; `ip link set dev {} xdp off` detaches it", of.place);
            Err(io::Error::other(how))
        }
    }
}

fn open(owner: &Owner) -> io::Result<Option<OwnedFd>> {
    match owner {
        Owner::Cgroup(path) => File::open(path).map(|file| Some(file.into())),
        Owner::Map(id) => sys::by_id(Numbered::Map, *id),
    }
}

/// A pin that was removed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Unpinned {
    /// What was pinned.
    pub held: Held,
    /// As what.
    pub path: PathBuf,
    /// How many filters of tc went with it; a program among the links is pinned for those.
    pub filters: usize,
}

/// Removes the pins of links and maps in `directory` and those in its [`LINKS`], then what is empty by that; gives
/// what was removed. In the directory that all share, only links are. Filters of tc that are kept by their
/// programs, which are pinned among the links, are removed as far as they are in this network namespace.
///
/// # Errors
/// When the directory cannot be read, or a filter or a pin cannot be removed.
pub fn unpin(directory: &Path) -> io::Result<Vec<Unpinned>> {
    let links = directory.join(LINKS);
    let mut removed = Vec::new();
    if links.is_dir() {
        let is_kept = |held: &Held| matches!(held, Held::Link(_) | Held::Map(_) | Held::Program(_));
        remove(&links, is_kept, &mut removed)?;
    }
    let shared = fs::canonicalize(directory)? == Path::new(DIRECTORY);
    if !shared {
        remove(directory, |held| matches!(held, Held::Link(_) | Held::Map(_)), &mut removed)?;
    }
    for empty in [links.as_path(), directory].into_iter().take(if shared { 1 } else { 2 }) {
        // Something that is not ours may be left in it.
        let _ = fs::remove_dir(empty);
    }
    Ok(removed)
}

fn remove(directory: &Path, wanted: impl Fn(&Held) -> bool, removed: &mut Vec<Unpinned>) -> io::Result<()> {
    let mut paths: Vec<_> = fs::read_dir(directory)?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths.into_iter().filter(|path| path.is_file()) {
        if let Some(held) = pinned(&path).ok().flatten().filter(&wanted) {
            let filters = match held {
                Held::Program(program) => remove_filters(program)?,
                _ => 0,
            };
            fs::remove_file(&path)?;
            removed.push(Unpinned { held, path, filters });
        }
    }
    Ok(())
}

/// Removes the filters that sessions have made of a program; how many.
fn remove_filters(program: u32) -> io::Result<usize> {
    let own = own_filters().filter(|(filter, _)| filter.program == program);
    own.map(|(filter, _)| detach(&filter)).try_fold(0, |count, done| done.map(|()| count + 1))
}
