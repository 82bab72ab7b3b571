//! The rows of [`PROGRAMS`].

use super::{Capability, Program, ProgramType, Sleep};
use crate::catalog::{
    attach,
    version::{Version, v},
};

const fn row(ty: ProgramType, names: [&'static str; 3], context: &'static str, since: Version) -> Program {
    let [c_name, lower, name] = names;
    Program {
        ty,
        number: ty as u32 + 1,
        c_name,
        lower,
        name,
        aliases: &[],
        context,
        attach: &[],
        without_attach: false,
        checked: false,
        zero: None,
        capabilities: &[],
        sleep: Sleep::Never,
        btf_target: false,
        gpl_only: false,
        config: None,
        since,
    }
}

const NET: &[Capability] = &[Capability::NetAdmin];
const PERF: &[Capability] = &[Capability::Perfmon];

/// All program types, in the order of their numbers.
pub static PROGRAMS: &[Program] = &[
    Program {
        aliases: &["socket"],
        without_attach: true,
        ..row(
            ProgramType::SocketFilter,
            ["BPF_PROG_TYPE_SOCKET_FILTER", "socket_filter", "socket-filter"],
            "__sk_buff",
            v(3, 19),
        )
    },
    Program {
        aliases: &["uprobe"],
        attach: &[
            &attach::TRACE_KPROBE_MULTI,
            &attach::TRACE_KPROBE_SESSION,
            &attach::TRACE_UPROBE_MULTI,
            &attach::TRACE_UPROBE_SESSION,
        ],
        without_attach: true,
        capabilities: PERF,
        sleep: Sleep::May,
        ..row(ProgramType::Kprobe, ["BPF_PROG_TYPE_KPROBE", "kprobe", "kprobe"], "pt_regs", v(4, 1))
    },
    Program {
        aliases: &["tc", "classifier", "tcx"],
        attach: &[&attach::TCX_INGRESS, &attach::TCX_EGRESS, &attach::NETKIT_PRIMARY, &attach::NETKIT_PEER],
        without_attach: true,
        capabilities: NET,
        ..row(
            ProgramType::SchedCls,
            ["BPF_PROG_TYPE_SCHED_CLS", "sched_cls", "sched-cls"],
            "__sk_buff",
            v(4, 1),
        )
    },
    Program {
        aliases: &["action", "tc-action"],
        without_attach: true,
        capabilities: NET,
        ..row(
            ProgramType::SchedAct,
            ["BPF_PROG_TYPE_SCHED_ACT", "sched_act", "sched-act"],
            "__sk_buff",
            v(4, 1),
        )
    },
    Program {
        aliases: &["tp"],
        without_attach: true,
        capabilities: PERF,
        ..row(ProgramType::Tracepoint, ["BPF_PROG_TYPE_TRACEPOINT", "tracepoint", "tracepoint"], "", v(4, 7))
    },
    Program {
        attach: &[&attach::XDP, &attach::XDP_DEVMAP, &attach::XDP_CPUMAP],
        without_attach: true,
        capabilities: NET,
        ..row(ProgramType::Xdp, ["BPF_PROG_TYPE_XDP", "xdp", "xdp"], "xdp_md", v(4, 8))
    },
    Program {
        attach: &[&attach::PERF_EVENT],
        without_attach: true,
        capabilities: PERF,
        ..row(
            ProgramType::PerfEvent,
            ["BPF_PROG_TYPE_PERF_EVENT", "perf_event", "perf-event"],
            "bpf_perf_event_data",
            v(4, 9),
        )
    },
    Program {
        attach: &[&attach::CGROUP_INET_INGRESS, &attach::CGROUP_INET_EGRESS],
        checked: true,
        ..row(
            ProgramType::CgroupSkb,
            ["BPF_PROG_TYPE_CGROUP_SKB", "cgroup_skb", "cgroup-skb"],
            "__sk_buff",
            v(4, 10),
        )
    },
    Program {
        attach: &[
            &attach::CGROUP_INET_SOCK_CREATE,
            &attach::CGROUP_INET_SOCK_RELEASE,
            &attach::CGROUP_INET4_POST_BIND,
            &attach::CGROUP_INET6_POST_BIND,
        ],
        checked: true,
        zero: Some(&attach::CGROUP_INET_SOCK_CREATE),
        capabilities: NET,
        ..row(
            ProgramType::CgroupSock,
            ["BPF_PROG_TYPE_CGROUP_SOCK", "cgroup_sock", "cgroup-sock"],
            "bpf_sock",
            v(4, 10),
        )
    },
    Program {
        without_attach: true,
        capabilities: NET,
        ..row(ProgramType::LwtIn, ["BPF_PROG_TYPE_LWT_IN", "lwt_in", "lwt-in"], "__sk_buff", v(4, 10))
    },
    Program {
        without_attach: true,
        capabilities: NET,
        ..row(ProgramType::LwtOut, ["BPF_PROG_TYPE_LWT_OUT", "lwt_out", "lwt-out"], "__sk_buff", v(4, 10))
    },
    Program {
        without_attach: true,
        capabilities: NET,
        ..row(ProgramType::LwtXmit, ["BPF_PROG_TYPE_LWT_XMIT", "lwt_xmit", "lwt-xmit"], "__sk_buff", v(4, 10))
    },
    Program {
        aliases: &["sockops"],
        attach: &[&attach::CGROUP_SOCK_OPS],
        capabilities: NET,
        ..row(
            ProgramType::SockOps,
            ["BPF_PROG_TYPE_SOCK_OPS", "sock_ops", "sock-ops"],
            "bpf_sock_ops",
            v(4, 13),
        )
    },
    Program {
        attach: &[&attach::SK_SKB_STREAM_PARSER, &attach::SK_SKB_STREAM_VERDICT, &attach::SK_SKB_VERDICT],
        without_attach: true,
        capabilities: NET,
        ..row(ProgramType::SkSkb, ["BPF_PROG_TYPE_SK_SKB", "sk_skb", "sk-skb"], "__sk_buff", v(4, 14))
    },
    Program {
        aliases: &["cgroup-dev"],
        attach: &[&attach::CGROUP_DEVICE],
        capabilities: NET,
        ..row(
            ProgramType::CgroupDevice,
            ["BPF_PROG_TYPE_CGROUP_DEVICE", "cgroup_device", "cgroup-device"],
            "bpf_cgroup_dev_ctx",
            v(4, 15),
        )
    },
    Program {
        attach: &[&attach::SK_MSG_VERDICT],
        capabilities: NET,
        ..row(ProgramType::SkMsg, ["BPF_PROG_TYPE_SK_MSG", "sk_msg", "sk-msg"], "sk_msg_md", v(4, 17))
    },
    Program {
        aliases: &["raw-tp"],
        without_attach: true,
        capabilities: PERF,
        ..row(
            ProgramType::RawTracepoint,
            ["BPF_PROG_TYPE_RAW_TRACEPOINT", "raw_tracepoint", "raw-tracepoint"],
            "bpf_raw_tracepoint_args",
            v(4, 17),
        )
    },
    Program {
        aliases: &["sock-addr"],
        attach: &[
            &attach::CGROUP_INET4_BIND,
            &attach::CGROUP_INET6_BIND,
            &attach::CGROUP_INET4_CONNECT,
            &attach::CGROUP_INET6_CONNECT,
            &attach::CGROUP_UNIX_CONNECT,
            &attach::CGROUP_UDP4_SENDMSG,
            &attach::CGROUP_UDP6_SENDMSG,
            &attach::CGROUP_UNIX_SENDMSG,
            &attach::CGROUP_UDP4_RECVMSG,
            &attach::CGROUP_UDP6_RECVMSG,
            &attach::CGROUP_UNIX_RECVMSG,
            &attach::CGROUP_INET4_GETPEERNAME,
            &attach::CGROUP_INET6_GETPEERNAME,
            &attach::CGROUP_UNIX_GETPEERNAME,
            &attach::CGROUP_INET4_GETSOCKNAME,
            &attach::CGROUP_INET6_GETSOCKNAME,
            &attach::CGROUP_UNIX_GETSOCKNAME,
        ],
        checked: true,
        capabilities: NET,
        ..row(
            ProgramType::CgroupSockAddr,
            ["BPF_PROG_TYPE_CGROUP_SOCK_ADDR", "cgroup_sock_addr", "cgroup-sock-addr"],
            "bpf_sock_addr",
            v(4, 17),
        )
    },
    Program {
        without_attach: true,
        capabilities: NET,
        ..row(
            ProgramType::LwtSeg6local,
            ["BPF_PROG_TYPE_LWT_SEG6LOCAL", "lwt_seg6local", "lwt-seg6local"],
            "__sk_buff",
            v(4, 18),
        )
    },
    Program {
        attach: &[&attach::LIRC_MODE2],
        capabilities: NET,
        config: Some("CONFIG_BPF_LIRC_MODE2"),
        ..row(ProgramType::LircMode2, ["BPF_PROG_TYPE_LIRC_MODE2", "lirc_mode2", "lirc-mode2"], "", v(4, 18))
    },
    Program {
        attach: &[&attach::SK_REUSEPORT_SELECT, &attach::SK_REUSEPORT_SELECT_OR_MIGRATE],
        checked: true,
        zero: Some(&attach::SK_REUSEPORT_SELECT),
        ..row(
            ProgramType::SkReuseport,
            ["BPF_PROG_TYPE_SK_REUSEPORT", "sk_reuseport", "sk-reuseport"],
            "sk_reuseport_md",
            v(4, 19),
        )
    },
    Program {
        attach: &[&attach::FLOW_DISSECTOR],
        capabilities: NET,
        ..row(
            ProgramType::FlowDissector,
            ["BPF_PROG_TYPE_FLOW_DISSECTOR", "flow_dissector", "flow-dissector"],
            "__sk_buff",
            v(4, 20),
        )
    },
    Program {
        attach: &[&attach::CGROUP_SYSCTL],
        capabilities: NET,
        ..row(
            ProgramType::CgroupSysctl,
            ["BPF_PROG_TYPE_CGROUP_SYSCTL", "cgroup_sysctl", "cgroup-sysctl"],
            "bpf_sysctl",
            v(5, 2),
        )
    },
    Program {
        aliases: &["raw-tp-writable"],
        without_attach: true,
        capabilities: PERF,
        ..row(
            ProgramType::RawTracepointWritable,
            ["BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE", "raw_tracepoint_writable", "raw-tracepoint-writable"],
            "bpf_raw_tracepoint_args",
            v(5, 2),
        )
    },
    Program {
        aliases: &["sockopt"],
        attach: &[&attach::CGROUP_GETSOCKOPT, &attach::CGROUP_SETSOCKOPT],
        checked: true,
        capabilities: NET,
        ..row(
            ProgramType::CgroupSockopt,
            ["BPF_PROG_TYPE_CGROUP_SOCKOPT", "cgroup_sockopt", "cgroup-sockopt"],
            "bpf_sockopt",
            v(5, 3),
        )
    },
    Program {
        attach: &[
            &attach::TRACE_RAW_TP,
            &attach::TRACE_FENTRY,
            &attach::TRACE_FEXIT,
            &attach::MODIFY_RETURN,
            &attach::TRACE_ITER,
            &attach::TRACE_FSESSION,
        ],
        capabilities: PERF,
        sleep: Sleep::May,
        btf_target: true,
        ..row(ProgramType::Tracing, ["BPF_PROG_TYPE_TRACING", "tracing", "tracing"], "", v(5, 5))
    },
    Program {
        attach: &[&attach::STRUCT_OPS],
        without_attach: true,
        capabilities: PERF,
        sleep: Sleep::May,
        btf_target: true,
        gpl_only: true,
        ..row(ProgramType::StructOps, ["BPF_PROG_TYPE_STRUCT_OPS", "struct_ops", "struct-ops"], "", v(5, 6))
    },
    Program {
        aliases: &["freplace"],
        without_attach: true,
        checked: true,
        capabilities: &[Capability::NetAdmin, Capability::Perfmon],
        btf_target: true,
        ..row(ProgramType::Ext, ["BPF_PROG_TYPE_EXT", "ext", "ext"], "", v(5, 6))
    },
    Program {
        attach: &[&attach::LSM_MAC, &attach::LSM_CGROUP],
        capabilities: PERF,
        sleep: Sleep::May,
        btf_target: true,
        ..row(ProgramType::Lsm, ["BPF_PROG_TYPE_LSM", "lsm", "lsm"], "", v(5, 7))
    },
    Program {
        attach: &[&attach::SK_LOOKUP],
        checked: true,
        ..row(
            ProgramType::SkLookup,
            ["BPF_PROG_TYPE_SK_LOOKUP", "sk_lookup", "sk-lookup"],
            "bpf_sk_lookup",
            v(5, 9),
        )
    },
    Program {
        without_attach: true,
        checked: true,
        sleep: Sleep::Must,
        ..row(ProgramType::Syscall, ["BPF_PROG_TYPE_SYSCALL", "syscall", "syscall"], "", v(5, 14))
    },
    Program {
        attach: &[&attach::NETFILTER],
        checked: true,
        capabilities: NET,
        ..row(
            ProgramType::Netfilter,
            ["BPF_PROG_TYPE_NETFILTER", "netfilter", "netfilter"],
            "bpf_nf_ctx",
            v(6, 4),
        )
    },
];
