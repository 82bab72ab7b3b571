//! The few commands of bpf(2) that map entries of any size need.

use std::{
    io,
    os::fd::{FromRawFd, OwnedFd, RawFd},
};

const MAP_CREATE: i32 = 0;
const MAP_LOOKUP: i32 = 1;
const MAP_UPDATE: i32 = 2;
const MAP_DELETE: i32 = 3;
const MAP_NEXT_KEY: i32 = 4;

/// The element commands' part of `union bpf_attr` (include/uapi/linux/bpf.h).
#[repr(C)]
struct Element {
    map: u32,
    key: *const u8,
    value: *mut u8,
    flags: u64,
}

/// The start of the creating command's part.
#[repr(C)]
struct Create {
    kind: u32,
    key_size: u32,
    value_size: u32,
    max_entries: u32,
}

fn bpf<T>(command: i32, attributes: &T) -> io::Result<i64> {
    // SAFETY: the attributes are as long as said, and what they point to outlives the call.
    let result = unsafe { libc::syscall(libc::SYS_bpf, command, attributes as *const T, size_of::<T>()) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Makes an array and lets go of it: whether this user may.
pub fn make_array() -> io::Result<()> {
    let fd = bpf(MAP_CREATE, &Create { kind: 2, key_size: 4, value_size: 8, max_entries: 1 })?;
    // SAFETY: the kernel just gave this descriptor to us alone.
    drop(unsafe { OwnedFd::from_raw_fd(fd as RawFd) });
    Ok(())
}

/// Reads the value of `key` into `value`, which is as long as the kernel's.
pub fn lookup(map: RawFd, key: &[u8], value: &mut [u8]) -> io::Result<()> {
    bpf(MAP_LOOKUP, &Element { map: map as u32, key: key.as_ptr(), value: value.as_mut_ptr(), flags: 0 })?;
    Ok(())
}

/// Sets the value of `key`.
pub fn update(map: RawFd, key: &[u8], value: &[u8]) -> io::Result<()> {
    let value = value.as_ptr().cast_mut();
    bpf(MAP_UPDATE, &Element { map: map as u32, key: key.as_ptr(), value, flags: 0 })?;
    Ok(())
}

/// Deletes `key`.
pub fn delete(map: RawFd, key: &[u8]) -> io::Result<()> {
    let value = std::ptr::null_mut();
    bpf(MAP_DELETE, &Element { map: map as u32, key: key.as_ptr(), value, flags: 0 })?;
    Ok(())
}

/// The key after `key`, or the first; `None` after the last.
pub fn next_key(map: RawFd, key: Option<&[u8]>, size: usize) -> Option<Vec<u8>> {
    let mut next = vec![0; size];
    let key = key.map_or(std::ptr::null(), <[u8]>::as_ptr);
    bpf(MAP_NEXT_KEY, &Element { map: map as u32, key, value: next.as_mut_ptr(), flags: 0 }).ok()?;
    Some(next)
}
