//! Common subexpressions: what was computed before on every path here is used again.
//!
//! Walks the dominator tree with the instructions seen on the way down. Loads count up to the next write
//! that may be to the same memory, through blocks that are entered from one other alone; what was stored to
//! the stack is loaded from there no more. Numbers that the verifier must know the bounds of count only as
//! far as it has [learned](super::learned) nothing of their operands in between.

use std::collections::HashMap;

use super::{
    learned::{self, Learned},
    values::Replacements,
};
use crate::{
    arena::Arena,
    ir::{Block, Effect, Function, Graph, Inst, Op, Region, Type, Value},
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
        ends: Arena::filled(f.block_count(), None),
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
type Key = (Op, Type, Option<Stretch>);

/// Instructions between two writes: the block in which the first write was, and how many there were then.
type Stretch = (Block, usize);

/// The stretches of the stack, of all other memory, and of both. No pointer to anything else leads to an
/// object on the function's own stack; a joined one may be to either.
#[derive(Clone, Copy)]
struct Stretches {
    stack: Stretch,
    other: Stretch,
    both: Stretch,
    writes: usize,
}

impl Stretches {
    fn new(block: Block) -> Self {
        let start = (block, 0);
        Self { stack: start, other: start, both: start, writes: 0 }
    }

    /// The stretch that a load is in.
    fn of(&self, f: &Function, ptr: Value) -> Stretch {
        match f.ty(ptr) {
            Type::Ptr(Region::Stack) => self.stack,
            ty if ty.may_be_stack() => self.both,
            _ => self.other,
        }
    }

    /// What an instruction in `block` may change is not known from here on.
    fn write(&mut self, f: &Function, block: Block, op: &Op) {
        self.writes += 1;
        self.both = (block, self.writes);
        let written = match op {
            Op::Store { ptr, .. } | Op::Atomic { ptr, .. } | Op::CompareExchange { ptr, .. } => {
                Some(f.ty(*ptr))
            }
            _ => None,
        };
        if written.is_none_or(Type::may_be_stack) {
            self.stack = self.both;
        }
        if written != Some(Type::Ptr(Region::Stack)) {
            self.other = self.both;
        }
    }
}

struct Seen {
    known: HashMap<Key, Value>,
    undo: Vec<Key>,
    learned: Learned,
    bounding: Arena<Value, bool>,
    /// Where each block that was seen leaves off.
    ends: Arena<Block, Option<Stretches>>,
    replacements: Replacements,
}

impl Seen {
    fn forget(&mut self, mark: usize) {
        for key in self.undo.drain(mark..) {
            self.known.remove(&key);
        }
    }

    fn block(&mut self, f: &mut Function, graph: &Graph, block: Block) {
        let before = match graph.preds(block) {
            [only] => self.ends[*only],
            _ => None,
        };
        let mut at = before.map_or(Stretches::new(block), |before| Stretches { writes: 0, ..before });
        let insts = f.take_insts(block);
        let kept = insts.into_iter().filter(|inst| self.inst(f, graph, *inst, (block, &mut at))).collect();
        f.set_insts(block, kept);
        self.ends[block] = Some(at);
    }

    /// Whether the instruction stays.
    fn inst(
        &mut self,
        f: &mut Function,
        graph: &Graph,
        inst: Inst,
        (block, at): (Block, &mut Stretches),
    ) -> bool {
        f.op_mut(inst).map_operands(|value| self.replacements.find(value));
        let op = *f.op(inst);
        let stretch = match op {
            Op::Load { ptr, .. } => Some(at.of(f, ptr)),
            _ if op.effect() == Effect::Writes => {
                at.write(f, block, &op);
                self.stored(f, &op, at);
                return true;
            }
            _ => self.since(f, graph, inst).map(|block| (block, 0)),
        };
        let Some(result) = f.result(inst) else { return true };
        let key = (op, f.ty(result), stretch);
        if let Some(before) = self.known.get(&key) {
            self.replacements.replace(result, *before);
            return false;
        }
        self.know(key, result);
        true
    }

    fn know(&mut self, key: Key, value: Value) {
        // A value that is known already stays so until the walk leaves the block that it is known from.
        if self.known.insert(key, value).is_none() {
            self.undo.push(key);
        }
    }

    /// A load from the stack gives what was stored there, where the value has no more bits than were stored.
    fn stored(&mut self, f: &Function, op: &Op, at: &Stretches) {
        let Op::Store { bytes, ptr, offset, value } = *op else { return };
        if f.ty(ptr) != Type::Ptr(Region::Stack) {
            return;
        }
        let narrow = matches!(f.def_op(value), Some(Op::Load { bytes: loaded, .. }) if *loaded <= bytes);
        if narrow || u32::from(bytes) * 8 == f.ty(value).bits() {
            self.know((Op::Load { bytes, ptr, offset }, f.ty(value), Some(at.stack)), value);
        }
    }

    /// The block since which the verifier knows of the operands what it knows now, where that matters.
    fn since(&self, f: &Function, graph: &Graph, inst: Inst) -> Option<Block> {
        let (op, result) = (f.op(inst), f.result(inst)?);
        let small = f.small.contains(&inst);
        let matters = learned::depends(f, op, result, &self.bounding, small);
        matters.then(|| self.learned.since(f, graph, op)).flatten()
    }
}
