//! Helpers for the storages that belong to sockets, tasks, inodes and cgroups
//! (kernel/bpf/bpf_*_storage.c, net/core/bpf_sk_storage.c).

use super::{
    Arg::{BtfOrNull, Ctx, Map, Sock, U64, ValueOrNull, Zero},
    Helper, Ret as R, Variant,
    offer::{MOST, TRACED, on},
    row,
};
use crate::catalog::{
    program::ProgramType::{
        CgroupDevice, CgroupSkb, CgroupSock, CgroupSockAddr, CgroupSockopt, CgroupSysctl, Lsm, SchedAct,
        SchedCls, SkMsg, SockOps, StructOps, Tracing,
    },
    set::ProgramSet,
    version::v,
};

pub(super) static ROWS: &[Helper] = &[
    row(
        81,
        "get_local_storage",
        &[Map, Zero],
        &["map", "flags"],
        R::Value,
        &[on(&[CgroupSkb, CgroupSock, CgroupSockAddr, CgroupSockopt, SockOps, CgroupDevice, CgroupSysctl])],
        v(4, 19),
    ),
    Helper {
        variants: &[
            Variant { programs: ProgramSet::of(&[CgroupSock]), args: &[Map, Ctx, ValueOrNull, U64] },
            Variant {
                programs: ProgramSet::of(&[Tracing, Lsm]),
                args: &[Map, BtfOrNull("sock_common"), ValueOrNull, U64],
            },
        ],
        ..row(
            107,
            "sk_storage_get",
            &[Map, Sock, ValueOrNull, U64],
            &["map", "sk", "value", "flags"],
            R::ValueOrNull,
            &[on(&[
                SchedCls,
                SchedAct,
                CgroupSkb,
                CgroupSock,
                CgroupSockAddr,
                CgroupSockopt,
                SkMsg,
                SockOps,
                Tracing,
                Lsm,
                StructOps,
            ])],
            v(5, 2),
        )
    },
    Helper {
        variants: &[Variant {
            programs: ProgramSet::of(&[Tracing, Lsm]),
            args: &[Map, BtfOrNull("sock_common")],
        }],
        ..row(
            108,
            "sk_storage_delete",
            &[Map, Sock],
            &["map", "sk"],
            R::I64,
            &[on(&[
                SchedCls,
                SchedAct,
                CgroupSkb,
                CgroupSockAddr,
                CgroupSockopt,
                SkMsg,
                SockOps,
                Tracing,
                Lsm,
                StructOps,
            ])],
            v(5, 2),
        )
    },
    row(
        145,
        "inode_storage_get",
        &[Map, BtfOrNull("inode"), ValueOrNull, U64],
        &["map", "inode", "value", "flags"],
        R::ValueOrNull,
        &[on(&[Lsm])],
        v(5, 10),
    ),
    row(
        146,
        "inode_storage_delete",
        &[Map, BtfOrNull("inode")],
        &["map", "inode"],
        R::I64,
        &[on(&[Lsm])],
        v(5, 10),
    ),
    row(
        156,
        "task_storage_get",
        &[Map, BtfOrNull("task_struct"), ValueOrNull, U64],
        &["map", "task", "value", "flags"],
        R::ValueOrNull,
        TRACED,
        v(5, 11),
    ),
    row(
        157,
        "task_storage_delete",
        &[Map, BtfOrNull("task_struct")],
        &["map", "task"],
        R::I64,
        TRACED,
        v(5, 11),
    ),
    row(
        210,
        "cgrp_storage_get",
        &[Map, BtfOrNull("cgroup"), ValueOrNull, U64],
        &["map", "cgroup", "value", "flags"],
        R::ValueOrNull,
        MOST,
        v(6, 2),
    ),
    row(211, "cgrp_storage_delete", &[Map, BtfOrNull("cgroup")], &["map", "cgroup"], R::I64, MOST, v(6, 2)),
];
