//! The examples that run where packets come in, on a network of their own.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket},
    thread,
    time::Duration,
};

use bpfl_runtime::{attach::Target, run::Input, session::Session, value::Value};

use crate::{
    bench::{global, object, object_of, own_cgroup, record, set_global},
    wire::{Host, ip, with_switch},
};

/// The example, attached to the interface of a host.
fn attached(host: &Host, example: &'static str) -> Session {
    host.run(move || {
        let mut session = Session::open(object(example)).unwrap();
        session.attach_all(&Target::interface("eth0")).unwrap();
        session
    })
}

/// How many of `count` connections to `address` come about, each within a tenth of a second.
fn connections(client: &Host, address: SocketAddr, count: usize) -> usize {
    let connect = move || TcpStream::connect_timeout(&address, Duration::from_millis(100)).is_ok();
    client.run(move || (0..count).filter(|_| connect()).count())
}

#[test]
fn connection_requests_are_limited_by_source() {
    if own_cgroup().is_none() {
        return;
    }
    with_switch(|switch| {
        let (server, client, other) = (switch.host(), switch.host(), switch.host());
        let mut session = attached(&server, "syn-limit");
        set_global(&mut session, "limit", 5);
        let listener = server.run(|| TcpListener::bind("[::]:8000").unwrap());
        let at = |address: &str| format!("{address}:8000").parse::<SocketAddr>().unwrap();
        assert_eq!(connections(&client, at("10.0.0.1"), 8), 5);
        // Others have requests of their own, and so has the same host by another protocol.
        assert_eq!(connections(&other, at("10.0.0.1"), 1), 1);
        assert_eq!(connections(&client, at("[fd00::1]"), 7), 5);
        thread::sleep(Duration::from_millis(1100));
        assert_eq!(connections(&client, at("10.0.0.1"), 1), 1);
        assert_eq!(global(&mut session, "passed"), 5 + 1 + 5 + 1);
        assert!(global(&mut session, "dropped") >= 3 + 2);
        assert_eq!(session.map("sources").unwrap().entries().unwrap().len(), 3);
        drop((listener, session));
        assert_eq!(connections(&client, at("10.0.0.1"), 1), 0, "nobody listens");
    });
}

/// The virtual address, which no host has.
const VIRTUAL: [u8; 4] = [10, 0, 0, 100];

fn network_order(address: [u8; 4]) -> i128 {
    u32::from_ne_bytes(address).into()
}

/// Tells who it is to whoever connects or sends, until it is told "end".
fn serve(host: &Host) {
    let number = host.number;
    host.run(move || {
        // What goes to the client goes through the balancer, host 1.
        ip("neigh add 10.0.0.2 lladdr 02:00:00:00:00:01 dev eth0").unwrap();
        let (tcp, udp) =
            (TcpListener::bind("0.0.0.0:8080").unwrap(), UdpSocket::bind("0.0.0.0:8080").unwrap());
        thread::spawn(move || {
            for stream in tcp.incoming() {
                let mut word = [0; 3];
                let mut stream = stream.unwrap();
                stream.read_exact(&mut word).unwrap();
                stream.write_all(&[number]).unwrap();
                if &word == b"end" {
                    return;
                }
            }
        });
        thread::spawn(move || {
            let (length, from) = udp.recv_from(&mut [0; 16]).unwrap();
            udp.send_to(&[number, length as u8], from).unwrap();
        });
    });
}

/// Sends a word to the address, and gives the answer.
fn ask(address: SocketAddr, word: &[u8; 3]) -> u8 {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream.write_all(word).unwrap();
    let mut answer = [0];
    stream.read_exact(&mut answer).unwrap();
    answer[0]
}

fn backend(host: &Host) -> Value {
    let mac = [2, 0, 0, 0, 0, host.number].map(|byte| Value::Int(byte.into()));
    let mac = Value::Struct(vec![("bytes".into(), Value::Array(mac.into()))]);
    let mut value = record(&[("address", network_order([10, 0, 0, host.number]))]);
    if let Value::Struct(fields) = &mut value {
        fields.extend([("mac".into(), mac), ("packets".into(), Value::Int(0))]);
    }
    value
}

