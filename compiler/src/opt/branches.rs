//! Control flow: blocks that only pass on, parameters that are always the same, straight lines cut
//! into blocks, branches on constants that a predecessor knows.

use super::values::Replacements;
use crate::ir::{Block, Edge, Function, Graph, Op, Terminator, Value};

/// Simplifies the graph.
pub fn run(f: &mut Function) -> bool {
    let mut changed = same_params(f);
    changed |= thread(f);
    changed |= merge(f);
    changed
}

/// Replaces a parameter that gets the same value on every edge, but for itself around a loop.
fn same_params(f: &mut Function) -> bool {
    let graph = Graph::new(f);
    let mut replacements = Replacements::new(f);
    for block in &graph.order()[1..] {
        let params = f.params(*block).to_vec();
        let same: Vec<Option<Value>> =
            (0..params.len()).map(|i| only_arg(f, &graph, *block, i, params[i], &replacements)).collect();
        if same.iter().all(Option::is_none) {
            continue;
        }
        for (param, value) in params.iter().zip(&same) {
            value.iter().for_each(|value| replacements.replace(*param, *value));
        }
        let mut preds = graph.preds(*block).to_vec();
        preds.dedup();
        for pred in preds {
            for edge in f.end_mut(pred).edges_mut().filter(|edge| edge.block == *block) {
                let mut same = same.iter();
                edge.args.retain(|_| same.next().is_some_and(Option::is_none));
            }
        }
        f.retain_params(*block, |i| same[i].is_none());
    }
    replacements.apply(f);
    replacements.any()
}

fn only_arg(
    f: &Function,
    graph: &Graph,
    block: Block,
    index: usize,
    param: Value,
    replacements: &Replacements,
) -> Option<Value> {
    let mut only = None;
    for pred in graph.preds(block) {
        for edge in f.end(*pred).edges().filter(|edge| edge.block == block) {
            let arg = replacements.find(edge.args[index]);
            if arg != param && *only.get_or_insert(arg) != arg {
                return None;
            }
        }
    }
    // A value from inside a loop does not dominate the loop's first block.
    only.filter(|value| *value != param && dominates(f, graph, *value, block))
}

fn dominates(f: &Function, graph: &Graph, value: Value, block: Block) -> bool {
    // With one predecessor whatever it passes is defined there.
    graph.preds(block).len() == 1 || home(f, graph, value).is_some_and(|home| graph.dominates(home, block))
}

/// The block that defines a value. Linear, and asked only for parameters about to go.
fn home(f: &Function, graph: &Graph, value: Value) -> Option<Block> {
    let defines = |block: &&Block| match f.def(value) {
        Some(inst) => f.insts(**block).contains(&inst),
        None => f.params(**block).contains(&value),
    };
    graph.order().iter().find(defines).copied()
}

/// Lets edges skip blocks without instructions, as far as what those do is known at the edge.
fn thread(f: &mut Function) -> bool {
    let graph = Graph::new(f);
    let mut changed = false;
    for block in graph.order() {
        let mut end = f.end(*block).clone();
        for edge in end.edges_mut() {
            // Each step leaves a block behind; a cycle of empty blocks is left alone after a while.
            for _ in 0..8 {
                let Some(next) = further(f, &graph, edge) else { break };
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
fn further(f: &Function, graph: &Graph, edge: &Edge) -> Option<Edge> {
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
    let local = params.is_empty() && f.insts(block).is_empty() || !escapes(f, graph, block);
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

/// Whether other blocks use what this one defines.
fn escapes(f: &Function, graph: &Graph, block: Block) -> bool {
    let results = f.insts(block).iter().filter_map(|inst| f.result(*inst));
    let defined: Vec<Value> = f.params(block).iter().copied().chain(results).collect();
    let mut found = false;
    for other in graph.order().iter().filter(|other| **other != block) {
        for inst in f.insts(*other) {
            f.op(*inst).each_operand(|value| found |= defined.contains(&value));
        }
        f.end(*other).each_operand(|value| found |= defined.contains(&value));
    }
    found
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
