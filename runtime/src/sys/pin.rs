//! Names in a BPF file system.

use std::{
    ffi::CStr,
    io,
    os::fd::{AsFd, AsRawFd},
};

use super::{Command, address, bpf};

#[repr(C)]
struct PinAttr {
    path: u64,
    fd: u32,
    flags: u32,
}

/// Gives the map, program or link behind `fd` the name `path`.
pub(crate) fn pin(fd: impl AsFd, path: &CStr) -> io::Result<()> {
    let fd = fd.as_fd().as_raw_fd() as u32;
    let mut attr = PinAttr { path: address(path.to_bytes_with_nul()), fd, flags: 0 };
    // SAFETY: the kernel reads a path that ends in NUL and outlives the call.
    unsafe { bpf(Command::ObjectPin, &mut attr) }.map(drop)
}
