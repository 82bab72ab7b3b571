//! The memory of an arena, at the address that programs know it by.
//!
//! A map of kind `arena` goes in; bytes at addresses in it come out and go in. Always holds: the memory is
//! mapped as long as this lives, so that the address stays the arena's, and never touched through it: bytes are
//! copied by the kernel, which knows where nothing is and does not mind who else writes there.

use std::{
    fs::{File, OpenOptions},
    io,
    os::{
        fd::BorrowedFd,
        unix::fs::{FileExt, OpenOptionsExt},
    },
    ptr::{NonNull, null_mut, with_exposed_provenance_mut},
};

use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

/// This process's own memory, as a file (proc_pid_mem(5)).
const OWN_MEMORY: &str = "/proc/self/mem";

/// Memory that programs and this process share.
#[derive(Debug)]
pub(crate) struct ArenaMemory {
    at: NonNull<u8>,
    length: usize,
    own: File,
}

// SAFETY: it is an address and a file. What is there is only reached through the kernel.
unsafe impl Send for ArenaMemory {}
// SAFETY: as above.
unsafe impl Sync for ArenaMemory {}

impl ArenaMemory {
    /// Maps the `length` bytes of the arena behind `fd`, at `address` if that is not 0. The first one to map an
    /// arena decides where it is (`arena_map_mmap`, kernel/bpf/arena.c).
    pub(crate) fn map(fd: BorrowedFd<'_>, address: u64, length: usize) -> io::Result<Self> {
        let own = OpenOptions::new().read(true).write(true).custom_flags(libc::O_CLOEXEC).open(OWN_MEMORY)?;
        let (place, flags) = match usize::try_from(address) {
            Ok(0) | Err(_) => (null_mut(), MapFlags::SHARED),
            Ok(address) => {
                (with_exposed_provenance_mut(address), MapFlags::SHARED | MapFlags::FIXED_NOREPLACE)
            }
        };
        // SAFETY: nothing that is mapped already is replaced, and what is mapped is only an address to us.
        let at = unsafe { mmap(place, length, ProtFlags::READ | ProtFlags::WRITE, flags, fd, 0) }?;
        let at = NonNull::new(at.cast()).ok_or(io::ErrorKind::InvalidData)?;
        Ok(Self { at, length, own })
    }

    /// The first address.
    pub(crate) fn base(&self) -> u64 {
        self.at.addr().get() as u64
    }

    /// How many bytes there are.
    pub(crate) fn length(&self) -> u64 {
        self.length as u64
    }

    /// Whether `bytes` bytes from `address` on are in it.
    pub(crate) fn has(&self, address: u64, bytes: usize) -> bool {
        let start = address.checked_sub(self.base());
        let end = start.and_then(|start| start.checked_add(bytes as u64));
        end.is_some_and(|end| end <= self.length())
    }

    /// Copies from `address` on, which must be in it.
    pub(crate) fn read(&self, address: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.own_bytes(address, bytes.len())?;
        self.own.read_exact_at(bytes, address)
    }

    /// Copies to `address`, which must be in it.
    pub(crate) fn write(&self, address: u64, bytes: &[u8]) -> io::Result<()> {
        self.own_bytes(address, bytes.len())?;
        self.own.write_all_at(bytes, address)
    }

    fn own_bytes(&self, address: u64, bytes: usize) -> io::Result<()> {
        if self.has(address, bytes) { Ok(()) } else { Err(io::ErrorKind::InvalidInput.into()) }
    }
}

impl Drop for ArenaMemory {
    fn drop(&mut self) {
        // SAFETY: it was mapped by `map`, and there are no references into it.
        let _ = unsafe { munmap(self.at.as_ptr().cast(), self.length) };
    }
}
