//! Reading and writing the entries of a loaded map through their types.

mod arena;
pub mod kind;
mod queue;
mod raw;
mod ring;
mod sockets;
pub(crate) mod store;

use std::{
    io,
    os::fd::{AsRawFd, BorrowedFd},
    sync::Arc,
};

pub use arena::Arena;
use kind::{Access, MapKind};
use raw::Raw;
pub use ring::{Ring, UserRing};
pub(crate) use sockets::SocketEntries;

use crate::{
    btf::shape::Shape,
    spec::MapSpec,
    sys::RawMap,
    value::{EncodeError, Value, decode, encode},
    vm::TableRef,
};

/// What went wrong with an entry.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// The kernel refused.
    #[error("map `{map}` cannot be {doing} ({source})")]
    Kernel {
        /// The map.
        map: String,
        /// `read`, `changed`.
        doing: &'static str,
        /// The kernel's reason.
        source: io::Error,
    },
    /// The kernel refused, for what there is under a key or for how much there is.
    #[error("map `{map}` {why}")]
    Entry {
        /// The map.
        map: String,
        /// Why.
        why: String,
        /// The kernel's reason.
        source: io::Error,
    },
    /// A kind of map that has keys, where one without is wanted.
    #[error("map `{map}` is of type {kind}; one can {doing} maps of type {wanted}")]
    HasKeys {
        /// The map.
        map: String,
        /// Its kind.
        kind: &'static str,
        /// What was to be done.
        doing: &'static str,
        /// The kinds with which that can be done.
        wanted: String,
    },
    /// A key or value that does not fit its type.
    #[error("the {part} does not suit map `{map}`: {source}")]
    Encode {
        /// The map.
        map: String,
        /// `key` or `value`.
        part: &'static str,
        /// Why.
        source: EncodeError,
    },
    /// A per-CPU update with the wrong number of values.
    #[error("map `{map}` wants one value for each of {cpus} possible CPUs")]
    Cpus {
        /// The map.
        map: String,
        /// How many there are.
        cpus: usize,
    },
    /// A record that is longer than the whole buffer, or for which there is no room now.
    #[error("map `{map}` has no room for {bytes} more bytes: {why}")]
    NoRoom {
        /// The map.
        map: String,
        /// How long the record is.
        bytes: usize,
        /// Which of the two.
        why: &'static str,
    },
    /// A map that is no user ring buffer.
    #[error("map `{map}` is of type {kind}; only a user-ringbuf takes records from userspace")]
    NoUserRing {
        /// The map.
        map: String,
        /// Its kind.
        kind: &'static str,
    },
    /// A map that is no ring buffer.
    #[error("map `{map}` is of type {kind}; only a ringbuf has records to consume")]
    NoRing {
        /// The map.
        map: String,
        /// Its kind.
        kind: &'static str,
    },
    /// A map that is no arena.
    #[error("map `{map}` is of type {kind}; only an arena has memory to read by address")]
    NoArena {
        /// The map.
        map: String,
        /// Its kind.
        kind: &'static str,
    },
    /// An address that is not an arena's.
    #[error(
        "the {bytes} bytes at {address:#x} are not in arena `{map}`, which is from {start:#x} to {end:#x}"
    )]
    OutsideArena {
        /// The map.
        map: String,
        /// The address.
        address: u64,
        /// How many bytes were wanted there.
        bytes: usize,
        /// The arena's first address.
        start: u64,
        /// The address behind its last.
        end: u64,
    },
    /// A kind of map without entries that userspace can walk.
    #[error("map `{map}` is a {kind} map, which has no entries under keys")]
    NoEntries {
        /// The map.
        map: String,
        /// Its kind.
        kind: &'static str,
    },
}

/// A loaded map.
pub struct Map<'a> {
    spec: &'a MapSpec,
    raw: Raw<'a>,
    cpus: usize,
}

/// A key and its value.
pub type Entry = (Value, Value);

impl<'a> Map<'a> {
    pub(crate) fn new(spec: &'a MapSpec, fd: BorrowedFd<'a>) -> Result<Self, MapError> {
        let failed = |source| MapError::Kernel { map: spec.name.clone(), doing: "read", source };
        let cpus = aya::util::nr_cpus().map_err(|(_, error)| failed(error))?;
        let raw = RawMap::new(fd, cpus).map_err(failed)?;
        Ok(Self { spec, raw: Raw::Kernel(raw), cpus })
    }

