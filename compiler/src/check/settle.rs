//! What the proofs found and the optimiser and the verifier have to know, put into the SSA.

use super::{Proof, biased, calls::Callees, counted, returns, steady, tallied};
use crate::{
    diagnostic::Diagnostics,
    hir,
    ir::{Function, Inst, Module, Op, Type, Value},
    names::Names,
};

/// Masks what is returned where the verifier would not see that it is in range, and notes which packet
/// pointers may become one. What callbacks count, and loops on some of their ways, is kept from the
/// verifier.
pub fn settle(hir: &hir::Module, module: &mut Module, names: &Names) {
    let callees = Callees::new(module, hir.programs.len(), names);
    for index in 0..module.functions.len() {
        let mut none = Diagnostics::default();
        let proof = Proof::new(&module.functions[index], module, names, &callees, &mut none);
        let small = small(&proof);
        let tallies = tallied::find(&proof, returns::may_be_unseen(hir, index));
        let parted = steady::find(&proof);
        let back = biased::find(&proof);
        let f = &mut module.functions[index];
        f.small = small.into_iter().collect();
        unsign(f);
        biased::bias(f, back);
        tallied::hide(f, tallies);
        steady::write(f, parted);
    }
    returns::harden(hir, module, names, &callees);
    counted::forget(module);
}

/// Widens what moves a packet pointer, and is small, without a sign: so it is the operand's register to the
/// verifier, as often as it is widened.
fn unsign(f: &mut Function) {
    for block in f.blocks() {
        for inst in f.take_insts(block) {
            if let Some((base, narrow)) = signed(f, inst) {
                let (widened, by) = f.make(Op::Zext(narrow), Some(Type::I64), f.span(inst));
                f.push(block, widened);
                by.into_iter().for_each(|by| *f.op_mut(inst) = Op::Advance(base, by));
            }
            f.push(block, inst);
        }
    }
}

/// The pointer and the 32 bits that a small instruction moves it by, where those are widened with their sign.
fn signed(f: &Function, inst: Inst) -> Option<(Value, Value)> {
    let Op::Advance(base, by) = *f.op(inst) else { return None };
    match f.def_op(by) {
        Some(Op::Sext(narrow)) if f.small.contains(&inst) => Some((base, *narrow)),
        _ => None,
    }
}

/// The instructions that move a packet pointer by a number that is small where they stand.
fn small(proof: &Proof<'_>) -> Vec<Inst> {
    let moves =
        |f: &Function, inst: &Inst| matches!(f.op(*inst), Op::Advance(base, _) if f.ty(*base).is_packet());
    let all = proof.graph.order().iter().flat_map(|block| proof.f.insts(*block).iter().copied());
    all.filter(|inst| moves(proof.f, inst) && proof.moves_little(*inst)).collect()
}
