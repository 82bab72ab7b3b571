//! Special forms: what does not evaluate all of its arguments.

mod binding;
mod condition;
mod control;
pub mod define;
mod iterate;
mod loops;
mod output;
mod place;
mod quasi;
pub mod records;
mod types;

pub use types::is_of_type;

use super::{Env, Interp, Result, Value, error};

/// A special form.
pub struct Special {
    /// Its name.
    pub name: &'static str,
    min: usize,
    max: usize,
    /// What it does with its arguments, which are as many as it takes.
    pub eval: fn(&mut Interp<'_>, &[Value], &Env) -> Result,
}

impl Special {
    /// Refuses a wrong number of arguments.
    pub fn check(&self, given: usize) -> Result<()> {
        match (self.min..=self.max).contains(&given) {
            true => Ok(()),
            false => Err(error::arity(self.name, self.min, self.max, given)),
        }
    }
}

/// A form of the host's own.
pub const fn host_form(
    name: &'static str,
    min: usize,
    max: usize,
    eval: fn(&mut Interp<'_>, &[Value], &Env) -> Result,
) -> Special {
    special(name, min, max, eval)
}

const fn special(
    name: &'static str,
    min: usize,
    max: usize,
    eval: fn(&mut Interp<'_>, &[Value], &Env) -> Result,
) -> Special {
    Special { name, min, max, eval }
}

const FAMILIES: [&[Special]; 8] = [
    binding::FORMS,
    condition::FORMS,
    control::FORMS,
    define::FORMS,
    iterate::FORMS,
    output::FORMS,
    place::FORMS,
    records::FORMS,
];

/// All special forms.
pub fn all() -> impl Iterator<Item = &'static Special> {
    FAMILIES.into_iter().flatten()
}
