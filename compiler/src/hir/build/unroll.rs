//! Loops written out.
//!
//! A loop with a constant bound is unrolled when its body needs the counter as a constant, as the
//! index of a context's field must be, or when `:unroll t` asks for it. Whether it does shows only
//! while the body is built: it is built once with the counter as a variable, and where a constant
//! was missing, built again, a round at a time.

use std::collections::HashMap;

use super::{Builder, forms::Call};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Ty, VarId},
    names::Name,
    source::Span,
};

/// The most rounds that nested unrolled loops have altogether.
const MOST: u64 = 1024;

/// What is known of the counters around the current form.
#[derive(Default)]
pub struct Counters {
    /// The rounds' constants.
    constants: HashMap<VarId, i128>,
    /// Whether a constant was missing inside a loop that could be unrolled.
    wanted: bool,
    /// The rounds of the unrolled loops around the current form, multiplied.
    factor: u64,
}

impl Counters {
    /// The constant that a counter stands for.
    pub fn constant(&self, var: VarId) -> Option<i128> {
        self.constants.get(&var).copied()
    }

    /// Notes that a constant is missing.
    pub fn want_constants(&mut self) {
        self.wanted = true;
    }
}

/// A loop's counter and bound.
pub struct Header {
    /// The counter's name.
    pub name: Name,
    /// Where it stands.
    pub span: Span,
    /// The counter's type.
    pub ty: Ty,
    /// How many rounds, when that is constant.
    pub rounds: Option<u64>,
}

/// A loop as it was built.
pub enum Built {
    /// With the counter as a variable.
    Loop(VarId, ExprId),
    /// Round by round.
    Rounds(ExprId),
}

impl<'a> Builder<'a> {
    /// A loop's body with the counter as a variable, or its rounds.
    pub(super) fn loop_body(&mut self, header: &Header, call: &Call<'a>, unroll: bool) -> Built {
        let rounds =
            header.rounds.filter(|rounds| rounds.saturating_mul(self.counters.factor.max(1)) <= MOST);
        if unroll {
            return match rounds {
                Some(rounds) => Built::Rounds(self.rounds(header, rounds, call)),
                None => Built::Rounds(self.too_many_rounds(call)),
            };
        }
        let said = self.diagnostics.len();
        let before = std::mem::take(&mut self.counters.wanted);
        let (var, body) = self.round(header, None, call);
        let wanted = std::mem::replace(&mut self.counters.wanted, before);
        match rounds.filter(|_| wanted) {
            Some(rounds) => {
                self.diagnostics.truncate(said);
                Built::Rounds(self.rounds(header, rounds, call))
            }
            None => {
                self.counters.wanted |= wanted;
                Built::Loop(var, body)
            }
        }
    }

    /// The body once, with the counter as a variable or a constant.
    fn round(&mut self, header: &Header, constant: Option<u64>, call: &Call<'a>) -> (VarId, ExprId) {
        let mark = self.scope.mark();
        let var = self.variable(Some(header.name), header.ty, header.span);
        if let Some(value) = constant {
            self.counters.constants.insert(var, value.into());
        }
        self.scope.bind(self.names.folded(header.name), var);
        self.loops += 1;
        let body = self.body(&call.args[1..], call.span, false);
        self.loops -= 1;
        self.scope.reset(mark);
        (var, body)
    }

    fn rounds(&mut self, header: &Header, rounds: u64, call: &Call<'a>) -> ExprId {
        let factor = self.counters.factor.max(1);
        self.counters.factor = factor.saturating_mul(rounds.max(1));
        let bodies = (0..rounds).map(|i| self.constant_round(header, i, call)).collect();
        self.counters.factor = factor;
        self.add(ExprKind::Unrolled(bodies), Ty::NOTHING, call.span)
    }

    /// The counter is a variable too, for what takes its address.
    fn constant_round(&mut self, header: &Header, i: u64, call: &Call<'a>) -> ExprId {
        let (var, body) = self.round(header, Some(i), call);
        let init = self.add(ExprKind::Int(i.into()), header.ty, header.span);
        let ty = self.ty(body);
        self.add(ExprKind::Let(vec![(var, init)], body), ty, call.span)
    }

    fn too_many_rounds(&mut self, call: &Call<'a>) -> ExprId {
        let message = format!("only loops of a constant number of rounds, {MOST} at most, can be unrolled");
        self.fail(Diagnostic::error(&codes::NOT_CONSTANT, call.span, message))
    }
}
