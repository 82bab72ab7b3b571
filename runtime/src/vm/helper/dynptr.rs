//! Helpers on dynptrs. In its 16 bytes one has the address of its memory and how many bytes there are; where
//! there is none, zeroes (`struct bpf_dynptr_kern`, include/linux/bpf.h, is made otherwise: nobody looks).

use libc::{E2BIG, EINVAL};

use super::{Cpu, Row, Trap, done, failure, ring};
use crate::vm::table::Store;

pub(super) const ROWS: &[Row] = &[
    ("dynptr_from_mem", from_memory),
    ("dynptr_read", read),
    ("dynptr_write", write),
    ("dynptr_data", data),
    ("ringbuf_reserve_dynptr", reserve),
    ("ringbuf_submit_dynptr", |cpu, args| end(cpu, args[0], false)),
    ("ringbuf_discard_dynptr", |cpu, args| end(cpu, args[0], true)),
    ("user_ringbuf_drain", drain),
];

/// The most bytes that one may be of (`DYNPTR_MAX_SIZE`).
const MOST: u64 = (1 << 24) - 1;

/// The memory that a dynptr is of, and its bytes.
pub(super) fn of(cpu: &Cpu<'_>, dynptr: u64) -> Result<(u64, u64), Trap> {
    Ok((cpu.memory.load(dynptr, 8)?, cpu.memory.load(dynptr + 8, 8)?))
}

pub(super) fn set(cpu: &mut Cpu<'_>, dynptr: u64, (address, size): (u64, u64)) -> Result<(), Trap> {
    cpu.memory.store(dynptr, 8, address)?;
    cpu.memory.store(dynptr + 8, 8, size)
}

/// `(memory, size, flags, dynptr)`
fn from_memory(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let [memory, size, flags, dynptr, _] = *args;
    let outcome = match (size, flags) {
        _ if size > MOST => Err(E2BIG),
        (_, 0) => Ok((memory, size)),
        _ => Err(EINVAL),
    };
    set(cpu, dynptr, outcome.unwrap_or_default())?;
    Ok(done(outcome.map(drop)))
}

/// The address of `length` bytes from `offset` on, or why there is none.
fn part(cpu: &Cpu<'_>, dynptr: u64, offset: u64, length: u64) -> Result<Result<u64, i32>, Trap> {
    let (address, size) = of(cpu, dynptr)?;
    Ok(match offset.checked_add(length) {
        _ if address == 0 => Err(EINVAL),
        Some(end) if end <= size => Ok(address + offset),
        _ => Err(E2BIG),
    })
}

/// `(to, length, dynptr, offset, flags)`
fn read(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let [to, length, dynptr, offset, flags] = *args;
    if flags != 0 {
        return Ok(failure(EINVAL));
    }
    match part(cpu, dynptr, offset, length)? {
        Ok(from) => copy(cpu, to, from, length),
        Err(errno) => Ok(failure(errno)),
    }
}

/// `(dynptr, offset, from, length, flags)`
fn write(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let [dynptr, offset, from, length, flags] = *args;
    match part(cpu, dynptr, offset, length)? {
        Ok(_) if flags != 0 => Ok(failure(EINVAL)),
        Ok(to) => copy(cpu, to, from, length),
        Err(errno) => Ok(failure(errno)),
    }
}

fn copy(cpu: &mut Cpu<'_>, to: u64, from: u64, length: u64) -> Result<u64, Trap> {
    let bytes = cpu.memory.read(from, length as usize)?.to_vec();
    cpu.memory.write(to, bytes.len())?.copy_from_slice(&bytes);
    Ok(0)
}

/// `(dynptr, offset, length)`
fn data(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    Ok(part(cpu, args[0], args[1], args[2])?.unwrap_or(0))
}

/// `(map, size, flags, dynptr)`
fn reserve(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let [map, size, flags, dynptr, _] = *args;
    set(cpu, dynptr, (0, 0))?;
    if flags != 0 {
        return Ok(failure(EINVAL));
    }
    if size > MOST {
        return Ok(failure(E2BIG));
    }
    let Some(record) = ring::reserve(cpu, map, size as usize)? else { return Ok(failure(EINVAL)) };
    set(cpu, dynptr, (record, size))?;
    Ok(0)
}

fn end(cpu: &mut Cpu<'_>, dynptr: u64, discarded: bool) -> Result<u64, Trap> {
    let (record, _) = of(cpu, dynptr)?;
    set(cpu, dynptr, (0, 0))?;
    if record == 0 { Ok(0) } else { ring::end(cpu, record, discarded) }
}

/// The most records that one call drains (`BPF_MAX_USER_RINGBUF_SAMPLES`).
const MOST_RECORDS: u64 = 128 * 1024;

/// `(map, callback, context, flags)`: `callback(dynptr, context)` for each record, until it gives other than
/// 0; how many there were.
fn drain(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let [map, callback, context, ..] = *args;
    for count in 0..MOST_RECORDS {
        let Store::UserRing(ring) = &mut cpu.tables.of(map)?.store else { return Err(Trap::NoMap) };
        let Some(record) = ring.take() else { return Ok(count) };
        let size = record.len() as u64;
        let (record, dynptr) = (cpu.memory.add(record), cpu.memory.add(vec![0; 16]));
        set(cpu, dynptr, (record, size))?;
        let stop = cpu.call_back(callback, &[dynptr, context]);
        cpu.memory.remove(record);
        cpu.memory.remove(dynptr);
        if stop? != 0 {
            return Ok(count + 1);
        }
    }
    Ok(MOST_RECORDS)
}
