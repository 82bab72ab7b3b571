//! What the fields of contexts hold, for the program types that the book has a chapter on.
//!
//! From include/uapi/linux/bpf.h and from where the verifier's `convert_ctx_access` of the type
//! reads each (net/core/filter.c, kernel/bpf/cgroup.c).

/// By the struct's name in C: each field's.
const MEANINGS: &[(&str, &[(&str, &str)])] = &[
    ("bpf_sock", SOCK),
    ("bpf_sock_addr", SOCK_ADDR),
    ("bpf_sockopt", SOCKOPT),
    ("sk_msg_md", SK_MSG),
    ("bpf_sock_ops", SOCK_OPS),
    ("__sk_buff", SK_BUFF),
];

const SOCK: &[(&str, &str)] = &[
    ("bound_dev_if", "index of the interface that the socket is bound to, 0 for none"),
    ("family", "address family, `AF_*`"),
    ("type", "socket type, `SOCK_*`"),
    ("protocol", "protocol, `IPPROTO_*`"),
    ("mark", "the socket's mark, as `SO_MARK` sets it"),
    ("priority", "the socket's priority, as `SO_PRIORITY` sets it"),
    ("src_ip4", "own IPv4 address"),
    ("src_ip6", "own IPv6 address"),
    ("src_port", "own port"),
    ("dst_port", "the peer's port"),
    ("dst_ip4", "the peer's IPv4 address"),
    ("dst_ip6", "the peer's IPv6 address"),
    ("state", "state of the connection, `BPF_TCP_*`"),
    ("rx_queue_mapping", "receive queue of the connection, -1 for none"),
];

const SOCK_ADDR: &[(&str, &str)] = &[
    ("user_family", "address family of the address below, `AF_*`"),
    ("user_ip4", "the IPv4 address that the call is about"),
    ("user_ip6", "the IPv6 address that the call is about"),
    ("user_port", "the port that the call is about, in the first 2 bytes"),
    ("family", "the socket's address family"),
    ("type", "the socket's type, `SOCK_*`"),
    ("protocol", "the socket's protocol, `IPPROTO_*`"),
    ("msg_src_ip4", "the IPv4 address that a datagram is sent from"),
    ("msg_src_ip6", "the IPv6 address that a datagram is sent from"),
    ("sk", "the socket"),
];

const SOCKOPT: &[(&str, &str)] = &[
    ("sk", "the socket"),
    ("optval", "the option's value, which behaves like a packet: test it against `optval-end`"),
    ("optval_end", "the end of what of the value is here, at most a page"),
    ("level", "the option's level, `SOL_*`"),
    ("optname", "the option's number"),
    ("optlen", "bytes of the value"),
    ("retval", "what the kernel's `getsockopt` gave: 0 or a negative errno"),
];

const SK_MSG: &[(&str, &str)] = &[
    ("data", "the message's first bytes"),
    ("data_end", "the end of what of the message is here; `msg-pull-data` fetches more"),
    ("family", "address family, `AF_*`"),
    ("remote_ip4", "the peer's IPv4 address"),
    ("local_ip4", "own IPv4 address"),
    ("remote_ip6", "the peer's IPv6 address"),
    ("local_ip6", "own IPv6 address"),
    ("remote_port", "the peer's port"),
    ("local_port", "own port"),
    ("size", "bytes of the whole message"),
    ("sk", "the socket that sends"),
];

