//! What is in the kernel, whoever put it there: by id, and by the name of a pin.

use std::{
    ffi::CStr,
    io,
    os::fd::{AsFd, AsRawFd, OwnedFd},
};

use super::{Command, address, address_mut, bpf, own};

/// A kind of things that have ids of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Numbered {
    Program,
    Map,
    Btf,
    Link,
}

impl Numbered {
    /// The command that gives the next id, and the one that opens what has it.
    fn commands(self) -> (Command, Command) {
        match self {
            Self::Program => (Command::ProgramNextId, Command::ProgramById),
            Self::Map => (Command::MapNextId, Command::MapById),
            Self::Btf => (Command::BtfNextId, Command::BtfById),
            Self::Link => (Command::LinkNextId, Command::LinkById),
        }
    }
}

#[repr(C)]
struct IdAttr {
    id: u32,
    next: u32,
    flags: u32,
}

/// The id after `id`; `None` after the last.
fn next_id(kind: Numbered, id: u32) -> io::Result<Option<u32>> {
    let mut attr = IdAttr { id, next: 0, flags: 0 };
    // SAFETY: this command's attributes hold no addresses.
    match unsafe { bpf(kind.commands().0, &mut attr) } {
        Ok(_) => Ok(Some(attr.next)),
        Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(None),
        Err(error) => Err(error),
    }
}

/// All ids of this kind, in ascending order.
pub(crate) fn ids(kind: Numbered) -> io::Result<Vec<u32>> {
    let mut all = Vec::new();
    while let Some(id) = next_id(kind, all.last().copied().unwrap_or(0))? {
        all.push(id);
    }
    Ok(all)
}

/// Opens what has this id; `None` when it is gone.
pub(crate) fn by_id(kind: Numbered, id: u32) -> io::Result<Option<OwnedFd>> {
    let mut attr = IdAttr { id, next: 0, flags: 0 };
    // SAFETY: this command's attributes hold no addresses.
    match unsafe { bpf(kind.commands().1, &mut attr) } {
        Ok(fd) => own(fd).map(Some),
        Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(None),
        Err(error) => Err(error),
    }
}

#[repr(C)]
struct GetAttr {
    path: u64,
    fd: u32,
    flags: u32,
}

/// Opens what is pinned at `path`.
pub(crate) fn open_pin(path: &CStr) -> io::Result<OwnedFd> {
    let mut attr = GetAttr { path: address(path.to_bytes_with_nul()), fd: 0, flags: 0 };
    // SAFETY: the kernel reads a path that ends in NUL and outlives the call.
    let fd = unsafe { bpf(Command::ObjectGet, &mut attr) }?;
    own(fd)
}

/// An information record: the words of one of the kernel's `struct bpf_*_info`.
///
/// What the kernel takes as the address of a buffer in it is set by [`Info::ask`] alone, so that every
/// address is good.
pub(crate) struct Info<const WORDS: usize>([u64; WORDS]);

#[repr(C)]
struct InfoAttr {
    fd: u32,
    length: u32,
    info: u64,
}

/// A place in a record where the kernel takes a buffer: the bytes from its start at which the address
/// stands, and those at which the length does, in the unit of the buffer's elements.
#[derive(Clone, Copy)]
pub(crate) struct Buffer {
    pub(crate) address: usize,
    pub(crate) length: usize,
    /// The bytes of an element.
    pub(crate) unit: usize,
    /// Where the length of an element is to be given back, for tables with records of a size.
    pub(crate) unit_at: Option<usize>,
}

impl<const WORDS: usize> Info<WORDS> {
    /// What the kernel says of what is behind `fd`.
    pub(crate) fn of(fd: impl AsFd) -> io::Result<Self> {
        let mut info = Self([0; WORDS]);
        info.fill(fd)?;
        Ok(info)
    }

    /// As [`Info::of`], with the contents of one buffer of so many elements.
    pub(crate) fn ask(fd: impl AsFd, at: Buffer, count: usize) -> io::Result<(Self, Vec<u8>)> {
        let mut bytes = vec![0u8; count.saturating_mul(at.unit)];
        let mut info = Self([0; WORDS]);
        info.set(at.address, &address_mut(bytes.as_mut_slice()).to_ne_bytes());
        info.set(at.length, &(count as u32).to_ne_bytes());
        if let Some(place) = at.unit_at {
            info.set(place, &(at.unit as u32).to_ne_bytes());
        }
        info.fill(fd)?;
        Ok((info, bytes))
    }

    fn fill(&mut self, fd: impl AsFd) -> io::Result<()> {
        let mut attr = InfoAttr {
            fd: fd.as_fd().as_raw_fd() as u32,
            length: (WORDS * 8) as u32,
            info: address_mut(&mut self.0),
        };
        // SAFETY: `info` names one whole record of integers and `length` its size; the only address in
        // it is the one that `ask` put there, with the length of its buffer, which outlives the call.
        unsafe { bpf(Command::InfoByFd, &mut attr) }.map(drop)
    }

    fn set(&mut self, at: usize, bytes: &[u8]) {
        let (word, within) = (at / 8, at % 8);
        if let Some(word) = self.0.get_mut(word) {
            let mut whole = word.to_ne_bytes();
            if let Some(place) = whole.get_mut(within..within + bytes.len()) {
                place.copy_from_slice(bytes);
            }
            *word = u64::from_ne_bytes(whole);
        }
    }

    /// The number of 4 bytes at this place.
    pub(crate) fn u32(&self, at: usize) -> u32 {
        let bytes = self.0.get(at / 8).copied().unwrap_or(0).to_ne_bytes();
        let [a, b, c, d, e, f, g, h] = bytes;
        u32::from_ne_bytes(if at.is_multiple_of(8) { [a, b, c, d] } else { [e, f, g, h] })
    }

    /// The number of 8 bytes at this place.
    pub(crate) fn u64(&self, at: usize) -> u64 {
        self.0.get(at / 8).copied().unwrap_or(0)
    }

    /// The name of up to 16 bytes at this place.
    pub(crate) fn name(&self, at: usize) -> String {
        let words = [self.u64(at), self.u64(at + 8)];
        text(&words.map(u64::to_ne_bytes).concat())
    }
}

/// Bytes up to the first NUL, as text.
pub(crate) fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}
