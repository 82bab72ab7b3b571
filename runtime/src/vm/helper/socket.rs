//! Helpers on sockets: that of the packet, which belongs to no connection; others there are none.

use libc::{EINVAL, ENOENT};

use super::{Cpu, Row, Trap, failure};
use crate::vm::table::Store;

pub(super) const ROWS: &[Row] = &[
    ("sk_fullsock", |_, args| Ok(args[0])),
    ("tcp_sock", |_, _| Ok(0)),
    ("get_listener_sock", |_, _| Ok(0)),
    ("sk_lookup_tcp", |_, _| Ok(0)),
    ("sk_lookup_udp", |_, _| Ok(0)),
    ("skc_lookup_tcp", |_, _| Ok(0)),
    ("sk_release", |_, _| Ok(0)),
    ("skc_to_tcp_sock", |_, _| Ok(0)),
    ("skc_to_tcp6_sock", |_, _| Ok(0)),
    ("skc_to_udp6_sock", |_, _| Ok(0)),
    ("get_socket_cookie", |_, _| Ok(COOKIE)),
    ("get_netns_cookie", |_, _| Ok(COOKIE)),
    // The socket has no file, so that nobody owns it (`overflowuid`).
    ("get_socket_uid", |_, _| Ok(65534)),
    ("sk_storage_get", storage),
    ("sk_storage_delete", delete),
];

/// What the first socket of a machine has.
const COOKIE: u64 = 1;
/// `BPF_SK_STORAGE_GET_F_CREATE`
const CREATE: u64 = 1;

/// What a map holds for a socket; made of a first value where it may be.
fn storage(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let [map, socket, first, flags, _] = *args;
    let size = cpu.tables.of(map)?.value;
    let first = if first == 0 { vec![0; size] } else { cpu.memory.read(first, size)?.to_vec() };
    let Store::Storage(all) = &mut cpu.tables.of(map)?.store else { return Err(Trap::NoMap) };
    Ok(match all.get(&socket) {
        Some(at) => *at,
        None if flags & CREATE == 0 || socket == 0 => 0,
        None => {
            let at = cpu.memory.add(first);
            all.insert(socket, at);
            at
        }
    })
}

fn delete(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let [map, socket, ..] = *args;
    if socket == 0 {
        return Ok(failure(EINVAL));
    }
    let Store::Storage(all) = &mut cpu.tables.of(map)?.store else { return Err(Trap::NoMap) };
    match all.remove(&socket) {
        Some(at) => {
            cpu.memory.remove(at);
            Ok(0)
        }
        None => Ok(failure(ENOENT)),
    }
}
