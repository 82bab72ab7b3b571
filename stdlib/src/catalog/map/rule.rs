//! What sizes, numbers and flags a kind of map takes, and which of these rules a map breaks.

use super::{MapKind, flag};
use crate::catalog::limit::{PER_CPU_VALUE_BYTES, STORAGE_VALUE_BYTES};

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

/// Whether flags leave a program, or userspace, nothing to do with a map (`bpf_map_flags_access_ok`,
/// include/linux/bpf.h, and `bpf_get_file_flag`, kernel/bpf/syscall.c).
pub const fn contradicts(flags: u32) -> bool {
    const PROGRAMS: u32 = flag::RDONLY_PROG | flag::WRONLY_PROG;
    flags & PROGRAMS == PROGRAMS || flags & flag::USER_ACCESS == flag::USER_ACCESS
}

impl MapKind {
    /// How many bytes a value has at most, where the kind limits that.
    pub fn value_limit(&self) -> Option<u32> {
        match self.key {
            _ if self.per_cpu => Some(PER_CPU_VALUE_BYTES),
            KeyRule::Storage | KeyRule::Cgroup => Some(STORAGE_VALUE_BYTES),
            _ => None,
        }
    }

    /// The first rule that a map of this kind with these sizes would break.
    pub fn broken(&self, key: u32, value: u32, entries: u32, flags: u32) -> Option<Broken> {
        let unknown = flags & !(self.flags | self.required_flags) != 0 || contradicts(flags);
        if !self.key.accepts(key) {
            Some(Broken::Key)
        } else if !self.value.accepts(value) || self.value_limit().is_some_and(|most| value > most) {
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
