//! `struct sk_reuseport_md`: which socket of a group gets a connection or datagram
//! (`sk_reuseport_is_valid_access`, net/core/filter.c).

use super::{
    Kind, SOCK, SOCK_COMMON, Struct,
    rule::{N4, Rule, Shape, W4, W8, field, pointer, read},
};

const R8: &[Rule] = &[read(W8)];
const N: &[Rule] = &[read(N4)];

pub(super) static SK_REUSEPORT: Struct = Struct {
    name: "sk_reuseport_md",
    fields: &[
        pointer("data", 0, Kind::Packet, R8),
        pointer("data_end", 8, Kind::PacketEnd, R8),
        field("len", 16, N),
        field("eth_protocol", 20, &[read(Shape::any(&[2, 4]))]).network(),
        field("ip_protocol", 24, N),
        field("bind_inany", 28, N),
        field("hash", 32, &[read(W4)]),
        pointer("sk", 40, Kind::Sock { of: &SOCK, nullable: false }, &[read(W8).since(5, 14)]),
        pointer(
            "migrating_sk",
            48,
            Kind::Sock { of: &SOCK_COMMON, nullable: true },
            &[read(W8).since(5, 14)],
        ),
    ],
    raw: None,
};
