//! What maps hold from the start: maps in maps, and programs to which others make tail calls.
//!
//! The object says so with relocations behind a map's definition. Maps are put in once all are made,
//! programs once they are loaded.

use std::os::fd::{AsRawFd, BorrowedFd};

use super::LoadError;
use crate::sys::RawMap;

/// Puts `entry`, the descriptor of a map or a program, into `map` at `index`.
pub(super) fn put(
    name: &str,
    map: BorrowedFd<'_>,
    index: u32,
    entry: BorrowedFd<'_>,
) -> Result<(), LoadError> {
    let entry = entry.as_raw_fd().to_ne_bytes();
    let put = RawMap::new(map, 1).and_then(|map| map.update(&index.to_ne_bytes(), &entry, 0));
    put.map_err(|source| LoadError::Entry { map: name.into(), index, source })
}
