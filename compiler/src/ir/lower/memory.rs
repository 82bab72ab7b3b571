//! Variables, loads, stores, atomics and stack slots.

use super::{Args, Lower, maps::number};
use crate::{
    hir::{self, ExprId, ExprKind, StructId, Ty, TypeKind, VarId},
    ir::{Atomic, Op, Region, Slot, SlotData, Type, Value},
    source::Span,
};

impl Lower<'_> {
    pub(super) fn bind(&mut self, var: VarId, init: ExprId) {
        let span = self.hir.exprs[init].span;
        let value = self.value(init);
        self.name(value, var);
        self.write_var(var, value, span);
    }

    /// Names a value after its variable, for messages.
    pub(super) fn name(&mut self, value: Value, var: VarId) {
        if let Some(name) = self.hir.vars[var].name {
            self.f.set_name(value, name);
        }
    }

    pub(super) fn read_var(&mut self, var: VarId, span: Span) -> Value {
        let ty = self.hir.vars[var].ty;
        if let Some((frame, offset)) = self.framed.get(&var).copied() {
            return self.load_at(frame, offset, ty, span);
        }
        if self.hir.vars[var].addressed && !self.captured.contains(&var) {
            let ptr = self.home(var, span);
            return self.load_at(ptr, 0, ty, span);
        }
        let ty = self.type_of(ty);
        let found = self.vars.read(&mut self.f, self.block, var, ty);
        // Where ways meet, nothing else names what the variable is from there on.
        if let Some(joined) = found.filter(|value| self.f.def(*value).is_none()) {
            self.name(joined, var);
        }
        found.unwrap_or_else(|| self.constant(0, ty, span))
    }

    pub(super) fn write_var(&mut self, var: VarId, value: Value, span: Span) {
        if let Some((frame, offset)) = self.framed.get(&var).copied() {
            self.store_at(frame, offset, value, self.hir.vars[var].ty, span);
        } else if self.hir.vars[var].addressed {
            let ptr = self.home(var, span);
            self.store_at(ptr, 0, value, self.hir.vars[var].ty, span);
        } else {
            self.vars.write(self.block, var, value);
        }
    }

    pub(super) fn address_of(&mut self, var: VarId, span: Span) -> Value {
        if let Some((frame, offset)) = self.framed.get(&var).copied() {
            let by = self.constant(offset.into(), Type::I64, span);
            return self.emit(Op::Advance(frame, by), Type::Ptr(Region::Stack), span);
        }
        self.home(var, span)
    }

    fn home(&mut self, var: VarId, span: Span) -> Value {
        let slot = match self.homes[var] {
            Some(slot) => slot,
            None => {
                let data = &self.hir.vars[var];
                let slot = self.new_slot(data.ty, data.span);
                self.homes[var] = Some(slot);
                slot
            }
        };
        self.slot_addr(slot, span)
    }

    pub(super) fn slot_addr(&mut self, slot: Slot, span: Span) -> Value {
        self.emit(Op::SlotAddr(slot), Type::Ptr(Region::Stack), span)
    }

    /// The address of a stack object that holds the value until the call is done.
    pub(super) fn slot_with(&mut self, value: ExprId, span: Span) -> Value {
        let ty = self.hir.exprs[value].ty;
        let value = self.value(value);
        let slot = self.lend_slot(ty, span);
        let ptr = self.slot_addr(slot, span);
        self.store_at(ptr, 0, value, ty, span);
        ptr
    }

    /// What `probe_read_kernel` finds at an address, through a stack object.
    pub(super) fn probe_read(&mut self, address: ExprId, ty: Ty, span: Span) -> Value {
        let lent = self.lent.len();
        let address = self.value(address);
        let slot = self.lend_slot(ty, span);
        let ptr = self.slot_addr(slot, span);
        let size = self.constant(self.hir.types.size(ty).into(), Type::I32, span);
        let args = Args::new(&[ptr, size, address]);
        self.emit(Op::Call(number("probe_read_kernel"), args), Type::I64, span);
        let value = self.load_at(ptr, 0, ty, span);
        self.give_back(lent);
        value
    }

    pub(super) fn load(&mut self, ptr: ExprId, offset: i32, ty: Ty, span: Span) -> Value {
        let pointer = self.value(ptr);
        let value = match self.part(ptr, pointer, offset, ty) {
            Some(part) => self.load_parts(pointer, offset, ty, part, span),
            None => self.load_at(pointer, offset, ty, span),
        };
        self.note_read(ptr, offset, value);
        value
    }

    pub(super) fn load_at(&mut self, ptr: Value, offset: i32, ty: Ty, span: Span) -> Value {
        let (bytes, target) = (self.width(ptr, ty), self.type_of(ty));
        let value = self.emit(Op::Load { bytes, ptr, offset }, target, span);
        self.loaded(value, ty, span)
    }

    /// Bytes that were loaded, as a value of type `ty`.
    pub(super) fn loaded(&mut self, value: Value, ty: Ty, span: Span) -> Value {
        let target = self.type_of(ty);
        match self.hir.types.get(ty) {
            TypeKind::Int(int) if int.signed && int.bits < 32 => {
                self.emit(Op::SextLow(int.bits, value), target, span)
            }
            TypeKind::Bool => {
                let zero = self.constant(0, target, span);
                self.emit(Op::Compare(crate::ir::Cond::Ne, value, zero), Type::I32, span)
            }
            _ => value,
        }
    }

    /// How many bytes a value of type `ty` takes at `ptr`: some contexts hold packet
    /// pointers in 4.
    fn width(&self, ptr: Value, ty: Ty) -> u8 {
        let packet = self.type_of(ty).is_packet() || self.type_of(ty) == Type::Ptr(Region::PacketEnd);
        match self.f.ty(ptr) {
            Type::Ptr(Region::Ctx) if packet => self.packet_pointer,
            _ => self.hir.types.size(ty) as u8,
        }
    }

    pub(super) fn store(&mut self, ptr: ExprId, offset: i32, value: ExprId, span: Span) -> Value {
        let ty = self.hir.exprs[value].ty;
        let (pointer, value) = (self.value(ptr), self.value(value));
        match self.part(ptr, pointer, offset, ty) {
            Some(part) => self.store_parts(pointer, offset, value, ty, part, span),
            None => self.store_at(pointer, offset, value, ty, span),
        }
        self.note_write(ptr, offset);
        value
    }

    pub(super) fn store_at(&mut self, ptr: Value, offset: i32, value: Value, ty: Ty, span: Span) {
        let bytes = self.hir.types.size(ty) as u8;
        self.effect(Op::Store { bytes, ptr, offset, value }, span);
    }

    pub(super) fn atomic(&mut self, expr: ExprId, span: Span) -> Value {
        let ExprKind::Atomic { op, ptr, offset, value, fetch } = self.hir.exprs[expr].kind else {
            return self.constant(0, Type::I32, span);
        };
        let op = match op {
            hir::Atomic::Add => Atomic::Add,
            hir::Atomic::Or => Atomic::Or,
            hir::Atomic::And => Atomic::And,
            hir::Atomic::Xor => Atomic::Xor,
            hir::Atomic::Exchange => Atomic::Exchange,
        };
        let bytes = self.hir.types.size(self.hir.exprs[value].ty) as u8;
        let (ptr, value) = (self.value(ptr), self.value(value));
        let op = Op::Atomic { op, bytes, ptr, offset, value, fetch };
        if fetch {
            return self.emit(op, self.f.ty(value), span);
        }
        self.effect(op, span);
        self.constant(0, Type::I32, span)
    }

    pub(super) fn compare_exchange(
        &mut self,
        (ptr, offset): (ExprId, i32),
        (old, new): (ExprId, ExprId),
        span: Span,
    ) -> Value {
        let bytes = self.hir.types.size(self.hir.exprs[new].ty) as u8;
        let (ptr, old, new) = (self.value(ptr), self.value(old), self.value(new));
        self.emit(Op::CompareExchange { bytes, ptr, offset, old, new }, self.f.ty(new), span)
    }

    /// A struct on the stack: the fields given, and zero in every other byte, so that padding
    /// never holds what was there before.
    pub(super) fn make_struct(&mut self, id: StructId, fields: &[(u32, ExprId)], span: Span) -> Value {
        let of = &self.hir.types.structs[id];
        let (size, align) = (of.size, of.align);
        let values: Vec<(u32, Ty, Value)> = fields
            .iter()
            .map(|(offset, value)| (*offset, self.hir.exprs[*value].ty, self.value(*value)))
            .collect();
        let slot =
            self.f.slots.push(SlotData { size, align: align.max(8.min(size.next_power_of_two())), span });
        let ptr = self.slot_addr(slot, span);
        let given = |from: u32, to: u32| {
            (from..to).all(|byte| {
                values
                    .iter()
                    .any(|(offset, ty, _)| (*offset..*offset + self.hir.types.size(*ty)).contains(&byte))
            })
        };
        let mut zeroed = Vec::new();
        for (offset, bytes) in chunks(size, 8) {
            if !given(offset, offset + bytes) {
                zeroed.push((offset, bytes));
            }
        }
        for (offset, bytes) in zeroed {
            self.zero(ptr, offset, bytes, span);
        }
        for (offset, ty, value) in values {
            let offset = offset as i32;
            match self.part_at(ptr, offset, ty) {
                Some(part) => self.store_parts(ptr, offset, value, ty, part, span),
                None => self.store_at(ptr, offset, value, ty, span),
            }
        }
        ptr
    }

    fn zero(&mut self, ptr: Value, offset: u32, bytes: u32, span: Span) {
        let zero = self.constant(0, Type::I64, span);
        self.effect(Op::Store { bytes: bytes as u8, ptr, offset: offset as i32, value: zero }, span);
    }

    /// A copy, on the stack, of what `source` points to.
    pub(super) fn copy(&mut self, source: ExprId, span: Span) -> Value {
        let pointee = self.hir.types.as_pointer(self.hir.exprs[source].ty).map_or(Ty::U8, |p| p.pointee);
        let (size, align) = (self.hir.types.size(pointee), self.hir.types.align(pointee));
        let source = self.value(source);
        let slot =
            self.f.slots.push(SlotData { size, align: align.max(8.min(size.next_power_of_two())), span });
        let ptr = self.slot_addr(slot, span);
        for (offset, bytes) in chunks(size, align.min(8)) {
            let (offset, bytes) = (offset as i32, bytes as u8);
            let value = self.emit(Op::Load { bytes, ptr: source, offset }, Type::I64, span);
            self.effect(Op::Store { bytes, ptr, offset, value }, span);
        }
        ptr
    }
}

/// `size` bytes as offsets and widths of 1, 2, 4 or 8 bytes, each aligned to its width, none wider
/// than `widest`.
pub(super) fn chunks(size: u32, widest: u32) -> Vec<(u32, u32)> {
    let mut chunks = Vec::new();
    let mut at = 0;
    while at < size {
        let mut bytes = widest;
        while bytes > size - at {
            bytes /= 2;
        }
        chunks.push((at, bytes));
        at += bytes;
    }
    chunks
}