const SOCK_OPS: &[(&str, &str)] = &[
    ("op", "what happened, `BPF_SOCK_OPS_*`"),
    ("args", "what more there is to say about it, depending on `op`"),
    ("reply", "the answer, where `op` asks for one"),
    ("replylong", "longer answers"),
    ("family", "address family, `AF_*`"),
    ("remote_ip4", "the peer's IPv4 address"),
    ("local_ip4", "own IPv4 address"),
    ("remote_ip6", "the peer's IPv6 address"),
    ("local_ip6", "own IPv6 address"),
    ("remote_port", "the peer's port"),
    ("local_port", "own port"),
    ("is_fullsock", "whether there is a whole socket; without one most fields are 0"),
    ("snd_cwnd", "congestion window, in segments"),
    ("srtt_us", "smoothed round trip time, in eighths of a microsecond"),
    ("bpf_sock_ops_cb_flags", "which further events are asked for; `sock-ops-cb-flags-set` sets them"),
    ("state", "state of the connection, `BPF_TCP_*`"),
    ("rtt_min", "least round trip time of late, in microseconds"),
    ("snd_ssthresh", "slow start threshold"),
    ("rcv_nxt", "next sequence number to receive"),
    ("snd_nxt", "next sequence number to send"),
    ("snd_una", "first sequence number not acknowledged"),
    ("mss_cache", "effective segment size"),
    ("ecn_flags", "state of congestion notification"),
    ("rate_delivered", "packets delivered in the last measured interval"),
    ("rate_interval_us", "that interval, in microseconds"),
    ("packets_out", "segments on their way"),
    ("retrans_out", "segments sent again and on their way"),
    ("total_retrans", "segments sent again so far"),
    ("segs_in", "segments received"),
    ("data_segs_in", "segments with data received"),
    ("segs_out", "segments sent"),
    ("data_segs_out", "segments with data sent"),
    ("lost_out", "segments taken for lost"),
    ("sacked_out", "segments acknowledged selectively"),
    ("sk_txhash", "hash that outgoing packets carry"),
    ("bytes_received", "bytes received"),
    ("bytes_acked", "bytes sent and acknowledged"),
    ("sk", "the socket"),
    ("skb_data", "the TCP header, in the events about header options"),
    ("skb_data_end", "its end"),
    ("skb_len", "bytes of the packet"),
    ("skb_tcp_flags", "flags of the packet's TCP header"),
    ("skb_hwtstamp", "when the network card saw the packet, in ns"),
];

const SK_BUFF: &[(&str, &str)] = &[
    ("len", "bytes of the packet from `data` on"),
    ("pkt_type", "for whom it is: this host, all, several, another, or from here (`PACKET_*`)"),
    ("mark", "the packet's mark"),
    ("queue_mapping", "queue of the interface"),
    ("protocol", "protocol above the link layer, `ETH_P_*`"),
    ("vlan_present", "whether the packet has a VLAN tag"),
    ("vlan_tci", "the VLAN tag"),
    ("vlan_proto", "the VLAN tag's protocol"),
    ("priority", "the packet's priority"),
    ("ingress_ifindex", "interface that it came in by, 0 for none"),
    ("ifindex", "the interface"),
    ("tc_index", "traffic control's index"),
    ("cb", "20 bytes to pass from one program to the next"),
    ("hash", "the flow's hash, 0 when there is none yet"),
    ("tc_classid", "traffic control's class"),
    ("data", "the packet"),
    ("data_end", "the end of what of the packet is here"),
    ("napi_id", "the receive queue's number"),
    ("family", "the socket's address family"),
    ("remote_ip4", "the peer's IPv4 address"),
    ("local_ip4", "own IPv4 address"),
    ("remote_ip6", "the peer's IPv6 address"),
    ("local_ip6", "own IPv6 address"),
    ("remote_port", "the peer's port"),
    ("local_port", "own port"),
    ("data_meta", "metadata before the packet"),
    ("flow_keys", "the dissected headers"),
    ("tstamp", "when it came in or is to go out, in ns"),
    ("wire_len", "bytes on the wire"),
    ("gso_segs", "how many packets it will become"),
    ("sk", "the socket, if it belongs to one"),
    ("gso_size", "bytes of payload in each of those"),
    ("tstamp_type", "the clock of `tstamp`"),
    ("hwtstamp", "when the network card saw it, in ns"),
];

/// What `field` of the struct `of` holds.
pub fn meaning(of: &str, field: &str) -> Option<&'static str> {
    let (_, fields) = MEANINGS.iter().find(|(name, _)| *name == of)?;
    fields.iter().find(|(name, _)| *name == field).map(|(_, text)| *text)
}
