//! Running a function: one instruction after another.
//!
//! Always holds: a run ends, for it has so many instructions to spend and calls are so deep at most;
//! whatever a program does that no verifier would have let pass is a [`Trap`].

use super::{
    Trap,
    alu::{self, Mode},
    code::{Function, Target},
    handle::{self, Handle},
    helper,
    hook::Hook,
    memory::Memory,
    table::Tables,
};
use crate::insn::{Insn, LOAD_64, Pseudo};

/// What a run may spend: as many instructions as a second or two are enough for.
const FUEL: u64 = 1 << 28;
/// Bytes of a function's stack (`MAX_BPF_STACK`, include/linux/filter.h).
const STACK: u64 = 512;
/// How deep functions may call each other (`MAX_CALL_FRAMES`), callbacks among them.
const DEPTH: usize = 16;
/// How many tail calls there may be in a row (`MAX_TAIL_CALL_CNT`).
const TAIL_CALLS: u32 = 33;

/// Parts of an opcode.
mod code {
    pub const CLASS: u8 = 0x07;
    pub const LD: u8 = 0;
    pub const LDX: u8 = 1;
    pub const ST: u8 = 2;
    pub const STX: u8 = 3;
    pub const ALU: u8 = 4;
    pub const JMP: u8 = 5;
    pub const JMP32: u8 = 6;
    pub const ALU64: u8 = 7;
    /// The operand is a register, not a number.
    pub const REGISTER: u8 = 0x08;
    pub const OP: u8 = 0xf0;
    pub const END: u8 = 0xd0;
    pub const CALL: u8 = 0x80;
    pub const EXIT: u8 = 0x90;
    pub const JUMP: u8 = 0x00;
    pub const MODE: u8 = 0xe0;
    pub const MEM: u8 = 0x60;
    pub const MEM_SIGNED: u8 = 0x80;
    pub const ATOMIC: u8 = 0xc0;
}

/// What a program runs on.
pub(super) struct Cpu<'m> {
    pub(super) memory: &'m mut Memory,
    pub(super) tables: &'m mut Tables,
    pub(super) hook: &'m mut Hook,
    /// What is printed.
    pub(super) printed: &'m mut Vec<String>,
    functions: &'m [Function],
    stacks: Vec<u64>,
    depth: usize,
    left: u64,
    tail_calls: u32,
    random: u64,
}

/// A function on its way.
struct Frame<'m> {
    function: &'m Function,
    registers: [u64; 11],
    pc: usize,
}

/// What comes after an instruction.
enum Next {
    Goes,
    Ends,
}

impl<'m> Cpu<'m> {
    pub(super) fn new(
        functions: &'m [Function],
        (memory, tables): (&'m mut Memory, &'m mut Tables),
        hook: &'m mut Hook,
        printed: &'m mut Vec<String>,
    ) -> Self {
        // Numbers that look random, and are the same in each run.
        let random = 0x9e37_79b9_7f4a_7c15;
        let stacks = Vec::new();
        Self { memory, tables, hook, printed, functions, stacks, depth: 0, left: FUEL, tail_calls: 0, random }
    }

    /// Runs the program that is the function `entry`, from the start.
    pub(super) fn run(&mut self, entry: usize) -> Result<u64, Trap> {
        (self.left, self.tail_calls) = (FUEL, 0);
        self.call(entry, &[self.hook.context])
    }

    /// Calls a function of the object; gives its value.
    pub(super) fn call(&mut self, function: usize, args: &[u64]) -> Result<u64, Trap> {
        let functions = self.functions;
        let function = functions.get(function).ok_or(Trap::NoFunction)?;
        let mut frame = Frame { function, registers: [0; 11], pc: 0 };
        frame.registers[1..=args.len()].copy_from_slice(args);
        frame.registers[10] = self.stack()? + STACK;
        self.depth += 1;
        let ended = self.steps(&mut frame);
        self.depth -= 1;
        ended.map_err(|trap| trap.in_function(&frame.function.name))?;
        Ok(frame.registers[0])
    }

    /// Calls what a program gave as a callback.
    pub(super) fn call_back(&mut self, function: u64, args: &[u64]) -> Result<u64, Trap> {
        match handle::of(function) {
            Some(Handle::Function(function)) => self.call(function, args),
            _ => Err(Trap::NoFunction),
        }
    }

    /// The stack of the next function.
    fn stack(&mut self) -> Result<u64, Trap> {
        if self.depth >= DEPTH {
            return Err(Trap::TooDeep);
        }
        if self.stacks.len() == self.depth {
            self.stacks.push(self.memory.add(vec![0; STACK as usize]));
        }
        Ok(self.stacks[self.depth])
    }

