//! The examples that decide about sockets as such: made, bound, closed.

use std::{
    net::{SocketAddrV4, UdpSocket},
    os::fd::OwnedFd,
};

use bpfl_runtime::value::Value;
use libc::{EPERM, SO_MARK, SO_PRIORITY, SOL_SOCKET};

use crate::{
    bench::{Bench, record, v4},
    net::{LOCAL, bind, errno, number},
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

/// This machine, and a port that nobody uses: one that the kernel gives out, beyond the example's
/// range.
fn free() -> SocketAddrV4 {
    v4(UdpSocket::bind(LOCAL).unwrap().local_addr())
}

#[test]
fn ports_outside_of_the_range_cannot_be_bound() {
    let Some(mut bench) = Bench::start("bind-policy", None) else { return };
    let (udp, tcp) = (bench.udp().unwrap(), bench.tcp().unwrap());
    // The last one leaves the choice to the kernel, which chooses beyond the range.
    for address in [free(), free(), LOCAL] {
        assert_eq!(errno(bind(&udp, address)), EPERM, "{address}");
    }
    assert_eq!(bench.global("refused"), 3);
    let allowed = free();
    for bound in ["lowest", "highest"] {
        bench.set_global(bound, allowed.port().into());
    }
    bind(&udp, allowed).unwrap();
    assert_eq!(errno(bind(&tcp, free())), EPERM);
    bind(&tcp, allowed).unwrap();
    assert_eq!(v4(UdpSocket::from(udp).local_addr()), allowed);
    assert_eq!(bench.global("refused"), 4);
    bench.finish(1);
}
