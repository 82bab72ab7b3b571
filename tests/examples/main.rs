//! Each example against the running kernel, with real sockets of a cgroup of its own: exact counts
//! and error numbers, and nothing attached when it is over. Without the privilege to attach
//! programs these tests say so and pass.

mod bench;
mod chain;
mod connect;
mod firewall;
mod maker;
mod messages;
mod net;
mod options;
mod packets;
mod prelude;
mod scripts;
mod sockets;
mod streams;
mod tracing;
mod udp;
mod unix;
mod wire;
mod xdp;

/// Not a test of its own: the child process that makes sockets.
#[test]
fn maker() {
    maker::serve();
}
