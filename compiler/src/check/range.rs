//! Between which bounds a value is, read as unsigned.
//!
//! A value's own operation bounds it; comparisons on the way to where it is asked for bound it
//! further. For a block parameter each argument is asked at its edge, where around a loop only the
//! edge's own comparison is known: that is what bounds a loop's counter.

use super::Proof;
use crate::ir::{Binary, Block, Cond, Op, Terminator, Type, Value};

/// From the first to the second, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    pub min: u64,
    pub max: u64,
}

/// Who looks: the compiler knows more than the verifier tracks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Eyes {
    /// All that follows from the operations.
    Compiler,
    /// What `kernel/bpf/verifier.c` tracks: results of division and remainder are unknown to it.
    Verifier,
}

/// How many operations are looked through; beyond it nothing is known.
const DEPTH: u32 = 24;

impl Range {
    const fn exactly(value: u64) -> Self {
        Self { min: value, max: value }
    }

    fn of_type(ty: Type) -> Self {
        Self { min: 0, max: if ty == Type::I32 { u32::MAX.into() } else { u64::MAX } }
    }

    /// What is in either.
    pub fn union(self, other: Self) -> Self {
        Self { min: self.min.min(other.min), max: self.max.max(other.max) }
    }

    /// Whether all of it is between `min` and `max`.
    pub fn within(self, min: u64, max: u64) -> bool {
        min <= self.min && self.max <= max
    }

    /// What is left when the value compares so to something in `other`.
    fn given(self, cond: Cond, other: Self) -> Self {
        let mut range = self;
        match cond {
            Cond::Eq => {
                range.min = range.min.max(other.min);
                range.max = range.max.min(other.max);
            }
            Cond::Ult => range.max = range.max.min(other.max.saturating_sub(1)),
            Cond::Ule => range.max = range.max.min(other.max),
            Cond::Ugt => range.min = range.min.max(other.min.saturating_add(1)),
            Cond::Uge => range.min = range.min.max(other.min),
            Cond::Ne if other == Self::exactly(range.min) && range.min < range.max => range.min += 1,
            Cond::Ne if other == Self::exactly(range.max) && range.min < range.max => range.max -= 1,
            _ => {}
        }
        // Contradictory: the path cannot be taken, and anything holds.
        if range.min > range.max { self } else { range }
    }
}

impl Proof<'_> {
    /// The range of `value` where `block` starts, and for values made in it, where they are made.
    pub(super) fn range(&self, value: Value, block: Block, eyes: Eyes) -> Range {
        self.range_to(value, block, eyes, DEPTH, &mut Vec::new())
    }

    /// The range of `value` on the first or second edge from the end of `block`.
    pub(super) fn range_on_edge(&self, value: Value, block: Block, first: bool, eyes: Eyes) -> Range {
        self.edge(value, self.range(value, block, eyes), block, first)
    }

    fn range_to(&self, value: Value, block: Block, eyes: Eyes, depth: u32, path: &mut Vec<Value>) -> Range {
        let full = Range::of_type(self.f.ty(value));
        if let Some(constant) = self.f.constant(value) {
            return Range::exactly(if full.max == u64::MAX {
                constant as u64
            } else {
                u64::from(constant as u32)
            });
        }
        if depth == 0 || path.contains(&value) {
            return full;
        }
        path.push(value);
        let own = match self.f.def_op(value) {
            Some(op) => self.operation(op, full, block, eyes, depth - 1, path),
            None => self.parameter(value, full, eyes, depth - 1, path),
        };
        path.pop();
        self.compared(value, own, block)
    }

    /// What the comparisons on the way to `block` say, nearest last.
    fn compared(&self, value: Value, own: Range, block: Block) -> Range {
        let mut range = own;
        let mut at = block;
        loop {
            if let [pred] = self.graph.preds(at) {
                let then =
                    matches!(self.f.end(*pred), Terminator::Branch(_, _, _, then, _) if then.block == at);
                range = self.edge(value, range, *pred, then);
            }
            match self.graph.idom(at) {
                Some(up) => at = up,
                None => return range,
            }
        }
    }

    /// What the end of `block` says on its first or second edge.
    fn edge(&self, value: Value, range: Range, block: Block, first: bool) -> Range {
        let Terminator::Branch(cond, a, b, then, otherwise) = self.f.end(block) else { return range };
        if then.block == otherwise.block {
            return range;
        }
        let cond = if first { *cond } else { cond.inverted() };
        let (cond, other) = if self.stands_for(*a, value) {
            (cond, *b)
        } else if self.stands_for(*b, value) {
            (cond.swapped(), *a)
        } else {
            return range;
        };
        let Some(constant) = self.f.constant(other) else { return range };
        let constant =
            if self.f.ty(other) == Type::I32 { u64::from(constant as u32) } else { constant as u64 };
        range.given(without_sign(cond, range, constant), Range::exactly(constant))
    }

    /// Whether a comparison of `tested` says something of `value`: it is the value, or it widened.
    fn stands_for(&self, tested: Value, value: Value) -> bool {
        let widened = |of: Value, inner: Value| matches!(self.f.def_op(of), Some(Op::Zext(x)) if *x == inner);
        tested == value || widened(tested, value) || widened(value, tested)
    }

    fn parameter(&self, value: Value, full: Range, eyes: Eyes, depth: u32, path: &mut Vec<Value>) -> Range {
        let Some(home) = self.homes[value].filter(|home| *home != self.f.entry()) else { return full };
        let Some(index) = self.f.params(home).iter().position(|param| *param == value) else { return full };
        let mut union: Option<Range> = None;
        let mut preds = self.graph.preds(home).to_vec();
        preds.dedup();
        for pred in preds {
            for (i, edge) in self.f.end(pred).edges().enumerate().filter(|(_, edge)| edge.block == home) {
                let range = self.range_to(edge.args[index], pred, eyes, depth, path);
                let range = self.edge(edge.args[index], range, pred, i == 0);
                union = Some(union.map_or(range, |union| union.union(range)));
            }
        }
        union.unwrap_or(full)
    }

    fn operation(
        &self,
        op: &Op,
        full: Range,
        block: Block,
        eyes: Eyes,
        depth: u32,
        path: &mut Vec<Value>,
    ) -> Range {
        let mut of = |value: Value| self.range_to(value, block, eyes, depth, path);
        match *op {
            Op::Compare(..) => Range { min: 0, max: 1 },
            Op::Load { bytes: bytes @ (1 | 2 | 4), .. } => Range { min: 0, max: (1 << (8 * bytes)) - 1 },
            Op::Swap(bytes @ (2 | 4), _) => Range { min: 0, max: (1 << (8 * bytes)) - 1 },
            Op::Zext(a) => of(a),
            Op::Trunc(a) => Some(of(a)).filter(|range| range.max <= full.max).unwrap_or(full),
            Op::Sext(a) | Op::SextLow(_, a) => {
                let range = of(a);
                let positive = match *op {
                    Op::SextLow(bits, _) => (1 << (bits - 1)) - 1,
                    _ => u64::from(u32::MAX >> 1),
                };
                if range.max <= positive { range } else { full }
            }
            Op::CallFunction(func, _) => self.callees.get(func).map_or(full, |callee| callee.result(eyes)),
            Op::Binary(op, a, b) => arithmetic(op, of(a), of(b), full, eyes),
            _ => full,
        }
    }
}

