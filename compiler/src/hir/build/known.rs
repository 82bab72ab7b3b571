//! Expressions whose value is known while the program is built: in goes an expression, out comes what it
//! always gives, computed at its type as it would be at run time.
//!
//! The counter of an unrolled loop is an ordinary variable to most forms, so that what is right for a loop
//! is right for its rounds. Only where a constant is needed is its value asked for, here.

use super::Builder;
use crate::hir::{Binary, ExprId, ExprKind, Int};

impl Builder<'_> {
    /// The value of a constant, of the counter of an unrolled loop, or of arithmetic with them.
    pub(super) fn known(&self, expr: ExprId) -> Option<i128> {
        let int = self.module.types.as_int(self.ty(expr));
        match self.module.exprs[expr].kind {
            ExprKind::Int(value) => Some(value),
            ExprKind::Var(var) => self.counters.constant(var),
            ExprKind::Convert(inner) => Some(int?.wrap(self.known(inner)?)),
            ExprKind::Binary(op, a, b) => computed(op, self.known(a)?, self.known(b)?, int?),
            _ => None,
        }
    }
}

/// `a op b` of values of type `int`, wrapped to it; `None` for what is better left to run time.
fn computed(op: Binary, a: i128, b: i128, int: Int) -> Option<i128> {
    let signed = Int { signed: true, ..int };
    let amount = (b & i128::from(int.bits - 1)) as u32;
    let value = match op {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a.wrapping_mul(b),
        Binary::And => a & b,
        Binary::Or => a | b,
        Binary::Xor => a ^ b,
        Binary::Shl => a << amount,
        Binary::Shr => a >> amount,
        Binary::Sar => signed.wrap(a) >> amount,
        Binary::Div | Binary::Rem | Binary::Mod if b == 0 => return None,
        Binary::Div => a / b,
        Binary::Rem => a % b,
        Binary::Mod => ((a % b) + b) % b,
    };
    Some(int.wrap(value))
}
