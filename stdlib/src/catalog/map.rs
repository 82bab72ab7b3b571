//! Map kinds: `BPF_MAP_TYPE_*` of include/uapi/linux/bpf.h, with what is checked when a map is made
//! (the `map_alloc_check` and `map_alloc` of each kind, kernel/bpf/ and net/core/) and which
//! helpers take it (`check_map_func_compatibility`, kernel/bpf/verifier.c). Sizes were probed on
//! Linux 6.18.

use super::version::{Version, v};

/// How a map's keys are to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyRule {
    /// An index: 4 bytes exactly.
    Index,
    /// Any type.
    Any,
    /// None: 0 bytes.
    None,
    /// An `int` that BTF describes: storages are found by file descriptor from userspace.
    Storage,
    /// A prefix: 4 bytes of length in bits, then 1 to 256 of data (`struct bpf_lpm_trie_key_u8`).
    Prefix,
    /// `struct bpf_cgroup_storage_key`, 16 bytes, or a cgroup id, 8.
    Cgroup,
}

/// How a map's values are to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueRule {
    /// Any type.
    Any,
    /// None: 0 bytes.
    None,
    /// A file descriptor: 4 bytes exactly.
    Handle,
    /// 4 bytes or 8: a file descriptor in, a socket's cookie out.
    Socket,
    /// 4 bytes or 8: an interface, and a program (`struct bpf_devmap_val`).
    Device,
    /// 4 bytes or 8: a queue size, and a program (`struct bpf_cpumap_val`).
    Cpu,
    /// Addresses: a multiple of 8, at most 127 of them, more by a sysctl.
    Stack,
}

/// What `max_entries` is to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntriesRule {
    /// At least 1.
    Some,
    /// 0, or left out.
    Zero,
    /// Bytes: a power of two that is a multiple of the page size.
    Ring,
    /// Anything; left out, the loader puts in the number of CPUs.
    Cpus,
    /// Pages.
    Pages,
    /// Left out; the kernel counts the functions.
    One,
}

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
    /// Whether keys and values must be described by BTF.
    pub btf: bool,
    /// Whether it holds maps, like the one that it is made with.
    pub inner: bool,
    /// Whether its memory counts as an array's: all entries exist from the start.
    pub array: bool,
    /// The first kernel that has it.
    pub since: Version,
}

/// `map_flags` that the rows speak of, as in `include/uapi/linux/bpf.h`.
mod flag {
    pub const NO_PREALLOC: u32 = 1;
    pub const NO_COMMON_LRU: u32 = 1 << 1;
    pub const NUMA_NODE: u32 = 1 << 2;
    pub const USER_ACCESS: u32 = 1 << 3 | 1 << 4;
    pub const ACCESS: u32 = USER_ACCESS | 1 << 7 | 1 << 8;
    pub const STACK_BUILD_ID: u32 = 1 << 5;
    pub const ZERO_SEED: u32 = 1 << 6;
    pub const CLONE: u32 = 1 << 9;
    pub const MMAPABLE: u32 = 1 << 10;
    pub const PRESERVE_ELEMS: u32 = 1 << 11;
    pub const INNER_MAP: u32 = 1 << 12;
    pub const LINK: u32 = 1 << 13;
    pub const VTYPE_BTF_OBJ_FD: u32 = 1 << 15;
    pub const SEGV_ON_FAULT: u32 = 1 << 17;
    pub const NO_USER_CONV: u32 = 1 << 18;
    pub const RB_OVERWRITE: u32 = 1 << 19;
}

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
        btf: false,
        inner: false,
        array: false,
        since,
    }
}

const HASH: u32 = flag::NO_PREALLOC | flag::NUMA_NODE | flag::ACCESS | flag::ZERO_SEED;
const LRU: u32 = flag::NO_COMMON_LRU | flag::NUMA_NODE | flag::ACCESS | flag::ZERO_SEED;

impl MapKind {
    const fn hash(self) -> Self {
        Self { program: KEYED, flags: HASH, ..self }
    }

    const fn lru(self) -> Self {
        Self { program: KEYED, flags: LRU, ..self }
    }

    const fn per_cpu(self) -> Self {
        Self { per_cpu: true, ..self }
    }

    const fn array(self) -> Self {
        let program = Operations { delete: false, ..KEYED };
        let flags = flag::NUMA_NODE | flag::ACCESS | flag::MMAPABLE | flag::INNER_MAP;
        Self { key: KeyRule::Index, deletes: false, array: true, program, flags, ..self }
    }

