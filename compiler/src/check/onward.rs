//! A callback does not go on in another program: `bpf_tail_call` returns to nobody, and the helper that calls back waits
//! for it (`check_helper_call`, kernel/bpf/verifier.c).

use super::Proof;
use crate::{
    diagnostic::{Diagnostic, codes},
    ir::Op,
};

/// Reports tail calls in what is given to others to call back.
pub(super) fn check(proof: &mut Proof<'_>) {
    for block in proof.graph.order() {
        for inst in proof.f.insts(*block) {
            let Op::FuncAddr(func) = proof.f.op(*inst) else { continue };
            let Some(span) = proof.callees.get(*func).and_then(|callee| callee.goes_on) else { continue };
            let message = "a callback cannot go on in another program";
            let error = Diagnostic::error(&codes::HELPER_NOT_OFFERED, span, message);
            let error = error.also(proof.f.span(*inst), "called back by this");
            let help = "remember what was found in a variable, and call `tail-call` behind the loop";
            proof.diagnostics.push(error.help(help));
        }
    }
}
