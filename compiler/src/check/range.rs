//! Between which bounds a value is, where it is asked for.
//!
//! A value's own operation bounds it, with what is known of the operands where it stands: the verifier
//! does not come back to a result when it learns more of what that was made of. Comparisons of the value
//! itself on the way to where it is asked for bound it further. For a block parameter each argument
//! is asked at its edge, where around a loop only the edge's own comparison is known: that is what
//! bounds a loop's counter.

use super::Proof;
pub use super::interval::Range;
use crate::ir::{Binary, Block, Op, Terminator, Type, Value};

/// Who looks: the compiler knows more than the verifier tracks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Eyes {
    /// All that follows from the operations.
    Compiler,
    /// What `kernel/bpf/verifier.c` tracks: results of division and remainder are unknown to it.
    Verifier,
}

/// How many operations are looked through; beyond it nothing is known.
const DEPTH: usize = 24;

/// How many values are looked at to answer one question; beyond it nothing is known.
const MOST: u32 = 1024;

/// The way that led to a question about a value.
struct Walk {
    eyes: Eyes,
    path: Vec<Value>,
    /// Whether something was left out that another way would have found.
    cut: bool,
    looked_at: u32,
}

impl Proof<'_> {
    /// The range of `value` where `block` starts, and for values made in it, where they are made.
    pub(super) fn range(&self, value: Value, block: Block, eyes: Eyes) -> Range {
        let mut walk = Walk { eyes, path: Vec::new(), cut: false, looked_at: 0 };
        self.range_at(value, block, &mut walk)
    }

    /// The range of `value` on the first or second edge from the end of `block`.
    pub(super) fn range_on_edge(&self, value: Value, block: Block, first: bool, eyes: Eyes) -> Range {
        let mut walk = Walk { eyes, path: Vec::new(), cut: false, looked_at: 0 };
        let range = self.range_at(value, block, &mut walk);
        self.edge(value, range, block, first, &mut walk)
    }

    fn range_at(&self, value: Value, block: Block, walk: &mut Walk) -> Range {
        if let Some(constant) = self.f.constant(value) {
            return Range::exactly(constant, self.f.ty(value));
        }
        let own = self.own(value, walk);
        self.compared(value, own, block, walk)
    }

    /// What a value's definition says of it.
    fn own(&self, value: Value, walk: &mut Walk) -> Range {
        if let Some(known) = self.ranges.borrow().get(&(value, walk.eyes)) {
            return *known;
        }
        let full = Range::full(self.f.ty(value));
        walk.looked_at += 1;
        if walk.path.len() == DEPTH || walk.looked_at > MOST || walk.path.contains(&value) {
            walk.cut = true;
            return full;
        }
        let before = std::mem::take(&mut walk.cut);
        walk.path.push(value);
        let home = self.homes[value].unwrap_or(self.f.entry());
        let own = match self.f.def_op(value) {
            Some(op) => self.operation(op, full, home, walk),
            None => self.parameter(value, full, home, walk),
        };
        walk.path.pop();
        if !walk.cut || walk.path.is_empty() {
            self.ranges.borrow_mut().insert((value, walk.eyes), own);
        }
        walk.cut |= before;
        own
    }

    /// What the comparisons on the way to `block` say, nearest last: "below 16" says more of a number
    /// with a sign after "not below 0".
    fn compared(&self, value: Value, own: Range, block: Block, walk: &mut Walk) -> Range {
        let mut way = Vec::new();
        let mut at = Some(block);
        while let Some(block) = at {
            if let [pred] = self.graph.preds(block)
                && let Terminator::Branch(_, a, b, then, _) = self.f.end(*pred)
                && (self.stands_for(*a, value) || self.stands_for(*b, value))
            {
                way.push((*pred, then.block == block));
            }
            at = self.graph.idom(block);
        }
        way.iter().rev().fold(own, |range, (pred, first)| self.edge(value, range, *pred, *first, walk))
    }

    /// What the end of `block` says on its first or second edge.
    fn edge(&self, value: Value, range: Range, block: Block, first: bool, walk: &mut Walk) -> Range {
        let Terminator::Branch(cond, a, b, then, otherwise) = self.f.end(block) else { return range };
        if then.block == otherwise.block {
            return range;
        }
        let cond = if first { *cond } else { cond.inverted() };
        let (cond, tested, other) = if self.stands_for(*a, value) {
            (cond, *a, *b)
        } else if self.stands_for(*b, value) {
            (cond.swapped(), *b, *a)
        } else {
            return range;
        };
        let Some(with) = self.compared_with(value, other, block, walk) else { return range };
        let (ty, tested) = (self.f.ty(value), self.f.ty(tested));
        if tested.is_pointer() {
            return range;
        }
        range.resized(tested).given(cond, with).resized(ty)
    }

    /// What a value is compared with: a constant; or, where the value is one to the verifier, as a
    /// loop's counter is in each round, what is known of the other.
    fn compared_with(&self, value: Value, other: Value, block: Block, walk: &mut Walk) -> Option<Range> {
        match self.f.constant(other) {
            Some(constant) => Some(Range::exactly(constant, self.f.ty(other))),
            None if self.is_followed(value) => Some(self.range_at(other, block, walk)),
            None => None,
        }
    }

    /// Whether a comparison of `tested` says something of `value`: it is the value, or it widened.
    pub(super) fn stands_for(&self, tested: Value, value: Value) -> bool {
        let widened = |of: Value, inner: Value| matches!(self.f.def_op(of), Some(Op::Zext(x)) if *x == inner);
        tested == value || widened(tested, value) || widened(value, tested)
    }

    fn parameter(&self, value: Value, full: Range, home: Block, walk: &mut Walk) -> Range {
        if home == self.f.entry() {
            return full;
        }
        let Some(index) = self.f.params(home).iter().position(|param| *param == value) else { return full };
        let (mut given, mut counted) = (Vec::new(), Vec::new());
        let mut preds = self.graph.preds(home).to_vec();
        preds.dedup();
        for pred in preds {
            for (i, edge) in self.f.end(pred).edges().enumerate().filter(|(_, edge)| edge.block == home) {
                let range = self.range_at(edge.args[index], pred, walk);
                let range = self.edge(edge.args[index], range, pred, i == 0, walk);
                match self.step(edge.args[index], value) {
                    Some(step) => counted.push((range, step)),
                    None => given.push(range),
                }
            }
        }
        let range = Range::counted(&given, &counted).unwrap_or(full);
        if range == full { self.gathered(value, full, walk) } else { range }
    }

    /// The range of all that a parameter may be given in the end, through parameters that are given each other around
    /// loops.
    fn gathered(&self, value: Value, full: Range, walk: &mut Walk) -> Range {
        let (mut seen, mut at, mut all) = (vec![value], 0, None);
        while let Some(param) = seen.get(at).copied().filter(|_| at < DEPTH) {
            at += 1;
            let home = self.homes[param].unwrap_or(self.f.entry());
            let index = self.f.params(home).iter().position(|own| *own == param);
            let (Some(index), true) = (index, home != self.f.entry()) else { return full };
            let mut preds = self.graph.preds(home).to_vec();
            preds.dedup();
            for pred in preds {
                for (i, edge) in self.f.end(pred).edges().enumerate().filter(|(_, edge)| edge.block == home) {
                    let arg = edge.args[index];
                    if seen.contains(&arg) {
                        continue;
                    }
                    if self.f.def_op(arg).is_none() {
                        seen.push(arg);
                        continue;
                    }
                    let range = self.range_at(arg, pred, walk);
                    let range = self.edge(arg, range, pred, i == 0, walk);
                    all = Some(all.map_or(range, |all: Range| all.union(range)));
                    if all == Some(full) {
                        return full;
                    }
                }
            }
        }
        all.filter(|_| at == seen.len()).unwrap_or(full)
    }

    /// By how much a loop moves its counter `param`, if that is what `arg` is.
    fn step(&self, arg: Value, param: Value) -> Option<i64> {
        match self.f.def_op(arg) {
            Some(Op::Binary(Binary::Add, a, by)) if *a == param => self.f.constant(*by),
            Some(Op::Binary(Binary::Sub, a, by)) if *a == param => self.f.constant(*by)?.checked_neg(),
            _ => None,
        }
    }

    fn operation(&self, op: &Op, full: Range, home: Block, walk: &mut Walk) -> Range {
        let ty = |value: Value| self.f.ty(value);
        let eyes = walk.eyes;
        let mut of = |value: Value| self.range_at(value, home, walk);
        let to = full.ty();
        let low_bytes = |bytes: u8| Range::between(0, (1 << (8 * u32::from(bytes))) - 1, to);
        match *op {
            Op::Compare(..) => Range::between(0, 1, to),
            Op::Load { bytes: bytes @ (1 | 2 | 4), .. } | Op::Swap(bytes @ (2 | 4), _) => low_bytes(bytes),
            Op::Zext(a) => of(a).resized(Type::I64),
            Op::Sext(a) => of(a).sign_extended(),
            Op::Trunc(a) => of(a).resized(Type::I32),
            Op::SextLow(bits @ 1..=32, a) => {
                let (least, greatest) = (-(1i64 << (bits - 1)), (1i64 << (bits - 1)) - 1);
                let range = of(a);
                if range.within(0, greatest) { range } else { Range::between_signed(least, greatest, to) }
            }
            Op::CallFunction(func, _) => {
                self.callees.get(func).map_or(full, |callee| callee.result(eyes).resized(to))
            }
            Op::Binary(op, a, b) if !ty(a).is_pointer() && !ty(b).is_pointer() => {
                Range::computed(op, of(a), of(b), eyes == Eyes::Compiler)
            }
            _ => full,
        }
    }
}
