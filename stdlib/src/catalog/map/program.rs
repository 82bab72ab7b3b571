//! Which programs may name which maps: `check_map_prog_compatibility` of kernel/bpf/verifier.c, Linux 6.18. To name
//! a map is enough to be refused, whatever is done with it, and on whichever way.

use super::{KeyRule, MapKind, RDONLY_PROG, Sealed, WRONLY_PROG};
use crate::catalog::program::ProgramType;

/// The kinds that sleepable programs may name.
const SLEEPABLE: &[&str] = &[
    "hash",
    "array",
    "percpu-hash",
    "percpu-array",
    "lru-hash",
    "lru-percpu-hash",
    "array-of-maps",
    "hash-of-maps",
    "queue",
    "stack",
    "sk-storage",
    "ringbuf",
    "inode-storage",
    "task-storage",
    "user-ringbuf",
    "cgrp-storage",
    "arena",
    "insn-array",
];

/// The program types that trace, as `is_tracing_prog_type` has them: `BPF_PROG_TYPE_TRACING` is not among them.
pub(super) const TRACING: &[ProgramType] = &[
    ProgramType::Kprobe,
    ProgramType::Tracepoint,
    ProgramType::PerfEvent,
    ProgramType::RawTracepoint,
    ProgramType::RawTracepointWritable,
];

/// Those, and socket filters.
pub(super) const TRACING_AND_SOCKETS: &[ProgramType] = &[
    ProgramType::SocketFilter,
    ProgramType::Kprobe,
    ProgramType::Tracepoint,
    ProgramType::PerfEvent,
    ProgramType::RawTracepoint,
    ProgramType::RawTracepointWritable,
];

/// What programs may do with the values of a map: `bpf_map_flags_to_cap`, include/linux/bpf.h.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rights {
    /// Read them.
    pub read: bool,
    /// Write them, and add and delete entries.
    pub write: bool,
}

impl Rights {
    /// Both.
    pub const ALL: Self = Self { read: true, write: true };
}

/// Whether programs of a type are among those that trace.
pub fn is_tracing(ty: ProgramType) -> bool {
    TRACING.contains(&ty)
}

impl MapKind {
    /// What programs may do with the values of a map of this kind that has these flags.
    pub fn rights(&self, flags: u32) -> Rights {
        Rights { read: flags & WRONLY_PROG == 0, write: flags & RDONLY_PROG == 0 && !self.read_only }
    }

    /// Whether programs that name a map of this kind, or are in it, must be alike (`map_type_contains_progs`,
    /// include/linux/bpf.h, and `__bpf_prog_map_compatible`, kernel/bpf/core.c): of one type, all of them sleepable
    /// or none, all for packets in several fragments or none.
    pub fn is_of_programs(&self) -> bool {
        matches!(self.name, "prog-array" | "devmap" | "cpumap")
    }

    /// Whether it is storage of the old kind, of which a program has one for all CPUs and one for each
    /// (`bpf_cgroup_storage_assign`, kernel/bpf/local_storage.c).
    pub fn is_cgroup_storage(&self) -> bool {
        self.key == KeyRule::Cgroup
    }

    /// Whether these programs must be attached as the same, too.
    pub fn is_of_attached_alike(&self) -> bool {
        self.name == "prog-array"
    }

    /// Whether sleepable programs may name maps of this kind.
    pub fn is_for_sleepable(&self) -> bool {
        SLEEPABLE.contains(&self.name)
    }
}

impl Sealed {
    /// Whether programs of this type may name a map whose values have one of these.
    pub fn is_for(&self, ty: ProgramType) -> bool {
        !self.barred.contains(&ty)
    }
}

#[cfg(test)]
mod tests {
    use super::super::MAPS;
    use super::*;

    #[test]
    fn every_kind_of_the_list_exists() {
        SLEEPABLE.iter().for_each(|name| assert!(MAPS.iter().any(|row| row.name == *name), "{name}"));
    }
}
