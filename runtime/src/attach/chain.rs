//! What runs for an event in a cgroup: its own programs and those it inherits, in their order.

use std::{
    collections::HashMap,
    fs::File,
    io,
    path::{Path, PathBuf},
};

use aya::programs::loaded_programs;
use bpfl_stdlib::catalog::{
    attach::{self, AttachType, TargetKind},
    mode::{self, AttachMode},
};

use crate::{cgroup::Hierarchy, sys};

/// A program that runs for an event in a cgroup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The event.
    pub at: &'static AttachType,
    /// Its place among those that run for it, from 1.
    pub order: usize,
    /// The program's id.
    pub id: u32,
    /// Its name; `None` when this user may not ask for it.
    pub name: Option<String>,
    /// The cgroup that it is attached to: the one asked about or one above it.
    pub cgroup: Option<PathBuf>,
    /// How it is attached there. The kernel does not tell `preorder` from `multi`, so that it counts
    /// as the former only when it runs before a program of a cgroup below its own.
    pub mode: Option<&'static AttachMode>,
}

/// What is attached to one cgroup.
struct Own {
    id: u32,
    cgroup: PathBuf,
    mode: Option<&'static AttachMode>,
}

/// The programs that run for events in the cgroup at `path`, event by event.
///
/// # Errors
/// When the kernel refuses: `EPERM` without CAP_NET_ADMIN, `EBADF` for what is no cgroup v2.
pub fn chain(hierarchy: &Hierarchy, path: &Path) -> io::Result<Vec<Member>> {
    let names = names();
    let mut members = Vec::new();
    for at in attach::ALL.iter().copied().filter(|at| at.target == TargetKind::Cgroup) {
        let ids = match sys::effective_programs(File::open(path)?, at.number) {
            Ok(ids) => ids,
            // An event that this kernel does not have.
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => continue,
            Err(error) => return Err(error),
        };
        let first = members.len();
        let mut owners = if ids.is_empty() { Vec::new() } else { owners(hierarchy, path, at)? };
        for (index, id) in ids.into_iter().enumerate() {
            let owner = owners.iter().position(|own| own.id == id).map(|at| owners.remove(at));
            members.push(Member {
                at,
                order: index + 1,
                id,
                name: names.get(&id).cloned(),
                mode: owner.as_ref().and_then(|own| own.mode),
                cgroup: owner.map(|own| own.cgroup),
            });
        }
        mark_preorder(&mut members[first..]);
    }
    Ok(members)
}

/// Only `preorder` puts a program before one of a cgroup below.
fn mark_preorder(members: &mut [Member]) {
    for index in 0..members.len() {
        let (member, later) = (&members[index], &members[index + 1..]);
        let Some(own) = &member.cgroup else { continue };
        if later.iter().flat_map(|other| &other.cgroup).any(|other| other != own && other.starts_with(own)) {
            members[index].mode = Some(&mode::PREORDER);
        }
    }
}

/// What is attached to the cgroup at `path` and to those above it, from below.
fn owners(hierarchy: &Hierarchy, path: &Path, at: &AttachType) -> io::Result<Vec<Own>> {
    let mut owners = Vec::new();
    for cgroup in path.ancestors().take_while(|above| above.starts_with(&hierarchy.mount)) {
        let (ids, flags) = sys::own_programs(File::open(cgroup)?, at.number)?;
        let mode = mode::by_flags(flags);
        owners.extend(ids.into_iter().map(|id| Own { id, cgroup: cgroup.into(), mode }));
    }
    Ok(owners)
}

/// The names of the programs that are loaded, as far as this user may ask.
fn names() -> HashMap<u32, String> {
    let named = |info: aya::programs::ProgramInfo| Some((info.id(), info.name_as_str()?.to_string()));
    loaded_programs().flatten().filter_map(named).collect()
}
