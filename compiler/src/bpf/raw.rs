//! Raw instructions, as `(asm …)` gives them: what each reads and writes, and which ones may not
//! stand in the middle of a program that the compiler lays out.
//!
//! Source: Documentation/bpf/standardization/instruction-set.rst.

use bpfl_stdlib::catalog::helper;

use super::{
    insn::{FP, Insn},
    opcode::{AluOp, AtomicOp, Size, class, mode, op, source},
};

/// A set of registers, a bit for each.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Registers(u16);

impl Registers {
    /// Only this one.
    pub const fn one(register: u8) -> Self {
        Self(1 << register)
    }

    /// Those from r`first` up to r`last`; none when there are no such.
    pub fn range(first: u8, last: u8) -> Self {
        (first..=last).fold(Self::default(), |set, register| set.and(Self::one(register)))
    }

    /// Those of both sets.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are not in `other`.
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Their numbers, in order.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..=FP).filter(move |register| self.0 & 1 << register != 0)
    }
}

/// An instruction as its fields. Only the two-slot load has an immediate of more than 32 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Raw {
    /// Class, operation and mode bits.
    pub opcode: u8,
    /// Destination register.
    pub dst: u8,
    /// Source register.
    pub src: u8,
    /// Memory offset.
    pub off: i16,
    /// Immediate.
    pub imm: i64,
}

/// What an instruction does to the registers.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Effects {
    /// Those whose values it looks at.
    pub reads: Registers,
    /// Those that hold something else afterwards, a result or nothing defined.
    pub writes: Registers,
    /// The one that holds its result.
    pub result: Option<u8>,
}

/// Why an instruction cannot be written raw.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// No instruction has this operation code.
    Unknown,
    /// It goes elsewhere: where the compiler puts what follows is not known.
    Jump,
    /// It refers to something that only the loader can put in.
    Loader,
    /// It writes r10.
    FramePointer,
    /// A register beyond r10.
    NoRegister(u8),
    /// A field that this instruction has no use for is not 0.
    Reserved,
    /// A helper that the kernel does not have.
    NoHelper(i64),
}

impl Raw {
    /// The instruction's slots.
    pub fn slots(self) -> (Insn, Option<Insn>) {
        let Self { opcode, dst, src, off, imm } = self;
        let first = Insn { opcode, dst, src, off, imm: imm as i32 };
        let second = Insn { opcode: 0, dst: 0, src: 0, off: 0, imm: (imm >> 32) as i32 };
        (first, first.is_wide().then_some(second))
    }

    /// What it reads and writes.
    pub fn effects(self) -> Result<Effects, Refusal> {
        if let Some(register) = [self.dst, self.src].into_iter().find(|register| *register > FP) {
            return Err(Refusal::NoRegister(register));
        }
        let effects = match self.opcode & class::MASK {
            class::LD => self.load_special(),
            class::LDX => self.load(),
            class::ST => self.store(Registers::default()),
            class::STX => self.store(Registers::one(self.src)),
            class::ALU | class::ALU64 => self.arithmetic(),
            class::JMP => self.call(),
            _ => Err(Refusal::Jump),
        }?;
        match effects.writes.iter().any(|register| register == FP) {
            true => Err(Refusal::FramePointer),
            false if self.uses_reserved() => Err(Refusal::Reserved),
            false => Ok(effects),
        }
    }

    /// Whether a field is set that the instruction has no use for, which the verifier refuses.
    fn uses_reserved(self) -> bool {
        let operand = if self.opcode & source::X != 0 { self.imm != 0 } else { self.src != 0 };
        match self.opcode & class::MASK {
            class::LD if self.mode() == mode::IMM => self.off != 0,
            class::LD => self.dst != 0 || self.off != 0,
            class::LDX => self.imm != 0,
            class::ST => self.src != 0,
            class::STX => self.mode() == mode::MEM && self.imm != 0,
            class::JMP => self.dst != 0 || self.off != 0,
            _ => match self.opcode & op::MASK {
                op::NEG => operand || self.opcode & source::X != 0 || self.imm != 0 || self.off != 0,
                op::END => self.src != 0 || self.off != 0 || !matches!(self.imm, 16 | 32 | 64),
                _ => operand,
            },
        }
    }

    /// Whether it is an atomic operation.
    pub fn is_atomic(self) -> bool {
        self.opcode & class::MASK == class::STX && self.mode() == mode::ATOMIC
    }

    fn mode(self) -> u8 {
        self.opcode & mode::MASK
    }

    fn load_special(self) -> Result<Effects, Refusal> {
        let packet = Effects { reads: Registers::one(6), writes: Registers::range(0, 5), result: Some(0) };
        match self.mode() {
            mode::IMM if Size::of(self.opcode) != Size::D => Err(Refusal::Unknown),
            mode::IMM if self.src != 0 => Err(Refusal::Loader),
            mode::IMM => Ok(writes(self.dst, Registers::default())),
            mode::ABS => Ok(packet),
            mode::IND => Ok(Effects { reads: packet.reads.and(Registers::one(self.src)), ..packet }),
            _ => Err(Refusal::Unknown),
        }
    }

