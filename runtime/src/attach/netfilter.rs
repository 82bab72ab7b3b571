//! Hooks of netfilter: which packets of the network namespace a program sees, and when.
//!
//! Numbers are those of include/uapi/linux/netfilter.h; priorities are those of netfilter_ipv4.h.

/// Where a program of netfilter stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NetfilterHook {
    /// Whether it is for version 6 of IP; else it is for version 4.
    pub ipv6: bool,
    /// Where on the way of a packet.
    pub at: Way,
    /// Its place beside others: lower is earlier. The kernel keeps the least and the greatest number.
    pub priority: i32,
    /// Whether fragments are put together before.
    pub defragment: bool,
}

/// A place on the way of a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Way {
    /// It has come in.
    PreRouting = 0,
    /// It is for this machine.
    LocalIn = 1,
    /// It is for another one.
    Forward = 2,
    /// It is from this machine.
    LocalOut = 3,
    /// It goes out.
    PostRouting = 4,
}

impl Way {
    /// Every place, by its name.
    pub const ALL: &[(&str, Self)] = &[
        ("pre-routing", Self::PreRouting),
        ("local-in", Self::LocalIn),
        ("forward", Self::Forward),
        ("local-out", Self::LocalOut),
        ("post-routing", Self::PostRouting),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, way)| *way == self).map_or("", |(name, _)| name)
    }
}

impl NetfilterHook {
    /// For version 4 of IP at `at`, beside the rules of a firewall.
    pub fn new(at: Way) -> Self {
        Self { ipv6: false, at, priority: 0, defragment: false }
    }

    /// `pf`, `hooknum`, `priority` and `flags` of `struct bpf_link_create`.
    pub(super) fn numbers(self) -> [u32; 4] {
        /// `BPF_F_NETFILTER_IP_DEFRAG`
        const DEFRAGMENT: u32 = 1;
        // `NFPROTO_IPV6` and `NFPROTO_IPV4`
        let family = if self.ipv6 { 10 } else { 2 };
        let flags = if self.defragment { DEFRAGMENT } else { 0 };
        [family, self.at as u32, self.priority.cast_unsigned(), flags]
    }
}
