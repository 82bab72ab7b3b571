//! What is known of the functions that a program calls: what a call may do, cost and give.
//!
//! A module's functions come after those that they call last, so one walk from the first callee
//! on knows of each callee before it is asked for.

use super::{
    Proof, loops,
    range::{Eyes, Range},
    readonly, stale,
};
use crate::{
    arena::Entity,
    diagnostic::Diagnostics,
    ir::{Func, Module, Terminator, Type},
    names::Names,
    source::Span,
};

/// What is known of a function.
#[derive(Clone, Copy, Debug)]
pub struct Summary {
    /// Whether it, or what it calls, may move the packet.
    pub moves_packet: bool,
    /// Where it, or what it calls, changes the packet.
    pub writes_packet: Option<Span>,
    /// About how many instructions the verifier follows in it.
    pub cost: u64,
    /// Between which bounds its result is, as the compiler and as the verifier see it.
    result: [Range; 2],
}

/// The summaries of a module's functions; of programs there are none.
#[derive(Default, Debug)]
pub struct Callees {
    of: Vec<Option<Summary>>,
}

impl Callees {
    /// Summarises the functions of `module` that are not programs, of which there are `programs`.
    pub fn new(module: &Module, programs: usize, names: &Names) -> Self {
        let mut callees = Self { of: vec![None; programs.min(module.functions.len())] };
        for function in module.functions.iter().skip(programs) {
            let mut none = Diagnostics::default();
            let summary = summary(&Proof::new(function, module, names, &callees, &mut none));
            callees.of.push(Some(summary));
        }
        callees
    }

    /// What is known of a function.
    pub fn get(&self, func: Func) -> Option<&Summary> {
        self.of.get(func.index())?.as_ref()
    }
}

impl Summary {
    /// Between which bounds its result is.
    pub fn result(&self, eyes: Eyes) -> Range {
        self.result[usize::from(eyes == Eyes::Verifier)]
    }
}

fn summary(proof: &Proof<'_>) -> Summary {
    let insts = || proof.graph.order().iter().flat_map(|block| proof.f.insts(*block));
    Summary {
        moves_packet: insts().any(|inst| stale::moves_packet(proof, proof.f.op(*inst))),
        writes_packet: insts().find_map(|inst| readonly::packet(proof.f, proof.callees, *inst)),
        cost: loops::whole_cost(proof),
        result: [Eyes::Compiler, Eyes::Verifier].map(|eyes| result(proof, eyes)),
    }
}

/// What any of its returns may give.
fn result(proof: &Proof<'_>, eyes: Eyes) -> Range {
    let returns = proof.graph.order().iter().filter_map(|block| match proof.f.end(*block) {
        Terminator::Return(value) => Some(proof.range(*value, *block, eyes)),
        _ => None,
    });
    returns.reduce(Range::union).unwrap_or(Range::full(Type::I64))
}
