//! The example that locks a cgroup out of Unix sockets.

use std::{
    io::{Read, Write},
    os::{
        fd::OwnedFd,
        linux::net::SocketAddrExt,
        unix::net::{SocketAddr, UnixDatagram, UnixListener, UnixStream},
    },
};

use libc::{AF_UNIX, EPERM, SOCK_DGRAM, SOCK_STREAM};
use rustix::net::{self, SendFlags, SocketAddrUnix};

use crate::{bench::Bench, net::errno};

/// An abstract name of this test's own.
fn name(of: &str) -> String {
    format!("bpfl-unix-{of}-{}", std::process::id())
}

fn connect(socket: &OwnedFd, to: &str) -> std::io::Result<()> {
    Ok(net::connect(socket, &SocketAddrUnix::new_abstract_name(to.as_bytes())?)?)
}

#[test]
fn connections_are_refused_while_it_is_locked() {
    let Some(mut bench) = Bench::start("unix-lock", None) else { return };
    let to = name("stream");
    let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&to).unwrap()).unwrap();
    let socket = bench.socket(AF_UNIX, SOCK_STREAM, 0).unwrap();
    assert_eq!(errno(connect(&socket, &to)), EPERM);
    bench.set_global("locked", 0);
    connect(&socket, &to).unwrap();
    bench.set_global("locked", 1);
    let (mut client, mut server) = (UnixStream::from(socket), listener.accept().unwrap().0);
    client.write_all(b"goes on").unwrap();
    let mut got = [0; 7];
    server.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"goes on");
    assert_eq!((bench.global("connects"), bench.global("refused")), (2, 1));
    // Whoever is outside of the cgroup may connect.
    UnixStream::connect_addr(&SocketAddr::from_abstract_name(&to).unwrap()).unwrap();
    assert_eq!(bench.global("connects"), 2);
    bench.finish(2);
}

#[test]
fn datagrams_are_refused_while_it_is_locked() {
    let Some(mut bench) = Bench::start("unix-lock", None) else { return };
    let to = name("datagram");
    let receiver = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&to).unwrap()).unwrap();
    let socket = bench.socket(AF_UNIX, SOCK_DGRAM, 0).unwrap();
    let address = SocketAddrUnix::new_abstract_name(to.as_bytes()).unwrap();
    let send = || Ok(net::sendto(&socket, b"hello", SendFlags::empty(), &address)?);
    assert_eq!(errno(send()), EPERM);
    bench.set_global("locked", 0);
    assert_eq!(send().unwrap(), 5);
    let mut got = [0; 16];
    assert_eq!(receiver.recv(&mut got).unwrap(), 5);
    assert_eq!((bench.global("datagrams"), bench.global("refused")), (2, 1));
    bench.finish(2);
}
