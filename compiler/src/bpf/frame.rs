//! The stack frame: where each stack object and each spilled value is, below r10.

use bpfl_stdlib::catalog::limit::STACK_BYTES;

use super::Error;
use crate::{
    arena::Arena,
    ir::{Function, Slot},
};

/// Offsets from r10, all negative.
pub struct Frame {
    slots: Arena<Slot, i16>,
    spills: i16,
    /// Bytes, all told.
    pub bytes: u32,
}

impl Frame {
    /// Where a stack object starts.
    pub fn slot(&self, slot: Slot) -> i16 {
        self.slots[slot]
    }

    /// Where a spilled value is.
    pub fn spill(&self, index: usize) -> i16 {
        self.spills + 8 * index as i16
    }
}

/// Lays out a function's objects, in the order of their making, and `spills` spilled values of 8
/// bytes each after them.
pub fn layout(function: &Function, spills: u32) -> Result<Frame, Error> {
    let mut used = 0u32;
    let mut offsets = Vec::with_capacity(function.slots.len());
    for slot in function.slots.values() {
        used = used.saturating_add(slot.size).next_multiple_of(slot.align.clamp(1, 8));
        offsets.push(used);
    }
    let total = used.next_multiple_of(8).saturating_add(8 * spills);
    if total > STACK_BYTES {
        let slots = function.slots.values().map(|slot| (slot.span, slot.size)).collect();
        return Err(Error::Stack { bytes: total, slots, spills: 8 * spills });
    }
    let slots = offsets.into_iter().map(|offset| -(offset as i16)).collect();
    Ok(Frame { slots, spills: -(total as i16), bytes: total })
}
