//! The entries of a map as bytes.

use std::{
    io,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
};

use super::{Command, address, address_mut, bpf, name, own};
use crate::map::kind::{self, Access};

/// The part of `struct bpf_map_info` that is needed.
#[repr(C)]
#[derive(Default)]
struct MapInfo {
    kind: u32,
    id: u32,
    key_size: u32,
    value_size: u32,
    max_entries: u32,
    flags: u32,
}

#[repr(C)]
struct InfoAttr {
    fd: u32,
    length: u32,
    info: u64,
}

#[repr(C)]
struct ElementAttr {
    fd: u32,
    pad: u32,
    key: u64,
    value: u64,
    flags: u64,
}

/// The part of the attributes of `BPF_MAP_CREATE` that is needed.
#[repr(C)]
#[derive(Default)]
struct CreateAttr {
    kind: u32,
    key_size: u32,
    value_size: u32,
    max_entries: u32,
    flags: u32,
    inner: u32,
    node: u32,
    name: [u8; 16],
    ifindex: u32,
    btf: u32,
    key_type: u32,
    value_type: u32,
    kernel_type: u32,
    extra: u64,
}

/// What a map is made as.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NewMap<'a> {
    /// Its name, of which the kernel keeps 15 bytes.
    pub(crate) name: &'a str,
    /// A number of `enum bpf_map_type`.
    pub(crate) kind: u32,
    /// The bytes of a key.
    pub(crate) key_size: u32,
    /// The bytes of a value.
    pub(crate) value_size: u32,
    /// How many entries it may have.
    pub(crate) max_entries: u32,
    /// Its flags, `BPF_F_…`.
    pub(crate) flags: u32,
    /// The NUMA node that it is on.
    pub(crate) node: u32,
    /// What its kind takes beside.
    pub(crate) extra: u64,
    /// A map that those in it are like.
    pub(crate) inner: Option<BorrowedFd<'a>>,
    /// The types that those of key and value are numbers of.
    pub(crate) types: Option<(BorrowedFd<'a>, u32, u32)>,
    /// The number of the kernel's type that the value is, for tables of functions.
    pub(crate) kernel_type: u32,
}

/// Makes a map.
pub(crate) fn create_map(of: &NewMap<'_>) -> io::Result<OwnedFd> {
    let number = |fd: BorrowedFd<'_>| fd.as_raw_fd() as u32;
    let (btf, key_type, value_type) = of.types.map_or((0, 0, 0), |(fd, key, value)| (number(fd), key, value));
    let mut attr = CreateAttr {
        kind: of.kind,
        key_size: of.key_size,
        value_size: of.value_size,
        max_entries: of.max_entries,
        flags: of.flags,
        inner: of.inner.map_or(0, number),
        node: of.node,
        name: name(of.name),
        ifindex: 0,
        btf,
        key_type,
        value_type,
        kernel_type: of.kernel_type,
        extra: of.extra,
    };
    // SAFETY: this command's attributes hold no addresses.
    let fd = unsafe { bpf(Command::MapCreate, &mut attr) }?;
    own(fd)
}

/// The map behind `fd` can no longer be changed from userspace.
pub(crate) fn freeze_map(fd: BorrowedFd<'_>) -> io::Result<()> {
    let mut attr = fd.as_raw_fd() as u32;
    // SAFETY: this command's attribute is a descriptor alone.
    unsafe { bpf(Command::MapFreeze, &mut attr) }.map(drop)
}

/// A map whose sizes were asked of the kernel, so that buffers always fit.
pub(crate) struct RawMap<'a> {
    fd: BorrowedFd<'a>,
    id: u32,
    key_size: usize,
    /// What the kernel copies for one lookup: of per-CPU maps, the values of all CPUs.
    value_size: usize,
    max_entries: u32,
}

