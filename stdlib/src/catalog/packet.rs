//! How program types see packets: what lets one pass, and where its network header is.

use super::program::ProgramType;

/// A program type that packets pass through.
#[derive(PartialEq, Eq, Debug)]
pub struct PacketHook {
    /// The type.
    pub ty: ProgramType,
    /// What it returns to let a packet pass.
    pub pass: i32,
    /// Bytes of the link-layer header that `data` points to; 0 where it points to the network header.
    pub link_header: u32,
    /// Whether its context has `data` and `data_end`.
    pub in_place: bool,
}

const fn row(ty: ProgramType, pass: i32, link_header: u32) -> PacketHook {
    PacketHook { ty, pass, link_header, in_place: true }
}

/// Bytes of an Ethernet header: `ETH_HLEN`, include/uapi/linux/if_ether.h.
const ETHERNET: u32 = 14;

/// All of them. The verdicts are `XDP_PASS`, `TC_ACT_OK`, `LWT`'s `BPF_OK`, and what
/// `__cgroup_bpf_run_filter_skb` (kernel/bpf/cgroup.c) lets through; `bpf_prog_run_save_cb` of a socket
/// filter keeps as many bytes as it says. Where `data` points: `bpf_compute_data_pointers` is of
/// `skb->data`, which is the link layer's header for tc and xdp, and the network layer's in cgroups and
/// lightweight tunnels.
static ROWS: &[PacketHook] = &[
    row(ProgramType::Xdp, 2, ETHERNET),
    row(ProgramType::SchedCls, 0, ETHERNET),
    row(ProgramType::SchedAct, 0, ETHERNET),
    // `sk_filter_is_valid_access` refuses both.
    PacketHook { in_place: false, ..row(ProgramType::SocketFilter, -1, ETHERNET) },
    row(ProgramType::CgroupSkb, 1, 0),
    row(ProgramType::LwtIn, 0, 0),
    row(ProgramType::LwtOut, 0, 0),
    row(ProgramType::LwtXmit, 0, 0),
];

/// The row of a program type, if packets pass through it.
pub fn of(ty: ProgramType) -> Option<&'static PacketHook> {
    ROWS.iter().find(|row| row.ty == ty)
}
