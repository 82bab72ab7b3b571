//! The maps that a program names, itself and in the functions that it calls or has called.
//!
//! The verifier asks of each map that an instruction of the program names whether the program may use it, before it
//! follows any path (`resolve_pseudo_ldimm64`, kernel/bpf/verifier.c).

use std::collections::HashSet;

use crate::{
    arena::Entity,
    hir::MapId,
    ir::{Function, Graph, Module, Op},
    source::Span,
};

/// Each map that program `index` of a module names, with the first place where it does: in the program, or else in
/// what it calls.
pub fn maps(module: &Module, index: usize) -> Vec<(MapId, Span)> {
    let (mut work, mut seen) = (vec![index], HashSet::from([index]));
    let mut found: Vec<(MapId, Span)> = Vec::new();
    while let Some(function) = work.pop().and_then(|index| module.functions.get(index)) {
        for (op, span) in operations(function) {
            match op {
                Op::MapAddr(map) | Op::UseMap(map) if found.iter().all(|(known, _)| *known != map) => {
                    found.push((map, span));
                }
                Op::CallFunction(func, _) | Op::FuncAddr(func) if seen.insert(func.index()) => {
                    work.insert(0, func.index());
                }
                _ => {}
            }
        }
    }
    found
}

/// What a function does on any way, in order.
fn operations(function: &Function) -> Vec<(Op, Span)> {
    let graph = Graph::new(function);
    let insts = graph.order().iter().flat_map(|block| function.insts(*block));
    insts.map(|inst| (*function.op(*inst), function.span(*inst))).collect()
}
