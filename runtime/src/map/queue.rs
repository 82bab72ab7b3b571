//! Maps whose values have no keys: queues, stacks and Bloom filters.

use std::io;

use bpfl_stdlib::catalog::map::compat;

use super::{Map, MapError};
use crate::value::Value;

impl Map<'_> {
    /// Appends a value to a queue or a stack, or adds it to a Bloom filter. With the flag `BPF_EXIST` (2), the oldest
    /// value of one that is full makes room.
    ///
    /// # Errors
    /// When this kind of map has keys, the value does not fit its type, or there is no room.
    pub fn push(&self, value: &Value, flags: u64) -> Result<(), MapError> {
        self.without_keys("map_push_elem", "push a value to")?;
        let value = self.encode("value", &self.spec.value, value)?;
        self.raw.push(&value, flags).map_err(|error| match error.raw_os_error() {
            Some(libc::E2BIG) => self.full(error),
            _ => self.failed("changed")(error),
        })
    }

    /// Takes the next value of a queue or a stack; `None` when there is none.
    ///
    /// # Errors
    /// When this is no queue and no stack, or the kernel refuses.
    pub fn pop(&self) -> Result<Option<Value>, MapError> {
        self.without_keys("map_pop_elem", "take a value from")?;
        self.next(true)
    }

    /// The next value of a queue or a stack, which stays there; `None` when there is none.
    ///
    /// # Errors
    /// As [`Map::pop`].
    pub fn peek(&self) -> Result<Option<Value>, MapError> {
        self.without_keys("map_pop_elem", "take a value from")?;
        self.next(false)
    }

    /// Whether a value may have been added to a Bloom filter; that it has not, is certain.
    ///
    /// # Errors
    /// When this is no Bloom filter, the value does not fit its type, or the kernel refuses.
    pub fn may_contain(&self, value: &Value) -> Result<bool, MapError> {
        if self.spec.kind.name != "bloom-filter" {
            return Err(self.has_keys("ask for a value in", &["bloom-filter"]));
        }
        let value = self.encode("value", &self.spec.value, value)?;
        self.raw.contains(&value).map_err(self.failed("read"))
    }

    fn next(&self, taken: bool) -> Result<Option<Value>, MapError> {
        let bytes = self.raw.next(taken).map_err(self.failed("read"))?;
        Ok(bytes.map(|bytes| self.value(&bytes)))
    }

    /// An error unless the kind is one that a helper of programs takes for the same.
    fn without_keys(&self, helper: &str, doing: &'static str) -> Result<(), MapError> {
        let wanted = compat::wanted(helper).unwrap_or_default();
        if wanted.contains(&self.spec.kind.name) {
            return Ok(());
        }
        Err(self.has_keys(doing, wanted))
    }

    fn has_keys(&self, doing: &'static str, wanted: &[&str]) -> MapError {
        let (map, kind) = (self.spec.name.clone(), self.spec.kind.name);
        MapError::HasKeys { map, kind, doing, wanted: wanted.join(", ") }
    }

    pub(super) fn full(&self, source: io::Error) -> MapError {
        let (map, entries) = (self.spec.name.clone(), self.spec.max_entries);
        let plural = if entries == 1 { "entry" } else { "entries" };
        MapError::Entry { map, why: format!("is full: it has room for {entries} {plural}"), source }
    }
}
