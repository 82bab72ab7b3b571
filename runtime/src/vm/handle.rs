//! What programs hold that is no memory: maps and functions. A handle is a number where no memory is.

/// Such a thing, by its place in the machine's list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Handle {
    /// A map.
    Map(usize),
    /// A function of the object.
    Function(usize),
}

const MAPS: u64 = 0xfffe << 48;
const FUNCTIONS: u64 = 0xfffd << 48;
const KIND: u64 = 0xffff << 48;

impl Handle {
    /// As programs have it.
    pub(super) fn address(self) -> u64 {
        match self {
            Self::Map(index) => MAPS | index as u64,
            Self::Function(index) => FUNCTIONS | index as u64,
        }
    }
}

/// What a number is a handle of.
pub(super) fn of(address: u64) -> Option<Handle> {
    let index = (address & !KIND) as usize;
    match address & KIND {
        MAPS => Some(Handle::Map(index)),
        FUNCTIONS => Some(Handle::Function(index)),
        _ => None,
    }
}
