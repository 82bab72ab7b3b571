//! Capabilities: which this thread has, and which of those an operation needs are missing.

use rustix::thread::{CapabilitySet, capabilities};

/// A capability that BPF asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Capability {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    set: CapabilitySet,
}

/// For loading programs and making maps; before Linux 5.8, CAP_SYS_ADMIN was (kernel/bpf/syscall.c).
pub static BPF: Capability =
    Capability { name: "CAP_BPF", purpose: "loading programs and maps", set: CapabilitySet::BPF };
/// For attaching to the network and for most of its program types.
pub static NET_ADMIN: Capability =
    Capability { name: "CAP_NET_ADMIN", purpose: "attaching to the network", set: CapabilitySet::NET_ADMIN };
/// For tracing, and for the verifier to allow pointer arithmetic.
pub static PERFMON: Capability =
    Capability { name: "CAP_PERFMON", purpose: "tracing", set: CapabilitySet::PERFMON };
/// Stands for all of the others.
pub static SYS_ADMIN: Capability =
    Capability { name: "CAP_SYS_ADMIN", purpose: "all of BPF", set: CapabilitySet::SYS_ADMIN };

/// What loading a cgroup_skb program takes.
pub static LOAD_CGROUP: &[&Capability] = &[&BPF];
/// What attaching one takes.
pub static ATTACH_CGROUP: &[&Capability] = &[&BPF, &NET_ADMIN];

/// What loading and attaching a tracing program takes.
pub static TRACE: &[&Capability] = &[&BPF, &PERFMON];

/// Whether this thread has `capability` in its effective set.
pub fn has(capability: &Capability) -> bool {
    capabilities(None).is_ok_and(|sets| sets.effective.contains(capability.set))
}

/// Those of `needed` that are missing. CAP_SYS_ADMIN stands for CAP_BPF and CAP_PERFMON
/// (include/linux/capability.h, `bpf_capable`, `perfmon_capable`), not for CAP_NET_ADMIN.
pub fn missing(needed: &[&'static Capability]) -> Vec<&'static Capability> {
    let replaced = |capability: &Capability| *capability != NET_ADMIN && has(&SYS_ADMIN);
    needed.iter().copied().filter(|needed| !has(needed) && !replaced(needed)).collect()
}

/// What to tell a user who was refused an operation that takes `needed`.
pub fn advice(needed: &[&'static Capability]) -> String {
    let names: Vec<_> = missing(needed).iter().map(|capability| capability.name).collect();
    if names.is_empty() {
        return "this user has the capabilities, but the kernel still refuses: some hosts allow no \
                programs of this kind at all, and in a container the capabilities must come from the \
                host's own user namespace"
            .into();
    }
    format!("it takes {}, which this user does not have: run as root, e.g. with sudo", names.join(" and "))
}
