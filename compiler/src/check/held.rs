//! What is held at a point of a function, under which names, and what was given back.
//!
//! A reference is called by the value that its call gave. A parameter of a block that is given this value on a way has
//! its name there: [`Held::names`] are those that it has on every way on which it is held, so that it is given back, or
//! found null, through any of them. [`Held::may`] says what a parameter is on some way.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Inst, Value};

/// What is known of a pointer.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
struct Held {
    /// Whether it is held on some way.
    held: bool,
    /// The values that are this reference wherever it is held; none where it is not.
    names: BTreeSet<Value>,
    /// The references that this parameter of a block is on some way.
    may: BTreeSet<Value>,
    /// What gave it back on some way.
    gone: Option<Inst>,
}

impl Held {
    fn give_back(&mut self) {
        self.held = false;
        self.names.clear();
    }
}

/// What is known of the references, and of the parameters that may be one, at a point.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct State(BTreeMap<Value, Held>);

impl State {
    /// The references that are held on some way.
    pub(super) fn held(&self) -> impl Iterator<Item = Value> {
        self.0.iter().filter(|(_, held)| held.held).map(|(value, _)| *value)
    }

    /// What gave back what `value` is on some way.
    pub(super) fn gone(&self, value: Value) -> Option<Inst> {
        self.0.get(&value)?.gone
    }

    /// Whether nothing was given back.
    pub(super) fn all_there(&self) -> bool {
        self.0.values().all(|held| held.gone.is_none())
    }

    /// A call gives a reference.
    pub(super) fn acquire(&mut self, value: Value) {
        let names = BTreeSet::from([value]);
        self.0.insert(value, Held { held: true, names, ..Held::default() });
    }

    /// A call takes a reference back.
    pub(super) fn release(&mut self, value: Value, call: Inst) {
        let mut gone = self.may(value);
        gone.insert(value);
        self.0.entry(value).or_default().gone = Some(call);
        for (own, held) in &mut self.0 {
            if *own == value || held.names.contains(&value) {
                held.give_back();
            }
            if gone.contains(own) || !held.may.is_disjoint(&gone) {
                held.gone = Some(call);
            }
        }
    }

    /// A pointer was found to be null.
    pub(super) fn null(&mut self, value: Value) {
        self.0.remove(&value);
        self.0.values_mut().filter(|held| held.names.contains(&value)).for_each(Held::give_back);
    }

    /// An edge gives arguments, each moved from a root, to the parameters of a block.
    pub(super) fn pass(&mut self, pairs: &[(Value, Value, Value)]) {
        let passed: Vec<_> = pairs.iter().map(|(_, _, root)| (self.may(*root), self.gone(*root))).collect();
        for held in self.0.values_mut().filter(|held| held.held) {
            let own: Vec<_> = pairs.iter().map(|(_, arg, _)| held.names.contains(arg)).collect();
            for ((param, ..), is_own) in pairs.iter().zip(own) {
                match is_own {
                    true => held.names.insert(*param),
                    false => held.names.remove(param),
                };
            }
        }
        for ((param, ..), (may, gone)) in pairs.iter().zip(passed) {
            match may.is_empty() {
                true => self.0.remove(param),
                false => self.0.insert(*param, Held { may, gone, ..Held::default() }),
            };
        }
    }

    /// What a reference, or a parameter, is on some way.
    fn may(&self, value: Value) -> BTreeSet<Value> {
        match self.0.get(&value) {
            Some(held) if held.may.is_empty() => BTreeSet::from([value]),
            Some(held) => held.may.clone(),
            None => BTreeSet::new(),
        }
    }

    /// Adds what holds on another way; whether that is news.
    pub(super) fn join(&mut self, arriving: Self) -> bool {
        let mut changed = false;
        for (value, theirs) in arriving.0 {
            let own = self.0.entry(value).or_default();
            let before = own.clone();
            own.names = match (own.held, theirs.held) {
                (true, true) => own.names.intersection(&theirs.names).copied().collect(),
                (true, false) => std::mem::take(&mut own.names),
                (false, _) => theirs.names, // None, where it is not held there either.
            };
            own.held |= theirs.held;
            own.may.extend(theirs.may);
            own.gone = own.gone.or(theirs.gone);
            changed |= *own != before;
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::State;
    use crate::{
        arena::Entity,
        ir::{Inst, Value},
    };

    #[test]
    fn what_was_given_back_under_several_names_is_known_after_some_rounds() {
        let [reference, param] = [0, 1].map(<Value as Entity>::new);
        let mut ways = [State::default(), State::default()];
        ways.iter_mut().for_each(|way| way.acquire(reference));
        ways[0].pass(&[(param, reference, reference)]);
        ways[0].release(param, <Inst as Entity>::new(0));
        ways[1].release(reference, <Inst as Entity>::new(1));
        let mut known = ways[0].clone();
        known.join(ways[1].clone());
        for way in ways {
            assert!(!known.join(way), "joining again is no news");
        }
        assert_eq!(known.held().count(), 0);
        assert!(known.gone(reference).is_some());
    }
}
