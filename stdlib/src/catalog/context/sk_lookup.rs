//! `struct bpf_sk_lookup`: which socket gets a connection or datagram
//! (`sk_lookup_is_valid_access`, net/core/filter.c). `cookie` shares its bytes with `sk` and is for
//! test runs; what programs read there is the socket.

use super::{
    Kind, SOCK, Struct,
    rule::{N4, Rule, Shape, W8, field, pointer, read},
};

const R4: &[Rule] = &[read(N4)];
const SOCKET: Kind = Kind::Sock { of: &SOCK, nullable: true };
/// 2 bytes, and the 4 that the field had before.
const PORT: Shape = Shape::any(&[1, 2]).front(&[4]);

pub(super) static SK_LOOKUP: Struct = Struct {
    name: "bpf_sk_lookup",
    fields: &[
        pointer("sk", 0, SOCKET, &[read(W8)]),
        pointer("cookie", 0, SOCKET, &[read(W8)]),
        field("family", 8, R4),
        field("protocol", 12, R4),
        field("remote_ip4", 16, R4).network(),
        field("remote_ip6", 20, R4).times(4).network(),
        field("remote_port", 36, &[read(PORT)]).wide(2).network(),
        field("", 38, &[read(Shape::any(&[1, 2]))]).wide(2).padding(),
        field("local_ip4", 40, R4).network(),
        field("local_ip6", 44, R4).times(4).network(),
        field("local_port", 60, R4),
        field("ingress_ifindex", 64, &[read(N4).since(5, 17)]),
    ],
    raw: None,
};