fn arithmetic(op: Binary, a: Range, b: Range, full: Range, eyes: Eyes) -> Range {
    let exact = b.min == b.max;
    let checked = |min: Option<u64>, max: Option<u64>| match (min, max) {
        (Some(min), Some(max)) if max <= full.max => Range { min, max },
        _ => full,
    };
    match op {
        Binary::And => Range { min: 0, max: a.max.min(b.max) },
        Binary::Or | Binary::Xor => {
            let bits = 64 - (a.max | b.max).leading_zeros();
            let min = if op == Binary::Or { a.min.max(b.min) } else { 0 };
            Range { min, max: if bits == 64 { u64::MAX } else { (1 << bits) - 1 }.min(full.max) }
        }
        Binary::Add => checked(a.min.checked_add(b.min), a.max.checked_add(b.max)),
        Binary::Sub => checked(a.min.checked_sub(b.max), a.max.checked_sub(b.min)),
        Binary::Mul => checked(a.min.checked_mul(b.min), a.max.checked_mul(b.max)),
        Binary::Shl if exact && b.max < 64 => {
            let shift = |value: u64| value.checked_mul(1 << b.max);
            checked(shift(a.min), shift(a.max))
        }
        Binary::Lshr if exact && b.max < 64 => Range { min: a.min >> b.max, max: a.max >> b.max },
        Binary::Ashr if exact && b.max < 64 && a.max <= full.max >> 1 => {
            Range { min: a.min >> b.max, max: a.max >> b.max }
        }
        Binary::Urem if eyes == Eyes::Compiler && exact && b.max > 0 => {
            Range { min: 0, max: a.max.min(b.max - 1) }
        }
        // The verifier sees a remainder by a power of two, which becomes a mask.
        Binary::Urem if exact && b.max.is_power_of_two() => Range { min: 0, max: a.max.min(b.max - 1) },
        Binary::Udiv if exact && b.max.is_power_of_two() || eyes == Eyes::Compiler && exact && b.max > 0 => {
            Range { min: a.min / b.max, max: a.max / b.max }
        }
        _ => full,
    }
}

/// A signed comparison of numbers whose signs are 0 says what the unsigned one says; of others,
/// nothing that is kept here.
fn without_sign(cond: Cond, range: Range, with: u64) -> Cond {
    let positive = |value: u64| value <= u64::from(u32::MAX >> 1);
    if !cond.is_signed() {
        return cond;
    }
    if !positive(range.max) || !positive(with) {
        // Chosen to say nothing of bounds.
        return Cond::Sgt;
    }
    match cond {
        Cond::Slt => Cond::Ult,
        Cond::Sle => Cond::Ule,
        Cond::Sgt => Cond::Ugt,
        _ => Cond::Uge,
    }
}
