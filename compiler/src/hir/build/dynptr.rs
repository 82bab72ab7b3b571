//! Dynptrs: `struct bpf_dynptr`, memory whose size is known at run time only.
//!
//! One is on the stack, `(make-bpf-dynptr)`, where helpers set it up; or a callback is given it. What is done
//! with it in which order is proven of the SSA (`check/dynptr.rs`).

use bpfl_stdlib::catalog::helper::{self, Arg};

use super::{Builder, forms::Call};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Ty, TypeKind},
    ir::Region,
    read::DatumId,
};

/// Its name in C.
pub(super) const NAME: &str = "bpf_dynptr";

/// `(dynptr-data dynptr offset type-or-size)`: a pointer to that many of its bytes, or null.
pub fn data<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let Some(helper) = helper::find("dynptr_data") else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    if let Some(error) = b.refused(helper, call) {
        return b.fail(error);
    }
    let dynptr = b.dynptr(call.args[0], Arg::Dynptr);
    let offset = b.value(call.args[1]);
    let offset = b.store_as(offset, Ty::U64);
    let pointee = b.type_or_size(call.args[2]);
    let (Some(pointee), false) = (pointee, b.ty(dynptr) == Ty::ERROR) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    b.keep_struct(pointee);
    let size = b.module.types.size(pointee);
    let size = b.add(ExprKind::Int(size.into()), Ty::U64, b.span(call.args[2]));
    let ty = b.module.types.pointer(pointee, Region::Ringbuf, true);
    b.add(ExprKind::Call(helper, vec![dynptr, offset, size]), ty, call.span)
}

impl Builder<'_> {
    /// A dynptr as an argument: one of the stack, or where it needs only to be there, a callback's.
    pub(super) fn dynptr(&mut self, datum: DatumId, arg: Arg) -> ExprId {
        let value = self.value(datum);
        let is = |b: &Self, ty: Ty| match b.kind(ty) {
            TypeKind::Struct(id) => b.module.types.structs[id].c_name == NAME,
            _ => false,
        };
        let given = arg == Arg::Dynptr;
        match self.module.types.as_pointer(self.ty(value)) {
            Some(p) if is(self, p.pointee) && p.region == Region::Stack => value,
            Some(p) if is(self, p.pointee) && p.region == Region::Dynptr && given => value,
            _ if self.ty(value) == Ty::ERROR => value,
            _ => {
                let message = format!(
                    "this is {}, and a `bpf-dynptr` on the stack is wanted here",
                    self.show(self.ty(value))
                );
                let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.expr_span(value), message);
                self.fail(error.help("make one: `(let ((d (make-bpf-dynptr))) …)`"))
            }
        }
    }
}
