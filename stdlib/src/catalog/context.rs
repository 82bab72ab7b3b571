//! The contexts that programs are called with, field by field.
//!
//! Offsets and widths are of `include/uapi/linux/bpf.h`; rights are what the verifier's
//! `is_valid_access` of the program type accepts (`net/core/filter.c`).

use super::program::ProgramType;

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// An unsigned integer.
    Unsigned,
    /// The start of the packet.
    Packet,
    /// The end of the packet.
    PacketEnd,
    /// A `struct bpf_sock *` that may be null.
    SockOrNull,
}

/// What a program may do with a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rights {
    /// It may read it.
    pub read: bool,
    /// It may write it, at the field's own width.
    pub write: bool,
    /// Reads narrower than the field are accepted.
    pub narrow: bool,
}

/// One field of one program type's context.
#[derive(Debug)]
pub struct Field {
    /// Its name in C.
    pub name: &'static str,
    /// Bytes from the start of the context.
    pub offset: u32,
    /// Bytes of one element.
    pub width: u32,
    /// How many elements, for array fields.
    pub count: Option<u32>,
    /// What it holds.
    pub kind: Kind,
    /// What may be done with it.
    pub rights: Rights,
}

const NONE: Rights = Rights { read: false, write: false, narrow: false };
const READ: Rights = Rights { read: true, write: false, narrow: true };
const READ_WHOLE: Rights = Rights { narrow: false, ..READ };
const READ_WRITE: Rights = Rights { write: true, ..READ };
const READ_WRITE_WHOLE: Rights = Rights { write: true, ..READ_WHOLE };

const fn field(name: &'static str, offset: u32, rights: Rights) -> Field {
    Field { name, offset, width: 4, count: None, kind: Kind::Unsigned, rights }
}

const fn array(name: &'static str, offset: u32, count: u32, rights: Rights) -> Field {
    Field { count: Some(count), ..field(name, offset, rights) }
}

const fn pointer(name: &'static str, offset: u32, width: u32, kind: Kind) -> Field {
    Field { width, kind, ..field(name, offset, READ_WHOLE) }
}

const fn wide(name: &'static str, offset: u32, rights: Rights) -> Field {
    Field { width: 8, ..field(name, offset, rights) }
}

/// `struct __sk_buff` with the rights of `cg_skb_is_valid_access` and
/// `bpf_skb_is_valid_access` in `net/core/filter.c`. Fields without rights are listed so that
/// their use can be explained.
const CGROUP_SKB: &[Field] = &[
    field("len", 0, READ),
    field("pkt_type", 4, READ),
    field("mark", 8, READ_WRITE),
    field("queue_mapping", 12, READ),
    field("protocol", 16, READ),
    field("vlan_present", 20, READ),
    field("vlan_tci", 24, READ),
    field("vlan_proto", 28, READ),
    field("priority", 32, READ_WRITE),
    field("ingress_ifindex", 36, READ),
    field("ifindex", 40, READ),
    field("tc_index", 44, READ),
    array("cb", 48, 5, READ_WRITE),
    field("hash", 68, READ),
    field("tc_classid", 72, NONE),
    pointer("data", 76, 4, Kind::Packet),
    pointer("data_end", 80, 4, Kind::PacketEnd),
    field("napi_id", 84, READ),
    field("family", 88, READ),
    field("remote_ip4", 92, READ_WHOLE),
    field("local_ip4", 96, READ_WHOLE),
    array("remote_ip6", 100, 4, READ_WHOLE),
    array("local_ip6", 116, 4, READ_WHOLE),
    field("remote_port", 132, READ),
    field("local_port", 136, READ),
    field("data_meta", 140, NONE),
    wide("flow_keys", 144, NONE),
    wide("tstamp", 152, READ_WRITE_WHOLE),
    field("wire_len", 160, NONE),
    field("gso_segs", 164, READ),
    pointer("sk", 168, 8, Kind::SockOrNull),
    field("gso_size", 176, READ),
    Field { width: 1, ..field("tstamp_type", 180, NONE) },
    wide("hwtstamp", 184, NONE),
];

/// The fields of the context that programs of type `ty` get.
pub fn fields(ty: ProgramType) -> &'static [Field] {
    match ty {
        ProgramType::CgroupSkb => CGROUP_SKB,
    }
}
