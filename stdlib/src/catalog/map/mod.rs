//! Map kinds: `BPF_MAP_TYPE_*` of include/uapi/linux/bpf.h, with what is checked when a map is made
//! (the `map_alloc_check` and `map_alloc` of each kind, kernel/bpf/ and net/core/) and which
//! helpers take it (`check_map_func_compatibility`, kernel/bpf/verifier.c). Sizes were probed on
//! Linux 6.18.

pub mod compat;
mod flag;
mod program;
mod rule;
mod sealed;
mod table;

pub use flag::{RDONLY_PROG, WRONLY_PROG, flag_names, flag_since};
pub use program::{Rights, is_tracing};
pub use rule::{Broken, EntriesRule, KeyRule, ValueRule, contradicts};
pub use sealed::{SEALED, Sealed, sealed};
pub use table::MAPS;

use super::version::Version;

/// The kind whose maps are memory that programs and userspace share. An object has one of them, as
/// libbpf has it (`bpf_object__init_user_btf_maps`, tools/lib/bpf/libbpf.c), and a program at most one
/// (`check_map_prog_compatibility`, kernel/bpf/verifier.c).
pub const ARENA: &str = "arena";

/// What programs can do with the entries of a map. Helpers of one kind only, such as
/// `msg_redirect_hash`, name the kind in their own row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Operations {
    /// Look entries up.
    pub lookup: bool,
    /// Insert or change them.
    pub update: bool,
    /// Delete them.
    pub delete: bool,
    /// Push, pop and peek.
    pub queue: bool,
    /// Walk over all of them (`for_each_map_elem`).
    pub walk: bool,
}

/// How the entries of a map are reached from userspace: the `map_lookup_elem` and
/// `map_get_next_key` of the kind's `struct bpf_map_ops`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// By key, one value each.
    Keyed,
    /// By key, one value for each possible CPU.
    PerCpu,
    /// By key, but the values are file descriptors on the way in and ids on the way out.
    Handles,
    /// Not by walking keys: queues, rings, storage that belongs to an object.
    None,
}

/// A row of [`MAPS`].
#[derive(PartialEq, Eq, Debug)]
pub struct MapKind {
    /// What `:type` calls it, without the colon.
    pub name: &'static str,
    /// Its number in `enum bpf_map_type`.
    pub number: u32,
    /// The kernel's name.
    pub c_name: &'static str,
    /// What its keys may be.
    pub key: KeyRule,
    /// What its values may be.
    pub value: ValueRule,
    /// How many entries it may have.
    pub entries: EntriesRule,
    /// Flags that it must have (`BPF_F_NO_PREALLOC`, …).
    pub required_flags: u32,
    /// Flags that it may have beside those.
    pub flags: u32,
    /// Whether each CPU has a value of its own.
    pub per_cpu: bool,
    /// Whether elements can be deleted. The elements of an array are always there.
    pub deletes: bool,
    /// What programs can do with it.
    pub program: Operations,
    /// How userspace reaches its entries.
    pub access: Access,
    /// Whether keys and values must be described by BTF.
    pub btf: bool,
    /// Whether it holds maps, like the one that it is made with.
    pub inner: bool,
    /// Whether programs only read its values: the kernel adds `BPF_F_RDONLY_PROG` when it makes the map
    /// (`dev_map_init_map`, kernel/bpf/devmap.c).
    pub read_only: bool,
    /// Whether all entries exist from the start, and start as zero.
    pub array: bool,
    /// The first kernel that has it.
    pub since: Version,
}

/// The kind that `:type` calls `name`; `_` and `-` are alike.
pub fn find(name: &str) -> Option<&'static MapKind> {
    let name = name.replace('_', "-");
    MAPS.iter().find(|row| row.name == name)
}

/// Stands for a kind that is newer than the table: nothing is known of it.
pub static UNKNOWN: MapKind = table::UNKNOWN;

/// The kind with this number in `enum bpf_map_type`.
pub fn by_number(number: u32) -> Option<&'static MapKind> {
    MAPS.iter().find(|row| row.number == number)
}

/// The least size that a ring buffer of at least `bytes` may have, on pages of `page` bytes.
pub fn ring_size(bytes: u32, page: u32) -> Option<u32> {
    bytes.max(page).checked_next_power_of_two()
}
