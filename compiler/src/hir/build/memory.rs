//! Reading and writing through pointers.

use super::{Builder, forms::Call};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{Atomic, ExprId, ExprKind, Ty},
    read::DatumId,
};

/// `(load type pointer [offset])`
pub fn load<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let ty = b.scalar_type(call.args[0]);
    let address = b.address(call.args[1], call.args.get(2).copied());
    match (ty, address) {
        (Some(ty), Some((ptr, offset))) => b.add(ExprKind::Load(ptr, offset), ty, call.span),
        _ => b.add(ExprKind::Error, Ty::ERROR, call.span),
    }
}

/// `(store type pointer [offset] value)`
pub fn store<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let (value, offset) = match call.args {
        [_, _, offset, value] => (*value, Some(*offset)),
        [.., value] => (*value, None),
        [] => return b.nil(call.span),
    };
    let ty = b.scalar_type(call.args[0]);
    let address = b.address(call.args[1], offset);
    let value = b.value(value);
    let (Some(ty), Some((ptr, offset))) = (ty, address) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let value = b.store_as(value, ty);
    b.add(ExprKind::Store(ptr, offset, value), ty, call.span)
}

/// `(deref pointer)`
pub fn deref<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let ptr = b.value(call.args[0]);
    match b.scalar_pointee(ptr) {
        Some((ty, _)) => b.add(ExprKind::Load(ptr, 0), ty, call.span),
        None => b.add(ExprKind::Error, Ty::ERROR, call.span),
    }
}

/// `(atomic-add pointer [offset] n)` and its kin. The width is the pointee's.
pub fn atomic<'a>(b: &mut Builder<'a>, call: &Call<'a>, (op, fetch): (Atomic, bool)) -> ExprId {
    let (value, offset) = match call.args {
        [_, offset, value] => (*value, Some(*offset)),
        [.., value] => (*value, None),
        [] => return b.nil(call.span),
    };
    let Some((ptr, offset)) = b.address(call.args[0], offset) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let value = b.value(value);
    let Some((ty, _)) = b.scalar_pointee(ptr) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    if b.module.types.size(ty) < 4 {
        let message = format!("atomics are 4 or 8 bytes wide, and this is {}", b.show(ty));
        let error = Diagnostic::error(&codes::BAD_OPERAND, call.span, message);
        return b.fail(error.help("make the value a u32 or u64"));
    }
    let value = b.store_as(value, ty);
    let kind = ExprKind::Atomic { op, ptr, offset, value, fetch };
    b.add(kind, if fetch { ty } else { Ty::NOTHING }, call.span)
}

/// `(stack-addr variable)`
pub fn stack_addr<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let var = b.symbol(call.args[0]).and_then(|name| b.scope.find(name));
    let Some(var) = var else {
        let span = b.span(call.args[0]);
        return b.fail_at(&codes::NOT_A_PLACE, span, "only a local variable has a place on the stack");
    };
    b.module.vars[var].addressed = true;
    let ty = b.module.types.pointer(b.module.vars[var].ty, crate::ir::Region::Stack, false);
    b.add(ExprKind::AddressOf(var), ty, call.span)
}

impl Builder<'_> {
    /// A pointer and a constant offset from it; an offset known only at run time moves the pointer.
    pub(super) fn address(&mut self, pointer: DatumId, offset: Option<DatumId>) -> Option<(ExprId, i32)> {
        let ptr = self.value(pointer);
        if self.ty(ptr) == Ty::ERROR {
            return None;
        }
        if self.module.types.as_pointer(self.ty(ptr)).is_none() {
            let message = format!("this is {}, and a pointer is wanted here", self.show(self.ty(ptr)));
            self.fail_at(&codes::TYPE_MISMATCH, self.expr_span(ptr), message);
            return None;
        }
        if self.module.types.as_pointer(self.ty(ptr)).is_some_and(|p| p.region == crate::ir::Region::Ctx) {
            let error = Diagnostic::error(
                &codes::TYPE_MISMATCH,
                self.expr_span(ptr),
                "the context is read and written field by field",
            );
            self.report(error.help("write `(ctx field)`, or `(setf (ctx field) value)`"));
            return None;
        }
        let Some(offset) = offset else { return Some((ptr, 0)) };
        let offset = self.value(offset);
        if let Some(constant) = self.constant(offset) {
            return match i32::try_from(constant) {
                Ok(constant) => Some((ptr, constant)),
                Err(_) => {
                    let message = "this offset is beyond any object";
                    self.fail_at(&codes::LITERAL_RANGE, self.expr_span(offset), message);
                    None
                }
            };
        }
        let (ty, span) = (self.ty(ptr), self.expr_span(offset));
        let offset = self.store_as(offset, Ty::I64);
        Some((self.add(ExprKind::Advance(ptr, offset), ty, span), 0))
    }
}
