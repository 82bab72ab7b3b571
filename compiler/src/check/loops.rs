//! The verifier can follow every loop to its end.
//!
//! It walks each round of a counted loop by itself, and stops at [`FOLLOWED_INSNS`]. What a round costs is estimated from its
//! instructions, those left out that become operands of others.

use std::collections::HashSet;

use bpfl_stdlib::catalog::limit::FOLLOWED_INSNS;

use super::{Proof, steady};
use crate::{
    arena::Arena,
    diagnostic::{Diagnostic, codes},
    ir::{Block, Edge, LoopData, Op},
};

/// About how many instructions the verifier follows in all of a function.
pub fn whole_cost(proof: &Proof<'_>) -> u64 {
    let mut costs = costs(proof);
    let mut inner = HashSet::new();
    for data in proof.f.loops.iter().filter(|data| proof.graph.reachable(data.latch)) {
        let blocks = body(proof, data);
        let times = data.rounds.saturating_mul(ways(proof, data, &blocks, &inner));
        blocks.iter().for_each(|block| costs[*block] = costs[*block].saturating_mul(times));
        inner.extend(blocks);
    }
    proof.graph.order().iter().fold(0, |sum, block| sum.saturating_add(costs[*block]))
}

fn costs(proof: &Proof<'_>) -> Arena<Block, u64> {
    let mut costs = Arena::filled(proof.f.block_count(), 0u64);
    for block in proof.graph.order() {
        costs[*block] = cost(proof, *block);
    }
    costs
}

/// Reports the outermost loops that cannot be followed to their end.
pub fn check(proof: &mut Proof<'_>) {
    if proof.f.loops.is_empty() {
        return;
    }
    let (mut costs, mut inner) = (costs(proof), HashSet::new());
    // Inner loops come first, and make the blocks of those around them dearer.
    for data in proof.f.loops.clone() {
        if !proof.graph.reachable(data.latch) {
            continue;
        }
        let blocks = body(proof, &data);
        let ways = ways(proof, &data, &blocks, &inner);
        let round: u64 = blocks.iter().fold(0, |sum, block| sum.saturating_add(costs[*block]));
        let round = round.saturating_mul(ways);
        if round.saturating_mul(data.rounds) > FOLLOWED_INSNS {
            let diagnostic = diagnostic(&data, round);
            proof.diagnostics.push(diagnostic);
            return;
        }
        let times = data.rounds.saturating_mul(ways);
        blocks.iter().for_each(|block| costs[*block] = costs[*block].saturating_mul(times));
        inner.extend(blocks);
    }
}

fn cost(proof: &Proof<'_>, block: Block) -> u64 {
    let insts = proof.f.insts(block).iter().map(|inst| match proof.f.op(*inst) {
        Op::Const(_)
        | Op::SlotAddr(_)
        | Op::MapAddr(_)
        | Op::Same(_)
        | Op::GlobalAddr(_)
        | Op::Core(..)
        | Op::Zext(_)
        | Op::Trunc(_) => 0,
        // The verifier follows a callback until its state repeats, which is soon.
        Op::FuncAddr(func) => proof.callees.get(*func).map_or(0, |callee| callee.cost.saturating_mul(2)),
        Op::CallFunction(func, args) => {
            let callee = proof.callees.get(*func).map_or(0, |callee| callee.cost);
            callee.saturating_add(1 + args.iter().count() as u64)
        }
        Op::Call(_, args) | Op::Kfunc(_, args) => 1 + args.iter().count() as u64,
        _ => 1,
    });
    insts.fold(1, u64::saturating_add)
}

/// How often the verifier walks a round for the ways that part and meet again in it. It keeps its state only
/// every few jumps (`is_state_visited`, kernel/bpf/verifier.c), so that a second way goes on for about a round
/// before it comes to what has been seen. Measured on Linux 6.18: up to three times what one way takes.
fn ways(proof: &Proof<'_>, data: &LoopData, blocks: &[Block], inner: &HashSet<Block>) -> u64 {
    const PARTED: u64 = 3;
    /// Where the ways part by what they have written to large objects on the stack ([`steady`]), states of before are
    /// no use: measured on Linux 6.18, `rounds / 13` times what one way takes.
    const WRITTEN: u64 = 12;
    let own: HashSet<_> = blocks.iter().collect();
    let within = |edge: &Edge| own.contains(&edge.block);
    let parts = |block: &Block| {
        let end = proof.f.end(*block);
        !inner.contains(block) && end.edges().count() > 1 && end.edges().all(within)
    };
    if !blocks.iter().any(parts) {
        return 1;
    }
    let written = steady::parted(proof, data, blocks);
    match written.iter().all(|slot| steady::is_small(proof.f, *slot)) {
        true => PARTED,
        false => PARTED.max(data.rounds / WRITTEN),
    }
}

/// The loops of whose blocks some run more than `few` times, inner ones first.
pub(super) fn long<'p>(proof: &'p Proof<'_>, few: u64) -> impl DoubleEndedIterator<Item = &'p LoopData> {
    let mut rounds = Arena::<Block, u64>::filled(proof.f.block_count(), 1);
    let loops = || proof.f.loops.iter().filter(|data| proof.graph.reachable(data.latch));
    for data in loops() {
        body(proof, data)
            .iter()
            .for_each(|block| rounds[*block] = rounds[*block].saturating_mul(data.rounds));
    }
    loops().filter(move |data| body(proof, data).iter().any(|block| rounds[*block] > few))
}

/// The blocks of a loop: those from which its end is reached without passing its start.
pub(super) fn body(proof: &Proof<'_>, data: &LoopData) -> Vec<Block> {
    let mut seen = Arena::<Block, bool>::filled(proof.f.block_count(), false);
    seen[data.header] = true;
    let mut found = vec![data.header];
    let mut work = vec![data.latch];
    while let Some(block) = work.pop() {
        if !std::mem::replace(&mut seen[block], true) {
            found.push(block);
            work.extend_from_slice(proof.graph.preds(block));
        }
    }
    found
}

fn diagnostic(data: &LoopData, round: u64) -> Diagnostic {
    let rounds = data.rounds;
    let message = format!("the verifier cannot follow {rounds} rounds of this loop to their end");
    let most = FOLLOWED_INSNS / round.max(1);
    Diagnostic::error(&codes::UNBOUNDED_LOOP, data.span, message)
        .note(format!("it follows {FOLLOWED_INSNS} instructions, and a round takes about {round}"))
        .help(format!("let it run {most} times at most, or divide the work among several runs"))
}
