//! The maps of the machine, each kind with the kernel's results.
//!
//! Values are regions of memory, which programs hold pointers to. Always holds: of a per-CPU map a value is
//! that of all CPUs, one behind another in steps of 8 bytes, and programs run on the first.

mod keyed;
mod prefix;
mod queue;
mod ring;

use std::{
    collections::{HashMap, HashSet},
    io,
};

use bpfl_stdlib::catalog::map::MapKind;
use libc::{E2BIG, EEXIST, EINVAL, ENOENT};

pub(super) use queue::Queue;
pub(super) use ring::{Ring, UserRing};

use keyed::Keyed;
use prefix::Prefixes;

use super::{
    Trap,
    handle::{self, Handle},
    memory::Memory,
};
use crate::{spec::MapSpec, sys::flag};

/// A map.
#[derive(Debug)]
pub(crate) struct Table {
    pub(super) name: String,
    pub(super) kind: &'static MapKind,
    pub(super) key: usize,
    /// The bytes of a value: of per-CPU maps, of all CPUs'.
    pub(super) value: usize,
    /// The bytes of one CPU's value.
    pub(super) one: usize,
    pub(super) entries: u32,
    pub(super) store: Store,
}

/// What holds a map's entries.
#[derive(Debug)]
pub(super) enum Store {
    /// All values one behind another, from an address on.
    Array(u64),
    /// By key.
    Keyed(Keyed),
    /// By the longest prefix of a key.
    Prefixes(Prefixes),
    /// In the order in which they came.
    Queue(Queue),
    /// Only to be asked whether they are there.
    Filter(HashSet<Vec<u8>>),
    /// Records for userspace.
    Ring(Ring),
    /// Records from userspace.
    UserRing(UserRing),
    /// By the object that they belong to: by its address.
    Storage(HashMap<u64, u64>),
    /// What has no entries here: programs and maps, by index.
    Handles(HashMap<u32, Held>),
    /// What is not here.
    None,
}

/// What a map of handles holds.
#[derive(Clone, Debug)]
pub(super) enum Held {
    /// A program, by name.
    Program(String),
    /// A map.
    Map(usize),
}

/// The most bytes of an array, or of one entry of another map.
const MOST_BYTES: usize = 1 << 30;

/// An error number of the kernel's.
pub(super) type Outcome<T> = Result<T, i32>;

impl Table {
    /// A map with nothing in it, on a machine with `cpus` possible CPUs; what an array holds is in `memory`.
    /// `None` when it is larger than the VM lets maps be.
    pub(super) fn new(spec: &MapSpec, entries: u32, cpus: usize, memory: &mut Memory) -> Option<Self> {
        let kind = spec.kind;
        let (key, one) = (spec.key.size(), spec.value.size());
        let most = if kind.array { entries as usize } else { 1 };
        let whole = one.checked_next_multiple_of(8)?.checked_mul(cpus)?.checked_mul(most)?;
        if whole > MOST_BYTES || key > MOST_BYTES {
            return None;
        }
        let value = if kind.per_cpu { one.next_multiple_of(8) * cpus } else { one };
        let mut table = Self { name: spec.name.clone(), kind, key, value, one, entries, store: Store::None };
        table.store = table.fresh(spec, memory);
        Some(table)
    }

    fn fresh(&self, spec: &MapSpec, memory: &mut Memory) -> Store {
        match self.kind.name {
            "array" | "percpu-array" => {
                let bytes = vec![0; self.step() * self.entries as usize];
                let read_only =
                    spec.flags & flag("BPF_F_RDONLY_PROG") != 0 || spec.name.starts_with(".rodata");
                Store::Array(if read_only { memory.add_read_only(bytes) } else { memory.add(bytes) })
            }
            "hash" | "percpu-hash" => Store::Keyed(Keyed::new(false)),
            "lru-hash" | "lru-percpu-hash" => Store::Keyed(Keyed::new(true)),
            "lpm-trie" => Store::Prefixes(Prefixes::default()),
            "queue" => Store::Queue(Queue::first_in()),
            "stack" => Store::Queue(Queue::last_in()),
            "bloom-filter" => Store::Filter(HashSet::new()),
            "user-ringbuf" => Store::UserRing(UserRing::new(self.entries as usize)),
            "ringbuf" => Store::Ring(Ring::new(self.entries as usize)),
            "sk-storage" | "cgroup-storage" | "percpu-cgroup-storage" => Store::Storage(HashMap::new()),
            "prog-array" | "array-of-maps" | "hash-of-maps" => Store::Handles(HashMap::new()),
            _ => Store::None,
        }
    }

