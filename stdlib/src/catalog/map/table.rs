//! The rows of [`MAPS`].

use super::{Access, EntriesRule, KeyRule, MapKind, Operations, ValueRule, flag};
use crate::catalog::version::{Version, v};

const NOTHING: Operations =
    Operations { lookup: false, update: false, delete: false, queue: false, walk: false };
const KEYED: Operations = Operations { lookup: true, update: true, delete: true, queue: false, walk: true };
const LOOKUP: Operations = Operations { lookup: true, ..NOTHING };
const QUEUE: Operations = Operations { queue: true, ..NOTHING };

const fn kind(number: u32, name: &'static str, c_name: &'static str, since: Version) -> MapKind {
    MapKind {
        name,
        number,
        c_name,
        key: KeyRule::Any,
        value: ValueRule::Any,
        entries: EntriesRule::Some,
        required_flags: 0,
        flags: 0,
        per_cpu: false,
        deletes: true,
        program: NOTHING,
        access: Access::None,
        btf: false,
        inner: false,
        read_only: false,
        array: false,
        since,
    }
}

const HASH: u32 = flag::NO_PREALLOC | flag::NUMA_NODE | flag::ACCESS | flag::ZERO_SEED;
const LRU: u32 = flag::NO_COMMON_LRU | flag::NUMA_NODE | flag::ACCESS | flag::ZERO_SEED;

impl MapKind {
    const fn hash(self) -> Self {
        Self { program: KEYED, flags: HASH, access: Access::Keyed, ..self }
    }

    const fn lru(self) -> Self {
        Self { program: KEYED, flags: LRU, access: Access::Keyed, ..self }
    }

    const fn per_cpu(self) -> Self {
        Self { per_cpu: true, access: Access::PerCpu, ..self }
    }

    const fn array(self) -> Self {
        let program = Operations { delete: false, ..KEYED };
        let flags = flag::NUMA_NODE | flag::ACCESS | flag::MMAPABLE | flag::INNER_MAP;
        Self { key: KeyRule::Index, deletes: false, array: true, program, flags, ..self }
            .reached(Access::Keyed)
    }

    /// An array of things that userspace puts in by file descriptor.
    const fn handles(self) -> Self {
        let flags = flag::NUMA_NODE | flag::USER_ACCESS;
        Self { key: KeyRule::Index, value: ValueRule::Handle, flags, ..self }.reached(Access::Handles)
    }

    const fn reached(self, access: Access) -> Self {
        Self { access, ..self }
    }

    const fn offering(self, program: Operations) -> Self {
        Self { program, ..self }
    }

    const fn storing(self, value: ValueRule) -> Self {
        Self { value, ..self }
    }

    const fn flags(self, flags: u32) -> Self {
        Self { flags, ..self }
    }

    const fn keyed(self, key: KeyRule) -> Self {
        Self { key, ..self }
    }

    const fn counted(self, entries: EntriesRule) -> Self {
        Self { entries, ..self }
    }

    const fn needs(self, required_flags: u32) -> Self {
        Self { required_flags, ..self }
    }

    const fn read_only(self) -> Self {
        Self { read_only: true, ..self }
    }

    const fn undeletable(self) -> Self {
        Self { deletes: false, ..self }
    }

    const fn holding_maps(self) -> Self {
        Self { inner: true, value: ValueRule::Handle, program: LOOKUP, access: Access::Handles, ..self }
    }

    /// Storage that belongs to sockets, tasks, inodes or cgroups.
    const fn storage(self) -> Self {
        Self { btf: true, flags: flag::CLONE, ..self }
            .keyed(KeyRule::Storage)
            .counted(EntriesRule::Zero)
            .needs(flag::NO_PREALLOC)
    }

    /// Storage of the old kind, which belongs to the cgroup that a program is attached to.
    const fn cgroup_storage(self) -> Self {
        Self { flags: flag::NUMA_NODE | flag::ACCESS, access: Access::Keyed, ..self }
            .keyed(KeyRule::Cgroup)
            .counted(EntriesRule::Zero)
            .undeletable()
    }
}

