//! Which variable a name means.
//!
//! A `let`'s initialisers see the outer bindings first; a name bound only by an earlier clause of
//! the same `let` means that clause. So the clauses bound so far are *pending* until all
//! initialisers are done, and are looked at after the variables in scope.

use std::collections::HashMap;

use crate::{hir::VarId, names::Name, read::DatumId};

/// What a name stands for.
#[derive(Clone, Copy)]
enum Meaning {
    Variable(VarId),
    /// A symbol macro for this form.
    Form(DatumId),
}

/// The variables and symbol macros in scope. Names are folded.
#[derive(Default)]
pub struct Scope {
    bound: HashMap<Name, Vec<Meaning>>,
    order: Vec<Name>,
    pending: Vec<(Name, VarId)>,
}

/// A state of the scope to return to.
#[derive(Clone, Copy)]
pub struct Mark {
    order: usize,
    pending: usize,
}

impl Scope {
    /// The state now.
    pub fn mark(&self) -> Mark {
        Mark { order: self.order.len(), pending: self.pending.len() }
    }

    /// Forgets what was bound since `mark`.
    pub fn reset(&mut self, mark: Mark) {
        for name in self.order.drain(mark.order..) {
            if let Some(meanings) = self.bound.get_mut(&name) {
                meanings.pop();
            }
        }
        self.pending.truncate(mark.pending);
    }

    /// Binds a name from here on.
    pub fn bind(&mut self, name: Name, var: VarId) {
        self.mean(name, Meaning::Variable(var));
    }

    /// Makes a name stand for a form from here on.
    pub fn bind_form(&mut self, name: Name, form: DatumId) {
        self.mean(name, Meaning::Form(form));
    }

    fn mean(&mut self, name: Name, meaning: Meaning) {
        self.bound.entry(name).or_default().push(meaning);
        self.order.push(name);
    }

    /// Binds a name for the later clauses of the same `let`, where nothing else has that name.
    pub fn bind_pending(&mut self, name: Name, var: VarId) {
        self.pending.push((name, var));
    }

    /// Binds for good what has been pending since `mark`.
    pub fn settle(&mut self, mark: Mark) {
        for (name, var) in self.pending.split_off(mark.pending) {
            self.bind(name, var);
        }
    }

    /// The variable that `name` means here.
    pub fn find(&self, name: Name) -> Option<VarId> {
        match self.bound.get(&name).and_then(|meanings| meanings.last()) {
            Some(Meaning::Variable(var)) => Some(*var),
            Some(Meaning::Form(_)) => None,
            None => self.pending.iter().rev().find(|(n, _)| *n == name).map(|(_, var)| *var),
        }
    }

    /// The form that `name` stands for here.
    pub fn find_form(&self, name: Name) -> Option<DatumId> {
        match self.bound.get(&name).and_then(|meanings| meanings.last()) {
            Some(Meaning::Form(form)) => Some(*form),
            _ => None,
        }
    }

    /// The names of all variables in scope.
    pub fn names(&self) -> impl Iterator<Item = Name> {
        self.order.iter().copied().chain(self.pending.iter().map(|(name, _)| *name))
    }
}
