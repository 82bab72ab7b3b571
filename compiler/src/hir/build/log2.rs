//! `log2`.

use super::{Builder, forms::Call};
use crate::{
    hir::{Binary, ExprId, ExprKind, Ty, VarId},
    source::Span,
};

/// `(log2 a)`: the floor, a u32, and 0 for 0.
///
/// All bits below the highest are set; then the floor is how many are set but for the lowest. No
/// branch is taken, so the verifier has one path to follow, and a mask at the end shows it that the
/// result is below 64.
pub fn log2<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let value = b.value(call.args[0]);
    let value = b.number(value);
    if let Some(value) = b.constant(value) {
        let floor = (value as u64).checked_ilog2().unwrap_or(0);
        return b.add(ExprKind::Int(floor.into()), Ty::U32, call.span);
    }
    let narrow = b.module.types.as_int(b.ty(value)).is_some_and(|int| int.bits <= 32 && !int.signed);
    // Masks of 32 bits are part of their instructions, those of 64 take two and a register each.
    let ty = if narrow { Ty::U32 } else { Ty::U64 };
    let mut chain = Chain { b, ty, span: call.span, bindings: Vec::new() };
    let mut x = chain.start(value);
    let widths: &[i128] = if narrow { &[1, 2, 4, 8, 16] } else { &[1, 2, 4, 8, 16, 32] };
    for by in widths {
        x = chain.step(x, |c, x| {
            let shifted = c.by(Binary::Shr, x, *by);
            c.binary(Binary::Or, x, shifted)
        });
    }
    let below = chain.step(x, |c, x| c.by(Binary::Shr, x, 1));
    chain.count(below)
}

/// Bindings of a `let`, each computed from those before it.
struct Chain<'b, 'a> {
    b: &'b mut Builder<'a>,
    /// What is computed with.
    ty: Ty,
    span: Span,
    bindings: Vec<(VarId, ExprId)>,
}

impl Chain<'_, '_> {
    fn start(&mut self, value: ExprId) -> VarId {
        let value = self.b.store_as(value, self.ty);
        let (var, value) = self.b.hold(value);
        self.bindings.push((var, value));
        var
    }

    fn step(&mut self, var: VarId, op: impl FnOnce(&mut Self, VarId) -> ExprId) -> VarId {
        let value = op(self, var);
        self.start(value)
    }

    fn read(&mut self, var: VarId) -> ExprId {
        self.b.read_var(var, self.span)
    }

    fn binary(&mut self, op: Binary, a: VarId, right: ExprId) -> ExprId {
        let left = self.read(a);
        self.b.add(ExprKind::Binary(op, left, right), self.ty, self.span)
    }

    fn by(&mut self, op: Binary, a: VarId, constant: i128) -> ExprId {
        let constant = self.b.add(ExprKind::Int(constant), self.ty, self.span);
        self.binary(op, a, constant)
    }

    fn mask(&mut self, value: ExprId, mask: i128) -> ExprId {
        let mask = self.b.add(ExprKind::Int(mask), self.ty, self.span);
        self.b.add(ExprKind::Binary(Binary::And, value, mask), self.ty, self.span)
    }

    fn mask_bytes(&mut self, value: ExprId, byte: i128) -> ExprId {
        let mask = self.each_byte(byte);
        self.mask(value, mask)
    }

    /// A number all of whose bytes are `byte`.
    fn each_byte(&self, byte: i128) -> i128 {
        (0..self.b.module.types.size(self.ty)).fold(0, |all, _| all << 8 | byte)
    }

    /// How many bits are set, of all but one at most: sums of neighbours, twice as wide each time.
    fn count(mut self, x: VarId) -> ExprId {
        let pairs = self.step(x, |c, x| {
            let high = c.by(Binary::Shr, x, 1);
            let high = c.mask_bytes(high, 0x55);
            c.binary(Binary::Sub, x, high)
        });
        let nibbles = self.step(pairs, |c, x| {
            let high = c.by(Binary::Shr, x, 2);
            let (high, low) = (c.mask_bytes(high, 0x33), c.read(x));
            let low = c.mask_bytes(low, 0x33);
            c.b.add(ExprKind::Binary(Binary::Add, low, high), c.ty, c.span)
        });
        let bytes = self.step(nibbles, |c, x| {
            let high = c.by(Binary::Shr, x, 4);
            let sum = c.binary(Binary::Add, x, high);
            c.mask_bytes(sum, 0x0f)
        });
        let ones = self.each_byte(0x01);
        let sums = self.step(bytes, |c, x| c.by(Binary::Mul, x, ones));
        let bits = i128::from(self.b.module.types.size(self.ty)) * 8;
        let top = self.by(Binary::Shr, sums, bits - 8);
        let count = self.mask(top, bits - 1);
        let count = self.b.convert(count, Ty::U32);
        self.b.add(ExprKind::Let(self.bindings, count), Ty::U32, self.span)
    }
}
