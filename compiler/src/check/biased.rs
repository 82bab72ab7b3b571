//! Pointers that are moved back by a run-time number.
//!
//! What is added to a pointer must not be negative to the verifier, on the stack excepted: its greatest value without a
//! sign would be anything (`check_mem_region_access`, kernel/bpf/verifier.c). So as much as such a number is below zero at
//! most is taken from the pointer before, where it is a constant, and added to the number.

use bpfl_stdlib::catalog::limit;

use super::{Proof, range::Eyes};
use crate::ir::{Binary, Block, Function, Inst, Op, Region, Type};

/// An instruction that moves a pointer, and how far back at most.
pub(super) struct Back {
    block: Block,
    inst: Inst,
    by: u32,
}

/// What moves pointers back.
pub(super) fn find(proof: &Proof<'_>) -> Vec<Back> {
    let mut found = Vec::new();
    for block in proof.graph.order() {
        for inst in proof.f.insts(*block) {
            if let Some(by) = back(proof, *block, *inst) {
                found.push(Back { block: *block, inst: *inst, by });
            }
        }
    }
    found
}

fn back(proof: &Proof<'_>, block: Block, inst: Inst) -> Option<u32> {
    let Op::Advance(base, by) = *proof.f.op(inst) else { return None };
    let Type::Ptr(region) = proof.f.ty(base) else { return None };
    let others = region.is_packet() || matches!(region, Region::Stack | Region::Arena | Region::PacketEnd);
    if others || proof.f.constant(by).is_some() {
        return None;
    }
    let low = proof.range(by, block, Eyes::Verifier).low;
    // What may go further back is out of any object, and was reported.
    let by = u32::try_from(low.unsigned_abs()).ok().filter(|by| *by < limit::MOVED_BYTES)?;
    (low < 0).then_some(by)
}

/// Moves them back by a constant, and forward.
pub(super) fn bias(f: &mut Function, all: Vec<Back>) {
    for Back { block, inst, by } in all {
        let insts = f.take_insts(block);
        for own in insts {
            if own == inst {
                forward(f, block, inst, by.into());
            }
            f.push(block, own);
        }
    }
}

/// Puts what comes before `inst` at the end of `block`, and lets it move a pointer by what is not below zero.
fn forward(f: &mut Function, block: Block, inst: Inst, by: i64) {
    let (Op::Advance(base, number), span, ty) =
        (*f.op(inst), f.span(inst), f.result(inst).map(|of| f.ty(of)))
    else {
        return;
    };
    let limit = f.append(block, Op::Const(by), Some(Type::I64), span);
    let back = f.append(block, Op::Const(-by), Some(Type::I64), span);
    let (Some(limit), Some(back)) = (limit, back) else { return };
    let Some(number) = f.append(block, Op::Binary(Binary::Add, number, limit), Some(Type::I64), span) else {
        return;
    };
    if let Some(moved) = f.append(block, Op::Advance(base, back), ty, span) {
        *f.op_mut(inst) = Op::Advance(moved, number);
    }
}