    /// An array of things that userspace puts in by file descriptor.
    const fn handles(self) -> Self {
        let flags = flag::NUMA_NODE | flag::USER_ACCESS;
        Self { key: KeyRule::Index, value: ValueRule::Handle, array: true, flags, ..self }
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

    const fn undeletable(self) -> Self {
        Self { deletes: false, ..self }
    }

    const fn holding_maps(self) -> Self {
        Self { inner: true, value: ValueRule::Handle, program: LOOKUP, ..self }
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
        Self { flags: flag::NUMA_NODE | flag::ACCESS, ..self }
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
        .flags(flag::NUMA_NODE | flag::USER_ACCESS | flag::PRESERVE_ELEMS),
    kind(5, "percpu-hash", "BPF_MAP_TYPE_PERCPU_HASH", v(4, 6))
        .hash()
        .per_cpu()
        .flags(HASH & !flag::NUMA_NODE),
    kind(6, "percpu-array", "BPF_MAP_TYPE_PERCPU_ARRAY", v(4, 6)).array().per_cpu().flags(flag::ACCESS),
    kind(7, "stack-trace", "BPF_MAP_TYPE_STACK_TRACE", v(4, 6))
        .keyed(KeyRule::Index)
        .storing(ValueRule::Stack)
        .flags(flag::NUMA_NODE | flag::USER_ACCESS | flag::STACK_BUILD_ID),
    kind(8, "cgroup-array", "BPF_MAP_TYPE_CGROUP_ARRAY", v(4, 8)).handles(),
    kind(9, "lru-hash", "BPF_MAP_TYPE_LRU_HASH", v(4, 10)).lru(),
    kind(10, "lru-percpu-hash", "BPF_MAP_TYPE_LRU_PERCPU_HASH", v(4, 10))
        .lru()
        .per_cpu()
        .flags(LRU & !flag::NUMA_NODE),
    kind(11, "lpm-trie", "BPF_MAP_TYPE_LPM_TRIE", v(4, 11))
        .offering(Operations { walk: false, ..KEYED })
        .keyed(KeyRule::Prefix)
        .needs(flag::NO_PREALLOC)
        .flags(flag::NUMA_NODE | flag::ACCESS),
    kind(12, "array-of-maps", "BPF_MAP_TYPE_ARRAY_OF_MAPS", v(4, 12)).handles().holding_maps(),
    kind(13, "hash-of-maps", "BPF_MAP_TYPE_HASH_OF_MAPS", v(4, 12)).hash().holding_maps(),
    kind(14, "devmap", "BPF_MAP_TYPE_DEVMAP", v(4, 14))
        .handles()
        .storing(ValueRule::Device)
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
        .flags(flag::NUMA_NODE | flag::USER_ACCESS),
    kind(18, "sockhash", "BPF_MAP_TYPE_SOCKHASH", v(4, 18))
        .storing(ValueRule::Socket)
        .offering(Operations { lookup: true, update: true, delete: true, queue: false, walk: false })
        .flags(flag::NUMA_NODE | flag::USER_ACCESS),
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
        .offering(LOOKUP)
        .flags(flag::NUMA_NODE | flag::USER_ACCESS),
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

/// The first kernel that has a flag, where that is newer than the kinds that take it.
pub const fn flag_since(flag: u32) -> Option<Version> {
    match flag {
        flag::RB_OVERWRITE => Some(v(6, 19)),
        _ => None,
    }
}

/// Which rule of its kind a map breaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Broken {
    /// The size of its keys.
    Key,
    /// The size of its values.
    Value,
    /// The number of its entries.
    Entries,
    /// Its flags.
    Flags,
}

/// The greatest value that the kernel takes for every per-CPU map and storage (`PCPU_MIN_UNIT_SIZE`).
const PER_CPU_LIMIT: u32 = 32 << 10;
/// A stack trace of `kernel.perf_event_max_stack` addresses, as that is set when nobody changes it.
const STACK_LIMIT: u32 = 127 * 8;
/// `struct bpf_stack_build_id`, of which a stack is made with `BPF_F_STACK_BUILD_ID`.
const BUILD_ID: u32 = 32;
/// The page of every machine that BPF is compiled for by default.
const PAGE: u32 = 4096;

impl KeyRule {
    /// Whether keys may have `size` bytes.
    pub const fn accepts(self, size: u32) -> bool {
        match self {
            Self::Index | Self::Storage => size == 4,
            Self::Any => size > 0,
            Self::None => size == 0,
            Self::Prefix => matches!(size, 5..=260),
            Self::Cgroup => matches!(size, 8 | 16),
        }
    }
}

impl ValueRule {
    /// Whether values may have `size` bytes.
    pub const fn accepts(self, size: u32) -> bool {
        match self {
            Self::Any => size > 0,
            Self::None => size == 0,
            Self::Handle => size == 4,
            Self::Socket | Self::Device | Self::Cpu => matches!(size, 4 | 8),
            Self::Stack => size >= 8 && size <= STACK_LIMIT && size.is_multiple_of(8),
        }
    }
}

impl EntriesRule {
    /// Whether a map may be made for `count` of them.
    pub const fn accepts(self, count: u32) -> bool {
        match self {
            Self::Some | Self::Cpus | Self::Pages | Self::One => count > 0,
            Self::Zero => count == 0,
            Self::Ring => count.is_power_of_two() && count >= PAGE,
        }
    }
}

impl MapKind {
    /// The first rule that a map of this kind with these sizes would break.
    pub fn broken(&self, key: u32, value: u32, entries: u32, flags: u32) -> Option<Broken> {
        let unknown = flags & !(self.flags | self.required_flags) != 0;
        let limited = self.per_cpu || matches!(self.key, KeyRule::Cgroup);
        if !self.key.accepts(key) {
            Some(Broken::Key)
        } else if !self.value.accepts(value) || limited && value > PER_CPU_LIMIT {
            Some(Broken::Value)
        } else if !self.entries.accepts(entries) {
            Some(Broken::Entries)
        } else if flags & flag::STACK_BUILD_ID & self.flags != 0 && !value.is_multiple_of(BUILD_ID) {
            Some(Broken::Value)
        } else if unknown || flags & self.required_flags != self.required_flags {
            Some(Broken::Flags)
        } else {
            None
        }
    }
}

/// The kind that `:type` calls `name`; `_` and `-` are alike.
pub fn find(name: &str) -> Option<&'static MapKind> {
    let name = name.replace('_', "-");
    MAPS.iter().find(|row| row.name == name)
}

/// The kind with this number in `enum bpf_map_type`.
pub fn by_number(number: u32) -> Option<&'static MapKind> {
    MAPS.iter().find(|row| row.number == number)
}

/// The least size that a ring buffer of at least `bytes` may have, on pages of `page` bytes.
pub fn ring_size(bytes: u32, page: u32) -> Option<u32> {
    bytes.max(page).checked_next_power_of_two()
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
