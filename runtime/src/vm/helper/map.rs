//! Helpers on the entries of maps.

use libc::{EINVAL, ENOENT};

use super::{Cpu, Row, Trap, done, failure};
use crate::vm::table::Store;

pub(super) const ROWS: &[Row] = &[
    ("map_lookup_elem", lookup),
    ("map_update_elem", update),
    ("map_delete_elem", delete),
    ("map_lookup_percpu_elem", lookup_percpu),
    ("map_push_elem", push),
    ("map_pop_elem", |cpu, args| next(cpu, args, true)),
    ("map_peek_elem", |cpu, args| next(cpu, args, false)),
    ("for_each_map_elem", for_each),
    ("loop", repeat),
    ("get_local_storage", |cpu, args| local_storage(cpu, args[0])),
    ("spin_lock", |_, _| Ok(0)),
    ("spin_unlock", |_, _| Ok(0)),
    ("timer_init", |_, _| Ok(0)),
    ("timer_set_callback", |_, _| Ok(0)),
    // A timer is due after the run at the earliest.
    ("timer_start", |_, _| Ok(0)),
    ("timer_cancel", |_, _| Ok(0)),
];

/// The bytes of a key.
fn key(cpu: &mut Cpu<'_>, map: u64, at: u64) -> Result<Vec<u8>, Trap> {
    let length = cpu.tables.of(map)?.key;
    Ok(cpu.memory.read(at, length)?.to_vec())
}

fn lookup(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let key = key(cpu, args[0], args[1])?;
    if let Some(inner) = cpu.tables.inner(args[0], &key)? {
        return Ok(inner);
    }
    Ok(cpu.tables.of(args[0])?.find(&key).unwrap_or(0))
}

/// The value of a CPU that is there; all programs run on the first.
fn lookup_percpu(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let key = key(cpu, args[0], args[1])?;
    let table = cpu.tables.of(args[0])?;
    let offset = args[2].saturating_mul(table.one.next_multiple_of(8) as u64);
    let there = offset < table.value as u64;
    Ok(table.find(&key).filter(|_| there).map_or(0, |at| at + offset))
}

/// A program sets the value of its own CPU; those of the others are zero in an entry that is new.
fn update(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let [map, key_at, value_at, flags, _] = *args;
    let key = key(cpu, map, key_at)?;
    let table = cpu.tables.of(map)?;
    let mut value = cpu.memory.read(value_at, table.one)?.to_vec();
    if let Some(old) = table.find(&key).filter(|_| table.kind.per_cpu) {
        value.extend_from_slice(&cpu.memory.read(old, table.value)?[table.one..]);
    }
    value.resize(table.value, 0);
    Ok(done(table.set(cpu.memory, &key, &value, flags)))
}

fn delete(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let key = key(cpu, args[0], args[1])?;
    Ok(done(cpu.tables.of(args[0])?.delete(cpu.memory, &key)))
}

fn push(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let table = cpu.tables.of(args[0])?;
    let value = cpu.memory.read(args[1], table.one)?;
    Ok(done(table.push(value, args[2])))
}

fn next(cpu: &mut Cpu<'_>, args: &[u64; 5], taken: bool) -> Result<u64, Trap> {
    let table = cpu.tables.of(args[0])?;
    if let (Store::Filter(values), false) = (&table.store, taken) {
        let there = values.contains(cpu.memory.read(args[1], table.one)?);
        return Ok(done(if there { Ok(()) } else { Err(ENOENT) }));
    }
    // The kernel's helpers leave zeroes where there is nothing.
    let (bytes, outcome) = match table.next(taken) {
        Ok(value) => (value, Ok(())),
        Err(error) => (vec![0; table.one], Err(error)),
    };
    cpu.memory.write(args[1], table.one)?.copy_from_slice(&bytes);
    Ok(done(outcome))
}

/// `callback(map, key, value, context)` for each entry, until it gives other than 0.
fn for_each(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let [map, callback, context, flags, _] = *args;
    if flags != 0 {
        return Ok(failure(EINVAL));
    }
    let mut count = 0;
    for key in cpu.tables.of(map)?.keys() {
        let Some(value) = cpu.tables.of(map)?.find(&key) else { continue };
        count += 1;
        let key = cpu.memory.add(key);
        let stop = cpu.call_back(callback, &[map, key, value, context]);
        cpu.memory.remove(key);
        if stop? != 0 {
            break;
        }
    }
    Ok(count)
}

/// The most rounds of `bpf_loop` (`BPF_MAX_LOOPS`).
const MOST_ROUNDS: u64 = 8 * 1024 * 1024;

/// `callback(index, context)` so many times, until it gives other than 0; how often it was called.
fn repeat(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let [rounds, callback, context, flags, _] = *args;
    if flags != 0 {
        return Ok(failure(EINVAL));
    }
    if rounds > MOST_ROUNDS {
        return Ok(failure(libc::E2BIG));
    }
    for index in 0..rounds {
        if cpu.call_back(callback, &[index, context])? != 0 {
            return Ok(index + 1);
        }
    }
    Ok(rounds)
}

/// The storage of the cgroup, which is new for each run.
fn local_storage(cpu: &mut Cpu<'_>, map: u64) -> Result<u64, Trap> {
    let (value, socket) = (cpu.tables.of(map)?.value, cpu.hook.socket);
    let Store::Storage(all) = &mut cpu.tables.of(map)?.store else { return Err(Trap::NoMap) };
    Ok(*all.entry(socket).or_insert_with(|| cpu.memory.add(vec![0; value])))
}
