//! Block parameters that are always the same value: on every edge, but for themselves around a loop.
//!
//! Building SSA leaves many of them. This runs before the proofs too, so that what is proven of a
//! value outside a loop is proven of it inside.

use super::values::Replacements;
use crate::{
    arena::Arena,
    ir::{Block, Function, Graph, Value},
};

/// Replaces every such parameter, until there is none left.
pub fn run(f: &mut Function) -> bool {
    let mut changed = false;
    while round(f) {
        changed = true;
    }
    changed
}

fn round(f: &mut Function) -> bool {
    let graph = Graph::new(f);
    let homes = homes(f, &graph);
    let mut replacements = Replacements::new(f);
    for block in &graph.order()[1..] {
        let params = f.params(*block).to_vec();
        let same: Vec<Option<Value>> = params
            .iter()
            .enumerate()
            .map(|(i, param)| {
                only_arg(f, &graph, *block, i, *param, &replacements)
                    .filter(|value| homes[*value].is_some_and(|home| graph.dominates(home, *block)))
            })
            .collect();
        if same.iter().all(Option::is_none) {
            continue;
        }
        for (param, value) in params.iter().zip(&same) {
            if let Some(value) = value {
                replacements.replace(*param, *value);
                if let Some(name) = f.name(*param) {
                    f.set_name(*value, name);
                }
            }
        }
        remove(f, &graph, *block, &same);
    }
    replacements.apply(f);
    replacements.any()
}

/// The block that defines each value.
fn homes(f: &Function, graph: &Graph) -> Arena<Value, Option<Block>> {
    let mut homes = Arena::filled(f.value_count(), None);
    for block in graph.order() {
        let results = f.insts(*block).iter().filter_map(|inst| f.result(*inst));
        f.params(*block).iter().copied().chain(results).for_each(|value| homes[value] = Some(*block));
    }
    homes
}

/// The one value that a parameter gets besides itself.
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
    only.filter(|value| *value != param)
}

/// Removes the parameters that have a replacement, and their arguments.
fn remove(f: &mut Function, graph: &Graph, block: Block, same: &[Option<Value>]) {
    let mut preds = graph.preds(block).to_vec();
    preds.sort();
    preds.dedup();
    for pred in preds {
        for edge in f.end_mut(pred).edges_mut().filter(|edge| edge.block == block) {
            let mut same = same.iter();
            edge.args.retain(|_| same.next().is_some_and(Option::is_none));
        }
    }
    f.retain_params(block, |i| same[i].is_none());
}
