//! Values that stand for others.

use crate::{
    arena::Arena,
    ir::{Function, Graph, Value},
};

/// Which value to use instead of which.
pub struct Replacements {
    instead: Arena<Value, Option<Value>>,
    any: bool,
}

impl Replacements {
    /// None yet.
    pub fn new(f: &Function) -> Self {
        Self { instead: Arena::filled(f.value_count(), None), any: false }
    }

    /// Uses `new` for `old` from now on. `new` must be defined wherever `old` is used.
    pub fn replace(&mut self, old: Value, new: Value) {
        let new = self.find(new);
        if old != new {
            self.instead.ensure(old, None);
            self.instead[old] = Some(new);
            self.any = true;
        }
    }

    /// What to use for `value`.
    pub fn find(&self, value: Value) -> Value {
        let mut at = value;
        while let Some(Some(next)) = self.instead.get(at) {
            at = *next;
        }
        at
    }

    /// Whether there are any.
    pub fn any(&self) -> bool {
        self.any
    }

    /// Rewrites all reachable operands.
    pub fn apply(&self, f: &mut Function) {
        if !self.any {
            return;
        }
        for block in Graph::new(f).order() {
            for inst in f.insts(*block).to_vec() {
                f.op_mut(inst).map_operands(|value| self.find(value));
            }
            f.end_mut(*block).map_operands(|value| self.find(value));
        }
    }
}
