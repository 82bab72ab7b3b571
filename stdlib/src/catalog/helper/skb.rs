//! Helpers for packets as `struct __sk_buff` (`tc_cls_act_func_proto`, `lwt_*_func_proto`,
//! net/core/filter.c).

use super::{
    Arg::{
        Ctx, FixedWritable, I32, Map, Mem, MemOrNull, Size, SizeOrZero, U16, U32, U64, UninitMem, WritableMem,
    },
    Helper, Ret as R,
    offer::{EVERY, on},
    row,
};
use crate::catalog::{
    program::ProgramType::{
        CgroupSkb, FlowDissector, LwtIn, LwtOut, LwtSeg6local, LwtXmit, SchedAct, SchedCls, SkReuseport,
        SkSkb, SocketFilter, Xdp,
    },
    version::v,
};

pub(super) static ROWS: &[Helper] = &[
    Helper {
        moves_packet: true,
        ..row(
            9,
            "skb_store_bytes",
            &[Ctx, U32, Mem, Size, U64],
            &["skb", "offset", "from", "len", "flags"],
            R::I64,
            &[on(&[SchedCls, SchedAct, LwtXmit, SkSkb])],
            v(4, 1),
        )
    },
    Helper {
        moves_packet: true,
        ..row(
            10,
            "l3_csum_replace",
            &[Ctx, U32, U64, U64, U64],
            &["skb", "offset", "from", "to", "size"],
            R::I64,
            &[on(&[SchedCls, SchedAct, LwtXmit])],
            v(4, 1),
        )
    },
    Helper {
        moves_packet: true,
        ..row(
            11,
            "l4_csum_replace",
            &[Ctx, U32, U64, U64, U64],
            &["skb", "offset", "from", "to", "flags"],
            R::I64,
            &[on(&[SchedCls, SchedAct, LwtXmit])],
            v(4, 1),
        )
    },
    Helper {
        moves_packet: true,
        ..row(
            13,
            "clone_redirect",
            &[Ctx, U32, U64],
            &["skb", "ifindex", "flags"],
            R::I64,
            &[on(&[SchedCls, SchedAct, LwtXmit])],
            v(4, 2),
        )
    },
    Helper {
        moves_packet: true,
        ..row(
            18,
            "skb_vlan_push",
            &[Ctx, U16, U16],
            &["skb", "vlan_proto", "vlan_tci"],
            R::I64,
            &[on(&[SchedCls, SchedAct])],
            v(4, 3),
        )
    },
    Helper {
        moves_packet: true,
        ..row(19, "skb_vlan_pop", &[Ctx], &["skb"], R::I64, &[on(&[SchedCls, SchedAct])], v(4, 3))
    },
    row(
        20,
        "skb_get_tunnel_key",
        &[Ctx, UninitMem, Size, U64],
        &["skb", "key", "size", "flags"],
        R::I64,
        &[on(&[SchedCls, SchedAct, LwtXmit])],
        v(4, 3),
    ),
    row(
        21,
        "skb_set_tunnel_key",
        &[Ctx, Mem, Size, U64],
        &["skb", "key", "size", "flags"],
        R::I64,
        &[on(&[SchedCls, SchedAct, LwtXmit])],
        v(4, 3),
    ),
    row(
        23,
        "redirect",
        &[U32, U64],
        &["ifindex", "flags"],
        R::I64,
        &[on(&[SchedCls, SchedAct, LwtXmit, Xdp])],
        v(4, 4),
    ),
    row(
        24,
        "get_route_realm",
        &[Ctx],
        &["skb"],
        R::U32,
        &[on(&[SchedCls, SchedAct, LwtIn, LwtOut, LwtXmit, LwtSeg6local])],
        v(4, 4),
    ),
    row(
        26,
        "skb_load_bytes",
        &[Ctx, U32, UninitMem, Size],
        &["skb", "offset", "to", "len"],
        R::I64,
        &[on(&[
            SocketFilter,
            SchedCls,
            SchedAct,
            CgroupSkb,
            LwtIn,
            LwtOut,
            LwtXmit,
            LwtSeg6local,
            SkSkb,
            FlowDissector,
            SkReuseport,
        ])],
        v(4, 5),
    ),
    Helper {
        packet_args: true,
        ..row(
            28,
            "csum_diff",
            &[MemOrNull, SizeOrZero, MemOrNull, SizeOrZero, U32],
            &["from", "from_size", "to", "to_size", "seed"],
            R::I64,
            &[on(&[SchedCls, SchedAct, LwtIn, LwtOut, LwtXmit, LwtSeg6local, Xdp])],
            v(4, 6),
        )
    },
    row(
        29,
        "skb_get_tunnel_opt",
        &[Ctx, UninitMem, Size],
        &["skb", "opt", "size"],
        R::I64,
        &[on(&[SchedCls, SchedAct, LwtXmit])],
        v(4, 6),
    ),
    row(
        30,
        "skb_set_tunnel_opt",
        &[Ctx, Mem, Size],
        &["skb", "opt", "size"],
        R::I64,
        &[on(&[SchedCls, SchedAct, LwtXmit])],
        v(4, 6),
    ),
    Helper {
        moves_packet: true,
        ..row(
            31,
            "skb_change_proto",
            &[Ctx, U16, U64],
            &["skb", "proto", "flags"],
            R::I64,
            &[on(&[SchedCls, SchedAct])],
            v(4, 8),
        )
    },
    row(32, "skb_change_type", &[Ctx, U32], &["skb", "type"], R::I64, &[on(&[SchedCls, SchedAct])], v(4, 8)),
    row(
        33,
        "skb_under_cgroup",
        &[Ctx, Map, U32],
        &["skb", "map", "index"],
        R::I64,
        &[on(&[SchedCls, SchedAct, LwtIn, LwtOut, LwtXmit, LwtSeg6local])],
        v(4, 8),
    ),
    row(
        34,
        "get_hash_recalc",
        &[Ctx],
        &["skb"],
        R::U32,
        &[on(&[SchedCls, SchedAct, LwtIn, LwtOut, LwtXmit, LwtSeg6local])],
        v(4, 8),
    ),
    Helper {
        moves_packet: true,
        ..row(
            38,
            "skb_change_tail",
            &[Ctx, U32, U64],
            &["skb", "len", "flags"],
            R::I64,
            &[on(&[SchedCls, SchedAct, LwtXmit, SkSkb])],
            v(4, 9),
        )
    },
    Helper {
        moves_packet: true,
        ..row(
            39,
            "skb_pull_data",
            &[Ctx, U32],
            &["skb", "len"],
            R::I64,
            &[on(&[SchedCls, SchedAct, LwtIn, LwtOut, LwtXmit, LwtSeg6local, SkSkb])],
            v(4, 9),
        )
    },
    row(
        40,
        "csum_update",
        &[Ctx, U32],
        &["skb", "csum"],
        R::I64,
        &[on(&[SchedCls, SchedAct, LwtXmit])],
        v(4, 9),
    ),
    row(41, "set_hash_invalid", &[Ctx], &["skb"], R::I64, &[on(&[SchedCls, SchedAct, LwtXmit])], v(4, 9)),
    Helper {
        moves_packet: true,
        ..row(
            43,
            "skb_change_head",
            &[Ctx, U32, U64],
            &["skb", "len", "flags"],
            R::I64,
            &[on(&[SchedCls, SchedAct, LwtXmit, SkSkb])],
            v(4, 10),
        )
    },
    row(48, "set_hash", &[Ctx, U32], &["skb", "hash"], R::I64, &[on(&[SchedCls, SchedAct])], v(4, 13)),
    Helper {
        moves_packet: true,
        ..row(
            50,
            "skb_adjust_room",
            &[Ctx, I32, U32, U64],
            &["skb", "len_diff", "mode", "flags"],
            R::I64,
            &[on(&[SchedCls, SchedAct, SkSkb])],
            v(4, 13),
        )
    },
    row(
        66,
        "skb_get_xfrm_state",
        &[Ctx, U32, UninitMem, Size, U64],
        &["skb", "index", "xfrm_state", "size", "flags"],
        R::I64,
        &[on(&[SchedCls, SchedAct])],
        v(4, 18),
    ),
    row(
        68,
        "skb_load_bytes_relative",
        &[Ctx, U32, UninitMem, Size, U32],
        &["skb", "offset", "to", "len", "start_header"],
        R::I64,
        &[on(&[SocketFilter, SchedCls, SchedAct, CgroupSkb, SkReuseport])],
        v(4, 18),
    ),
    Helper {
        gpl: EVERY,
        ..row(
            69,
            "fib_lookup",
            &[Ctx, WritableMem, Size, U32],
            &["ctx", "params", "plen", "flags"],
            R::I64,
            &[on(&[SchedCls, SchedAct, Xdp])],
            v(4, 18),
        )
    },
    Helper {
        moves_packet: true,
        ..row(
            73,
            "lwt_push_encap",
            &[Ctx, U32, Mem, Size],
            &["skb", "type", "hdr", "len"],
            R::I64,
            &[on(&[LwtIn, LwtXmit])],
            v(4, 18),
        )
    },
    Helper {
        moves_packet: true,
        ..row(
            74,
            "lwt_seg6_store_bytes",
            &[Ctx, U32, Mem, Size],
            &["skb", "offset", "from", "len"],
            R::I64,
            &[on(&[LwtSeg6local])],
            v(4, 18),
        )
    },
    Helper {
        moves_packet: true,
        ..row(
            75,
            "lwt_seg6_adjust_srh",
            &[Ctx, U32, I32],
            &["skb", "offset", "delta"],
            R::I64,
            &[on(&[LwtSeg6local])],
            v(4, 18),
        )
    },
    Helper {
        moves_packet: true,
        ..row(
            76,
            "lwt_seg6_action",
            &[Ctx, U32, Mem, Size],
            &["skb", "action", "param", "param_len"],
            R::I64,
            &[on(&[LwtSeg6local])],
            v(4, 18),
        )
    },
    row(79, "skb_cgroup_id", &[Ctx], &["skb"], R::U64, &[on(&[SchedCls, SchedAct, CgroupSkb])], v(4, 18)),
    row(
        83,
        "skb_ancestor_cgroup_id",
        &[Ctx, I32],
        &["skb", "ancestor_level"],
        R::U64,
        &[on(&[SchedCls, SchedAct, CgroupSkb])],
        v(4, 19),
    ),
    row(97, "skb_ecn_set_ce", &[Ctx], &["skb"], R::I64, &[on(&[SchedCls, SchedAct, CgroupSkb])], v(5, 1)),
    row(
        135,
        "csum_level",
        &[Ctx, U64],
        &["skb", "level"],
        R::I64,
        &[on(&[SchedCls, SchedAct, LwtXmit])],
        v(5, 8),
    ),
    row(151, "skb_cgroup_classid", &[Ctx], &["skb"], R::U64, &[on(&[SchedCls, SchedAct])], v(5, 10)),
    row(
        152,
        "redirect_neigh",
        &[U32, MemOrNull, SizeOrZero, U64],
        &["ifindex", "params", "plen", "flags"],
        R::I64,
        &[on(&[SchedCls, SchedAct])],
        v(5, 10),
    ),
    row(
        155,
        "redirect_peer",
        &[U32, U64],
        &["ifindex", "flags"],
        R::I64,
        &[on(&[SchedCls, SchedAct])],
        v(5, 10),
    ),
    Helper {
        gpl: EVERY,
        ..row(
            163,
            "check_mtu",
            &[Ctx, U32, FixedWritable(4), I32, U64],
            &["ctx", "ifindex", "mtu_len", "len_diff", "flags"],
            R::I64,
            &[on(&[SchedCls, SchedAct, Xdp])],
            v(5, 12),
        )
    },
    row(
        192,
        "skb_set_tstamp",
        &[Ctx, U64, U32],
        &["skb", "tstamp", "tstamp_type"],
        R::I64,
        &[on(&[SchedCls, SchedAct])],
        v(5, 18),
    ),
];