#[test]
fn connections_are_shared_among_backends() {
    if own_cgroup().is_none() {
        return;
    }
    with_switch(|switch| {
        let (balancer, client) = (switch.host(), switch.host());
        let backends = [switch.host(), switch.host()];
        // A veth takes what XDP sends back from its other end only while it has a program itself
        // (`veth_xdp_flush`, drivers/net/veth.c).
        let mut port = Session::open(object_of("port.lisp", "(defprog take (:type :xdp) XDP_PASS)")).unwrap();
        port.attach_all(&Target::interface("p1")).unwrap();
        let mut session = attached(&balancer, "load-balance");
        set_global(&mut session, "virtual", network_order(VIRTUAL));
        set_global(&mut session, "port", 8080);
        set_global(&mut session, "backend-count", 2);
        for (index, host) in (0i128..).zip(&backends) {
            let address = Value::Int(network_order([10, 0, 0, host.number]));
            session.map("backends").unwrap().update(&Value::Int(index), &backend(host), 0).unwrap();
            session.map("members").unwrap().update(&address, &Value::Int(index), 0).unwrap();
            serve(host);
        }
        let address = SocketAddr::from((Ipv4Addr::from(VIRTUAL), 8080));
        let counts = client.run(move || {
            ip("neigh add 10.0.0.100 lladdr 02:00:00:00:00:01 dev eth0").unwrap();
            let mut counts = HashMap::<u8, u32>::new();
            (0..40).for_each(|_| *counts.entry(ask(address, b"who")).or_default() += 1);
            counts
        });
        assert_eq!(counts.len(), 2, "{counts:?}");
        assert!(counts.values().all(|count| *count > 5), "{counts:?}");
        // A host takes a datagram only if its checksum is right; so does this client the answer.
        let answer = client.run(move || {
            let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
            socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            socket.send_to(b"hello", address).unwrap();
            let mut answer = [0; 2];
            let (_, from) = socket.recv_from(&mut answer).unwrap();
            (answer, from)
        });
        assert_eq!((answer.0[1], answer.1), (5, address));
        for index in 0..2 {
            let entry = session.map("backends").unwrap().lookup(&Value::Int(index)).unwrap().unwrap();
            assert!(entry.field("packets").and_then(Value::as_int) > Some(20), "{entry:?}");
        }
        let mut left = vec![3, 4];
        while !left.is_empty() {
            let ended = client.run(move || ask(address, b"end"));
            left.retain(|number| *number != ended);
            if !left.is_empty() {
                set_global(&mut session, "backend-count", 1);
                let rest = backends.iter().find(|host| left.contains(&host.number)).unwrap();
                session.map("backends").unwrap().update(&Value::Int(0), &backend(rest), 0).unwrap();
            }
        }
    });
}

/// A frame: Ethernet with these tags, a type, and what follows.
fn frame(tags: &[u16], ethernet: u16, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = vec![2; 12];
    for tag in tags {
        bytes.extend([0x81, 0]);
        bytes.extend(tag.to_be_bytes());
    }
    bytes.extend(ethernet.to_be_bytes());
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes
}

fn ipv4(length: u16, fragment: u16, protocol: u8, options: usize) -> Vec<u8> {
    let mut bytes = vec![0; 20 + options];
    bytes[0] = 0x45 + (options / 4) as u8;
    bytes[2..4].copy_from_slice(&length.to_be_bytes());
    bytes[6..8].copy_from_slice(&fragment.to_be_bytes());
    bytes[9] = protocol;
    bytes[12..20].copy_from_slice(&[10, 0, 0, 1, 10, 0, 0, 2]);
    bytes
}

/// What identifies a flow: source, destination, ports, VLAN, protocol and version.
fn flow(ends: [&[u8]; 2], ports: [u16; 2], vlan: u16, protocol: u8, version: u8) -> Value {
    let address = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes.resize(16, 0);
        Value::Array(bytes.into_iter().map(|byte| Value::Int(byte.into())).collect())
    };
    let mut fields = vec![("source".into(), address(ends[0])), ("destination".into(), address(ends[1]))];
    let numbers = [ports[0], ports[1], vlan, protocol.into(), version.into()];
    let names = ["source_port", "destination_port", "vlan", "protocol", "version"];
    fields.extend(names.iter().zip(numbers).map(|(name, n)| ((*name).into(), Value::Int(n.into()))));
    Value::Struct(fields)
}

