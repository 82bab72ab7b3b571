//! Program types: `BPF_PROG_TYPE_*` of `include/uapi/linux/bpf.h`.

/// A program type that bpfl compiles.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum ProgramType {
    /// `BPF_PROG_TYPE_CGROUP_SKB`
    CgroupSkb,
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
    /// What `:type` calls it, without the colon.
    pub name: &'static str,
    /// The C struct that its context points to.
    pub context: &'static str,
}

/// All program types, in the order of their numbers.
pub const PROGRAMS: &[Program] = &[Program {
    ty: ProgramType::CgroupSkb,
    number: 8,
    c_name: "BPF_PROG_TYPE_CGROUP_SKB",
    name: "cgroup-skb",
    context: "__sk_buff",
}];

impl ProgramType {
    /// Its row.
    pub fn row(self) -> &'static Program {
        // The table has a row for each variant, in the order of the variants.
        &PROGRAMS[self as usize]
    }

    /// The type that `:type` calls `name`; `_` and `-` are alike.
    pub fn find(name: &str) -> Option<Self> {
        let name = name.replace('_', "-");
        PROGRAMS.iter().find(|row| row.name == name).map(|row| row.ty)
    }
}
