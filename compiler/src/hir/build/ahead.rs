//! Structs, unions and constants that are used before they stand in the file.
//!
//! Where a name is not known yet, its definition further down is built first, and passed over when it is
//! come to. What contains itself comes back to a definition that has been begun, and finds nothing.

use std::collections::{HashMap, HashSet};

use super::Builder;
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Ty},
    names::Name,
    read::{Datum, DatumId},
    source::Span,
};

/// What is still to come in the file.
#[derive(Default)]
pub struct Ahead {
    /// The form that defines a name, where `-` and `_` are alike: the first one.
    forms: HashMap<Name, DatumId>,
    /// The form that defines an enum of a name: constants may be called the same.
    enums: HashMap<Name, DatumId>,
    /// The forms among them that have been begun.
    begun: HashSet<DatumId>,
}

impl Ahead {
    /// Whether a name is defined further down.
    pub fn has(&self, name: Name) -> bool {
        self.forms.get(&name).is_some_and(|form| !self.begun.contains(form))
    }

    /// The form that defines a name which is not known yet, if it has been begun.
    pub fn being_built(&self, name: Name) -> Option<DatumId> {
        self.forms.get(&name).copied().filter(|form| self.begun.contains(form))
    }

    /// Whether a form is to be built now, and not built already.
    pub fn begin(&mut self, form: DatumId) -> bool {
        self.begun.insert(form)
    }
}

impl<'a> Builder<'a> {
    /// Notes what `form` defines.
    pub(super) fn look_ahead(&mut self, form: DatumId) {
        let Some([head, args @ ..]) = self.items(form) else { return };
        match (self.symbol(*head).map_or("", |name| self.text(name)), args) {
            ("progn", forms) => forms.iter().for_each(|form| self.look_ahead(*form)),
            ("defenum", [name, members @ ..]) => {
                if let Some(name) = self.first_name(*name) {
                    self.ahead.enums.entry(name).or_insert(form);
                }
                members.iter().for_each(|member| self.comes(*member, form));
            }
            ("defstruct" | "defunion" | "defconstant", [name, ..]) => self.comes(*name, form),
            _ => {}
        }
    }

    /// Notes that `form` defines what `named` names, which may be a list that starts with the name.
    fn comes(&mut self, named: DatumId, form: DatumId) {
        if let Some(name) = self.first_name(named) {
            self.ahead.forms.entry(name).or_insert(form);
        }
    }

    fn first_name(&self, named: DatumId) -> Option<Name> {
        let first = self.items(named).and_then(|items| items.first()).copied().unwrap_or(named);
        let Datum::Symbol(name) = self.data.get(first) else { return None };
        Some(self.names.kernel(name))
    }

    /// Builds the definition of `name` that is still to come; false when there is none.
    pub(super) fn define_ahead(&mut self, name: Name) -> bool {
        self.ahead.forms.get(&name).copied().is_some_and(|form| self.build_ahead(form))
    }

    /// Builds the definition of the enum `name` that is still to come; false when there is none.
    pub(super) fn define_enum_ahead(&mut self, name: Name) -> bool {
        self.ahead.enums.get(&name).copied().is_some_and(|form| self.build_ahead(form))
    }

    fn build_ahead(&mut self, form: DatumId) -> bool {
        if !self.ahead.begin(form) {
            return false;
        }
        if let Some((_, define, definition)) = self.top_form(form) {
            define(self, definition);
        }
        true
    }

    /// Reports a constant whose value is asked for while it is computed.
    pub(super) fn needs_itself(&mut self, name: Name, form: DatumId, span: Span) -> ExprId {
        if self.broken.contains(&self.names.kernel(name)) {
            self.unsound = true;
            return self.add(ExprKind::Error, Ty::ERROR, span);
        }
        let text = self.text(name);
        let message = format!("`{text}` is needed to know what `{text}` is");
        let error = Diagnostic::error(&codes::NOT_CONSTANT, span, message);
        let error = error.also(self.span(form), "to know this, what is marked is needed");
        self.fail(error.help("give one of them a value that does not lead back to it"))
    }
}
