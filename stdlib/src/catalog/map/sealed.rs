//! Structs in a map's value that only helpers touch: of which a value has one, and which kinds of maps may have
//! them (`btf_parse_fields`, kernel/bpf/btf.c, and `map_check_btf`, kernel/bpf/syscall.c). A program
//! neither reads nor writes their bytes (`check_map_access`, kernel/bpf/verifier.c), and some do not even name
//! the map.

use super::program::{TRACING, TRACING_AND_SOCKETS};
use crate::catalog::program::ProgramType;

/// One of these structs.
#[derive(Clone, Copy, Debug)]
pub struct Sealed {
    /// Its name in C, after `struct`.
    pub c_name: &'static str,
    /// The kinds of maps whose values may have one.
    pub kinds: &'static [&'static str],
    /// The types of programs that may not name such a map.
    pub(super) barred: &'static [ProgramType],
}

/// All that programs can have here.
pub const SEALED: &[Sealed] = &[
    Sealed {
        c_name: "bpf_spin_lock",
        kinds: &[
            "hash",
            "array",
            "cgroup-storage",
            "sk-storage",
            "inode-storage",
            "task-storage",
            "cgrp-storage",
        ],
        barred: TRACING_AND_SOCKETS,
    },
    Sealed { c_name: "bpf_timer", kinds: &["hash", "lru-hash", "array"], barred: TRACING },
    Sealed { c_name: "bpf_wq", kinds: &["hash", "lru-hash", "array"], barred: TRACING },
];

/// The row of `struct c_name`.
pub fn sealed(c_name: &str) -> Option<&'static Sealed> {
    SEALED.iter().find(|row| row.c_name == c_name)
}
