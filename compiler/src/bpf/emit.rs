//! Allocated code to instructions: one or two slots each, moves and spills in between, jumps
//! resolved. A jump to the block that follows is left out, and a jump to a block that only jumps
//! on goes there at once.

use regalloc2::Allocation;

use super::{
    Code, Error, Target,
    alloc::{Allocated, Step},
    frame::Frame,
    insn::{ByteOrder, FP, Insn, Operand},
    machine::{self, Base, Inst, Source},
    opcode::{AluOp, AtomicOp, JmpOp, Size, Width},
};
use crate::{driver::Cpu, hir::CoreId, ir::Slot, source::Span};

/// Writes the code of a function.
pub fn emit(code: &machine::Code, allocated: &Allocated, frame: &Frame, cpu: Cpu) -> Result<Code, Error> {
    let mut emitter = Emitter {
        code,
        allocated,
        frame,
        cpu,
        out: Code {
            insns: Vec::new(),
            spans: Vec::new(),
            relocs: Vec::new(),
            cores: Vec::new(),
            stack: frame.bytes,
        },
        starts: vec![0; code.blocks.len()],
        jumps: Vec::new(),
    };
    let bodies = emitter.bodies();
    let targets = thread(code, &bodies);
    let order: Vec<usize> = (0..code.blocks.len()).filter(|block| targets[*block] == *block).collect();
    for (i, block) in order.iter().enumerate() {
        emitter.starts[*block] = emitter.out.insns.len();
        bodies[*block].iter().for_each(|step| emitter.step(step));
        let ahead = order.get(i + 1).copied();
        emitter.end(*block, &targets, ahead);
    }
    emitter.resolve()?;
    Ok(emitter.out)
}

/// A block's steps without its terminator, and without moves of a register to itself.
type Body = Vec<Step>;

struct Jump {
    slot: usize,
    block: usize,
    span: Span,
}

struct Emitter<'a> {
    code: &'a machine::Code,
    allocated: &'a Allocated,
    frame: &'a Frame,
    cpu: Cpu,
    out: Code,
    /// The slot at which each block starts.
    starts: Vec<usize>,
    jumps: Vec<Jump>,
}

/// For each block, where a jump to it really goes: past blocks that do nothing but jump. The entry
/// stays where it is.
fn thread(code: &machine::Code, bodies: &[Body]) -> Vec<usize> {
    let next = |block: usize| -> Option<usize> {
        let last = code.blocks[block].end - 1;
        let only_jumps = block != 0 && bodies[block].is_empty() && code.insts[last] == Inst::Jump;
        only_jumps.then(|| code.blocks[block].succs[0].index())
    };
    let mut targets = Vec::with_capacity(code.blocks.len());
    for block in 0..code.blocks.len() {
        let mut at = block;
        // A cycle of empty blocks has as many steps as there are blocks at most.
        for _ in 0..code.blocks.len() {
            match next(at) {
                Some(further) => at = further,
                None => break,
            }
        }
        targets.push(if next(at).is_some() { block } else { at });
    }
    targets
}

