//! `bpf-loop` and `do-map`: a body that the kernel calls.
//!
//! The body becomes a function of its own. What it uses of the variables around it is passed in a
//! frame on the caller's stack and written back afterwards, so that the body reads and changes them
//! as if it stood where it is written. The function returns 0 to go on and 1 to stop.

use std::collections::BTreeMap;

use bpfl_stdlib::catalog::{
    helper::{self, Helper},
    limit::LOOP_ROUNDS,
    map::compat,
};

use super::{Builder, exits::leave_with, forms::Call, functions::Inside, maps::article};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{Captured, Compare, ExprId, ExprKind, Function, FunctionId, Ty, VarId, visit},
    ir::Region,
    names::Name,
    read::DatumId,
    source::Span,
};

/// The body of a callback that is being built.
pub struct Callback {
    /// The number of the exit, from 1, by which the body wants to leave the program or function.
    pub leaves: VarId,
    /// The value with which it does, unless that is constant.
    pub value: VarId,
    /// The exits, each with its value if that is constant: the verifier sees constants at the
    /// place where they are returned, and nothing of what was in memory meanwhile.
    pub exits: Vec<Option<i128>>,
    /// What the value is stored as; `None` where that is not known yet.
    pub returns: Option<Ty>,
}

impl Callback {
    /// The number of the exit with this value, a new one unless there is one.
    fn exit(&mut self, constant: Option<i128>) -> i128 {
        let known = self.exits.iter().position(|exit| *exit == constant);
        let index = known.unwrap_or_else(|| {
            self.exits.push(constant);
            self.exits.len() - 1
        });
        index as i128 + 1
    }
}

/// `(bpf-loop (i n) body…)`
pub fn bpf_loop<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let (Some([name, count]), Some(helper)) = (b.items(call.args[0]), helper::find("loop")) else {
        let error = Diagnostic::error(&codes::MALFORMED, b.span(call.args[0]), "this is not a loop's header");
        return b.fail(error.help("write `(bpf-loop (i n) body…)`"));
    };
    let Some(symbol) = b.data.symbol(*name) else {
        return b.fail_at(&codes::MALFORMED, b.span(*name), "the name of the counter is wanted here");
    };
    if let Some(error) = b.not_offered(helper, call) {
        return b.fail(error);
    }
    let rounds = b.value(*count);
    if let Some(value) = b.constant(rounds).filter(|value| *value > i128::from(LOOP_ROUNDS)) {
        let message = format!("`bpf-loop` makes {LOOP_ROUNDS} rounds at most, and this is {value}");
        return b.fail_at(&codes::LITERAL_RANGE, b.span(*count), message);
    }
    let rounds = b.store_as(rounds, Ty::U32);
    let counter = b.variable(Some(symbol), Ty::U64, b.span(*name));
    b.callback(helper, rounds, vec![counter], &[(symbol, counter)], call)
}

/// `(do-map (key value map) body…)`
pub fn do_map<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let (Some([key, value, map]), Some(helper)) = (b.items(call.args[0]), helper::find("for_each_map_elem"))
    else {
        let error = Diagnostic::error(&codes::MALFORMED, b.span(call.args[0]), "this is not a walk's header");
        return b.fail(error.help("write `(do-map (key value map) body…)`"));
    };
    if let Some(error) = b.not_offered(helper, call) {
        return b.fail(error);
    }
    let Some(id) = b.map(*map) else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    let (kind, defined) = (b.module.maps[id.map].kind, b.module.maps[id.map].span);
    if !compat::takes(helper.name, kind) {
        let message = format!("the entries of {} map cannot be walked over", article(kind.name));
        let error = Diagnostic::error(&codes::MAP_OPERATION, b.span(*map), message);
        return b.fail(error.also(defined, "defined here").help("arrays and hashes of all kinds can"));
    }
    let region = if kind.per_cpu { Region::PerCpu } else { Region::MapValue };
    let types = [
        b.module.types.pointer(Ty::NOTHING, Region::Map, false),
        b.module.types.pointer(b.module.maps[id.map].key, Region::MapKey, false),
        b.module.types.pointer(b.module.maps[id.map].value, region, false),
    ];
    let names = [None, b.data.symbol(*key), b.data.symbol(*value)];
    let params: Vec<VarId> =
        names.iter().zip(types).map(|(name, ty)| b.variable(*name, ty, b.span(call.args[0]))).collect();
    let bound: Vec<_> = names.iter().zip(&params).filter_map(|(name, var)| Some(((*name)?, *var))).collect();
    let handle = b.add(ExprKind::Map(id), Ty::NOTHING, b.span(*map));
    b.callback(helper, handle, params, &bound, call)
}

