//! getsockopt(2) and setsockopt(2) for options of any kind.

use std::{
    io,
    os::fd::{AsFd, AsRawFd},
};

/// The option `name` of `level`, with room for `room` bytes; as many come back as the kernel gives.
///
/// # Errors
/// The kernel's, or that of a program for getsockopt.
pub fn socket_option(socket: impl AsFd, level: i32, name: i32, room: usize) -> io::Result<Vec<u8>> {
    let mut value = vec![0u8; room];
    let mut length = libc::socklen_t::try_from(room).map_err(io::Error::other)?;
    let fd = socket.as_fd().as_raw_fd();
    // SAFETY: `value` has room for `length` bytes, of which the kernel writes no more, and both outlive
    // the call.
    let result = unsafe { libc::getsockopt(fd, level, name, value.as_mut_ptr().cast(), &raw mut length) };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    value.truncate(length as usize);
    Ok(value)
}

/// Sets the option `name` of `level` to these bytes.
///
/// # Errors
/// The kernel's, or that of a program for setsockopt.
pub fn set_socket_option(socket: impl AsFd, level: i32, name: i32, value: &[u8]) -> io::Result<()> {
    let length = libc::socklen_t::try_from(value.len()).map_err(io::Error::other)?;
    let fd = socket.as_fd().as_raw_fd();
    // SAFETY: the kernel reads `length` bytes of `value`, which outlives the call.
    let result = unsafe { libc::setsockopt(fd, level, name, value.as_ptr().cast(), length) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
