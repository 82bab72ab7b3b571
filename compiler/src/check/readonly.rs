//! Nothing is written where the verifier lets programs only read: keys that a walk over a map shows,
//! strings and globals of `.rodata`.

use super::Proof;
use crate::{
    diagnostic::{Diagnostic, codes},
    ir::{Op, Region, Type},
};

/// Reports every write to what is read-only.
pub fn check(proof: &mut Proof<'_>) {
    for block in proof.graph.order().to_vec() {
        for inst in proof.f.insts(block).to_vec() {
            let (Op::Store { ptr, .. } | Op::Atomic { ptr, .. } | Op::CompareExchange { ptr, .. }) =
                *proof.f.op(inst)
            else {
                continue;
            };
            let what = match proof.f.ty(ptr) {
                Type::Ptr(Region::MapKey) => "a map's key",
                Type::Ptr(Region::Global) if in_rodata(proof, ptr) => "in `.rodata`",
                _ => continue,
            };
            let message = format!("this is {what}, which programs only read");
            let error = Diagnostic::error(&codes::NOT_A_PLACE, proof.f.span(inst), message);
            proof.diagnostics.push(error.help("copy it first, and change the copy"));
        }
    }
}

fn in_rodata(proof: &Proof<'_>, ptr: crate::ir::Value) -> bool {
    proof.addresses(ptr, 0).iter().any(|address| match proof.f.def_op(address.root) {
        Some(Op::GlobalAddr(global)) => proof.module.globals[*global].read_only,
        _ => false,
    })
}
