//! What the evaluator is put into: the world around it, the functions that this world adds, and the limits it sets.

use std::any::Any;

use super::{Interp, Result, Value};

/// What the world around the evaluator does.
pub trait Host: Any {
    /// Prints to standard output.
    ///
    /// # Errors
    /// When nobody can read it any more, which ends the evaluation.
    fn print(&mut self, text: &str) -> std::result::Result<(), String>;
    /// Called now and then: an error ends the evaluation.
    fn poll(&mut self) -> std::result::Result<(), String> {
        Ok(())
    }
    /// For the host's functions to know it again.
    fn as_any(&mut self) -> &mut dyn Any;
}

/// A host that has nothing and swallows what is printed: macros have it.
pub struct Alone;

impl Host for Alone {
    fn print(&mut self, _: &str) -> std::result::Result<(), String> {
        Ok(())
    }
    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

/// A function written in Rust.
pub struct Builtin {
    /// Its name.
    pub name: &'static str,
    /// The least number of arguments.
    pub min: usize,
    /// The greatest number of arguments.
    pub max: usize,
    /// What it does.
    pub call: fn(&mut Interp<'_>, &[Value]) -> Result,
}

/// As many arguments as one likes.
pub const MANY: usize = usize::MAX;

/// How much an evaluation may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Forms evaluated, and elements made, in one evaluation; 0 for no limit.
    pub steps: u64,
    /// The same of all evaluations together; 0 for no limit.
    pub total: u64,
    /// Forms within forms.
    pub depth: u32,
}

/// What macros may take: a second or so each, a few together, and no more stack than there is.
pub const MACRO_LIMITS: Limits = Limits { steps: 4_000_000, total: 20_000_000, depth: 4_000 };