impl<'a> Builder<'a> {
    /// A call of `helper`, whose first argument is `first`, with the body of the form as callback.
    fn callback(
        &mut self,
        helper: &'static Helper,
        first: ExprId,
        params: Vec<VarId>,
        bound: &[(Name, VarId)],
        call: &Call<'a>,
    ) -> ExprId {
        let span = call.span;
        let errors = self.diagnostics.error_count();
        let returns = self.returns_here();
        let leaves = self.variable(None, Ty::U32, span);
        let value = self.variable(None, returns.unwrap_or(Ty::U64), span);
        let (ctx, around) = self.context_variable(span);
        let state = Callback { leaves, value, exits: Vec::new(), returns };
        let before = self.callback_state.replace(state);
        let body = self.callback_body(&call.args[1..], bound, ctx, span);
        let state = std::mem::replace(&mut self.callback_state, before);
        let failed = self.ty(first) == Ty::ERROR || self.diagnostics.error_count() > errors;
        let function = match self.callback_function(body, params, span) {
            Some(function) if !failed => function,
            _ => return self.add(ExprKind::Error, Ty::ERROR, span),
        };
        let kind = ExprKind::Callback { helper, args: vec![first], function };
        let looped = self.add(kind, Ty::I64, span);
        let mut bindings = around;
        let looped = match state.filter(|state| !state.exits.is_empty()) {
            None => looped,
            Some(state) => {
                for var in [state.leaves, state.value] {
                    let ty = self.module.vars[var].ty;
                    bindings.push((var, self.add(ExprKind::Int(0), ty, span)));
                }
                let (done, looped) = self.hold(looped);
                let exits = state.exits.iter().enumerate();
                let mut all: Vec<_> = exits.map(|(i, exit)| self.take_exit(&state, i, *exit, span)).collect();
                all.push(self.read_var(done, span));
                let all = self.add(ExprKind::Seq(all), Ty::I64, span);
                self.add(ExprKind::Let(vec![(done, looped)], all), Ty::I64, span)
            }
        };
        self.add(ExprKind::Let(bindings, looped), Ty::I64, span)
    }

    /// Leaves the program or function if the body wanted to by exit `index`.
    fn take_exit(&mut self, state: &Callback, index: usize, constant: Option<i128>, span: Span) -> ExprId {
        let (number, taken) = (self.read_var(state.leaves, span), index as i128 + 1);
        let taken = self.add(ExprKind::Int(taken), Ty::U32, span);
        let test = self.add(ExprKind::Compare(Compare::Eq, number, taken), Ty::BOOL, span);
        let value = match constant {
            Some(value) => self.add(ExprKind::Int(value), self.module.vars[state.value].ty, span),
            None => self.read_var(state.value, span),
        };
        let leave = leave_with(self, value, span);
        let go_on = self.add(ExprKind::Seq(Vec::new()), Ty::NOTHING, span);
        self.add(ExprKind::If(test, leave, go_on), Ty::NOTHING, span)
    }

    /// What a `return` here is stored as: an int in programs, what `:returns` says in functions.
    fn returns_here(&self) -> Option<Ty> {
        if let Some(state) = &self.callback_state {
            return state.returns;
        }
        match self.blocks.iter().rfind(|exit| exit.name.is_none()) {
            Some(exit) => exit.returns,
            None => Some(Ty::I32),
        }
    }

    /// A variable that holds the context for the body, where there is one.
    fn context_variable(&mut self, span: Span) -> (Option<VarId>, Vec<(VarId, ExprId)>) {
        if self.has_no_context() {
            return (None, Vec::new());
        }
        let ctx = self.context(span);
        let var = self.variable(None, self.ty(ctx), span);
        (Some(var), vec![(var, ctx)])
    }

