//! The links that there are: which program is attached to what.

use std::{io, os::fd::OwnedFd};

use crate::sys::{self, Buffer, Info, Numbered, text};

/// A link in the kernel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinkInfo {
    /// Its id.
    pub id: u32,
    /// The program's id; 0 for a table of functions.
    pub program: u32,
    /// What it is called: `cgroup`, `xdp`, `kprobe` …
    pub kind: &'static str,
    /// A number of `enum bpf_attach_type`, where the kernel tells.
    pub attach_type: Option<u32>,
    /// What it is attached to.
    pub place: Place,
}

/// What a program is attached to, as the kernel tells it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// A cgroup, by the number of its directory.
    Cgroup(u64),
    /// A network interface, by its number; 0 when it is gone.
    Interface(u32),
    /// A network namespace, by the number of its file.
    NetNamespace(u32),
    /// A map, by its id.
    Map(u32),
    /// An event or function, by its name, or the place of one.
    Event(String),
    /// Something that the kernel does not tell.
    Unknown,
}

/// Places in `struct bpf_link_info`, whose union starts at 16.
const WORDS: usize = 8;
const UNION: usize = 16;
type Of = Info<WORDS>;

/// A row for each kind of link: its number in `enum bpf_link_type`, its name, how its place is read.
type Row = (u32, &'static str, Reader);

/// How a place is read.
#[derive(Clone, Copy)]
enum Reader {
    /// From numbers of the record: the place, and where the attach type is.
    Numbers(fn(&Of) -> Place, Option<usize>),
    /// From the name in a buffer.
    Name(Buffer),
    /// From the kind of perf event.
    Perf,
}

const fn buffer(address: usize, length: usize) -> Buffer {
    Buffer { address: UNION + address, length: UNION + length, unit: 1, unit_at: None }
}

const KINDS: &[Row] = &[
    (1, "raw-tracepoint", Reader::Name(buffer(0, 8))),
    (2, "tracing", Reader::Numbers(|_| Place::Unknown, Some(UNION))),
    (3, "cgroup", Reader::Numbers(|of| Place::Cgroup(of.u64(UNION)), Some(UNION + 8))),
    (4, "iter", Reader::Name(buffer(0, 8))),
    (5, "netns", Reader::Numbers(|of| Place::NetNamespace(of.u32(UNION)), Some(UNION + 4))),
    (6, "xdp", Reader::Numbers(|of| Place::Interface(of.u32(UNION)), None)),
    (7, "perf-event", Reader::Perf),
    (8, "kprobe-multi", Reader::Numbers(functions, None)),
    (9, "struct-ops", Reader::Numbers(|of| Place::Map(of.u32(UNION)), None)),
    (10, "netfilter", Reader::Numbers(netfilter, None)),
    (11, "tcx", Reader::Numbers(|of| Place::Interface(of.u32(UNION)), Some(UNION + 4))),
    (12, "uprobe-multi", Reader::Name(buffer(0, 32))),
    (13, "netkit", Reader::Numbers(|of| Place::Interface(of.u32(UNION)), Some(UNION + 4))),
    (14, "sockmap", Reader::Numbers(|of| Place::Map(of.u32(UNION)), Some(UNION + 4))),
];

/// Kinds of `enum bpf_perf_event_type` that have a name: address and length of it.
const PERF: &[(u32, &str)] =
    &[(1, "uprobe"), (2, "uretprobe"), (3, "kprobe"), (4, "kretprobe"), (5, "tracepoint")];

fn functions(of: &Of) -> Place {
    match of.u32(UNION + 8) {
        1 => Place::Event("1 function".into()),
        count => Place::Event(format!("{count} functions")),
    }
}

fn netfilter(of: &Of) -> Place {
    let family = match of.u32(UNION) {
        2 => "ipv4",
        10 => "ipv6",
        _ => "family",
    };
    let hooks = ["pre-routing", "local-in", "forward", "local-out", "post-routing"];
    let hook = hooks.get(of.u32(UNION + 4) as usize).copied().unwrap_or("hook");
    Place::Event(format!("{family} {hook} {}", of.u32(UNION + 8).cast_signed()))
}

/// All links, in the order of their ids.
///
/// # Errors
/// When the kernel refuses: `EPERM` without CAP_SYS_ADMIN.
pub fn links() -> io::Result<Vec<LinkInfo>> {
    let mut all = Vec::new();
    for id in sys::ids(Numbered::Link)? {
        match sys::by_id(Numbered::Link, id) {
            Ok(Some(fd)) => all.push(describe(&fd)?),
            Ok(None) => {}
            // It is being made and has no program yet.
            Err(error) if error.raw_os_error() == Some(libc::EAGAIN) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

fn describe(fd: &OwnedFd) -> io::Result<LinkInfo> {
    let info = Of::of(fd)?;
    let mut link = LinkInfo {
        id: info.u32(4),
        program: info.u32(8),
        kind: "link",
        attach_type: None,
        place: Place::Unknown,
    };
    let Some((_, kind, reader)) = KINDS.iter().find(|(number, ..)| *number == info.u32(0)) else {
        return Ok(link);
    };
    link.kind = kind;
    match reader {
        Reader::Numbers(place, attach_type) => {
            link.place = place(&info);
            link.attach_type = attach_type.map(|at| info.u32(at));
        }
        Reader::Name(at) => link.place = named(fd, *at),
        Reader::Perf => {
            if let Some((_, kind)) = PERF.iter().find(|(number, _)| *number == info.u32(UNION)) {
                (link.kind, link.place) = (kind, named(fd, buffer(8, 16)));
            }
        }
    }
    Ok(link)
}

/// Longer names are cut off.
const LONGEST: usize = 4096;

/// A name that the kernel writes to a buffer. What it does not tell is unknown: an old kernel may not
/// know the buffer, and a name may need more privilege.
fn named(fd: &OwnedFd, at: Buffer) -> Place {
    match Of::ask(fd, at, LONGEST) {
        Ok((_, bytes)) if bytes.first().is_some_and(|byte| *byte != 0) => Place::Event(text(&bytes)),
        _ => Place::Unknown,
    }
}
