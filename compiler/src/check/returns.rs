//! A program returns what its hook allows.
//!
//! The verifier must see it (`check_return_code` in `kernel/bpf/verifier.c`). Where the compiler
//! sees it and the verifier does not, after a remainder, [`harden`] adds the mask that shows it.

use bpfl_stdlib::catalog::returns;

use super::{
    Proof,
    calls::Callees,
    range::{Eyes, Range},
};
use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    hir,
    ir::{self, Binary, Block, Function, Op, Terminator, Type, Value},
    names::Names,
    source::Span,
};

/// Reports every return of something outside the hook's range.
pub(super) fn check(proof: &mut Proof<'_>, program: &hir::Program) {
    let Some(allowed) = returns::range(program.ty, program.section.attach_type) else {
        return verdicts(proof, program);
    };
    for block in proof.graph.order().to_vec() {
        let Terminator::Return(value) = proof.f.end(block) else { continue };
        let mut outside = Vec::new();
        if !fits(proof.range(*value, block, Eyes::Compiler), allowed) {
            culprits(proof, *value, block, allowed, &mut outside);
        }
        // The arms of `min` are one form to whoever wrote it.
        let inner = |span: Span| outside.iter().any(|(_, outer)| *outer != span && outer.contains(span));
        for &(value, span) in outside.iter().filter(|(_, span)| !inner(*span)) {
            let diagnostic = diagnostic(proof, program, value, span, allowed);
            proof.diagnostics.push(diagnostic);
        }
    }
}

/// Where the kernel takes any value, a constant that is none of the hook's verdicts is a warning.
fn verdicts(proof: &mut Proof<'_>, program: &hir::Program) {
    let Some(verdict) = returns::of(program.ty, program.section.attach_type) else { return };
    let meanings = verdict.meanings;
    // A stream parser returns a length.
    if meanings.len() < 2
        || meanings.iter().any(|m| m.name.is_empty())
        || program.section.name.contains("parser")
    {
        return;
    }
    for block in proof.graph.order().to_vec() {
        let Terminator::Return(value) = proof.f.end(block) else { continue };
        let mut constants = Vec::new();
        returned_constants(proof, *value, block, &mut constants);
        for (constant, span) in constants {
            if meanings.iter().all(|meaning| i64::from(meaning.value) != constant) {
                let name = program.section.name;
                let message = format!("{constant} is none of the verdicts of a `{name}` program");
                let names: Vec<_> = meanings.iter().map(|meaning| meaning.name).collect();
                let warning = Diagnostic::warning(&codes::RETURN_RANGE, span, message);
                let warning = warning.note(format!("the kernel takes it {}", verdict.other));
                proof.diagnostics.push(warning.help(format!("the verdicts are {}", names.join(", "))));
            }
        }
    }
}

/// The constants that `value`, returned at the end of `block`, may be, and where each is written.
fn returned_constants(proof: &Proof<'_>, value: Value, block: Block, found: &mut Vec<(i64, Span)>) {
    let f = proof.f;
    if let Some(constant) = f.constant(value) {
        return found.push((constant, f.end_span(block)));
    }
    let index = f.params(block).iter().position(|param| *param == value);
    let Some(index) = index.filter(|_| found.len() < MANY && f.def(value).is_none()) else { return };
    let mut preds = proof.graph.preds(block).to_vec();
    preds.dedup();
    for pred in preds.into_iter().filter(|pred| proof.graph.position(*pred) < proof.graph.position(block)) {
        for edge in f.end(pred).edges().filter(|edge| edge.block == block) {
            returned_constants(proof, edge.args[index], pred, found);
        }
    }
}

fn fits(range: Range, (min, max): (i32, i32)) -> bool {
    range.within(min.into(), max.into())
}

