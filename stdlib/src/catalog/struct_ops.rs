//! Tables of functions that the kernel takes from programs: what its BTF does not say of them.
//!
//! The members of such a struct have no names for their parameters. The functions that stand for
//! those that are not set have: `STRUCT__MEMBER` by the kernel's convention (`find_stub_func_proto`,
//! kernel/bpf/bpf_struct_ops.c), and others where a row says so.

/// What is special about the programs of one such struct.
#[derive(Debug)]
pub struct Table {
    /// The struct.
    pub of: &'static str,
    /// What the names of the functions start with that have the same parameters as its members.
    prefix: &'static str,
    /// The struct that an argument is declared as, and those that it is to programs as well.
    pub promoted: (&'static str, &'static [&'static str]),
    /// The struct and member of what programs write, named from the argument.
    pub writable: &'static [(&'static str, &'static str)],
}

/// Rows, each with the file that it is from.
const TABLES: &[Table] = &[
    // net/ipv4/bpf_tcp_ca.c: the functions there, `bpf_tcp_ca_is_valid_access` and
    // `bpf_tcp_ca_btf_struct_access`.
    Table {
        of: "tcp_congestion_ops",
        prefix: "bpf_tcp_ca_",
        promoted: ("sock", &["tcp_sock", "inet_connection_sock", "inet_sock"]),
        writable: &[
            ("tcp_sock", "snd_cwnd"),
            ("tcp_sock", "snd_cwnd_cnt"),
            ("tcp_sock", "snd_cwnd_stamp"),
            ("tcp_sock", "snd_ssthresh"),
            ("tcp_sock", "ecn_flags"),
            ("tcp_sock", "app_limited"),
            ("inet_connection_sock", "icsk_ca_priv"),
            ("inet_connection_sock", "icsk_ack_pending"),
            ("sock", "sk_pacing_rate"),
            ("sock", "sk_pacing_status"),
        ],
    },
];

/// What the kernel calls the struct around one that it takes, before its name.
pub const WRAPPER: &str = "bpf_struct_ops_";

/// The row of the struct `of`.
pub fn table(of: &str) -> Option<&'static Table> {
    TABLES.iter().find(|row| row.of == of)
}

/// The function of the kernel's that has the same parameters as `member` of the struct `of`.
pub fn stub(of: &str, member: &str) -> String {
    match table(of) {
        Some(row) => format!("{}{member}", row.prefix),
        None => format!("{of}__{member}"),
    }
}
