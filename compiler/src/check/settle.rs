//! What the proofs found and the optimiser and the verifier have to know, put into the SSA.

use super::{Proof, calls::Callees, counted, returns};
use crate::{
    diagnostic::Diagnostics,
    hir,
    ir::{Function, Inst, Module, Op},
    names::Names,
};

/// Masks what is returned where the verifier would not see that it is in range, and notes which packet
/// pointers may become one. What callbacks count is kept from the verifier.
pub fn settle(hir: &hir::Module, module: &mut Module, names: &Names) {
    let callees = Callees::new(module, hir.programs.len(), names);
    for index in 0..module.functions.len() {
        let mut none = Diagnostics::default();
        let proof = Proof::new(&module.functions[index], module, names, &callees, &mut none);
        let small = small(&proof);
        module.functions[index].small = small.into_iter().collect();
    }
    returns::harden(hir, module, names, &callees);
    counted::forget(module);
}

/// The instructions that move a packet pointer by a number that is small where they stand.
fn small(proof: &Proof<'_>) -> Vec<Inst> {
    let moves =
        |f: &Function, inst: &Inst| matches!(f.op(*inst), Op::Advance(base, _) if f.ty(*base).is_packet());
    let all = proof.graph.order().iter().flat_map(|block| proof.f.insts(*block).iter().copied());
    all.filter(|inst| moves(proof.f, inst) && proof.moves_little(*inst)).collect()
}
