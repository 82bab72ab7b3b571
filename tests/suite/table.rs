//! Maps, globals and helpers for the IR interpreter, with the kernel's return values
//! (kernel/bpf/arraymap.c, hashtab.c).

use bpfl_compiler::{
    arena::Entity,
    hir::{GlobalId, MapId},
    ir::interp::{Host, Memory, Trap},
};
use std::collections::BTreeMap;

use crate::kernel_types;
use crate::state::{Contents, Shape};

const ENOENT: i64 = -2;
const E2BIG: i64 = -7;
const EEXIST: i64 = -17;
const EINVAL: i64 = -22;
/// `BPF_NOEXIST` and `BPF_EXIST`.
const NOEXIST: u64 = 1;
const EXIST: u64 = 2;

/// The process and thread that programs run as: what `get_current_pid_tgid` gives.
const PID: u64 = 14;

/// One map: where in memory the value of each key is.
struct Table {
    shape: Shape,
    values: BTreeMap<Vec<u8>, u64>,
}

/// All maps of a module.
pub struct Tables {
    tables: Vec<Table>,
    ticks: u64,
    /// The packet from the byte on that `data` points to, and where in it the network header is.
    packet: Vec<u8>,
    network: usize,
    /// The current process.
    task: u64,
}

impl Tables {
    /// Empty maps, arrays with all their entries, and a packet whose network header is that far in.
    pub fn new(shapes: &[Shape], packet: Vec<u8>, network: usize, memory: &mut Memory) -> Self {
        let table = |shape: &Shape| {
            let keys = shape.indices().filter(|_| shape.indexed);
            let values = keys.map(|key| (key, memory.add(shape.start())));
            Table { shape: shape.clone(), values: values.collect() }
        };
        let tables = shapes.iter().map(table).collect();
        Self { tables, ticks: 0, packet, network, task: kernel_types::task(PID, memory) }
    }

    /// Sets an entry of the map `symbol`.
    pub fn set(&mut self, symbol: &str, key: &[u8], value: &[u8], memory: &mut Memory) -> Result<(), String> {
        let table = self.tables.iter_mut().find(|table| table.shape.symbol == symbol);
        let table = table.ok_or_else(|| format!("there is no map {symbol}"))?;
        match table.update(key, value.to_vec(), 0, memory) {
            Ok(0) => Ok(()),
            other => Err(format!("{symbol} cannot be set: {other:?}")),
        }
    }

    /// The entries of each map; zeroes of arrays left out.
    pub fn dump(&self, memory: &mut Memory) -> Contents {
        let mut all = BTreeMap::new();
        for table in &self.tables {
            let mut entries = BTreeMap::new();
            for (key, address) in &table.values {
                let value = memory.slice(*address, table.shape.value).map(|v| v.to_vec()).unwrap_or_default();
                if !table.shape.indexed || value.iter().any(|byte| *byte != 0) {
                    entries.insert(key.clone(), value);
                }
            }
            all.insert(table.shape.symbol.clone(), entries);
        }
        all
    }

    fn table(&mut self, handle: u64) -> Result<&mut Table, Trap> {
        let trap = Trap::OutOfBounds { address: handle, bytes: 8 };
        self.tables.get_mut(handle as usize).ok_or(trap)
    }

    fn map_call(&mut self, helper: u32, args: &[u64], memory: &mut Memory) -> Result<u64, Trap> {
        let table = self.table(args[0])?;
        let key = memory.slice(args[1], table.shape.key)?.to_vec();
        Ok(match helper {
            1 => table.values.get(&key).copied().unwrap_or(0),
            2 => {
                let value = memory.slice(args[2], table.shape.value)?.to_vec();
                table.update(&key, value, args[3], memory)? as u64
            }
            _ if table.shape.indexed => EINVAL as u64,
            _ => table.values.remove(&key).map_or(ENOENT, |_| 0) as u64,
        })
    }
}

impl Table {
    fn update(&mut self, key: &[u8], value: Vec<u8>, flags: u64, memory: &mut Memory) -> Result<i64, Trap> {
        let there = self.values.get(key).copied();
        Ok(match there {
            _ if flags > EXIST => EINVAL,
            None if self.shape.indexed => E2BIG,
            None if flags == EXIST => ENOENT,
            Some(_) if flags == NOEXIST => EEXIST,
            Some(address) => {
                memory.slice(address, value.len())?.copy_from_slice(&value);
                0
            }
            None if self.values.len() >= self.shape.entries as usize => E2BIG,
            None => {
                self.values.insert(key.to_vec(), memory.add(value));
                0
            }
        })
    }
}

/// Writes `bytes`, and zeroes up to `size`.
fn fill(address: u64, size: usize, bytes: &[u8], memory: &mut Memory) -> Result<u64, Trap> {
    let target = memory.slice(address, size)?;
    target.fill(0);
    target.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    Ok(0)
}

/// `bpf_skb_load_bytes`, which zeroes the memory when the packet is too short.
fn load_bytes(args: &[u64], packet: &[u8], memory: &mut Memory) -> Result<u64, Trap> {
    let (start, size) = (args[1] as usize, args[3] as usize);
    let target = memory.slice(args[2], size)?;
    match packet.get(start..start.saturating_add(size)) {
        Some(bytes) => target.copy_from_slice(bytes),
        None => {
            target.fill(0);
            return Ok(-14i64 as u64);
        }
    }
    Ok(0)
}

impl Host for Tables {
    fn map(&mut self, map: MapId) -> u64 {
        map.index() as u64
    }

    fn global(&mut self, global: GlobalId) -> u64 {
        let mut globals = self.tables.iter().filter(|table| table.shape.section.is_some());
        globals.nth(global.index()).and_then(|table| table.values.get(&[][..]).copied()).unwrap_or(0)
    }

    fn entries(&mut self, map: u64, memory: &mut Memory) -> Vec<(u64, u64)> {
        let Ok(table) = self.table(map) else { return Vec::new() };
        table.values.iter().map(|(key, value)| (memory.add(key.clone()), *value)).collect()
    }

    fn call(&mut self, helper: u32, args: &[u64], memory: &mut Memory) -> Result<u64, Trap> {
        match helper {
            1..=3 => self.map_call(helper, args, memory),
            // Clocks and random numbers: something new each time.
            5 | 7 | 118 | 125 | 160 | 208 => {
                self.ticks = self.ticks.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1);
                Ok(if helper == 7 { self.ticks >> 32 } else { self.ticks })
            }
            // What is printed is not compared, and nobody else takes a lock.
            6 | 93 | 94 | 177 => Ok(0),
            // There are no sockets to find.
            84 | 85 | 99 => Ok(0),
            26 => load_bytes(args, &self.packet, memory),
            // From the link-layer header, which programs of cgroup_skb have before their packet, or from
            // the network header.
            68 if args[4] == 1 => load_bytes(args, &self.packet[self.network..], memory),
            35 | 158 => Ok(self.task),
            16 => fill(args[0], args[1] as usize, kernel_types::COMM, memory),
            113 => {
                let size = args[1] as usize;
                let found = memory.slice(args[2], size).map(|bytes| bytes.to_vec());
                fill(args[0], size, &found.unwrap_or_default(), memory)
            }
            // The CPU, the process, the cgroup, the socket: the same throughout a run.
            8 | 14 | 15 | 42 | 46 | 47 | 79 | 80 | 83 | 122 | 123 => Ok(u64::from(helper)),
            _ => Err(Trap::NoHelper(helper)),
        }
    }
}
