//! The calls on sockets that the standard library has no form of.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    num::NonZeroU32,
    os::fd::{AsRawFd, OwnedFd},
};

use rustix::net::{self, AddressFamily, Protocol, SocketFlags, SocketType};

/// This machine, and any port.
pub const LOCAL: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);

/// socket(2).
pub fn socket(domain: i32, kind: i32, protocol: i32) -> io::Result<OwnedFd> {
    let domain = AddressFamily::from_raw(domain as u16);
    let kind = SocketType::from_raw(kind.cast_unsigned());
    let protocol = NonZeroU32::new(protocol.cast_unsigned()).map(Protocol::from_raw);
    Ok(net::socket_with(domain, kind, SocketFlags::CLOEXEC, protocol)?)
}

/// connect(2).
pub fn connect(socket: &OwnedFd, to: impl Into<SocketAddr>) -> io::Result<()> {
    Ok(net::connect(socket, &to.into())?)
}

/// bind(2).
pub fn bind(socket: &OwnedFd, to: impl Into<SocketAddr>) -> io::Result<()> {
    Ok(net::bind(socket, &to.into())?)
}

/// listen(2).
pub fn listen(socket: &OwnedFd) -> io::Result<()> {
    Ok(net::listen(socket, 8)?)
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

fn result(of: i32) -> io::Result<i32> {
    if of < 0 { Err(io::Error::last_os_error()) } else { Ok(of) }
}