    fn load(self) -> Result<Effects, Refusal> {
        match self.mode() {
            mode::MEM | mode::MEMSX => Ok(writes(self.dst, Registers::one(self.src))),
            _ => Err(Refusal::Unknown),
        }
    }

    fn store(self, value: Registers) -> Result<Effects, Refusal> {
        let reads = Registers::one(self.dst).and(value);
        let register = self.opcode & class::MASK == class::STX;
        match self.mode() {
            mode::MEM => Ok(Effects { reads, ..Effects::default() }),
            mode::ATOMIC if register => self.atomic(reads),
            _ => Err(Refusal::Unknown),
        }
    }

    fn atomic(self, reads: Registers) -> Result<Effects, Refusal> {
        let imm = i32::try_from(self.imm).map_err(|_| Refusal::Unknown)?;
        match AtomicOp::find(imm).ok_or(Refusal::Unknown)? {
            AtomicOp::Cmpxchg => Ok(writes(0, reads.and(Registers::one(0)))),
            _ if imm & AtomicOp::FETCH != 0 => Ok(writes(self.src, reads)),
            _ => Ok(Effects { reads, ..Effects::default() }),
        }
    }

    fn arithmetic(self) -> Result<Effects, Refusal> {
        let operation = self.opcode & op::MASK;
        let (own, other) = (Registers::one(self.dst), Registers::one(self.src));
        if operation == op::NEG || operation == op::END {
            return Ok(writes(self.dst, own));
        }
        let mov = operation == AluOp::Mov.code();
        // The offset says how many bits a move extends.
        if !mov && AluOp::find(self.opcode, self.off).is_none() {
            return Err(Refusal::Unknown);
        }
        let extends = self.opcode & source::X != 0 && matches!(self.off, 8 | 16 | 32);
        if mov && self.off != 0 && !extends {
            return Err(Refusal::Unknown);
        }
        let source = if self.opcode & source::X != 0 { other } else { Registers::default() };
        Ok(writes(self.dst, if mov { source } else { own.and(source) }))
    }

    /// A helper's call, which leaves its result in r0 and nothing in r1 to r5.
    fn call(self) -> Result<Effects, Refusal> {
        match (self.opcode & op::MASK, self.opcode & source::X, self.src) {
            (op::CALL, source::K, 0) => {}
            (op::CALL, ..) => return Err(Refusal::Loader),
            _ => return Err(Refusal::Jump),
        }
        let helper = helper::all().iter().find(|row| i64::from(row.id) == self.imm);
        let helper = helper.ok_or(Refusal::NoHelper(self.imm))?;
        let reads = Registers::range(1, helper.args.len() as u8);
        Ok(Effects { reads, writes: Registers::range(0, 5), result: Some(0) })
    }
}

fn writes(register: u8, reads: Registers) -> Effects {
    Effects { reads, writes: Registers::one(register), result: Some(register) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(opcode: u8, dst: u8, src: u8, off: i16, imm: i64) -> Raw {
        Raw { opcode, dst, src, off, imm }
    }

    fn registers(set: Registers) -> Vec<u8> {
        set.iter().collect()
    }

    #[test]
    fn arithmetic_reads_what_it_changes_and_a_move_does_not() {
        let add = raw(0x0f, 2, 3, 0, 0).effects().unwrap();
        assert_eq!((registers(add.reads), add.result), (vec![2, 3], Some(2)));
        let mov = raw(0xb7, 2, 0, 0, 7).effects().unwrap();
        assert_eq!((registers(mov.reads), registers(mov.writes)), (vec![], vec![2]));
    }

    #[test]
    fn a_call_reads_its_helpers_arguments() {
        let lookup = raw(0x85, 0, 0, 0, 1).effects().unwrap();
        assert_eq!((registers(lookup.reads), registers(lookup.writes)), (vec![1, 2], vec![0, 1, 2, 3, 4, 5]));
    }

    #[test]
    fn what_cannot_stand_alone_is_refused() {
        for (given, refusal) in [
            (raw(0x05, 0, 0, 1, 0), Refusal::Jump),
            (raw(0x95, 0, 0, 0, 0), Refusal::Jump),
            (raw(0x16, 0, 0, 1, 0), Refusal::Jump),
            (raw(0x85, 0, 1, 0, 3), Refusal::Loader),
            (raw(0x85, 0, 0, 0, 9999), Refusal::NoHelper(9999)),
            (raw(0x18, 1, 1, 0, 3), Refusal::Loader),
            (raw(0xb7, 10, 0, 0, 3), Refusal::FramePointer),
            (raw(0xb7, 11, 0, 0, 3), Refusal::NoRegister(11)),
            (raw(0x0f, 1, 2, 9, 0), Refusal::Unknown),
            (raw(0x21, 1, 2, 0, 0), Refusal::Unknown),
            (raw(0x18, 1, 0, 3, 0), Refusal::Reserved),
            (raw(0x87, 1, 2, 0, 0), Refusal::Reserved),
            (raw(0x0f, 1, 2, 0, 9), Refusal::Reserved),
            (raw(0x85, 1, 0, 0, 5), Refusal::Reserved),
        ] {
            assert_eq!(given.effects(), Err(refusal), "{given:?}");
        }
    }
}
