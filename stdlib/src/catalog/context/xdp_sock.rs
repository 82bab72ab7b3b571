//! `struct bpf_xdp_sock`, which a lookup in an xskmap gives (`bpf_xdp_sock_is_valid_access`, net/core/filter.c).

use super::{
    Struct,
    rule::{Rule, W4, field, read},
};

const R4: &[Rule] = &[read(W4)];

/// What a pointer to an AF_XDP socket leads to.
pub static XDP_SOCK: Struct = Struct { name: "bpf_xdp_sock", fields: &[field("queue_id", 0, R4)], raw: None };
