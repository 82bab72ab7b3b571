//! Ways out that do nothing but return the same constant become one: the first of them.
//!
//! Its place in the source is the first one's, as with compilers of C.

use crate::{
    arena::Arena,
    ir::{Block, Edge, Function, Graph, Op, Terminator, Type, Value},
};

/// Joins them.
pub fn run(f: &mut Function) -> bool {
    let graph = Graph::new(f);
    // Few programs have more than a handful of verdicts.
    let mut exits: Vec<(i64, Type, Block)> = Vec::new();
    let mut instead = Arena::filled(f.block_count(), None);
    for block in graph.order() {
        let Some(value) = returned(f, *block) else { continue };
        let (constant, ty) = (f.constant(value).unwrap_or_default(), f.ty(value));
        match exits.iter().find(|exit| (exit.0, exit.1) == (constant, ty)) {
            None => exits.push((constant, ty, *block)),
            Some((.., first)) => {
                own_constant(f, *first, constant, ty);
                instead[*block] = Some(*first);
            }
        }
    }
    let mut changed = false;
    for block in graph.order() {
        changed |= redirect(f, *block, &instead);
    }
    changed
}

/// The constant that a block returns, if it does nothing else and wants nothing.
fn returned(f: &Function, block: Block) -> Option<Value> {
    let Terminator::Return(value) = f.end(block) else { return None };
    let idle = f.insts(block).iter().all(|inst| matches!(f.op(*inst), Op::Const(_)));
    let free = f.params(block).is_empty() && block != f.entry();
    (idle && free && f.constant(*value).is_some()).then_some(*value)
}

/// The constant may be from a block that is not on the way from where the others are entered.
fn own_constant(f: &mut Function, block: Block, constant: i64, ty: Type) {
    let Terminator::Return(value) = *f.end(block) else { return };
    if f.def(value).is_some_and(|def| f.insts(block).contains(&def)) {
        return;
    }
    let span = f.end_span(block);
    if let Some(own) = f.append(block, Op::Const(constant), Some(ty), span) {
        f.set_end(block, Terminator::Return(own), span);
    }
}

/// Leads a block's edges to the first of the same; a branch whose ways have become one is none.
fn redirect(f: &mut Function, block: Block, instead: &Arena<Block, Option<Block>>) -> bool {
    let mut changed = false;
    for edge in f.end_mut(block).edges_mut() {
        if let Some(first) = instead[edge.block] {
            *edge = Edge { block: first, args: Vec::new() };
            changed = true;
        }
    }
    if let Terminator::Branch(.., then, otherwise) = f.end(block)
        && then == otherwise
        && changed
    {
        let jump = Terminator::Jump(then.clone());
        let span = f.end_span(block);
        f.set_end(block, jump, span);
    }
    changed
}
