//! The prelude: what every program can use, written in bpfl itself.

pub mod listed;

/// Its files, by name, in the order in which they are read. A later one uses what an earlier one
/// defines.
pub static FILES: &[(&str, &str)] = &[
    ("net.lisp", include_str!("../../lisp/net.lisp")),
    ("trace.lisp", include_str!("../../lisp/trace.lisp")),
    ("maps.lisp", include_str!("../../lisp/maps.lisp")),
];

/// How the names start that the prelude defines.
static STEMS: &[&str] = &[
    "defheader",
    "header-",
    "eth-",
    "vlan-",
    "ipv4-",
    "ipv6-",
    "tcp-",
    "udp-",
    "icmp-",
    "icmpv6-",
    "ip-version",
    "packet-is-",
    "with-packet",
    "with-eth",
    "with-vlan",
    "with-skb-",
    "with-ipv",
    "with-tcp",
    "with-udp",
    "with-icmp",
    "parse-",
    "fill-process-info",
    "do-user-",
    "histogram-",
    "map-lookup-ptr",
    "map-update-ptr",
    "map-delete-ptr",
];

/// Names with which a macro can make any name.
static MAKERS: &[&str] = &["intern", "symbolicate", "make-symbol"];

/// Whether a program with this name, in lower case, may use the prelude. Reading it takes as long as
/// compiling a small program.
pub fn is_wanted_by(name: &str) -> bool {
    defines(name) || MAKERS.contains(&name)
}

/// Whether the prelude may define this name.
pub fn defines(name: &str) -> bool {
    STEMS.iter().any(|stem| name.starts_with(stem))
}
