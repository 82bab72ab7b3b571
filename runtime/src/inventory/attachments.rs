//! Where programs are attached: what links say, and beside that what cgroups, maps of sockets and interfaces
//! say, to which programs can be attached without a link.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File},
    io,
    os::{fd::AsFd, unix::fs::MetadataExt},
    path::{Path, PathBuf},
};

use bpfl_stdlib::catalog::{
    attach::{self, AttachType, TargetKind},
    section,
};

use super::{
    link::{Place, links},
    netlink,
};
use crate::{
    attach::clsact::Known,
    cgroup::Hierarchy,
    sys::{self, Numbered},
};

/// A program and what it is attached to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attachment {
    /// The program's id.
    pub program: u32,
    /// The link, where it is one.
    pub link: Option<u32>,
    /// The event: a section's name, or the kind of link.
    pub event: String,
    /// The cgroup's path, the interface's name, the tracepoint …; empty where the kernel does not tell.
    pub place: String,
    /// Where to detach it from, without a link.
    pub(super) without_link: Option<WithoutLink>,
}

impl Attachment {
    /// Whether it is a filter of tc that a session has made, which is no more once that has ended well.
    pub fn is_own_filter(&self) -> bool {
        matches!(&self.without_link, Some(WithoutLink::Filter(filter)) if filter.is_ours())
    }
}

/// Filters of tc in this network namespace that sessions have made.
pub(super) fn own_filters() -> impl Iterator<Item = (Attachment, String)> {
    on_interfaces().filter_map(|attachment| {
        let Some(WithoutLink::Filter(filter)) = &attachment.without_link else { return None };
        let program = filter.title()?.to_string();
        Some((attachment, program))
    })
}

/// What holds a program that no link does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum WithoutLink {
    /// A cgroup or map, for events of this number of `enum bpf_attach_type`.
    Attached(u32, Owner),
    /// A filter of tc.
    Filter(Known),
}

/// What a program can be attached to without a link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Owner {
    /// A cgroup, by its directory.
    Cgroup(PathBuf),
    /// A map, by its id.
    Map(u32),
}

impl Owner {
    fn place(&self) -> String {
        match self {
            Self::Cgroup(path) => path.display().to_string(),
            Self::Map(id) => format!("map {id}"),
        }
    }
}

/// All of them, those of links first.
///
/// # Errors
/// When the kernel refuses: `EPERM` without CAP_SYS_ADMIN.
pub fn attachments() -> io::Result<Vec<Attachment>> {
    let cgroups = cgroups();
    let mut all = Vec::new();
    for link in links()?.into_iter().filter(|link| link.program != 0) {
        let event = link.attach_type.and_then(attach::by_number).map_or(link.kind, event);
        let place = place(link.place, &cgroups);
        all.push(Attachment {
            program: link.program,
            link: Some(link.id),
            event: event.into(),
            place,
            without_link: None,
        });
    }
    let known: HashSet<_> = all.iter().map(key).collect();
    let others = in_cgroups(&cgroups).into_iter().chain(in_maps()?).chain(on_interfaces());
    let others: Vec<_> = others.filter(|one| !known.contains(&key(one))).collect();
    all.extend(others);
    Ok(all)
}

fn key(of: &Attachment) -> (u32, String, String) {
    (of.program, of.event.clone(), of.place.clone())
}

/// An attach type by the section of its programs.
fn event(at: &'static AttachType) -> &'static str {
    section::ALL.iter().find(|row| row.attach_type == Some(at)).map_or(at.name, |row| row.name)
}

fn place(of: Place, cgroups: &HashMap<u64, PathBuf>) -> String {
    match of {
        Place::Cgroup(id) => match cgroups.get(&id) {
            Some(path) => path.display().to_string(),
            None => format!("cgroup {id}"),
        },
        Place::Interface(0) => "an interface that is gone".into(),
        Place::Interface(number) => {
            interface(number).unwrap_or_else(|| format!("interface {number} of another namespace"))
        }
        Place::NetNamespace(number) => format!("net:[{number}]"),
        Place::Map(id) => format!("map {id}"),
        Place::Event(name) => name,
        Place::Unknown => String::new(),
    }
}

/// The name of an interface of this network namespace.
fn interface(number: u32) -> Option<String> {
    let entries = fs::read_dir("/sys/class/net").ok()?.flatten();
    let is = |path: &Path| {
        let text = fs::read_to_string(path.join("ifindex")).unwrap_or_default();
        text.trim().parse() == Ok(number)
    };
    entries.filter(|entry| is(&entry.path())).find_map(|entry| entry.file_name().into_string().ok())
}

/// The directories of the cgroup v2 hierarchy by their numbers.
fn cgroups() -> HashMap<u64, PathBuf> {
    let mut found = HashMap::new();
    if let Ok(hierarchy) = Hierarchy::find() {
        directories(&hierarchy.mount, &mut found);
    }
    found
}

fn directories(path: &Path, found: &mut HashMap<u64, PathBuf>) {
    let Ok(metadata) = fs::metadata(path) else { return };
    found.insert(metadata.ino(), path.into());
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            directories(&entry.path(), found);
        }
    }
}

/// What is attached to cgroups. One that is gone or that this user may not ask is left out.
fn in_cgroups(cgroups: &HashMap<u64, PathBuf>) -> Vec<Attachment> {
    let mut paths: Vec<_> = cgroups.values().collect();
    paths.sort();
    let opened = paths.into_iter().filter_map(|path| Some((path, File::open(path).ok()?)));
    let asked =
        opened.map(|(path, cgroup)| of_kind(&cgroup, TargetKind::Cgroup, &Owner::Cgroup(path.clone())));
    asked.flatten().collect()
}

/// `BPF_MAP_TYPE_SOCKMAP`, `BPF_MAP_TYPE_SOCKHASH`
const SOCKETS: [u32; 2] = [15, 18];

/// What is attached to maps of sockets.
fn in_maps() -> io::Result<Vec<Attachment>> {
    let mut all = Vec::new();
    for map in super::maps()?.iter().filter(|map| SOCKETS.contains(&map.kind.number)) {
        if let Some(fd) = sys::by_id(Numbered::Map, map.id)? {
            all.extend(of_kind(&fd, TargetKind::SockMap, &Owner::Map(map.id)));
        }
    }
    Ok(all)
}

/// What is attached to interfaces of this network namespace.
fn on_interfaces() -> impl Iterator<Item = Attachment> {
    let attachment = |(program, event, place, filter): netlink::Found| Attachment {
        program,
        link: None,
        event: event.into(),
        place,
        without_link: filter.map(WithoutLink::Filter),
    };
    netlink::on_interfaces().into_iter().map(attachment)
}

/// What is attached to `target` for the events of its kind.
fn of_kind(target: impl AsFd + Copy, kind: TargetKind, owner: &Owner) -> Vec<Attachment> {
    let mut all = Vec::new();
    for at in attach::ALL.iter().copied().filter(|at| at.target == kind) {
        // An event that this kernel does not have.
        let Ok(ids) = sys::attached_programs(target, at.number) else { continue };
        let of = |program| Attachment {
            program,
            link: None,
            event: event(at).into(),
            place: owner.place(),
            without_link: Some(WithoutLink::Attached(at.number, owner.clone())),
        };
        all.extend(ids.into_iter().map(of));
    }
    all
}
