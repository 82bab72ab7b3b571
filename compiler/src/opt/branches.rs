//! Control flow: blocks that only pass on, straight lines cut into blocks, branches on constants
//! that a predecessor knows.

use super::values::Replacements;
use crate::{
    arena::Arena,
    ir::{Block, Edge, Function, Graph, Op, Terminator, Value},
};

/// Simplifies the graph.
pub fn run(f: &mut Function) -> bool {
    let mut changed = thread(f);
    changed |= merge(f);
    changed
}

/// Lets edges skip blocks without instructions, as far as what those do is known at the edge.
fn thread(f: &mut Function) -> bool {
    let graph = Graph::new(f);
    let uses = Uses::new(f, &graph);
    let mut changed = false;
    for block in graph.order() {
        let mut end = f.end(*block).clone();
        for edge in end.edges_mut() {
            // Each step leaves a block behind; a cycle of empty blocks is left alone after a while.
            for _ in 0..8 {
                let Some(next) = further(f, &uses, edge) else { break };
                *edge = next;
                changed = true;
            }
        }
        if let Terminator::Jump(edge) = &end
            && let Some(value) = returned(f, edge)
        {
            end = Terminator::Return(value);
            changed = true;
        }
        *f.end_mut(*block) = end;
    }
    changed
}

/// Where an edge could go instead of to an empty block.
fn further(f: &Function, uses: &Uses<'_>, edge: &Edge) -> Option<Edge> {
    let block = edge.block;
    if !f.insts(block).iter().all(|inst| matches!(f.op(*inst), Op::Const(_))) {
        return None;
    }
    let params = f.params(block);
    let (next, other) = match f.end(block) {
        Terminator::Jump(next) if next.block != block => (next, None),
        Terminator::Branch(cond, a, b, then, otherwise) => {
            let known = |value: &Value| f.constant(argument(params, edge, *value));
            match cond.eval(known(a)?, known(b)?) {
                true => (then, Some(otherwise.block)),
                false => (otherwise, Some(then.block)),
            }
        }
        _ => return None,
    };
    // What the block defines must not be needed further on, and where edges meet anew the block
    // after has to get all it uses as arguments.
    let passes = next.args.iter().all(|arg| f.def(*arg).is_none_or(|inst| !f.insts(block).contains(&inst)));
    let local = uses.stay_behind(block, other);
    (passes && local).then(|| Edge {
        block: next.block,
        args: next.args.iter().map(|arg| argument(params, edge, *arg)).collect(),
    })
}

/// What a value is when the block is entered by `edge`.
fn argument(params: &[Value], edge: &Edge, value: Value) -> Value {
    match params.iter().position(|param| *param == value) {
        Some(index) => edge.args[index],
        None => value,
    }
}

/// For each block which others use what it defines. Threading moves uses only to where the value
/// is at hand anyway, so one table serves the whole walk.
struct Uses<'g> {
    graph: &'g Graph,
    blocks: Arena<Block, Vec<Block>>,
}

impl<'g> Uses<'g> {
    fn new(f: &Function, graph: &'g Graph) -> Self {
        let mut homes = Arena::filled(f.value_count(), f.entry());
        for block in graph.order() {
            let results = f.insts(*block).iter().filter_map(|inst| f.result(*inst));
            f.params(*block).iter().copied().chain(results).for_each(|value| homes[value] = *block);
        }
        let mut blocks = Arena::filled(f.block_count(), Vec::new());
        for block in graph.order() {
            let mut used = |value: Value| {
                let users: &mut Vec<Block> = &mut blocks[homes[value]];
                if homes[value] != *block && users.last() != Some(block) {
                    users.push(*block);
                }
            };
            f.insts(*block).iter().for_each(|inst| f.op(*inst).each_operand(&mut used));
            f.end(*block).each_operand(&mut used);
        }
        Self { graph, blocks }
    }

    /// Whether an edge may skip `block`: what that defines is only used where the way over `other` leads,
    /// to which the block alone goes. A pointer is used where it is not null, and edges that bring
    /// null skip the test.
    fn stay_behind(&self, block: Block, other: Option<Block>) -> bool {
        let behind = |user: &Block| {
            other
                .is_some_and(|other| self.graph.preds(other) == [block] && self.graph.dominates(other, *user))
        };
        self.blocks[block].iter().all(behind)
    }
}

/// What a block that an edge goes to returns, if it does nothing else.
fn returned(f: &Function, edge: &Edge) -> Option<Value> {
    match f.end(edge.block) {
        Terminator::Return(value)
            if f.insts(edge.block).is_empty() && f.params(edge.block).contains(value) =>
        {
            Some(argument(f.params(edge.block), edge, *value))
        }
        _ => None,
    }
}

/// Appends a block to its only predecessor, if that goes nowhere else.
fn merge(f: &mut Function) -> bool {
    let graph = Graph::new(f);
    let mut changed = false;
    let mut replacements = Replacements::new(f);
    for block in graph.order() {
        // The block may have grown already; what it jumps to now may be appended as well.
        while let Terminator::Jump(edge) = f.end(*block).clone() {
            let next = edge.block;
            if next == *block || graph.preds(next).len() != 1 {
                break;
            }
            for (param, arg) in f.params(next).to_vec().into_iter().zip(&edge.args) {
                replacements.replace(param, *arg);
            }
            f.retain_params(next, |_| false);
            let mut insts = f.take_insts(*block);
            insts.extend(f.take_insts(next));
            f.set_insts(*block, insts);
            let (end, span) = (f.end(next).clone(), f.end_span(next));
            f.set_end(*block, end, span);
            f.set_end(next, Terminator::Open, span);
            changed = true;
        }
    }
    replacements.apply(f);
    changed
}
