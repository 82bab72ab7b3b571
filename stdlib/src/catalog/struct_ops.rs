//! Tables of functions that the kernel takes from programs: what its BTF does not say of them.
//!
//! The members of such a struct have no names for their parameters. The functions that stand for
//! those that are not set have: `STRUCT__MEMBER` by the kernel's convention (`find_stub_func_proto`,
//! kernel/bpf/bpf_struct_ops.c), and others where a row says so.

/// A struct whose functions are not named after it.
#[derive(Debug)]
struct Stubs {
    of: &'static str,
    prefix: &'static str,
}

/// Rows, each with the file that defines the functions.
const STUBS: &[Stubs] = &[
    // net/ipv4/bpf_tcp_ca.c
    Stubs { of: "tcp_congestion_ops", prefix: "bpf_tcp_ca_" },
];

/// What the kernel calls the struct around one that it takes, before its name.
pub const WRAPPER: &str = "bpf_struct_ops_";

/// The function of the kernel's that has the same parameters as `member` of the struct `of`.
pub fn stub(of: &str, member: &str) -> String {
    match STUBS.iter().find(|row| row.of == of) {
        Some(row) => format!("{}{member}", row.prefix),
        None => format!("{of}__{member}"),
    }
}
