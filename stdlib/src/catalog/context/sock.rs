//! `struct bpf_sock`: the context of cgroup_sock programs, and what `sk` pointers lead to.
//!
//! Rights: `bpf_sock_is_valid_access` and `bpf_sock_common_is_valid_access` in net/core/filter.c;
//! of the context also `__sock_filter_check_attach_type`. Documents say that post_bind programs
//! may read `mark`, `priority` and `bound_dev_if`: the kernel refuses it, and so do the rows.

use super::{
    Field, Struct,
    rule::{F4, N4, Rule, Shape, W4, field, read, read_write},
};
use crate::catalog::{
    attach::{
        CGROUP_INET_SOCK_CREATE, CGROUP_INET_SOCK_RELEASE, CGROUP_INET4_POST_BIND, CGROUP_INET6_POST_BIND,
    },
    set::AttachSet,
};

const LIFE: AttachSet = AttachSet::of(&[&CGROUP_INET_SOCK_CREATE, &CGROUP_INET_SOCK_RELEASE]);
const BIND4: AttachSet = AttachSet::of(&[&CGROUP_INET4_POST_BIND]);
const BIND6: AttachSet = AttachSet::of(&[&CGROUP_INET6_POST_BIND]);
const BIND: AttachSet = AttachSet::of(&[&CGROUP_INET4_POST_BIND, &CGROUP_INET6_POST_BIND]);

const SET: &[Rule] = &[read_write(W4, W4).at(LIFE)];
const SET_SINCE: &[Rule] = &[read_write(W4, W4).at(LIFE).since(4, 14)];
const FRONT: &[Rule] = &[read(F4)];
const WHOLE: &[Rule] = &[read(W4)];
const NARROW: &[Rule] = &[read(N4)];
const HIDDEN: &[Rule] = &[];

/// 2 bytes; a read of 4, as programs did when the field had them, takes the zero padding along.
const PORT: Shape = Shape::any(&[1, 2]).front(&[4]);

const DST_PORT: &[Rule] = &[read(PORT).since(5, 1)];
const DST: &[Rule] = &[read(N4).since(5, 1)];
const STATE: &[Rule] = &[read(F4).since(5, 1)];
const QUEUE: &[Rule] = &[read(F4).since(5, 8)];

/// The fields up to `src_port`, which differ between the ways to them.
struct Head {
    device: &'static [Rule],
    kind: &'static [Rule],
    tag: &'static [Rule],
    ip4: &'static [Rule],
    ip6: &'static [Rule],
    port: &'static [Rule],
}

const fn fields(head: &Head) -> [Field; 14] {
    [
        field("bound_dev_if", 0, head.device),
        field("family", 4, FRONT),
        field("type", 8, head.kind),
        field("protocol", 12, head.kind),
        field("mark", 16, head.tag),
        field("priority", 20, head.tag),
        field("src_ip4", 24, head.ip4).network(),
        field("src_ip6", 28, head.ip6).times(4).network(),
        field("src_port", 44, head.port),
        field("dst_port", 48, DST_PORT).wide(2).network(),
        field("dst_ip4", 52, DST).network(),
        field("dst_ip6", 56, DST).times(4).network(),
        field("state", 72, STATE),
        field("rx_queue_mapping", 76, QUEUE).signed(),
    ]
}

/// The context of cgroup_sock programs.
pub(super) static CGROUP_SOCK: Struct = Struct {
    name: "bpf_sock",
    fields: &fields(&Head {
        device: SET,
        kind: FRONT,
        tag: SET_SINCE,
        ip4: &[read(N4).at(BIND4).since(4, 17)],
        ip6: &[read(N4).at(BIND6).since(4, 17)],
        port: &[read(F4).at(BIND).since(4, 17)],
    }),
    raw: None,
};

const FULL: Head = Head { device: WHOLE, kind: FRONT, tag: WHOLE, ip4: NARROW, ip6: NARROW, port: FRONT };

/// What a pointer to a full socket leads to (`PTR_TO_SOCKET`).
pub static SOCK: Struct = Struct { name: "bpf_sock", fields: &fields(&FULL), raw: None };

/// What a pointer to a socket leads to that may be a request or a time-wait one
/// (`PTR_TO_SOCK_COMMON`); `sk-fullsock` makes a full one of it.
pub static SOCK_COMMON: Struct =
    Struct { name: "bpf_sock", fields: &fields(&Head { kind: HIDDEN, tag: HIDDEN, ..FULL }), raw: None };
