//! `struct bpf_flow_keys`, which flow_dissector programs fill in (`check_flow_keys_access`,
//! kernel/bpf/verifier.c).

use super::{
    Field, Struct,
    rule::{ANY, Rule, field, read_write},
};

const RW: &[Rule] = &[read_write(ANY, ANY)];

const fn half(name: &'static str, offset: u32) -> Field {
    field(name, offset, RW).wide(2)
}

const fn byte(name: &'static str, offset: u32) -> Field {
    field(name, offset, RW).wide(1)
}

/// What `flow_keys` leads to.
pub static FLOW_KEYS: Struct = Struct {
    name: "bpf_flow_keys",
    fields: &[
        half("nhoff", 0),
        half("thoff", 2),
        half("addr_proto", 4),
        byte("is_frag", 6),
        byte("is_first_frag", 7),
        byte("is_encap", 8),
        byte("ip_proto", 9),
        half("n_proto", 10).network(),
        half("sport", 12).network(),
        half("dport", 14).network(),
        field("ipv4_src", 16, RW).network(),
        field("ipv4_dst", 20, RW).network(),
        field("ipv6_src", 16, RW).times(4).network(),
        field("ipv6_dst", 32, RW).times(4).network(),
        field("flags", 48, RW),
        field("flow_label", 52, RW).network(),
    ],
    raw: None,
};
