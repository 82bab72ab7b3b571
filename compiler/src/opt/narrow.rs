//! Masks, extensions and widths that known bits make needless.
//!
//! For each value: below which power of two it is, read as unsigned. A mask that keeps all of it
//! goes, an extension of a sign that is 0 goes, and 64-bit arithmetic of which only the low half is
//! used becomes 32-bit.

use super::values::Replacements;
use crate::{
    arena::Arena,
    ir::{Binary, Cond, Function, Graph, Inst, Op, Terminator, Type, Value},
};

/// Narrows everything reachable.
pub fn run(f: &mut Function) -> bool {
    let graph = Graph::new(f);
    let widths = widths(f, &graph);
    let uses = uses(f, &graph);
    let replacements = Replacements::new(f);
    let mut pass = Narrow { f, widths, uses, replacements, changed: false };
    for block in graph.order() {
        let insts = pass.f.take_insts(*block);
        let mut out = Vec::with_capacity(insts.len());
        for inst in insts {
            if pass.inst(inst, &mut out) {
                out.push(inst);
            }
        }
        pass.f.set_insts(*block, out);
        pass.branch(*block);
    }
    let changed = pass.changed || pass.replacements.any();
    let replacements = pass.replacements;
    replacements.apply(f);
    changed
}

struct Narrow<'a> {
    f: &'a mut Function,
    /// The value is below two to the power of this.
    widths: Arena<Value, u32>,
    uses: Arena<Value, u32>,
    replacements: Replacements,
    changed: bool,
}

impl Narrow<'_> {
    fn width(&self, value: Value) -> u32 {
        self.widths.get(value).copied().unwrap_or(self.f.ty(value).bits())
    }

    /// Whether the sign bit is known to be 0.
    fn positive(&self, value: Value) -> bool {
        self.width(value) < self.f.ty(value).bits()
    }

    /// Whether the instruction stays.
    fn inst(&mut self, inst: Inst, out: &mut Vec<Inst>) -> bool {
        let Some(result) = self.f.result(inst) else { return true };
        let op = match *self.f.op(inst) {
            Op::Binary(Binary::And, a, mask) if self.covers(mask, a) => {
                self.replacements.replace(result, a);
                return false;
            }
            Op::SextLow(bits, a) if self.width(a) < bits.into() => {
                self.replacements.replace(result, a);
                return false;
            }
            Op::Sext(a) if self.positive(a) => Op::Zext(a),
            Op::Binary(Binary::Ashr, a, b) if self.positive(a) => Op::Binary(Binary::Lshr, a, b),
            Op::Compare(cond, a, b) if cond.is_signed() && self.positive(a) && self.positive(b) => {
                Op::Compare(without_sign(cond), a, b)
            }
            Op::Trunc(a) => match self.narrowed(a, inst, out) {
                Some(op) => op,
                None => return true,
            },
            _ => return true,
        };
        *self.f.op_mut(inst) = op;
        self.changed = true;
        true
    }

    fn branch(&mut self, block: crate::ir::Block) {
        let Terminator::Branch(cond, a, b, ..) = *self.f.end(block) else { return };
        if cond.is_signed() && self.positive(a) && self.positive(b) {
            if let Terminator::Branch(cond, ..) = self.f.end_mut(block) {
                *cond = without_sign(*cond);
            }
            self.changed = true;
        }
    }

    /// Whether a constant mask keeps every bit that `value` can have.
    fn covers(&self, mask: Value, value: Value) -> bool {
        let Some(mask) = self.f.constant(mask) else { return false };
        let bits = self.width(value);
        let all = (1u64 << bits.min(63)) - 1;
        bits < 64 && mask as u64 & all == all
    }

    /// The low half of 64-bit arithmetic that nothing else uses, as 32-bit arithmetic.
    fn narrowed(&mut self, value: Value, inst: Inst, out: &mut Vec<Inst>) -> Option<Op> {
        use Binary::{Add, And, Mul, Or, Sub, Xor};
        let Some(Op::Binary(op @ (Add | Sub | Mul | And | Or | Xor), a, b)) = self.f.def_op(value).copied()
        else {
            return None;
        };
        let easy = |narrow: &Self, v| {
            narrow.f.constant(v).is_some() || matches!(narrow.f.def_op(v), Some(Op::Zext(_) | Op::Sext(_)))
        };
        if self.uses.get(value).copied() != Some(1) || !(easy(self, a) || easy(self, b)) {
            return None;
        }
        let span = self.f.span(inst);
        let mut low = |v: Value| {
            let (made, result) = self.f.make(Op::Trunc(v), Some(Type::I32), span);
            out.push(made);
            result
        };
        Some(Op::Binary(op, low(a)?, low(b)?))
    }
}

