//! Reading and writing what programs keep in an arena.
//!
//! Addresses go in, those that programs keep in pointers; values come out. Always holds: an address is looked at
//! only if all that is read or written there lies in the arena.

use std::sync::Arc;

use super::MapError;
use crate::{
    btf::shape::Shape,
    sys::ArenaMemory,
    value::{Value, decode, encode},
};

/// The memory of an arena, as long as one wants it.
#[derive(Clone, Debug)]
pub struct Arena {
    map: String,
    memory: Arc<ArenaMemory>,
}

impl Arena {
    pub(crate) fn new(map: &str, memory: Arc<ArenaMemory>) -> Self {
        Self { map: map.into(), memory }
    }

    /// The map's name.
    pub fn name(&self) -> &str {
        &self.map
    }

    /// Its first address.
    pub fn base(&self) -> u64 {
        self.memory.base()
    }

    /// Its bytes, of which those are there that a program has asked for, or userspace looked at.
    pub fn size(&self) -> u64 {
        self.memory.length()
    }

    /// Copies from `address` on.
    ///
    /// # Errors
    /// When that is not in the arena, or there is no memory for a page that is looked at first.
    pub fn read(&self, address: u64, bytes: &mut [u8]) -> Result<(), MapError> {
        self.check(address, bytes.len())?;
        self.memory.read(address, bytes).map_err(|source| self.failed("read", source))
    }

    /// Copies to `address`. Programs that read there meanwhile see some of the bytes.
    ///
    /// # Errors
    /// As [`Arena::read`].
    pub fn write(&self, address: u64, bytes: &[u8]) -> Result<(), MapError> {
        self.check(address, bytes.len())?;
        self.memory.write(address, bytes).map_err(|source| self.failed("changed", source))
    }

    /// What is at `address`, as a `shape`; pointers are numbers.
    ///
    /// # Errors
    /// As [`Arena::read`].
    pub fn value(&self, address: u64, shape: &Shape) -> Result<Value, MapError> {
        self.check(address, shape.size())?;
        let mut bytes = vec![0; shape.size()];
        self.read(address, &mut bytes)?;
        Ok(decode(shape, &bytes))
    }

    /// Puts a value at `address`, as a `shape`.
    ///
    /// # Errors
    /// As [`Arena::read`], and when the value does not fit the shape.
    pub fn set_value(&self, address: u64, shape: &Shape, value: &Value) -> Result<(), MapError> {
        let fits = encode(shape, value);
        let bytes =
            fits.map_err(|source| MapError::Encode { map: self.map.clone(), part: "value", source })?;
        self.write(address, &bytes)
    }

    fn check(&self, address: u64, bytes: usize) -> Result<(), MapError> {
        if self.memory.has(address, bytes) {
            return Ok(());
        }
        let (map, start, end) = (self.map.clone(), self.base(), self.base() + self.size());
        Err(MapError::OutsideArena { map, address, bytes, start, end })
    }

    fn failed(&self, doing: &'static str, source: std::io::Error) -> MapError {
        MapError::Kernel { map: self.map.clone(), doing, source }
    }
}
