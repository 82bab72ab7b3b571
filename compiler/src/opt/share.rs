//! One way for all edges that give a block the same constants.
//!
//! An edge with arguments becomes moves into registers and often a jump. Where several edges lead to a
//! block with equal constants, a block in between makes those once. This is for the end, because
//! [`super::branches`] lets edges skip such blocks.

use std::collections::HashMap;

use crate::ir::{Block, Edge, Function, Graph, Op, Terminator};

/// Where an edge goes, and the constants that it brings.
type Key = (Block, Vec<i64>);

/// Makes such blocks.
pub fn run(f: &mut Function) {
    let graph = Graph::new(f);
    let mut counts: HashMap<Key, usize> = HashMap::new();
    for block in graph.order() {
        for key in f.end(*block).edges().filter_map(|edge| key(f, edge)) {
            *counts.entry(key).or_default() += 1;
        }
    }
    let mut made: HashMap<Key, Block> = HashMap::new();
    for block in graph.order() {
        let mut end = f.end(*block).clone();
        for edge in end.edges_mut() {
            let Some(key) = key(f, edge).filter(|key| counts[key] > 1) else { continue };
            let way = made.get(&key).copied().unwrap_or_else(|| between(f, edge, *block));
            made.insert(key, way);
            *edge = Edge::to(way);
        }
        *f.end_mut(*block) = end;
    }
}

fn key(f: &Function, edge: &Edge) -> Option<Key> {
    let constants: Option<Vec<i64>> = edge.args.iter().map(|arg| f.constant(*arg)).collect();
    constants.filter(|constants| !constants.is_empty()).map(|constants| (edge.block, constants))
}

/// A block that goes where `edge`, of the end of `from`, went.
fn between(f: &mut Function, edge: &Edge, from: Block) -> Block {
    let (block, span) = (f.add_block(), f.end_span(from));
    let mut args = Vec::with_capacity(edge.args.len());
    for arg in &edge.args {
        let (constant, ty) = (f.constant(*arg).unwrap_or(0), f.ty(*arg));
        args.extend(f.append(block, Op::Const(constant), Some(ty), span));
    }
    f.set_end(block, Terminator::Jump(Edge { block: edge.block, args }), span);
    block
}
