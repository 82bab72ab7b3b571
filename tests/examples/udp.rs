//! The example that rewrites the addresses of datagrams.

use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};

use crate::bench::{Bench, v4};

/// The name server that programs in the cgroup ask.
const ASKED: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 53), 53);

#[test]
fn questions_go_to_the_resolver_and_its_answers_seem_to_come_from_the_server() {
    let Some(mut bench) = Bench::start("rewrite-udp", None) else { return };
    let resolver = UdpSocket::bind("127.0.0.1:0").unwrap();
    bench.set_global("resolver-port", v4(resolver.local_addr()).port().into());
    let client = UdpSocket::from(bench.udp().unwrap());
    client.send_to(b"question", ASKED).unwrap();
    let mut buffer = [0; 16];
    let (length, from) = resolver.recv_from(&mut buffer).unwrap();
    assert_eq!(&buffer[..length], b"question");
    resolver.send_to(b"answer", from).unwrap();
    let (length, from) = client.recv_from(&mut buffer).unwrap();
    assert_eq!((&buffer[..length], from), (&b"answer"[..], ASKED.into()));
    // Others are who they are.
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    other.send_to(b"hello", ("127.0.0.1", v4(client.local_addr()).port())).unwrap();
    assert_eq!(client.recv_from(&mut buffer).unwrap(), (5, other.local_addr().unwrap()));
    bench.finish(2);
}
