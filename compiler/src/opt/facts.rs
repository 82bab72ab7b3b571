//! Tests whose outcome an earlier test has decided.
//!
//! Besides saving the instructions, this keeps a second, weaker test of a bound from showing the
//! verifier a branch that cannot be taken.

use std::collections::HashMap;

use crate::ir::{Block, Cond, Function, Graph, Terminator, Type, Value};

/// Decides what can be decided.
pub fn run(f: &mut Function) -> bool {
    let graph = Graph::new(f);
    let children = graph.children();
    let mut known = Known { facts: HashMap::new(), undo: Vec::new() };
    let mut stack = vec![Visit::Enter(f.entry())];
    let mut changed = false;
    while let Some(visit) = stack.pop() {
        match visit {
            Visit::Leave(mark) => known.forget(mark),
            Visit::Enter(block) => {
                stack.push(Visit::Leave(known.undo.len()));
                known.learn(f, &graph, block);
                changed |= known.decide(f, block);
                stack.extend(children[block].iter().rev().map(|child| Visit::Enter(*child)));
            }
        }
    }
    changed
}

enum Visit {
    Enter(Block),
    Leave(usize),
}

struct Known {
    /// For each value what comparisons of it hold: the comparison, and with what.
    facts: HashMap<Value, Vec<(Cond, Value)>>,
    undo: Vec<Value>,
}

impl Known {
    fn forget(&mut self, mark: usize) {
        for value in self.undo.drain(mark..) {
            if let Some(facts) = self.facts.get_mut(&value) {
                facts.pop();
            }
        }
    }

    fn note(&mut self, cond: Cond, a: Value, b: Value) {
        self.facts.entry(a).or_default().push((cond, b));
        self.undo.push(a);
    }

    /// What the branch that leads to `block`, and nowhere else, has found.
    fn learn(&mut self, f: &Function, graph: &Graph, block: Block) {
        let &[pred] = graph.preds(block) else { return };
        let Terminator::Branch(cond, a, b, then, _) = f.end(pred) else { return };
        let cond = if then.block == block { *cond } else { cond.inverted() };
        self.note(cond, *a, *b);
        self.note(cond.swapped(), *b, *a);
    }

    fn decide(&self, f: &mut Function, block: Block) -> bool {
        let Terminator::Branch(cond, a, b, then, otherwise) = f.end(block) else { return false };
        let Some(outcome) = self.outcome(f, *cond, *a, *b) else { return false };
        let edge = if outcome { then.clone() } else { otherwise.clone() };
        let span = f.end_span(block);
        f.set_end(block, Terminator::Jump(edge), span);
        true
    }

    fn outcome(&self, f: &Function, cond: Cond, a: Value, b: Value) -> Option<bool> {
        let facts = self.facts.get(&a)?;
        let same = facts.iter().filter(|(_, with)| {
            *with == b || f.constant(*with).is_some() && f.constant(*with) == f.constant(b)
        });
        let decided = same.clone().find_map(|(fact, _)| implied(*fact, cond));
        decided.or_else(|| {
            let range = Range::of(f, a, facts);
            range.and_then(|range| range.outcome(cond, unsigned(f, b)?))
        })
    }
}

/// What `fact` says of a comparison of the same operands.
fn implied(fact: Cond, asked: Cond) -> Option<bool> {
    use Cond::*;
    let holds = |fact: Cond, asked: Cond| {
        fact == asked
            || match fact {
                Eq => asked.reflexive(),
                Ult => matches!(asked, Ule | Ne),
                Ugt => matches!(asked, Uge | Ne),
                Slt => matches!(asked, Sle | Ne),
                Sgt => matches!(asked, Sge | Ne),
                _ => false,
            }
    };
    if holds(fact, asked) {
        return Some(true);
    }
    holds(fact, asked.inverted()).then_some(false)
}

/// A constant as an unsigned number.
fn unsigned(f: &Function, value: Value) -> Option<u64> {
    let constant = f.constant(value)?;
    Some(if f.ty(value) == Type::I32 { u64::from(constant as u32) } else { constant as u64 })
}

/// Unsigned bounds that comparisons with constants have set.
struct Range {
    least: u64,
    greatest: u64,
}

impl Range {
    fn of(f: &Function, value: Value, facts: &[(Cond, Value)]) -> Option<Self> {
        let greatest = if f.ty(value) == Type::I32 { u64::from(u32::MAX) } else { u64::MAX };
        let mut range = Self { least: 0, greatest };
        let mut narrowed = false;
        for (cond, with) in facts {
            let Some(with) = unsigned(f, *with) else { continue };
            narrowed = true;
            match cond {
                Cond::Eq => (range.least, range.greatest) = (with, with),
                Cond::Ult => range.greatest = range.greatest.min(with.saturating_sub(1)),
                Cond::Ule => range.greatest = range.greatest.min(with),
                Cond::Ugt => range.least = range.least.max(with.saturating_add(1)),
                Cond::Uge => range.least = range.least.max(with),
                _ => {}
            }
        }
        (narrowed && range.least <= range.greatest).then_some(range)
    }

    fn outcome(&self, cond: Cond, with: u64) -> Option<bool> {
        match cond {
            Cond::Ult if self.greatest < with => Some(true),
            Cond::Ult if self.least >= with => Some(false),
            Cond::Ule if self.greatest <= with => Some(true),
            Cond::Ule if self.least > with => Some(false),
            Cond::Ugt if self.least > with => Some(true),
            Cond::Ugt if self.greatest <= with => Some(false),
            Cond::Uge if self.least >= with => Some(true),
            Cond::Uge if self.greatest < with => Some(false),
            Cond::Eq if with < self.least || with > self.greatest => Some(false),
            Cond::Ne if with < self.least || with > self.greatest => Some(true),
            _ => None,
        }
    }
}
