//! Common subexpressions: what was computed before on every path here is used again.
//!
//! Walks the dominator tree with the instructions seen on the way down. Loads count within a block
//! only, up to the next write.

use std::collections::HashMap;

use super::values::Replacements;
use crate::ir::{Block, Effect, Function, Graph, Inst, Op, Type, Value};

/// Replaces every recomputation.
pub fn run(f: &mut Function) -> bool {
    let graph = Graph::new(f);
    let children = graph.children();
    let mut seen = Seen { known: HashMap::new(), undo: Vec::new(), replacements: Replacements::new(f) };
    let mut stack = vec![Visit::Enter(f.entry())];
    while let Some(visit) = stack.pop() {
        match visit {
            Visit::Leave(mark) => seen.forget(mark),
            Visit::Enter(block) => {
                stack.push(Visit::Leave(seen.undo.len()));
                seen.block(f, block);
                stack.extend(children[block].iter().rev().map(|child| Visit::Enter(*child)));
            }
        }
    }
    seen.replacements.apply(f);
    seen.replacements.any()
}

enum Visit {
    Enter(Block),
    Leave(usize),
}

/// An instruction, its type, and for loads the stretch between writes that it is in.
type Key = (Op, Type, Option<(Block, usize)>);

struct Seen {
    known: HashMap<Key, Value>,
    undo: Vec<Key>,
    replacements: Replacements,
}

impl Seen {
    fn forget(&mut self, mark: usize) {
        for key in self.undo.drain(mark..) {
            self.known.remove(&key);
        }
    }

    fn block(&mut self, f: &mut Function, block: Block) {
        let mut writes = 0;
        let insts = f.take_insts(block);
        let kept = insts.into_iter().filter(|inst| self.inst(f, *inst, block, &mut writes)).collect();
        f.set_insts(block, kept);
    }

    /// Whether the instruction stays.
    fn inst(&mut self, f: &mut Function, inst: Inst, block: Block, writes: &mut usize) -> bool {
        f.op_mut(inst).map_operands(|value| self.replacements.find(value));
        let op = *f.op(inst);
        let stretch = match op.effect() {
            Effect::Pure => None,
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
}
