//! Stretches of bytes: filled, copied, compared.
//!
//! In pieces of 8 bytes where the place allows it: the stack wants each access aligned, and the
//! compiler knows how its objects are; other memory takes any. Many pieces become a loop.

use super::Lower;
use crate::{
    hir::ExprId,
    ir::{Binary, Block, Cond, Edge, LoopData, Op, Terminator, Type, Value},
    source::Span,
};

/// More pieces than this become a loop.
const UNROLLED: u32 = 32;

/// A pointer and a constant number of bytes from it.
type Place = (Value, i32);

/// One piece: what to add to each pointer at run time, the constant offset, how many bytes.
#[derive(Clone, Copy)]
struct Piece {
    by: Option<Value>,
    offset: u32,
    bytes: u32,
}

impl Lower<'_> {
    pub(super) fn fill(&mut self, place: (ExprId, i32), byte: ExprId, bytes: u32, span: Span) -> Value {
        let (ptr, byte) = (self.value(place.0), self.value(byte));
        let byte = self.emit(Op::Zext(byte), Type::I64, span);
        let ones = self.constant(0x0101_0101_0101_0101, Type::I64, span);
        let pattern = self.emit(Op::Binary(Binary::Mul, byte, ones), Type::I64, span);
        let place = (ptr, place.1);
        self.pieces(bytes, self.widest(place), span, &mut |lower, piece| {
            let (ptr, offset) = lower.moved(place, piece, span);
            lower.effect(Op::Store { bytes: piece.bytes as u8, ptr, offset, value: pattern }, span);
        });
        self.constant(0, Type::I32, span)
    }

    pub(super) fn copy_bytes(
        &mut self,
        to: (ExprId, i32),
        from: (ExprId, i32),
        bytes: u32,
        span: Span,
    ) -> Value {
        let to = (self.value(to.0), to.1);
        let from = (self.value(from.0), from.1);
        let widest = self.widest(to).min(self.widest(from));
        self.pieces(bytes, widest, span, &mut |lower, piece| {
            let value = lower.load_piece(from, piece, span);
            let (ptr, offset) = lower.moved(to, piece, span);
            lower.effect(Op::Store { bytes: piece.bytes as u8, ptr, offset, value }, span);
        });
        self.constant(0, Type::I32, span)
    }

    pub(super) fn compare_bytes(
        &mut self,
        a: (ExprId, i32),
        b: (ExprId, i32),
        bytes: u32,
        span: Span,
    ) -> Value {
        let a = (self.value(a.0), a.1);
        let b = (self.value(b.0), b.1);
        let widest = self.widest(a).min(self.widest(b));
        let order = Order::new(self);
        self.pieces(bytes, widest, span, &mut |lower, piece| {
            let (x, y) = (lower.load_piece(a, piece, span), lower.load_piece(b, piece, span));
            order.piece(lower, x, y, span);
        });
        order.finish(self, span)
    }

    pub(super) fn compare_text(&mut self, a: (ExprId, i32), text: &[u8], span: Span) -> Value {
        let a = (self.value(a.0), a.1);
        let order = Order::new(self);
        for (offset, bytes) in super::memory::chunks(text.len() as u32, self.widest(a)) {
            let piece = Piece { by: None, offset, bytes };
            let x = self.load_piece(a, piece, span);
            let mut wanted = [0; 8];
            wanted[..bytes as usize].copy_from_slice(&text[offset as usize..][..bytes as usize]);
            let y = self.constant(i64::from_le_bytes(wanted), Type::I64, span);
            order.piece(self, x, y, span);
        }
        order.finish(self, span)
    }

    /// The widest piece that is allowed at a place.
    fn widest(&self, (ptr, offset): Place) -> u32 {
        if !self.f.ty(ptr).may_be_stack() {
            return 8;
        }
        let (mut at, mut offset) = (ptr, i64::from(offset));
        while let Some(Op::Advance(base, by)) = self.f.def_op(at) {
            let Some(by) = self.f.constant(*by) else { return 1 };
            (at, offset) = (*base, offset + by);
        }
        match self.f.def_op(at) {
            Some(Op::SlotAddr(slot)) => self.f.slots[*slot].align.min(1 << offset.trailing_zeros().min(3)),
            _ => 1,
        }
    }

    fn moved(&mut self, (ptr, offset): Place, piece: Piece, span: Span) -> Place {
        let ptr = match piece.by {
            Some(by) => self.emit(Op::Advance(ptr, by), self.f.ty(ptr), span),
            None => ptr,
        };
        (ptr, offset.saturating_add(piece.offset as i32))
    }

    fn load_piece(&mut self, place: Place, piece: Piece, span: Span) -> Value {
        let (ptr, offset) = self.moved(place, piece, span);
        self.emit(Op::Load { bytes: piece.bytes as u8, ptr, offset }, Type::I64, span)
    }

    /// Calls `each` with every piece of `bytes` bytes, in order.
    fn pieces(&mut self, bytes: u32, widest: u32, span: Span, each: &mut dyn FnMut(&mut Self, Piece)) {
        let whole = bytes / widest;
        let mut start = 0;
        if whole > UNROLLED {
            self.counted(whole, span, &mut |lower, round| {
                let width = lower.constant(widest.into(), Type::I64, span);
                let by = lower.emit(Op::Binary(Binary::Mul, round, width), Type::I64, span);
                each(lower, Piece { by: Some(by), offset: 0, bytes: widest });
            });
            start = whole * widest;
        }
        for (offset, bytes) in super::memory::chunks(bytes - start, widest) {
            each(self, Piece { by: None, offset: start + offset, bytes });
        }
    }

    /// Calls `each` once, in a loop of `rounds` rounds, with the round's number.
    fn counted(&mut self, rounds: u32, span: Span, each: &mut dyn FnMut(&mut Self, Value)) {
        let (round, after) = (self.new_block(), self.new_block());
        let number = self.f.add_param(round, Type::I64);
        let zero = self.constant(0, Type::I64, span);
        self.jump(round, vec![zero], span);
        // Not sealed: the way back is still to come.
        self.block = round;
        each(self, number);
        let (one, bound) = (self.constant(1, Type::I64, span), self.constant(rounds.into(), Type::I64, span));
        let next = self.emit(Op::Binary(Binary::Add, number, one), Type::I64, span);
        let again = Edge { block: round, args: vec![next] };
        self.end(Terminator::Branch(Cond::Ult, next, bound, again, Edge::to(after)), span);
        self.f.loops.push(LoopData { header: round, latch: self.block, rounds: rounds.into(), span });
        self.seal(round);
        self.enter(after);
    }
}

