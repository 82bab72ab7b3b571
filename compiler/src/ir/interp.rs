//! Runs SSA, so that what a pass does to a program can be compared with what it did before, and
//! with the kernel.
//!
//! Memory is a list of objects. A pointer is an object's number in the upper half and an offset in
//! the lower half of 64 bits; object 0 does not exist, so null is 0. What a helper does is the
//! caller's business, through [`Host`].

use bpfl_stdlib::catalog::{helper, limit};

use super::{Atomic, Block, Edge, Func, Function, Inst, Op, Terminator, Type, Value};
use crate::{
    arena::{Arena, Entity},
    hir::{GlobalId, MapId},
    ir::Slot,
};

/// The address of the first function, above all objects.
const FUNCTIONS: u64 = 1 << 62;

/// Why a run stopped early.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Trap {
    /// An access outside every object.
    #[error("access of {bytes} bytes at {address:#x}, outside every object")]
    OutOfBounds {
        /// The address.
        address: u64,
        /// How many bytes.
        bytes: u8,
    },
    /// More steps than allowed.
    #[error("more than {0} steps")]
    Fuel(u64),
    /// A function that is not there, or too many of them active at a time.
    #[error("{0} cannot be called")]
    NoFunction(Func),
    /// A function of the kernel's, which only the kernel has.
    #[error("kernel function {0} cannot be called here")]
    NoKfunc(usize),
    /// A symbol of the kernel's, which only the kernel has.
    #[error("kernel symbol {0} is not here")]
    NoKsym(usize),
    /// Raw instructions, which only the machine knows.
    #[error("raw instructions cannot be run here")]
    Raw,
    /// A helper that the host does not know.
    #[error("the host has no helper {0}")]
    NoHelper(u32),
}

/// The memory of a run.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    objects: Vec<Vec<u8>>,
}

impl Memory {
    /// Adds an object and returns its address.
    pub fn add(&mut self, bytes: Vec<u8>) -> u64 {
        self.objects.push(bytes);
        (self.objects.len() as u64) << 32
    }

    /// The `bytes` bytes at `address`.
    pub fn slice(&mut self, address: u64, bytes: usize) -> Result<&mut [u8], Trap> {
        let trap = Trap::OutOfBounds { address, bytes: bytes.min(255) as u8 };
        let object = (address >> 32) as usize;
        let start = address as u32 as usize;
        let object = object.checked_sub(1).and_then(|index| self.objects.get_mut(index));
        object.and_then(|object| object.get_mut(start..start + bytes)).ok_or(trap)
    }

    fn read(&mut self, address: u64, bytes: u8) -> Result<u64, Trap> {
        let mut buffer = [0; 8];
        buffer[..bytes.into()].copy_from_slice(self.slice(address, bytes.into())?);
        Ok(u64::from_le_bytes(buffer))
    }

    fn write(&mut self, address: u64, bytes: u8, value: u64) -> Result<(), Trap> {
        let source = value.to_le_bytes();
        self.slice(address, bytes.into())?.copy_from_slice(&source[..bytes.into()]);
        Ok(())
    }
}

/// What the world around a program does.
pub trait Host {
    /// The value that stands for a map, for the host's own use.
    fn map(&mut self, map: MapId) -> u64;
    /// The address of a global.
    fn global(&mut self, global: GlobalId) -> u64 {
        let _ = global;
        0
    }
    /// The addresses of the keys and values of a map.
    fn entries(&mut self, map: u64, memory: &mut Memory) -> Vec<(u64, u64)> {
        let _ = (map, memory);
        Vec::new()
    }
    /// A helper call.
    fn call(&mut self, helper: u32, args: &[u64], memory: &mut Memory) -> Result<u64, Trap>;
}

/// An address in the 4 bytes that some contexts have for packet pointers: the object's number, one of
/// the first 65,536, and an offset below 65,536.
pub fn narrow(address: u64) -> u32 {
    (address >> 16) as u32 & 0xffff_0000 | address as u32 & 0xffff
}

fn widen(narrow: u32) -> u64 {
    u64::from(narrow >> 16) << 32 | u64::from(narrow & 0xffff)
}

