//! ELF section names and what they say about the program in them.
//!
//! The names and their meaning are libbpf's: the rows of `section_defs` in libbpf.c, one for one
//! and in its order, which bpftool, aya and cilium/ebpf understand too. A name that libbpf writes
//! with a `+` takes what follows a slash as its target: `kprobe/do_unlinkat`.

use super::{
    attach::{self, AttachType, TargetKind},
    program::{PROGRAMS, ProgramType},
};

/// A row of the table of sections.
#[derive(PartialEq, Eq, Debug)]
pub struct Section {
    /// The section name, without what may follow a slash.
    pub name: &'static str,
    /// The kernel's program type without `BPF_PROG_TYPE_`, in lower case: `cgroup_skb`.
    pub program_type: &'static str,
    /// The program type.
    pub ty: ProgramType,
    /// The attach type that the section fixes; `None` where the loader chooses.
    pub attach_type: Option<&'static AttachType>,
    /// Whether `/` and a target may follow the name.
    pub target: bool,
    /// Whether programs in it are sleepable.
    pub sleepable: bool,
    /// Whether programs in it handle packets in several fragments (`BPF_F_XDP_HAS_FRAGS`).
    pub frags: bool,
}

const fn exact(name: &'static str, ty: ProgramType, attach_type: Option<&'static AttachType>) -> Section {
    let program = &PROGRAMS[ty as usize];
    Section {
        name,
        program_type: program.lower,
        ty,
        attach_type,
        target: false,
        sleepable: false,
        frags: false,
    }
}

const fn target(name: &'static str, ty: ProgramType, attach_type: Option<&'static AttachType>) -> Section {
    Section { target: true, ..exact(name, ty, attach_type) }
}

const fn sleepable(section: Section) -> Section {
    Section { sleepable: true, ..section }
}

const fn frags(section: Section) -> Section {
    Section { frags: true, ..section }
}

use ProgramType::{
    CgroupDevice, CgroupSkb, CgroupSock, CgroupSockAddr, CgroupSockopt, CgroupSysctl, Ext, FlowDissector,
    Kprobe, LircMode2, Lsm, LwtIn, LwtOut, LwtSeg6local, LwtXmit, Netfilter, PerfEvent, RawTracepoint,
    RawTracepointWritable, SchedAct, SchedCls, SkLookup, SkMsg, SkReuseport, SkSkb, SockOps, SocketFilter,
    StructOps, Syscall, Tracepoint, Tracing, Xdp,
};