/// The order of two stretches: that of their first pieces that differ.
struct Order {
    /// Takes the two pieces.
    differ: Block,
    /// Takes the result.
    done: Block,
    result: Value,
    pieces: [Value; 2],
}

impl Order {
    fn new(lower: &mut Lower<'_>) -> Self {
        let (differ, done) = (lower.new_block(), lower.new_block());
        let pieces = [(); 2].map(|()| lower.f.add_param(differ, Type::I64));
        let result = lower.f.add_param(done, Type::I32);
        Self { differ, done, result, pieces }
    }

    fn piece(&self, lower: &mut Lower<'_>, a: Value, b: Value, span: Span) {
        let next = lower.new_block();
        let differ = Edge { block: self.differ, args: vec![a, b] };
        lower.end(Terminator::Branch(Cond::Ne, a, b, differ, Edge::to(next)), span);
        lower.enter(next);
    }

    /// The first byte in memory is the lowest of a piece, so the pieces are swapped before they are
    /// compared; shorter ones then have zeroes below.
    fn finish(self, lower: &mut Lower<'_>, span: Span) -> Value {
        let equal = lower.constant(0, Type::I32, span);
        lower.jump(self.done, vec![equal], span);
        lower.enter(self.differ);
        let [a, b] = self.pieces.map(|piece| lower.emit(Op::Swap(8, piece), Type::I64, span));
        let (less, greater) = (lower.constant(-1, Type::I32, span), lower.constant(1, Type::I32, span));
        let way = |value| Edge { block: self.done, args: vec![value] };
        lower.end(Terminator::Branch(Cond::Ult, a, b, way(less), way(greater)), span);
        lower.enter(self.done);
        self.result
    }
}
