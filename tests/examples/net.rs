//! The calls on sockets that the standard library has no form of.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
};

/// This machine, and any port.
pub const LOCAL: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);

/// socket(2).
pub fn socket(domain: i32, kind: i32, protocol: i32) -> io::Result<OwnedFd> {
    // SAFETY: takes no addresses.
    let fd = result(unsafe { libc::socket(domain, kind | libc::SOCK_CLOEXEC, protocol) })?;
    // SAFETY: the kernel has just made this descriptor for us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// connect(2).
pub fn connect(socket: &OwnedFd, to: impl Into<SocketAddr>) -> io::Result<()> {
    let address = Address::from(to.into());
    let (at, length) = address.raw();
    // SAFETY: there are `length` bytes of a whole address at `at`.
    result(unsafe { libc::connect(socket.as_raw_fd(), at, length) }).map(drop)
}

/// bind(2).
pub fn bind(socket: &OwnedFd, to: impl Into<SocketAddr>) -> io::Result<()> {
    let address = Address::from(to.into());
    let (at, length) = address.raw();
    // SAFETY: as in `connect`.
    result(unsafe { libc::bind(socket.as_raw_fd(), at, length) }).map(drop)
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

/// An address as the kernel takes it.
enum Address {
    V4(libc::sockaddr_in),
    V6(libc::sockaddr_in6),
}

impl Address {
    fn raw(&self) -> (*const libc::sockaddr, u32) {
        match self {
            Self::V4(address) => ((&raw const *address).cast(), size_of_val(address) as u32),
            Self::V6(address) => ((&raw const *address).cast(), size_of_val(address) as u32),
        }
    }
}

impl From<SocketAddr> for Address {
    fn from(of: SocketAddr) -> Self {
        match of {
            SocketAddr::V4(of) => Self::V4(libc::sockaddr_in {
                sin_family: libc::AF_INET as u16,
                sin_port: of.port().to_be(),
                sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(of.ip().octets()) },
                sin_zero: [0; 8],
            }),
            SocketAddr::V6(of) => Self::V6(libc::sockaddr_in6 {
                sin6_family: libc::AF_INET6 as u16,
                sin6_port: of.port().to_be(),
                sin6_flowinfo: 0,
                sin6_addr: libc::in6_addr { s6_addr: of.ip().octets() },
                sin6_scope_id: 0,
            }),
        }
    }
}

fn result(of: i32) -> io::Result<i32> {
    if of < 0 { Err(io::Error::last_os_error()) } else { Ok(of) }
}
