//! Map kinds: `BPF_MAP_TYPE_*` of `include/uapi/linux/bpf.h`, with what `kernel/bpf/*map*.c` and
//! `array.c` check when a map is made (`map_alloc_check`).

/// How a map's keys are to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyRule {
    /// An index: 4 bytes exactly.
    Index,
    /// Any type.
    Any,
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
    /// Whether each CPU has a value of its own.
    pub per_cpu: bool,
    /// Whether elements can be deleted. The elements of an array are always there.
    pub deletes: bool,
}

const fn kind(name: &'static str, number: u32, c_name: &'static str) -> MapKind {
    MapKind { name, number, c_name, key: KeyRule::Any, per_cpu: false, deletes: true }
}

const fn array(kind: MapKind) -> MapKind {
    MapKind { key: KeyRule::Index, deletes: false, ..kind }
}

const fn per_cpu(kind: MapKind) -> MapKind {
    MapKind { per_cpu: true, ..kind }
}

/// All map kinds that programs can declare, in the order of their numbers.
pub const MAPS: &[MapKind] = &[
    kind("hash", 1, "BPF_MAP_TYPE_HASH"),
    array(kind("array", 2, "BPF_MAP_TYPE_ARRAY")),
    per_cpu(kind("percpu-hash", 5, "BPF_MAP_TYPE_PERCPU_HASH")),
    per_cpu(array(kind("percpu-array", 6, "BPF_MAP_TYPE_PERCPU_ARRAY"))),
    kind("lru-hash", 9, "BPF_MAP_TYPE_LRU_HASH"),
    per_cpu(kind("lru-percpu-hash", 10, "BPF_MAP_TYPE_LRU_PERCPU_HASH")),
];

/// The kind that `:type` calls `name`; `_` and `-` are alike.
pub fn find(name: &str) -> Option<&'static MapKind> {
    let name = name.replace('_', "-");
    MAPS.iter().find(|row| row.name == name)
}