/// Every section name.
pub static ALL: &[Section] = &[
    exact("socket", SocketFilter, None),
    exact("sk_reuseport/migrate", SkReuseport, Some(&attach::SK_REUSEPORT_SELECT_OR_MIGRATE)),
    exact("sk_reuseport", SkReuseport, Some(&attach::SK_REUSEPORT_SELECT)),
    target("kprobe", Kprobe, None),
    target("uprobe", Kprobe, None),
    sleepable(target("uprobe.s", Kprobe, None)),
    target("kretprobe", Kprobe, None),
    target("uretprobe", Kprobe, None),
    sleepable(target("uretprobe.s", Kprobe, None)),
    target("kprobe.multi", Kprobe, Some(&attach::TRACE_KPROBE_MULTI)),
    target("kretprobe.multi", Kprobe, Some(&attach::TRACE_KPROBE_MULTI)),
    target("kprobe.session", Kprobe, Some(&attach::TRACE_KPROBE_SESSION)),
    target("uprobe.multi", Kprobe, Some(&attach::TRACE_UPROBE_MULTI)),
    target("uretprobe.multi", Kprobe, Some(&attach::TRACE_UPROBE_MULTI)),
    target("uprobe.session", Kprobe, Some(&attach::TRACE_UPROBE_SESSION)),
    sleepable(target("uprobe.multi.s", Kprobe, Some(&attach::TRACE_UPROBE_MULTI))),
    sleepable(target("uretprobe.multi.s", Kprobe, Some(&attach::TRACE_UPROBE_MULTI))),
    sleepable(target("uprobe.session.s", Kprobe, Some(&attach::TRACE_UPROBE_SESSION))),
    target("ksyscall", Kprobe, None),
    target("kretsyscall", Kprobe, None),
    target("usdt", Kprobe, None),
    sleepable(target("usdt.s", Kprobe, None)),
    exact("tc/ingress", SchedCls, Some(&attach::TCX_INGRESS)),
    exact("tc/egress", SchedCls, Some(&attach::TCX_EGRESS)),
    exact("tcx/ingress", SchedCls, Some(&attach::TCX_INGRESS)),
    exact("tcx/egress", SchedCls, Some(&attach::TCX_EGRESS)),
    exact("tc", SchedCls, None),
    exact("classifier", SchedCls, None),
    exact("action", SchedAct, None),
    exact("netkit/primary", SchedCls, Some(&attach::NETKIT_PRIMARY)),
    exact("netkit/peer", SchedCls, Some(&attach::NETKIT_PEER)),
    target("tracepoint", Tracepoint, None),
    target("tp", Tracepoint, None),
    target("raw_tracepoint", RawTracepoint, None),
    target("raw_tp", RawTracepoint, None),
    target("raw_tracepoint.w", RawTracepointWritable, None),
    target("raw_tp.w", RawTracepointWritable, None),
    target("tp_btf", Tracing, Some(&attach::TRACE_RAW_TP)),
    target("fentry", Tracing, Some(&attach::TRACE_FENTRY)),
    target("fmod_ret", Tracing, Some(&attach::MODIFY_RETURN)),
    target("fexit", Tracing, Some(&attach::TRACE_FEXIT)),
    sleepable(target("fentry.s", Tracing, Some(&attach::TRACE_FENTRY))),
    sleepable(target("fmod_ret.s", Tracing, Some(&attach::MODIFY_RETURN))),
    sleepable(target("fexit.s", Tracing, Some(&attach::TRACE_FEXIT))),
    target("fsession", Tracing, Some(&attach::TRACE_FSESSION)),
    sleepable(target("fsession.s", Tracing, Some(&attach::TRACE_FSESSION))),
    target("freplace", Ext, None),
    target("lsm", Lsm, Some(&attach::LSM_MAC)),
    sleepable(target("lsm.s", Lsm, Some(&attach::LSM_MAC))),
    target("lsm_cgroup", Lsm, Some(&attach::LSM_CGROUP)),
    target("iter", Tracing, Some(&attach::TRACE_ITER)),
    sleepable(target("iter.s", Tracing, Some(&attach::TRACE_ITER))),
    sleepable(exact("syscall", Syscall, None)),
    frags(exact("xdp.frags/devmap", Xdp, Some(&attach::XDP_DEVMAP))),
    exact("xdp/devmap", Xdp, Some(&attach::XDP_DEVMAP)),
    frags(exact("xdp.frags/cpumap", Xdp, Some(&attach::XDP_CPUMAP))),
    exact("xdp/cpumap", Xdp, Some(&attach::XDP_CPUMAP)),
    frags(exact("xdp.frags", Xdp, Some(&attach::XDP))),
    exact("xdp", Xdp, Some(&attach::XDP)),
    exact("perf_event", PerfEvent, None),
    exact("lwt_in", LwtIn, None),
    exact("lwt_out", LwtOut, None),
    exact("lwt_xmit", LwtXmit, None),
    exact("lwt_seg6local", LwtSeg6local, None),
    exact("sockops", SockOps, Some(&attach::CGROUP_SOCK_OPS)),
    exact("sk_skb/stream_parser", SkSkb, Some(&attach::SK_SKB_STREAM_PARSER)),
    exact("sk_skb/stream_verdict", SkSkb, Some(&attach::SK_SKB_STREAM_VERDICT)),
    exact("sk_skb/verdict", SkSkb, Some(&attach::SK_SKB_VERDICT)),
    exact("sk_skb", SkSkb, None),
    exact("sk_msg", SkMsg, Some(&attach::SK_MSG_VERDICT)),
    exact("lirc_mode2", LircMode2, Some(&attach::LIRC_MODE2)),
    exact("flow_dissector", FlowDissector, Some(&attach::FLOW_DISSECTOR)),
    exact("cgroup_skb/ingress", CgroupSkb, Some(&attach::CGROUP_INET_INGRESS)),
    exact("cgroup_skb/egress", CgroupSkb, Some(&attach::CGROUP_INET_EGRESS)),
    exact("cgroup/skb", CgroupSkb, None),
    exact("cgroup/sock_create", CgroupSock, Some(&attach::CGROUP_INET_SOCK_CREATE)),
    exact("cgroup/sock_release", CgroupSock, Some(&attach::CGROUP_INET_SOCK_RELEASE)),
    exact("cgroup/sock", CgroupSock, Some(&attach::CGROUP_INET_SOCK_CREATE)),
    exact("cgroup/post_bind4", CgroupSock, Some(&attach::CGROUP_INET4_POST_BIND)),
    exact("cgroup/post_bind6", CgroupSock, Some(&attach::CGROUP_INET6_POST_BIND)),
    exact("cgroup/bind4", CgroupSockAddr, Some(&attach::CGROUP_INET4_BIND)),
    exact("cgroup/bind6", CgroupSockAddr, Some(&attach::CGROUP_INET6_BIND)),
    exact("cgroup/connect4", CgroupSockAddr, Some(&attach::CGROUP_INET4_CONNECT)),
    exact("cgroup/connect6", CgroupSockAddr, Some(&attach::CGROUP_INET6_CONNECT)),
    exact("cgroup/connect_unix", CgroupSockAddr, Some(&attach::CGROUP_UNIX_CONNECT)),
    exact("cgroup/sendmsg4", CgroupSockAddr, Some(&attach::CGROUP_UDP4_SENDMSG)),
    exact("cgroup/sendmsg6", CgroupSockAddr, Some(&attach::CGROUP_UDP6_SENDMSG)),
    exact("cgroup/sendmsg_unix", CgroupSockAddr, Some(&attach::CGROUP_UNIX_SENDMSG)),
    exact("cgroup/recvmsg4", CgroupSockAddr, Some(&attach::CGROUP_UDP4_RECVMSG)),
    exact("cgroup/recvmsg6", CgroupSockAddr, Some(&attach::CGROUP_UDP6_RECVMSG)),
    exact("cgroup/recvmsg_unix", CgroupSockAddr, Some(&attach::CGROUP_UNIX_RECVMSG)),
    exact("cgroup/getpeername4", CgroupSockAddr, Some(&attach::CGROUP_INET4_GETPEERNAME)),
    exact("cgroup/getpeername6", CgroupSockAddr, Some(&attach::CGROUP_INET6_GETPEERNAME)),
    exact("cgroup/getpeername_unix", CgroupSockAddr, Some(&attach::CGROUP_UNIX_GETPEERNAME)),
    exact("cgroup/getsockname4", CgroupSockAddr, Some(&attach::CGROUP_INET4_GETSOCKNAME)),
    exact("cgroup/getsockname6", CgroupSockAddr, Some(&attach::CGROUP_INET6_GETSOCKNAME)),
    exact("cgroup/getsockname_unix", CgroupSockAddr, Some(&attach::CGROUP_UNIX_GETSOCKNAME)),
    exact("cgroup/sysctl", CgroupSysctl, Some(&attach::CGROUP_SYSCTL)),
    exact("cgroup/getsockopt", CgroupSockopt, Some(&attach::CGROUP_GETSOCKOPT)),
    exact("cgroup/setsockopt", CgroupSockopt, Some(&attach::CGROUP_SETSOCKOPT)),
    exact("cgroup/dev", CgroupDevice, Some(&attach::CGROUP_DEVICE)),
    target("struct_ops", StructOps, None),
    sleepable(target("struct_ops.s", StructOps, None)),
    exact("sk_lookup", SkLookup, Some(&attach::SK_LOOKUP)),
    exact("netfilter", Netfilter, Some(&attach::NETFILTER)),
];

