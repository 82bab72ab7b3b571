//! Helpers: the functions of `___BPF_FUNC_MAPPER` in `include/uapi/linux/bpf.h`.
//!
//! Arguments are typed as the kernel's `struct bpf_func_proto` of the helper types them, not as
//! the C prototype in the header does, which says less.

/// What a helper wants as one argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arg {
    /// The program's context: `ARG_PTR_TO_CTX`.
    Ctx,
    /// The context or null: `ARG_PTR_TO_CTX_OR_NULL`.
    CtxOrNull,
    /// A map: `ARG_CONST_MAP_PTR`.
    Map,
    /// A key of the map before it: `ARG_PTR_TO_MAP_KEY`.
    Key,
    /// A value of the map before it: `ARG_PTR_TO_MAP_VALUE`.
    Value,
    /// Memory that the helper fills, whose size follows: `ARG_PTR_TO_UNINIT_MEM`.
    UninitMem,
    /// The size of the memory before it, in bytes, not 0: `ARG_CONST_SIZE`.
    Size,
    /// A signed 32-bit number.
    I32,
    /// A 32-bit number.
    U32,
    /// A 64-bit number.
    U64,
}

/// What a helper gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ret {
    /// `long` in C: 0, a count, or a negative errno.
    I64,
    /// A 32-bit number.
    U32,
    /// A 64-bit number.
    U64,
    /// A pointer to a value of the map given, or null: `RET_PTR_TO_MAP_VALUE_OR_NULL`.
    ValueOrNull,
}

/// A row of [`HELPERS`].
#[derive(PartialEq, Eq, Debug)]
pub struct Helper {
    /// The number that `call` takes.
    pub id: u32,
    /// Its name without `bpf_`.
    pub name: &'static str,
    /// What it wants.
    pub args: &'static [Arg],
    /// What it gives.
    pub ret: Ret,
}

const fn row(id: u32, name: &'static str, args: &'static [Arg], ret: Ret) -> Helper {
    Helper { id, name, args, ret }
}

use Arg::{Ctx, CtxOrNull, Key, Map, Size, UninitMem, Value};

/// The helpers, in the order of their numbers: those that `cg_skb_func_proto`
/// (`net/core/filter.c`) and `bpf_base_func_proto` (`kernel/bpf/helpers.c`) offer to cgroup_skb.
pub const HELPERS: &[Helper] = &[
    row(1, "map_lookup_elem", &[Map, Key], Ret::ValueOrNull),
    row(2, "map_update_elem", &[Map, Key, Value, Arg::U64], Ret::I64),
    row(3, "map_delete_elem", &[Map, Key], Ret::I64),
    row(5, "ktime_get_ns", &[], Ret::U64),
    row(7, "get_prandom_u32", &[], Ret::U32),
    row(8, "get_smp_processor_id", &[], Ret::U32),
    row(14, "get_current_pid_tgid", &[], Ret::U64),
    row(15, "get_current_uid_gid", &[], Ret::U64),
    row(16, "get_current_comm", &[UninitMem, Size], Ret::I64),
    row(26, "skb_load_bytes", &[Ctx, Arg::U32, UninitMem, Size], Ret::I64),
    row(42, "get_numa_node_id", &[], Ret::I64),
    row(46, "get_socket_cookie", &[Ctx], Ret::U64),
    row(47, "get_socket_uid", &[Ctx], Ret::U32),
    row(68, "skb_load_bytes_relative", &[Ctx, Arg::U32, UninitMem, Size, Arg::U32], Ret::I64),
    row(79, "skb_cgroup_id", &[Ctx], Ret::U64),
    row(80, "get_current_cgroup_id", &[], Ret::U64),
    row(83, "skb_ancestor_cgroup_id", &[Ctx, Arg::I32], Ret::U64),
    row(97, "skb_ecn_set_ce", &[Ctx], Ret::I64),
    row(118, "jiffies64", &[], Ret::U64),
    row(122, "get_netns_cookie", &[CtxOrNull], Ret::U64),
    row(123, "get_current_ancestor_cgroup_id", &[Arg::I32], Ret::U64),
    row(125, "ktime_get_boot_ns", &[], Ret::U64),
    row(160, "ktime_get_coarse_ns", &[], Ret::U64),
    row(208, "ktime_get_tai_ns", &[], Ret::U64),
];

/// The helper whose name is `name`; `_` and `-` are alike.
pub fn find(name: &str) -> Option<&'static Helper> {
    let name = name.replace('-', "_");
    HELPERS.iter().find(|row| row.name.eq_ignore_ascii_case(&name))
}

/// The helper with the number `id`.
pub fn by_id(id: u32) -> Option<&'static Helper> {
    HELPERS.iter().find(|row| row.id == id)
}
