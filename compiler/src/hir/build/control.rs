//! Control flow.

use super::{
    Builder,
    forms::Call,
    options::Options,
    unroll::{Built, Header},
};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{Compare, ExprId, ExprKind, Ty, TypeKind},
    read::{Datum, DatumId},
    source::Span,
};

/// `(progn form…)`
pub fn progn<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    b.body(call.args, call.span, call.used)
}

/// `(prog1 value form…)`: the first one's value.
pub fn prog1<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let first = b.value(call.args[0]);
    let (var, first) = b.hold(first);
    let mut all: Vec<_> = call.args[1..].iter().map(|form| b.effect(*form)).collect();
    all.push(b.read_var(var, call.span));
    let body = b.seq(all, call.span);
    let ty = b.ty(body);
    b.add(ExprKind::Let(vec![(var, first)], body), ty, call.span)
}

/// `(prog2 form value form…)`: the second one's value.
pub fn prog2<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let first = b.effect(call.args[0]);
    let rest = prog1(b, &Call { args: &call.args[1..], ..*call });
    b.seq(vec![first, rest], call.span)
}

/// `(if test then [else])`
pub fn if_<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let test = b.test(call.args[0]);
    let then = b.arm(&call.args[1..2], call.span, call.used);
    let otherwise = b.arm(&call.args[2..], call.span, call.used);
    b.branch(test, then, otherwise, call)
}

/// `(when test body…)`
pub fn when<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let test = b.test(call.args[0]);
    let then = b.arm(&call.args[1..], call.span, call.used);
    let otherwise = b.arm(&[], call.span, call.used);
    b.branch(test, then, otherwise, call)
}

/// `(unless test body…)`
pub fn unless<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let test = b.test(call.args[0]);
    let otherwise = b.arm(&call.args[1..], call.span, call.used);
    let then = b.arm(&[], call.span, call.used);
    b.branch(test, then, otherwise, call)
}

/// `(cond (test form…) …)`
pub fn cond<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    clauses(b, call, call.args)
}

fn clauses<'a>(b: &mut Builder<'a>, call: &Call<'a>, rest: &'a [DatumId]) -> ExprId {
    let [clause, later @ ..] = rest else { return b.arm(&[], call.span, call.used) };
    let span = b.span(*clause);
    match b.items(*clause) {
        Some([test, body @ ..]) if !body.is_empty() => {
            let test = b.test(*test);
            let then = b.arm(body, span, call.used);
            let otherwise = stacker::maybe_grow(64 * 1024, 1024 * 1024, || clauses(b, call, later));
            b.branch(test, then, otherwise, call)
        }
        Some([test]) => {
            let value = b.value(*test);
            either(b, call, value, |b| clauses(b, call, later))
        }
        _ => {
            let error = Diagnostic::error(&codes::MALFORMED, span, "this is not a clause of `cond`");
            b.fail(error.help("write `(test form…)`, and `(t form…)` for the last"))
        }
    }
}

/// `value` if it is true, else what `otherwise` builds.
fn either<'a>(
    b: &mut Builder<'a>,
    call: &Call<'a>,
    value: ExprId,
    otherwise: impl FnOnce(&mut Builder<'a>) -> ExprId,
) -> ExprId {
    let (var, value) = b.hold(value);
    let read = b.read_var(var, call.span);
    let test = b.as_test(read);
    let then = b.read_var(var, call.span);
    let then = found(b, then);
    let otherwise = otherwise(b);
    let choice = b.branch(test, then, otherwise, call);
    let ty = b.ty(choice);
    b.add(ExprKind::Let(vec![(var, value)], choice), ty, call.span)
}

/// A pointer that was tested, as one that is not null.
fn found(b: &mut Builder<'_>, value: ExprId) -> ExprId {
    match b.module.types.as_pointer(b.ty(value)) {
        Some(p) => {
            let ty = b.module.types.pointer(p.pointee, p.region, false);
            b.convert(value, ty)
        }
        None => value,
    }
}

