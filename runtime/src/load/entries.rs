//! What maps hold from the start: maps in maps, and programs to which others make tail calls.
//!
//! The object says so with relocations behind a map's definition, which aya does not read: it refuses
//! a map of programs that has some. So it is shown an image in which such a map has none, and the
//! entries are put in here: maps once all are made, programs once they are loaded.

use std::os::fd::{AsRawFd, BorrowedFd};

use super::{
    LoadError,
    types::{STRUCT, Types},
};
use crate::{spec::ObjectSpec, sys::RawMap};

/// The member of a map's definition that says what its entries are.
const VALUES: &[u8] = b"values";

/// Hides the first entries of maps of programs from aya.
pub(super) fn hide(spec: &ObjectSpec, image: &mut [u8]) {
    let programs = |name: &str| spec.programs.iter().any(|program| program.name == name);
    let some = spec.maps.iter().any(|map| map.entries.iter().any(|(_, name)| programs(name)));
    let Some(mut types) = Types::new(image).filter(|_| some) else { return };
    for ty in types.all().into_iter().filter(|ty| ty.kind == STRUCT) {
        let members = (0..ty.parts as usize).map(|index| ty.at + 12 + 12 * index);
        let members: Vec<usize> = members.collect();
        let kind = members.iter().find(|at| types.name(**at) == b"type");
        let values = members.iter().find(|at| types.name(**at) == VALUES);
        if let (Some(_), Some(values)) = (kind, values)
            && types.points_to_function(*values)
        {
            types.set(*values, 0);
        }
    }
}

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
