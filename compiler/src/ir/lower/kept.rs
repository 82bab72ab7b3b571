//! Notes which instructions use kernel pointers that maps' values keep, for the proofs.

use bpfl_stdlib::catalog::{
    helper::{Helper, Ret},
    kptr,
};

use super::Lower;
use crate::{
    hir::{ExprId, Ty, TypeKind, types::Kptr},
    ir::{Kept, Value},
};

impl Lower<'_> {
    /// `value` was read at pointer plus offset.
    pub(super) fn note_read(&mut self, ptr: ExprId, offset: i32, value: Value) {
        if let (Some(kptr), Some(inst)) = (self.kept_at(ptr, offset), self.f.def(value)) {
            self.f.kept.insert(inst, Kept::Reads { owned: kptr.owned });
        }
    }

    /// The last instruction has written at pointer plus offset.
    pub(super) fn note_write(&mut self, ptr: ExprId, offset: i32) {
        if self.kept_at(ptr, offset).is_some()
            && let Some(inst) = self.f.insts(self.block).last()
        {
            self.f.kept.insert(*inst, Kept::Writes);
        }
    }

    /// `value` is what a helper gave for a pointer that it put in its place.
    pub(super) fn note_exchange(&mut self, helper: &Helper, value: Value, ty: Ty) {
        if helper.ret != Ret::KptrOrNull {
            return;
        }
        let pointee = self.hir.types.as_pointer(ty).map(|pointer| self.hir.types.get(pointer.pointee));
        let Some(TypeKind::Kernel(id)) = pointee else { return };
        let row = kptr::owned(&self.hir.types.kernel[id].name);
        if let (Some(row), Some(inst)) = (row, self.f.def(value)) {
            self.f.kept.insert(inst, Kept::Exchanges { release: row.release });
        }
    }

    /// The field of that kind which is at pointer plus offset.
    fn kept_at(&self, ptr: ExprId, offset: i32) -> Option<Kptr> {
        let pointer = self.hir.types.as_pointer(self.hir.exprs[ptr].ty)?;
        let TypeKind::Struct(id) = self.hir.types.get(pointer.pointee) else { return None };
        let mut fields = self.hir.types.structs[id].fields.iter();
        fields.find_map(|field| match self.hir.types.get(field.ty) {
            TypeKind::Kptr(kptr) if field.offset() as i32 == offset => Some(kptr),
            _ => None,
        })
    }
}
