//! The example whose three hooks share a list.

use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream, UdpSocket};

use bpfl_runtime::value::Value;
use libc::EPERM;

use crate::{
    bench::{Bench, eventually, record, v4},
    net::{LOCAL, connect, errno},
};

/// Of TEST-NET-1, where nobody is.
const ELSEWHERE: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 9);

fn network(prefix: i128, address: [u8; 4]) -> Value {
    record(&[("prefixlen", prefix), ("address", u32::from_ne_bytes(address).into())])
}

fn traffic(bench: &mut Bench, key: &Value, field: &str) -> i128 {
    bench.get("allowed", key.clone()).unwrap().field(field).and_then(Value::as_int).unwrap()
}

#[test]
fn only_networks_in_the_list_are_reached_by_whatever_way() {
    let Some(mut bench) = Bench::start("outbound-firewall", None) else { return };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let local = v4(listener.local_addr());
    assert_eq!(errno(connect(&bench.tcp().unwrap(), local)), EPERM);
    let here = network(8, [127, 0, 0, 0]);
    let none = record(&[("connects", 0), ("open", 0), ("packets", 0)]);
    bench.set("allowed", here.clone(), none.clone());
    let socket = bench.tcp().unwrap();
    connect(&socket, local).unwrap();
    let client = TcpStream::from(socket);
    let server = listener.accept().unwrap().0;
    assert_eq!((traffic(&mut bench, &here, "connects"), traffic(&mut bench, &here, "open")), (1, 1));
    assert!(traffic(&mut bench, &here, "packets") >= 2);
    // Without connect() it is the packet that is dropped.
    let udp = UdpSocket::from(bench.udp().unwrap());
    udp.send_to(b"here", local).unwrap();
    assert_eq!(errno(udp.send_to(b"elsewhere", ELSEWHERE)), EPERM);
    assert_eq!((bench.global("refused"), bench.global("dropped")), (1, 1));
    drop((client, server));
    assert!(eventually(|| traffic(&mut bench, &here, "open") == 0), "it still counts as open");
    assert_eq!(bench.session.map("counted").unwrap().entries().unwrap(), []);
    // Taken off the list: what is open gets through no more.
    let (receiver, socket) = (UdpSocket::bind(LOCAL).unwrap(), bench.udp().unwrap());
    connect(&socket, v4(receiver.local_addr())).unwrap();
    let connected = UdpSocket::from(socket);
    connected.send(b"still").unwrap();
    bench.session.map("allowed").unwrap().delete(&here).unwrap();
    assert_eq!(errno(connected.send(b"no more")), EPERM);
    bench.finish(3);
}