fn without_sign(cond: Cond) -> Cond {
    match cond {
        Cond::Slt => Cond::Ult,
        Cond::Sle => Cond::Ule,
        Cond::Sgt => Cond::Ugt,
        Cond::Sge => Cond::Uge,
        other => other,
    }
}

fn uses(f: &Function, graph: &Graph) -> Arena<Value, u32> {
    let mut uses = Arena::filled(f.value_count(), 0);
    for block in graph.order() {
        f.insts(*block).iter().for_each(|inst| f.op(*inst).each_operand(|value| uses[value] += 1));
        f.end(*block).each_operand(|value| uses[value] += 1);
    }
    uses
}

/// Widths in one walk: a block's parameters take the widest argument when all of them are known
/// by then, which around loops they are not.
fn widths(f: &Function, graph: &Graph) -> Arena<Value, u32> {
    let mut widths = Arena::filled(f.value_count(), 64);
    for block in graph.order() {
        for (index, param) in f.params(*block).iter().enumerate() {
            let preds = graph.preds(*block);
            let forward = preds.iter().all(|pred| graph.position(*pred) < graph.position(*block));
            let args = preds.iter().flat_map(|pred| f.end(*pred).edges()).filter(|e| e.block == *block);
            let widest = args.map(|edge| widths[edge.args[index]]).max();
            let own = f.ty(*param).bits();
            widths[*param] = widest.filter(|_| forward).map_or(own, |width| width.min(own));
        }
        for inst in f.insts(*block) {
            if let Some(result) = f.result(*inst) {
                widths[result] = width(f, f.op(*inst), &widths).min(f.ty(result).bits());
            }
        }
    }
    widths
}

fn width(f: &Function, op: &Op, widths: &Arena<Value, u32>) -> u32 {
    let of = |value: Value| widths[value];
    let bits = |value: u64| 64 - value.leading_zeros();
    let constant = |value: Value| {
        f.constant(value).map(|c| if f.ty(value) == Type::I32 { u64::from(c as u32) } else { c as u64 })
    };
    match *op {
        Op::Const(value) => bits(value as u64),
        Op::Load { bytes, .. } => 8 * u32::from(bytes),
        Op::Compare(..) => 1,
        Op::Zext(a) | Op::Trunc(a) => of(a),
        Op::Swap(bytes, _) => 8 * u32::from(bytes),
        Op::Binary(Binary::And, a, b) => of(a).min(of(b)),
        Op::Binary(Binary::Or | Binary::Xor, a, b) => of(a).max(of(b)),
        Op::Binary(Binary::Add, a, b) => of(a).max(of(b)) + 1,
        Op::Binary(Binary::Mul, a, b) => of(a) + of(b),
        // Division and remainder are bounded too, but the verifier does not know it, and a mask
        // that tells it must stay.
        Op::Binary(Binary::Lshr, a, b) => match constant(b) {
            Some(by) => of(a).saturating_sub(by as u32),
            None => of(a),
        },
        Op::Binary(Binary::Shl, a, b) => match constant(b) {
            Some(by) => of(a).saturating_add(by as u32),
            None => 64,
        },
        _ => 64,
    }
}
