//! Helpers for messages and packets on sockets in maps (`sk_msg_func_proto`, `sk_skb_func_proto`,
//! net/core/filter.c; net/core/sock_map.c).

use super::{
    Arg::{Ctx, Key, Map, U32, U64},
    Helper, Ret as R,
    offer::on,
    row,
};
use crate::catalog::{
    program::ProgramType::{SkMsg, SkReuseport, SkSkb, SockOps},
    version::v,
};

pub(super) static ROWS: &[Helper] = &[
    row(
        52,
        "sk_redirect_map",
        &[Ctx, Map, U32, U64],
        &["skb", "map", "key", "flags"],
        R::I64,
        &[on(&[SkSkb])],
        v(4, 14),
    ),
    Helper {
        packet_args: true,
        ..row(
            53,
            "sock_map_update",
            &[Ctx, Map, Key, U64],
            &["skops", "map", "key", "flags"],
            R::I64,
            &[on(&[SockOps])],
            v(4, 14),
        )
    },
    row(
        60,
        "msg_redirect_map",
        &[Ctx, Map, U32, U64],
        &["msg", "map", "key", "flags"],
        R::I64,
        &[on(&[SkMsg])],
        v(4, 17),
    ),
    row(61, "msg_apply_bytes", &[Ctx, U32], &["msg", "bytes"], R::I64, &[on(&[SkMsg])], v(4, 17)),
    row(62, "msg_cork_bytes", &[Ctx, U32], &["msg", "bytes"], R::I64, &[on(&[SkMsg])], v(4, 17)),
    Helper {
        moves_packet: true,
        ..row(
            63,
            "msg_pull_data",
            &[Ctx, U32, U32, U64],
            &["msg", "start", "end", "flags"],
            R::I64,
            &[on(&[SkMsg])],
            v(4, 17),
        )
    },
    Helper {
        packet_args: true,
        ..row(
            70,
            "sock_hash_update",
            &[Ctx, Map, Key, U64],
            &["skops", "map", "key", "flags"],
            R::I64,
            &[on(&[SockOps])],
            v(4, 18),
        )
    },
    row(
        71,
        "msg_redirect_hash",
        &[Ctx, Map, Key, U64],
        &["msg", "map", "key", "flags"],
        R::I64,
        &[on(&[SkMsg])],
        v(4, 18),
    ),
    row(
        72,
        "sk_redirect_hash",
        &[Ctx, Map, Key, U64],
        &["skb", "map", "key", "flags"],
        R::I64,
        &[on(&[SkSkb])],
        v(4, 18),
    ),
    row(
        82,
        "sk_select_reuseport",
        &[Ctx, Map, Key, U64],
        &["reuse", "map", "key", "flags"],
        R::I64,
        &[on(&[SkReuseport])],
        v(4, 19),
    ),
    Helper {
        moves_packet: true,
        ..row(
            90,
            "msg_push_data",
            &[Ctx, U32, U32, U64],
            &["msg", "start", "len", "flags"],
            R::I64,
            &[on(&[SkMsg])],
            v(4, 20),
        )
    },
    Helper {
        moves_packet: true,
        ..row(
            91,
            "msg_pop_data",
            &[Ctx, U32, U32, U64],
            &["msg", "start", "len", "flags"],
            R::I64,
            &[on(&[SkMsg])],
            v(5, 0),
        )
    },
];
