//! The entries of a map as bytes, wherever they are: in the kernel or in the userspace VM.

use std::{io, os::fd::BorrowedFd};

use crate::{sys::RawMap, vm::TableRef};

/// Where the entries are.
pub(super) enum Raw<'a> {
    /// In the kernel.
    Kernel(RawMap<'a>),
    /// In this process.
    Vm(TableRef),
}

impl<'a> Raw<'a> {
    /// The map's descriptor, if it is the kernel's.
    pub(super) fn fd(&self) -> Option<BorrowedFd<'a>> {
        match self {
            Self::Kernel(map) => Some(map.fd()),
            Self::Vm(_) => None,
        }
    }

    /// The value under `key`; `None` when there is none.
    pub(super) fn lookup(&self, key: &[u8]) -> io::Result<Option<Vec<u8>>> {
        match self {
            Self::Kernel(map) => map.lookup(key),
            Self::Vm(table) => table.lookup(key),
        }
    }

    /// The key after `key`, or the first; `None` after the last.
    pub(super) fn next_key(&self, key: Option<&[u8]>) -> io::Result<Option<Vec<u8>>> {
        match self {
            Self::Kernel(map) => map.next_key(key),
            Self::Vm(table) => Ok(table.next_key(key)),
        }
    }

    /// Sets the value under `key`.
    pub(super) fn update(&self, key: &[u8], value: &[u8], flags: u64) -> io::Result<()> {
        match self {
            Self::Kernel(map) => map.update(key, value, flags),
            Self::Vm(table) => table.update(key, value, flags),
        }
    }

    /// Appends a value, in a map without keys.
    pub(super) fn push(&self, value: &[u8], flags: u64) -> io::Result<()> {
        match self {
            Self::Kernel(map) => map.push(value, flags),
            Self::Vm(table) => table.push(value, flags),
        }
    }

    /// The next value of a map without keys, which stays unless it is `taken`; `None` when there is none.
    pub(super) fn next(&self, taken: bool) -> io::Result<Option<Vec<u8>>> {
        match self {
            Self::Kernel(map) => map.next(taken),
            Self::Vm(table) => table.next(taken),
        }
    }

    /// Whether a filter has a value.
    pub(super) fn contains(&self, value: &[u8]) -> io::Result<bool> {
        match self {
            Self::Kernel(map) => map.contains(value),
            Self::Vm(table) => Ok(table.contains(value)),
        }
    }

    /// Deletes `key`; whether it was there.
    pub(super) fn delete(&self, key: &[u8]) -> io::Result<bool> {
        match self {
            Self::Kernel(map) => map.delete(key),
            Self::Vm(table) => table.delete(key),
        }
    }
}