    fn callback_body(
        &mut self,
        body: &'a [DatumId],
        bound: &[(Name, VarId)],
        ctx: Option<VarId>,
        span: Span,
    ) -> ExprId {
        let inside = std::mem::replace(&mut self.inside, Inside { function: true, ctx });
        let (blocks, held) = (std::mem::take(&mut self.blocks), std::mem::take(&mut self.held));
        let loops = std::mem::take(&mut self.loops);
        let mark = self.scope.mark();
        for (name, var) in bound {
            self.scope.bind(self.names.folded(*name), *var);
        }
        let body = self.body(body, span, false);
        self.scope.reset(mark);
        self.inside = inside;
        (self.blocks, self.held, self.loops) = (blocks, held, loops);
        let go_on = self.add(ExprKind::Int(0), Ty::U64, span);
        let all = vec![body, go_on];
        self.add(ExprKind::Seq(all), Ty::U64, span)
    }

    /// The function that the kernel calls; `None` when it changes what it may not.
    fn callback_function(&mut self, body: ExprId, mut params: Vec<VarId>, span: Span) -> Option<FunctionId> {
        let free = visit::free_variables(&self.module, body, &params);
        self.changed_pointers(&free, span)?;
        let captures: Vec<Captured> =
            free.into_iter().map(|(var, changed)| Captured { var, changed }).collect();
        let count = (captures.len() as u32).max(1);
        let frame = self.module.types.intern(crate::hir::TypeKind::Array { element: Ty::U64, count });
        let pointer = self.module.types.pointer(frame, Region::Stack, captures.is_empty());
        params.push(self.variable(None, pointer, span));
        let number = self.module.functions.len();
        let symbol = self.fresh_symbol("callback", number);
        let ty = self.hook.map(|hook| hook.ty);
        Some(self.module.functions.push(Function {
            symbol,
            params,
            returns: Ty::U64,
            body,
            span,
            ty,
            captures,
            global: None,
        }))
    }

    /// A pointer that the body changes would have to be proven anew by whoever reads it.
    fn changed_pointers(&mut self, free: &BTreeMap<VarId, bool>, span: Span) -> Option<()> {
        for (var, _) in free.iter().filter(|(_, changed)| **changed) {
            let data = &self.module.vars[*var];
            if self.module.types.as_pointer(data.ty).is_some() {
                let name = data.name.map_or("this pointer", |name| self.text(name));
                let message = format!("`{name}` is a pointer from around this body, which cannot change it");
                let error =
                    Diagnostic::error(&codes::NOT_A_PLACE, span, message).also(data.span, "bound here");
                self.report(error.help("bind a pointer of the body's own, or remember an index"));
                return None;
            }
        }
        Some(())
    }

    /// The way out of a callback's body: 1 ends the loop, 0 goes on.
    pub(super) fn end_round(&mut self, stop: bool, span: Span) -> ExprId {
        let value = self.add(ExprKind::Int(stop.into()), Ty::U64, span);
        self.add(ExprKind::Return(value), Ty::NEVER, span)
    }

    /// `(return value)` in a callback's body: remembers the value and ends the loop.
    pub(super) fn return_from_callback(&mut self, value: ExprId, span: Span) -> ExprId {
        let Some(state) = &self.callback_state else { return value };
        let (leaves, slot, returns) = (state.leaves, state.value, state.returns);
        let Some(ty) = returns else {
            let message = "it is not known yet what this function returns";
            let error = Diagnostic::error(&codes::MALFORMED, span, message);
            return self.fail(error.help("say so: `(defun name (…) :returns u64 …)`"));
        };
        let value = self.store_as(value, ty);
        let constant = self.constant(value);
        let number = self.callback_state.as_mut().map_or(1, |state| state.exit(constant));
        let number = self.add(ExprKind::Int(number), Ty::U32, span);
        let mut all = Vec::new();
        if constant.is_none() {
            all.push(self.add(ExprKind::Assign(slot, value), ty, span));
        }
        all.push(self.add(ExprKind::Assign(leaves, number), Ty::U32, span));
        all.push(self.end_round(true, span));
        self.seq(all, span)
    }
}
