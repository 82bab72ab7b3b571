//! Kernel functions that give or take a reference, and those that forms of the language call.
//!
//! The kernel's BTF tells the prototype of a kernel function, but not the flags that it is registered
//! with: these rows are the `KF_ACQUIRE`, `KF_RELEASE` and `KF_RET_NULL` of the `BTF_ID_FLAGS` lists in
//! kernel/bpf/helpers.c, kernel/bpf/cpumask.c, fs/bpf_fs_kfuncs.c, kernel/bpf/crypto.c and
//! net/netfilter/nf_conntrack_bpf.c. A function that gives a reference gives null when there is
//! nothing to refer to, but for `bpf_cpumask_acquire`.

/// What a kernel function does with references.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reference {
    /// It gives one, or null, which must be given back.
    Acquires {
        /// Whether it may be null.
        nullable: bool,
        /// The function that gives it back.
        release: &'static str,
    },
    /// It takes back the reference that is its first argument.
    Releases,
}

const fn acquires(name: &'static str, release: &'static str) -> (&'static str, Reference) {
    (name, Reference::Acquires { nullable: true, release })
}

const fn releases(name: &'static str) -> (&'static str, Reference) {
    (name, Reference::Releases)
}

/// The rows, by the function's name.
pub static REFERENCES: &[(&str, Reference)] = &[
    acquires("bpf_task_acquire", "bpf_task_release"),
    acquires("bpf_task_from_pid", "bpf_task_release"),
    acquires("bpf_task_from_vpid", "bpf_task_release"),
    releases("bpf_task_release"),
    acquires("bpf_cgroup_acquire", "bpf_cgroup_release"),
    acquires("bpf_cgroup_ancestor", "bpf_cgroup_release"),
    acquires("bpf_cgroup_from_id", "bpf_cgroup_release"),
    acquires("bpf_task_get_cgroup1", "bpf_cgroup_release"),
    releases("bpf_cgroup_release"),
    acquires("bpf_cpumask_create", "bpf_cpumask_release"),
    ("bpf_cpumask_acquire", Reference::Acquires { nullable: false, release: "bpf_cpumask_release" }),
    releases("bpf_cpumask_release"),
    acquires("bpf_get_task_exe_file", "bpf_put_file"),
    releases("bpf_put_file"),
    acquires("bpf_crypto_ctx_create", "bpf_crypto_ctx_release"),
    acquires("bpf_crypto_ctx_acquire", "bpf_crypto_ctx_release"),
    releases("bpf_crypto_ctx_release"),
    acquires("bpf_xdp_ct_lookup", "bpf_ct_release"),
    acquires("bpf_skb_ct_lookup", "bpf_ct_release"),
    releases("bpf_ct_release"),
];

/// Functions that also take what only an RCU section keeps (`KF_RCU`), with the same sources.
static RCU: &[&str] = &[
    "bpf_task_acquire",
    "bpf_task_under_cgroup",
    "bpf_task_get_cgroup1",
    "bpf_cgroup_acquire",
    "bpf_cgroup_ancestor",
    "bpf_crypto_ctx_acquire",
    "bpf_crypto_encrypt",
    "bpf_crypto_decrypt",
    "bpf_cpumask_first",
    "bpf_cpumask_first_zero",
    "bpf_cpumask_first_and",
    "bpf_cpumask_set_cpu",
    "bpf_cpumask_clear_cpu",
    "bpf_cpumask_test_cpu",
    "bpf_cpumask_test_and_set_cpu",
    "bpf_cpumask_test_and_clear_cpu",
    "bpf_cpumask_setall",
    "bpf_cpumask_clear",
    "bpf_cpumask_and",
    "bpf_cpumask_or",
    "bpf_cpumask_xor",
    "bpf_cpumask_equal",
    "bpf_cpumask_intersects",
    "bpf_cpumask_subset",
    "bpf_cpumask_empty",
    "bpf_cpumask_full",
    "bpf_cpumask_copy",
    "bpf_cpumask_any_distribute",
    "bpf_cpumask_any_and_distribute",
    "bpf_cpumask_weight",
];

/// Functions that may sleep (`KF_SLEEPABLE`), of kernel/bpf/helpers.c, kernel/bpf/arena.c, kernel/bpf/crypto.c,
/// kernel/trace/bpf_trace.c and fs/bpf_fs_kfuncs.c: programs that may not sleep do not call them.
static SLEEPING: &[&str] = &[
    "bpf_arena_alloc_pages",
    "bpf_arena_free_pages",
    "bpf_copy_from_user_str",
    "bpf_copy_from_user_task_str",
    "bpf_copy_from_user_dynptr",
    "bpf_copy_from_user_str_dynptr",
    "bpf_copy_from_user_task_dynptr",
    "bpf_copy_from_user_task_str_dynptr",
    "bpf_crypto_ctx_create",
    "bpf_get_dentry_xattr",
    "bpf_get_file_xattr",
    "bpf_set_dentry_xattr",
    "bpf_remove_dentry_xattr",
    "bpf_lookup_user_key",
    "bpf_verify_pkcs7_signature",
];

