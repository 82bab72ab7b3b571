//! Comparisons.

use super::{Builder, forms::Call};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{Compare, ExprId, ExprKind, Ty, TypeKind, VarId},
    ir::Region,
    source::Span,
};

/// `(< a b c)`: whether each compares so to the next.
pub fn chain<'a>(b: &mut Builder<'a>, call: &Call<'a>, op: Compare) -> ExprId {
    let operands: Vec<_> = call.args.iter().map(|arg| b.value(*arg)).collect();
    pairs(b, op, operands, call.span, false)
}

/// `(/= a b c)`: whether no two are equal.
pub fn all_different<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let operands: Vec<_> = call.args.iter().map(|arg| b.value(*arg)).collect();
    pairs(b, Compare::Ne, operands, call.span, true)
}

/// `(zerop a)` and `(plusp a)`
pub fn with_zero<'a>(b: &mut Builder<'a>, call: &Call<'a>, op: Compare) -> ExprId {
    let operand = b.value(call.args[0]);
    let zero = b.literal(0, call.span);
    b.compare(op, operand, zero, call.span)
}

/// Compares neighbours, or every two. Operands are evaluated once each, in order.
fn pairs(b: &mut Builder<'_>, op: Compare, operands: Vec<ExprId>, span: Span, every: bool) -> ExprId {
    match operands[..] {
        [only] => {
            let only = b.settled(only);
            let yes = b.add(ExprKind::Int(1), Ty::BOOL, span);
            return b.seq(vec![only, yes], span);
        }
        [left, right] => return b.compare(op, left, right, span),
        _ => {}
    }
    // Literals take the type of what they are compared with, so they are not held in variables.
    let mut bindings = Vec::new();
    let held: Vec<Held> = operands.into_iter().map(|o| Held::new(b, o, &mut bindings)).collect();
    let mut tests = Vec::new();
    for (i, left) in held.iter().enumerate() {
        let others = if every { &held[i + 1..] } else { &held[i + 1..(i + 2).min(held.len())] };
        for right in others {
            let (x, y) = (left.read(b, span), right.read(b, span));
            tests.push(b.compare(op, x, y, span));
        }
    }
    let all = b.add(ExprKind::And(tests), Ty::BOOL, span);
    b.add(ExprKind::Let(bindings, all), Ty::BOOL, span)
}

enum Held {
    Constant(i128, Ty),
    Variable(VarId),
}

impl Held {
    fn new(b: &mut Builder<'_>, operand: ExprId, bindings: &mut Vec<(VarId, ExprId)>) -> Self {
        if let Some(value) = b.constant(operand) {
            return Self::Constant(value, b.ty(operand));
        }
        let (var, value) = b.hold(operand);
        bindings.push((var, value));
        Self::Variable(var)
    }

    fn read(&self, b: &mut Builder<'_>, span: Span) -> ExprId {
        match *self {
            Self::Constant(value, ty) => b.add(ExprKind::Int(value), ty, span),
            Self::Variable(var) => b.read_var(var, span),
        }
    }
}

