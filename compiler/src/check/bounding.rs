//! Numbers that end loops in which they do not change: how often one runs at most.
//!
//! The verifier stops walking a loop only where it sees such a number below a limit.

use std::collections::HashSet;

use super::{Proof, loops, tallied::joined};
use crate::ir::{Block, Terminator, Value};

/// How many values are followed from one bound; what lies behind them is not known to be part of it.
const MOST: usize = 256;

/// The values that bounds of loops are, or are made of.
pub(super) fn find(proof: &Proof<'_>) -> HashSet<Value> {
    let mut found = HashSet::new();
    for data in proof.f.loops.iter().filter(|data| proof.graph.reachable(data.latch)) {
        let body = loops::body(proof, data);
        body.iter()
            .for_each(|block| bounds(proof, *block, &body).for_each(|of| follow(proof, of, &mut found)));
    }
    found
}

/// The numbers of before a loop that the end of `block` compares others with, if it may leave the loop.
fn bounds<'p>(
    proof: &'p Proof<'_>,
    block: Block,
    body: &'p [Block],
) -> impl Iterator<Item = Value> + use<'p> {
    let compared = match proof.f.end(block) {
        Terminator::Branch(_, a, b, one, other)
            if [one, other].iter().any(|edge| !body.contains(&edge.block)) =>
        {
            vec![*a, *b]
        }
        _ => Vec::new(),
    };
    compared.into_iter().filter(|value| proof.homes[*value].is_some_and(|home| !body.contains(&home)))
}

fn follow(proof: &Proof<'_>, bound: Value, found: &mut HashSet<Value>) {
    let (mut work, most) = (vec![bound], found.len() + MOST);
    while let Some(value) = work.pop().filter(|_| found.len() < most) {
        if !found.insert(value) {
            continue;
        }
        match proof.f.def_op(value) {
            Some(op) => op.each_operand(|of| work.push(of)),
            None => work.extend(joined(proof, value)),
        }
    }
}
