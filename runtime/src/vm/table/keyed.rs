//! Entries by key: hashes, and those that drop what was not used for longest.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

use libc::E2BIG;

use super::{Memory, Outcome};

/// The entries; each is a region of memory.
#[derive(Debug)]
pub(in crate::vm) struct Keyed {
    entries: BTreeMap<Vec<u8>, Entry>,
    /// The keys by when they were last used; `None` where that is of no interest.
    used: Option<BTreeMap<u64, Vec<u8>>>,
    now: u64,
}

#[derive(Debug)]
struct Entry {
    at: u64,
    used: u64,
}

impl Keyed {
    /// Where there is no room for one more, one is dropped if `least_used`, else refused.
    pub(super) fn new(least_used: bool) -> Self {
        Self { entries: BTreeMap::new(), used: least_used.then(BTreeMap::new), now: 0 }
    }

    pub(super) fn find(&mut self, key: &[u8]) -> Option<u64> {
        let entry = self.entries.get_mut(key)?;
        if let Some(used) = &mut self.used {
            self.now += 1;
            let key = used.remove(&entry.used).unwrap_or_else(|| key.to_vec());
            entry.used = self.now;
            used.insert(self.now, key);
        }
        Some(entry.at)
    }

    pub(super) fn insert(
        &mut self,
        memory: &mut Memory,
        key: &[u8],
        value: &[u8],
        most: usize,
    ) -> Outcome<()> {
        if self.entries.len() >= most {
            let oldest = self.used.as_mut().and_then(BTreeMap::pop_first).ok_or(E2BIG)?.1;
            self.entries.remove(&oldest).into_iter().for_each(|entry| drop(memory.remove(entry.at)));
        }
        self.now += 1;
        let entry = Entry { at: memory.add(value.to_vec()), used: self.now };
        self.entries.insert(key.to_vec(), entry);
        self.used.iter_mut().for_each(|used| drop(used.insert(self.now, key.to_vec())));
        Ok(())
    }

    /// Takes an entry out; where it was.
    pub(super) fn remove(&mut self, key: &[u8]) -> Option<u64> {
        let entry = self.entries.remove(key)?;
        self.used.iter_mut().for_each(|used| drop(used.remove(&entry.used)));
        Some(entry.at)
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.entries.keys()
    }

    /// The key after `key`; the first, too, when there is no such key.
    pub(super) fn after(&self, key: Option<&[u8]>) -> Option<Vec<u8>> {
        let known = key.filter(|key| self.entries.contains_key(*key));
        let next = match known {
            Some(key) => self.entries.range::<[u8], _>((Excluded(key), Unbounded)).next(),
            None => self.entries.first_key_value(),
        };
        next.map(|(key, _)| key.clone())
    }
}