impl Builder<'_> {
    /// `left op right`, a bool.
    pub(super) fn compare(&mut self, op: Compare, left: ExprId, right: ExprId, span: Span) -> ExprId {
        if let Some(never) = self.never_computed(&[left, right], span) {
            return never;
        }
        let pointer = |b: &Self, e| b.module.types.as_pointer(b.ty(e));
        match (pointer(self, left), pointer(self, right)) {
            (None, None) => self.compare_numbers(op, left, right, span),
            (Some(a), Some(c)) => {
                let bounds = Region::ORDERED.contains(&a.region) && Region::ORDERED.contains(&c.region);
                if !bounds && !matches!(op, Compare::Eq | Compare::Ne) {
                    return self.pointer_order(span);
                }
                self.add(ExprKind::Compare(op, left, right), Ty::BOOL, span)
            }
            (Some(_), None) => self.compare_with_null(op, left, right, span),
            (None, Some(_)) => self.compare_with_null(op, right, left, span),
        }
    }

    fn pointer_order(&mut self, span: Span) -> ExprId {
        let error = Diagnostic::error(&codes::TYPE_MISMATCH, span, "only packet pointers have an order")
            .help("other pointers can be compared with `=` and `/=`");
        self.fail(error)
    }

    fn compare_with_null(&mut self, op: Compare, pointer: ExprId, other: ExprId, span: Span) -> ExprId {
        let null = self.constant(other) == Some(0);
        if !null || !matches!(op, Compare::Eq | Compare::Ne) {
            if self.ty(other) == Ty::ERROR {
                return other;
            }
            let message = "a pointer can be compared with another pointer, 0 or `nil` only";
            return self.fail_at(&codes::TYPE_MISMATCH, span, message);
        }
        let mut zero = other;
        if let TypeKind::Ptr(p) = self.kind(self.ty(pointer)) {
            let ty = self.module.types.pointer(p.pointee, p.region, true);
            zero = self.add(ExprKind::Int(0), ty, self.expr_span(other));
        }
        self.add(ExprKind::Compare(op, pointer, zero), Ty::BOOL, span)
    }

    fn compare_numbers(&mut self, op: Compare, left: ExprId, right: ExprId, span: Span) -> ExprId {
        self.byte_order(left, right, span);
        self.byte_order(right, left, span);
        let mut operands = [left, right];
        self.forced_signs(op, &mut operands);
        self.narrow_literal(&mut operands);
        if operands.iter().all(|o| self.ty(*o) == Ty::LITERAL) {
            operands = operands.map(|o| self.settled(o));
            if self.ty(operands[0]) != self.ty(operands[1]) {
                operands = operands.map(|o| self.store_as(o, Ty::I64));
            }
        }
        if self.unify(&mut operands, span).is_none() {
            return self.add(ExprKind::Error, Ty::ERROR, span);
        }
        self.add(ExprKind::Compare(op, operands[0], operands[1]), Ty::BOOL, span)
    }

    /// A port or a small number compared with a field in network order is never what is there.
    fn byte_order(&mut self, field: ExprId, constant: ExprId, span: Span) {
        let Some(swap) = self.network_order.get(&field).copied() else { return };
        let Some(value) = self.constant(constant).filter(|_| self.ty(constant) == Ty::LITERAL) else {
            return;
        };
        if !(1..=0xffff).contains(&value) {
            return;
        }
        let message = format!("this field is in network byte order, and {value} is not");
        let warning = Diagnostic::warning(&codes::BYTE_ORDER, span, message);
        self.report(warning.help(format!("compare it with `({swap} {value})`")));
    }

    /// A literal compared with a narrow value may be written as the bits of one: 255 for an i8 of -1.
    fn narrow_literal(&mut self, operands: &mut [ExprId; 2]) {
        for (i, other) in [(0, 1), (1, 0)] {
            let (Some(value), Ty::LITERAL) = (self.constant(operands[i]), self.ty(operands[i])) else {
                continue;
            };
            let TypeKind::Int(int) = self.kind(self.ty(operands[other])) else { continue };
            let outside = value < int.min() || value > int.max();
            if int.bits < 32 && outside && int.admits(value) {
                let span = self.expr_span(operands[i]);
                operands[i] = self.literal(int.wrap(value), span);
            }
        }
    }

    /// `s<` and the like read both operands, of one width, as signed.
    fn forced_signs(&mut self, op: Compare, operands: &mut [ExprId; 2]) {
        if !matches!(op, Compare::SignedLt | Compare::SignedLe | Compare::SignedGt | Compare::SignedGe) {
            return;
        }
        for operand in operands {
            if let TypeKind::Int(int) = self.kind(self.ty(*operand)) {
                let signed = self.module.types.int(crate::hir::Int { signed: true, ..int });
                *operand = self.convert(*operand, signed);
            }
        }
    }
}
