//! No pointer that may be null is used.
//!
//! A forward dataflow over the values that may be null: calls and loads that give null at times,
//! the constant null, and block parameters of a pointer type. A branch that compares one with null
//! proves it on one of its edges; a parameter is proven when every argument is. The analysis
//! starts from "all proven" and takes back what some path does not prove, so that loops keep what
//! holds around them.

use std::collections::HashSet;

use bpfl_stdlib::catalog::{
    helper::{self, Arg},
    kfunc,
};

use super::{
    Proof,
    flow::{self, Flow},
    range::Eyes,
};
use crate::{
    arena::Arena,
    diagnostic::{Diagnostic, codes},
    ir::{Block, Cond, Edge, Inst, Op, Terminator, Value},
    source::Span,
};

/// Reports every use of a pointer not proven.
pub fn check(proof: &mut Proof<'_>) {
    let mut analysis = Analysis { proof, entry: Arena::new() };
    analysis.entry = flow::entries(analysis.proof.f, &analysis.proof.graph, &analysis);
    analysis.report();
}

/// The pointers among those that are put into a callback's frame as ones that may be null, and are not.
pub(super) fn captured(proof: &mut Proof<'_>) -> Vec<Inst> {
    let mut analysis = Analysis { proof, entry: Arena::new() };
    analysis.entry = flow::entries(analysis.proof.f, &analysis.proof.graph, &analysis);
    let f = analysis.proof.f;
    let mut found = Vec::new();
    for block in analysis.proof.graph.order() {
        let Some(mut proven) = analysis.entry[*block].clone() else { continue };
        for inst in f.insts(*block) {
            let stored = f.promise(*inst).filter(|(_, pointee)| pointee.nullable);
            found.extend(stored.filter(|(value, _)| analysis.is_proven(*value, &proven)).map(|_| *inst));
            analysis.step(*inst, &mut proven);
        }
    }
    found
}

/// The values proven at some point.
type Proven = HashSet<Value>;

struct Analysis<'p, 'a> {
    proof: &'p mut Proof<'a>,
    /// What is proven where each block starts; `None` while no path to it was followed.
    entry: Arena<Block, Option<Proven>>,
}

impl Flow for Analysis<'_, '_> {
    type State = Proven;

    fn step(&self, inst: Inst, proven: &mut Proven) {
        // Around a loop the instruction gives a new value, of which nothing is known.
        self.proof.f.result(inst).iter().for_each(|value| {
            proven.remove(value);
        });
    }

    fn along(&self, block: Block, index: usize, edge: &Edge, proven: &mut Proven) {
        let f = self.proof.f;
        if let Some(value) = self.tested(block, index) {
            proven.insert(value);
        }
        let good: Vec<bool> = edge.args.iter().map(|arg| self.is_proven(*arg, proven)).collect();
        for (param, good) in f.params(edge.block).iter().zip(good) {
            match good && f.ty(*param).is_pointer() {
                true => proven.insert(*param),
                false => proven.remove(param),
            };
        }
    }

    fn join(&self, known: &mut Proven, arriving: Proven) -> bool {
        let before = known.len();
        known.retain(|value| arriving.contains(value));
        known.len() != before
    }
}

impl Analysis<'_, '_> {
    /// The pointer that edge `index` of a block's end proves not to be null.
    fn tested(&self, block: Block, index: usize) -> Option<Value> {
        let f = self.proof.f;
        let Terminator::Branch(cond, a, b, ..) = f.end(block) else { return None };
        let (mut cond, mut a, mut b) = (*cond, *a, *b);
        // `(let ((there (/= p nil))) (when there …))` tests the truth of the comparison.
        while let Some(Op::Compare(inner, x, y)) = f.def_op(a) {
            if f.constant(b) != Some(0) {
                return None;
            }
            cond = if cond == Cond::Ne { *inner } else { inner.inverted() };
            (a, b) = (*x, *y);
        }
        let holds_on = match cond {
            Cond::Ne => 0,
            Cond::Eq => 1,
            _ => return None,
        };
        let null = |value| f.constant(value) == Some(0);
        let pointer = if null(b) {
            a
        } else if null(a) {
            b
        } else {
            return None;
        };
        (index == holds_on && f.ty(pointer).is_pointer()).then_some(pointer)
    }

    fn is_proven(&self, value: Value, proven: &Proven) -> bool {
        let f = self.proof.f;
        if proven.contains(&value) || !f.ty(value).is_pointer() {
            return true;
        }
        match f.def_op(value) {
            Some(Op::Const(_)) => false,
            Some(_) => !f.may_be_null(value),
            None => self.proof.homes[value] == Some(f.entry()) && !f.may_be_null(value),
        }
    }

    // ---- messages ----

    fn report(&mut self) {
        let f = self.proof.f;
        for block in self.proof.graph.order().to_vec() {
            let Some(mut proven) = self.entry[block].clone() else { continue };
            for inst in f.insts(block) {
                let stored =
                    f.promise(*inst).filter(|(_, pointee)| !pointee.nullable).map(|(value, _)| value);
                for value in needed(self.proof, block, f.op(*inst)).into_iter().chain(stored) {
                    if !self.is_proven(value, &proven) {
                        let diagnostic = self.diagnostic(value, f.span(*inst), &proven);
                        self.proof.diagnostics.push(diagnostic);
                        // Once is enough for what follows.
                        proven.insert(value);
                    }
                }
                f.result(*inst).iter().for_each(|value| {
                    proven.remove(value);
                });
            }
            self.compared(block, &mut proven);
            self.returned(block, &proven);
        }
    }

