//! The kinds of maps: what userspace may do with the entries of each.

/// How the entries of a kind of map are reached from userspace.
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

/// A row of the table of map kinds.
#[derive(PartialEq, Eq, Debug)]
pub struct MapKind {
    /// The number in `enum bpf_map_type` of include/uapi/linux/bpf.h.
    pub number: u32,
    /// The enumerator without `BPF_MAP_TYPE_`, in kebab case.
    pub name: &'static str,
    /// How entries are reached.
    pub access: Access,
    /// All entries exist from the start and start as zero.
    pub array: bool,
}

const fn row(number: u32, name: &'static str, access: Access) -> MapKind {
    MapKind { number, name, access, array: false }
}

const fn array(number: u32, name: &'static str, access: Access) -> MapKind {
    MapKind { number, name, access, array: true }
}

/// Every kind, in order of its number (include/uapi/linux/bpf.h of Linux 6.18). How each answers
/// to lookups is the `map_lookup_elem` and `map_get_next_key` of its `struct bpf_map_ops`.
pub static ALL: &[MapKind] = &[
    row(1, "hash", Access::Keyed),
    array(2, "array", Access::Keyed),
    row(3, "prog-array", Access::Handles),
    row(4, "perf-event-array", Access::None),
    row(5, "percpu-hash", Access::PerCpu),
    array(6, "percpu-array", Access::PerCpu),
    row(7, "stack-trace", Access::Keyed),
    row(8, "cgroup-array", Access::None),
    row(9, "lru-hash", Access::Keyed),
    row(10, "lru-percpu-hash", Access::PerCpu),
    row(11, "lpm-trie", Access::Keyed),
    row(12, "array-of-maps", Access::Handles),
    row(13, "hash-of-maps", Access::Handles),
    row(14, "devmap", Access::Handles),
    row(15, "sockmap", Access::Handles),
    row(16, "cpumap", Access::Handles),
    row(17, "xskmap", Access::None),
    row(18, "sockhash", Access::Handles),
    row(19, "cgroup-storage", Access::Keyed),
    row(20, "reuseport-sockarray", Access::Handles),
    row(21, "percpu-cgroup-storage", Access::PerCpu),
    row(22, "queue", Access::None),
    row(23, "stack", Access::None),
    row(24, "sk-storage", Access::None),
    row(25, "devmap-hash", Access::Handles),
    row(26, "struct-ops", Access::None),
    row(27, "ringbuf", Access::None),
    row(28, "inode-storage", Access::None),
    row(29, "task-storage", Access::None),
    row(30, "bloom-filter", Access::None),
    row(31, "user-ringbuf", Access::None),
    row(32, "cgrp-storage", Access::None),
    row(33, "arena", Access::None),
];

static UNKNOWN: MapKind = row(0, "unknown", Access::None);

/// The kind with this number; a kind newer than the table counts as one without readable entries.
pub fn find(number: u32) -> &'static MapKind {
    ALL.iter().find(|kind| kind.number == number).unwrap_or(&UNKNOWN)
}

#[cfg(test)]
mod tests {
    #[test]
    fn rows_are_in_order_and_without_gaps() {
        assert!(super::ALL.iter().zip(1..).all(|(row, number)| row.number == number));
    }
}
