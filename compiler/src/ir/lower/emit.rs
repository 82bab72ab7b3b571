//! Instructions, blocks and stack objects, one by one, where lowering stands.

use super::Lower;
use crate::{
    hir::Ty,
    ir::{Block, Cond, Edge, Op, Slot, SlotData, Terminator, Type, Value},
    source::Span,
};

impl Lower<'_> {
    pub(super) fn emit(&mut self, op: Op, ty: Type, span: Span) -> Value {
        match self.f.append(self.block, op, Some(ty), span) {
            Some(value) => value,
            None => self.ctx, // An instruction with a type has a result.
        }
    }

    pub(super) fn effect(&mut self, op: Op, span: Span) {
        self.f.append(self.block, op, None, span);
    }

    pub(super) fn constant(&mut self, value: i64, ty: Type, span: Span) -> Value {
        self.emit(Op::Const(ty.wrap(value)), ty, span)
    }

    /// Size and alignment of a stack object: aligned as its size allows, so that it can be copied
    /// and compared in wide pieces.
    pub(super) fn slot_shape(&self, ty: Ty) -> (u32, u32) {
        let (size, align) = (self.hir.types.size(ty), self.hir.types.align(ty));
        (size, align.max(8.min(size.next_power_of_two())))
    }

    pub(super) fn new_slot(&mut self, ty: Ty, span: Span) -> Slot {
        let (size, align) = self.slot_shape(ty);
        self.f.slots.push(SlotData { size, align, span })
    }

    /// A stack object for the arguments of a call, in use until [`give_back`](Self::give_back).
    pub(super) fn lend_slot(&mut self, ty: Ty, span: Span) -> Slot {
        let shape = self.slot_shape(ty);
        let fits = |slot: &Slot| (self.f.slots[*slot].size, self.f.slots[*slot].align) == shape;
        let slot = match self.free.iter().position(fits) {
            Some(index) => self.free.swap_remove(index),
            None => self.new_slot(ty, span),
        };
        self.lent.push(slot);
        slot
    }

    /// The stack objects lent since there were `before` are free again: the call is done.
    pub(super) fn give_back(&mut self, before: usize) {
        self.free.extend(self.lent.drain(before..));
    }

    /// A block whose predecessors are not all known yet.
    pub(super) fn new_block(&mut self) -> Block {
        self.f.add_block()
    }

    pub(super) fn seal(&mut self, block: Block) {
        self.vars.seal(&mut self.f, block);
    }

    /// Goes on in `block`, to which nothing will be added as a predecessor any more.
    pub(super) fn enter(&mut self, block: Block) {
        self.seal(block);
        self.block = block;
        self.dead = !self.vars.has_preds(block);
    }

    /// Ends the block. What follows, if anything does, cannot be reached.
    pub(super) fn end(&mut self, end: Terminator, span: Span) {
        for edge in end.edges().filter(|_| !self.dead) {
            self.vars.add_pred(edge.block, self.block);
        }
        self.f.set_end(self.block, end, span);
    }

    pub(super) fn jump(&mut self, block: Block, args: Vec<Value>, span: Span) {
        self.end(Terminator::Jump(Edge { block, args }), span);
    }

    pub(super) fn branch(
        &mut self,
        cond: Cond,
        (a, b): (Value, Value),
        then: Block,
        otherwise: Block,
        span: Span,
    ) {
        self.end(Terminator::Branch(cond, a, b, Edge::to(then), Edge::to(otherwise)), span);
    }

    /// Goes on in a block that nothing leads to, after something that never gives a value.
    pub(super) fn unreachable(&mut self) {
        let block = self.new_block();
        self.enter(block);
    }
}