    /// Frees what the run has used.
    pub(super) fn finish(mut self) {
        for stack in std::mem::take(&mut self.stacks) {
            self.memory.remove(stack);
        }
    }

    /// The next of the numbers that look random.
    pub(super) fn random(&mut self) -> u64 {
        // xorshift64*
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        self.random.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn steps(&mut self, frame: &mut Frame<'m>) -> Result<(), Trap> {
        loop {
            self.left = self.left.checked_sub(1).ok_or(Trap::TooLong)?;
            let slot = frame.pc;
            let insn = *frame.function.insns.get(slot).ok_or(Trap::NoInstruction { slot })?;
            frame.pc += 1;
            if let Next::Ends = self.step(frame, insn, slot).map_err(|trap| trap.at(slot))? {
                return Ok(());
            }
        }
    }

    fn step(&mut self, frame: &mut Frame<'m>, insn: Insn, slot: usize) -> Result<Next, Trap> {
        let wrong = || Trap::Unknown { code: insn.code };
        let registers = &mut frame.registers;
        let (to, from) = (usize::from(insn.destination()), usize::from(insn.source()));
        if to > 10 || from > 10 {
            return Err(wrong());
        }
        match insn.code & code::CLASS {
            _ if insn.is_cast() => return Err(Trap::Missing { what: "arena".into() }),
            class @ (code::ALU | code::ALU64) => {
                registers[to] =
                    alu(insn, class == code::ALU64, registers[to], registers[from]).ok_or_else(wrong)?;
            }
            code::LD if insn.code == LOAD_64 => {
                frame.registers[to] = frame.wide(insn, slot)?;
                frame.pc += 1;
            }
            code::LDX => {
                let (address, width) = (moved(registers[from], insn.offset), width(insn.code));
                let value = self.load(address, width)?;
                registers[to] = match insn.code & code::MODE {
                    code::MEM => value,
                    code::MEM_SIGNED => alu::extend(value, width as u32 * 8),
                    _ => return Err(wrong()),
                };
            }
            code::ST if insn.code & code::MODE == code::MEM => {
                let value = i64::from(insn.imm).cast_unsigned();
                self.memory.store(moved(registers[to], insn.offset), width(insn.code), value)?;
            }
            code::STX => match insn.code & code::MODE {
                code::MEM => {
                    let address = moved(registers[to], insn.offset);
                    self.memory.store(address, width(insn.code), registers[from])?;
                }
                code::ATOMIC => self.atomic(registers, insn)?,
                _ => return Err(wrong()),
            },
            class @ (code::JMP | code::JMP32) => return self.jump(frame, insn, class, slot),
            _ => return Err(wrong()),
        }
        Ok(Next::Goes)
    }

    fn jump(&mut self, frame: &mut Frame<'m>, insn: Insn, class: u8, slot: usize) -> Result<Next, Trap> {
        match insn.code & code::OP {
            code::EXIT => return Ok(Next::Ends),
            code::CALL if class == code::JMP => self.called(frame, insn, slot)?,
            // The long jump has its distance in the number.
            code::JUMP if class == code::JMP32 => frame.go(insn.imm)?,
            code::JUMP => frame.go(i32::from(insn.offset))?,
            op => {
                let (registers, mode) = (&frame.registers, Mode { wide: class == code::JMP, offset: 0 });
                let a = registers[usize::from(insn.destination())];
                let holds = mode.holds(op, a, operand(insn, registers[usize::from(insn.source())]));
                if holds.ok_or(Trap::Unknown { code: insn.code })? {
                    frame.go(i32::from(insn.offset))?;
                }
            }
        }
        Ok(Next::Goes)
    }

    fn called(&mut self, frame: &mut Frame<'m>, insn: Insn, slot: usize) -> Result<(), Trap> {
        let mut args = [0; 5];
        args.copy_from_slice(&frame.registers[1..=5]);
        let value = match frame.function.target(slot) {
            Some(Target::Function(function)) => self.call(*function, &args)?,
            Some(Target::Kernel(name)) => {
                return Err(Trap::Missing { what: format!("kernel function `{name}`") });
            }
            _ if insn.source() != Pseudo::None as u8 => return Err(Trap::NoFunction),
            _ if helper::is_tail_call(insn.imm) => return self.tail_call(frame, &args),
            _ => helper::call(self, insn.imm, &args)?,
        };
        frame.registers[0] = value;
        Ok(())
    }

    /// Goes on in another program, which does not come back; where there is none, after the call.
    fn tail_call(&mut self, frame: &mut Frame<'m>, args: &[u64; 5]) -> Result<(), Trap> {
        let program = self.tables.program(args[1], args[2] as u32)?;
        let functions = self.functions;
        let found = program.and_then(|name| functions.iter().find(|function| function.name == name));
        match found.filter(|_| self.tail_calls < TAIL_CALLS) {
            Some(function) => {
                self.tail_calls += 1;
                (frame.function, frame.pc) = (function, 0);
                frame.registers[1] = args[0];
            }
            None => frame.registers[0] = helper::failure(libc::ENOENT),
        }
        Ok(())
    }

    /// Loads a number; a pointer where the context has one.
    fn load(&self, address: u64, width: usize) -> Result<u64, Trap> {
        match self.hook.pointer(address, width) {
            Some(pointer) => Ok(pointer),
            None => self.memory.load(address, width),
        }
    }

    fn atomic(&mut self, registers: &mut [u64; 11], insn: Insn) -> Result<(), Trap> {
        let (from, width) = (usize::from(insn.source()), width(insn.code));
        let address = moved(registers[usize::from(insn.destination())], insn.offset);
        let operand = registers[from];
        match insn.imm {
            LOAD_ACQUIRE => {
                let address = moved(operand, insn.offset);
                registers[usize::from(insn.destination())] = self.load(address, width)?;
                return Ok(());
            }
            STORE_RELEASE => return self.memory.store(address, width, operand),
            _ => {}
        }
        let old = self.memory.load(address, width)?;
        let new = match insn.imm & !FETCH {
            0x00 => old.wrapping_add(operand),
            0x40 => old | operand,
            0x50 => old & operand,
            0xa0 => old ^ operand,
            XCHG => operand,
            CMPXCHG => {
                let expected = if width == 4 { registers[0] & u64::from(u32::MAX) } else { registers[0] };
                registers[0] = old;
                if old == expected { operand } else { old }
            }
            _ => return Err(Trap::Unknown { code: insn.code }),
        };
        if insn.imm & FETCH != 0 && insn.imm & !FETCH != CMPXCHG {
            registers[from] = old;
        }
        self.memory.store(address, width, new)
    }
}

/// What the number of an atomic operation says.
const FETCH: i32 = 0x01;
const XCHG: i32 = 0xe0;
const CMPXCHG: i32 = 0xf0;
const LOAD_ACQUIRE: i32 = 0x100;
const STORE_RELEASE: i32 = 0x110;

impl Frame<'_> {
    /// Goes on `distance` slots from the next one.
    fn go(&mut self, distance: i32) -> Result<(), Trap> {
        let slot = self.pc;
        self.pc = slot.checked_add_signed(distance as isize).ok_or(Trap::NoInstruction { slot })?;
        Ok(())
    }

