//! Instruction selection: SSA to machine instructions over virtual registers.
//!
//! Constants and the addresses of stack objects and maps are made where they are used, as
//! immediates where the instruction has room for one, so that none of them holds a register
//! across a call. Within a block, between calls, one that was made is used again.
//!
//! A `zext` is its operand's register, for an `i32` has zero above it; so is a `trunc` whose users
//! look at the low half only.

use std::collections::HashMap;

use regalloc2::{Operand, VReg};

mod asm;
mod memory;
mod ops;
mod uses;

use super::{
    alloc::reg,
    machine::{Block as MachineBlock, Code, Inst as Machine, Source},
    opcode::{AluOp, JmpOp, Size, Width},
};
use ops::{alu_op, jmp_op};

use crate::{
    arena::Arena,
    driver::Cpu,
    hir::{CoreId, GlobalId, KsymId, MapId},
    ir::{Args, Binary, Block, Cond, Edge, Func, Function, Graph, Inst, Op, Slot, Terminator, Type, Value},
    source::Span,
};

/// Puts an empty block on each edge from a block with several successors to one with several
/// predecessors, so that moves for block parameters have a place.
pub fn split_critical_edges(f: &mut Function) {
    let graph = Graph::new(f);
    for block in graph.order() {
        if f.end(*block).edges().count() < 2 {
            continue;
        }
        let mut end = f.end(*block).clone();
        let span = f.end_span(*block);
        for edge in end.edges_mut().filter(|edge| graph.preds(edge.block).len() > 1) {
            let middle = f.add_block();
            let old = std::mem::replace(edge, Edge::to(middle));
            f.set_end(middle, Terminator::Jump(old), span);
        }
        f.set_end(*block, end, span);
    }
}

/// Selects instructions for a function without critical edges.
pub fn select(f: &Function, cpu: Cpu) -> Code {
    let graph = Graph::new(f);
    let mut selector = Selector {
        f,
        cpu,
        code: Code::default(),
        regs: Arena::filled(f.value_count(), None),
        uses: uses(f, &graph),
        made: HashMap::new(),
        span: Span::default(),
    };
    selector.find_truncations(&graph);
    selector.widen_arguments(&graph);
    for block in graph.order() {
        selector.block(*block, &graph);
    }
    selector.code
}

/// How often each value is used.
fn uses(f: &Function, graph: &Graph) -> Arena<Value, Uses> {
    let mut uses = Arena::filled(f.value_count(), Uses::default());
    for block in graph.order() {
        for inst in f.insts(*block) {
            f.op(*inst).each_operand(|value| uses[value].count += 1);
        }
        f.end(*block).each_operand(|value| uses[value].count += 1);
    }
    uses
}

#[derive(Clone, Copy, Default)]
struct Uses {
    count: u32,
    /// How many of them look at the low half only.
    low: u32,
    /// Whether it is used with zero above it.
    widened: bool,
}

/// What is made where it is used.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Made {
    Const(u64),
    Slot(Slot, i32),
    Map(MapId),
    Global(GlobalId, i32),
    Core(CoreId, u32),
    Func(Func),
    Ksym(KsymId),
}

struct Selector<'a> {
    f: &'a Function,
    cpu: Cpu,
    code: Code,
    regs: Arena<Value, Option<VReg>>,
    uses: Arena<Value, Uses>,
    /// What was made since the block's start or the last call.
    made: HashMap<Made, VReg>,
    span: Span,
}

