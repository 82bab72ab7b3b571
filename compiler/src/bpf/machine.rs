//! Machine instructions over virtual registers: what selection makes and allocation reads.
//!
//! Each instruction has its operands in a fixed order: first what it defines, then what it uses.

use regalloc2::{Operand, PRegSet, VReg};

use super::opcode::{AluOp, AtomicOp, JmpOp, Size, Width};
use crate::{
    hir::{CoreId, GlobalId, KfuncId, KsymId, MapId},
    ir::{Asm, Func, Slot},
    source::Span,
};

/// The second operand of an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// The instruction's next register operand.
    Reg,
    /// An immediate, sign-extended to the operation's width.
    Imm(i32),
    /// The answer to a question about a kernel struct; of [`Inst::Alu`] only.
    Core(CoreId, u32),
}

/// The address of a load or store, to which an offset is added.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Base {
    /// The instruction's next register operand.
    Reg,
    /// An object in the frame.
    Slot(Slot),
}

/// An instruction. `d` is what it defines, `a` and `b` what it uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inst {
    /// d = a parameter, in one of r1 to r5 when the function starts.
    Param,
    /// d = a constant.
    Const(u64),
    /// d = a, cut to the width.
    Mov(Width),
    /// d = a op source; d is a's register.
    Alu(Width, AluOp, Source),
    /// d = a with the low bytes swapped; d is a's register.
    Swap(Size),
    /// d = the low bits of a, sign-extended.
    Movsx(Width, Size),
    /// d = memory.
    Load(Size, Base, i16),
    /// d = memory at a plus the answer to a question about a kernel struct.
    LoadCore(Size, CoreId, i16),
    /// memory = the register operand after the base.
    Store(Size, Base, i16),
    /// memory = an immediate.
    StoreImm(Size, Base, i16, i32),
    /// An atomic operation at a with b; a fetching one defines d in b's register.
    Atomic(AtomicOp, Size, i16, bool),
    /// Compares memory at a with the value in r0, stores b if they are equal; d, in r0, is what was
    /// there.
    CompareExchange(Size, i16),
    /// d = the frame's address plus the slot's offset plus a constant.
    SlotAddr(Slot, i32),
    /// d = what is at the address a of an arena.
    Arena,
    /// d = a map.
    MapAddr(MapId),
    /// d = the address of a global plus a constant.
    GlobalAddr(GlobalId, i32),
    /// d = the address of a symbol of the kernel's.
    KsymAddr(KsymId),
    /// d = the address of a function.
    FuncAddr(Func),
    /// d = the answer to a question about a kernel struct.
    Core(CoreId, u32),
    /// d = 1 if a compares so to the source, else 0.
    SetIf(Width, JmpOp, Source),
    /// d = r0 after the helper; arguments in r1 to r5.
    Call(u32),
    /// d = r0 after the function; arguments in r1 to r5.
    CallFunction(Func),
    /// d = r0 after the kernel's function; arguments in r1 to r5.
    Kfunc(KfuncId),
    /// Raw instructions; d, if there is one, is their result, a and b are the registers picked.
    Asm(usize),
    /// Goes to the only successor.
    Jump,
    /// Goes to the first successor if a compares so to the source, else to the second.
    Branch(Width, JmpOp, Source),
    /// Returns a, in r0.
    Return,
}

/// A block: a range of instructions, and where it goes on.
#[derive(Clone, Debug, Default)]
pub struct Block {
    pub first: usize,
    pub end: usize,
    pub succs: Vec<regalloc2::Block>,
    pub preds: Vec<regalloc2::Block>,
    pub params: Vec<VReg>,
    /// For each successor, an argument for each of its parameters.
    pub args: Vec<Vec<VReg>>,
}

/// A function's code.
#[derive(Clone, Debug, Default)]
pub struct Code {
    pub insts: Vec<Inst>,
    pub spans: Vec<Span>,
    operands: Vec<Operand>,
    /// Where each instruction's operands start.
    starts: Vec<u32>,
    /// The raw instructions of each [`Inst::Asm`], and what they change besides their result.
    pub asms: Vec<(Asm, PRegSet)>,
    pub blocks: Vec<Block>,
    pub vregs: usize,
}

impl Code {
    /// Appends an instruction.
    pub fn push(&mut self, inst: Inst, operands: &[Operand], span: Span) {
        self.insts.push(inst);
        self.spans.push(span);
        self.starts.push(self.operands.len() as u32);
        self.operands.extend_from_slice(operands);
    }

    /// A fresh virtual register.
    pub fn vreg(&mut self) -> VReg {
        self.vregs += 1;
        VReg::new(self.vregs - 1, regalloc2::RegClass::Int)
    }

    /// An instruction's operands.
    pub fn operands(&self, inst: usize) -> &[Operand] {
        let start = self.starts[inst] as usize;
        let end = self.starts.get(inst + 1).map_or(self.operands.len(), |end| *end as usize);
        &self.operands[start..end]
    }

    /// The registers that an instruction changes besides what it defines.
    pub fn clobbers(&self, inst: usize) -> PRegSet {
        match self.insts[inst] {
            Inst::Call(_) | Inst::CallFunction(_) | Inst::Kfunc(_) => super::alloc::CALL_CLOBBERS,
            Inst::Asm(index) => self.asms[index].1,
            _ => PRegSet::empty(),
        }
    }
}
