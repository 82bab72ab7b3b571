//! `struct xdp_md`: a frame as the driver has it (`xdp_is_valid_access`, net/core/filter.c).

use super::{
    Kind, Struct,
    rule::{Rule, W4, field, pointer, read},
};
use crate::catalog::{attach::XDP_DEVMAP, set::AttachSet};

const R4: &[Rule] = &[read(W4)];

pub(super) static XDP_MD: Struct = Struct {
    name: "xdp_md",
    fields: &[
        pointer("data", 0, Kind::Packet, R4).wide(4),
        pointer("data_end", 4, Kind::PacketEnd, R4).wide(4),
        pointer("data_meta", 8, Kind::PacketMeta, &[read(W4).since(4, 15)]).wide(4),
        field("ingress_ifindex", 12, &[read(W4).since(4, 16)]),
        field("rx_queue_index", 16, &[read(W4).since(4, 16)]),
        field("egress_ifindex", 20, &[read(W4).at(AttachSet::of(&[&XDP_DEVMAP])).since(5, 8)]),
    ],
    raw: None,
};
