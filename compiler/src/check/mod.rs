//! The proof that the kernel's verifier will accept a program, over its SSA before optimisation,
//! where every value still has the place and the name that the user gave it.
//!
//! Each file proves one thing; what it cannot prove is an error that says where the value comes
//! from and which test is missing. What the verifier needs to see and the program does not say,
//! [`returns::harden`] adds.

mod bounds;
pub mod limits;
mod loops;
mod null;
mod range;
mod refs;
pub mod returns;
mod stale;
mod trust;

use crate::{
    arena::Arena,
    diagnostic::Diagnostics,
    hir,
    ir::{self, Block, Function, Graph, Value},
    names::Names,
};

/// Checks every program of a module.
pub fn check(hir: &hir::Module, module: &ir::Module, names: &Names, diagnostics: &mut Diagnostics) {
    for (function, program) in module.functions.iter().zip(hir.programs.values()) {
        let mut proof = Proof::new(function, module, names, diagnostics);
        null::check(&mut proof);
        bounds::check(&mut proof);
        stale::check(&mut proof);
        refs::check(&mut proof);
        trust::check(&mut proof, program);
        loops::check(&mut proof);
        returns::check(&mut proof, program);
    }
}

/// One function, and what all proofs need to know of it.
struct Proof<'a> {
    f: &'a Function,
    module: &'a ir::Module,
    names: &'a Names,
    graph: Graph,
    /// The block that defines each value.
    homes: Arena<Value, Option<Block>>,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Proof<'a> {
    fn new(
        f: &'a Function,
        module: &'a ir::Module,
        names: &'a Names,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        let graph = Graph::new(f);
        let mut homes = Arena::filled(f.value_count(), None);
        for block in graph.order() {
            let results = f.insts(*block).iter().filter_map(|inst| f.result(*inst));
            f.params(*block).iter().copied().chain(results).for_each(|value| homes[value] = Some(*block));
        }
        Self { f, module, names, graph, homes, diagnostics }
    }

    /// What a value is called in messages: its variable's name, if it has one.
    fn called(&self, value: Value) -> Option<&'a str> {
        self.f.name(value).map(|name| self.names.text(name))
    }
}