    /// How far values of an array are from each other.
    pub(super) fn step(&self) -> usize {
        self.value.next_multiple_of(8)
    }

    /// Where the value under `key` is, as userspace and programs see it.
    pub(super) fn find(&mut self, key: &[u8]) -> Option<u64> {
        match &mut self.store {
            Store::Array(at) => {
                let (at, index) = (*at, index(key)?);
                (index < self.entries).then(|| at + index as u64 * self.step() as u64)
            }
            Store::Keyed(keyed) => keyed.find(key),
            Store::Prefixes(prefixes) => prefixes.longest(key),
            _ => None,
        }
    }

    /// Sets the value under `key`, whole; `flags` are `BPF_ANY` (0), `BPF_NOEXIST` (1), `BPF_EXIST` (2).
    pub(super) fn set(&mut self, memory: &mut Memory, key: &[u8], value: &[u8], flags: u64) -> Outcome<()> {
        if flags > EXIST {
            return Err(EINVAL);
        }
        let (entries, old) = (self.entries as usize, self.exact(key));
        match &mut self.store {
            Store::Array(_) => match old {
                None => return Err(E2BIG),
                Some(_) if flags == NO_EXIST => return Err(EEXIST),
                Some(at) => place(memory, at, value),
            },
            Store::Keyed(keyed) => {
                check(old, flags)?;
                match old {
                    Some(at) => place(memory, at, value),
                    None => keyed.insert(memory, key, value, entries)?,
                }
            }
            Store::Prefixes(prefixes) => {
                check(old, flags)?;
                match old {
                    Some(at) => place(memory, at, value),
                    None => prefixes.insert(memory, key, value, entries)?,
                }
            }
            _ => return Err(EINVAL),
        }
        Ok(())
    }

    /// Where the value of the entry with just this key is.
    fn exact(&mut self, key: &[u8]) -> Option<u64> {
        match &mut self.store {
            Store::Prefixes(prefixes) => prefixes.exact(key),
            _ => self.find(key),
        }
    }

    /// Deletes the entry under `key`.
    pub(super) fn delete(&mut self, memory: &mut Memory, key: &[u8]) -> Outcome<()> {
        let removed = match &mut self.store {
            Store::Keyed(keyed) => keyed.remove(key),
            Store::Prefixes(prefixes) => prefixes.remove(key),
            _ => return Err(EINVAL),
        };
        memory.remove(removed.ok_or(ENOENT)?);
        Ok(())
    }

    /// All keys, in an order that stays as long as the entries do.
    pub(super) fn keys(&self) -> Vec<Vec<u8>> {
        match &self.store {
            Store::Array(_) => (0..self.entries).map(|index| index.to_ne_bytes().to_vec()).collect(),
            Store::Keyed(keyed) => keyed.keys().cloned().collect(),
            Store::Prefixes(prefixes) => prefixes.keys().cloned().collect(),
            _ => Vec::new(),
        }
    }

    /// The key after `key`, or the first; `None` after the last.
    fn after(&self, key: Option<&[u8]>) -> Option<Vec<u8>> {
        match &self.store {
            Store::Array(_) => {
                let next = key.and_then(index).map_or(0, |index| index.saturating_add(1));
                (next < self.entries).then(|| next.to_ne_bytes().to_vec())
            }
            Store::Keyed(keyed) => keyed.after(key),
            Store::Prefixes(prefixes) => prefixes.after(key),
            _ => None,
        }
    }
}

const NO_EXIST: u64 = 1;
const EXIST: u64 = 2;

/// Whether the flags let a value be set that is there, or is not.
fn check(old: Option<u64>, flags: u64) -> Outcome<()> {
    match (old, flags) {
        (Some(_), NO_EXIST) => Err(EEXIST),
        (None, EXIST) => Err(ENOENT),
        _ => Ok(()),
    }
}

