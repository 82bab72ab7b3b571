//! Fields of packed structs on the stack, where accesses are aligned: in parts.
//!
//! Elsewhere the verifier takes an access at any offset. What a user reads or writes at an offset of their own
//! choice stays one access, which has to be aligned.

use super::Lower;
use crate::{
    hir::{ExprId, Ty, TypeKind},
    ir::{Binary, Op, Value},
    source::Span,
};

/// What every object on the stack is aligned to at most, in bytes.
const MOST: u32 = 8;

impl Lower<'_> {
    /// How many bytes at a time a value of type `ty` in a struct is moved, when that is not all of them:
    /// `pointer` is the value of the expression `ptr`.
    pub(super) fn part(&self, ptr: ExprId, pointer: Value, offset: i32, ty: Ty) -> Option<u32> {
        let pointee = self.hir.types.as_pointer(self.hir.exprs[ptr].ty)?.pointee;
        let packed = match self.hir.types.get(pointee) {
            TypeKind::Struct(id) => self.hir.types.structs[id].align < self.hir.types.size(ty),
            _ => false,
        };
        if packed { self.part_at(pointer, offset, ty) } else { None }
    }

    /// The same of any place, by its distance from its object's start.
    pub(super) fn part_at(&self, pointer: Value, offset: i32, ty: Ty) -> Option<u32> {
        if !self.f.ty(pointer).may_be_stack() {
            return None;
        }
        let (mut root, mut at) = (pointer, i64::from(offset));
        while let Some(Op::Advance(base, by)) = self.f.def_op(root) {
            // Run-time numbers of bytes may come to anything.
            at = at.saturating_add(self.f.constant(*by).unwrap_or(1));
            root = *base;
        }
        let part = 1 << at.trailing_zeros().min(MOST.trailing_zeros());
        (part < self.hir.types.size(ty)).then_some(part)
    }

    /// Loads a value, `part` bytes at a time, the lowest first.
    pub(super) fn load_parts(&mut self, ptr: Value, offset: i32, ty: Ty, part: u32, span: Span) -> Value {
        let (size, target) = (self.hir.types.size(ty), self.type_of(ty));
        let mut whole = self.constant(0, target, span);
        for from in (0..size).step_by(part as usize) {
            let load = Op::Load { bytes: part as u8, ptr, offset: offset + from as i32 };
            let loaded = self.emit(load, target, span);
            let up = self.constant((8 * from).into(), target, span);
            let shifted = self.emit(Op::Binary(Binary::Shl, loaded, up), target, span);
            whole = self.emit(Op::Binary(Binary::Or, whole, shifted), target, span);
        }
        self.loaded(whole, ty, span)
    }

    /// Stores a value, `part` bytes at a time, the lowest first.
    pub(super) fn store_parts(
        &mut self,
        ptr: Value,
        offset: i32,
        value: Value,
        ty: Ty,
        part: u32,
        span: Span,
    ) {
        let held = self.f.ty(value);
        for from in (0..self.hir.types.size(ty)).step_by(part as usize) {
            let down = self.constant((8 * from).into(), held, span);
            let low = self.emit(Op::Binary(Binary::Lshr, value, down), held, span);
            let offset = offset + from as i32;
            self.effect(Op::Store { bytes: part as u8, ptr, offset, value: low }, span);
        }
    }
}