/// The row of a section name. A name may start with `?`, which tells libbpf not to load the
/// program unless asked to.
///
/// ```
/// use bpfl_stdlib::catalog::section;
/// let row = section::find("cgroup_skb/egress").unwrap();
/// assert_eq!(row.attach_type.unwrap().name, "cgroup_inet_egress");
/// assert_eq!(section::find("kprobe/do_unlinkat").unwrap().name, "kprobe");
/// ```
pub fn find(name: &str) -> Option<&'static Section> {
    let name = name.strip_prefix('?').unwrap_or(name);
    ALL.iter().find(|row| row.matches(name))
}

/// The section of programs of type `ty` for `attach`, the one that libbpf lists first.
pub fn of(ty: ProgramType, attach: Option<&'static AttachType>) -> Option<&'static Section> {
    ALL.iter().find(|row| row.ty == ty && row.attach_type == attach)
}

/// A hook as a user knows it: by its section, or by its attach type where no section fixes it.
pub fn hook_name(ty: ProgramType, attach: Option<&'static AttachType>) -> &'static str {
    let bare = attach.map_or(ty.row().name, |attach| attach.name);
    of(ty, attach).map_or(bare, |row| row.name)
}

/// The section of programs of type `ty` that is the only one, or the one called like the type.
pub fn default_of(ty: ProgramType) -> Option<&'static Section> {
    let row = ty.row();
    let own = |name: &str| name == row.lower || row.aliases.contains(&name);
    let mut all = ALL.iter().filter(|row| row.ty == ty);
    let first = all.next();
    let only = first.filter(|_| all.next().is_none());
    only.or_else(|| ALL.iter().find(|row| row.ty == ty && own(row.name)))
}

/// What iterators go over that go over the entries of one map, which they are told (`map_iter.c` in kernel/bpf,
/// `bpf_sk_storage.c` and `sock_map.c` in net/core).
pub const OVER_A_MAP: &[&str] = &["bpf_map_elem", "bpf_sk_storage_map", "sockmap"];

impl Section {
    /// As libbpf's `sec_def_matches`.
    fn matches(&self, name: &str) -> bool {
        match name.strip_prefix(self.name) {
            Some("") => true,
            Some(rest) => self.target && rest.starts_with('/'),
            None => false,
        }
    }

    /// What follows the name in `section`, a name of this row: the function, tracepoint or other
    /// target.
    pub fn target_of<'a>(&self, section: &'a str) -> Option<&'a str> {
        section.strip_prefix('?').unwrap_or(section).strip_prefix(self.name)?.strip_prefix('/')
    }

    /// What its programs are attached to, also where no attach type says it.
    pub fn target_kind(&self) -> Option<TargetKind> {
        self.attach_type.map(|at| at.target).or(match self.ty {
            Kprobe if self.name.starts_with('u') => Some(TargetKind::UserFunctions),
            Kprobe => Some(TargetKind::KernelFunctions),
            Tracepoint | RawTracepoint | RawTracepointWritable => Some(TargetKind::Tracepoint),
            PerfEvent => Some(TargetKind::PerfEvent),
            _ => None,
        })
    }

    /// The prefix of the name that the kernel's BTF has for what follows the slash, in sections whose
    /// programs the kernel must be told the target of by that (`find_attach_btf_id` of libbpf.c).
    pub fn btf_prefix(&self) -> Option<&'static str> {
        if !self.ty.row().btf_target {
            return None;
        }
        match self.attach_type.map(|at| at.target)? {
            TargetKind::Tracepoint => Some("btf_trace_"),
            TargetKind::LsmHook => Some("bpf_lsm_"),
            TargetKind::Cgroup => Some("bpf_lsm_"),
            TargetKind::Iterator => Some("bpf_iter_"),
            TargetKind::Function => Some(""),
            _ => None,
        }
    }

    /// The name as libbpf's table has it.
    pub fn pattern(&self) -> String {
        let end = if self.target { "+" } else { "" };
        format!("{}{end}", self.name)
    }
}
