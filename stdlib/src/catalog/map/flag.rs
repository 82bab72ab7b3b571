//! `map_flags`: `BPF_F_*` of include/uapi/linux/bpf.h.

use crate::catalog::version::{Version, v};

pub(super) const NO_PREALLOC: u32 = 1;
pub(super) const NO_COMMON_LRU: u32 = 1 << 1;
pub(super) const NUMA_NODE: u32 = 1 << 2;
pub(super) const USER_ACCESS: u32 = 1 << 3 | 1 << 4;
/// Programs only read the values.
pub const RDONLY_PROG: u32 = 1 << 7;
/// Programs only write the values.
pub const WRONLY_PROG: u32 = 1 << 8;
pub(super) const ACCESS: u32 = USER_ACCESS | RDONLY_PROG | WRONLY_PROG;
pub(super) const STACK_BUILD_ID: u32 = 1 << 5;
pub(super) const ZERO_SEED: u32 = 1 << 6;
pub(super) const CLONE: u32 = 1 << 9;
pub(super) const MMAPABLE: u32 = 1 << 10;
pub(super) const PRESERVE_ELEMS: u32 = 1 << 11;
pub(super) const INNER_MAP: u32 = 1 << 12;
pub(super) const LINK: u32 = 1 << 13;
pub(super) const VTYPE_BTF_OBJ_FD: u32 = 1 << 15;
pub(super) const SEGV_ON_FAULT: u32 = 1 << 17;
pub(super) const NO_USER_CONV: u32 = 1 << 18;
pub(super) const RB_OVERWRITE: u32 = 1 << 19;

/// The first kernel that has a flag, where that is newer than the kinds that take it.
pub const fn flag_since(flag: u32) -> Option<Version> {
    match flag {
        RB_OVERWRITE => Some(v(6, 19)),
        _ => None,
    }
}

/// The names in C of `map_flags` that programs may want.
pub fn flag_names(flags: u32) -> Vec<&'static str> {
    const NAMES: [(u32, &str); 17] = [
        (1, "BPF_F_NO_PREALLOC"),
        (1 << 1, "BPF_F_NO_COMMON_LRU"),
        (1 << 2, "BPF_F_NUMA_NODE"),
        (1 << 3, "BPF_F_RDONLY"),
        (1 << 4, "BPF_F_WRONLY"),
        (1 << 5, "BPF_F_STACK_BUILD_ID"),
        (1 << 6, "BPF_F_ZERO_SEED"),
        (1 << 7, "BPF_F_RDONLY_PROG"),
        (1 << 8, "BPF_F_WRONLY_PROG"),
        (1 << 9, "BPF_F_CLONE"),
        (1 << 10, "BPF_F_MMAPABLE"),
        (1 << 11, "BPF_F_PRESERVE_ELEMS"),
        (1 << 12, "BPF_F_INNER_MAP"),
        (1 << 13, "BPF_F_LINK"),
        (1 << 17, "BPF_F_SEGV_ON_FAULT"),
        (1 << 18, "BPF_F_NO_USER_CONV"),
        (1 << 19, "BPF_F_RB_OVERWRITE"),
    ];
    NAMES.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, name)| *name).collect()
}
