//! `struct bpf_tcp_sock`, which `tcp-sock` gives (`bpf_tcp_sock_is_valid_access`, net/core/filter.c).

use super::{
    Struct,
    rule::{Rule, W4, W8, field, read},
};

const R4: &[Rule] = &[read(W4)];
const R8: &[Rule] = &[read(W8)];
const LATE: &[Rule] = &[read(W4).since(5, 4)];

/// What a pointer to a TCP socket leads to.
pub static TCP_SOCK: Struct = Struct {
    name: "bpf_tcp_sock",
    fields: &[
        field("snd_cwnd", 0, R4),
        field("srtt_us", 4, R4),
        field("rtt_min", 8, R4),
        field("snd_ssthresh", 12, R4),
        field("rcv_nxt", 16, R4),
        field("snd_nxt", 20, R4),
        field("snd_una", 24, R4),
        field("mss_cache", 28, R4),
        field("ecn_flags", 32, R4),
        field("rate_delivered", 36, R4),
        field("rate_interval_us", 40, R4),
        field("packets_out", 44, R4),
        field("retrans_out", 48, R4),
        field("total_retrans", 52, R4),
        field("segs_in", 56, R4),
        field("data_segs_in", 60, R4),
        field("segs_out", 64, R4),
        field("data_segs_out", 68, R4),
        field("lost_out", 72, R4),
        field("sacked_out", 76, R4),
        field("bytes_received", 80, R8).wide(8),
        field("bytes_acked", 88, R8).wide(8),
        field("dsack_dups", 96, LATE),
        field("delivered", 100, LATE),
        field("delivered_ce", 104, LATE),
        field("icsk_retransmits", 108, LATE),
    ],
    raw: None,
};
