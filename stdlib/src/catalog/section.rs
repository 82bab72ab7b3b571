//! ELF section names and what they say about the program in them.
//!
//! The names and their meaning are libbpf's (`section_defs` in libbpf.c), which are the ones that
//! bpftool, aya and cilium/ebpf understand too.

use super::attach::{self, AttachType};

/// A row of the table of sections.
#[derive(PartialEq, Eq, Debug)]
pub struct Section {
    /// The whole section name.
    pub name: &'static str,
    /// The kernel's program type without `BPF_PROG_TYPE_`, in lower case: `cgroup_skb`.
    pub program_type: &'static str,
    /// The attach type that the section fixes; `None` where the loader chooses.
    pub attach_type: Option<&'static AttachType>,
}

/// Every section name.
pub static ALL: &[Section] = &[
    // libbpf.c: SEC_DEF("cgroup_skb/ingress", CGROUP_SKB, BPF_CGROUP_INET_INGRESS, SEC_ATTACHABLE_OPT)
    Section {
        name: "cgroup_skb/ingress",
        program_type: "cgroup_skb",
        attach_type: Some(&attach::CGROUP_INET_INGRESS),
    },
    // libbpf.c: SEC_DEF("cgroup_skb/egress", CGROUP_SKB, BPF_CGROUP_INET_EGRESS, SEC_ATTACHABLE_OPT)
    Section {
        name: "cgroup_skb/egress",
        program_type: "cgroup_skb",
        attach_type: Some(&attach::CGROUP_INET_EGRESS),
    },
    // libbpf.c: SEC_DEF("cgroup/skb", CGROUP_SKB, 0, SEC_NONE)
    Section { name: "cgroup/skb", program_type: "cgroup_skb", attach_type: None },
];

/// The row of a section name.
///
/// ```
/// use bpfl_stdlib::catalog::section;
/// let row = section::find("cgroup_skb/egress").unwrap();
/// assert_eq!(row.attach_type.unwrap().name, "cgroup_inet_egress");
/// ```
pub fn find(name: &str) -> Option<&'static Section> {
    ALL.iter().find(|row| row.name == name)
}
