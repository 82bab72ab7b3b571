//! Common subexpressions: what was computed before on every path here is used again.
//!
//! Walks the dominator tree with the instructions seen on the way down. Loads count within a block
//! only, up to the next write; numbers that the verifier must know the bounds of, only as far as it has
//! [learned](super::learned) nothing of their operands in between.

use std::collections::HashMap;

use super::{
    learned::{self, Learned},
    values::Replacements,
};
use crate::{
    arena::Arena,
    ir::{Block, Effect, Function, Graph, Inst, Op, Type, Value},
};

/// Replaces every recomputation.
pub fn run(f: &mut Function) -> bool {
    let graph = Graph::new(f);
    let children = graph.children();
    let mut seen = Seen {
        known: HashMap::new(),
        undo: Vec::new(),
        learned: Learned::default(),
        bounding: learned::bounding(f, &graph),
        replacements: Replacements::new(f),
    };
    let mut stack = vec![Visit::Enter(f.entry())];
    while let Some(visit) = stack.pop() {
        match visit {
            Visit::Leave(known, learned) => {
                seen.forget(known);
                seen.learned.forget(learned);
            }
            Visit::Enter(block) => {
                stack.push(Visit::Leave(seen.undo.len(), seen.learned.mark()));
                let find = |value| seen.replacements.find(value);
                seen.learned.enter(f, &graph, block, find);
                seen.block(f, &graph, block);
                stack.extend(children[block].iter().rev().map(|child| Visit::Enter(*child)));
            }
        }
    }
    seen.replacements.apply(f);
    seen.replacements.any()
}

enum Visit {
    Enter(Block),
    Leave(usize, usize),
}

/// An instruction, its type, for loads the stretch between writes that it is in, and for bounding
/// numbers the block since which the same is known of the operands.
type Key = (Op, Type, Option<(Block, usize)>);

struct Seen {
    known: HashMap<Key, Value>,
    undo: Vec<Key>,
    learned: Learned,
    bounding: Arena<Value, bool>,
    replacements: Replacements,
}

impl Seen {
    fn forget(&mut self, mark: usize) {
        for key in self.undo.drain(mark..) {
            self.known.remove(&key);
        }
    }

    fn block(&mut self, f: &mut Function, graph: &Graph, block: Block) {
        let mut writes = 0;
        let insts = f.take_insts(block);
        let kept =
            insts.into_iter().filter(|inst| self.inst(f, graph, *inst, (block, &mut writes))).collect();
        f.set_insts(block, kept);
    }

    /// Whether the instruction stays.
    fn inst(
        &mut self,
        f: &mut Function,
        graph: &Graph,
        inst: Inst,
        (block, writes): (Block, &mut usize),
    ) -> bool {
        f.op_mut(inst).map_operands(|value| self.replacements.find(value));
        let op = *f.op(inst);
        let stretch = match op.effect() {
            Effect::Pure => self.since(f, graph, inst).map(|block| (block, 0)),
            Effect::Reads => Some((block, *writes)),
            Effect::Writes => {
                *writes += 1;
                return true;
            }
        };
        let Some(result) = f.result(inst) else { return true };
        let key = (op, f.ty(result), stretch);
        if let Some(before) = self.known.get(&key) {
            self.replacements.replace(result, *before);
            return false;
        }
        self.known.insert(key, result);
        self.undo.push(key);
        true
    }

    /// The block since which the verifier knows of the operands what it knows now, where that matters.
    fn since(&self, f: &Function, graph: &Graph, inst: Inst) -> Option<Block> {
        let (op, result) = (f.op(inst), f.result(inst)?);
        let small = f.small.contains(&inst);
        let matters = learned::depends(f, op, result, &self.bounding, small);
        matters.then(|| self.learned.since(f, graph, op)).flatten()
    }
}