impl<'a> RawMap<'a> {
    /// For the map behind `fd`, on a machine with `cpus` possible CPUs.
    pub(crate) fn new(fd: BorrowedFd<'a>, cpus: usize) -> io::Result<Self> {
        let mut info = MapInfo::default();
        let mut attr = InfoAttr {
            fd: fd.as_raw_fd() as u32,
            length: size_of::<MapInfo>() as u32,
            info: address_mut(&mut info),
        };
        // SAFETY: `info` names one whole `MapInfo` of integers, and `length` its size.
        unsafe { bpf(Command::InfoByFd, &mut attr) }?;
        let one = info.value_size as usize;
        let per_cpu = kind::find(info.kind).access == Access::PerCpu;
        // One value for each possible CPU, in steps of 8 bytes (kernel/bpf/syscall.c,
        // `bpf_map_value_size`).
        let value_size = if per_cpu { one.next_multiple_of(8) * cpus } else { one };
        let (id, max_entries) = (info.id, info.max_entries);
        Ok(Self { fd, id, key_size: info.key_size as usize, value_size, max_entries })
    }

    /// Its descriptor.
    pub(crate) fn fd(&self) -> BorrowedFd<'a> {
        self.fd
    }

    /// For how many entries it was made; of a ring, the bytes.
    pub(crate) fn max_entries(&self) -> u32 {
        self.max_entries
    }

    /// Its id, which no other map has.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// The value under `key`; `None` when there is none.
    pub(crate) fn lookup(&self, key: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let mut value = vec![0; self.value_size];
        let value_address = address_mut(value.as_mut_slice());
        match self.element(Command::MapLookup, Some(key), value_address, 0) {
            Ok(()) => Ok(Some(value)),
            Err(error) => absent(error).map(|()| None),
        }
    }

    /// The key after `key`, or the first; `None` after the last.
    pub(crate) fn next_key(&self, key: Option<&[u8]>) -> io::Result<Option<Vec<u8>>> {
        let mut next = vec![0; self.key_size];
        let next_address = address_mut(next.as_mut_slice());
        match self.element(Command::MapNextKey, key, next_address, 0) {
            Ok(()) => Ok(Some(next)),
            Err(error) => absent(error).map(|()| None),
        }
    }

    /// Sets the value under `key`.
    pub(crate) fn update(&self, key: &[u8], value: &[u8], flags: u64) -> io::Result<()> {
        check(value, self.value_size)?;
        self.element(Command::MapUpdate, Some(key), address(value), flags)
    }

    /// Deletes `key`; whether it was there.
    pub(crate) fn delete(&self, key: &[u8]) -> io::Result<bool> {
        match self.element(Command::MapDelete, Some(key), 0, 0) {
            Ok(()) => Ok(true),
            Err(error) => absent(error).map(|()| false),
        }
    }

    /// Appends a value, in a map without keys.
    pub(crate) fn push(&self, value: &[u8], flags: u64) -> io::Result<()> {
        check(value, self.value_size)?;
        self.element(Command::MapUpdate, None, address(value), flags)
    }

    /// The next value of a map without keys, which stays unless it is `taken`; `None` when there is none.
    pub(crate) fn next(&self, taken: bool) -> io::Result<Option<Vec<u8>>> {
        let command = if taken { Command::MapTake } else { Command::MapLookup };
        let mut value = vec![0; self.value_size];
        match self.element(command, None, address_mut(value.as_mut_slice()), 0) {
            Ok(()) => Ok(Some(value)),
            Err(error) => absent(error).map(|()| None),
        }
    }

    /// Whether a filter has a value, which the kernel reads where it would write that of another map.
    pub(crate) fn contains(&self, value: &[u8]) -> io::Result<bool> {
        check(value, self.value_size)?;
        let mut value = value.to_vec();
        match self.element(Command::MapLookup, None, address_mut(value.as_mut_slice()), 0) {
            Ok(()) => Ok(true),
            Err(error) => absent(error).map(|()| false),
        }
    }

    /// `value` is the address of as many bytes as the command uses there.
    fn element(&self, command: Command, key: Option<&[u8]>, value: u64, flags: u64) -> io::Result<()> {
        if let Some(key) = key {
            check(key, self.key_size)?;
        }
        let fd = self.fd.as_fd().as_raw_fd() as u32;
        let mut attr = ElementAttr { fd, pad: 0, key: key.map_or(0, address), value, flags };
        // SAFETY: the key has the map's key size (checked above); the callers give a value
        // of the map's value size, a key for the next key, and nothing for deleting.
        unsafe { bpf(command, &mut attr) }.map(drop)
    }
}

