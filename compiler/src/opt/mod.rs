//! Optimisation: SSA in, smaller SSA that does the same out.
//!
//! One pass per file, run in the order of [`PASSES`] until none of them changes anything. A pass
//! keeps what [`crate::ir`] says holds; the IR verifier checks it after each one in debug builds.
//! Passes must not undo what the proofs in `check` rest on: a test that a proof needs stays a
//! branch on the pointer itself, before the access.

mod branches;
mod cse;
mod dce;
mod exits;
mod facts;
mod fold;
mod learned;
mod narrow;
mod nonnull;
pub mod params;
mod share;
mod values;

use crate::ir::{self, Function};

/// A pass: its name, and what does it; true when something changed.
type Pass = (&'static str, fn(&mut Function) -> bool);

/// The passes, in order.
const PASSES: &[Pass] = &[
    ("fold", fold::run),
    ("params", params::run),
    ("branches", branches::run),
    ("nonnull", nonnull::run),
    ("exits", exits::run),
    ("facts", facts::run),
    ("cse", cse::run),
    ("narrow", narrow::run),
    ("dce", dce::run),
];

/// How often the passes are run at most. Each round sees what the one before uncovered; real
/// programs are done after three.
const ROUNDS: usize = 8;

/// Optimises `function`.
pub fn optimize(function: &mut Function) {
    for _ in 0..ROUNDS {
        let mut changed = false;
        for (name, pass) in PASSES {
            changed |= pass(function);
            verify(function, name);
        }
        if !changed {
            break;
        }
    }
    share::run(function);
    verify(function, "share");
}

fn verify(function: &Function, pass: &str) {
    if cfg!(debug_assertions)
        && let Err(problems) = ir::verify::verify(function)
    {
        let module = ir::Module { functions: vec![function.clone()], ..ir::Module::default() };
        debug_assert!(false, "after {pass}: {problems:?}\n{}", ir::print(&module));
    }
}