    /// The number of 64 bits that two slots load, or what it stands for.
    fn wide(&self, insn: Insn, slot: usize) -> Result<u64, Trap> {
        match self.function.target(slot) {
            Some(Target::Value(value)) => Ok(*value),
            Some(Target::Function(function)) => Ok(Handle::Function(*function).address()),
            Some(Target::Kernel(name)) => Err(Trap::Missing { what: format!("kernel variable `{name}`") }),
            None => {
                let upper = self.function.insns.get(slot + 1).ok_or(Trap::NoInstruction { slot })?.imm;
                Ok(u64::from(insn.imm.cast_unsigned()) | u64::from(upper.cast_unsigned()) << 32)
            }
        }
    }
}

fn alu(insn: Insn, wide: bool, to: u64, from: u64) -> Option<u64> {
    let op = insn.code & code::OP;
    if op == code::END {
        // Of 32 bits, the source says to which order; of 64 bits, bytes are swapped in any case. The
        // machine is little-endian.
        let swapped = wide || insn.code & code::REGISTER != 0;
        return alu::order(to, insn.imm, swapped);
    }
    Mode { wide, offset: insn.offset }.compute(op, to, operand(insn, from))
}

/// The second operand: a register or the number.
fn operand(insn: Insn, register: u64) -> u64 {
    if insn.code & code::REGISTER != 0 { register } else { i64::from(insn.imm).cast_unsigned() }
}

fn moved(address: u64, offset: i16) -> u64 {
    address.wrapping_add_signed(offset.into())
}

/// How many bytes a load or store is of.
fn width(code: u8) -> usize {
    [4, 2, 1, 8][usize::from(code >> 3 & 3)]
}