#[repr(C)]
struct BatchAttr {
    /// Where the walk is: a number or a key, which the kernel understands.
    from: u64,
    to: u64,
    keys: u64,
    values: u64,
    count: u32,
    fd: u32,
    element_flags: u64,
    flags: u64,
}

/// All entries of a map, as bytes: keys and values one after another.
#[derive(Default)]
pub(crate) struct Entries {
    keys: Vec<u8>,
    values: Vec<u8>,
    sizes: (usize, usize),
}

impl Entries {
    /// Key and value of each.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> {
        let (key, value) = (self.sizes.0.max(1), self.sizes.1.max(1));
        self.keys.chunks_exact(key).zip(self.values.chunks_exact(value))
    }
}

/// How many entries are asked for at a time, at first: a bucket of a hash must fit whole.
const BATCH: usize = 4096;
/// `ENOTSUPP`, which userspace has no name for.
const NOT_SUPPORTED: i32 = 524;

impl RawMap<'_> {
    /// All entries, many with each call; `None` where the kernel has no such call for this kind of map,
    /// or not at all (before Linux 5.6). No more are read than `most` and a batch.
    pub(crate) fn batched(&self, most: usize) -> io::Result<Option<Entries>> {
        let mut all = Entries { sizes: (self.key_size, self.value_size), ..Entries::default() };
        let mut position = vec![0u8; self.key_size.max(8)];
        let (mut started, mut room) = (false, BATCH.min(most.max(1)));
        while all.keys.len() < most * self.key_size {
            match self.batch(&mut position, started, &mut all, room) {
                Ok(true) => started = true,
                Ok(false) => return Ok(Some(all)),
                Err(error) => match error.raw_os_error() {
                    Some(libc::ENOSPC) if room < 1 << 20 => room *= 2,
                    Some(libc::EINVAL | libc::EOPNOTSUPP | NOT_SUPPORTED) if !started => return Ok(None),
                    _ => return Err(error),
                },
            }
        }
        Ok(Some(all))
    }

    /// The next entries, at most `room`; whether there may be more.
    fn batch(&self, position: &mut [u8], started: bool, all: &mut Entries, room: usize) -> io::Result<bool> {
        let (keys, values) = (all.keys.len(), all.values.len());
        all.keys.resize(keys + room * self.key_size, 0);
        all.values.resize(values + room * self.value_size, 0);
        let place = address_mut(position);
        let mut attr = BatchAttr {
            from: if started { place } else { 0 },
            to: place,
            keys: address_mut(&mut all.keys[keys..]),
            values: address_mut(&mut all.values[values..]),
            count: room as u32,
            fd: self.fd.as_raw_fd() as u32,
            element_flags: 0,
            flags: 0,
        };
        // SAFETY: there is room for `count` keys and values of the map's sizes, and for the position,
        // which is a key or a number of 4 bytes; all outlive the call.
        let result = unsafe { bpf(Command::MapLookupBatch, &mut attr) };
        let (count, more) = match result {
            Ok(_) => (attr.count as usize, Ok(true)),
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => (attr.count as usize, Ok(false)),
            Err(error) => (0, Err(error)),
        };
        all.keys.truncate(keys + count.min(room) * self.key_size);
        all.values.truncate(values + count.min(room) * self.value_size);
        more
    }
}

fn absent(error: io::Error) -> io::Result<()> {
    match error.raw_os_error() {
        Some(libc::ENOENT) => Ok(()),
        _ => Err(error),
    }
}

fn check(bytes: &[u8], size: usize) -> io::Result<()> {
    let message = || format!("{} bytes given where the map has {size}", bytes.len());
    if bytes.len() == size { Ok(()) } else { Err(io::Error::new(io::ErrorKind::InvalidInput, message())) }
}
