//! `struct bpf_sock_ops`: an event of a TCP connection (`sock_ops_is_valid_access`,
//! net/core/filter.c). `reply` and `replylong` share their bytes with `args`.

use super::{
    Kind, SOCK, Struct,
    rule::{F4, Rule, Shape, W4, W8, field, pointer, read, read_write},
};

const R4: &[Rule] = &[read(W4)];
const TCP: &[Rule] = &[read(W4).since(4, 16)];
/// All elements can be read, the first can be written.
const ANSWER: &[Rule] = &[read_write(W4, Shape::NONE.front(&[4]))];
const HEADER: &[Rule] = &[read(W8).since(5, 10)];

pub(super) static SOCK_OPS: Struct = Struct {
    name: "bpf_sock_ops",
    fields: &[
        field("op", 0, R4),
        field("args", 4, ANSWER).times(4),
        field("reply", 4, ANSWER),
        field("replylong", 4, ANSWER).times(4),
        field("family", 20, R4),
        field("remote_ip4", 24, R4).network(),
        field("local_ip4", 28, R4).network(),
        field("remote_ip6", 32, R4).times(4).network(),
        field("local_ip6", 48, R4).times(4).network(),
        field("remote_port", 64, R4).network(),
        field("local_port", 68, R4),
        field("is_fullsock", 72, TCP),
        field("snd_cwnd", 76, TCP),
        field("srtt_us", 80, TCP),
        field("bpf_sock_ops_cb_flags", 84, TCP),
        field("state", 88, TCP),
        field("rtt_min", 92, TCP),
        field("snd_ssthresh", 96, TCP),
        field("rcv_nxt", 100, TCP),
        field("snd_nxt", 104, TCP),
        field("snd_una", 108, TCP),
        field("mss_cache", 112, TCP),
        field("ecn_flags", 116, TCP),
        field("rate_delivered", 120, TCP),
        field("rate_interval_us", 124, TCP),
        field("packets_out", 128, TCP),
        field("retrans_out", 132, TCP),
        field("total_retrans", 136, TCP),
        field("segs_in", 140, TCP),
        field("data_segs_in", 144, TCP),
        field("segs_out", 148, TCP),
        field("data_segs_out", 152, TCP),
        field("lost_out", 156, TCP),
        field("sacked_out", 160, TCP),
        field("sk_txhash", 164, &[read_write(W4, W4).since(4, 16)]),
        field("bytes_received", 168, &[read(W8).since(4, 16)]).wide(8),
        field("bytes_acked", 176, &[read(W8).since(4, 16)]).wide(8),
        pointer("sk", 184, Kind::Sock { of: &SOCK, nullable: true }, &[read(W8).since(5, 3)]),
        pointer("skb_data", 192, Kind::Packet, HEADER),
        pointer("skb_data_end", 200, Kind::PacketEnd, HEADER),
        field("skb_len", 208, &[read(W4).since(5, 10)]),
        field("skb_tcp_flags", 212, &[read(F4).since(5, 10)]),
        field("skb_hwtstamp", 216, &[read(W8).since(6, 2)]).wide(8),
    ],
    raw: None,
};
