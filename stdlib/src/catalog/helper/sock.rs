//! Helpers for sockets, TCP and cgroup hooks (net/core/filter.c, kernel/bpf/cgroup.c).

use super::{
    Arg::{
        Btf, Ctx, CtxOrNull, Fixed, I32, Mem, Size, SizeOrZero, Sock, SockCommon, SockOrNull, SockReleased,
        SocketOrNull, U32, U64, UninitMem, WritableMem,
    },
    Helper, Ret as R, Variant,
    offer::{CASTS, CONNECT, EVERY, RETVAL, SETSOCKOPT, on},
    row,
};
use crate::catalog::{
    program::ProgramType::{
        CgroupSkb, CgroupSock, CgroupSockAddr, CgroupSockopt, CgroupSysctl, Lsm, SchedAct, SchedCls,
        SkLookup, SkMsg, SkReuseport, SkSkb, SockOps, SocketFilter, StructOps, Syscall, Tracing, Xdp,
    },
    set::ProgramSet,
    version::v,
};

pub(super) static ROWS: &[Helper] = &[
    Helper {
        variants: &[Variant {
            programs: ProgramSet::of(&[SkReuseport, Tracing, Lsm, Syscall]),
            args: &[SockOrNull],
        }],
        ..row(
            46,
            "get_socket_cookie",
            &[Ctx],
            &["ctx"],
            R::U64,
            &[on(&[
                SocketFilter,
                SchedCls,
                SchedAct,
                CgroupSkb,
                SkSkb,
                CgroupSock,
                CgroupSockAddr,
                SockOps,
                SkReuseport,
                Tracing,
                Lsm,
                Syscall,
            ])],
            v(4, 12),
        )
    },
    row(
        47,
        "get_socket_uid",
        &[Ctx],
        &["skb"],
        R::U32,
        &[on(&[SocketFilter, SchedCls, SchedAct, CgroupSkb, SkSkb])],
        v(4, 12),
    ),
    Helper {
        variants: &[Variant {
            programs: ProgramSet::of(&[CgroupSockopt, StructOps]),
            args: &[Sock, I32, I32, Mem, Size],
        }],
        ..row(
            49,
            "setsockopt",
            &[Ctx, I32, I32, Mem, Size],
            &["bpf_socket", "level", "optname", "optval", "optlen"],
            R::I64,
            &[on(&[CgroupSockAddr, SockOps, StructOps]), on(&[CgroupSockopt]).at(SETSOCKOPT)],
            v(4, 13),
        )
    },
    Helper {
        variants: &[Variant {
            programs: ProgramSet::of(&[CgroupSockopt, StructOps]),
            args: &[Sock, I32, I32, UninitMem, Size],
        }],
        ..row(
            57,
            "getsockopt",
            &[Ctx, I32, I32, UninitMem, Size],
            &["bpf_socket", "level", "optname", "optval", "optlen"],
            R::I64,
            &[on(&[CgroupSockAddr, SockOps, StructOps]), on(&[CgroupSockopt]).at(SETSOCKOPT)],
            v(4, 15),
        )
    },
    row(
        59,
        "sock_ops_cb_flags_set",
        &[Ctx, I32],
        &["bpf_sock", "argval"],
        R::I64,
        &[on(&[SockOps])],
        v(4, 16),
    ),
    row(
        64,
        "bind",
        &[Ctx, Mem, Size],
        &["ctx", "addr", "addr_len"],
        R::I64,
        &[on(&[CgroupSockAddr]).at(CONNECT)],
        v(4, 17),
    ),
    Helper {
        acquires: true,
        packet_args: true,
        ..row(
            84,
            "sk_lookup_tcp",
            &[Ctx, Mem, SizeOrZero, U64, U64],
            &["ctx", "tuple", "tuple_size", "netns", "flags"],
            R::SocketOrNull,
            &[on(&[SchedCls, SchedAct, CgroupSkb, SkSkb, Xdp, CgroupSockAddr])],
            v(4, 20),
        )
    },
    Helper {
        acquires: true,
        packet_args: true,
        ..row(
            85,
            "sk_lookup_udp",
            &[Ctx, Mem, SizeOrZero, U64, U64],
            &["ctx", "tuple", "tuple_size", "netns", "flags"],
            R::SocketOrNull,
            &[on(&[SchedCls, SchedAct, CgroupSkb, SkSkb, Xdp, CgroupSockAddr])],
            v(4, 20),
        )
    },
    row(
        86,
        "sk_release",
        &[SockReleased],
        &["sock"],
        R::I64,
        &[on(&[SchedCls, SchedAct, CgroupSkb, SkSkb, Xdp, CgroupSockAddr, SkLookup])],
        v(4, 20),
    ),
    row(
        95,
        "sk_fullsock",
        &[SockCommon],
        &["sk"],
        R::SocketOrNull,
        &[on(&[SchedCls, SchedAct, CgroupSkb])],
        v(5, 1),
    ),
    row(
        96,
        "tcp_sock",
        &[SockCommon],
        &["sk"],
        R::TcpSockOrNull,
        &[on(&[SchedCls, SchedAct, CgroupSkb, CgroupSockopt, SockOps])],
        v(5, 1),
    ),
    row(
        98,
        "get_listener_sock",
        &[SockCommon],
        &["sk"],
        R::SocketOrNull,
        &[on(&[SchedCls, SchedAct, CgroupSkb])],
        v(5, 1),
    ),
    Helper {
        acquires: true,
        packet_args: true,
        ..row(
            99,
            "skc_lookup_tcp",
            &[Ctx, Mem, SizeOrZero, U64, U64],
            &["ctx", "tuple", "tuple_size", "netns", "flags"],
            R::SockCommonOrNull,
            &[on(&[SchedCls, SchedAct, CgroupSkb, SkSkb, Xdp, CgroupSockAddr])],
            v(5, 2),
        )
    },
    Helper {
        gpl: EVERY,
        packet_args: true,
        ..row(
            100,
            "tcp_check_syncookie",
            &[Sock, Mem, Size, Mem, Size],
            &["sk", "iph", "iph_len", "th", "th_len"],
            R::I64,
            &[on(&[SchedCls, SchedAct, Xdp])],
            v(5, 2),
        )
    },
    row(
        101,
        "sysctl_get_name",
        &[Ctx, WritableMem, Size, U64],
        &["ctx", "buf", "buf_len", "flags"],
        R::I64,
        &[on(&[CgroupSysctl])],
        v(5, 2),
    ),
    row(
        102,
        "sysctl_get_current_value",
        &[Ctx, UninitMem, Size],
        &["ctx", "buf", "buf_len"],
        R::I64,
        &[on(&[CgroupSysctl])],
        v(5, 2),
    ),
    row(
        103,
        "sysctl_get_new_value",
        &[Ctx, UninitMem, Size],
        &["ctx", "buf", "buf_len"],
        R::I64,
        &[on(&[CgroupSysctl])],
        v(5, 2),
    ),
    row(
        104,
        "sysctl_set_new_value",
        &[Ctx, Mem, Size],
        &["ctx", "buf", "buf_len"],
        R::I64,
        &[on(&[CgroupSysctl])],
        v(5, 2),
    ),
    Helper {
        gpl: EVERY,
        packet_args: true,
        ..row(
            110,
            "tcp_gen_syncookie",
            &[Sock, Mem, Size, Mem, Size],
            &["sk", "iph", "iph_len", "th", "th_len"],
            R::I64,
            &[on(&[SchedCls, SchedAct, Xdp])],
            v(5, 4),
        )
    },
    row(
        116,
        "tcp_send_ack",
        &[Btf("tcp_sock"), U32],
        &["tp", "rcv_nxt"],
        R::I64,
        &[on(&[StructOps])],
        v(5, 6),
    ),
    row(
        122,
        "get_netns_cookie",
        &[CtxOrNull],
        &["ctx"],
        R::U64,
        &[on(&[
            SocketFilter,
            SchedCls,
            SchedAct,
            CgroupSkb,
            CgroupSock,
            CgroupSockAddr,
            CgroupSockopt,
            SkMsg,
            SockOps,
        ])],
        v(5, 7),
    ),
    Helper {
        variants: &[Variant { programs: ProgramSet::of(&[SkLookup]), args: &[Ctx, SocketOrNull, U64] }],
        ..row(
            124,
            "sk_assign",
            &[Ctx, Sock, U64],
            &["ctx", "sk", "flags"],
            R::I64,
            &[on(&[SchedCls, SchedAct, SkLookup])],
            v(5, 7),
        )
    },
    row(128, "sk_cgroup_id", &[Sock], &["sk"], R::U64, &[on(&[CgroupSkb])], v(5, 8)),
    row(
        129,
        "sk_ancestor_cgroup_id",
        &[Sock, I32],
        &["sk", "ancestor_level"],
        R::U64,
        &[on(&[CgroupSkb])],
        v(5, 8),
    ),
    Helper {
        perfmon: true,
        ..row(136, "skc_to_tcp6_sock", &[Sock], &["sk"], R::BtfOrNull("tcp6_sock"), CASTS, v(5, 9))
    },
    Helper {
        perfmon: true,
        ..row(137, "skc_to_tcp_sock", &[Sock], &["sk"], R::BtfOrNull("tcp_sock"), CASTS, v(5, 9))
    },
    Helper {
        perfmon: true,
        ..row(
            138,
            "skc_to_tcp_timewait_sock",
            &[Sock],
            &["sk"],
            R::BtfOrNull("tcp_timewait_sock"),
            CASTS,
            v(5, 9),
        )
    },
    Helper {
        perfmon: true,
        ..row(
            139,
            "skc_to_tcp_request_sock",
            &[Sock],
            &["sk"],
            R::BtfOrNull("tcp_request_sock"),
            CASTS,
            v(5, 9),
        )
    },
    Helper {
        perfmon: true,
        ..row(140, "skc_to_udp6_sock", &[Sock], &["sk"], R::BtfOrNull("udp6_sock"), CASTS, v(5, 9))
    },
    row(
        142,
        "load_hdr_opt",
        &[Ctx, WritableMem, Size, U64],
        &["skops", "searchby_res", "len", "flags"],
        R::I64,
        &[on(&[SockOps])],
        v(5, 10),
    ),
    Helper {
        moves_packet: true,
        ..row(
            143,
            "store_hdr_opt",
            &[Ctx, Mem, Size, U64],
            &["skops", "from", "len", "flags"],
            R::I64,
            &[on(&[SockOps])],
            v(5, 10),
        )
    },
    row(
        144,
        "reserve_hdr_opt",
        &[Ctx, U32, U64],
        &["skops", "len", "flags"],
        R::I64,
        &[on(&[SockOps])],
        v(5, 10),
    ),
    row(
        162,
        "sock_from_file",
        &[Btf("file")],
        &["file"],
        R::BtfOrNull("socket"),
        &[on(&[Tracing, Lsm, Syscall])],
        v(5, 11),
    ),
    Helper {
        perfmon: true,
        ..row(178, "skc_to_unix_sock", &[Sock], &["sk"], R::BtfOrNull("unix_sock"), CASTS, v(5, 16))
    },
    row(186, "get_retval", &[], &[], R::I64, RETVAL, v(5, 18)),
    row(187, "set_retval", &[I32], &["retval"], R::I64, RETVAL, v(5, 18)),
    Helper {
        perfmon: true,
        ..row(196, "skc_to_mptcp_sock", &[SockCommon], &["sk"], R::BtfOrNull("mptcp_sock"), CASTS, v(5, 19))
    },
    Helper {
        gpl: EVERY,
        packet_args: true,
        ..row(
            204,
            "tcp_raw_gen_syncookie_ipv4",
            &[Fixed(20), Mem, SizeOrZero],
            &["iph", "th", "th_len"],
            R::I64,
            &[on(&[SchedCls, SchedAct, Xdp])],
            v(6, 0),
        )
    },
    Helper {
        gpl: EVERY,
        packet_args: true,
        ..row(
            205,
            "tcp_raw_gen_syncookie_ipv6",
            &[Fixed(40), Mem, SizeOrZero],
            &["iph", "th", "th_len"],
            R::I64,
            &[on(&[SchedCls, SchedAct, Xdp])],
            v(6, 0),
        )
    },
    Helper {
        gpl: EVERY,
        packet_args: true,
        ..row(
            206,
            "tcp_raw_check_syncookie_ipv4",
            &[Fixed(20), Fixed(20)],
            &["iph", "th"],
            R::I64,
            &[on(&[SchedCls, SchedAct, Xdp])],
            v(6, 0),
        )
    },
    Helper {
        gpl: EVERY,
        packet_args: true,
        ..row(
            207,
            "tcp_raw_check_syncookie_ipv6",
            &[Fixed(40), Fixed(20)],
            &["iph", "th"],
            R::I64,
            &[on(&[SchedCls, SchedAct, Xdp])],
            v(6, 0),
        )
    },
];
