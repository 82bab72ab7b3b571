//! What programs return: the ranges that the verifier holds them to, and what each value means.
//!
//! Ranges are `check_return_code` of kernel/bpf/verifier.c, probed on Linux 6.18 with constants on
//! both sides of each bound. Meanings are those of the callers: kernel/bpf/cgroup.c,
//! net/core/filter.c, include/uapi/linux/bpf.h and pkt_cls.h.

use super::{
    attach::{self, AttachType},
    program::ProgramType::{
        self, CgroupDevice, CgroupSkb, CgroupSock, CgroupSockAddr, CgroupSockopt, CgroupSysctl,
        FlowDissector, Kprobe, Lsm, LwtIn, LwtOut, LwtXmit, Netfilter, SchedAct, SchedCls, SkLookup, SkMsg,
        SkReuseport, SkSkb, SockOps, SocketFilter, Tracing, Xdp,
    },
    set::{AttachSet, ProgramSet},
};

/// A returned value and what it does.
#[derive(PartialEq, Eq, Debug)]
pub struct Meaning {
    /// The value.
    pub value: i32,
    /// Its name in C; empty where it has none.
    pub name: &'static str,
    /// What it does.
    pub effect: &'static str,
}

/// What programs of some types and attach types return.
#[derive(PartialEq, Eq, Debug)]
pub struct Verdict {
    /// The program types.
    pub programs: ProgramSet,
    /// The attach types.
    pub attach: AttachSet,
    /// The least and the greatest value that the verifier lets pass; `None` for any.
    pub range: Option<(i32, i32)>,
    /// What the values mean, as far as they mean something.
    pub meanings: &'static [Meaning],
    /// What the caller makes of other values, where they are accepted.
    pub other: &'static str,
}

const fn is(value: i32, name: &'static str, effect: &'static str) -> Meaning {
    Meaning { value, name, effect }
}

const fn ranged(
    programs: &[ProgramType],
    attach: AttachSet,
    range: (i32, i32),
    meanings: &'static [Meaning],
) -> Verdict {
    Verdict { programs: ProgramSet::of(programs), attach, range: Some(range), meanings, other: "" }
}

const fn free(programs: &[ProgramType], meanings: &'static [Meaning], other: &'static str) -> Verdict {
    Verdict { programs: ProgramSet::of(programs), attach: AttachSet::ALL, range: None, meanings, other }
}

const ALL: AttachSet = AttachSet::ALL;
const EGRESS: AttachSet = AttachSet::of(&[&attach::CGROUP_INET_EGRESS]);
const BIND: AttachSet = AttachSet::of(&[&attach::CGROUP_INET4_BIND, &attach::CGROUP_INET6_BIND]);
/// `inet_release` of net/ipv4/af_inet.c does not look at the value.
const RELEASE: AttachSet = AttachSet::of(&[&attach::CGROUP_INET_SOCK_RELEASE]);
/// Hooks that may change an address but not refuse.
const MUST: AttachSet = AttachSet::of(&[
    &attach::CGROUP_UDP4_RECVMSG,
    &attach::CGROUP_UDP6_RECVMSG,
    &attach::CGROUP_UNIX_RECVMSG,
    &attach::CGROUP_INET4_GETPEERNAME,
    &attach::CGROUP_INET6_GETPEERNAME,
    &attach::CGROUP_UNIX_GETPEERNAME,
    &attach::CGROUP_INET4_GETSOCKNAME,
    &attach::CGROUP_INET6_GETSOCKNAME,
    &attach::CGROUP_UNIX_GETSOCKNAME,
]);
const SESSION: AttachSet = AttachSet::of(&[&attach::TRACE_KPROBE_SESSION, &attach::TRACE_UPROBE_SESSION]);
const CALLS: AttachSet =
    AttachSet::of(&[&attach::TRACE_FENTRY, &attach::TRACE_FEXIT, &attach::TRACE_FSESSION]);
const LSM: AttachSet = AttachSet::of(&[&attach::LSM_MAC]);
const LSM_CGROUP: AttachSet = AttachSet::of(&[&attach::LSM_CGROUP]);
const ITER: AttachSet = AttachSet::of(&[&attach::TRACE_ITER]);

const REFUSE_OR_ALLOW: &[Meaning] =
    &[is(0, "", "the system call fails with EPERM"), is(1, "", "the system call goes on")];
const DROP_OR_PASS: &[Meaning] = &[is(0, "", "the packet is dropped"), is(1, "", "the packet passes")];
const SK: &[Meaning] = &[is(0, "SK_DROP", "dropped"), is(1, "SK_PASS", "passes")];
const TC: &[Meaning] = &[
    is(-1, "TC_ACT_UNSPEC", "the next program or action decides"),
    is(0, "TC_ACT_OK", "the packet passes"),
    is(1, "TC_ACT_RECLASSIFY", "classification starts again"),
    is(2, "TC_ACT_SHOT", "the packet is dropped"),
    is(3, "TC_ACT_PIPE", "the next action follows"),
    is(4, "TC_ACT_STOLEN", "the packet is taken"),
    is(5, "TC_ACT_QUEUED", "the packet is queued"),
    is(6, "TC_ACT_REPEAT", "the action is repeated"),
    is(7, "TC_ACT_REDIRECT", "the packet goes where a redirect helper said"),
    is(8, "TC_ACT_TRAP", "the packet is passed to the CPU by hardware"),
];
const XDP: &[Meaning] = &[
    is(0, "XDP_ABORTED", "the frame is dropped and an error traced"),
    is(1, "XDP_DROP", "the frame is dropped"),
    is(2, "XDP_PASS", "the frame goes up the stack"),
    is(3, "XDP_TX", "the frame goes out where it came in"),
    is(4, "XDP_REDIRECT", "the frame goes where a redirect helper said"),
];
const LWT: &[Meaning] = &[
    is(0, "BPF_OK", "routing goes on"),
    is(2, "BPF_DROP", "the packet is dropped"),
    is(128, "BPF_LWT_REROUTE", "the packet, changed, is routed again"),
];
const LWT_XMIT: &[Meaning] = &[
    is(0, "BPF_OK", "routing goes on"),
    is(2, "BPF_DROP", "the packet is dropped"),
    is(7, "BPF_REDIRECT", "the packet goes where a redirect helper said"),
    is(128, "BPF_LWT_REROUTE", "the packet, changed, is routed again"),
];

