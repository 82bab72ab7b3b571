//! The entries of a map as bytes.

use std::{
    io,
    os::fd::{AsFd, AsRawFd, BorrowedFd},
};

use super::{Command, address, address_mut, bpf};
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

/// A map whose sizes were asked of the kernel, so that buffers always fit.
pub(crate) struct RawMap<'a> {
    fd: BorrowedFd<'a>,
    id: u32,
    key_size: usize,
    /// What the kernel copies for one lookup: of per-CPU maps, the values of all CPUs.
    value_size: usize,
}

impl AsFd for RawMap<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd
    }
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
        Ok(Self { fd, id: info.id, key_size: info.key_size as usize, value_size })
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

    /// `value` is the address of as many bytes as the command uses there.
    fn element(&self, command: Command, key: Option<&[u8]>, value: u64, flags: u64) -> io::Result<()> {
        if let Some(key) = key {
            check(key, self.key_size)?;
        }
        let fd = self.fd.as_fd().as_raw_fd() as u32;
        let mut attr = ElementAttr { fd, pad: 0, key: key.map_or(0, address), value, flags };
        // SAFETY: the key has the map's key size (checked above); the three callers give a value
        // of the map's value size, a key for the next key, and nothing for deleting.
        unsafe { bpf(command, &mut attr) }.map(drop)
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
