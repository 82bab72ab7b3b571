//! Loops written out.
//!
//! A loop with a constant bound is unrolled when its body needs the counter as a constant, as the
//! index of a context's field must be, or when `:unroll t` asks for it. Whether it does shows only
//! while the body is built: it is built once with the counter as a variable, and where a constant
//! was missing, built again, a round at a time.

use std::collections::HashMap;

use super::Builder;
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{Binary, ExprId, ExprKind, Ty, VarId, visit},
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

/// A loop's counter and bound. In round k, from 0, the counter is `start` + k × `step`.
pub struct Header {
    /// The counter's name, if it has one.
    pub name: Option<Name>,
    /// Where it stands.
    pub span: Span,
    /// The counter's type.
    pub ty: Ty,
    /// How many rounds, when that is constant.
    pub rounds: Option<u64>,
    /// What it is in the first round.
    pub start: i128,
    /// By how much it grows.
    pub step: i128,
}

/// What builds the body of a loop, once or for each round, given the counter.
pub type Body<'f, 'a> = &'f dyn Fn(&mut Builder<'a>, VarId) -> ExprId;

/// A loop as it was built.
pub enum Built {
    /// With the counter as a variable.
    Loop(VarId, ExprId),
    /// Round by round.
    Rounds(ExprId),
}

impl<'a> Builder<'a> {
    /// A loop's body with the counter as a variable, or its rounds.
    pub(super) fn loop_body(
        &mut self,
        header: &Header,
        span: Span,
        unroll: bool,
        body: Body<'_, 'a>,
    ) -> Built {
        let rounds =
            header.rounds.filter(|rounds| rounds.saturating_mul(self.counters.factor.max(1)) <= MOST);
        if unroll {
            return match rounds {
                Some(rounds) => Built::Rounds(self.rounds(header, rounds, span, body)),
                None => Built::Rounds(self.too_many_rounds(span)),
            };
        }
        let said = self.diagnostics.mark();
        let before = std::mem::take(&mut self.counters.wanted);
        let (var, once) = self.running_round(header, span, body);
        let wanted = std::mem::replace(&mut self.counters.wanted, before);
        match rounds.filter(|_| wanted) {
            Some(rounds) => {
                self.diagnostics.rewind(said);
                Built::Rounds(self.rounds(header, rounds, span, body))
            }
            None => {
                self.counters.wanted |= wanted;
                Built::Loop(var, once)
            }
        }
    }

    /// The body with the counter `var` in scope.
    fn round(&mut self, header: &Header, var: VarId, body: Body<'_, 'a>) -> ExprId {
        let mark = self.scope.mark();
        if let Some(name) = header.name {
            self.scope.bind(self.names.folded(name), var);
        }
        self.loops.push(self.held.len());
        let body = body(self, var);
        self.loops.pop();
        self.scope.reset(mark);
        body
    }

    /// The body once, and the variable that counts the rounds from 0.
    fn running_round(&mut self, header: &Header, span: Span, body: Body<'_, 'a>) -> (VarId, ExprId) {
        let var = self.variable(header.name, header.ty, header.span);
        if (header.start, header.step) == (0, 1) {
            let body = self.round(header, var, body);
            return self.counted_apart(header, var, body);
        }
        let count = self.variable(None, header.ty, header.span);
        let constant = |b: &mut Self, value| b.add(ExprKind::Int(value), header.ty, header.span);
        let (start, step) = (constant(self, header.start), constant(self, header.step.abs()));
        let round = self.read_var(count, header.span);
        let moved = self.add(ExprKind::Binary(Binary::Mul, round, step), header.ty, header.span);
        let op = if header.step < 0 { Binary::Sub } else { Binary::Add };
        let value = self.add(ExprKind::Binary(op, start, moved), header.ty, header.span);
        let body = self.round(header, var, body);
        let ty = self.ty(body);
        (count, self.add(ExprKind::Let(vec![(var, value)], body), ty, span))
    }

    /// Rounds are counted apart from a counter that the body changes: what it is set to holds for the round, as
    /// where the loop is unrolled, and the verifier sees the loop's end.
    fn counted_apart(&mut self, header: &Header, var: VarId, body: ExprId) -> (VarId, ExprId) {
        if !visit::free_variables(&self.module, body, &[]).get(&var).is_some_and(|changed| *changed) {
            return (var, body);
        }
        let count = self.variable(None, header.ty, header.span);
        let (value, ty) = (self.read_var(count, header.span), self.ty(body));
        (count, self.add(ExprKind::Let(vec![(var, value)], body), ty, header.span))
    }

    fn rounds(&mut self, header: &Header, rounds: u64, span: Span, body: Body<'_, 'a>) -> ExprId {
        let factor = self.counters.factor.max(1);
        self.counters.factor = factor.saturating_mul(rounds.max(1));
        let bodies = (0..rounds).map(|i| self.constant_round(header, i, span, body)).collect();
        self.counters.factor = factor;
        self.add(ExprKind::Unrolled(bodies), Ty::NOTHING, span)
    }

    /// The counter is a variable too, for what takes its address.
    fn constant_round(&mut self, header: &Header, i: u64, span: Span, body: Body<'_, 'a>) -> ExprId {
        let var = self.variable(header.name, header.ty, header.span);
        let value = header.start + i128::from(i) * header.step;
        self.counters.constants.insert(var, value);
        let body = self.round(header, var, body);
        let init = self.add(ExprKind::Int(value), header.ty, header.span);
        let ty = self.ty(body);
        self.add(ExprKind::Let(vec![(var, init)], body), ty, span)
    }

    fn too_many_rounds(&mut self, span: Span) -> ExprId {
        let message = format!("only loops of a constant number of rounds, {MOST} at most, can be unrolled");
        self.fail(Diagnostic::error(&codes::NOT_CONSTANT, span, message))
    }
}