    /// Where the order of two pointers decides, both are there.
    fn compared(&mut self, block: Block, proven: &mut Proven) {
        let f = self.proof.f;
        let Terminator::Branch(cond, a, b, ..) = f.end(block) else { return };
        for value in in_order(*cond, [*a, *b]) {
            if !self.is_proven(value, proven) {
                let diagnostic = self.diagnostic(value, f.end_span(block), proven);
                self.proof.diagnostics.push(diagnostic);
                proven.insert(value);
            }
        }
    }

    /// A function that says that it gives no null must not.
    fn returned(&mut self, block: Block, proven: &Proven) {
        let f = self.proof.f;
        let Terminator::Return(value) = *f.end(block) else { return };
        if f.gives.is_some_and(|gives| !gives.nullable) && !self.is_proven(value, proven) {
            let diagnostic = self.diagnostic(value, f.end_span(block), proven);
            self.proof.diagnostics.push(diagnostic);
        }
    }

    fn diagnostic(&self, value: Value, span: Span, proven: &Proven) -> Diagnostic {
        let origin = self.origin(value, proven, &mut HashSet::new());
        let name = self.proof.called(value);
        let (message, help) = match name {
            Some(name) => (
                format!("`{name}` may be null here"),
                format!("test it first: `(when {name} …)`, or `(unless {name} (return 0))` before"),
            ),
            None => (
                "this pointer may be null".to_string(),
                "bind it and test it: `(when-let ((p …)) …)`".to_string(),
            ),
        };
        let mut error = Diagnostic::error(&codes::MAY_BE_NULL, span, message).label("used without a test");
        if let Some((span, why)) = origin.filter(|(origin, _)| *origin != span) {
            error = error.also(span, why);
        }
        error.help(help)
    }

    /// Where a null may come from.
    fn origin(&self, value: Value, proven: &Proven, seen: &mut HashSet<Value>) -> Option<(Span, String)> {
        let f = self.proof.f;
        if !seen.insert(value) {
            return None;
        }
        if let Some(inst) = f.def(value) {
            let why = match f.op(inst) {
                Op::Call(id, _) => {
                    let name = helper::by_id(*id).map_or("this call", |row| row.name);
                    let name = name.trim_end_matches("_elem").replace('_', "-");
                    format!("`{name}` gives null when there is nothing to give")
                }
                Op::Kfunc(id, _) => {
                    let name = self.proof.module.kfuncs.get(*id).map_or("this call", |info| &info.symbol);
                    format!("`{}` gives null when there is nothing to give", kfunc::called(name))
                }
                Op::Const(_) => "null here".into(),
                _ => "this may be null".into(),
            };
            return Some((f.span(inst), why));
        }
        let home = self.proof.homes[value]?;
        let index = f.params(home).iter().position(|param| *param == value)?;
        let edges = self.proof.graph.preds(home).iter().flat_map(|pred| f.end(*pred).edges());
        let args: Vec<Value> = edges.filter(|edge| edge.block == home).map(|edge| edge.args[index]).collect();
        let unproven = args.into_iter().filter(|arg| !self.is_proven(*arg, proven));
        unproven.into_iter().find_map(|arg| self.origin(arg, proven, seen))
    }
}

/// Those of two values whose order is asked for.
fn in_order(cond: Cond, values: [Value; 2]) -> Vec<Value> {
    match cond {
        Cond::Eq | Cond::Ne => Vec::new(),
        _ => values.into(),
    }
}

/// The pointers that an instruction in `block` must not find null.
fn needed(proof: &Proof<'_>, block: Block, op: &Op) -> Vec<Value> {
    if let Op::Kfunc(id, args) = op {
        let nullable = proof.module.kfuncs.get(*id).map_or(&[][..], |info| &info.nullable);
        let wanted = args.iter().enumerate().filter(|(i, _)| nullable.get(*i) != Some(&true));
        return wanted.map(|(_, arg)| arg).collect();
    }
    match op {
        Op::Load { ptr, .. }
        | Op::Store { ptr, .. }
        | Op::Atomic { ptr, .. }
        | Op::CompareExchange { ptr, .. }
        | Op::Advance(ptr, _) => vec![*ptr],
        Op::Distance(a, b) => vec![*a, *b],
        Op::Compare(cond, a, b) => in_order(*cond, [*a, *b]),
        Op::Call(id, args) => {
            let kinds = helper::by_id(*id).map_or(&[][..], |row| row.args);
            let args: Vec<Value> = args.iter().collect();
            let wanted = |(i, (arg, kind)): &(usize, (&Value, &Arg))| match kind {
                // What may be a reference must be one, or plainly null.
                Arg::KptrOrNull => proof.f.constant(**arg) != Some(0),
                // Null has no bytes (`check_helper_mem_access`, kernel/bpf/verifier.c).
                Arg::MemOrNull | Arg::WritableMemOrNull => {
                    args.get(i + 1).is_some_and(|size| proof.range(*size, block, Eyes::Verifier).min > 0)
                }
                kind => !kind.takes_null(),
            };
            args.iter().zip(kinds).enumerate().filter(wanted).map(|(_, (arg, _))| *arg).collect()
        }
        Op::CallFunction(func, args) => {
            let Some(callee) = proof.module.function(*func) else { return Vec::new() };
            let params = callee.params(callee.entry()).iter();
            let wanted = args.iter().zip(params).filter(|(_, param)| !callee.may_be_null(**param));
            wanted.map(|(arg, _)| arg).collect()
        }
        _ => Vec::new(),
    }
}
