//! Program types: `BPF_PROG_TYPE_*` of include/uapi/linux/bpf.h.
//!
//! Which `expected_attach_type` each takes is `bpf_prog_load_check_attach` and
//! `bpf_prog_load_fixup_attach_type`, which capability `is_net_admin_prog_type` and
//! `is_perfmon_prog_type`, all of kernel/bpf/syscall.c; what may be sleepable
//! `can_be_sleepable` of kernel/bpf/verifier.c. Probed on Linux 6.18.

mod table;

pub use table::PROGRAMS;

use super::{attach::AttachType, version::Version};

/// A program type. The discriminants count from 0, one less than the kernel's numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum ProgramType {
    /// `BPF_PROG_TYPE_SOCKET_FILTER`
    SocketFilter,
    /// `BPF_PROG_TYPE_KPROBE`
    Kprobe,
    /// `BPF_PROG_TYPE_SCHED_CLS`
    SchedCls,
    /// `BPF_PROG_TYPE_SCHED_ACT`
    SchedAct,
    /// `BPF_PROG_TYPE_TRACEPOINT`
    Tracepoint,
    /// `BPF_PROG_TYPE_XDP`
    Xdp,
    /// `BPF_PROG_TYPE_PERF_EVENT`
    PerfEvent,
    /// `BPF_PROG_TYPE_CGROUP_SKB`
    CgroupSkb,
    /// `BPF_PROG_TYPE_CGROUP_SOCK`
    CgroupSock,
    /// `BPF_PROG_TYPE_LWT_IN`
    LwtIn,
    /// `BPF_PROG_TYPE_LWT_OUT`
    LwtOut,
    /// `BPF_PROG_TYPE_LWT_XMIT`
    LwtXmit,
    /// `BPF_PROG_TYPE_SOCK_OPS`
    SockOps,
    /// `BPF_PROG_TYPE_SK_SKB`
    SkSkb,
    /// `BPF_PROG_TYPE_CGROUP_DEVICE`
    CgroupDevice,
    /// `BPF_PROG_TYPE_SK_MSG`
    SkMsg,
    /// `BPF_PROG_TYPE_RAW_TRACEPOINT`
    RawTracepoint,
    /// `BPF_PROG_TYPE_CGROUP_SOCK_ADDR`
    CgroupSockAddr,
    /// `BPF_PROG_TYPE_LWT_SEG6LOCAL`
    LwtSeg6local,
    /// `BPF_PROG_TYPE_LIRC_MODE2`
    LircMode2,
    /// `BPF_PROG_TYPE_SK_REUSEPORT`
    SkReuseport,
    /// `BPF_PROG_TYPE_FLOW_DISSECTOR`
    FlowDissector,
    /// `BPF_PROG_TYPE_CGROUP_SYSCTL`
    CgroupSysctl,
    /// `BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE`
    RawTracepointWritable,
    /// `BPF_PROG_TYPE_CGROUP_SOCKOPT`
    CgroupSockopt,
    /// `BPF_PROG_TYPE_TRACING`
    Tracing,
    /// `BPF_PROG_TYPE_STRUCT_OPS`
    StructOps,
    /// `BPF_PROG_TYPE_EXT`
    Ext,
    /// `BPF_PROG_TYPE_LSM`
    Lsm,
    /// `BPF_PROG_TYPE_SK_LOOKUP`
    SkLookup,
    /// `BPF_PROG_TYPE_SYSCALL`
    Syscall,
    /// `BPF_PROG_TYPE_NETFILTER`
    Netfilter,
}

/// A capability that loading takes beside `CAP_BPF`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Capability {
    /// `CAP_NET_ADMIN`
    NetAdmin,
    /// `CAP_PERFMON`
    Perfmon,
}

impl Capability {
    /// The name in C.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NetAdmin => "CAP_NET_ADMIN",
            Self::Perfmon => "CAP_PERFMON",
        }
    }
}

/// Whether programs of a type are sleepable (`BPF_F_SLEEPABLE`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sleep {
    /// Never.
    Never,
    /// Some may be.
    May,
    /// Always.
    Must,
}

/// A row of [`PROGRAMS`].
#[derive(Debug)]
pub struct Program {
    /// The type.
    pub ty: ProgramType,
    /// Its number in `enum bpf_prog_type`.
    pub number: u32,
    /// The kernel's name.
    pub c_name: &'static str,
    /// The kernel's name without `BPF_PROG_TYPE_`, in lower case.
    pub lower: &'static str,
    /// What `:type` calls it, without the colon.
    pub name: &'static str,
    /// Other names for `:type`, as libbpf's sections and `bpftool` have them.
    pub aliases: &'static [&'static str],
    /// The C struct that its context points to; empty for types whose context depends on the
    /// event.
    pub context: &'static str,
    /// The attach types that it is for.
    pub attach: &'static [&'static AttachType],
    /// Whether programs of this type exist without any attach type.
    pub without_attach: bool,
    /// Whether the kernel refuses another `expected_attach_type` at load. Where it does not, the
    /// number still decides what is checked against it.
    pub checked: bool,
    /// What it takes an `expected_attach_type` of 0 for.
    pub zero: Option<&'static AttachType>,
    /// What loading takes beside `CAP_BPF`.
    pub capabilities: &'static [Capability],
    /// Whether its programs sleep.
    pub sleep: Sleep,
    /// Whether the kernel must be told a BTF id or another program at load.
    pub btf_target: bool,
    /// Whether the kernel loads it under a licence compatible with the GPL only.
    pub gpl_only: bool,
    /// The kernel option that it needs, where distributions differ.
    pub config: Option<&'static str>,
    /// The first kernel that has it.
    pub since: Version,
}

/// Whether the kernel takes a program under `license` for one under the GPL
/// (`license_is_gpl_compatible`, include/linux/license.h).
pub fn gpl_compatible(license: &str) -> bool {
    const COMPATIBLE: [&str; 6] =
        ["GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"];
    COMPATIBLE.contains(&license)
}

impl ProgramType {
    /// Its row.
    pub fn row(self) -> &'static Program {
        // The table has a row for each variant, in the order of the variants.
        &PROGRAMS[self as usize]
    }

    /// The type that `:type` calls `name`; `_` and `-` are alike.
    pub fn find(name: &str) -> Option<Self> {
        let name = name.replace('_', "-");
        let named = |row: &&Program| row.name == name || row.aliases.contains(&name.as_str());
        PROGRAMS.iter().find(named).map(|row| row.ty)
    }

    /// The type with this number in `enum bpf_prog_type`.
    pub fn by_number(number: u32) -> Option<Self> {
        PROGRAMS.iter().find(|row| row.number == number).map(|row| row.ty)
    }

    /// What the kernel takes `attach` for: some types read 0 as one of their attach types.
    pub fn effective(self, attach: Option<&'static AttachType>) -> Option<&'static AttachType> {
        match attach {
            Some(attach) if attach.number != 0 => Some(attach),
            zero => self.row().zero.or(zero),
        }
    }

    /// Everything that programs of this type can be for: its attach types, and `None` where there
    /// are programs without one.
    pub fn hooks(self) -> impl Iterator<Item = Option<&'static AttachType>> + Clone {
        let row = self.row();
        let none = row.without_attach.then_some(None);
        none.into_iter().chain(row.attach.iter().copied().map(Some))
    }
}