#[test]
fn flows_are_told_apart_over_vlans_and_both_versions() {
    if own_cgroup().is_none() {
        return;
    }
    let mut session = Session::open(object("flow-table")).unwrap();
    let tcp = |flags: u8| [&[0, 80, 0x1f, 0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, flags][..], &[0; 6]].concat();
    let udp = [0, 53, 0xc0, 0, 0, 8, 0, 0];
    let mut ipv6 = vec![0; 40];
    (ipv6[0], ipv6[5], ipv6[6], ipv6[23], ipv6[39]) = (0x60, 8, 17, 1, 2);
    let frames = [
        frame(&[], 0x800, &[&ipv4(40, 0, 6, 0), &tcp(2)]),
        frame(&[], 0x800, &[&ipv4(60, 0, 6, 8), &tcp(16)]),
        frame(&[0xe005], 0x800, &[&ipv4(40, 0, 6, 0), &tcp(2)]),
        frame(&[6, 7], 0x86dd, &[&ipv6, &udp]),
        frame(&[], 0x800, &[&ipv4(100, 0x2001, 17, 0), &udp]),
        frame(&[], 0x806, &[&[0; 28]]),
        frame(&[], 0x800, &[&ipv4(40, 0, 6, 0)[..12]]),
    ];
    for bytes in &frames {
        let input = Input { data: bytes.as_slice(), ..Input::default() };
        assert_eq!(session.test_run("flow-table", &input).unwrap().value, 2);
    }
    let v4: [&[u8]; 2] = [&[10, 0, 0, 1], &[10, 0, 0, 2]];
    let mut entry = |key: Value| {
        let entry = session.map("flows").unwrap().lookup(&key).unwrap().unwrap_or_else(|| panic!("{key:?}"));
        let number = |name: &str| entry.field(name).and_then(Value::as_int).unwrap();
        assert!(0 < number("first") && number("first") <= number("last"));
        (number("packets"), number("bytes"), number("flags"))
    };
    assert_eq!(entry(flow(v4, [80, 8080], 0, 6, 4)), (2, 100, 18));
    assert_eq!(entry(flow(v4, [80, 8080], 5, 6, 4)), (1, 40, 2));
    assert_eq!(entry(flow(v4, [0, 0], 0, 17, 4)), (1, 100, 0), "a later fragment has no ports");
    let v6: [&[u8]; 2] = [&ipv6[8..24], &ipv6[24..40]];
    assert_eq!(entry(flow(v6, [53, 0xc000], 6, 17, 6)), (1, 48, 0));
    assert_eq!(session.map("flows").unwrap().entries().unwrap().len(), 4);
}

#[test]
fn packets_go_to_the_program_of_their_protocol() {
    if own_cgroup().is_none() {
        return;
    }
    let mut session = Session::open(object("tail-dispatch")).unwrap();
    let question = [0xc0, 0, 0, 53, 0, 8, 0, 0];
    let mut syn = [0; 20];
    (syn[12], syn[13]) = (0x50, 2);
    let frames = [
        frame(&[], 0x800, &[&ipv4(28, 0, 1, 0), &[8, 0, 0, 0, 0, 0, 0, 0]]),
        frame(&[], 0x800, &[&ipv4(40, 0, 6, 0), &syn]),
        frame(&[4], 0x800, &[&ipv4(40, 0, 6, 0), &syn]),
        frame(&[], 0x800, &[&ipv4(28, 0, 17, 0), &question]),
        frame(&[], 0x800, &[&ipv4(28, 0, 50, 0), &question]),
        frame(&[], 0x806, &[&[0; 28]]),
    ];
    for bytes in &frames {
        let input = Input { data: bytes.as_slice(), ..Input::default() };
        assert_eq!(session.test_run("dispatch", &input).unwrap().value, 2);
    }
    let mut count = |kind: i128| session.map("counts").unwrap().lookup(&Value::Int(kind)).unwrap().unwrap();
    assert_eq!([0, 1, 2, 3].map(&mut count), [2, 1, 2, 1].map(Value::Int));
}
