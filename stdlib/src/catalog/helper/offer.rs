//! Who is offered a helper: program types and attach types.
//!
//! These are the answers of the `get_func_proto` of each type (`bpf_verifier_ops`), and what
//! `check_helper_call` refuses beyond them; the sets are what Linux 6.18 gave when each helper was
//! called from each of them.

use crate::catalog::{
    attach::{self, AttachType},
    program::ProgramType::{
        self, CgroupDevice, CgroupSkb, CgroupSock, CgroupSockAddr, CgroupSockopt, CgroupSysctl,
        FlowDissector, Kprobe, LircMode2, Lsm, LwtIn, LwtOut, LwtSeg6local, LwtXmit, PerfEvent,
        RawTracepoint, RawTracepointWritable, SchedAct, SchedCls, SkLookup, SkMsg, SkSkb, SockOps,
        SocketFilter, Syscall, Tracepoint, Tracing, Xdp,
    },
    set::{AttachSet, ProgramSet},
    version::{Version, v},
};

/// Programs of some types and attach types.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Offer {
    /// Of these types …
    pub programs: ProgramSet,
    /// … with one of these attach types …
    pub attach: AttachSet,
    /// … by kernels from this one on; 0.0 when as long as there are the helper and the type.
    pub since: Version,
}

impl Offer {
    /// Whether a program of type `ty` for `attach` is among them.
    pub fn covers(&self, ty: ProgramType, attach: Option<&'static AttachType>) -> bool {
        self.programs.contains(ty) && self.attach.contains(ty.effective(attach))
    }

    pub(super) const fn at(self, attach: AttachSet) -> Self {
        Self { attach, ..self }
    }

    pub(super) const fn since(self, major: u16, minor: u16) -> Self {
        Self { since: v(major, minor), ..self }
    }

    pub(super) const fn but(self, programs: &[ProgramType]) -> Self {
        Self { programs: self.programs.without(programs), ..self }
    }
}

/// Programs of these types.
pub(super) const fn on(programs: &[ProgramType]) -> Offer {
    Offer { programs: ProgramSet::of(programs), attach: AttachSet::ALL, since: v(0, 0) }
}

/// Programs of all types; a freplace program has the helpers of the one that it replaces.
pub(super) const fn every() -> Offer {
    Offer { programs: ProgramSet::ALL, attach: AttachSet::ALL, since: v(0, 0) }
}

/// Programs of all types but lirc_mode2, which has a list of its own.
pub(super) const fn most() -> Offer {
    every().but(&[LircMode2])
}

pub(super) const EVERY: &[Offer] = &[every()];
pub(super) const MOST: &[Offer] = &[most()];

/// Tracing programs always, all others since "bpf: Allow some trace helpers for all prog types"
/// (6.16). Lists in documents are older than that.
pub(super) const TRACED: &[Offer] = &[
    on(&[Kprobe, Tracepoint, RawTracepoint, RawTracepointWritable, PerfEvent, Tracing, Lsm, Syscall]),
    most().since(6, 16),
];

/// The same; cgroup hooks that run in the process that caused them had these before.
pub(super) const CURRENT: &[Offer] = &[
    on(&[Kprobe, Tracepoint, RawTracepoint, RawTracepointWritable, PerfEvent, Tracing, Lsm, Syscall]),
    on(&[CgroupSock, CgroupSockAddr, CgroupSockopt, CgroupDevice, CgroupSysctl]),
    most().since(6, 16),
];

/// Those that have sockets to turn into the kernel's own.
pub(super) const CASTS: &[Offer] = &[on(&[
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
    CgroupSockAddr,
    SkMsg,
    SockOps,
    SkLookup,
    Tracing,
    Lsm,
    Syscall,
])];

/// The cgroup hooks whose verdict becomes a system call's result (`cgroup_common_func_proto`,
/// kernel/bpf/cgroup.c).
pub(super) const RETVAL: &[Offer] = &[
    on(&[CgroupSock, CgroupSockopt]),
    on(&[CgroupSockAddr]).at(REQUESTS),
    on(&[CgroupDevice, CgroupSysctl]).at(NOT_ZERO),
];

/// Any attach type but 0, which is the number of `BPF_CGROUP_INET_INGRESS`.
pub(super) const NOT_ZERO: AttachSet = AttachSet::ZERO.complement();

/// bind, connect and sendmsg: what the process asks for.
pub(super) const REQUESTS: AttachSet = AttachSet::of(&[
    &attach::CGROUP_INET4_BIND,
    &attach::CGROUP_INET6_BIND,
    &attach::CGROUP_INET4_CONNECT,
    &attach::CGROUP_INET6_CONNECT,
    &attach::CGROUP_UNIX_CONNECT,
    &attach::CGROUP_UDP4_SENDMSG,
    &attach::CGROUP_UDP6_SENDMSG,
    &attach::CGROUP_UNIX_SENDMSG,
]);

pub(super) const CONNECT: AttachSet =
    AttachSet::of(&[&attach::CGROUP_INET4_CONNECT, &attach::CGROUP_INET6_CONNECT]);

pub(super) const SETSOCKOPT: AttachSet = AttachSet::of(&[&attach::CGROUP_SETSOCKOPT]);

pub(super) const ITER: AttachSet = AttachSet::of(&[&attach::TRACE_ITER]);

/// Programs that are called through a trampoline (`bpf_prog_has_trampoline`). Not probed: the
/// test kernel loads none.
pub(super) const TRAMPOLINE: AttachSet = AttachSet::of(&[
    &attach::TRACE_FENTRY,
    &attach::TRACE_FEXIT,
    &attach::MODIFY_RETURN,
    &attach::TRACE_FSESSION,
]);

/// Those, and typed tracepoints.
pub(super) const COOKIE: AttachSet = AttachSet::of(&[
    &attach::TRACE_FENTRY,
    &attach::TRACE_FEXIT,
    &attach::MODIFY_RETURN,
    &attach::TRACE_FSESSION,
    &attach::TRACE_RAW_TP,
]);

/// Those, of the functions on `btf_allowlist_d_path`, and iterators.
pub(super) const D_PATH: AttachSet = AttachSet::of(&[
    &attach::TRACE_FENTRY,
    &attach::TRACE_FEXIT,
    &attach::MODIFY_RETURN,
    &attach::TRACE_FSESSION,
    &attach::TRACE_ITER,
]);
