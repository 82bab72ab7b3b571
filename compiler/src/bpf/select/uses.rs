//! Who looks at which half of a value: what nobody sees need not be computed, and what somebody sees the verifier must, too.

use super::Selector;
use crate::{
    driver::Cpu,
    ir::{Graph, Op, Terminator, Type, Value},
};

impl Selector<'_> {
    /// Counts the uses that look at the low half only.
    pub(super) fn find_truncations(&mut self, graph: &Graph) {
        let f = self.f;
        for block in graph.order() {
            for inst in f.insts(*block) {
                let op = *f.op(*inst);
                let narrow = f.result(*inst).is_some_and(|d| f.ty(d) == Type::I32);
                match op {
                    Op::Binary(_, a, b) if narrow => {
                        self.uses[a].low += 1;
                        self.uses[b].low += 1;
                    }
                    Op::Zext(a) => self.uses[a].widened = true,
                    Op::Compare(_, a, b) => self.low_comparison(a, b),
                    Op::SextLow(_, a) | Op::Swap(_, a) if narrow => self.uses[a].low += 1,
                    Op::Store { value, .. } => self.uses[value].low += 1,
                    Op::Atomic { value, fetch: false, .. } => self.uses[value].low += 1,
                    _ => {}
                }
            }
            match f.end(*block) {
                Terminator::Branch(_, a, b, ..) => self.low_comparison(*a, *b),
                Terminator::Return(value) if f.returns_low => self.uses[*value].low += 1,
                _ => {}
            }
        }
    }

    /// What becomes a widened parameter of a block is as good as widened itself.
    pub(super) fn widen_arguments(&mut self, graph: &Graph) {
        let mut changed = true;
        while std::mem::take(&mut changed) {
            for block in graph.order().iter().rev() {
                for edge in self.f.end(*block).edges() {
                    for (param, arg) in self.f.params(edge.block).iter().zip(&edge.args) {
                        let news = self.uses[*param].widened && !self.uses[*arg].widened;
                        self.uses[*arg].widened |= news;
                        changed |= news;
                    }
                }
            }
        }
    }

    fn low_comparison(&mut self, a: Value, b: Value) {
        if self.cpu >= Cpu::V3 && self.f.ty(a) == Type::I32 {
            self.uses[a].low += 1;
            self.uses[b].low += 1;
        }
    }
}
