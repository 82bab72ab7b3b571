//! SSA to machine code.
//!
//! [`legalize`] rewrites what the chosen instruction set lacks, still as SSA; [`select`] picks
//! instructions over virtual registers; [`alloc`] gives them registers through `regalloc2`;
//! [`frame`] lays out the stack; [`emit`] writes the instructions and resolves jumps. Beside that
//! stand the instruction set itself ([`insn`], [`opcode`]) and the [disassembler](disasm).

mod alloc;
pub mod disasm;
mod emit;
mod frame;
pub mod insn;
pub mod legalize;
mod machine;
pub mod opcode;
pub mod raw;
mod select;

use crate::{
    driver::Cpu,
    hir::{CoreId, GlobalId, KfuncId, KsymId, MapId},
    ir::{self, Func},
    source::Span,
};
use insn::Insn;

/// A function's machine code.
#[derive(Clone, Debug)]
pub struct Code {
    /// The instructions, in slots of 8 bytes.
    pub insns: Vec<Insn>,
    /// Where each slot comes from.
    pub spans: Vec<Span>,
    /// The slots that the loader fills in.
    pub relocs: Vec<(u32, Target)>,
    /// The slots that hold an answer about a kernel struct, in order.
    pub cores: Vec<(u32, CoreId)>,
    /// Bytes of stack.
    pub stack: u32,
}

/// What the loader puts into a slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// A map.
    Map(MapId),
    /// A function of the kernel's.
    Kfunc(KfuncId),
    /// The address of a symbol of the kernel's.
    Ksym(KsymId),
    /// The address of a global plus a constant.
    Global(GlobalId, i32),
    /// A function, which is called or whose address is taken.
    Function(Func),
}

/// Why there is no machine code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// The stack takes more than [`STACK_BYTES`](bpfl_stdlib::catalog::limit::STACK_BYTES) bytes.
    Stack {
        /// How many it takes.
        bytes: u32,
        /// What takes them: place and size, in the order of the function.
        slots: Vec<(Span, u32)>,
        /// How many of them hold values that found no register.
        spills: u32,
    },
    /// A jump is longer than the instruction set allows.
    Jump(Span),
    /// The register allocator gave up, which is a bug in this compiler.
    Allocation(String),
}

/// Makes machine code of a legalized function.
pub fn generate(function: &ir::Function, cpu: Cpu) -> Result<Code, Error> {
    let mut function = function.clone();
    select::split_critical_edges(&mut function);
    let code = select::select(&function, cpu);
    let allocation = alloc::allocate(&code).map_err(Error::Allocation)?;
    let frame = frame::layout(&function, allocation.spill_slots())?;
    emit::emit(&code, &allocation, &frame, cpu)
}
