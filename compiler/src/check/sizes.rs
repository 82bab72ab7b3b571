//! Helpers that want at least one byte are given one, and none of null.
//!
//! The verifier refuses a size that it does not see to be above 0 where the helper's prototype has
//! `ARG_CONST_SIZE` (`check_mem_size_reg`, kernel/bpf/verifier.c), and one that it does not see to be 0 beside a null
//! (`check_helper_mem_access`). What may be null is [`null`](super::null)'s.

use bpfl_stdlib::catalog::helper::{self, Arg};

use super::{Proof, range::Eyes};
use crate::{
    diagnostic::{Diagnostic, codes},
    ir::{Block, Inst, Op, Value},
    source::Span,
};

/// Reports every size that is or may be 0 where it must not.
pub(super) fn check(proof: &mut Proof<'_>) {
    for block in proof.graph.order().to_vec() {
        for inst in proof.f.insts(block).to_vec() {
            if let Some(size) = of_null(proof, inst, block) {
                proof.diagnostics.push(diagnostic_of_null(proof, inst, size));
            }
            let empty = sizes(proof, inst).into_iter().find(|size| may_be_zero(proof, *size, block));
            if let Some(size) = empty {
                let diagnostic = diagnostic(proof, inst, size);
                // A size of which nothing is known was found to be too large already.
                if !proof.diagnostics.iter().any(|d| d.span == diagnostic.span && d.code == diagnostic.code) {
                    proof.diagnostics.push(diagnostic);
                }
            }
        }
    }
}

/// The sizes that a call gives and that must be above 0.
fn sizes(proof: &Proof<'_>, inst: Inst) -> Vec<Value> {
    let Op::Call(id, args) = proof.f.op(inst) else { return Vec::new() };
    let kinds = helper::by_id(*id).map_or(&[][..], |row| row.args);
    args.iter().zip(kinds).filter(|(_, kind)| **kind == Arg::Size).map(|(size, _)| size).collect()
}

/// The size, other than 0, that a call gives of the null before it.
fn of_null(proof: &Proof<'_>, inst: Inst, block: Block) -> Option<Value> {
    let Op::Call(id, args) = proof.f.op(inst) else { return None };
    let kinds = helper::by_id(*id)?.args;
    let memory = kinds.iter().map(|kind| matches!(kind, Arg::MemOrNull | Arg::WritableMemOrNull));
    let pairs = args.iter().zip(args.iter().skip(1)).zip(memory);
    let mut of_null = pairs.filter(|((ptr, _), memory)| *memory && proof.f.constant(*ptr) == Some(0));
    of_null.find_map(|((_, size), _)| (proof.range(size, block, Eyes::Verifier).max > 0).then_some(size))
}

fn diagnostic_of_null(proof: &Proof<'_>, inst: Inst, size: Value) -> Diagnostic {
    let call = proof.f.span(inst);
    let own: Option<Span> = proof.f.def(size).map(|def| proof.f.span(def));
    let size = match proof.f.constant(size) {
        Some(1) => "1 byte".into(),
        Some(size) => format!("{size} bytes"),
        None => "some bytes".into(),
    };
    let message = format!("null has no bytes, and `{}` is to use {size} of it", called(proof, inst));
    Diagnostic::error(&codes::OUT_OF_BOUNDS, own.unwrap_or(call), message)
        .help("give null a size of 0, or memory of that size")
}

fn called(proof: &Proof<'_>, inst: Inst) -> String {
    match proof.f.op(inst) {
        Op::Call(id, _) => helper::by_id(*id).map_or("", |row| row.name).replace('_', "-"),
        _ => String::new(),
    }
}

fn may_be_zero(proof: &Proof<'_>, size: Value, block: Block) -> bool {
    proof.range(size, block, Eyes::Verifier).min == 0
}

fn diagnostic(proof: &Proof<'_>, inst: Inst, size: Value) -> Diagnostic {
    let call = proof.f.span(inst);
    let own: Option<Span> = proof.f.def(size).map(|def| proof.f.span(def));
    let name = called(proof, inst);
    match proof.f.constant(size) {
        Some(_) => {
            let message = format!("`{name}` wants at least one byte, and this is 0");
            Diagnostic::error(&codes::OUT_OF_BOUNDS, own.unwrap_or(call), message)
                .help("leave the size out: it is that of the place before it")
        }
        None => {
            let message = format!("`{name}` wants at least one byte, and may be given none");
            let error = Diagnostic::error(&codes::OUT_OF_BOUNDS, call, message);
            let error = own.into_iter().fold(error, |error, own| error.also(own, "this may be 0"));
            error.help("call it where that is tested: `(when (> n 0) …)`")
        }
    }
}
