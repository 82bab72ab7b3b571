//! Helpers on ring buffers, and on perf events, which go nowhere here.

use libc::EAGAIN;

use super::{Cpu, Row, Trap, failure};
use crate::vm::table::{Ring, Store};

pub(super) const ROWS: &[Row] = &[
    ("ringbuf_reserve", |cpu, args| reserve(cpu, args[0], args[1] as usize).map(|at| at.unwrap_or(0))),
    ("ringbuf_submit", |cpu, args| end(cpu, args[0], false)),
    ("ringbuf_discard", |cpu, args| end(cpu, args[0], true)),
    ("ringbuf_output", output),
    ("ringbuf_query", |cpu, args| Ok(of(cpu, args[0])?.query(args[1]))),
    ("perf_event_output", |_, _| Ok(0)),
];

fn of<'c>(cpu: &'c mut Cpu<'_>, map: u64) -> Result<&'c mut Ring, Trap> {
    match &mut cpu.tables.of(map)?.store {
        Store::Ring(ring) => Ok(ring),
        _ => Err(Trap::NoMap),
    }
}

pub(super) fn reserve(cpu: &mut Cpu<'_>, map: u64, length: usize) -> Result<Option<u64>, Trap> {
    match &mut cpu.tables.of(map)?.store {
        Store::Ring(ring) => Ok(ring.reserve(cpu.memory, length)),
        _ => Err(Trap::NoMap),
    }
}

/// A record does not say of which map it is; the address is one's only.
pub(super) fn end(cpu: &mut Cpu<'_>, record: u64, discarded: bool) -> Result<u64, Trap> {
    let Cpu { tables, memory, .. } = cpu;
    let ended = tables.0.iter_mut().any(|table| match &mut table.store {
        Store::Ring(ring) => ring.end(memory, record, discarded),
        _ => false,
    });
    if ended { Ok(0) } else { Err(Trap::Memory { address: record, length: 0 }) }
}

fn output(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let [map, from, length, ..] = *args;
    let bytes = cpu.memory.read(from, length as usize)?.to_vec();
    let Some(record) = reserve(cpu, map, bytes.len())? else { return Ok(failure(EAGAIN)) };
    cpu.memory.write(record, bytes.len())?.copy_from_slice(&bytes);
    end(cpu, record, false)
}
