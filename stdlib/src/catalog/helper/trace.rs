//! Helpers for tracing, perf events, infrared receivers and security hooks
//! (kernel/trace/bpf_trace.c, kernel/bpf/bpf_lsm.c, drivers/media/rc/bpf-lirc.c).

use super::{
    Arg::{
        Btf, Ctx, FixedUninit, I32, Map, Mem, MemOrNull, Size, SizeOrZero, U32, U64, UninitMem, WritableMem,
        WritableMemOrNull,
    },
    Helper, Ret as R,
    offer::{COOKIE, D_PATH, EVERY, ITER, MOST, TRACED, TRAMPOLINE, most, on},
    row,
};
use crate::catalog::{
    program::ProgramType::{
        FlowDissector, Kprobe, LircMode2, Lsm, Netfilter, PerfEvent, RawTracepoint, RawTracepointWritable,
        SkReuseport, StructOps, Syscall, Tracepoint, Tracing,
    },
    set::AttachSet,
    version::v,
};

pub(super) static ROWS: &[Helper] = &[
    Helper {
        gpl: EVERY,
        perfmon: true,
        ..row(22, "perf_event_read", &[Map, U64], &["map", "flags"], R::U64, TRACED, v(4, 3))
    },
    Helper {
        gpl: EVERY,
        ..row(
            25,
            "perf_event_output",
            &[Ctx, Map, U64, Mem, SizeOrZero],
            &["ctx", "map", "flags", "data", "size"],
            R::I64,
            &[most().but(&[FlowDissector, SkReuseport, Netfilter, StructOps])],
            v(4, 4),
        )
    },
    Helper {
        gpl: &[most().but(&[PerfEvent])],
        ..row(
            27,
            "get_stackid",
            &[Ctx, Map, U64],
            &["ctx", "map", "flags"],
            R::I64,
            &[on(&[
                Kprobe,
                Tracepoint,
                RawTracepoint,
                RawTracepointWritable,
                PerfEvent,
                Tracing,
                Lsm,
                Syscall,
            ])],
            v(4, 6),
        )
    },
    Helper {
        gpl: EVERY,
        perfmon: true,
        ..row(
            55,
            "perf_event_read_value",
            &[Map, U64, UninitMem, Size],
            &["map", "flags", "buf", "buf_size"],
            R::I64,
            MOST,
            v(4, 15),
        )
    },
    Helper {
        gpl: EVERY,
        ..row(
            56,
            "perf_prog_read_value",
            &[Ctx, UninitMem, Size],
            &["ctx", "buf", "buf_size"],
            R::I64,
            &[on(&[PerfEvent])],
            v(4, 15),
        )
    },
    Helper {
        gpl: EVERY,
        config: Some("CONFIG_BPF_KPROBE_OVERRIDE"),
        ..row(
            58,
            "override_return",
            &[Ctx, U64],
            &["regs", "rc"],
            R::I64,
            &[on(&[Kprobe]).at(AttachSet::ZERO)],
            v(4, 16),
        )
    },
    Helper {
        gpl: EVERY,
        ..row(
            67,
            "get_stack",
            &[Ctx, UninitMem, SizeOrZero, U64],
            &["ctx", "buf", "size", "flags"],
            R::I64,
            &[on(&[
                Kprobe,
                Tracepoint,
                RawTracepoint,
                RawTracepointWritable,
                PerfEvent,
                Tracing,
                Lsm,
                Syscall,
            ])],
            v(4, 18),
        )
    },
    Helper { gpl: EVERY, ..row(77, "rc_repeat", &[Ctx], &["ctx"], R::I64, &[on(&[LircMode2])], v(4, 18)) },
    Helper {
        gpl: EVERY,
        ..row(
            78,
            "rc_keydown",
            &[Ctx, U32, U64, U32],
            &["ctx", "protocol", "scancode", "toggle"],
            R::I64,
            &[on(&[LircMode2])],
            v(4, 18),
        )
    },
    Helper {
        gpl: EVERY,
        ..row(
            92,
            "rc_pointer_rel",
            &[Ctx, I32, I32],
            &["ctx", "rel_x", "rel_y"],
            R::I64,
            &[on(&[LircMode2])],
            v(5, 0),
        )
    },
    Helper {
        gpl: EVERY,
        ..row(
            111,
            "skb_output",
            &[Btf("sk_buff"), Map, U64, Mem, SizeOrZero],
            &["ctx", "map", "flags", "data", "size"],
            R::I64,
            &[on(&[Tracing, Lsm, Syscall])],
            v(5, 5),
        )
    },
    Helper {
        gpl: EVERY,
        ..row(
            119,
            "read_branch_records",
            &[Ctx, WritableMemOrNull, SizeOrZero, U64],
            &["ctx", "buf", "size", "flags"],
            R::I64,
            &[on(&[PerfEvent])],
            v(5, 7),
        )
    },
    Helper {
        gpl: EVERY,
        ..row(
            121,
            "xdp_output",
            &[Btf("xdp_buff"), Map, U64, Mem, SizeOrZero],
            &["ctx", "map", "flags", "data", "size"],
            R::I64,
            &[on(&[Tracing, Lsm, Syscall])],
            v(5, 7),
        )
    },
    Helper {
        gpl: EVERY,
        ..row(
            126,
            "seq_printf",
            &[Btf("seq_file"), Mem, Size, MemOrNull, SizeOrZero],
            &["m", "fmt", "fmt_size", "data", "data_len"],
            R::I64,
            &[on(&[Tracing]).at(ITER)],
            v(5, 8),
        )
    },
    Helper {
        gpl: EVERY,
        ..row(
            127,
            "seq_write",
            &[Btf("seq_file"), Mem, SizeOrZero],
            &["m", "data", "len"],
            R::I64,
            &[on(&[Tracing]).at(ITER)],
            v(5, 8),
        )
    },
    row(
        147,
        "d_path",
        &[Btf("path"), WritableMem, SizeOrZero],
        &["path", "buf", "sz"],
        R::I64,
        &[on(&[Tracing]).at(D_PATH), on(&[Lsm])],
        v(5, 10),
    ),
    Helper {
        gpl: EVERY,
        ..row(
            150,
            "seq_printf_btf",
            &[Btf("seq_file"), Mem, SizeOrZero, U64],
            &["m", "ptr", "ptr_size", "flags"],
            R::I64,
            &[on(&[Tracing]).at(ITER)],
            v(5, 10),
        )
    },
    row(
        159,
        "bprm_opts_set",
        &[Btf("linux_binprm"), U64],
        &["bprm", "flags"],
        R::I64,
        &[on(&[Lsm])],
        v(5, 11),
    ),
    Helper {
        sleeps: true,
        ..row(
            161,
            "ima_inode_hash",
            &[Btf("inode"), UninitMem, Size],
            &["inode", "dst", "size"],
            R::I64,
            &[on(&[Lsm])],
            v(5, 11),
        )
    },
    row(
        166,
        "sys_bpf",
        &[U32, Mem, Size],
        &["cmd", "attr", "attr_size"],
        R::I64,
        &[on(&[Syscall])],
        v(5, 14),
    ),
    row(
        167,
        "btf_find_by_name_kind",
        &[Mem, Size, U32, I32],
        &["name", "name_sz", "kind", "flags"],
        R::I64,
        &[on(&[Syscall])],
        v(5, 14),
    ),
    row(168, "sys_close", &[U32], &["fd"], R::I64, &[on(&[Syscall])], v(5, 14)),
    Helper {
        gpl: &[on(&[Kprobe]).at(AttachSet::ZERO), on(&[Tracing])],
        ..row(
            173,
            "get_func_ip",
            &[Ctx],
            &["ctx"],
            R::U64,
            &[on(&[Kprobe]), on(&[Tracing]).at(TRAMPOLINE)],
            v(5, 15),
        )
    },
    row(
        174,
        "get_attach_cookie",
        &[Ctx],
        &["ctx"],
        R::U64,
        &[
            on(&[Kprobe, Tracepoint, RawTracepoint, RawTracepointWritable, PerfEvent, Lsm]),
            on(&[Tracing]).at(COOKIE),
        ],
        v(5, 15),
    ),
    Helper {
        gpl: EVERY,
        perfmon: true,
        ..row(
            176,
            "get_branch_snapshot",
            &[UninitMem, SizeOrZero, U64],
            &["entries", "size", "flags"],
            R::I64,
            TRACED,
            v(5, 16),
        )
    },
    row(
        179,
        "kallsyms_lookup_name",
        &[Mem, SizeOrZero, I32, FixedUninit(8)],
        &["name", "name_sz", "flags", "res"],
        R::I64,
        &[on(&[Syscall])],
        v(5, 16),
    ),
    row(
        183,
        "get_func_arg",
        &[Ctx, U32, FixedUninit(8)],
        &["ctx", "n", "value"],
        R::I64,
        &[on(&[Tracing]).at(TRAMPOLINE)],
        v(5, 17),
    ),
    row(
        184,
        "get_func_ret",
        &[Ctx, FixedUninit(8)],
        &["ctx", "value"],
        R::I64,
        &[on(&[Tracing]).at(TRAMPOLINE)],
        v(5, 17),
    ),
    row(185, "get_func_arg_cnt", &[Ctx], &["ctx"], R::I64, &[on(&[Tracing]).at(TRAMPOLINE)], v(5, 17)),
    Helper {
        sleeps: true,
        ..row(
            193,
            "ima_file_hash",
            &[Btf("file"), UninitMem, Size],
            &["file", "dst", "size"],
            R::I64,
            &[on(&[Lsm])],
            v(5, 18),
        )
    },
];
