//! The examples that look into packets.

use std::{io::ErrorKind, net::UdpSocket};

use bpfl_runtime::value::Value;
use libc::{AF_INET, IPPROTO_ICMP, SOCK_RAW};

use crate::{
    bench::{Bench, record, v4},
    net::{LOCAL, bind, connect},
};

const IP_HEADER: i128 = 20;
const UDP_HEADER: i128 = 8;

#[test]
fn packets_and_bytes_are_counted_by_protocol() {
    let Some(mut bench) = Bench::start("account-by-protocol", None) else { return };
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sender = UdpSocket::from(bench.udp().unwrap());
    for _ in 0..5 {
        sender.send_to(&[0; 100], receiver.local_addr().unwrap()).unwrap();
    }
    // Echo requests, whose answers are the kernel's own.
    let ping = bench.socket(AF_INET, SOCK_RAW, IPPROTO_ICMP).unwrap();
    connect(&ping, LOCAL).unwrap();
    let ping = UdpSocket::from(ping);
    for _ in 0..3 {
        ping.send(&[8, 0, 0xf7, 0xff, 0, 0, 0, 0]).unwrap();
    }
    let udp = record(&[("packets", 5), ("bytes", 5 * (IP_HEADER + UDP_HEADER + 100))]);
    let icmp = record(&[("packets", 3), ("bytes", 3 * (IP_HEADER + 8))]);
    let entries = bench.session.map("sent").unwrap().entries().unwrap();
    assert_eq!(entries, [(Value::Int(1), icmp), (Value::Int(17), udp)]);
    bench.finish(1);
}

/// A DNS message's header with so many questions, and nothing after it.
fn dns(questions: u8) -> [u8; 12] {
    [0, 1, 1, 0, 0, questions, 0, 0, 0, 0, 0, 0]
}

#[test]
fn dns_packets_are_counted_by_their_questions() {
    let Some(mut bench) = Bench::start("flow-kinds", None) else { return };
    let sender = UdpSocket::from(bench.udp().unwrap());
    let send = |bytes: &[u8], port: u16| sender.send_to(bytes, ("127.0.0.1", port)).unwrap();
    let send_all = |count: usize, questions: u8, port: u16| {
        (0..count).for_each(|_| {
            send(&dns(questions), port);
        });
    };
    send_all(3, 1, 53);
    send_all(2, 2, 53);
    // Too short for a header: let through and not counted.
    send(&dns(1)[..4], 53);
    send_all(4, 1, 9);
    let counts = (0..3).map(|kind| bench.session.map("kinds").unwrap().lookup(&Value::Int(kind)).unwrap());
    let counts: Vec<_> = counts.collect();
    assert_eq!(counts, [4, 3, 2].map(|count| Some(Value::Int(count))));
    bench.finish(1);
}

/// How many datagrams have come.
fn received(socket: &UdpSocket) -> usize {
    let mut count = 0;
    loop {
        match socket.recv(&mut [0; 16]) {
            Ok(_) => count += 1,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return count,
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn what_comes_in_for_a_blocked_port_is_dropped() {
    let Some(mut bench) = Bench::start("block-ports", None) else { return };
    let mut receiver = || {
        let socket = bench.udp().unwrap();
        bind(&socket, LOCAL).unwrap();
        let socket = UdpSocket::from(socket);
        socket.set_nonblocking(true).unwrap();
        socket
    };
    let (open, blocked) = (receiver(), receiver());
    let port = Value::Int(i128::from(v4(blocked.local_addr()).port()));
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    let send = || {
        for socket in [&open, &blocked, &blocked] {
            sender.send_to(b"packet", socket.local_addr().unwrap()).unwrap();
        }
        (received(&open), received(&blocked))
    };
    assert_eq!(send(), (1, 2));
    bench.set("blocked", port.clone(), Value::Int(0));
    assert_eq!((send(), send()), ((1, 0), (1, 0)));
    assert_eq!(bench.get("blocked", port.clone()), Some(Value::Int(4)));
    bench.session.map("blocked").unwrap().delete(&port).unwrap();
    assert_eq!(send(), (1, 2));
    bench.finish(1);
}
