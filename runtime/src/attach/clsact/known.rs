//! Filters of queueing disciplines, as the kernel tells of them.
//!
//! An interface and a parent go in, a [`Known`] for each filter that is a program comes out. What the numbers are
//! is in include/uapi/linux/pkt_sched.h, pkt_cls.h and rtnetlink.h.

use std::io;

use super::Direction;
use crate::netlink::{self, Message, Netlink, attribute, word};

/// `RTM_NEWTFILTER` and on: making, removing, asking.
pub(super) const NEW: u16 = 44;
const DELETE: u16 = 45;
const GET: u16 = 46;
/// `TCA_KIND`, `TCA_OPTIONS`, `TCA_CHAIN`.
pub(super) const KIND: u16 = 1;
const OPTIONS: u16 = 2;
const CHAIN: u16 = 11;
/// In the options `TCA_BPF_FD`, `TCA_BPF_NAME`, `TCA_BPF_FLAGS`, `TCA_BPF_ID`.
const FD: u16 = 6;
const NAME: u16 = 7;
const FLAGS: u16 = 8;
const ID: u16 = 11;
/// `TCA_BPF_FLAG_ACT_DIRECT`: what the program returns is what is done with the packet.
const DIRECT: u32 = 1;
/// `CLS_BPF_NAME_LEN`, with the NUL.
const NAME_LENGTH: usize = 256;
/// `TC_H_CLSACT` with `TC_H_MIN_INGRESS`, `TC_H_MIN_EGRESS`.
pub(crate) const INGRESS: u32 = 0xffff_fff2;
pub(crate) const EGRESS: u32 = 0xffff_fff3;
/// Bytes of `struct tcmsg`.
pub(super) const FIXED: usize = 20;
/// `ETH_P_ALL` in network order.
const EVERY_PROTOCOL: u32 = 3u16.to_be() as u32;

/// How names of filters start that this has made, and of those whose discipline it has made as well.
const OURS: &str = "bpfl:";
const ALL_OURS: &str = "bpfl/clsact:";

/// Where filters hang that are for one direction.
pub(super) fn parent(direction: Direction) -> u32 {
    match direction {
        Direction::Ingress => INGRESS,
        Direction::Egress => EGRESS,
    }
}

/// `struct tcmsg`: interface, handle, parent and info, behind a family and its padding.
pub(super) fn message(numbers: [u32; 4]) -> Message {
    let [interface, handle, parent, info] = numbers.map(u32::to_ne_bytes);
    Message::new([[0; 4], interface, handle, parent, info].as_flattened())
}

/// The numbers of a `struct tcmsg`, and the attributes behind it.
pub(super) fn read(message: &[u8]) -> Option<([u32; 4], &[u8])> {
    let number = |at: usize| message.get(at..).and_then(word);
    Some(([number(4)?, number(8)?, number(12)?, number(16)?], message.get(FIXED..)?))
}

/// A filter that is a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Known {
    /// The number of its interface.
    pub(crate) interface: u32,
    parent: u32,
    handle: u32,
    /// Its priority and protocol.
    info: u32,
    chain: u32,
    /// The program's id; 0 where the kernel does not tell.
    pub(crate) program: u32,
    name: String,
}

impl Known {
    pub(super) fn read(told: &[u8]) -> Option<Self> {
        let ([interface, handle, parent, info], behind) = read(told)?;
        let options = attribute(behind, OPTIONS).filter(|_| attribute(behind, KIND) == Some(b"bpf\0"))?;
        Some(Self {
            interface,
            parent,
            handle,
            info,
            chain: attribute(behind, CHAIN).and_then(word).unwrap_or(0),
            program: attribute(options, ID).and_then(word).unwrap_or(0),
            name: attribute(options, NAME).map(netlink::text).unwrap_or_default(),
        })
    }

