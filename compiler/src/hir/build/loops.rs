//! `while` and `loop`.
//!
//! Both become counted loops, because the verifier has to see their end: the counter is the
//! compiler's own, and a test at the start of a round leaves the loop.

use super::{
    Builder,
    forms::Call,
    options::Options,
    unroll::{Built, Header},
};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{Binary, Compare, ExprId, ExprKind, Ty, VarId},
    names::Name,
    read::{Datum, DatumId},
    source::Span,
};

/// `(while test :max n body…)`
pub fn while_<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let (max, body) = b.max_option(&call.args[1..]);
    let Some(max) = max else {
        return b.no_limit(call.span, "(while test :max 64 body…)");
    };
    let tests = [Test { datum: call.args[0], until: false }];
    b.counted(max, call.span, &|b, _| b.tested(&tests, body, call.span))
}

/// `(loop clause… do body…)`, and `(loop :max n body…)`.
pub fn loop_<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let Some(plan) = Plan::parse(b, call) else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    let (tests, body) = (&plan.tests, plan.body);
    match (plan.steps, plan.max) {
        (Steps::None, Some(max)) => b.counted(max, call.span, &|b, _| b.tested(tests, body, call.span)),
        (Steps::None, None) => b.no_limit(call.span, "(loop :max 64 body…)"),
        (Steps::Repeat(count), max) => b.repeated(count, max, tests, body, call.span),
        (Steps::For(ref range), max) => b.stepped(range, max, tests, body, call.span),
    }
}

/// A test at the start of each round.
struct Test {
    datum: DatumId,
    /// Whether the loop ends when it is true, and not when it is false.
    until: bool,
}

/// What the clauses of a `loop` say.
struct Plan<'a> {
    steps: Steps,
    max: Option<u64>,
    tests: Vec<Test>,
    body: &'a [DatumId],
}

enum Steps {
    None,
    /// `repeat n`
    Repeat(DatumId),
    /// `for i from a below b by c`
    For(Range),
}

struct Range {
    name: Name,
    span: Span,
    from: Option<DatumId>,
    to: DatumId,
    /// Whether the limit itself is a round.
    inclusive: bool,
    down: bool,
    by: Option<DatumId>,
}

/// The words before a limit: whether it is included, and whether the counter falls.
const LIMITS: &[(&str, bool, bool)] = &[
    ("to", true, false),
    ("upto", true, false),
    ("below", false, false),
    ("downto", true, true),
    ("above", false, true),
];

const CLAUSES: &str = "the clauses here are `repeat n`, `for i from a to|below|downto|above b [by c]`, `while test`, `until test`, `:max n` and `do body…`";

impl<'a> Plan<'a> {
    fn parse(b: &mut Builder<'a>, call: &Call<'a>) -> Option<Self> {
        let mut plan = Self { steps: Steps::None, max: None, tests: Vec::new(), body: &[] };
        let mut rest = call.args;
        while let [first, tail @ ..] = rest {
            if let Datum::Keyword(_) = b.data.get(*first) {
                let (max, later) = b.max_option(rest);
                plan.max = Some(max?);
                rest = later;
                continue;
            }
            let word = b.symbol(*first).map(|name| b.text(name)).unwrap_or("");
            match (word, tail) {
                ("", _) => {
                    plan.body = rest;
                    return Some(plan);
                }
                ("do" | "doing", body) => {
                    plan.body = body;
                    return Some(plan);
                }
                ("repeat", [count, later @ ..]) if matches!(plan.steps, Steps::None) => {
                    plan.steps = Steps::Repeat(*count);
                    rest = later;
                }
                ("while" | "until", [test, later @ ..]) => {
                    plan.tests.push(Test { datum: *test, until: word == "until" });
                    rest = later;
                }
                ("for" | "as", [name, later @ ..]) if matches!(plan.steps, Steps::None) => {
                    let (range, later) = Range::parse(b, *name, later)?;
                    plan.steps = Steps::For(range);
                    rest = later;
                }
                _ => return unknown_clause(b, *first),
            }
        }
        Some(plan)
    }
}

fn unknown_clause<T>(b: &mut Builder<'_>, datum: DatumId) -> Option<T> {
    let message = "this is not a clause that `loop` takes here";
    b.report(Diagnostic::error(&codes::MALFORMED, b.span(datum), message).help(CLAUSES));
    None
}

