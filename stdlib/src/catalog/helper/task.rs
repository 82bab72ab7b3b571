//! Helpers that tell the time, the CPU and the current task, and read its memory
//! (kernel/bpf/helpers.c, kernel/trace/bpf_trace.c).

use super::{
    Arg::{
        Address, Btf, Ctx, Func, I32, Map, Mem, MemOrNull, Size, SizeOrZero, StackOrNull, U32, U64, UninitMem,
    },
    Helper, Ret as R,
    offer::{CURRENT, EVERY, MOST, TRACED, on},
    row,
};
use crate::catalog::{
    program::ProgramType::{
        CgroupSkb, CgroupSock, CgroupSockAddr, CgroupSysctl, FlowDissector, Kprobe, Lsm, LwtIn, LwtOut,
        LwtSeg6local, LwtXmit, PerfEvent, RawTracepoint, RawTracepointWritable, SchedAct, SchedCls, SkLookup,
        SkMsg, SkReuseport, SkSkb, SockOps, SocketFilter, StructOps, Syscall, Tracepoint, Tracing, Xdp,
    },
    version::v,
};

pub(super) static ROWS: &[Helper] = &[
    Helper {
        gpl: EVERY,
        ..row(
            4,
            "probe_read",
            &[UninitMem, SizeOrZero, Address],
            &["dst", "size", "unsafe_ptr"],
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
            v(4, 1),
        )
    },
    row(5, "ktime_get_ns", &[], &[], R::U64, EVERY, v(4, 1)),
    Helper {
        gpl: EVERY,
        perfmon: true,
        ..row(
            6,
            "trace_printk",
            &[Mem, Size, U64, U64, U64],
            &["fmt", "fmt_size", "arg1", "arg2", "arg3"],
            R::I64,
            EVERY,
            v(4, 1),
        )
    },
    row(7, "get_prandom_u32", &[], &[], R::U32, EVERY, v(4, 17)),
    row(8, "get_smp_processor_id", &[], &[], R::U32, MOST, v(4, 1)),
    row(14, "get_current_pid_tgid", &[], &[], R::U64, MOST, v(4, 2)),
    row(15, "get_current_uid_gid", &[], &[], R::U64, CURRENT, v(4, 2)),
    Helper {
        perfmon: true,
        ..row(16, "get_current_comm", &[UninitMem, Size], &["buf", "size_of_buf"], R::I64, CURRENT, v(4, 2))
    },
    row(17, "get_cgroup_classid", &[Ctx], &["skb"], R::U32, MOST, v(4, 3)),
    Helper { gpl: EVERY, perfmon: true, ..row(35, "get_current_task", &[], &[], R::U64, MOST, v(4, 8)) },
    Helper {
        gpl: EVERY,
        config: Some("a kernel that lets programs write user memory"),
        ..row(
            36,
            "probe_write_user",
            &[Address, Mem, Size],
            &["dst", "src", "len"],
            R::I64,
            &[on(&[Kprobe, Tracepoint, RawTracepoint, RawTracepointWritable, PerfEvent, Tracing, Lsm])],
            v(4, 8),
        )
    },
    row(37, "current_task_under_cgroup", &[Map, U32], &["map", "index"], R::I64, CURRENT, v(4, 9)),
    row(42, "get_numa_node_id", &[], &[], R::I64, MOST, v(4, 10)),
    Helper {
        gpl: EVERY,
        ..row(
            45,
            "probe_read_str",
            &[UninitMem, SizeOrZero, Address],
            &["dst", "size", "unsafe_ptr"],
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
            v(4, 11),
        )
    },
    row(80, "get_current_cgroup_id", &[], &[], R::U64, MOST, v(4, 18)),
    Helper { perfmon: true, ..row(109, "send_signal", &[U32], &["sig"], R::I64, TRACED, v(5, 3)) },
    Helper {
        gpl: EVERY,
        perfmon: true,
        ..row(
            112,
            "probe_read_user",
            &[UninitMem, SizeOrZero, Address],
            &["dst", "size", "unsafe_ptr"],
            R::I64,
            MOST,
            v(5, 5),
        )
    },
    Helper {
        gpl: EVERY,
        perfmon: true,
        ..row(
            113,
            "probe_read_kernel",
            &[UninitMem, SizeOrZero, Address],
            &["dst", "size", "unsafe_ptr"],
            R::I64,
            MOST,
            v(5, 5),
        )
    },
    Helper {
        gpl: EVERY,
        perfmon: true,
        ..row(
            114,
            "probe_read_user_str",
            &[UninitMem, SizeOrZero, Address],
            &["dst", "size", "unsafe_ptr"],
            R::I64,
            MOST,
            v(5, 5),
        )
    },
    Helper {
        gpl: EVERY,
        perfmon: true,
        ..row(
            115,
            "probe_read_kernel_str",
            &[UninitMem, SizeOrZero, Address],
            &["dst", "size", "unsafe_ptr"],
            R::I64,
            MOST,
            v(5, 5),
        )
    },
    Helper { perfmon: true, ..row(117, "send_signal_thread", &[U32], &["sig"], R::I64, TRACED, v(5, 6)) },
    row(118, "jiffies64", &[], &[], R::U64, MOST, v(5, 6)),
    row(
        120,
        "get_ns_current_pid_tgid",
        &[U64, U64, UninitMem, Size],
        &["dev", "ino", "nsdata", "size"],
        R::I64,
        MOST,
        v(5, 7),
    ),
    row(123, "get_current_ancestor_cgroup_id", &[I32], &["ancestor_level"], R::U64, MOST, v(5, 7)),
    row(125, "ktime_get_boot_ns", &[], &[], R::U64, EVERY, v(5, 8)),
    Helper {
        perfmon: true,
        ..row(
            141,
            "get_task_stack",
            &[Btf("task_struct"), UninitMem, SizeOrZero, U64],
            &["task", "buf", "size", "flags"],
            R::I64,
            TRACED,
            v(5, 9),
        )
    },
    Helper {
        sleeps: true,
        perfmon: true,
        ..row(
            148,
            "copy_from_user",
            &[UninitMem, SizeOrZero, Address],
            &["dst", "size", "user_ptr"],
            R::I64,
            TRACED,
            v(5, 10),
        )
    },
    Helper {
        gpl: EVERY,
        perfmon: true,
        ..row(158, "get_current_task_btf", &[], &[], R::Btf("task_struct"), MOST, v(5, 11))
    },
    row(
        160,
        "ktime_get_coarse_ns",
        &[],
        &[],
        R::U64,
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
            Xdp,
            CgroupSock,
            CgroupSockAddr,
            SkMsg,
            SockOps,
            CgroupSysctl,
            SkLookup,
            SkReuseport,
            StructOps,
        ])],
        v(5, 11),
    ),
    Helper {
        gpl: EVERY,
        perfmon: true,
        ..row(175, "task_pt_regs", &[Btf("task_struct")], &["task"], R::Btf("pt_regs"), MOST, v(5, 15))
    },
    Helper {
        gpl: EVERY,
        perfmon: true,
        ..row(
            177,
            "trace_vprintk",
            &[Mem, Size, MemOrNull, SizeOrZero],
            &["fmt", "fmt_size", "data", "data_len"],
            R::I64,
            MOST,
            v(5, 16),
        )
    },
    Helper {
        perfmon: true,
        ..row(
            180,
            "find_vma",
            &[Btf("task_struct"), U64, Func, StackOrNull, U64],
            &["task", "addr", "callback_fn", "callback_ctx", "flags"],
            R::I64,
            TRACED,
            v(5, 17),
        )
    },
    Helper {
        gpl: EVERY,
        sleeps: true,
        perfmon: true,
        ..row(
            191,
            "copy_from_user_task",
            &[UninitMem, SizeOrZero, Address, Btf("task_struct"), U64],
            &["dst", "size", "user_ptr", "tsk", "flags"],
            R::I64,
            TRACED,
            v(5, 18),
        )
    },
    row(208, "ktime_get_tai_ns", &[], &[], R::U64, MOST, v(6, 1)),
];