/// `(case value (key form…) ((key…) form…) (otherwise form…))`
pub fn case<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let value = b.value(call.args[0]);
    let (var, value) = b.hold(value);
    let mut choice = None;
    let mut arms = Vec::new();
    for (i, clause) in call.args[1..].iter().enumerate() {
        let last = i + 2 == call.args.len();
        let Some([keys, body @ ..]) = b.items(*clause) else {
            let error =
                Diagnostic::error(&codes::MALFORMED, b.span(*clause), "this is not a clause of `case`");
            return b.fail(error.help("write `(key form…)` or `((key…) form…)`"));
        };
        let span = b.span(*clause);
        if b.is_symbol(*keys, "otherwise") || b.is_symbol(*keys, "t") {
            if !last {
                let message = "the clauses after this one are never reached";
                return b.fail_at(&codes::MALFORMED, b.span(*keys), message);
            }
            choice = Some(b.arm(body, span, call.used));
            continue;
        }
        let tests: Vec<_> = b.case_keys(*keys).into_iter().map(|key| b.case_test(var, key, span)).collect();
        let test = b.add(ExprKind::Or(tests), Ty::BOOL, span);
        arms.push((test, b.arm(body, span, call.used)));
    }
    let mut choice = choice.unwrap_or_else(|| b.arm(&[], call.span, call.used));
    for (test, arm) in arms.into_iter().rev() {
        choice = b.branch(test, arm, choice, call);
    }
    let ty = b.ty(choice);
    b.add(ExprKind::Let(vec![(var, value)], choice), ty, call.span)
}

/// `(and form…)`
pub fn and<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    match call.args {
        [] => b.add(ExprKind::Int(1), Ty::BOOL, call.span),
        _ if !call.used => b.tests(call.args, ExprKind::And, call.span),
        [only] => b.value(*only),
        [first @ .., last] => {
            let test = b.tests(first, ExprKind::And, call.span);
            let then = b.value(*last);
            let otherwise = b.nil(call.span);
            b.branch(test, then, otherwise, call)
        }
    }
}

/// `(or form…)`
pub fn or<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    match call.args {
        [] => b.nil(call.span),
        _ if !call.used => b.tests(call.args, ExprKind::Or, call.span),
        _ => or_value(b, call, call.args),
    }
}

fn or_value<'a>(b: &mut Builder<'a>, call: &Call<'a>, args: &'a [DatumId]) -> ExprId {
    let value = b.value(args[0]);
    match &args[1..] {
        [] => value,
        later => either(b, call, value, |b| {
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || or_value(b, call, later))
        }),
    }
}

/// `(not value)`
pub fn not<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let test = b.test(call.args[0]);
    b.add(ExprKind::Not(test), Ty::BOOL, call.span)
}

/// `(when-let ((name value) …) body…)`: the body if all values are true.
pub fn when_let<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let_if(b, call, false, (&call.args[1..], &[]))
}

/// `(when-let* ((name value) …) body…)`: a value may use the names before it, even those that a variable
/// outside has too.
pub fn when_let_in_turn<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let_if(b, call, true, (&call.args[1..], &[]))
}

/// `(if-let ((name value) …) then [else])`
pub fn if_let<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let_if(b, call, false, (&call.args[1..2], &call.args[2..]))
}

/// `(if-let* ((name value) …) then [else])`
pub fn if_let_in_turn<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let_if(b, call, true, (&call.args[1..2], &call.args[2..]))
}

fn let_if<'a>(
    b: &mut Builder<'a>,
    call: &Call<'a>,
    in_turn: bool,
    (then, otherwise): (&[DatumId], &[DatumId]),
) -> ExprId {
    let mark = b.scope.mark();
    let bindings = b.let_clauses(call.args[0], in_turn);
    let tests = bindings.into_iter().map(|binding| b.bound_test(binding, call.span)).collect();
    let test = b.add(ExprKind::And(tests), Ty::BOOL, call.span);
    let then = b.arm(then, call.span, call.used);
    b.scope.reset(mark);
    let otherwise = b.arm(otherwise, call.span, call.used);
    b.branch(test, then, otherwise, call)
}

/// `(dotimes (i count [:max n]) body…)`
pub fn dotimes<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let header = b.items(call.args[0]).unwrap_or(&[]);
    let (name, count, options) = match header {
        [name, count, options @ ..] => (b.data.symbol(*name), *count, options),
        _ => (None, call.args[0], header),
    };
    let Some(name) = name else {
        let error = Diagnostic::error(&codes::MALFORMED, b.span(call.args[0]), "this is not a loop's header");
        return b.fail(error.help("write `(dotimes (i 10) body…)`"));
    };
    let (max, unroll) = b.loop_options(options);
    let bound = b.value(count);
    let mut bound = b.settled(bound);
    let known = b.known(bound);
    if known.is_none() && max.is_none() {
        return b.unbounded(bound);
    }
    if !matches!(b.kind(b.ty(bound)), TypeKind::Int(_) | TypeKind::Error) {
        bound = b.mismatch(bound, Ty::U64);
    }
    if let Some(value) = known {
        bound = b.add(ExprKind::Int(value), b.ty(bound), b.expr_span(bound));
    }
    let rounds = known.map(|n| u64::try_from(n.max(0)).unwrap_or(u64::MAX));
    let header =
        Header { name: Some(name), span: b.span(header[0]), ty: b.ty(bound), rounds, start: 0, step: 1 };
    let body = |b: &mut Builder<'a>, _| b.body(&call.args[1..], call.span, false);
    match b.loop_body(&header, call.span, unroll, &body) {
        Built::Loop(var, body) => b.add(ExprKind::Dotimes { var, bound, max, body }, Ty::NOTHING, call.span),
        Built::Rounds(rounds) => rounds,
    }
}