/// What makes `value`, at the end of `block`, leave the range: itself, or those arms of the `if`
/// it comes from that do.
fn culprits(
    proof: &Proof<'_>,
    value: Value,
    block: Block,
    allowed: (i32, i32),
    found: &mut Vec<(Value, Span)>,
) {
    let f = proof.f;
    if let Some(inst) = f.def(value) {
        let constant = f.constant(value).is_some();
        found.push((value, if constant { f.end_span(block) } else { f.span(inst) }));
        return;
    }
    let index = f.params(block).iter().position(|param| *param == value);
    let Some(index) = index.filter(|_| found.len() < MANY) else {
        found.push((value, f.end_span(block)));
        return;
    };
    let mut preds = proof.graph.preds(block).to_vec();
    preds.dedup();
    for pred in preds {
        for (i, edge) in f.end(pred).edges().enumerate().filter(|(_, edge)| edge.block == block) {
            let arg = edge.args[index];
            if !fits(proof.range_on_edge(arg, pred, i == 0, Eyes::Compiler), allowed) {
                culprits(proof, arg, pred, allowed, found);
            }
        }
    }
}

/// More arms at fault than a person wants to read of, and a bound for values around loops.
const MANY: usize = 16;

fn diagnostic(
    proof: &Proof<'_>,
    program: &hir::Program,
    value: Value,
    span: Span,
    (min, max): (i32, i32),
) -> Diagnostic {
    let section = program.section.name;
    let allowed = match max - min {
        0 => format!("exactly {min}"),
        1 => format!("{min} or {max}"),
        _ => format!("{min} to {max}"),
    };
    match proof.f.constant(value) {
        Some(constant) => {
            let message = format!("a `{section}` program cannot return {constant}");
            Diagnostic::error(&codes::RETURN_RANGE, span, message).help(format!("it returns {allowed}"))
        }
        None => {
            let message = format!("a `{section}` program returns {allowed}, and this may be anything");
            let error = Diagnostic::error(&codes::RETURN_RANGE, span, message);
            if min < 0 {
                return error.help("say what is meant: `(if x -1 0)`");
            }
            error
                .help("say what is meant: `(if x 1 0)`")
                .help(format!("or keep the low bits: `(logand x {max})`"))
        }
    }
}

/// Masks what the compiler knows to be in range and the verifier does not.
pub fn harden(hir: &hir::Module, module: &mut ir::Module, names: &Names, callees: &Callees) {
    for (index, program) in hir.programs.values().enumerate() {
        let allowed = returns::range(program.ty, program.section.attach_type);
        // A range that begins below 0 is kept by constants alone, which the verifier sees as well.
        let Some(allowed) = allowed.filter(|(min, _)| *min >= 0) else { continue };
        let unseen = unseen(module, index, names, callees, allowed);
        let f = &mut module.functions[index];
        unseen.into_iter().for_each(|block| mask(f, block, allowed.1));
    }
}

/// Whether the function of this index is a program whose verdict the verifier need not know, or is shown by [`harden`].
pub fn may_be_unseen(hir: &hir::Module, index: usize) -> bool {
    hir.programs.values().nth(index).is_some_and(|program| {
        let allowed = returns::range(program.ty, program.section.attach_type);
        allowed.is_none_or(|(least, _)| least >= 0)
    })
}

fn unseen(
    module: &ir::Module,
    index: usize,
    names: &Names,
    callees: &Callees,
    allowed: (i32, i32),
) -> Vec<Block> {
    let mut none = Diagnostics::default();
    let proof = Proof::new(&module.functions[index], module, names, callees, &mut none);
    let returns = proof.graph.order().iter().copied();
    returns
        .filter(|block| match proof.f.end(*block) {
            Terminator::Return(value) => !fits(proof.range(*value, *block, Eyes::Verifier), allowed),
            _ => false,
        })
        .collect()
}

/// Masks the returned value with `max`, whose bits are all ones for every hook that has a range.
fn mask(f: &mut Function, block: Block, max: i32) {
    let Terminator::Return(value) = *f.end(block) else { return };
    let span = f.end_span(block);
    let Some(bits) = f.append(block, Op::Const(max.into()), Some(Type::I32), span) else { return };
    if let Some(masked) = f.append(block, Op::Binary(Binary::And, value, bits), Some(Type::I32), span) {
        f.set_end(block, Terminator::Return(masked), span);
    }
}