/// Every row; the first that fits decides.
pub static VERDICTS: &[Verdict] = &[
    ranged(
        &[CgroupSkb],
        EGRESS,
        (0, 3),
        &[
            is(0, "", "the packet is dropped: EPERM to the sender"),
            is(1, "", "the packet passes"),
            is(2, "", "the packet is dropped, and the congestion is notified"),
            is(3, "", "the packet passes, and the congestion is notified"),
        ],
    ),
    ranged(&[CgroupSkb], ALL, (0, 1), DROP_OR_PASS),
    ranged(
        &[CgroupSockAddr],
        BIND,
        (0, 3),
        &[
            is(0, "", "bind fails with EPERM"),
            is(1, "", "bind goes on"),
            is(2, "", "bind fails with EPERM"),
            is(3, "", "bind goes on, without asking for CAP_NET_BIND_SERVICE"),
        ],
    ),
    ranged(
        &[CgroupSock],
        RELEASE,
        (0, 1),
        &[is(0, "", "the socket is closed all the same"), is(1, "", "the socket is closed")],
    ),
    ranged(&[CgroupSockAddr], MUST, (1, 1), &[is(1, "", "the system call goes on")]),
    ranged(
        &[CgroupSock, CgroupSockAddr, CgroupSockopt, CgroupDevice, CgroupSysctl],
        ALL,
        (0, 1),
        REFUSE_OR_ALLOW,
    ),
    // `tcp_call_bpf` of include/net/tcp.h.
    ranged(
        &[SockOps],
        ALL,
        (0, 1),
        &[is(0, "", "the answer is -1: the kernel does as without"), is(1, "", "the answer is in `reply`")],
    ),
    ranged(&[SkLookup], ALL, (0, 1), SK),
    ranged(
        &[Netfilter],
        ALL,
        (0, 1),
        &[is(0, "NF_DROP", "the packet is dropped"), is(1, "NF_ACCEPT", "the packet passes")],
    ),
    ranged(
        &[Kprobe],
        SESSION,
        (0, 1),
        &[is(0, "", "the program runs at the return too"), is(1, "", "it does not")],
    ),
    ranged(&[Tracing], CALLS, (0, 0), &[is(0, "", "nothing")]),
    ranged(
        &[Tracing],
        ITER,
        (0, 1),
        &[is(0, "", "the walk goes on"), is(1, "", "this object is visited again")],
    ),
    // `bpf_lsm_get_retval_range` of kernel/bpf/bpf_lsm.c.
    ranged(&[Lsm], LSM, (-4095, 0), &[is(0, "", "the hook allows it"), is(-1, "", "it fails with EPERM")]),
    ranged(&[Lsm], LSM_CGROUP, (0, 1), REFUSE_OR_ALLOW),
    free(&[Xdp], XDP, "as XDP_ABORTED"),
    free(&[SchedCls, SchedAct], TC, "as TC_ACT_UNSPEC"),
    free(&[SkMsg, SkReuseport], SK, "as SK_DROP"),
    free(&[SkSkb], SK, "a parser returns the length of the message, 0 for more, or an errno"),
    free(&[LwtIn, LwtOut], LWT, "an error"),
    free(&[LwtXmit], LWT_XMIT, "an error"),
    free(
        &[FlowDissector],
        &[
            is(0, "BPF_OK", "the keys are set"),
            is(2, "BPF_DROP", "the packet cannot be dissected"),
            is(129, "BPF_FLOW_DISSECTOR_CONTINUE", "the kernel's own dissector does it"),
        ],
        "an error",
    ),
    free(&[SocketFilter], &[is(0, "", "the packet is dropped")], "that many bytes of the packet pass"),
    Verdict {
        programs: ProgramSet::ALL,
        attach: ALL,
        range: None,
        meanings: &[],
        other: "the value means nothing, or what the hook makes of it",
    },
];

/// What programs of type `ty` for `attach` return.
pub fn of(ty: ProgramType, attach: Option<&'static AttachType>) -> Option<&'static Verdict> {
    let attach = ty.effective(attach);
    VERDICTS.iter().find(|row| row.programs.contains(ty) && row.attach.contains(attach))
}

/// The least and the greatest value that the verifier lets pass; `None` for any.
pub fn range(ty: ProgramType, attach: Option<&'static AttachType>) -> Option<(i32, i32)> {
    of(ty, attach)?.range
}
