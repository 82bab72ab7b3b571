//! The examples that decide about sockets as such: made, bound, closed.

use std::{
    net::{Ipv4Addr, SocketAddrV4, UdpSocket},
    os::fd::OwnedFd,
};

use bpfl_runtime::value::Value;
use libc::{EPERM, SO_MARK, SO_PRIORITY, SOL_SOCKET};

use crate::{
    bench::{Bench, record},
    net::{bind, errno, number},
};

#[test]
fn one_udp_socket_at_a_time() {
    let Some(mut bench) = Bench::start("one-udp-socket", None) else { return };
    let first = bench.udp().unwrap();
    assert_eq!(errno(bench.udp()), EPERM);
    drop(first);
    let again = bench.udp().unwrap();
    let tcp = [bench.tcp().unwrap(), bench.tcp().unwrap()];
    assert_eq!((bench.global("invocations"), bench.global("in-use")), (4, 1));
    drop((again, tcp));
    assert_eq!((bench.global("invocations"), bench.global("in-use")), (5, 0));
    bench.finish(2);
}

#[test]
fn sockets_of_other_cgroups_do_not_count() {
    let Some(mut bench) = Bench::start("one-udp-socket", None) else { return };
    let others: Vec<_> = (0..3).map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
    drop(others);
    assert_eq!((bench.global("invocations"), bench.global("in-use")), (0, 0));
    bench.finish(2);
}

fn classes(socket: &OwnedFd) -> (u32, u32) {
    (number(socket, SOL_SOCKET, SO_MARK), number(socket, SOL_SOCKET, SO_PRIORITY))
}

#[test]
fn sockets_are_marked_by_their_makers_user() {
    let Some(mut bench) = Bench::start("mark-by-uid", None) else { return };
    let before = bench.tcp().unwrap();
    let uid = i128::from(rustix::process::getuid().as_raw());
    let class = record(&[("mark", 0xb0b), ("priority", 5)]);
    bench.set("classes", Value::Int(uid + 1), class.clone());
    assert_eq!(classes(&bench.tcp().unwrap()), (0, 0), "another user's");
    bench.set("classes", Value::Int(uid), class);
    assert_eq!(classes(&bench.tcp().unwrap()), (0xb0b, 5));
    assert_eq!(classes(&bench.udp().unwrap()), (0xb0b, 5));
    assert_eq!(classes(&before), (0, 0), "made before");
    bench.finish(1);
}

#[test]
fn ports_outside_of_the_range_cannot_be_bound() {
    let Some(mut bench) = Bench::start("bind-policy", None) else { return };
    let local = |port| SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
    let socket = bench.udp().unwrap();
    for port in [19999, 21000, 80] {
        assert_eq!(errno(bind(&socket, local(port))), EPERM, "{port}");
    }
    assert_eq!(bench.global("refused"), 3);
    bind(&socket, local(20000)).unwrap();
    assert_eq!(UdpSocket::from(socket).local_addr().unwrap().port(), 20000);
    let tcp = bench.tcp().unwrap();
    assert_eq!(errno(bind(&tcp, local(19999))), EPERM);
    bind(&tcp, local(20999)).unwrap();
    bench.set_global("highest", 21000);
    bind(&bench.udp().unwrap(), local(21000)).unwrap();
    assert_eq!(bench.global("refused"), 4);
    bench.finish(1);
}
