//! The example that joins streams.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use bpfl_runtime::value::Value;
use bpfl_stdlib::catalog::attach::SK_SKB_STREAM_VERDICT;

use crate::{
    bench::{Bench, eventually},
    messages::{detached_as, pair, read},
};

/// Two joined connections: the far ends, and the sockets in the map.
struct Joined {
    bench: Bench,
    front: TcpStream,
    back: TcpStream,
    held: [TcpStream; 2],
}

fn joined() -> Option<Joined> {
    let mut bench = Bench::start("splice-streams", None)?;
    let ((front, one), (two, back)) = (pair(), pair());
    bench.set_global("front", one.local_addr().unwrap().port().into());
    for (key, socket) in [(0, &one), (1, &two)] {
        bench.session.sockmap_update("sockets", &Value::Int(key), socket).unwrap();
    }
    Some(Joined { bench, front, back, held: [one, two] })
}

/// Asserts that nothing arrives.
fn silent(socket: &mut TcpStream) {
    socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let kind = socket.read(&mut [0; 64]).map_err(|error| error.kind());
    assert_eq!(kind, Err(ErrorKind::WouldBlock), "something has arrived");
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
}

#[test]
fn what_comes_in_on_one_goes_out_on_the_other() {
    let Some(mut joined) = joined() else { return };
    for round in 1..=3 {
        joined.front.write_all(b"ping").unwrap();
        assert_eq!(read(&mut joined.back, 4), b"ping");
        joined.back.write_all(b"pong!").unwrap();
        assert_eq!(read(&mut joined.front, 5), b"pong!");
        assert_eq!(joined.bench.global("passed"), 2 * round);
    }
    for held in &mut joined.held {
        silent(held);
    }
    detached_as(&SK_SKB_STREAM_VERDICT, &mut joined.bench.session, "sockets");
    joined.bench.finish(0);
}

#[test]
fn what_is_too_long_is_dropped() {
    let Some(mut joined) = joined() else { return };
    joined.bench.set_global("limit", 8);
    joined.front.write_all(b"more than eight").unwrap();
    assert!(eventually(|| joined.bench.global("dropped") == 1), "it was not dropped");
    silent(&mut joined.back);
    joined.front.write_all(b"short").unwrap();
    assert_eq!(read(&mut joined.back, 5), b"short", "the stream goes on without what was dropped");
    assert_eq!((joined.bench.global("passed"), joined.bench.global("dropped")), (1, 1));
    joined.bench.finish(0);
}

#[test]
fn streams_end_up_where_they_are_sent_again_when_the_session_ends() {
    let Some(mut joined) = joined() else { return };
    joined.front.write_all(b"joined").unwrap();
    assert_eq!(read(&mut joined.back, 6), b"joined");
    joined.bench.finish(0);
    joined.front.write_all(b"apart").unwrap();
    assert_eq!(read(&mut joined.held[0], 5), b"apart");
    silent(&mut joined.back);
}
