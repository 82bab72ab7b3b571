//! Arithmetic, comparisons and conversions.

use super::Lower;
use crate::{
    hir::{self, Compare, ExprId, Ty, TypeKind},
    ir::{Binary, Cond, Op, Type, Value},
    source::Span,
};

impl Lower<'_> {
    pub(super) fn binary(&mut self, op: hir::Binary, a: ExprId, b: ExprId, ty: Ty, span: Span) -> Value {
        let (a, b) = (self.value(a), self.value(b));
        let (signed, ty) = (self.is_signed(ty), self.type_of(ty));
        if op == hir::Binary::Mod && signed {
            if let Some(c) = self.f.constant(b).filter(|c| *c > 0) {
                return self.mod_constant(a, c, ty, span);
            }
            return self.floored_mod(a, b, ty, span);
        }
        let op = match (op, signed) {
            (hir::Binary::Add, _) => Binary::Add,
            (hir::Binary::Sub, _) => Binary::Sub,
            (hir::Binary::Mul, _) => Binary::Mul,
            (hir::Binary::Div, false) => Binary::Udiv,
            (hir::Binary::Div, true) => Binary::Sdiv,
            (hir::Binary::Rem | hir::Binary::Mod, false) => Binary::Urem,
            (hir::Binary::Rem | hir::Binary::Mod, true) => Binary::Srem,
            (hir::Binary::And, _) => Binary::And,
            (hir::Binary::Or, _) => Binary::Or,
            (hir::Binary::Xor, _) => Binary::Xor,
            (hir::Binary::Shl, _) => Binary::Shl,
            (hir::Binary::Shr, false) => Binary::Lshr,
            (hir::Binary::Shr, true) | (hir::Binary::Sar, _) => Binary::Ashr,
        };
        self.emit(Op::Binary(op, a, b), ty, span)
    }

    /// With a positive constant c: r plus c where the sign of r, as 0 or -1, says so. The mask
    /// changes nothing, for the result is less than c; it shows the verifier as much.
    fn mod_constant(&mut self, a: Value, c: i64, ty: Type, span: Span) -> Value {
        let mask = self.constant(((c as u64).next_power_of_two() - 1) as i64, ty, span);
        if c & (c - 1) == 0 {
            return self.emit(Op::Binary(Binary::And, a, mask), ty, span);
        }
        let (divisor, top) = (self.constant(c, ty, span), self.constant(i64::from(ty.bits()) - 1, ty, span));
        let rem = self.emit(Op::Binary(Binary::Srem, a, divisor), ty, span);
        let sign = self.emit(Op::Binary(Binary::Ashr, rem, top), ty, span);
        let more = self.emit(Op::Binary(Binary::And, sign, divisor), ty, span);
        let sum = self.emit(Op::Binary(Binary::Add, rem, more), ty, span);
        self.emit(Op::Binary(Binary::And, sum, mask), ty, span)
    }

    /// The remainder r has the dividend's sign; where r is not 0 and has not the divisor's, the
    /// divisor is added. `r ^ b` is negative exactly when the signs differ. With b = 0 the result
    /// stays the dividend, for adding 0 changes nothing.
    fn floored_mod(&mut self, a: Value, b: Value, ty: Type, span: Span) -> Value {
        let rem = self.emit(Op::Binary(Binary::Srem, a, b), ty, span);
        let zero = self.constant(0, ty, span);
        let (differ, adjust, done) = (self.new_block(), self.new_block(), self.new_block());
        let result = self.f.add_param(done, ty);
        self.vars_pred_branch(Cond::Eq, (rem, zero), (done, vec![rem]), (differ, vec![]), span);
        self.enter(differ);
        let mixed = self.emit(Op::Binary(Binary::Xor, rem, b), ty, span);
        self.vars_pred_branch(Cond::Sge, (mixed, zero), (done, vec![rem]), (adjust, vec![]), span);
        self.enter(adjust);
        let sum = self.emit(Op::Binary(Binary::Add, rem, b), ty, span);
        self.jump(done, vec![sum], span);
        self.enter(done);
        result
    }

    pub(super) fn comparison(&mut self, op: Compare, a: ExprId, b: ExprId) -> (Cond, Value, Value) {
        let signed = self.is_signed(self.hir.exprs[a].ty);
        let cond = match (op, signed) {
            (Compare::Eq, _) => Cond::Eq,
            (Compare::Ne, _) => Cond::Ne,
            (Compare::Lt, false) => Cond::Ult,
            (Compare::Le, false) => Cond::Ule,
            (Compare::Gt, false) => Cond::Ugt,
            (Compare::Ge, false) => Cond::Uge,
            (Compare::Lt, true) | (Compare::SignedLt, _) => Cond::Slt,
            (Compare::Le, true) | (Compare::SignedLe, _) => Cond::Sle,
            (Compare::Gt, true) | (Compare::SignedGt, _) => Cond::Sgt,
            (Compare::Ge, true) | (Compare::SignedGe, _) => Cond::Sge,
        };
        (cond, self.value(a), self.value(b))
    }

    pub(super) fn convert(&mut self, expr: ExprId, to: Ty, span: Span) -> Value {
        let from = self.hir.exprs[expr].ty;
        let value = self.value(expr);
        if self.f.ty(value).is_pointer() != self.type_of(to).is_pointer() {
            return self.emit(Op::Same(value), self.type_of(to), span);
        }
        let (Some(from), Some(int)) = (self.hir.types.as_int(from), self.hir.types.as_int(to)) else {
            return value; // Between pointer types only what is known of the value differs.
        };
        let target = self.type_of(to);
        let value = match (from.bits, int.bits) {
            (1..64, 64) if from.signed => self.emit(Op::Sext(value), target, span),
            (1..64, 64) => self.emit(Op::Zext(value), target, span),
            (64, 1..64) => self.emit(Op::Trunc(value), target, span),
            _ => value,
        };
        if int.bits >= 32 || int.contains(from) || self.hir.types.get(to) == TypeKind::Bool {
            return value;
        }
        if int.signed {
            return self.emit(Op::SextLow(int.bits, value), target, span);
        }
        let mask = self.constant((1 << int.bits) - 1, target, span);
        self.emit(Op::Binary(Binary::And, value, mask), target, span)
    }
}
