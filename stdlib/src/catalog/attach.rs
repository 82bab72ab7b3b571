//! Attach types: which event of a target a program is attached to.
//!
//! Names and numbers are those of `enum bpf_attach_type` in the kernel's include/uapi/linux/bpf.h.

use super::version::Version;

/// What a program of some attach type is attached to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TargetKind {
    /// A directory of the cgroup v2 hierarchy; what happens to the processes below it.
    Cgroup,
}

/// A row of the table of attach types.
#[derive(PartialEq, Eq, Hash, Debug)]
pub struct AttachType {
    /// The enumerator without `BPF_`, in lower case: `cgroup_inet_egress`.
    pub name: &'static str,
    /// The enumerator's value.
    pub number: u32,
    /// What it is attached to.
    pub target: TargetKind,
    /// The first kernel that has it.
    pub since: Version,
    /// The first kernel in which the attachment can be a `bpf_link`, which goes away with the
    /// process that holds it.
    pub link_since: Option<Version>,
}

/// Packets that come in to a process of the cgroup. Linux commit 3007098494be, 4.10; links:
/// commit af6eea57437a, 5.7.
pub static CGROUP_INET_INGRESS: AttachType = AttachType {
    name: "cgroup_inet_ingress",
    number: 0,
    target: TargetKind::Cgroup,
    since: Version::new(4, 10),
    link_since: Some(Version::new(5, 7)),
};

/// Packets that a process of the cgroup sends. Sources as for [`CGROUP_INET_INGRESS`].
pub static CGROUP_INET_EGRESS: AttachType = AttachType {
    name: "cgroup_inet_egress",
    number: 1,
    target: TargetKind::Cgroup,
    since: Version::new(4, 10),
    link_since: Some(Version::new(5, 7)),
};

/// Every attach type.
pub static ALL: &[&AttachType] = &[&CGROUP_INET_INGRESS, &CGROUP_INET_EGRESS];