impl<'a> Builder<'a> {
    /// `datum` as a test. Inside `and`, `or` and `not` only truth matters, so their operands need
    /// no common type. What a macro makes of a test is a test too.
    pub(super) fn test(&mut self, datum: DatumId) -> ExprId {
        let datum = self.expanded(datum);
        let span = self.span(datum);
        if let Some([head, args @ ..]) = self.items(datum) {
            match self.symbol(*head).map(|name| self.text(name)) {
                Some("and") if !args.is_empty() => return self.tests(args, ExprKind::And, span),
                Some("or") if !args.is_empty() => return self.tests(args, ExprKind::Or, span),
                _ => {}
            }
        }
        let value = self.value(datum);
        self.as_test(value)
    }

    fn tests(&mut self, data: &[DatumId], kind: fn(Vec<ExprId>) -> ExprKind, span: Span) -> ExprId {
        let tests = data.iter().map(|datum| self.test(*datum)).collect();
        self.add(kind(tests), Ty::BOOL, span)
    }

    /// One arm of a branch.
    fn arm(&mut self, body: &[DatumId], span: Span, used: bool) -> ExprId {
        match body {
            [] if !used => self.add(ExprKind::Seq(Vec::new()), Ty::NOTHING, span),
            _ => self.body(body, span, used),
        }
    }

    /// A branch: of its arms' common type if its value is used.
    fn branch(&mut self, test: ExprId, then: ExprId, otherwise: ExprId, call: &Call<'_>) -> ExprId {
        let mut arms = [then, otherwise];
        let never = arms.iter().all(|arm| self.ty(*arm) == Ty::NEVER);
        let ty = match (never, call.used) {
            (true, _) => Ty::NEVER,
            (false, true) => self.join(&mut arms, call.span),
            (false, false) => Ty::NOTHING,
        };
        self.add(ExprKind::If(test, arms[0], arms[1]), ty, call.span)
    }

    /// Binds a variable and tests it, before the next clause is looked at: that one may need it to be true.
    fn bound_test(&mut self, (var, value): (crate::hir::VarId, ExprId), span: Span) -> ExprId {
        let read = self.read_var(var, span);
        let test = self.as_test(read);
        let ty = self.ty(test);
        self.add(ExprKind::Let(vec![(var, value)], test), ty, span)
    }

    fn let_clauses(&mut self, datum: DatumId, in_turn: bool) -> Vec<(crate::hir::VarId, ExprId)> {
        let single = self
            .items(datum)
            .and_then(|items| items.first())
            .is_some_and(|first| matches!(self.data.get(*first), Datum::Symbol(_)));
        match single {
            true => self.single_binding(datum),
            false => self.bindings(datum, &[], in_turn),
        }
    }

    fn case_keys(&mut self, keys: DatumId) -> Vec<DatumId> {
        self.items(keys).map_or_else(|| vec![keys], <[_]>::to_vec)
    }

    fn case_test(&mut self, var: crate::hir::VarId, key: DatumId, span: Span) -> ExprId {
        let key = self.value(key);
        if self.known(key).is_none() && self.ty(key) != Ty::ERROR {
            self.counters.want_constants();
            let message = "a key of `case` is a constant";
            return self.fail_at(&codes::NOT_CONSTANT, self.expr_span(key), message);
        }
        let value = self.read_var(var, span);
        self.compare(Compare::Eq, value, key, span)
    }

    /// `:max n` and `:unroll t`.
    pub(super) fn loop_options(&mut self, options: &[DatumId]) -> (Option<u64>, bool) {
        let options = Options::parse(self, options, &["max", "unroll"]);
        let max = options.get("max").and_then(|max| self.constant_value(max));
        let unroll = options.get("unroll").is_some_and(|datum| !self.is_symbol(datum, "nil"));
        (max.and_then(|max| u64::try_from(max).ok()), unroll)
    }

    fn unbounded(&mut self, bound: ExprId) -> ExprId {
        self.counters.want_constants();
        let span = self.expr_span(bound);
        let message = "the verifier must see how often this loop runs at most";
        let error = Diagnostic::error(&codes::UNBOUNDED_LOOP, span, message)
            .label("known at run time only")
            .help("give a limit: `(dotimes (i n :max 64) …)`; the loop stops there");
        self.fail(error)
    }
}
