//! The proof that the kernel's verifier will accept a program, over its SSA before optimisation,
//! where every value still has the place and the name that the user gave it.
//!
//! Each file proves one thing; what it cannot prove is an error that says where the value comes
//! from and which test is missing. What the verifier needs to see and the program does not say,
//! [`settle`](settle::settle) adds.

mod align;
mod asm;
mod barred;
mod biased;
mod bounding;
mod bounds;
mod calls;
pub mod captured;
pub mod chains;
mod counted;
mod dynptr;
mod flow;
mod followed;
mod gone;
mod held;
mod interval;
pub mod limits;
mod loops;
mod named;
mod null;
mod onward;
mod outside;
mod packet;
mod range;
mod readonly;
mod refs;
mod returns;
mod rights;
mod sealed;
pub mod settle;
pub mod shared;
mod sizes;
mod stale;
mod steady;
mod tallied;
pub mod target;
mod trust;

use std::{cell::RefCell, collections::HashMap};

use bpfl_stdlib::catalog::{
    context::{self, Field, Kind},
    program::ProgramType,
};

use crate::{
    arena::Arena,
    diagnostic::Diagnostics,
    hir,
    ir::{self, Block, Function, Graph, Value},
    names::Names,
};
use range::{Eyes, Range};

/// Checks every program and function of a module. A function is proven once, for all its callers:
/// it relies on what its signature says of the pointers that it is given, and each call proves that.
pub fn check(hir: &hir::Module, module: &ir::Module, names: &Names, diagnostics: &mut Diagnostics) {
    let callees = calls::Callees::new(module, hir.programs.len(), names);
    let programs = hir.programs.values().map(|program| (Some(program.seen_as), Some(program)));
    let functions = hir.functions.values().map(|function| (function.ty, None));
    let sleeps = hir.programs.values().any(|program| program.section.sleepable);
    for (function, (ty, program)) in module.functions.iter().zip(programs.chain(functions)) {
        let mut proof = Proof::new(function, module, names, &callees, diagnostics);
        proof.packet = Words::of(ty);
        null::check(&mut proof);
        bounds::check(&mut proof);
        sizes::check(&mut proof);
        align::check(&mut proof);
        sealed::check(&mut proof);
        asm::check(&mut proof);
        readonly::check(&mut proof, program.map(|program| program.seen_as));
        rights::check(&mut proof);
        gone::check(&mut proof);
        stale::check(&mut proof);
        refs::check(&mut proof);
        onward::check(&mut proof);
        dynptr::check(&mut proof);
        trust::check(&mut proof, program, sleeps);
        loops::check(&mut proof);
        if let Some(program) = program {
            returns::check(&mut proof, program);
        }
    }
    barred::check(hir, module, diagnostics);
}

/// What messages call a packet, its start and its end.
#[derive(Clone, Copy)]
struct Words {
    what: &'static str,
    start: &'static str,
    end: &'static str,
}

impl Words {
    /// Those of programs of type `ty`: a socket option's value is like a packet.
    fn of(ty: Option<ProgramType>) -> Self {
        let is_option = |field: &Field| field.kind == Kind::OptVal;
        match ty.is_some_and(|ty| context::fields(ty).iter().any(is_option)) {
            true => Self { what: "option's value", start: "optval", end: "optval-end" },
            false => Self { what: "packet", start: "data", end: "data-end" },
        }
    }
}

/// One function, and what all proofs need to know of it.
struct Proof<'a> {
    f: &'a Function,
    module: &'a ir::Module,
    names: &'a Names,
    callees: &'a calls::Callees,
    /// What a packet is called in the program.
    packet: Words,
    graph: Graph,
    /// The block that defines each value.
    homes: Arena<Value, Option<Block>>,
    /// What definitions say of the values that were asked for.
    ranges: RefCell<HashMap<(Value, Eyes), Range>>,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Proof<'a> {
    fn new(
        f: &'a Function,
        module: &'a ir::Module,
        names: &'a Names,
        callees: &'a calls::Callees,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        let graph = Graph::new(f);
        let mut homes = Arena::filled(f.value_count(), None);
        for block in graph.order() {
            let results = f.insts(*block).iter().filter_map(|inst| f.result(*inst));
            f.params(*block).iter().copied().chain(results).for_each(|value| homes[value] = Some(*block));
        }
        Self {
            f,
            module,
            names,
            callees,
            packet: Words::of(None),
            graph,
            homes,
            ranges: RefCell::default(),
            diagnostics,
        }
    }

    /// What a value is called in messages: its variable's name, if it has one.
    fn called(&self, value: Value) -> Option<&'a str> {
        self.f.name(value).map(|name| self.names.text(name))
    }
}