impl Range {
    fn parse<'a>(b: &mut Builder<'a>, name: DatumId, rest: &'a [DatumId]) -> Option<(Self, &'a [DatumId])> {
        let (span, Some(symbol)) = (b.span(name), b.data.symbol(name)) else {
            return unknown_clause(b, name);
        };
        let (mut from, mut limit, mut by) = (None, None, None);
        let mut at = rest;
        while let [word, value, later @ ..] = at {
            let text = b.symbol(*word).map(|name| b.text(name)).unwrap_or("");
            match (text, LIMITS.iter().find(|(limit, ..)| *limit == text)) {
                ("from" | "upfrom" | "downfrom", _) if from.is_none() => from = Some(*value),
                ("by", _) if by.is_none() => by = Some(*value),
                (_, Some((_, inclusive, down))) if limit.is_none() => {
                    limit = Some((*value, *inclusive, *down));
                }
                _ => break,
            }
            at = later;
        }
        let Some((to, inclusive, down)) = limit else {
            let error = Diagnostic::error(&codes::UNBOUNDED_LOOP, span, "this counter has no limit");
            b.report(error.help("write `for i from 0 below 10`, or `to`, `downto`, `above`"));
            return None;
        };
        Some((Self { name: symbol, span, from, to, inclusive, down, by }, at))
    }

    /// The number of rounds from `from` to `to`.
    fn rounds(&self, from: i128, to: i128, by: i128) -> u64 {
        let distance = if self.down { from - to } else { to - from };
        let steps = distance + i128::from(self.inclusive);
        u64::try_from((steps + by - 1).div_euclid(by).max(0)).unwrap_or(u64::MAX)
    }
}

impl<'a> Builder<'a> {
    /// `:max n` at the front, and what follows.
    fn max_option(&mut self, rest: &'a [DatumId]) -> (Option<u64>, &'a [DatumId]) {
        let options =
            rest.chunks_exact(2).take_while(|pair| matches!(self.data.get(pair[0]), Datum::Keyword(_)));
        let count = 2 * options.count();
        let options = Options::parse(self, &rest[..count], &["max"]);
        let max = options.get("max").and_then(|max| self.constant_value(max));
        (max.and_then(|max| u64::try_from(max).ok()), &rest[count..])
    }

    fn no_limit(&mut self, span: Span, usage: &str) -> ExprId {
        self.counters.want_constants();
        let message = "the verifier must see how often this loop runs at most";
        let error = Diagnostic::error(&codes::UNBOUNDED_LOOP, span, message);
        self.fail(error.help(format!("give a limit: `{usage}`; the loop stops there")))
    }

    /// `body` at most `rounds` times.
    fn counted(&mut self, rounds: u64, span: Span, body: super::unroll::Body<'_, 'a>) -> ExprId {
        let header = Header { name: None, span, ty: Ty::U64, rounds: Some(rounds), start: 0, step: 1 };
        self.dotimes_of(&header, rounds, span, body)
    }

    fn dotimes_of(
        &mut self,
        header: &Header,
        rounds: u64,
        span: Span,
        body: super::unroll::Body<'_, 'a>,
    ) -> ExprId {
        match self.loop_body(header, span, false, body) {
            Built::Loop(var, body) => {
                let bound = self.add(ExprKind::Int(rounds.into()), header.ty, span);
                self.add(ExprKind::Dotimes { var, bound, max: None, body }, Ty::NOTHING, span)
            }
            Built::Rounds(rounds) => rounds,
        }
    }

    /// The tests, each of which may leave the loop, then the body.
    fn tested(&mut self, tests: &[Test], body: &'a [DatumId], span: Span) -> ExprId {
        let mut all = Vec::new();
        for test in tests {
            let condition = self.test(test.datum);
            all.push(self.leave_unless(condition, test.until));
        }
        all.push(self.body(body, span, false));
        self.add(ExprKind::Seq(all), Ty::NOTHING, span)
    }

    /// Leaves the loop unless `condition` holds, or, if `inverse`, when it does.
    fn leave_unless(&mut self, condition: ExprId, inverse: bool) -> ExprId {
        let span = self.expr_span(condition);
        let go_on = self.add(ExprKind::Seq(Vec::new()), Ty::NOTHING, span);
        let leave = self.add(ExprKind::Break, Ty::NEVER, span);
        let (then, otherwise) = if inverse { (leave, go_on) } else { (go_on, leave) };
        self.add(ExprKind::If(condition, then, otherwise), Ty::NOTHING, span)
    }

    fn repeated(
        &mut self,
        count: DatumId,
        max: Option<u64>,
        tests: &[Test],
        body: &'a [DatumId],
        span: Span,
    ) -> ExprId {
        let bound = self.value(count);
        let bound = self.store_as(bound, Ty::U64);
        if let Some(rounds) = self.known(bound) {
            let rounds = u64::try_from(rounds).unwrap_or(u64::MAX).min(max.unwrap_or(u64::MAX));
            return self.counted(rounds, span, &|b, _| b.tested(tests, body, span));
        }
        if max.is_none() {
            return self.no_limit(self.expr_span(bound), "(loop repeat n :max 64 do body…)");
        }
        let header = Header { name: None, span, ty: Ty::U64, rounds: None, start: 0, step: 1 };
        match self.loop_body(&header, span, false, &|b, _| b.tested(tests, body, span)) {
            Built::Loop(var, body) => {
                self.add(ExprKind::Dotimes { var, bound, max, body }, Ty::NOTHING, span)
            }
            Built::Rounds(rounds) => rounds,
        }
    }

