//! `struct bpf_sock_addr`: the address of a bind, connect, send or receive
//! (`sock_addr_is_valid_access`, net/core/filter.c).

use super::{
    Kind, SOCK, Struct,
    rule::{ANY, N4, Rule, Shape, W4, W8, field, pointer, read, read_write},
};
use crate::catalog::{
    attach::{
        CGROUP_INET4_BIND, CGROUP_INET4_CONNECT, CGROUP_INET4_GETPEERNAME, CGROUP_INET4_GETSOCKNAME,
        CGROUP_INET6_BIND, CGROUP_INET6_CONNECT, CGROUP_INET6_GETPEERNAME, CGROUP_INET6_GETSOCKNAME,
        CGROUP_UDP4_RECVMSG, CGROUP_UDP4_SENDMSG, CGROUP_UDP6_RECVMSG, CGROUP_UDP6_SENDMSG,
    },
    set::AttachSet,
};

const V4: AttachSet = AttachSet::of(&[
    &CGROUP_INET4_BIND,
    &CGROUP_INET4_CONNECT,
    &CGROUP_INET4_GETPEERNAME,
    &CGROUP_INET4_GETSOCKNAME,
    &CGROUP_UDP4_SENDMSG,
    &CGROUP_UDP4_RECVMSG,
]);
const V6: AttachSet = AttachSet::of(&[
    &CGROUP_INET6_BIND,
    &CGROUP_INET6_CONNECT,
    &CGROUP_INET6_GETPEERNAME,
    &CGROUP_INET6_GETSOCKNAME,
    &CGROUP_UDP6_SENDMSG,
    &CGROUP_UDP6_RECVMSG,
]);
const SEND4: AttachSet = AttachSet::of(&[&CGROUP_UDP4_SENDMSG]);
const SEND6: AttachSet = AttachSet::of(&[&CGROUP_UDP6_SENDMSG]);

const WHOLE: &[Rule] = &[read(W4)];
/// An IPv6 address: two elements can be written at once where they are aligned to 8 bytes.
const PAIRS: Shape = Shape::any(&[4, 8]);

pub(super) static SOCK_ADDR: Struct = Struct {
    name: "bpf_sock_addr",
    fields: &[
        field("user_family", 0, WHOLE),
        field("user_ip4", 4, &[read_write(N4, W4).at(V4)]).network(),
        field("user_ip6", 8, &[read_write(ANY, PAIRS).at(V6)]).times(4).network(),
        field("user_port", 24, &[read_write(N4, W4)]).network_half(),
        field("family", 28, WHOLE),
        field("type", 32, WHOLE),
        field("protocol", 36, WHOLE),
        field("msg_src_ip4", 40, &[read_write(N4, W4).at(SEND4).since(4, 18)]).network(),
        field("msg_src_ip6", 44, &[read_write(ANY, PAIRS).at(SEND6).since(4, 18)]).times(4).network(),
        pointer("sk", 64, Kind::Sock { of: &SOCK, nullable: false }, &[read(W8).since(5, 3)]),
    ],
    raw: None,
};