    /// The name of the program that a session has made it of.
    pub(crate) fn title(&self) -> Option<&str> {
        self.name.strip_prefix(OURS).or_else(|| self.name.strip_prefix(ALL_OURS))
    }

    /// Whether a session has made it.
    pub(crate) fn is_ours(&self) -> bool {
        self.title().is_some()
    }

    /// Whether the discipline was made for it, and others of ours.
    pub(super) fn has_discipline(&self) -> bool {
        self.name.starts_with(ALL_OURS)
    }

    /// Removes it, unless it is gone: another one may have its numbers by now.
    pub(super) fn delete(&self, netlink: &Netlink) -> io::Result<()> {
        if !filters(netlink, self.interface, self.parent)?.contains(self) {
            return Ok(());
        }
        let of = message([self.interface, self.handle, self.parent, self.info]);
        let of = of.with_text(KIND, "bpf").with(CHAIN, &self.chain.to_ne_bytes());
        netlink.change(DELETE, 0, &of).map(drop)
    }

    /// What makes another filter of it, which is the program behind this descriptor.
    pub(super) fn with_program(&self, program: i32) -> Message {
        with_program([self.interface, self.handle, self.parent, self.info], program, &self.name)
    }
}

/// What makes a filter of the program behind this descriptor.
pub(super) fn new(
    (interface, direction): (u32, Direction),
    priority: u16,
    program: i32,
    (name, made): (&str, bool),
) -> Message {
    let mut name = format!("{}{name}", if made { ALL_OURS } else { OURS });
    name.truncate(name.floor_char_boundary(NAME_LENGTH - 1));
    let info = u32::from(priority) << 16 | EVERY_PROTOCOL;
    with_program([interface, 0, parent(direction), info], program, &name)
}

fn with_program(numbers: [u32; 4], program: i32, name: &str) -> Message {
    let options = Message::default()
        .with(FD, &program.to_ne_bytes())
        .with_text(NAME, name)
        .with(FLAGS, &DIRECT.to_ne_bytes());
    message(numbers).with_text(KIND, "bpf").with_all(OPTIONS, &options)
}

/// The filters that are programs and hang there.
pub(crate) fn filters(netlink: &Netlink, interface: u32, parent: u32) -> io::Result<Vec<Known>> {
    Ok(all(netlink, interface, parent)?.iter().filter_map(|told| Known::read(told)).collect())
}

/// The filters of both directions, also those that are no programs.
pub(super) fn every(netlink: &Netlink, interface: u32) -> io::Result<Vec<Vec<u8>>> {
    Ok([all(netlink, interface, INGRESS)?, all(netlink, interface, EGRESS)?].concat())
}

fn all(netlink: &Netlink, interface: u32, parent: u32) -> io::Result<Vec<Vec<u8>>> {
    netlink.all(GET, &message([interface, 0, parent, 0]), NEW)
}

/// A priority that is in use.
pub(super) struct Used {
    pub(super) priority: u16,
    /// What kind of filters has it, if programs for all packets cannot.
    pub(super) other: Option<String>,
    /// Whether it is that of a filter of ours.
    pub(super) ours: bool,
}

/// The priorities that are in use there. Filters of one have one kind, and are for one protocol or for all.
pub(super) fn used(netlink: &Netlink, interface: u32, parent: u32) -> io::Result<Vec<Used>> {
    let used = |told: &Vec<u8>| {
        let ([.., info], behind) = read(told)?;
        let chain = attribute(behind, CHAIN).and_then(word).unwrap_or(0);
        let kind = attribute(behind, KIND).map(netlink::text).filter(|_| chain == 0)?;
        let same = kind == "bpf" && info & 0xffff == EVERY_PROTOCOL;
        let ours = Known::read(told).is_some_and(|filter| filter.is_ours());
        Some(Used { priority: (info >> 16) as u16, other: (!same).then_some(kind), ours })
    };
    Ok(all(netlink, interface, parent)?.iter().filter_map(used).collect())
}
