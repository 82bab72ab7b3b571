//! Reading and writing through pointers.

use super::{Builder, forms::Call};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Ty},
    ir::Region,
    read::DatumId,
};

/// `(load type pointer [offset])`
pub fn load<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let ty = b.scalar_type(call.args[0]);
    let address = b.address(call.args[1], call.args.get(2).copied());
    match (ty, address) {
        (Some(ty), Some((ptr, offset))) => {
            if let Some(error) = b.part_of_xdp_socket(ptr, offset, ty, call.span) {
                return b.fail(error);
            }
            let ptr = b.as_bytes(ptr);
            b.add(ExprKind::Load(ptr, offset), ty, call.span)
        }
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
    let (ptr, value) = (b.as_bytes(ptr), b.store_as(value, ty));
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

/// `(stack-addr variable)`
pub fn stack_addr<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let var = b.symbol(call.args[0]).and_then(|name| b.scope.find(name));
    let Some(var) = var else {
        let span = b.span(call.args[0]);
        return b.fail_at(&codes::NOT_A_PLACE, span, "only a local variable has a place on the stack");
    };
    b.module.vars[var].addressed = true;
    let ty = b.module.types.pointer(b.module.vars[var].ty, Region::Stack, false);
    b.add(ExprKind::AddressOf(var), ty, call.span)
}

impl Builder<'_> {
    /// A pointer to a packed struct on the stack as one to bytes: what is read there by its offset is aligned,
    /// as elsewhere on the stack, and no field.
    pub(super) fn as_bytes(&mut self, ptr: ExprId) -> ExprId {
        let span = self.expr_span(ptr);
        match self.module.types.as_pointer(self.ty(ptr)) {
            Some(p) if p.region.may_be_stack() && self.module.types.align(p.pointee) < 8 => {
                let bytes = self.module.types.pointer(Ty::U8, p.region, p.nullable);
                let zero = self.add(ExprKind::Int(0), Ty::I64, span);
                self.add(ExprKind::Advance(ptr, zero), bytes, span)
            }
            _ => ptr,
        }
    }

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
        if self.module.types.as_pointer(self.ty(ptr)).is_some_and(|p| p.region == Region::Ctx) {
            let error = Diagnostic::error(
                &codes::TYPE_MISMATCH,
                self.expr_span(ptr),
                "the context is read and written field by field",
            );
            self.report(error.help("write `(ctx field)`, or `(setf (ctx field) value)`"));
            return None;
        }
        let opaque = [Region::Map, Region::Dynptr];
        if self.module.types.as_pointer(self.ty(ptr)).is_some_and(|p| opaque.contains(&p.region)) {
            let message = format!("this is {}, which only helpers reach into", self.show(self.ty(ptr)));
            self.fail_at(&codes::TYPE_MISMATCH, self.expr_span(ptr), &message);
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
