//! Helpers for maps, memory, timers, strings and loops, which nearly every program has
//! (`bpf_base_func_proto`, kernel/bpf/helpers.c).

use super::{
    Arg::{
        AllocSize, Ctx, Dynptr, DynptrReleased, FixedUninit, Func, Key, KptrDest, KptrOrNull, Map, Mem,
        MemOrNull, PerCpu, RingbufMem, Size, SizeOrZero, SpinLock, StackOrNull, Str, Timer, U32, U64,
        UninitDynptr, UninitMem, UninitValue, Value, WritableMem, WritableMemOrNull,
    },
    Helper, Ret as R,
    offer::{EVERY, MOST},
    row,
};
use crate::catalog::version::v;

pub(super) static ROWS: &[Helper] = &[
    Helper {
        packet_args: true,
        ..row(1, "map_lookup_elem", &[Map, Key], &["map", "key"], R::ValueOrNull, EVERY, v(3, 18))
    },
    Helper {
        packet_args: true,
        ..row(
            2,
            "map_update_elem",
            &[Map, Key, Value, U64],
            &["map", "key", "value", "flags"],
            R::I64,
            EVERY,
            v(3, 18),
        )
    },
    Helper {
        packet_args: true,
        ..row(3, "map_delete_elem", &[Map, Key], &["map", "key"], R::I64, EVERY, v(3, 19))
    },
    Helper {
        moves_packet: true,
        goes_on: true,
        ..row(
            12,
            "tail_call",
            &[Ctx, Map, U32],
            &["ctx", "prog_array_map", "index"],
            R::Nothing,
            EVERY,
            v(4, 2),
        )
    },
    Helper {
        packet_args: true,
        ..row(87, "map_push_elem", &[Map, Value, U64], &["map", "value", "flags"], R::I64, EVERY, v(4, 20))
    },
    row(88, "map_pop_elem", &[Map, UninitValue], &["map", "value"], R::I64, EVERY, v(4, 20)),
    row(89, "map_peek_elem", &[Map, UninitValue], &["map", "value"], R::I64, EVERY, v(4, 20)),
    row(93, "spin_lock", &[SpinLock], &["lock"], R::Nothing, MOST, v(5, 1)),
    row(94, "spin_unlock", &[SpinLock], &["lock"], R::Nothing, MOST, v(5, 1)),
    row(
        105,
        "strtol",
        &[Mem, Size, U64, FixedUninit(8)],
        &["buf", "buf_len", "flags", "res"],
        R::I64,
        MOST,
        v(5, 2),
    ),
    row(
        106,
        "strtoul",
        &[Mem, Size, U64, FixedUninit(8)],
        &["buf", "buf_len", "flags", "res"],
        R::I64,
        MOST,
        v(5, 2),
    ),
    row(
        130,
        "ringbuf_output",
        &[Map, Mem, SizeOrZero, U64],
        &["ringbuf", "data", "size", "flags"],
        R::I64,
        MOST,
        v(5, 8),
    ),
    Helper {
        acquires: true,
        ..row(
            131,
            "ringbuf_reserve",
            &[Map, AllocSize, U64],
            &["ringbuf", "size", "flags"],
            R::RingbufMemOrNull,
            MOST,
            v(5, 8),
        )
    },
    row(132, "ringbuf_submit", &[RingbufMem, U64], &["data", "flags"], R::Nothing, MOST, v(5, 8)),
    row(133, "ringbuf_discard", &[RingbufMem, U64], &["data", "flags"], R::Nothing, MOST, v(5, 8)),
    row(134, "ringbuf_query", &[Map, U64], &["ringbuf", "flags"], R::U64, MOST, v(5, 8)),
    Helper {
        perfmon: true,
        ..row(
            149,
            "snprintf_btf",
            &[WritableMem, Size, Mem, Size, U64],
            &["str", "str_size", "ptr", "btf_ptr_size", "flags"],
            R::I64,
            MOST,
            v(5, 10),
        )
    },
    row(153, "per_cpu_ptr", &[PerCpu, U32], &["percpu_ptr", "cpu"], R::PerCpuOrNull, MOST, v(5, 10)),
    row(154, "this_cpu_ptr", &[PerCpu], &["percpu_ptr"], R::PerCpu, MOST, v(5, 10)),
    row(
        164,
        "for_each_map_elem",
        &[Map, Func, StackOrNull, U64],
        &["map", "callback_fn", "callback_ctx", "flags"],
        R::I64,
        MOST,
        v(5, 13),
    ),
    Helper {
        gpl: EVERY,
        perfmon: true,
        ..row(
            165,
            "snprintf",
            &[WritableMemOrNull, SizeOrZero, Str, MemOrNull, SizeOrZero],
            &["str", "str_size", "fmt", "data", "data_len"],
            R::I64,
            MOST,
            v(5, 13),
        )
    },
    Helper {
        gpl: EVERY,
        ..row(169, "timer_init", &[Timer, Map, U64], &["timer", "map", "flags"], R::I64, MOST, v(5, 15))
    },
    Helper {
        gpl: EVERY,
        ..row(170, "timer_set_callback", &[Timer, Func], &["timer", "callback_fn"], R::I64, MOST, v(5, 15))
    },
    Helper {
        gpl: EVERY,
        ..row(171, "timer_start", &[Timer, U64, U64], &["timer", "nsecs", "flags"], R::I64, MOST, v(5, 15))
    },
    Helper { gpl: EVERY, ..row(172, "timer_cancel", &[Timer], &["timer"], R::I64, MOST, v(5, 15)) },
    row(
        181,
        "loop",
        &[U32, Func, StackOrNull, U64],
        &["nr_loops", "callback_fn", "callback_ctx", "flags"],
        R::I64,
        MOST,
        v(5, 17),
    ),
    row(182, "strncmp", &[Mem, Size, Str], &["s1", "s1_sz", "s2"], R::I64, MOST, v(5, 17)),
    Helper {
        acquires: true,
        ..row(194, "kptr_xchg", &[KptrDest, KptrOrNull], &["dst", "ptr"], R::KptrOrNull, MOST, v(5, 19))
    },
    Helper {
        packet_args: true,
        ..row(
            195,
            "map_lookup_percpu_elem",
            &[Map, Key, U32],
            &["map", "key", "cpu"],
            R::ValueOrNull,
            MOST,
            v(5, 19),
        )
    },
    row(
        197,
        "dynptr_from_mem",
        &[UninitMem, SizeOrZero, U64, UninitDynptr],
        &["data", "size", "flags", "ptr"],
        R::I64,
        MOST,
        v(5, 19),
    ),
    row(
        198,
        "ringbuf_reserve_dynptr",
        &[Map, U32, U64, UninitDynptr],
        &["ringbuf", "size", "flags", "ptr"],
        R::I64,
        MOST,
        v(5, 19),
    ),
    row(199, "ringbuf_submit_dynptr", &[DynptrReleased, U64], &["ptr", "flags"], R::Nothing, MOST, v(5, 19)),
    row(200, "ringbuf_discard_dynptr", &[DynptrReleased, U64], &["ptr", "flags"], R::Nothing, MOST, v(5, 19)),
    row(
        201,
        "dynptr_read",
        &[UninitMem, SizeOrZero, Dynptr, U64, U64],
        &["dst", "len", "src", "offset", "flags"],
        R::I64,
        MOST,
        v(5, 19),
    ),
    row(
        202,
        "dynptr_write",
        &[Dynptr, U64, Mem, SizeOrZero, U64],
        &["dst", "offset", "src", "len", "flags"],
        R::I64,
        MOST,
        v(5, 19),
    ),
    row(
        203,
        "dynptr_data",
        &[Dynptr, U64, AllocSize],
        &["ptr", "offset", "len"],
        R::MemOrNull,
        MOST,
        v(5, 19),
    ),
    row(
        209,
        "user_ringbuf_drain",
        &[Map, Func, StackOrNull, U64],
        &["map", "callback_fn", "ctx", "flags"],
        R::I64,
        MOST,
        v(6, 1),
    ),
];
