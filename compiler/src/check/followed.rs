//! Numbers that the verifier knows exactly.
//!
//! It walks over each way by itself, and over each round of a loop. A number that is made of constants
//! only, through arithmetic, joined branches and loops, is one constant on each of those ways, however many
//! values it has in all.

use super::Proof;
use crate::ir::{Binary, Op, Value};

/// How many values are looked at; beyond it a number counts as unknown.
const MOST: usize = 64;

impl Proof<'_> {
    /// Whether the verifier knows `value` exactly wherever it is used.
    pub(super) fn is_followed(&self, value: Value) -> bool {
        let (mut seen, mut work) = (Vec::new(), vec![value]);
        while let Some(value) = work.pop() {
            // Around a loop a number is known if it was known before and what is done to it is.
            if self.f.constant(value).is_some() || seen.contains(&value) {
                continue;
            }
            if seen.len() == MOST || !self.made_of(value, &mut work) {
                return false;
            }
            seen.push(value);
        }
        true
    }

    /// Adds what `value` is made of; false where that is not numbers alone.
    fn made_of(&self, value: Value, of: &mut Vec<Value>) -> bool {
        match self.f.def_op(value) {
            Some(Op::Zext(a) | Op::Trunc(a) | Op::Sext(a) | Op::SextLow(_, a)) => of.push(*a),
            // Of a division the verifier forgets the result.
            Some(Op::Binary(Binary::Udiv | Binary::Urem | Binary::Sdiv | Binary::Srem, ..)) => return false,
            Some(Op::Binary(_, a, b)) => of.extend([*a, *b]),
            Some(_) => return false,
            None => return self.joined_of(value, of),
        }
        true
    }

    fn joined_of(&self, param: Value, of: &mut Vec<Value>) -> bool {
        let Some(home) = self.homes[param].filter(|home| *home != self.f.entry()) else { return false };
        of.extend(self.arguments(param, home));
        true
    }
}