/// Runs `function` for at most `fuel` instructions and gives what it returns. It calls those of
/// `functions`.
pub fn run(
    functions: &[Function],
    function: &Function,
    args: &[u64],
    memory: &mut Memory,
    host: &mut dyn Host,
    fuel: u64,
) -> Result<u64, Trap> {
    call(&mut World { functions, memory, host, fuel, limit: fuel, depth: 0 }, function, args)
}

fn call(world: &mut World<'_>, function: &Function, args: &[u64]) -> Result<u64, Trap> {
    let slots = function.slots.values().map(|slot| world.memory.add(vec![0; slot.size as usize])).collect();
    let values = Arena::filled(function.value_count(), 0);
    let mut run = Run { f: function, world, slots, values };
    let params = function.params(function.entry());
    for (param, arg) in params.iter().zip(args) {
        let low = function.ty(*param) == Type::I32;
        run.values[*param] = if low { u64::from(*arg as u32) } else { *arg };
    }
    run.blocks()
}

/// What all active functions share.
struct World<'a> {
    functions: &'a [Function],
    memory: &'a mut Memory,
    host: &'a mut dyn Host,
    fuel: u64,
    limit: u64,
    depth: u32,
}

struct Run<'r, 'w> {
    f: &'r Function,
    world: &'r mut World<'w>,
    slots: Arena<Slot, u64>,
    /// Each value as a register holds it: an `i32` with zero above.
    values: Arena<Value, u64>,
}

impl Run<'_, '_> {
    fn blocks(&mut self) -> Result<u64, Trap> {
        let mut block = self.f.entry();
        loop {
            for inst in self.f.insts(block) {
                self.burn()?;
                self.inst(*inst)?;
            }
            self.burn()?;
            match self.f.end(block) {
                Terminator::Return(value) => return Ok(self.values[*value]),
                Terminator::Jump(edge) => block = self.follow(edge),
                Terminator::Branch(cond, a, b, then, otherwise) => {
                    let holds = cond.eval(self.signed(*a), self.signed(*b));
                    block = self.follow(if holds { then } else { otherwise });
                }
                Terminator::Open => return Ok(0),
            }
        }
    }

    fn burn(&mut self) -> Result<(), Trap> {
        let world = &mut *self.world;
        world.fuel = world.fuel.checked_sub(1).ok_or(Trap::Fuel(world.limit))?;
        Ok(())
    }

    fn follow(&mut self, edge: &Edge) -> Block {
        let args: Vec<u64> = edge.args.iter().map(|arg| self.values[*arg]).collect();
        for (param, arg) in self.f.params(edge.block).iter().zip(args) {
            self.values[*param] = arg;
        }
        edge.block
    }

    /// A value sign-extended from its type's width; comparisons agree on it, signed or not.
    fn signed(&self, value: Value) -> i64 {
        self.f.ty(value).wrap(self.values[value] as i64)
    }

