//! Objects on the stack that a loop writes on some of its ways only.
//!
//! Where ways part by what they have written, no state of the verifier is like one of before (`stacksafe`,
//! kernel/bpf/verifier.c), and it walks all of them: a thousand rounds of "count in a map unless" are more than a million
//! instructions to it. So such an object is written once before the loop, and is there on every way.

use std::collections::HashSet;

use super::{Proof, loops};
use crate::ir::{Block, Function, LoopData, Op, Region, Slot, Type};

/// Where nothing in a loop runs more often, the verifier has walked all ways soon. Who may not load programs with
/// loops that the processor may run ahead of (no `CAP_PERFMON`) is better off where states differ.
const FEW: u64 = 128;

/// Larger objects are left alone.
const MOST_BYTES: u32 = 64;

/// An object, and a block from which the loop is entered.
pub(super) struct Entry {
    slot: Slot,
    pred: Block,
}

/// The objects that are to be written before loops, outermost loops first.
pub(super) fn find(proof: &Proof<'_>) -> Vec<Entry> {
    let (mut found, mut done) = (Vec::new(), HashSet::new());
    for data in loops::long(proof, FEW).rev() {
        let blocks = loops::body(proof, data);
        let before = proof.graph.order().iter().copied().filter(|block| {
            *block != data.header && !blocks.contains(block) && proof.graph.dominates(*block, data.header)
        });
        done.extend(slots(proof, before));
        for slot in parted(proof, data, &blocks) {
            if is_small(proof.f, slot) && done.insert(slot) {
                let preds = proof.graph.preds(data.header).iter().filter(|pred| **pred != data.latch);
                found.extend(preds.map(|pred| Entry { slot, pred: *pred }));
            }
        }
    }
    found
}

/// Whether an object is small enough to be written before a loop.
pub(super) fn is_small(f: &Function, slot: Slot) -> bool {
    f.slots[slot].size <= MOST_BYTES
}

/// The objects that are used on some ways through a loop only.
pub(super) fn parted(proof: &Proof<'_>, data: &LoopData, blocks: &[Block]) -> Vec<Slot> {
    slots(proof, blocks.iter().copied().filter(|block| !proof.graph.dominates(*block, data.latch)))
}

/// The objects that are used in some blocks, each once.
fn slots(proof: &Proof<'_>, blocks: impl Iterator<Item = Block>) -> Vec<Slot> {
    let mut found = Vec::new();
    for inst in blocks.flat_map(|block| proof.f.insts(block)) {
        proof.f.op(*inst).each_operand(|operand| match proof.f.def_op(operand) {
            Some(Op::SlotAddr(slot)) if !found.contains(slot) => found.push(*slot),
            _ => {}
        });
    }
    found
}

/// Writes zeroes to the objects.
pub(super) fn write(f: &mut Function, entries: Vec<Entry>) {
    for Entry { slot, pred } in entries {
        let span = f.end_span(pred);
        let zero = f.append(pred, Op::Const(0), Some(Type::I64), span);
        let ptr = f.append(pred, Op::SlotAddr(slot), Some(Type::Ptr(Region::Stack)), span);
        let (Some(value), Some(ptr)) = (zero, ptr) else { continue };
        for (offset, bytes) in pieces(f.slots[slot].size, f.slots[slot].align) {
            f.append(pred, Op::Store { bytes, ptr, offset, value }, None, span);
        }
    }
}

/// The offsets and widths of the stores for so many bytes.
fn pieces(size: u32, align: u32) -> Vec<(i32, u8)> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < size {
        let fits =
            |bytes: &u32| align.is_multiple_of(*bytes) && at.is_multiple_of(*bytes) && at + bytes <= size;
        let bytes = [8, 4, 2].into_iter().find(fits).unwrap_or(1);
        found.push((at.cast_signed(), bytes as u8));
        at += bytes;
    }
    found
}
