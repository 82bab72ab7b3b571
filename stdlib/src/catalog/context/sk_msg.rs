//! `struct sk_msg_md`: a message on its way into a socket (`sk_msg_is_valid_access`,
//! net/core/filter.c).

use super::{
    Kind, SOCK, Struct,
    rule::{Rule, W4, W8, field, pointer, read},
};

const R4: &[Rule] = &[read(W4)];
const R8: &[Rule] = &[read(W8)];

pub(super) static SK_MSG: Struct = Struct {
    name: "sk_msg_md",
    fields: &[
        pointer("data", 0, Kind::Packet, R8),
        pointer("data_end", 8, Kind::PacketEnd, R8),
        field("family", 16, R4),
        field("remote_ip4", 20, R4).network(),
        field("local_ip4", 24, R4).network(),
        field("remote_ip6", 28, R4).times(4).network(),
        field("local_ip6", 44, R4).times(4).network(),
        field("remote_port", 60, R4).network(),
        field("local_port", 64, R4),
        field("size", 68, &[read(W4).since(5, 0)]),
        pointer("sk", 72, Kind::Sock { of: &SOCK, nullable: false }, &[read(W8).since(5, 8)]),
    ],
    raw: None,
};