/// Whether the kernel function called `name` may sleep.
///
/// ```
/// use bpfl_stdlib::catalog::kfunc::sleeps;
/// assert!(sleeps("bpf_copy_from_user_str") && !sleeps("bpf_task_from_pid"));
/// ```
pub fn sleeps(name: &str) -> bool {
    SLEEPING.contains(&name)
}

/// Whether the kernel function called `name` takes what only an RCU section keeps.
///
/// ```
/// use bpfl_stdlib::catalog::kfunc::takes_rcu;
/// assert!(takes_rcu("bpf_task_acquire") && !takes_rcu("bpf_task_release"));
/// ```
pub fn takes_rcu(name: &str) -> bool {
    RCU.contains(&name)
}

/// What the kernel function called `name` does with references.
///
/// ```
/// use bpfl_stdlib::catalog::kfunc::{Reference, reference};
/// assert_eq!(reference("bpf_task_release"), Some(Reference::Releases));
/// assert_eq!(reference("bpf_strlen"), None);
/// ```
pub fn reference(name: &str) -> Option<Reference> {
    REFERENCES.iter().find(|(own, _)| *own == name).map(|(_, reference)| *reference)
}

/// Whether a parameter of this name is the size of the memory before it (`is_kfunc_arg_mem_size` and
/// `is_kfunc_arg_const_mem_size`, kernel/bpf/verifier.c).
///
/// ```
/// use bpfl_stdlib::catalog::kfunc::is_size;
/// assert!(is_size("opts__sz") && is_size("buffer__szk") && !is_size("size"));
/// ```
pub fn is_size(param: &str) -> bool {
    param.ends_with("__sz") || param.ends_with("__szk")
}

/// What a parameter or the result of a [`Called`] is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A map.
    Map,
    /// An address in an arena.
    Arena,
    /// The same, or null.
    ArenaOrNull,
    /// `u32`
    U32,
    /// `int`
    I32,
    /// `u64`
    U64,
    /// Nothing.
    Void,
}

/// A kernel function that a form of the language calls.
#[derive(PartialEq, Eq, Debug)]
pub struct Called {
    /// Its name.
    pub name: &'static str,
    /// The form.
    pub form: &'static str,
    /// Its parameters.
    pub params: &'static [(&'static str, Kind)],
    /// Its result.
    pub returns: Kind,
}

/// Gives pages of an arena (kernel/bpf/arena.c; loaded on Linux 6.18). The second parameter is where they are
/// to be, if that matters, the fourth the NUMA node.
pub static ARENA_ALLOC: Called = Called {
    name: "bpf_arena_alloc_pages",
    form: "arena-alloc-pages",
    params: &[
        ("p__map", Kind::Map),
        ("addr__ign", Kind::ArenaOrNull),
        ("page_cnt", Kind::U32),
        ("node_id", Kind::I32),
        ("flags", Kind::U64),
    ],
    returns: Kind::ArenaOrNull,
};

/// Any NUMA node: `NUMA_NO_NODE` of include/linux/numa.h.
pub const ANY_NODE: i32 = -1;

/// Takes pages of an arena back (kernel/bpf/arena.c; loaded on Linux 6.18).
pub static ARENA_FREE: Called = Called {
    name: "bpf_arena_free_pages",
    form: "arena-free-pages",
    params: &[("p__map", Kind::Map), ("ptr__ign", Kind::Arena), ("page_cnt", Kind::U32)],
    returns: Kind::Void,
};

/// The functions that forms call.
pub static CALLED: &[&Called] = &[&ARENA_ALLOC, &ARENA_FREE];

/// How a kernel function is called in programs: by the form that does, or by its own name.
///
/// ```
/// use bpfl_stdlib::catalog::kfunc::called;
/// assert_eq!(called("bpf_arena_alloc_pages"), "arena-alloc-pages");
/// assert_eq!(called("bpf_task_from_pid"), "bpf-task-from-pid");
/// ```
pub fn called(name: &str) -> String {
    let form = CALLED.iter().find(|row| row.name == name).map(|row| row.form);
    form.map_or_else(|| name.replace('_', "-"), str::to_string)
}
