//! Raw instructions read only registers that hold something known.
//!
//! Between forms the compiler uses every register for its own purposes. So what a raw instruction
//! reads by number, one right before it must have set. The frame is the compiler's to lay out: where in
//! it something is, an expression says and no offset from r10.

use super::Proof;
use crate::{
    bpf::{insn::FP, raw::Registers},
    diagnostic::{Diagnostic, codes},
    ir::{Asm, Op},
};

/// Reports raw instructions that read registers in which nothing was put.
pub fn check(proof: &mut Proof<'_>) {
    if proof.f.asms.is_empty() {
        return;
    }
    for block in proof.graph.order().to_vec() {
        for inst in proof.f.insts(block).to_vec() {
            let Op::Asm(asm, _) = *proof.f.op(inst) else { continue };
            if let Some(error) = unset(&proof.f.asms[asm]) {
                proof.diagnostics.push(error);
            }
        }
    }
}

/// The first read of a register in which nothing was put.
fn unset(code: &Asm) -> Option<Diagnostic> {
    let mut set = Registers::default();
    for (raw, span) in &code.insns {
        let effects = raw.effects().ok()?;
        let chosen = [(code.dst, raw.dst), (code.src, raw.src)].into_iter().filter(|(given, _)| *given);
        let chosen =
            chosen.fold(Registers::default(), |all, (_, register)| all.and(Registers::one(register)));
        if let Some(register) = effects.reads.without(set).without(chosen).iter().next() {
            if register == FP {
                let message = "where things are in the frame behind r10 is the compiler's";
                let error = Diagnostic::error(&codes::RAW_INSTRUCTION, *span, message);
                return Some(error.help("give an address in the register's place: `(stack-addr variable)`"));
            }
            let message = format!("nothing is known of what r{register} holds here");
            let error = Diagnostic::error(&codes::RAW_INSTRUCTION, *span, message);
            return Some(error.help(
                "set it in an `asm` right before this one, or give an expression in the register's place",
            ));
        }
        let result = effects.result.map_or_else(Registers::default, Registers::one);
        set = set.without(effects.writes).and(result);
    }
    None
}