/// All map kinds, in the order of their numbers.
pub static MAPS: &[MapKind] = &[
    kind(1, "hash", "BPF_MAP_TYPE_HASH", v(3, 19)).hash(),
    kind(2, "array", "BPF_MAP_TYPE_ARRAY", v(3, 19)).array(),
    kind(3, "prog-array", "BPF_MAP_TYPE_PROG_ARRAY", v(4, 2)).handles(),
    kind(4, "perf-event-array", "BPF_MAP_TYPE_PERF_EVENT_ARRAY", v(4, 3))
        .handles()
        .counted(EntriesRule::Cpus)
        .flags(flag::NUMA_NODE | flag::USER_ACCESS | flag::PRESERVE_ELEMS)
        .reached(Access::None),
    kind(5, "percpu-hash", "BPF_MAP_TYPE_PERCPU_HASH", v(4, 6))
        .hash()
        .per_cpu()
        .flags(HASH & !flag::NUMA_NODE),
    kind(6, "percpu-array", "BPF_MAP_TYPE_PERCPU_ARRAY", v(4, 6)).array().per_cpu().flags(flag::ACCESS),
    kind(7, "stack-trace", "BPF_MAP_TYPE_STACK_TRACE", v(4, 6))
        .keyed(KeyRule::Index)
        .storing(ValueRule::Stack)
        .flags(flag::NUMA_NODE | flag::USER_ACCESS | flag::STACK_BUILD_ID)
        .reached(Access::Keyed),
    kind(8, "cgroup-array", "BPF_MAP_TYPE_CGROUP_ARRAY", v(4, 8)).handles().reached(Access::None),
    kind(9, "lru-hash", "BPF_MAP_TYPE_LRU_HASH", v(4, 10)).lru(),
    kind(10, "lru-percpu-hash", "BPF_MAP_TYPE_LRU_PERCPU_HASH", v(4, 10))
        .lru()
        .per_cpu()
        .flags(LRU & !flag::NUMA_NODE),
    kind(11, "lpm-trie", "BPF_MAP_TYPE_LPM_TRIE", v(4, 11))
        .offering(Operations { walk: false, ..KEYED })
        .keyed(KeyRule::Prefix)
        .needs(flag::NO_PREALLOC)
        .flags(flag::NUMA_NODE | flag::ACCESS)
        .reached(Access::Keyed),
    kind(12, "array-of-maps", "BPF_MAP_TYPE_ARRAY_OF_MAPS", v(4, 12)).handles().holding_maps(),
    kind(13, "hash-of-maps", "BPF_MAP_TYPE_HASH_OF_MAPS", v(4, 12)).hash().holding_maps(),
    kind(14, "devmap", "BPF_MAP_TYPE_DEVMAP", v(4, 14))
        .handles()
        .storing(ValueRule::Device)
        .read_only()
        .offering(LOOKUP)
        .flags(flag::NUMA_NODE | flag::USER_ACCESS),
    kind(15, "sockmap", "BPF_MAP_TYPE_SOCKMAP", v(4, 14))
        .handles()
        .storing(ValueRule::Socket)
        .offering(Operations { lookup: true, update: true, delete: true, queue: false, walk: false })
        .flags(flag::NUMA_NODE | flag::USER_ACCESS),
    kind(16, "cpumap", "BPF_MAP_TYPE_CPUMAP", v(4, 15))
        .handles()
        .storing(ValueRule::Cpu)
        .flags(flag::NUMA_NODE),
    kind(17, "xskmap", "BPF_MAP_TYPE_XSKMAP", v(4, 18))
        .handles()
        .offering(LOOKUP)
        .flags(flag::NUMA_NODE | flag::USER_ACCESS)
        .reached(Access::None),
    kind(18, "sockhash", "BPF_MAP_TYPE_SOCKHASH", v(4, 18))
        .storing(ValueRule::Socket)
        .offering(Operations { lookup: true, update: true, delete: true, queue: false, walk: false })
        .flags(flag::NUMA_NODE | flag::USER_ACCESS)
        .reached(Access::Handles),
    kind(19, "cgroup-storage", "BPF_MAP_TYPE_CGROUP_STORAGE", v(4, 19)).cgroup_storage(),
    kind(20, "reuseport-sockarray", "BPF_MAP_TYPE_REUSEPORT_SOCKARRAY", v(4, 19))
        .handles()
        .storing(ValueRule::Socket)
        .flags(flag::NUMA_NODE | flag::ACCESS),
    kind(21, "percpu-cgroup-storage", "BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE", v(4, 20))
        .cgroup_storage()
        .per_cpu(),
    kind(22, "queue", "BPF_MAP_TYPE_QUEUE", v(4, 20))
        .offering(QUEUE)
        .keyed(KeyRule::None)
        .undeletable()
        .flags(flag::NUMA_NODE | flag::ACCESS),
    kind(23, "stack", "BPF_MAP_TYPE_STACK", v(4, 20))
        .offering(QUEUE)
        .keyed(KeyRule::None)
        .undeletable()
        .flags(flag::NUMA_NODE | flag::ACCESS),
    kind(24, "sk-storage", "BPF_MAP_TYPE_SK_STORAGE", v(5, 2)).storage(),
    kind(25, "devmap-hash", "BPF_MAP_TYPE_DEVMAP_HASH", v(5, 4))
        .keyed(KeyRule::Index)
        .storing(ValueRule::Device)
        .read_only()
        .offering(LOOKUP)
        .flags(flag::NUMA_NODE | flag::USER_ACCESS)
        .reached(Access::Handles),
    kind(26, "struct-ops", "BPF_MAP_TYPE_STRUCT_OPS", v(5, 6))
        .keyed(KeyRule::Index)
        .counted(EntriesRule::One)
        .undeletable()
        .flags(flag::LINK | flag::VTYPE_BTF_OBJ_FD),
    kind(27, "ringbuf", "BPF_MAP_TYPE_RINGBUF", v(5, 8))
        .keyed(KeyRule::None)
        .storing(ValueRule::None)
        .counted(EntriesRule::Ring)
        .undeletable()
        .flags(flag::NUMA_NODE | flag::RB_OVERWRITE),
    kind(28, "inode-storage", "BPF_MAP_TYPE_INODE_STORAGE", v(5, 10)).storage(),
    kind(29, "task-storage", "BPF_MAP_TYPE_TASK_STORAGE", v(5, 11)).storage(),
    kind(30, "bloom-filter", "BPF_MAP_TYPE_BLOOM_FILTER", v(5, 16))
        .offering(QUEUE)
        .keyed(KeyRule::None)
        .undeletable()
        .flags(flag::NUMA_NODE | flag::ZERO_SEED | flag::ACCESS),
    kind(31, "user-ringbuf", "BPF_MAP_TYPE_USER_RINGBUF", v(6, 1))
        .keyed(KeyRule::None)
        .storing(ValueRule::None)
        .counted(EntriesRule::Ring)
        .undeletable()
        .flags(flag::NUMA_NODE),
    kind(32, "cgrp-storage", "BPF_MAP_TYPE_CGRP_STORAGE", v(6, 2)).storage(),
    kind(33, "arena", "BPF_MAP_TYPE_ARENA", v(6, 9))
        .keyed(KeyRule::None)
        .storing(ValueRule::None)
        .counted(EntriesRule::Pages)
        .undeletable()
        .needs(flag::MMAPABLE)
        .flags(flag::SEGV_ON_FAULT | flag::NO_USER_CONV),
    kind(34, "insn-array", "BPF_MAP_TYPE_INSN_ARRAY", v(6, 19)).keyed(KeyRule::Index).undeletable(),
];

/// A row for kinds that have none.
pub(super) const UNKNOWN: MapKind = kind(0, "unknown", "BPF_MAP_TYPE_UNSPEC", v(0, 0));
