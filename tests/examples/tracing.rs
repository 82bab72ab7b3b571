//! The examples that trace what happens, and the one on an interface.

use std::{net::UdpSocket, process::Command, thread, time::Duration};

use aya::maps::{Map, MapData, RingBuf};
use bpfl_runtime::{attach::Target, session::Session, value::Value};
use rustix::thread::{UnshareFlags, unshare_unsafe};

use crate::bench::{Bench, object, own_cgroup, record};

#[test]
fn latencies_of_system_calls_are_counted_by_powers_of_two() {
    let Some(mut bench) = Bench::start("syscall-latency", None) else { return };
    bench.set_global("watched", std::process::id().into());
    for _ in 0..3 {
        thread::sleep(Duration::from_millis(5));
    }
    let entries = bench.session.map("latency").unwrap().entries().unwrap();
    let count = |from: i128| {
        let counts = entries.iter().filter(|(bit, _)| bit.as_int() >= Some(from));
        counts.filter_map(|(_, count)| count.as_int()).sum::<i128>()
    };
    // 5 ms is more than 2^22 ns, and no call takes days.
    assert!(count(22) >= 3 && count(50) == 0, "{entries:?}");
    assert!(bench.global("longest") >= 5_000_000);
    bench.finish(0);
}

/// The records in a ring buffer.
fn records(session: &mut Session, map: &str) -> Vec<Vec<u8>> {
    let fd = session.map(map).unwrap().fd().unwrap().try_clone_to_owned().unwrap();
    let map = Map::RingBuf(MapData::from_fd(fd).unwrap());
    let mut ring = RingBuf::try_from(map).unwrap();
    let mut found = Vec::new();
    while let Some(record) = ring.next() {
        found.push(record.to_vec());
    }
    found
}

#[test]
fn executions_are_told_through_a_ring_buffer() {
    let Some(mut bench) = Bench::start("exec-log", None) else { return };
    bench.set_global("watched", std::process::id().into());
    records(&mut bench.session, "executions"); // Of anybody, before this process alone was watched.
    // An event that comes while bpf(2) is at work on the same CPU is left out.
    for _ in 0..100 {
        let mut child = Command::new("true").spawn().unwrap();
        let id = child.id();
        child.wait().unwrap();
        for record in records(&mut bench.session, "executions") {
            let word = |at: usize| u32::from_ne_bytes(record[at..at + 4].try_into().unwrap());
            assert_eq!(word(4), std::process::id());
            if word(0) != id {
                continue; // Of another test in this process.
            }
            let text = |at: usize, room: usize| {
                let bytes = record[at..at + room].split(|byte| *byte == 0).next().unwrap();
                String::from_utf8_lossy(bytes).into_owned()
            };
            assert_eq!((record.len(), text(12, 16)), (92, "true".into()));
            assert!(text(28, 64).ends_with("/true"), "{}", text(28, 64));
            assert_eq!(bench.global("lost"), 0);
            return bench.finish(0);
        }
    }
    panic!("no execution was told");
}

/// Sends datagrams to ports of this network. Each is bound once: a process that another test is starting
/// may have a copy of a socket for a moment longer than this one.
fn send(receivers: &[UdpSocket], ports: &[u16]) {
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = |socket: &UdpSocket| socket.local_addr().unwrap();
    for port in ports {
        let receiver = receivers.iter().map(address).find(|address| address.port() == *port).unwrap();
        sender.send_to(&[0; 100], receiver).unwrap();
    }
}

fn classify() {
    let mut session = Session::open(object("tc-classify")).unwrap();
    session.attach_all(&Target::interface("lo")).unwrap();
    session.map("interactive-ports").unwrap().update(&Value::Int(7022), &Value::Int(1), 0).unwrap();
    let receivers = [53, 7022, 7080].map(|port| UdpSocket::bind(("127.0.0.1", port)).unwrap());
    send(&receivers, &[53, 7022, 7022, 7080]);
    let usage = |session: &mut Session, class: i128| {
        session.map("classes").unwrap().lookup(&Value::Int(class)).unwrap().unwrap()
    };
    // Ethernet, IP and UDP headers, and the data.
    let of = |packets: i128| record(&[("packets", packets), ("bytes", packets * (14 + 20 + 8 + 100))]);
    assert_eq!([1, 2, 3].map(|class| usage(&mut session, class)), [of(2), of(1), of(1)]);
    session.detach_all();
    send(&receivers, &[53]);
    assert_eq!(usage(&mut session, 3), of(1));
}

#[test]
fn packets_are_classified_on_an_interface_of_their_own() {
    if own_cgroup().is_none() {
        return;
    }
    let alone = || {
        // SAFETY: a network namespace is a thread's own, nothing in memory changes.
        if let Err(error) = unsafe { unshare_unsafe(UnshareFlags::NEWNET) } {
            return println!("skipped: there are no network namespaces here ({error})");
        }
        let up = Command::new("ip").args(["link", "set", "lo", "up"]).status();
        match up.is_ok_and(|status| status.success()) {
            true => classify(),
            false => println!("skipped: `ip` does not work here"),
        }
    };
    thread::spawn(alone).join().unwrap();
}
