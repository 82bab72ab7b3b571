//! Optimisation.

use crate::ir::Function;

/// Optimises.
pub fn optimize(_function: &mut Function) {}
