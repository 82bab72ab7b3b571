//! Constants of the kernel's headers, under their C names.

/// A named number.
#[derive(Debug)]
pub struct Constant {
    /// The name in C.
    pub name: &'static str,
    /// The value.
    pub value: i64,
}

const fn row(name: &'static str, value: i64) -> Constant {
    Constant { name, value }
}

/// All constants.
pub const CONSTANTS: &[Constant] = &[
    // include/uapi/linux/bpf.h: flags of bpf_map_update_elem
    row("BPF_ANY", 0),
    row("BPF_NOEXIST", 1),
    row("BPF_EXIST", 2),
    row("BPF_F_LOCK", 4),
    // include/uapi/linux/bpf.h: map_flags
    row("BPF_F_NO_PREALLOC", 1),
    row("BPF_F_NO_COMMON_LRU", 2),
    row("BPF_F_NUMA_NODE", 4),
    row("BPF_F_RDONLY", 8),
    row("BPF_F_WRONLY", 16),
    row("BPF_F_ZERO_SEED", 64),
    row("BPF_F_RDONLY_PROG", 128),
    row("BPF_F_WRONLY_PROG", 256),
    row("BPF_F_MMAPABLE", 1024),
    // include/linux/socket.h
    row("AF_UNSPEC", 0),
    row("AF_UNIX", 1),
    row("AF_INET", 2),
    row("AF_INET6", 10),
    // include/uapi/linux/if_ether.h, host byte order
    row("ETH_P_IP", 0x0800),
    row("ETH_P_ARP", 0x0806),
    row("ETH_P_IPV6", 0x86dd),
    // include/uapi/linux/in.h
    row("IPPROTO_ICMP", 1),
    row("IPPROTO_TCP", 6),
    row("IPPROTO_UDP", 17),
    row("IPPROTO_ICMPV6", 58),
];

/// The constant called `name`, in any case, with `-` for `_`, with or without Lisp's `+…+`.
pub fn find(name: &str) -> Option<&'static Constant> {
    let bare = name.strip_prefix('+').and_then(|n| n.strip_suffix('+')).unwrap_or(name);
    let wanted = bare.replace('-', "_");
    CONSTANTS.iter().find(|row| row.name.eq_ignore_ascii_case(&wanted))
}