impl Selector<'_> {
    // ---- blocks ----

    fn block(&mut self, block: Block, graph: &Graph) {
        self.made.clear();
        let first = self.code.insts.len();
        let number = |block: Block| regalloc2::Block::new(graph.position(block));
        let mut params = Vec::new();
        if block == self.f.entry() {
            self.span = self.f.insts(block).first().map_or(self.f.end_span(block), |inst| self.f.span(*inst));
            self.entry_params(block);
        } else {
            params = self.f.params(block).iter().map(|param| self.define(*param)).collect();
        }
        for inst in self.f.insts(block) {
            self.span = self.f.span(*inst);
            self.inst(*inst);
        }
        self.span = self.f.end_span(block);
        let args = self.f.end(block).edges().map(|edge| self.edge_args(edge)).collect();
        self.terminator(self.f.end(block));
        self.code.blocks.push(MachineBlock {
            first,
            end: self.code.insts.len(),
            succs: self.f.end(block).edges().map(|edge| number(edge.block)).collect(),
            preds: graph.preds(block).iter().map(|pred| number(*pred)).collect(),
            params,
            args,
        });
    }

    fn entry_params(&mut self, block: Block) {
        for (i, param) in self.f.params(block).iter().enumerate() {
            let d = self.define(*param);
            self.push(Machine::Param, &[Operand::reg_fixed_def(d, reg(1 + i))]);
        }
    }

    fn edge_args(&mut self, edge: &Edge) -> Vec<VReg> {
        edge.args.iter().map(|arg| self.reg(*arg)).collect()
    }

    fn terminator(&mut self, end: &Terminator) {
        match end {
            Terminator::Return(value) => {
                let value = self.reg(*value);
                self.push(Machine::Return, &[Operand::reg_fixed_use(value, reg(0))]);
            }
            Terminator::Branch(cond, a, b, ..) => {
                let (width, op, a, source, b) = self.comparison(*cond, *a, *b);
                let mut operands = vec![Operand::reg_use(a)];
                operands.extend(b.map(Operand::reg_use));
                self.push(Machine::Branch(width, op, source), &operands);
            }
            Terminator::Jump(_) | Terminator::Open => self.push(Machine::Jump, &[]),
        }
    }

    // ---- registers ----

    fn push(&mut self, inst: Machine, operands: &[Operand]) {
        self.code.push(inst, operands, self.span);
    }

    fn define(&mut self, value: Value) -> VReg {
        *self.regs[value].get_or_insert_with(|| self.code.vreg())
    }

    /// The register that holds `value`, made here if it is one of those that are.
    fn reg(&mut self, value: Value) -> VReg {
        if let Some(made) = self.makeable(value) {
            return self.make(made);
        }
        if let Some(Op::Advance(ptr, by)) = self.f.def_op(value).copied()
            && self.core(by).is_some()
        {
            let d = self.code.vreg();
            self.alu_to(Width::W64, AluOp::Add, ptr, by, d);
            return d;
        }
        self.define(value)
    }

    fn makeable(&self, value: Value) -> Option<Made> {
        match *self.f.def_op(value)? {
            Op::Const(constant) => Some(Made::Const(register_bits(self.f.ty(value), constant))),
            Op::MapAddr(map) => Some(Made::Map(map)),
            Op::GlobalAddr(global) => Some(Made::Global(global, 0)),
            Op::Core(core, answer) => Some(Made::Core(core, answer)),
            Op::FuncAddr(func) => Some(Made::Func(func)),
            Op::KsymAddr(ksym) => Some(Made::Ksym(ksym)),
            Op::SlotAddr(_) | Op::Advance(..) => {
                self.slot(value).map(|(slot, offset)| Made::Slot(slot, offset))
            }
            Op::Zext(inner) => self.f.constant(inner).map(|constant| Made::Const(u64::from(constant as u32))),
            _ => None,
        }
    }

    /// The question about a kernel struct that a value answers.
    fn core(&self, value: Value) -> Option<(CoreId, u32)> {
        match *self.f.def_op(value)? {
            Op::Core(core, answer) => Some((core, answer)),
            _ => None,
        }
    }

    /// The kernel struct and the member that a value is the address of. Like an offset known now,
    /// it becomes part of the loads there.
    fn core_address(&self, value: Value) -> Option<(Value, CoreId, u32)> {
        match *self.f.def_op(value)? {
            Op::Advance(ptr, by) => self.core(by).map(|(core, answer)| (ptr, core, answer)),
            _ => None,
        }
    }

    /// The stack object and offset that a value is the address of.
    fn slot(&self, value: Value) -> Option<(Slot, i32)> {
        match *self.f.def_op(value)? {
            Op::SlotAddr(slot) => Some((slot, 0)),
            Op::Advance(ptr, by) => {
                let (slot, offset) = self.slot(ptr)?;
                let by = i32::try_from(self.f.constant(by)?).ok()?;
                Some((slot, offset.checked_add(by)?))
            }
            _ => None,
        }
    }

    fn make(&mut self, made: Made) -> VReg {
        if let Some(vreg) = self.made.get(&made) {
            return *vreg;
        }
        let d = self.code.vreg();
        let inst = match made {
            Made::Const(value) => Machine::Const(value),
            Made::Slot(slot, offset) => Machine::SlotAddr(slot, offset),
            Made::Map(map) => Machine::MapAddr(map),
            Made::Global(global, offset) => Machine::GlobalAddr(global, offset),
            Made::Core(core, answer) => Machine::Core(core, answer),
            Made::Func(func) => Machine::FuncAddr(func),
            Made::Ksym(ksym) => Machine::KsymAddr(ksym),
        };
        self.push(inst, &[Operand::reg_def(d)]);
        self.made.insert(made, d);
        d
    }

    /// The constant as an immediate of an operation of this width, if it fits one.
    fn immediate(&self, value: Value, width: Width) -> Option<i32> {
        let constant = self.f.constant(value)?;
        match width {
            Width::W32 => Some(constant as i32),
            Width::W64 => i32::try_from(register_bits(self.f.ty(value), constant) as i64).ok(),
        }
    }

    /// The second operand: an immediate, or a register.
    fn source(&mut self, value: Value, width: Width) -> (Source, Option<VReg>) {
        match self.immediate(value, width) {
            Some(value) => (Source::Imm(value), None),
            None => (Source::Reg, Some(self.reg(value))),
        }
    }

    // ---- instructions ----

    fn inst(&mut self, inst: Inst) {
        let op = *self.f.op(inst);
        let result = self.f.result(inst);
        match (op, result) {
            (Op::Const(_) | Op::SlotAddr(_) | Op::MapAddr(_) | Op::GlobalAddr(_) | Op::Core(..), _) => {}
            (Op::FuncAddr(_) | Op::KsymAddr(_), _) => {}
            (Op::Same(a), Some(d)) => self.same(a, d),
            (Op::Apart(a), Some(d)) => self.apart(a, d),
            (Op::Arena(a), Some(d)) => {
                let (a, d) = (self.reg(a), self.define(d));
                self.push(Machine::Arena, &[Operand::reg_def(d), Operand::reg_use(a)]);
            }
            (Op::UseMap(map), _) => {
                let named = self.code.vreg();
                self.push(Machine::MapAddr(map), &[Operand::reg_def(named)]);
            }
            (Op::Binary(op, a, b), Some(d)) => self.binary(op, a, b, d),
            (Op::Compare(cond, a, b), Some(d)) => self.set_if(cond, a, b, d),
            (Op::Zext(a), Some(d)) if self.makeable(d).is_none() => self.same(a, d),
            (Op::Trunc(a), Some(d)) => self.trunc(a, d),
            (Op::Sext(a), Some(d)) => self.movsx(Width::W64, Size::W, a, d),
            (Op::SextLow(bits, a), Some(d)) => {
                let size = Size::from_bytes(u32::from(bits) / 8).unwrap_or(Size::W);
                self.movsx(self.width(d), size, a, d);
            }
            (Op::Swap(bytes, a), Some(d)) => {
                let (a, d) = (self.reg(a), self.define(d));
                let size = size(bytes);
                self.push(Machine::Swap(size), &[Operand::reg_reuse_def(d, 1), Operand::reg_use(a)]);
            }
            (Op::Advance(ptr, by), Some(d)) if self.slot(d).is_none() && self.core_address(d).is_none() => {
                self.alu(Width::W64, AluOp::Add, ptr, by, d);
            }
            (Op::Distance(a, b), Some(d)) => self.alu(Width::W64, AluOp::Sub, a, b, d),
            (Op::Load { bytes, ptr, offset }, Some(d)) => self.load(bytes, ptr, offset, d),
            (Op::Store { bytes, ptr, offset, value }, _) => self.store(bytes, ptr, offset, value),
            (Op::Atomic { op, bytes, ptr, offset, value, .. }, d) => {
                self.atomic(op, bytes, (ptr, offset), value, d);
            }
            (Op::CompareExchange { bytes, ptr, offset, old, new }, Some(d)) => {
                let (ptr, offset) = self.near(ptr, offset);
                let (old, new) = (self.reg(old), self.reg(new));
                let operands = [
                    Operand::reg_fixed_def(self.define(d), reg(0)),
                    Operand::reg_use(ptr),
                    Operand::reg_use(new),
                    Operand::reg_fixed_use(old, reg(0)),
                ];
                self.push(Machine::CompareExchange(size(bytes), offset), &operands);
            }
            (Op::Call(helper, args), Some(d)) => self.call(Machine::Call(helper), args, d),
            (Op::CallFunction(func, args), Some(d)) => self.call(Machine::CallFunction(func), args, d),
            (Op::Asm(asm, args), d) => self.asm(asm, args, d),
            (Op::Kfunc(kfunc, args), Some(d)) => self.call(Machine::Kfunc(kfunc), args, d),
            _ => {}
        }
    }

    fn call(&mut self, inst: Machine, args: Args, d: Value) {
        let args: Vec<VReg> = args.iter().map(|arg| self.reg(arg)).collect();
        let mut operands = vec![Operand::reg_fixed_def(self.define(d), reg(0))];
        let uses = args.iter().enumerate();
        operands.extend(uses.map(|(i, arg)| Operand::reg_fixed_use(*arg, reg(1 + i))));
        self.push(inst, &operands);
        self.made.clear();
    }

    fn width(&self, value: Value) -> Width {
        if self.f.ty(value) == Type::I32 { Width::W32 } else { Width::W64 }
    }

    fn binary(&mut self, op: Binary, a: Value, b: Value, d: Value) {
        let width = self.width(d);
        let (mut a, mut b) = if op.commutes() && self.core(a).is_some() { (b, a) } else { (a, b) };
        // The result takes a's register, so a should be the one that is not needed afterwards.
        let keeps_a = self.uses[a].count > 1 || self.makeable(a).is_some();
        if op.commutes() && keeps_a && self.uses[b].count == 1 && self.makeable(b).is_none() {
            (a, b) = (b, a);
        }
        let divides = matches!(op, Binary::Udiv | Binary::Urem | Binary::Sdiv | Binary::Srem);
        if divides && width == Width::W32 && self.uses[d].widened {
            return self.divide_and_clear(op, a, b, d);
        }
        self.alu(width, alu_op(op), a, b, d);
    }

    /// The verifier forgets that a 32-bit division clears the upper half of its register, and has to be shown.
    fn divide_and_clear(&mut self, op: Binary, a: Value, b: Value, d: Value) {
        let divided = self.code.vreg();
        self.alu_to(Width::W32, alu_op(op), a, b, divided);
        let d = self.define(d);
        self.push(Machine::Mov(Width::W32), &[Operand::reg_def(d), Operand::reg_use(divided)]);
    }

    fn alu(&mut self, width: Width, op: AluOp, a: Value, b: Value, d: Value) {
        let d = self.define(d);
        self.alu_to(width, op, a, b, d);
    }

    fn alu_to(&mut self, width: Width, op: AluOp, a: Value, b: Value, d: VReg) {
        let (source, b) = match self.core(b) {
            Some((core, answer)) => (Source::Core(core, answer), None),
            None => self.source(b, width),
        };
        let a = self.reg(a);
        let mut operands = vec![Operand::reg_reuse_def(d, 1), Operand::reg_use(a)];
        operands.extend(b.map(Operand::reg_use));
        self.push(Machine::Alu(width, op, source), &operands);
    }

    fn movsx(&mut self, width: Width, size: Size, a: Value, d: Value) {
        let (a, d) = (self.reg(a), self.define(d));
        self.push(Machine::Movsx(width, size), &[Operand::reg_def(d), Operand::reg_use(a)]);
    }

    /// `d` is in `a`'s register.
    fn same(&mut self, a: Value, d: Value) {
        let reg = self.reg(a);
        self.regs[d] = Some(reg);
    }

    /// Any arithmetic cuts the link between a register and its copy (`adjust_reg_min_max_vals`,
    /// kernel/bpf/verifier.c).
    fn apart(&mut self, a: Value, d: Value) {
        let (width, a, d) = (self.width(d), self.reg(a), self.define(d));
        let operands = [Operand::reg_reuse_def(d, 1), Operand::reg_use(a)];
        self.push(Machine::Alu(width, AluOp::Or, Source::Imm(0)), &operands);
    }

    fn trunc(&mut self, a: Value, d: Value) {
        if self.uses[d].count == self.uses[d].low && self.makeable(a).is_none() {
            return self.same(a, d);
        }
        let (a, d) = (self.reg(a), self.define(d));
        self.push(Machine::Mov(Width::W32), &[Operand::reg_def(d), Operand::reg_use(a)]);
    }

    /// Operands of a comparison, with the constant, if any, on the right.
    fn comparison(&mut self, cond: Cond, a: Value, b: Value) -> (Width, JmpOp, VReg, Source, Option<VReg>) {
        let (mut cond, mut a, mut b) = (cond, a, b);
        let lacking = matches!(cond, Cond::Ult | Cond::Ule | Cond::Slt | Cond::Sle) && self.cpu < Cpu::V2;
        if lacking || (self.f.constant(a).is_some() && self.f.constant(b).is_none()) {
            (cond, a, b) = (cond.swapped(), b, a);
        }
        let narrow = self.f.ty(a) == Type::I32 && self.cpu >= Cpu::V3;
        let width = if narrow { Width::W32 } else { Width::W64 };
        let (source, b) = self.source(b, width);
        (width, jmp_op(cond), self.reg(a), source, b)
    }

    fn set_if(&mut self, cond: Cond, a: Value, b: Value, d: Value) {
        let (width, op, a, source, b) = self.comparison(cond, a, b);
        // The result is written before the operands are read for the last time.
        let mut operands = vec![Operand::reg_def_at_start(self.define(d)), Operand::reg_use_at_end(a)];
        operands.extend(b.map(Operand::reg_use_at_end));
        self.push(Machine::SetIf(width, op, source), &operands);
    }
}

/// A constant as a register holds it.
fn register_bits(ty: Type, constant: i64) -> u64 {
    if ty == Type::I32 { u64::from(constant as u32) } else { constant as u64 }
}

fn size(bytes: u8) -> Size {
    Size::from_bytes(bytes.into()).unwrap_or(Size::D)
}
