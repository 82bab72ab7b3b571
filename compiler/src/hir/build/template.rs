//! Functions as they are defined, and which ones were made of them: what is known of a function apart from its calls.

use super::{
    Builder,
    param::{Param, ParamType},
    program::Hook,
    top::Definition,
};
use crate::{
    hir::{FunctionId, Ty},
    names::Name,
    read::DatumId,
    source::Span,
};

/// A `defun`, before it is known what it is called with.
pub struct Template<'a> {
    pub(super) name: Name,
    pub(super) symbol: String,
    /// Where its name stands.
    pub(super) span: Span,
    pub(super) form: Span,
    pub(super) params: Vec<Param>,
    pub(super) returns: Option<ParamType>,
    pub(super) inline: bool,
    /// Whether the verifier proves it by itself.
    pub(super) global: bool,
    pub(super) body: &'a [DatumId],
    /// Whether its definition has errors.
    pub(super) broken: bool,
    /// Whether anything calls it.
    pub(super) called: bool,
}

impl<'a> Template<'a> {
    /// A program that is called like a function.
    pub(super) fn of_program(
        definition: &Definition<'a>,
        symbol: String,
        params: Vec<Param>,
        returns: Option<ParamType>,
        body: &'a [DatumId],
    ) -> Self {
        Self {
            name: definition.name,
            symbol,
            span: definition.name_span,
            form: definition.span,
            params,
            returns,
            inline: false,
            global: true,
            body,
            broken: false,
            called: true,
        }
    }
}

/// A function as built for some types of arguments in some kind of program.
pub struct Instance {
    pub(super) template: usize,
    pub(super) types: Vec<Ty>,
    pub(super) hook: Option<Hook>,
    pub(super) id: FunctionId,
}

impl Instance {
    /// Whether it is what the function is in such a program, called with such arguments.
    pub(super) fn is(&self, template: usize, types: &[Ty], hook: Option<&Hook>) -> bool {
        let same_hook = match (&self.hook, hook) {
            (Some(a), Some(b)) => {
                let attach = match (a.attach, b.attach) {
                    (Some(a), Some(b)) => std::ptr::eq(a, b),
                    (None, None) => true,
                    _ => false,
                };
                (a.ty, a.gpl, a.sleepable) == (b.ty, b.gpl, b.sleepable) && attach
            }
            (None, None) => true,
            _ => false,
        };
        self.template == template && self.types == types && same_hook
    }
}

impl Builder<'_> {
    /// What a function is defined with.
    pub(super) fn templates_params(&self, index: usize) -> &[Param] {
        &self.templates[index].params
    }

    /// Whether its definition has errors.
    pub(super) fn is_broken(&self, index: usize) -> bool {
        self.templates[index].broken
    }

    /// Its ELF symbol.
    pub(super) fn symbol_of_function(&self, index: usize) -> String {
        self.templates[index].symbol.clone()
    }

    /// Its name.
    pub(super) fn name_of_function(&self, index: usize) -> Name {
        self.templates[index].name
    }

    /// Where its name stands.
    pub(super) fn place_of_function(&self, index: usize) -> Span {
        self.templates[index].span
    }
}
