//! Freeing values without a recursion: values hold others to any depth, and the stack is not that deep.
//!
//! What holds values gives them to a [`Pending`] when it is dropped, and those are freed in a loop: each gives
//! what it holds itself before its own memory goes.

use std::{mem::take, rc::Rc};

use super::{
    env::{Env, Scope},
    table::Table,
    value::{Closure, Cons, Function, Items, Kind, Record, Value},
};

/// A stack that needs no memory of its own for one element, which is what most are.
struct Stack<T> {
    top: Option<T>,
    below: Vec<T>,
}

impl<T> Stack<T> {
    const EMPTY: Self = Self { top: None, below: Vec::new() };

    fn push(&mut self, item: T) {
        self.below.extend(self.top.replace(item));
    }

    fn pop(&mut self) -> Option<T> {
        self.top.take().or_else(|| self.below.pop())
    }
}

/// What is still to be freed.
pub struct Pending {
    values: Stack<Value>,
    scopes: Stack<Rc<Scope>>,
}

impl Pending {
    /// Frees all that `gives` takes out of its holder.
    pub fn free(gives: impl FnOnce(&mut Self)) {
        let mut pending = Self { values: Stack::EMPTY, scopes: Stack::EMPTY };
        gives(&mut pending);
        pending.run();
    }

    /// Takes a value out of its holder, if it may hold others.
    pub fn value(&mut self, place: &mut Value) {
        let alone = match &place.kind {
            Kind::Cons(cons) => Rc::strong_count(cons) == 1,
            Kind::Vector(items) => Rc::strong_count(items) == 1,
            Kind::Table(table) => Rc::strong_count(table) == 1,
            Kind::Record(record) => Rc::strong_count(record) == 1,
            Kind::Function(function) => Rc::strong_count(function) == 1,
            _ => return,
        };
        let value = take(place);
        // One that others hold too only loses a holder, and does so now: the next may be the last.
        if alone {
            self.values.push(value);
        }
    }

    /// The same of a function.
    pub fn function(&mut self, function: Rc<Function>) {
        self.value(&mut Kind::Function(function).into());
    }

    /// The same of a scope.
    pub fn scope(&mut self, env: &mut Env) {
        if let Some(scope) = env.take().filter(|scope| Rc::strong_count(scope) == 1) {
            self.scopes.push(scope);
        }
    }

    fn run(&mut self) {
        loop {
            if let Some(value) = self.values.pop() {
                self.empty(value.kind);
            } else if let Some(mut scope) = self.scopes.pop() {
                if let Some(scope) = Rc::get_mut(&mut scope) {
                    scope.give(self);
                }
            } else {
                return;
            }
        }
    }

    /// Takes what a value holds, which has no other holder.
    fn empty(&mut self, kind: Kind) {
        match kind {
            Kind::Cons(mut cons) => with(&mut cons, |cons| cons.give(self)),
            Kind::Vector(mut items) => with(&mut items, |items| items.give(self)),
            Kind::Table(mut table) => with(&mut table, |table| table.get_mut().give(self)),
            Kind::Record(mut record) => with(&mut record, |record| record.give(self)),
            Kind::Function(mut function) => with(&mut function, |function| match function {
                Function::Closure(closure) => closure.give(self),
                Function::Builtin(_) => {}
            }),
            _ => {}
        }
    }
}

fn with<T>(shared: &mut Rc<T>, give: impl FnOnce(&mut T)) {
    if let Some(own) = Rc::get_mut(shared) {
        give(own);
    }
}

/// What holds values: they are freed in a loop when it is.
macro_rules! holder {
    ($type:ty, |$own:ident, $pending:ident| $give:expr) => {
        impl $type {
            fn give(&mut self, $pending: &mut Pending) {
                let $own = self;
                $give;
            }
        }

        impl Drop for $type {
            #[inline]
            fn drop(&mut self) {
                Pending::free(|pending| self.give(pending));
            }
        }
    };
}

impl Value {
    /// Whether it may hold others.
    pub(super) fn holds(&self) -> bool {
        use Kind::{Cons, Function, Record, Table, Vector};
        matches!(self.kind, Cons(_) | Vector(_) | Table(_) | Record(_) | Function(_))
    }
}

impl Cons {
    fn give(&mut self, pending: &mut Pending) {
        pending.value(self.car.get_mut());
        pending.value(self.cdr.get_mut());
    }
}

impl Drop for Cons {
    #[inline]
    fn drop(&mut self) {
        // Pairs are many, and those at the ends of lists hold nothing that would need the loop.
        if self.car.get_mut().holds() || self.cdr.get_mut().holds() {
            Pending::free(|pending| self.give(pending));
        }
    }
}

holder!(Items, |own, pending| own.0.get_mut().iter_mut().for_each(|item| pending.value(item)));
holder!(Table, |own, pending| own.values_mut().for_each(|value| pending.value(value)));
holder!(Record, |own, pending| own.fields.get_mut().iter_mut().for_each(|(_, value)| pending.value(value)));
holder!(Closure, |own, pending| {
    own.params.give(pending);
    pending.value(&mut own.body);
    pending.scope(&mut own.env);
});