/// Writes a value where it is, whatever programs may do there.
fn place(memory: &mut Memory, at: u64, value: &[u8]) {
    let start = (at & u64::from(u32::MAX)) as usize;
    let room = memory.whole(at).get_mut(start..start + value.len());
    room.into_iter().for_each(|room| room.copy_from_slice(value));
}

fn index(key: &[u8]) -> Option<u32> {
    Some(u32::from_ne_bytes(key.try_into().ok()?))
}

/// All maps of the machine.
#[derive(Debug, Default)]
pub(super) struct Tables(pub(super) Vec<Table>);

impl Tables {
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|table| table.name == name)
    }

    /// The map that a program gave as a handle.
    pub(super) fn of(&mut self, address: u64) -> Result<&mut Table, Trap> {
        match handle::of(address) {
            Some(Handle::Map(index)) => self.0.get_mut(index).ok_or(Trap::NoMap),
            _ => Err(Trap::NoMap),
        }
    }

    /// What a map of maps holds under `key`, as a handle.
    pub(super) fn inner(&mut self, map: u64, key: &[u8]) -> Result<Option<u64>, Trap> {
        let Store::Handles(held) = &self.of(map)?.store else { return Ok(None) };
        Ok(match index(key).and_then(|index| held.get(&index)) {
            Some(Held::Map(index)) => Some(Handle::Map(*index).address()),
            _ => None,
        })
    }

    /// Forgets what belonged to the objects of a run, which are no more.
    pub(super) fn forget_objects(&mut self, memory: &mut Memory) {
        for table in &mut self.0 {
            if let Store::Storage(all) = &mut table.store {
                all.drain().for_each(|(_, at)| drop(memory.remove(at)));
            }
        }
    }

    /// The program at an index of a map of programs.
    pub(super) fn program(&mut self, map: u64, index: u32) -> Result<Option<String>, Trap> {
        let Store::Handles(held) = &self.of(map)?.store else { return Ok(None) };
        Ok(match held.get(&index) {
            Some(Held::Program(name)) => Some(name.clone()),
            _ => None,
        })
    }
}

/// What userspace does with the entries of a map: the results are those of the system call.
impl Table {
    pub(super) fn lookup(&mut self, memory: &mut Memory, key: &[u8]) -> io::Result<Option<Vec<u8>>> {
        self.sized(key)?;
        let Some(at) = self.find(key) else { return Ok(None) };
        let start = (at & u64::from(u32::MAX)) as usize;
        Ok(memory.whole(at).get(start..start + self.value).map(<[u8]>::to_vec))
    }

    /// Appends a value, in a map without keys.
    pub(super) fn push(&mut self, value: &[u8], flags: u64) -> Outcome<()> {
        match &mut self.store {
            Store::Queue(queue) => queue.push(value, self.entries as usize, flags),
            Store::Filter(values) => {
                values.insert(value.to_vec());
                Ok(())
            }
            _ => Err(EINVAL),
        }
    }

    /// The next value of a map without keys, which stays unless it is `taken`.
    pub(super) fn next(&mut self, taken: bool) -> Outcome<Vec<u8>> {
        match &mut self.store {
            Store::Queue(queue) => queue.next(taken),
            _ => Err(EINVAL),
        }
    }

    pub(super) fn next_key(&self, key: Option<&[u8]>) -> Option<Vec<u8>> {
        self.after(key)
    }

    pub(super) fn update(
        &mut self,
        memory: &mut Memory,
        key: &[u8],
        value: &[u8],
        flags: u64,
    ) -> io::Result<()> {
        self.sized(key)?;
        if value.len() != self.value {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.set(memory, key, value, flags).map_err(io::Error::from_raw_os_error)
    }

    pub(super) fn remove(&mut self, memory: &mut Memory, key: &[u8]) -> io::Result<bool> {
        self.sized(key)?;
        match self.delete(memory, key) {
            Ok(()) => Ok(true),
            Err(ENOENT) => Ok(false),
            Err(number) => Err(io::Error::from_raw_os_error(number)),
        }
    }

    fn sized(&self, key: &[u8]) -> io::Result<()> {
        if key.len() == self.key { Ok(()) } else { Err(io::ErrorKind::InvalidInput.into()) }
    }
}