impl Emitter<'_> {
    fn bodies(&self) -> Vec<Body> {
        (0..self.code.blocks.len()).map(|block| self.body(block)).collect()
    }

    fn body(&self, block: usize) -> Body {
        let last = self.code.blocks[block].end - 1;
        let keep = |step: &Step| match step {
            Step::Inst(inst) => *inst != last,
            Step::Move(from, to) => from != to,
        };
        self.allocated.steps(self.code, block).filter(keep).collect()
    }

    fn push(&mut self, insn: Insn, span: Span) {
        self.out.insns.push(insn);
        self.out.spans.push(span);
    }

    fn push_both(&mut self, insns: [Insn; 2], span: Span) {
        insns.into_iter().for_each(|insn| self.push(insn, span));
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Inst(inst) => self.inst(*inst),
            Step::Move(from, to) => {
                let span = self.out.spans.last().copied().unwrap_or_default();
                self.push(self.transfer(*from, *to), span);
            }
        }
    }

    fn transfer(&self, from: Allocation, to: Allocation) -> Insn {
        let number = |a: Allocation| a.as_reg().map(|reg| reg.hw_enc() as u8);
        let spill = |a: Allocation| self.frame.spill(a.as_stack().map_or(0, |slot| slot.index()));
        match (number(from), number(to)) {
            (Some(from), Some(to)) => Insn::mov(to, from),
            (Some(from), None) => Insn::store(Size::D, FP, spill(to), from),
            // The allocator makes no moves from stack to stack.
            (None, to) => Insn::load(Size::D, to.unwrap_or(0), FP, spill(from)),
        }
    }

    /// The register of operand `index` of instruction `inst`.
    fn reg(&self, inst: usize, index: usize) -> u8 {
        self.allocated.operand(inst, index)
    }

    fn source(&self, source: Source, inst: usize, index: usize) -> Operand {
        match source {
            Source::Reg => Operand::Reg(self.reg(inst, index)),
            Source::Imm(value) => Operand::Imm(value),
            Source::Core(_, answer) => Operand::Imm(answer as i32),
        }
    }

    /// Base register, offset from it, and the index of the operand after the base.
    fn base(&self, base: Base, offset: i16, inst: usize, index: usize) -> (u8, i16, usize) {
        match base {
            Base::Reg => (self.reg(inst, index), offset, index + 1),
            Base::Slot(slot) => (FP, self.frame.slot(slot) + offset, index),
        }
    }

    fn inst(&mut self, i: usize) {
        let span = self.code.spans[i];
        match self.code.insts[i] {
            Inst::Param | Inst::Jump | Inst::Branch(..) | Inst::Return => {}
            Inst::Const(value) => self.constant(self.reg(i, 0), value, span),
            Inst::Mov(Width::W64) => self.push(Insn::mov(self.reg(i, 0), self.reg(i, 1)), span),
            Inst::Mov(Width::W32) => {
                let source = Operand::Reg(self.reg(i, 1));
                self.push(Insn::alu32(AluOp::Mov, self.reg(i, 0), source), span);
            }
            Inst::Alu(width, op, source) => self.alu(i, width, op, source),
            Inst::Swap(size) => self.push(Insn::endian(self.swap(size), size, self.reg(i, 0)), span),
            Inst::Movsx(width, size) => {
                self.push(Insn::movsx(width, size, self.reg(i, 0), self.reg(i, 1)), span);
            }
            Inst::Load(size, base, offset) => {
                let (base, offset, _) = self.base(base, offset, i, 1);
                self.push(Insn::load(size, self.reg(i, 0), base, offset), span);
            }
            Inst::LoadCore(size, core, offset) => {
                self.ask(core);
                self.push(Insn::load(size, self.reg(i, 0), self.reg(i, 1), offset), span);
            }
            Inst::Store(size, base, offset) => {
                let (base, offset, value) = self.base(base, offset, i, 0);
                self.push(Insn::store(size, base, offset, self.reg(i, value)), span);
            }
            Inst::StoreImm(size, base, offset, value) => {
                let (base, offset, _) = self.base(base, offset, i, 0);
                self.push(Insn::store_imm(size, base, offset, value), span);
            }
            Inst::Atomic(op, size, offset, fetch) => {
                let first = usize::from(fetch);
                let (ptr, value) = (self.reg(i, first), self.reg(i, first + 1));
                self.push(Insn::atomic(op, size, ptr, offset, value), span);
            }
            Inst::CompareExchange(size, offset) => {
                let (ptr, new) = (self.reg(i, 1), self.reg(i, 2));
                self.push(Insn::atomic(AtomicOp::Cmpxchg, size, ptr, offset, new), span);
            }
            Inst::SlotAddr(slot, offset) => self.slot_address(i, slot, offset),
            Inst::Arena => self.push(Insn::arena(self.reg(i, 0), self.reg(i, 1)), span),
            Inst::MapAddr(map) => self.address(Target::Map(map), Insn::load_map(self.reg(i, 0), 0), span),
            Inst::GlobalAddr(global, offset) => {
                let load = Insn::load_map_value(self.reg(i, 0), 0, 0);
                self.address(Target::Global(global, offset), load, span);
            }
            Inst::KsymAddr(ksym) => {
                self.address(Target::Ksym(ksym), Insn::load_imm64(self.reg(i, 0), 0), span);
            }
            Inst::FuncAddr(func) => {
                self.address(Target::Function(func), Insn::load_function(self.reg(i, 0), 0), span);
            }
            Inst::Core(core, answer) => {
                self.ask(core);
                self.push(Insn::mov_imm(self.reg(i, 0), answer as i32), span);
            }
            Inst::SetIf(width, op, source) => self.set_if(i, width, op, source),
            Inst::CallFunction(func) => self.call(Target::Function(func), Insn::call_function(-1), span),
            Inst::Kfunc(kfunc) => self.call(Target::Kfunc(kfunc), Insn::call_kfunc(0, 0), span),
            Inst::Asm(index) => self.raw(i, index),
            Inst::Call(helper) => self.push(Insn::call_helper(helper as i32), span),
        }
    }

    fn alu(&mut self, i: usize, width: Width, op: AluOp, source: Source) {
        if let Source::Core(core, _) = source {
            self.ask(core);
        }
        let source = self.source(source, i, 2);
        self.push(Insn::alu(width, op, self.reg(i, 0), source), self.code.spans[i]);
    }

    /// The instruction that exchanges the bytes: before v4 the one that makes it big-endian, which this is on a
    /// little-endian machine.
    fn swap(&self, size: Size) -> ByteOrder {
        if self.cpu >= Cpu::V4 && size == Size::D { ByteOrder::Swap } else { ByteOrder::Big }
    }

    fn slot_address(&mut self, i: usize, slot: Slot, offset: i32) {
        let (reg, span) = (self.reg(i, 0), self.code.spans[i]);
        let offset = i32::from(self.frame.slot(slot)) + offset;
        self.push(Insn::mov(reg, FP), span);
        self.push(Insn::alu64(AluOp::Add, reg, Operand::Imm(offset)), span);
    }

    /// The address of what the loader puts in.
    fn address(&mut self, target: Target, load: [Insn; 2], span: Span) {
        self.out.relocs.push((self.out.insns.len() as u32, target));
        self.push_both(load, span);
    }

    /// A call of what the loader finds.
    fn call(&mut self, target: Target, call: Insn, span: Span) {
        self.out.relocs.push((self.out.insns.len() as u32, target));
        self.push(call, span);
    }

    /// One if the comparison holds, else zero.
    fn set_if(&mut self, i: usize, width: Width, op: JmpOp, source: Source) {
        let (reg, source, span) = (self.reg(i, 0), self.source(source, i, 2), self.code.spans[i]);
        self.push(Insn::mov_imm(reg, 1), span);
        self.push(Insn::jump(width, op, self.reg(i, 1), source, 1), span);
        self.push(Insn::mov_imm(reg, 0), span);
    }

    /// Raw instructions, with the registers that were picked for their operands.
    fn raw(&mut self, i: usize, index: usize) {
        let code = self.code;
        let (asm, _) = &code.asms[index];
        let picked = usize::from(asm.dst) + usize::from(asm.src);
        let mut next = code.operands(i).len() - picked;
        for (raw, span) in &asm.insns {
            let mut raw = *raw;
            for (given, register) in [(asm.dst, &mut raw.dst), (asm.src, &mut raw.src)] {
                if given {
                    *register = self.allocated.operand(i, next);
                    next += 1;
                }
            }
            let (first, second) = raw.slots();
            self.push(first, *span);
            second.into_iter().for_each(|second| self.push(second, *span));
        }
    }

    /// The instruction that comes next holds an answer about a kernel struct.
    fn ask(&mut self, core: CoreId) {
        self.out.cores.push((self.out.insns.len() as u32, core));
    }

    /// A 64-bit constant in as few slots as it takes.
    fn constant(&mut self, reg: u8, value: u64, span: Span) {
        if let Ok(signed) = i32::try_from(value as i64) {
            self.push(Insn::mov_imm(reg, signed), span);
        } else if let Ok(low) = u32::try_from(value) {
            self.push(Insn::alu32(AluOp::Mov, reg, Operand::Imm(low as i32)), span);
        } else {
            self.push_both(Insn::load_imm64(reg, value), span);
        }
    }

    /// A block's terminator; `ahead` is the block that follows.
    fn end(&mut self, block: usize, targets: &[usize], ahead: Option<usize>) {
        let data = &self.code.blocks[block];
        let (last, span) = (data.end - 1, self.code.spans[data.end - 1]);
        let succs: Vec<usize> = data.succs.iter().map(|succ| targets[succ.index()]).collect();
        match (self.code.insts[last], &succs[..]) {
            (Inst::Branch(width, op, source), &[then, otherwise]) if then != otherwise => {
                let source = self.source(source, last, 1);
                let reg = self.reg(last, 0);
                match op.inverse().filter(|op| Some(then) == ahead && self.has(*op)) {
                    Some(inverse) => self.jump(Insn::jump(width, inverse, reg, source, 0), otherwise, span),
                    None => {
                        self.jump(Insn::jump(width, op, reg, source, 0), then, span);
                        self.go(otherwise, ahead, span);
                    }
                }
            }
            (Inst::Return, _) => self.push(Insn::exit(), span),
            (_, [next, ..]) => self.go(*next, ahead, span),
            (_, []) => {}
        }
    }

    /// Whether the instruction set has this jump: v1 has no "less".
    fn has(&self, op: JmpOp) -> bool {
        let less = matches!(op, JmpOp::Lt | JmpOp::Le | JmpOp::Slt | JmpOp::Sle);
        self.cpu >= Cpu::V2 || !less
    }

    fn go(&mut self, block: usize, ahead: Option<usize>, span: Span) {
        if ahead != Some(block) {
            self.jump(Insn::ja(0), block, span);
        }
    }

    fn jump(&mut self, insn: Insn, block: usize, span: Span) {
        self.jumps.push(Jump { slot: self.out.insns.len(), block, span });
        self.push(insn, span);
    }

    fn resolve(&mut self) -> Result<(), Error> {
        for jump in &self.jumps {
            let distance = self.starts[jump.block] as i64 - jump.slot as i64 - 1;
            let insn = &mut self.out.insns[jump.slot];
            match i16::try_from(distance) {
                Ok(distance) => insn.off = distance,
                Err(_) if self.cpu >= Cpu::V4 && *insn == Insn::ja(0) => *insn = Insn::gotol(distance as i32),
                Err(_) => return Err(Error::Jump(jump.span)),
            }
        }
        Ok(())
    }
}
