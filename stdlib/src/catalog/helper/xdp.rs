//! Helpers for XDP (`xdp_func_proto`, net/core/filter.c).

use super::{
    Arg::{Btf, Ctx, I32, Map, Mem, Size, U32, U64, UninitMem},
    Helper, Ret as R, Variant,
    offer::on,
    row,
};
use crate::catalog::{
    program::ProgramType::{Lsm, Syscall, Tracing, Xdp},
    set::ProgramSet,
    version::v,
};

pub(super) static ROWS: &[Helper] = &[
    Helper {
        moves_packet: true,
        ..row(44, "xdp_adjust_head", &[Ctx, I32], &["xdp_md", "delta"], R::I64, &[on(&[Xdp])], v(4, 10))
    },
    row(51, "redirect_map", &[Map, U64, U64], &["map", "key", "flags"], R::I64, &[on(&[Xdp])], v(4, 14)),
    Helper {
        moves_packet: true,
        ..row(54, "xdp_adjust_meta", &[Ctx, I32], &["xdp_md", "delta"], R::I64, &[on(&[Xdp])], v(4, 15))
    },
    Helper {
        moves_packet: true,
        ..row(65, "xdp_adjust_tail", &[Ctx, I32], &["xdp_md", "delta"], R::I64, &[on(&[Xdp])], v(4, 18))
    },
    Helper {
        variants: &[Variant { programs: ProgramSet::of(&[Tracing, Syscall]), args: &[Btf("xdp_buff")] }],
        ..row(
            188,
            "xdp_get_buff_len",
            &[Ctx],
            &["xdp_md"],
            R::U64,
            &[on(&[Xdp, Tracing, Lsm, Syscall])],
            v(5, 18),
        )
    },
    row(
        189,
        "xdp_load_bytes",
        &[Ctx, U32, UninitMem, Size],
        &["xdp_md", "offset", "buf", "len"],
        R::I64,
        &[on(&[Xdp])],
        v(5, 18),
    ),
    row(
        190,
        "xdp_store_bytes",
        &[Ctx, U32, Mem, Size],
        &["xdp_md", "offset", "buf", "len"],
        R::I64,
        &[on(&[Xdp])],
        v(5, 18),
    ),
];
