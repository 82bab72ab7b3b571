//! The examples that hand messages from socket to socket.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::fd::AsRawFd,
    time::Duration,
};

use bpfl_runtime::{attached_programs, session::Session, value::Value};
use bpfl_stdlib::catalog::attach::{AttachType, SK_MSG_VERDICT};

use crate::{
    bench::{Bench, eventually, v4},
    net::{LOCAL, bind, connect, errno, listen},
};

/// The two ends of a connection within this machine.
pub fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let server = listener.accept().unwrap().0;
    for socket in [&client, &server] {
        socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    }
    (client, server)
}

/// Reads so many bytes.
pub fn read(from: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut got = vec![0; length];
    from.read_exact(&mut got).unwrap();
    got
}

fn put(bench: &mut Bench, map: &str, key: i128, socket: &TcpStream) {
    bench.set(map, Value::Int(key), Value::Int(socket.as_raw_fd().into()));
}

/// What a message on entry 1 becomes when entry 0 is there, and then when it is not.
fn redirect(map: &str, test_sockmap: i128) {
    let Some(mut bench) = Bench::start("msg-redirect", Some(map)) else { return };
    bench.set_global("test-sockmap", test_sockmap);
    let ((mut to, mut gets), (mut sender, mut bypassed)) = (pair(), pair());
    put(&mut bench, map, 0, &to);
    put(&mut bench, map, 1, &sender);
    sender.write_all(b"by another way").unwrap();
    assert_eq!(read(&mut gets, 14), b"by another way");
    bypassed.set_nonblocking(true).unwrap();
    assert!(bypassed.read(&mut [0; 16]).is_err(), "it went its own way as well");
    let verdict = |bench: &mut Bench, which| bench.get("verdicts", Value::Int(which)).unwrap();
    assert_eq!((verdict(&mut bench, 0), verdict(&mut bench, 1)), (Value::Int(0), Value::Int(1)));
    bench.session.map(map).unwrap().delete(&Value::Int(0)).unwrap();
    assert_eq!(errno(sender.write(b"to nobody")), libc::EACCES);
    assert_eq!((verdict(&mut bench, 0), verdict(&mut bench, 1)), (Value::Int(1), Value::Int(1)));
    drop((to.flush(), sender));
    detached(&mut bench.session, map);
    bench.finish(0);
}

fn detached(session: &mut Session, map: &str) {
    detached_as(&SK_MSG_VERDICT, session, map);
}

/// Detaches from `map`; asserts that a program was attached to it and none is now.
pub fn detached_as(at: &AttachType, session: &mut Session, map: &str) {
    let count = |session: &mut Session| {
        attached_programs(session.map(map).unwrap().fd().unwrap(), at.number).unwrap().len()
    };
    assert_eq!(count(session), 1);
    session.detach_all();
    assert!(eventually(|| count(session) == 0), "the program is still attached");
}

#[test]
fn messages_are_redirected_through_a_sockmap() {
    redirect("sock-map", 1);
}

#[test]
fn messages_are_redirected_through_a_sockhash() {
    redirect("sock-hash", 0);
}

/// Programs stay on the sockets of a map while these live, so the session takes its entries away.
#[test]
fn messages_go_their_own_way_again_when_the_session_ends() {
    let Some(mut bench) = Bench::start("msg-redirect", Some("sock-map")) else { return };
    bench.set_global("test-sockmap", 1);
    let ((to, mut gets), (mut sender, mut peer)) = (pair(), pair());
    for (key, socket) in [(0, &to), (1, &sender)] {
        bench.session.sockmap_update("sock-map", &Value::Int(key), socket).unwrap();
    }
    sender.write_all(b"by another way").unwrap();
    assert_eq!(read(&mut gets, 14), b"by another way");
    detached(&mut bench.session, "sock-map");
    sender.write_all(b"still by another").unwrap();
    assert_eq!(read(&mut gets, 16), b"still by another", "detaching alone ends no redirection");
    bench.finish(0);
    sender.write_all(b"its own way").unwrap();
    assert_eq!(read(&mut peer, 11), b"its own way");
}

#[test]
fn only_the_owner_may_send() {
    let Some(mut bench) = Bench::start("msg-owner", None) else { return };
    let (mut client, mut server) = pair();
    put(&mut bench, "sockets", 0, &client);
    put(&mut bench, "sockets", 1, &server);
    bench.set_global("owner", std::process::id().into());
    for _ in 0..2 {
        client.write_all(b"mine").unwrap();
        assert_eq!(read(&mut server, 4), b"mine");
    }
    bench.set_global("owner", 1);
    assert_eq!(errno(client.write(b"not init's")), libc::EACCES);
    // The verdict on a socket stays; the other end gets one of its own.
    assert_eq!(errno(server.write(b"not init's")), libc::EACCES);
    assert_eq!((bench.global("passed"), bench.global("dropped")), (2, 2));
    drop((client, server));
    detached(&mut bench.session, "sockets");
    bench.finish(0);
}

#[test]
fn connections_within_the_cgroup_are_short_cut() {
    let Some(mut bench) = Bench::start("sockops-fill", None) else { return };
    let listener = bench.tcp().unwrap();
    bind(&listener, LOCAL).unwrap();
    listen(&listener).unwrap();
    let listener = TcpListener::from(listener);
    let socket = bench.tcp().unwrap();
    connect(&socket, v4(listener.local_addr())).unwrap();
    let (mut client, mut server) = (TcpStream::from(socket), listener.accept().unwrap().0);
    for socket in [&client, &server] {
        socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    }
    assert_eq!(bench.session.map("sockets").unwrap().entries().unwrap().len(), 2);
    for _ in 0..3 {
        client.write_all(b"ping").unwrap();
        assert_eq!(read(&mut server, 4), b"ping");
        server.write_all(b"pong").unwrap();
        assert_eq!(read(&mut client, 4), b"pong");
    }
    assert_eq!(bench.global("redirected"), 6);
    drop((client, server));
    assert_eq!(bench.session.map("sockets").unwrap().entries().unwrap(), []);
    detached(&mut bench.session, "sockets");
    bench.finish(0);
}