    /// `for i from a to b by c`
    fn stepped(
        &mut self,
        range: &Range,
        max: Option<u64>,
        tests: &[Test],
        body: &'a [DatumId],
        span: Span,
    ) -> ExprId {
        let from = range.from.map(|from| self.value(from));
        let from = from.unwrap_or_else(|| self.literal(0, range.span));
        let to = self.value(range.to);
        let by = range.by.and_then(|by| Some((by, self.constant_value(by)?)));
        if let Some((datum, _)) = by.filter(|(_, by)| *by <= 0) {
            let message = "a step is at least 1; `downto` and `above` count down";
            return self.fail_at(&codes::LITERAL_RANGE, self.span(datum), message);
        }
        let by = by.map_or(1, |(_, by)| by);
        let (Some(a), Some(z)) = (self.known(from), self.known(to)) else {
            return match max {
                Some(max) => self.stepped_at_run_time(range, (from, to, by), max, tests, body, span),
                None => self.no_limit(range.span, "(loop for i from a below n :max 64 do body…)"),
            };
        };
        let rounds = range.rounds(a, z, by).min(max.unwrap_or(u64::MAX));
        let ty = if a < 0 || z < 0 { Ty::I64 } else { Ty::U64 };
        let step = if range.down { -by } else { by };
        let header =
            Header { name: Some(range.name), span: range.span, ty, rounds: Some(rounds), start: a, step };
        self.dotimes_of(&header, rounds, span, &|b, _| b.tested(tests, body, span))
    }

    /// The counter is computed in each round and compared with the limit.
    fn stepped_at_run_time(
        &mut self,
        range: &Range,
        (from, to, by): (ExprId, ExprId, i128),
        max: u64,
        tests: &[Test],
        body: &'a [DatumId],
        span: Span,
    ) -> ExprId {
        let signed =
            [from, to].iter().any(|e| self.module.types.as_int(self.ty(*e)).is_some_and(|i| i.signed));
        let ty = if signed { Ty::I64 } else { Ty::U64 };
        let (from, to) = (self.store_as(from, ty), self.store_as(to, ty));
        let ((start, from), (limit, to)) = (self.hold(from), self.hold(to));
        let header = Header { name: None, span, ty, rounds: Some(max), start: 0, step: 1 };
        let rounds = self.dotimes_of(&header, max, span, &|b, round| {
            let var = b.variable(Some(range.name), ty, range.span);
            let value = b.moved(range, (start, round, by), ty);
            let mark = b.scope.mark();
            b.scope.bind(b.names.folded(range.name), var);
            let inside = b.inside(range, var, start, limit);
            let leave = b.leave_unless(inside, false);
            let body = b.tested(tests, body, span);
            b.scope.reset(mark);
            let all = b.add(ExprKind::Seq(vec![leave, body]), Ty::NOTHING, span);
            b.add(ExprKind::Let(vec![(var, value)], all), Ty::NOTHING, span)
        });
        self.add(ExprKind::Let(vec![(start, from), (limit, to)], rounds), Ty::NOTHING, span)
    }

    fn moved(&mut self, range: &Range, (start, round, by): (VarId, VarId, i128), ty: Ty) -> ExprId {
        let (start, round) = (self.read_var(start, range.span), self.read_var(round, range.span));
        let by = self.add(ExprKind::Int(by), ty, range.span);
        let by = self.add(ExprKind::Binary(Binary::Mul, round, by), ty, range.span);
        let op = if range.down { Binary::Sub } else { Binary::Add };
        self.add(ExprKind::Binary(op, start, by), ty, range.span)
    }

    fn inside(&mut self, range: &Range, var: VarId, start: VarId, limit: VarId) -> ExprId {
        let op = match (range.down, range.inclusive) {
            (false, false) => Compare::Lt,
            (false, true) => Compare::Le,
            (true, false) => Compare::Gt,
            (true, true) => Compare::Ge,
        };
        let mut compare = |op, a, b| {
            let (a, b) = (self.read_var(a, range.span), self.read_var(b, range.span));
            self.add(ExprKind::Compare(op, a, b), Ty::BOOL, range.span)
        };
        let mut tests = vec![compare(op, var, limit)];
        if range.down {
            // Below 0 an unsigned counter would go on from the top.
            tests.push(compare(Compare::Le, var, start));
        }
        self.add(ExprKind::And(tests), Ty::BOOL, range.span)
    }
}