    /// A map of the userspace VM.
    pub(crate) fn in_vm(spec: &'a MapSpec, table: TableRef) -> Self {
        let one = spec.value.size().next_multiple_of(8).max(1);
        let cpus = if spec.kind.access == Access::PerCpu { table.value_size() / one } else { 1 };
        Self { spec, raw: Raw::Vm(table), cpus }
    }

    /// Its descriptor; `None` in the userspace VM.
    pub fn fd(&self) -> Option<BorrowedFd<'a>> {
        self.raw.fd()
    }

    /// Its name.
    pub fn name(&self) -> &'a str {
        &self.spec.name
    }

    /// For how many CPUs a per-CPU map has a value under each key.
    pub fn cpus(&self) -> usize {
        self.cpus
    }

    /// What the object says of it.
    pub fn spec(&self) -> &'a MapSpec {
        self.spec
    }

    /// The value under `key`; `None` when there is none.
    ///
    /// # Errors
    /// When the key does not fit the map's key type, or the kernel refuses.
    pub fn lookup(&self, key: &Value) -> Result<Option<Value>, MapError> {
        self.readable()?;
        let key = self.encode("key", &self.spec.key, key)?;
        let bytes = self.raw.lookup(&key).map_err(self.failed("read"))?;
        Ok(bytes.map(|bytes| self.value(&bytes)))
    }

    /// All entries, ordered by key. In a map that programs are changing meanwhile, an entry that is deleted during
    /// the walk is left out, and one that is added may be.
    ///
    /// # Errors
    /// When this kind of map has no entries to walk, or the kernel refuses.
    pub fn entries(&self) -> Result<Vec<Entry>, MapError> {
        let mut entries = Vec::new();
        self.each(|key, value| entries.push((key, value)))?;
        entries.sort_unstable_by(|(a, _), (b, _)| a.order(b));
        Ok(entries)
    }

    /// Gives all entries to `take`, in whatever order the kernel has them: for large maps, which
    /// [`Map::entries`] would hold and sort.
    ///
    /// # Errors
    /// As [`Map::entries`].
    pub fn each(&self, mut take: impl FnMut(Value, Value)) -> Result<(), MapError> {
        self.readable()?;
        let most = (self.spec.max_entries as usize).max(1);
        let batched = match &self.raw {
            Raw::Kernel(map) => map.batched(most).map_err(self.failed("read"))?,
            Raw::Vm(_) => None,
        };
        match batched {
            Some(all) => all.iter().map(|(key, value)| self.entry(key, value)).for_each(|(k, v)| take(k, v)),
            None => self.one_by_one()?.into_iter().for_each(|(key, value)| take(key, value)),
        }
        Ok(())
    }

    fn entry(&self, key: &[u8], value: &[u8]) -> Entry {
        (decode(&self.spec.key, key), self.value(value))
    }

    /// For kinds of maps of which the kernel gives no more than one entry at a time.
    fn one_by_one(&self) -> Result<Vec<Entry>, MapError> {
        let mut entries = Vec::new();
        for key in self.raw_keys()? {
            if let Some(value) = self.raw.lookup(&key).map_err(self.failed("read"))? {
                entries.push(self.entry(&key, &value));
            }
        }
        Ok(entries)
    }

    /// Sets the value under `key`; `flags` are `BPF_ANY` (0), `BPF_NOEXIST` (1), `BPF_EXIST` (2).
    ///
    /// # Errors
    /// When key or value do not fit their types (nothing is written then), or the kernel refuses.
    pub fn update(&self, key: &Value, value: &Value, flags: u64) -> Result<(), MapError> {
        self.readable()?;
        let bytes = self.encode("key", &self.spec.key, key)?;
        let value = self.encode_value(value)?;
        self.raw.update(&bytes, &value, flags).map_err(|error| self.not_updated(key, error))
    }

    /// The kernel's numbers in the user's words (kernel/bpf/arraymap.c, hashtab.c, lpm_trie.c).
    fn not_updated(&self, key: &Value, source: io::Error) -> MapError {
        let (kind, most) = (self.spec.kind, self.spec.max_entries);
        let why = match source.raw_os_error() {
            Some(libc::EEXIST) => {
                format!("has an entry under {key} already, and BPF_NOEXIST adds new ones only")
            }
            Some(libc::ENOENT) => format!("has no entry under {key}, and BPF_EXIST adds none"),
            Some(libc::E2BIG) if kind.array => {
                format!("has {most} entries, from 0 to {}, and none under {key}", most.saturating_sub(1))
            }
            Some(libc::E2BIG | libc::ENOSPC) if kind.deletes => return self.full(source),
            _ => return self.failed("changed")(source),
        };
        MapError::Entry { map: self.spec.name.clone(), why, source }
    }

    /// Puts a socket into a sockmap or sockhash, to be deleted from it with `entries`.
    pub(crate) fn put_socket(
        &self,
        entries: &mut SocketEntries,
        key: &Value,
        socket: BorrowedFd<'_>,
    ) -> Result<(), MapError> {
        let key = self.encode("key", &self.spec.key, key)?;
        let value = self.encode_value(&Value::Int(socket.as_raw_fd().into()))?;
        let unsupported = || io::ErrorKind::Unsupported.into();
        let fd = self.fd().ok_or_else(unsupported).map_err(self.failed("changed"))?;
        let map = fd.try_clone_to_owned().map_err(self.failed("changed"))?;
        entries.put(map, key, &value).map_err(self.failed("changed"))
    }

    /// Deletes `key`; whether it was there.
    ///
    /// # Errors
    /// When the key does not fit its type, or the kernel refuses: no entry of an array can go.
    pub fn delete(&self, key: &Value) -> Result<bool, MapError> {
        self.readable()?;
        let key = self.encode("key", &self.spec.key, key)?;
        self.raw.delete(&key).map_err(|source| match self.spec.kind.deletes {
            true => self.failed("changed")(source),
            false => {
                let why =
                    format!("is of type {}, whose entries stay; set this one to zero", self.spec.kind.name);
                MapError::Entry { map: self.spec.name.clone(), why, source }
            }
        })
    }

    /// The keys as bytes. Bounded: a hash that changes meanwhile can make the kernel start over
    /// (kernel/bpf/hashtab.c, `htab_map_get_next_key`), so no more are taken than fit the map.
    fn raw_keys(&self) -> Result<Vec<Vec<u8>>, MapError> {
        let most = (self.spec.max_entries as usize).max(1);
        let mut keys: Vec<Vec<u8>> = Vec::new();
        while keys.len() < most {
            let last = keys.last().map(Vec::as_slice);
            match self.raw.next_key(last).map_err(self.failed("read"))? {
                Some(next) => keys.push(next),
                None => break,
            }
        }
        keys.sort_unstable();
        keys.dedup();
        Ok(keys)
    }

    fn value(&self, bytes: &[u8]) -> Value {
        let shape = &self.spec.value;
        match self.spec.kind.access {
            Access::PerCpu => {
                let step = (bytes.len() / self.cpus.max(1)).max(1);
                Value::PerCpu(bytes.chunks_exact(step).map(|one| decode(shape, one)).collect())
            }
            Access::Handles => decode(&Shape::of_size(bytes.len()), bytes),
            Access::Keyed | Access::None => decode(shape, bytes),
        }
    }

    fn encode_value(&self, value: &Value) -> Result<Vec<u8>, MapError> {
        if self.spec.kind.access != Access::PerCpu {
            return self.encode("value", &self.spec.value, value);
        }
        let each = match value {
            Value::PerCpu(each) | Value::Array(each) if each.len() == self.cpus => each,
            _ => return Err(MapError::Cpus { map: self.spec.name.clone(), cpus: self.cpus }),
        };
        let mut whole = Vec::new();
        for one in each {
            whole.extend(self.encode("value", &self.spec.value, one)?);
            whole.resize(whole.len().next_multiple_of(8), 0);
        }
        Ok(whole)
    }

    fn encode(&self, part: &'static str, shape: &Arc<Shape>, value: &Value) -> Result<Vec<u8>, MapError> {
        let wrong = |source| MapError::Encode { map: self.spec.name.clone(), part, source };
        encode(shape, value).map_err(wrong)
    }

    fn readable(&self) -> Result<(), MapError> {
        let MapKind { access, name, .. } = self.spec.kind;
        match access {
            Access::None => Err(MapError::NoEntries { map: self.spec.name.clone(), kind: name }),
            _ => Ok(()),
        }
    }

    fn failed(&self, doing: &'static str) -> impl FnOnce(io::Error) -> MapError {
        let map = self.spec.name.clone();
        move |source| MapError::Kernel { map, doing, source }
    }
}
