//! Kernel functions that give or take a reference.
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
