//! Helpers that want at least one byte are given one.
//!
//! The verifier refuses a size that it does not see to be above 0 where the helper's prototype has
//! `ARG_CONST_SIZE` (`check_mem_size_reg`, kernel/bpf/verifier.c).

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

fn may_be_zero(proof: &Proof<'_>, size: Value, block: Block) -> bool {
    proof.range(size, block, Eyes::Verifier).min == 0
}

fn diagnostic(proof: &Proof<'_>, inst: Inst, size: Value) -> Diagnostic {
    let call = proof.f.span(inst);
    let own: Option<Span> = proof.f.def(size).map(|def| proof.f.span(def));
    let name = match proof.f.op(inst) {
        Op::Call(id, _) => helper::by_id(*id).map_or("", |row| row.name).replace('_', "-"),
        _ => String::new(),
    };
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
