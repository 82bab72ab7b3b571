//! Pointers to the kernel's objects that are kept in maps' values (`btf_parse_fields` and `btf_parse_kptr`,
//! kernel/bpf/btf.c). A tag of the pointer's type in BTF says whether the map owns a reference to the object,
//! or only knows an address that may lead nowhere.

/// A struct to which a map's value may own a reference: when the value goes, the kernel gives that back
/// (`register_btf_id_dtor_kfuncs` in kernel/bpf/helpers.c, kernel/bpf/cpumask.c and kernel/bpf/crypto.c).
/// Its memory stays until the end of an RCU section, too (`rcu_protected_types`, kernel/bpf/verifier.c).
#[derive(Debug)]
pub struct Owned {
    /// Its name in C, after `struct`.
    pub c_name: &'static str,
    /// The kernel's function that gives a reference back.
    pub release: &'static str,
}

/// All of them that the kernel itself has.
pub const OWNED: &[Owned] = &[
    Owned { c_name: "task_struct", release: "bpf_task_release" },
    Owned { c_name: "cgroup", release: "bpf_cgroup_release" },
    Owned { c_name: "bpf_cpumask", release: "bpf_cpumask_release" },
    Owned { c_name: "bpf_crypto_ctx", release: "bpf_crypto_ctx_release" },
];

/// The row of `struct c_name`.
///
/// ```
/// use bpfl_stdlib::catalog::kptr::owned;
/// assert_eq!(owned("task_struct").map(|row| row.release), Some("bpf_task_release"));
/// assert!(owned("inode").is_none());
/// ```
pub fn owned(c_name: &str) -> Option<&'static Owned> {
    OWNED.iter().find(|row| row.c_name == c_name)
}

/// The kinds of maps whose values may have such pointers (`map_check_btf`, kernel/bpf/syscall.c).
pub const KINDS: &[&str] = &[
    "hash",
    "percpu-hash",
    "lru-hash",
    "lru-percpu-hash",
    "array",
    "percpu-array",
    "sk-storage",
    "inode-storage",
    "task-storage",
    "cgrp-storage",
];

/// How many fields that are the kernel's a value may have, these and others (`BTF_FIELDS_MAX`,
/// include/linux/bpf.h).
pub const MOST: u64 = 11;

/// The tag of a pointer's type: `__kptr` and `__kptr_untrusted` of libbpf's bpf_helpers.h.
pub const fn tag(owned: bool) -> &'static str {
    if owned { "kptr" } else { "kptr_untrusted" }
}
