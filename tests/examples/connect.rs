//! The examples that decide where connections go.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream},
};

use bpfl_runtime::value::Value;
use libc::EPERM;

use crate::{
    bench::{Bench, record, v4},
    net::{connect, errno},
};

/// Of TEST-NET-1, where nobody is.
const SERVER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 80);

#[test]
fn connections_go_to_the_proxy_and_do_not_notice() {
    let Some(mut bench) = Bench::start("redirect-connect", None) else { return };
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = v4(proxy.local_addr());
    bench.set_global("proxy-port", at.port().into());
    let socket = bench.tcp().unwrap();
    connect(&socket, SERVER).unwrap();
    let mut client = TcpStream::from(socket);
    let (mut accepted, from) = proxy.accept().unwrap();
    assert_eq!(client.local_addr().unwrap(), from);
    assert_eq!(v4(client.peer_addr()), SERVER);
    accepted.write_all(b"from the proxy").unwrap();
    let mut got = [0; 14];
    client.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"from the proxy");
    // What is for another port goes where it is meant to, and says so.
    let direct = bench.tcp().unwrap();
    connect(&direct, at).unwrap();
    assert_eq!(v4(TcpStream::from(direct).peer_addr()), at);
    bench.finish(4);
}

#[test]
fn connections_over_ipv6_go_there_too() {
    let Ok(proxy) = TcpListener::bind("[::1]:0") else { return println!("skipped: no IPv6 here") };
    let Some(mut bench) = Bench::start("redirect-connect", None) else { return };
    let at = proxy.local_addr().unwrap();
    bench.set_global("proxy-port", at.port().into());
    let server: SocketAddr = "[2001:db8::1:2]:80".parse().unwrap();
    let socket = bench.socket(libc::AF_INET6, libc::SOCK_STREAM, 0).unwrap();
    connect(&socket, server).unwrap();
    let client = TcpStream::from(socket);
    assert_eq!(client.local_addr().unwrap(), proxy.accept().unwrap().1);
    assert_eq!(client.peer_addr().unwrap(), server);
    let direct = bench.socket(libc::AF_INET6, libc::SOCK_STREAM, 0).unwrap();
    connect(&direct, at).unwrap();
    assert_eq!(TcpStream::from(direct).peer_addr().unwrap(), at);
    bench.finish(4);
}

#[test]
fn only_networks_in_the_list_can_be_connected_to() {
    let Some(mut bench) = Bench::start("allow-connect", None) else { return };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let local = v4(listener.local_addr());
    assert_eq!(errno(connect(&bench.tcp().unwrap(), local)), EPERM);
    let bytes = u32::from_ne_bytes([127, 0, 0, 0]);
    let network = record(&[("prefixlen", 8), ("address", bytes.into())]);
    bench.set("allowed", network.clone(), Value::Int(0));
    for _ in 0..2 {
        connect(&bench.tcp().unwrap(), local).unwrap();
    }
    assert_eq!(errno(connect(&bench.tcp().unwrap(), SERVER)), EPERM);
    assert_eq!(errno(connect(&bench.udp().unwrap(), SERVER)), EPERM);
    assert_eq!(bench.global("refused"), 3);
    assert_eq!(bench.get("allowed", network), Some(Value::Int(2)));
    bench.finish(1);
}
