//! Attach modes: how a program of a cgroup stands beside others of its attach type.
//!
//! Names follow the flags of `BPF_PROG_ATTACH` in include/uapi/linux/bpf.h and what bpftool calls
//! them; which may stand beside which is `hierarchy_allows_attach` of kernel/bpf/cgroup.c, which
//! flags a link takes is `BPF_F_LINK_ATTACH_MASK` there.

use super::version::{Version, v};

/// A row of the table of attach modes.
#[derive(PartialEq, Eq, Debug)]
pub struct AttachMode {
    /// Its name: `multi`.
    pub name: &'static str,
    /// The flags of `BPF_PROG_ATTACH`.
    pub flags: u32,
    /// What it lets others do.
    pub meaning: &'static str,
    /// The first kernel that has it.
    pub since: Version,
    /// The first kernel that makes links of it, which go with the process that holds them.
    pub link_since: Option<Version>,
}

/// `BPF_F_ALLOW_OVERRIDE`
const ALLOW_OVERRIDE: u32 = 1 << 0;
/// `BPF_F_ALLOW_MULTI`
const ALLOW_MULTI: u32 = 1 << 1;
/// `BPF_F_PREORDER`
const PREORDER_FLAG: u32 = 1 << 6;

/// Beside others, here and in cgroups below.
pub static MULTI: AttachMode = AttachMode {
    name: "multi",
    flags: ALLOW_MULTI,
    meaning: "others may be attached beside it; those of child cgroups run before it",
    since: v(4, 15),
    link_since: Some(v(5, 7)),
};
/// Beside others, but before those of child cgroups.
pub static PREORDER: AttachMode = AttachMode {
    name: "preorder",
    flags: ALLOW_MULTI | PREORDER_FLAG,
    meaning: "as multi, but it runs before those of child cgroups",
    since: v(6, 15),
    link_since: Some(v(6, 17)),
};
/// Alone, until a child cgroup attaches its own.
pub static OVERRIDE: AttachMode = AttachMode {
    name: "override",
    flags: ALLOW_OVERRIDE,
    meaning: "one attached to a child cgroup runs in its place there",
    since: v(4, 11),
    link_since: None,
};
/// Alone, here and below.
pub static EXCLUSIVE: AttachMode = AttachMode {
    name: "exclusive",
    flags: 0,
    meaning: "none may be attached beside it, nor to a child cgroup",
    since: v(4, 10),
    link_since: None,
};

/// Every mode.
pub static ALL: &[&AttachMode] = &[&MULTI, &PREORDER, &OVERRIDE, &EXCLUSIVE];

/// The mode called `name`.
pub fn find(name: &str) -> Option<&'static AttachMode> {
    ALL.iter().copied().find(|mode| mode.name == name)
}

/// The mode of an attachment that the kernel shows with these flags.
pub fn by_flags(flags: u32) -> Option<&'static AttachMode> {
    ALL.iter().copied().find(|mode| mode.flags == flags)
}

impl AttachMode {
    /// The flags of `BPF_LINK_CREATE`, which allows others anyhow.
    pub const fn link_flags(&self) -> u32 {
        self.flags & !ALLOW_MULTI
    }
}
