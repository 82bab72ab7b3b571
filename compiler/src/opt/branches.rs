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
    let escapes = escapes(f, &graph);
    let mut changed = false;
    for block in graph.order() {
        let mut end = f.end(*block).clone();
        for edge in end.edges_mut() {
            // Each step leaves a block behind; a cycle of empty blocks is left alone after a while.
            for _ in 0..8 {
                let Some(next) = further(f, &escapes, edge) else { break };
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
fn further(f: &Function, escapes: &Arena<Block, bool>, edge: &Edge) -> Option<Edge> {
    let block = edge.block;
    if !f.insts(block).iter().all(|inst| matches!(f.op(*inst), Op::Const(_))) {
        return None;
    }
    let params = f.params(block);
    let next = match f.end(block) {
        Terminator::Jump(next) if next.block != block => next,
        Terminator::Branch(cond, a, b, then, otherwise) => {
            let known = |value: &Value| f.constant(argument(params, edge, *value));
            if cond.eval(known(a)?, known(b)?) { then } else { otherwise }
        }
        _ => return None,
    };
    // What the block defines must not be needed further on, and where edges meet anew the block
    // after has to get all it uses as arguments.
    let passes = next.args.iter().all(|arg| f.def(*arg).is_none_or(|inst| !f.insts(block).contains(&inst)));
    let local = !escapes[block];
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

/// For each block whether others use what it defines. Threading moves uses only to where the value
/// is at hand anyway, so one table serves the whole walk.
fn escapes(f: &Function, graph: &Graph) -> Arena<Block, bool> {
    let mut homes = Arena::filled(f.value_count(), f.entry());
    for block in graph.order() {
        let results = f.insts(*block).iter().filter_map(|inst| f.result(*inst));
        f.params(*block).iter().copied().chain(results).for_each(|value| homes[value] = *block);
    }
    let mut escapes = Arena::filled(f.block_count(), false);
    for block in graph.order() {
        let mut used = |value: Value| escapes[homes[value]] |= homes[value] != *block;
        f.insts(*block).iter().for_each(|inst| f.op(*inst).each_operand(&mut used));
        f.end(*block).each_operand(&mut used);
    }
    escapes
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