    fn inst(&mut self, inst: Inst) -> Result<(), Trap> {
        let result = self.f.result(inst);
        let bits = result.map_or(64, |value| self.f.ty(value).bits());
        let get = |run: &Self, value: Value| run.values[value];
        let value = match *self.f.op(inst) {
            Op::Const(value) => value as u64,
            Op::Binary(op, a, b) => op.eval(self.signed(a), self.signed(b), bits) as u64,
            Op::Compare(cond, a, b) => cond.eval(self.signed(a), self.signed(b)).into(),
            Op::Zext(a) | Op::Trunc(a) | Op::Same(a) | Op::Apart(a) | Op::Arena(a) => get(self, a),
            Op::UseMap(_) => 0,
            Op::Sext(a) => self.signed(a) as u64,
            Op::SextLow(low, a) => sign_extend(get(self, a), low.into()),
            Op::Swap(bytes, a) => get(self, a).swap_bytes() >> (64 - 8 * u32::from(bytes)),
            Op::Advance(a, b) => get(self, a).wrapping_add(get(self, b)),
            Op::Distance(a, b) => get(self, a).wrapping_sub(get(self, b)),
            Op::SlotAddr(slot) => self.slots[slot],
            Op::MapAddr(map) => self.world.host.map(map),
            Op::GlobalAddr(global) => self.world.host.global(global),
            Op::KsymAddr(ksym) => return Err(Trap::NoKsym(ksym.index())),
            Op::FuncAddr(func) => FUNCTIONS | func.index() as u64,
            Op::Core(_, answer) => answer.into(),
            Op::Load { bytes, ptr, offset } => {
                let value = self.world.memory.read(self.at(ptr, offset), bytes)?;
                let pointer = self.f.result(inst).is_some_and(|result| self.f.ty(result).is_pointer());
                if pointer && bytes == 4 { widen(value as u32) } else { value }
            }
            Op::Store { bytes, ptr, offset, value } => {
                self.world.memory.write(self.at(ptr, offset), bytes, get(self, value))?;
                0
            }
            Op::Atomic { op, bytes, ptr, offset, value, .. } => {
                let address = self.at(ptr, offset);
                let old = self.world.memory.read(address, bytes)?;
                self.world.memory.write(address, bytes, atomic(op, old, get(self, value)))?;
                old
            }
            Op::CompareExchange { bytes, ptr, offset, old, new } => {
                let address = self.at(ptr, offset);
                let there = self.world.memory.read(address, bytes)?;
                if there == get(self, old) {
                    self.world.memory.write(address, bytes, get(self, new))?;
                }
                there
            }
            Op::Asm(..) => return Err(Trap::Raw),
            Op::Kfunc(kfunc, _) => return Err(Trap::NoKfunc(kfunc.index())),
            Op::Call(helper, args) => {
                let args: Vec<u64> = args.iter().map(|arg| get(self, arg)).collect();
                if let Some(func) =
                    args.get(1).filter(|arg| **arg & FUNCTIONS == FUNCTIONS && **arg < u64::MAX / 2)
                {
                    let func = Func::new((func & !FUNCTIONS) as usize);
                    return self.call_back(inst, helper, func, &args);
                }
                self.world.host.call(helper, &args, self.world.memory)?
            }
            Op::CallFunction(func, args) => {
                let args: Vec<u64> = args.iter().map(|arg| get(self, arg)).collect();
                self.call_function(func, &args)?
            }
        };
        if let Some(result) = result {
            let low = self.f.ty(result) == Type::I32;
            self.values[result] = if low { u64::from(value as u32) } else { value };
        }
        Ok(())
    }

    /// `bpf_loop` and `bpf_for_each_map_elem`: how often the function was called.
    fn call_back(&mut self, inst: Inst, helper: u32, func: Func, args: &[u64]) -> Result<(), Trap> {
        let walk = helper::find("for_each_map_elem").is_some_and(|row| row.id == helper);
        let rounds: Vec<Vec<u64>> = match walk {
            true => {
                let entries = self.world.host.entries(args[0], self.world.memory);
                entries.into_iter().map(|(key, value)| vec![args[0], key, value, args[2]]).collect()
            }
            false => (0..u64::from(args[0] as u32)).map(|round| vec![round, args[2]]).collect(),
        };
        let mut count = 0;
        for round in rounds {
            count += 1;
            if self.call_function(func, &round)? != 0 {
                break;
            }
        }
        if let Some(result) = self.f.result(inst) {
            self.values[result] = count;
        }
        Ok(())
    }

    fn call_function(&mut self, func: Func, args: &[u64]) -> Result<u64, Trap> {
        let functions = self.world.functions;
        let function = functions.get(func.index()).ok_or(Trap::NoFunction(func))?;
        if self.world.depth >= limit::CALL_FRAMES {
            return Err(Trap::NoFunction(func));
        }
        self.world.depth += 1;
        let value = call(self.world, function, args)?;
        self.world.depth -= 1;
        Ok(value)
    }

    fn at(&self, ptr: Value, offset: i32) -> u64 {
        self.values[ptr].wrapping_add_signed(offset.into())
    }
}

fn sign_extend(value: u64, bits: u32) -> u64 {
    ((value << (64 - bits)) as i64 >> (64 - bits)) as u64
}

fn atomic(op: Atomic, old: u64, value: u64) -> u64 {
    match op {
        Atomic::Add => old.wrapping_add(value),
        Atomic::Or => old | value,
        Atomic::And => old & value,
        Atomic::Xor => old ^ value,
        Atomic::Exchange => value,
    }
}

/// A host without maps and helpers.
pub struct Nothing;

impl Host for Nothing {
    fn map(&mut self, map: MapId) -> u64 {
        map.index() as u64
    }

    fn call(&mut self, helper: u32, _: &[u64], _: &mut Memory) -> Result<u64, Trap> {
        Err(Trap::NoHelper(helper))
    }
}
