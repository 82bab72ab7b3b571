//! The calls on sockets that the standard library has no form of.

use std::{
    io,
    mem::size_of,
    net::SocketAddrV4,
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
};

/// socket(2).
pub fn socket(domain: i32, kind: i32, protocol: i32) -> io::Result<OwnedFd> {
    // SAFETY: takes no addresses.
    let fd = result(unsafe { libc::socket(domain, kind | libc::SOCK_CLOEXEC, protocol) })?;
    // SAFETY: the kernel has just made this descriptor for us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// connect(2) over IPv4.
pub fn connect(socket: &OwnedFd, to: SocketAddrV4) -> io::Result<()> {
    let (address, length) = address(to);
    // SAFETY: `address` is one whole address of `length` bytes.
    result(unsafe { libc::connect(socket.as_raw_fd(), (&raw const address).cast(), length) }).map(drop)
}

/// bind(2) over IPv4.
pub fn bind(socket: &OwnedFd, to: SocketAddrV4) -> io::Result<()> {
    let (address, length) = address(to);
    // SAFETY: as in `connect`.
    result(unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), length) }).map(drop)
}

/// listen(2).
pub fn listen(socket: &OwnedFd) -> io::Result<()> {
    // SAFETY: takes no addresses.
    result(unsafe { libc::listen(socket.as_raw_fd(), 8) }).map(drop)
}

/// setsockopt(2).
pub fn set_option(socket: &impl AsRawFd, level: u32, name: i32, value: &[u8]) -> io::Result<()> {
    let (fd, length) = (socket.as_raw_fd(), value.len() as u32);
    // SAFETY: `value` has `length` bytes.
    result(unsafe { libc::setsockopt(fd, level.cast_signed(), name, value.as_ptr().cast(), length) })
        .map(drop)
}

/// getsockopt(2) with room for `room` bytes.
pub fn option(socket: &impl AsRawFd, level: u32, name: i32, room: usize) -> io::Result<Vec<u8>> {
    let mut value = vec![0; room];
    let (fd, mut length) = (socket.as_raw_fd(), room as u32);
    let at = value.as_mut_ptr().cast();
    // SAFETY: `value` has room for `length` bytes.
    result(unsafe { libc::getsockopt(fd, level.cast_signed(), name, at, &raw mut length) })?;
    value.truncate(length as usize);
    Ok(value)
}

/// An option that is a number.
pub fn number(socket: &impl AsRawFd, level: i32, name: i32) -> u32 {
    let bytes = option(socket, level.cast_unsigned(), name, 4).unwrap();
    u32::from_ne_bytes(bytes.try_into().unwrap())
}

/// The error number of what must fail.
pub fn errno<T>(result: io::Result<T>) -> i32 {
    result.map(drop).unwrap_err().raw_os_error().unwrap()
}

fn address(of: SocketAddrV4) -> (libc::sockaddr_in, u32) {
    let address = libc::sockaddr_in {
        sin_family: libc::AF_INET as u16,
        sin_port: of.port().to_be(),
        sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(of.ip().octets()) },
        sin_zero: [0; 8],
    };
    (address, size_of::<libc::sockaddr_in>() as u32)
}

fn result(of: i32) -> io::Result<i32> {
    if of < 0 { Err(io::Error::last_os_error()) } else { Ok(of) }
}
