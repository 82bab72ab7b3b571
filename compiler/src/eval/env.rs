//! What names mean at a place: variables, local functions, local macros and blocks, from the
//! innermost scope outwards.

use std::{cell::RefCell, rc::Rc};

use super::{
    free::Pending,
    value::{Function, Value},
};
use crate::names::Name;

/// A scope within others. Cloning shares it.
#[derive(Clone, Default)]
pub struct Env(Option<Rc<Scope>>);

/// One name and what it means.
pub(super) struct Scope {
    name: Name,
    meaning: Meaning,
    outer: Env,
}

enum Meaning {
    Variable(RefCell<Value>),
    Function(RefCell<Option<Rc<Function>>>),
    Macro(Rc<Function>),
    SymbolMacro(Value),
    Block(u64),
}

/// What a local name stands for when it is called.
pub enum Callee {
    /// A function.
    Function(Rc<Function>),
    /// A macro.
    Macro(Rc<Function>),
}

/// What a local name stands for as a value.
pub enum Meant {
    /// A variable with this value.
    Value(Value),
    /// A symbol macro for this form.
    Form(Value),
}

impl Env {
    fn with(&self, name: Name, meaning: Meaning) -> Self {
        Self(Some(Rc::new(Scope { name, meaning, outer: self.clone() })))
    }

    /// This scope with a variable.
    pub fn bind(&self, name: Name, value: Value) -> Self {
        self.with(name, Meaning::Variable(RefCell::new(value)))
    }

    /// This scope with a function that is [set](Self::set_function) later, so that it can see itself.
    pub fn declare_function(&self, name: Name) -> Self {
        self.with(name, Meaning::Function(RefCell::new(None)))
    }

    /// Sets the innermost function of that name. The closure holds the scope, and so the scope
    /// itself: it is freed with the evaluator's thread, not before.
    pub fn set_function(&self, name: Name, function: Rc<Function>) {
        for scope in self.scopes().filter(|scope| scope.name == name) {
            if let Meaning::Function(cell) = &scope.meaning {
                *cell.borrow_mut() = Some(function);
                return;
            }
        }
    }

    /// This scope with a local macro.
    pub fn bind_macro(&self, name: Name, expander: Rc<Function>) -> Self {
        self.with(name, Meaning::Macro(expander))
    }

    /// This scope with a symbol macro.
    pub fn bind_symbol_macro(&self, name: Name, form: Value) -> Self {
        self.with(name, Meaning::SymbolMacro(form))
    }

    /// This scope with a block, which `return-from` leaves.
    pub fn bind_block(&self, name: Name, id: u64) -> Self {
        self.with(name, Meaning::Block(id))
    }

    /// The innermost scope, which is held here no longer.
    pub(super) fn take(&mut self) -> Option<Rc<Scope>> {
        self.0.take()
    }

    fn scopes(&self) -> impl Iterator<Item = &Scope> {
        std::iter::successors(self.0.as_deref(), |scope| scope.outer.0.as_deref())
    }

    /// What the name stands for as a value.
    pub fn find(&self, name: Name) -> Option<Meant> {
        self.scopes().filter(|scope| scope.name == name).find_map(|scope| match &scope.meaning {
            Meaning::Variable(value) => Some(Meant::Value(value.borrow().clone())),
            Meaning::SymbolMacro(form) => Some(Meant::Form(form.clone())),
            _ => None,
        })
    }

    /// Sets the innermost variable of that name; false when there is none.
    pub fn set(&self, name: Name, value: &Value) -> bool {
        for scope in self.scopes().filter(|scope| scope.name == name) {
            if let Meaning::Variable(cell) = &scope.meaning {
                *cell.borrow_mut() = value.clone();
                return true;
            }
        }
        false
    }

    /// What the name stands for when it is called.
    pub fn callee(&self, name: Name) -> Option<Callee> {
        self.scopes().filter(|scope| scope.name == name).find_map(|scope| match &scope.meaning {
            Meaning::Function(function) => function.borrow().clone().map(Callee::Function),
            Meaning::Macro(expander) => Some(Callee::Macro(expander.clone())),
            _ => None,
        })
    }

    /// The block of that name.
    pub fn block(&self, name: Name) -> Option<u64> {
        self.scopes().filter(|scope| scope.name == name).find_map(|scope| match scope.meaning {
            Meaning::Block(id) => Some(id),
            _ => None,
        })
    }
}

impl Scope {
    /// Whether something may go with it that holds others itself.
    #[inline]
    fn holds(&self) -> bool {
        let own = match &self.meaning {
            Meaning::Variable(value) => value.borrow().holds(),
            Meaning::Block(_) => false,
            _ => true,
        };
        own || self.outer.0.as_ref().is_some_and(|outer| Rc::strong_count(outer) == 1)
    }

    /// Gives what is held to who frees it.
    pub(super) fn give(&mut self, pending: &mut Pending) {
        match std::mem::replace(&mut self.meaning, Meaning::Block(0)) {
            Meaning::Variable(mut value) => pending.value(value.get_mut()),
            Meaning::SymbolMacro(mut form) => pending.value(&mut form),
            Meaning::Function(function) => function.take().into_iter().for_each(|own| pending.function(own)),
            Meaning::Macro(expander) => pending.function(expander),
            Meaning::Block(_) => {}
        }
        pending.scope(&mut self.outer);
    }
}

impl Drop for Env {
    #[inline]
    fn drop(&mut self) {
        // Most are held elsewhere, or hold nothing that does not end with them: those need no loop.
        if self.0.as_ref().is_some_and(|scope| Rc::strong_count(scope) == 1 && scope.holds()) {
            Pending::free(|pending| pending.scope(self));
        }
    }
}
