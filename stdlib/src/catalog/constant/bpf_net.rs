//! Enumerators and numbers of include/uapi/linux/bpf.h for networking: verdicts, socket events,
//! TCP states.

use super::{Constant, row};

pub(super) static ROWS: &[Constant] = &[
    // unnamed enumerations
    row("BPF_CSUM_LEVEL_QUERY", 0),
    row("BPF_CSUM_LEVEL_INC", 1),
    row("BPF_CSUM_LEVEL_DEC", 2),
    row("BPF_CSUM_LEVEL_RESET", 3),
    // unnamed enumerations
    row("BPF_ADJ_ROOM_ENCAP_L2_MASK", 255),
    row("BPF_ADJ_ROOM_ENCAP_L2_SHIFT", 56),
    // unnamed enumerations
    row("BPF_SK_STORAGE_GET_F_CREATE", 1),
    // unnamed enumerations
    row("BPF_SK_LOOKUP_F_REPLACE", 1),
    row("BPF_SK_LOOKUP_F_NO_REUSEPORT", 2),
    // enum bpf_adj_room_mode
    row("BPF_ADJ_ROOM_NET", 0),
    row("BPF_ADJ_ROOM_MAC", 1),
    // enum bpf_hdr_start_off
    row("BPF_HDR_START_MAC", 0),
    row("BPF_HDR_START_NET", 1),
    // enum bpf_lwt_encap_mode
    row("BPF_LWT_ENCAP_SEG6", 0),
    row("BPF_LWT_ENCAP_SEG6_INLINE", 1),
    row("BPF_LWT_ENCAP_IP", 2),
    // unnamed enumerations
    row("BPF_SKB_TSTAMP_UNSPEC", 0),
    row("BPF_SKB_TSTAMP_DELIVERY_MONO", 1),
    row("BPF_SKB_CLOCK_REALTIME", 0),
    row("BPF_SKB_CLOCK_MONOTONIC", 1),
    row("BPF_SKB_CLOCK_TAI", 2),
    // enum bpf_ret_code
    row("BPF_OK", 0),
    row("BPF_DROP", 2),
    row("BPF_REDIRECT", 7),
    row("BPF_LWT_REROUTE", 128),
    row("BPF_FLOW_DISSECTOR_CONTINUE", 129),
    // enum tcx_action_base
    row("TCX_NEXT", -1),
    row("TCX_PASS", 0),
    row("TCX_DROP", 2),
    row("TCX_REDIRECT", 7),
    // enum xdp_action
    row("XDP_ABORTED", 0),
    row("XDP_DROP", 1),
    row("XDP_PASS", 2),
    row("XDP_TX", 3),
    row("XDP_REDIRECT", 4),
    // enum sk_action
    row("SK_DROP", 0),
    row("SK_PASS", 1),
    // unnamed enumerations
    row("BPF_SOCK_OPS_RTO_CB_FLAG", 1),
    row("BPF_SOCK_OPS_RETRANS_CB_FLAG", 2),
    row("BPF_SOCK_OPS_STATE_CB_FLAG", 4),
    row("BPF_SOCK_OPS_RTT_CB_FLAG", 8),
    row("BPF_SOCK_OPS_PARSE_ALL_HDR_OPT_CB_FLAG", 16),
    row("BPF_SOCK_OPS_PARSE_UNKNOWN_HDR_OPT_CB_FLAG", 32),
    row("BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG", 64),
    row("BPF_SOCK_OPS_ALL_CB_FLAGS", 127),
    // unnamed enumerations
    row("SK_BPF_CB_TX_TIMESTAMPING", 1),
    row("SK_BPF_CB_MASK", 1),
    // unnamed enumerations
    row("BPF_SOCK_OPS_VOID", 0),
    row("BPF_SOCK_OPS_TIMEOUT_INIT", 1),
    row("BPF_SOCK_OPS_RWND_INIT", 2),
    row("BPF_SOCK_OPS_TCP_CONNECT_CB", 3),
    row("BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB", 4),
    row("BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB", 5),
    row("BPF_SOCK_OPS_NEEDS_ECN", 6),
    row("BPF_SOCK_OPS_BASE_RTT", 7),
    row("BPF_SOCK_OPS_RTO_CB", 8),
    row("BPF_SOCK_OPS_RETRANS_CB", 9),
    row("BPF_SOCK_OPS_STATE_CB", 10),
    row("BPF_SOCK_OPS_TCP_LISTEN_CB", 11),
    row("BPF_SOCK_OPS_RTT_CB", 12),
    row("BPF_SOCK_OPS_PARSE_HDR_OPT_CB", 13),
    row("BPF_SOCK_OPS_HDR_OPT_LEN_CB", 14),
    row("BPF_SOCK_OPS_WRITE_HDR_OPT_CB", 15),
    row("BPF_SOCK_OPS_TSTAMP_SCHED_CB", 16),
    row("BPF_SOCK_OPS_TSTAMP_SND_SW_CB", 17),
    row("BPF_SOCK_OPS_TSTAMP_SND_HW_CB", 18),
    row("BPF_SOCK_OPS_TSTAMP_ACK_CB", 19),
    row("BPF_SOCK_OPS_TSTAMP_SENDMSG_CB", 20),
    // unnamed enumerations
    row("BPF_TCP_ESTABLISHED", 1),
    row("BPF_TCP_SYN_SENT", 2),
    row("BPF_TCP_SYN_RECV", 3),
    row("BPF_TCP_FIN_WAIT1", 4),
    row("BPF_TCP_FIN_WAIT2", 5),
    row("BPF_TCP_TIME_WAIT", 6),
    row("BPF_TCP_CLOSE", 7),
    row("BPF_TCP_CLOSE_WAIT", 8),
    row("BPF_TCP_LAST_ACK", 9),
    row("BPF_TCP_LISTEN", 10),
    row("BPF_TCP_CLOSING", 11),
    row("BPF_TCP_NEW_SYN_RECV", 12),
    row("BPF_TCP_BOUND_INACTIVE", 13),
    row("BPF_TCP_MAX_STATES", 14),
    // unnamed enumerations
    row("TCP_BPF_IW", 1001),
    row("TCP_BPF_SNDCWND_CLAMP", 1002),
    row("TCP_BPF_DELACK_MAX", 1003),
    row("TCP_BPF_RTO_MIN", 1004),
    row("TCP_BPF_SYN", 1005),
    row("TCP_BPF_SYN_IP", 1006),
    row("TCP_BPF_SYN_MAC", 1007),
    row("TCP_BPF_SOCK_OPS_CB_FLAGS", 1008),
    row("SK_BPF_CB_FLAGS", 1009),
    row("SK_BPF_BYPASS_PROT_MEM", 1010),
    // unnamed enumerations
    row("BPF_LOAD_HDR_OPT_TCP_SYN", 1),
    // unnamed enumerations
    row("BPF_WRITE_HDR_TCP_CURRENT_MSS", 1),
    row("BPF_WRITE_HDR_TCP_SYNACK_COOKIE", 2),
    // unnamed enumerations
    row("BPF_DEVCG_ACC_MKNOD", 1),
    row("BPF_DEVCG_ACC_READ", 2),
    row("BPF_DEVCG_ACC_WRITE", 4),
    // unnamed enumerations
    row("BPF_DEVCG_DEV_BLOCK", 1),
    row("BPF_DEVCG_DEV_CHAR", 2),
    // unnamed enumerations
    row("BPF_FIB_LOOKUP_DIRECT", 1),
    row("BPF_FIB_LOOKUP_OUTPUT", 2),
    row("BPF_FIB_LOOKUP_SKIP_NEIGH", 4),
    row("BPF_FIB_LOOKUP_TBID", 8),
    row("BPF_FIB_LOOKUP_SRC", 16),
    row("BPF_FIB_LOOKUP_MARK", 32),
    // unnamed enumerations
    row("BPF_FIB_LKUP_RET_SUCCESS", 0),
    row("BPF_FIB_LKUP_RET_BLACKHOLE", 1),
    row("BPF_FIB_LKUP_RET_UNREACHABLE", 2),
    row("BPF_FIB_LKUP_RET_PROHIBIT", 3),
    row("BPF_FIB_LKUP_RET_NOT_FWDED", 4),
    row("BPF_FIB_LKUP_RET_FWD_DISABLED", 5),
    row("BPF_FIB_LKUP_RET_UNSUPP_LWT", 6),
    row("BPF_FIB_LKUP_RET_NO_NEIGH", 7),
    row("BPF_FIB_LKUP_RET_FRAG_NEEDED", 8),
    row("BPF_FIB_LKUP_RET_NO_SRC_ADDR", 9),
    // enum bpf_check_mtu_flags
    row("BPF_MTU_CHK_SEGS", 1),
    // enum bpf_check_mtu_ret
    row("BPF_MTU_CHK_RET_SUCCESS", 0),
    row("BPF_MTU_CHK_RET_FRAG_NEEDED", 1),
    row("BPF_MTU_CHK_RET_SEGS_TOOBIG", 2),
    // unnamed enumerations
    row("BPF_FLOW_DISSECTOR_F_PARSE_1ST_FRAG", 1),
    row("BPF_FLOW_DISSECTOR_F_STOP_AT_FLOW_LABEL", 2),
    row("BPF_FLOW_DISSECTOR_F_STOP_AT_ENCAP", 4),
];
