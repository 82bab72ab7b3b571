//! What the verifier learns of numbers, and where.
//!
//! It learns of a value where a branch compares it, and does not go back to what was computed from the
//! value before. So a computation after the branch is not the same as one before it, where the
//! result moves a pointer, is a size, or is returned: those are *bounding*, with all that they are made of.

use std::collections::HashMap;

use crate::{
    arena::Arena,
    ir::{Block, Function, Graph, Op, Terminator, Value},
};

/// Which values the verifier must know the bounds of.
pub fn bounding(f: &Function, graph: &Graph) -> Arena<Value, bool> {
    let mut work = Vec::new();
    for block in graph.order() {
        f.insts(*block).iter().for_each(|inst| match f.op(*inst) {
            Op::Advance(_, by) => work.push(*by),
            op @ (Op::Call(..) | Op::CallFunction(..) | Op::Kfunc(..)) => {
                op.each_operand(|value| work.push(value));
            }
            _ => {}
        });
        if let Terminator::Return(value) = f.end(*block) {
            work.push(*value);
        }
    }
    let mut found = Arena::filled(f.value_count(), false);
    let arguments = arguments(f, graph);
    while let Some(value) = work.pop() {
        if !std::mem::replace(&mut found[value], true) {
            match f.def_op(value) {
                Some(op) if is_arithmetic(op) => op.each_operand(|value| work.push(value)),
                Some(_) => {}
                None => work.extend(arguments.get(&value).into_iter().flatten()),
            }
        }
    }
    found
}

/// What each block parameter is given.
fn arguments(f: &Function, graph: &Graph) -> HashMap<Value, Vec<Value>> {
    let mut all: HashMap<Value, Vec<Value>> = HashMap::new();
    for edge in graph.order().iter().flat_map(|block| f.end(*block).edges()) {
        for (param, arg) in f.params(edge.block).iter().zip(&edge.args) {
            all.entry(*param).or_default().push(*arg);
        }
    }
    all
}

/// A zero extension is its operand's register, of which the verifier learns with it.
fn is_arithmetic(op: &Op) -> bool {
    matches!(op, Op::Binary(..) | Op::Zext(_) | Op::Sext(_) | Op::Trunc(_) | Op::SextLow(..))
}

/// Where values were last compared, on the way down the dominator tree.
#[derive(Default)]
pub struct Learned {
    at: HashMap<Value, Vec<Block>>,
    undo: Vec<Value>,
}

impl Learned {
    /// How far to [forget](Self::forget) to be where one is now.
    pub fn mark(&self) -> usize {
        self.undo.len()
    }

    /// Goes back to a mark.
    pub fn forget(&mut self, mark: usize) {
        for value in self.undo.drain(mark..) {
            if let Some(blocks) = self.at.get_mut(&value) {
                blocks.pop();
            }
        }
    }

    /// What the branch that leads to `block`, and nowhere else, says.
    pub fn enter(&mut self, f: &Function, graph: &Graph, block: Block, find: impl Fn(Value) -> Value) {
        let &[pred] = graph.preds(block) else { return };
        for value in compared(f, pred).into_iter().map(find).flat_map(|value| alike(f, value)) {
            self.at.entry(value).or_default().push(block);
            self.undo.push(value);
        }
    }

    /// The last block that knows more of one of the operands than those before it.
    pub fn since(&self, f: &Function, graph: &Graph, op: &Op) -> Option<Block> {
        let mut last = None;
        op.each_operand(|value| {
            for value in alike(f, value) {
                let at = self.at.get(&value).and_then(|blocks| blocks.last().copied());
                last = last.max(at.map(|block| (graph.position(block), block)));
            }
        });
        last.map(|(_, block)| block)
    }
}

/// What a branch at the end of `block` tells the verifier of.
pub fn compared(f: &Function, block: Block) -> Vec<Value> {
    match f.end(block) {
        Terminator::Branch(_, a, b, ..) => vec![*a, *b],
        _ => Vec::new(),
    }
}

/// A value, and what it is with zero above it: both are one register.
pub fn alike(f: &Function, value: Value) -> impl Iterator<Item = Value> + use<> {
    let inner = match f.def_op(value) {
        Some(Op::Zext(inner)) => Some(*inner),
        _ => None,
    };
    [Some(value), inner].into_iter().flatten()
}

/// Whether an instruction's result may differ, to the verifier, from that of an equal one before a branch.
pub fn depends(f: &Function, op: &Op, result: Value, bounding: &Arena<Value, bool>, small: bool) -> bool {
    match op {
        Op::Advance(..) => !(small && f.ty(result).is_packet()),
        Op::Zext(_) => false,
        op => is_arithmetic(op) && bounding.get(result).copied().unwrap_or(false),
    }
}
