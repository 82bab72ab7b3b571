//! A function gives no pointer to its own stack, or to its callers'.
//!
//! The verifier takes none back (`prepare_func_exit`, kernel/bpf/verifier.c). Where the pointer is to the stack
//! and nowhere else its type says so, and building the function reports it; here are the joined ones.

use super::Proof;
use crate::{
    diagnostic::{Diagnostic, codes},
    ir::{Op, Terminator},
};

/// Reports every return of a pointer that may be to the stack. Only functions return pointers.
pub fn check(proof: &mut Proof<'_>) {
    for block in proof.graph.order().to_vec() {
        let Terminator::Return(value) = *proof.f.end(block) else { continue };
        if !proof.f.ty(value).may_be_stack() {
            continue;
        }
        let roots: Vec<_> = proof.origins(value, 0).into_iter().map(|address| address.root).collect();
        let Some(root) = roots.into_iter().find(|root| proof.on_stack(*root)) else { continue };
        let message = "this may be a pointer to the stack, and no function returns one";
        let error = Diagnostic::error(&codes::TYPE_MISMATCH, proof.f.end_span(block), message);
        let error = match proof.f.def(root).filter(|inst| matches!(proof.f.op(*inst), Op::SlotAddr(_))) {
            Some(inst) => error.also(proof.f.span(inst), "this is on the stack"),
            None => error,
        };
        let help = "let the caller make it and pass a pointer, or make the function `:inline t`";
        proof.diagnostics.push(error.help(help));
    }
}
