//! `getmap` and what is done with it as a place.

use bpfl_stdlib::catalog::{constant, helper};

use super::Lower;
use crate::{
    hir::{ExprId, MapUse, Ty},
    ir::{Args, Atomic, Block, Cond, Op, Region, Type, Value},
    source::Span,
};

/// A helper's number. The catalogue has the helpers that forms are made of; its tests see to it.
pub(super) fn number(name: &str) -> u32 {
    helper::find(name).map_or(0, |row| row.id)
}

impl Lower<'_> {
    /// A map as a helper's argument.
    pub(super) fn map_addr(&mut self, map: MapUse, span: Span) -> Value {
        let Some(var) = map.held else {
            return self.emit(Op::MapAddr(map.map), Type::Ptr(Region::Map), span);
        };
        let value = self.read_var(var, span);
        self.f.set_map(value, map.map);
        value
    }

    /// The address of a key or value: of a slot that holds it, or what it points to.
    fn operand(&mut self, operand: ExprId, span: Span) -> Value {
        let ty = self.hir.exprs[operand].ty;
        let value = self.value(operand);
        match self.hir.types.as_pointer(ty) {
            Some(_) => value,
            None => self.filled_slot(value, ty, span),
        }
    }

    fn filled_slot(&mut self, value: Value, ty: Ty, span: Span) -> Value {
        let slot = self.lend_slot(ty, span);
        let ptr = self.slot_addr(slot, span);
        self.store_at(ptr, 0, value, ty, span);
        ptr
    }

    fn lookup(&mut self, map: MapUse, key: Value, span: Span) -> Value {
        let handle = self.map_addr(map, span);
        let region = if self.hir.maps[map.map].kind.per_cpu { Region::PerCpu } else { Region::MapValue };
        let args = Args::new(&[handle, key]);
        let ptr = self.emit(Op::Call(number("map_lookup_elem"), args), Type::Ptr(region), span);
        self.f.set_nullable(ptr);
        ptr
    }

    fn update(&mut self, map: MapUse, key: Value, value: Value, flags: &str, span: Span) -> Value {
        let handle = self.map_addr(map, span);
        let flags = constant::find(flags).map_or(0, |row| row.value);
        let flags = self.constant(flags, Type::I64, span);
        let args = Args::new(&[handle, key, value, flags]);
        self.emit(Op::Call(number("map_update_elem"), args), Type::I64, span)
    }

    /// Branches on whether a pointer is null.
    fn unless_null(&mut self, ptr: Value, there: Block, missing: Block, span: Span) {
        let null = self.constant(0, self.f.ty(ptr), span);
        self.branch(Cond::Ne, (ptr, null), there, missing, span);
    }

    pub(super) fn map_read(&mut self, map: MapUse, key: ExprId, span: Span) -> Value {
        let lent = self.lent.len();
        let ty = self.hir.maps[map.map].value;
        let key = self.operand(key, span);
        let ptr = self.lookup(map, key, span);
        let (there, missing, done) = (self.new_block(), self.new_block(), self.new_block());
        let result = self.f.add_param(done, self.type_of(ty));
        self.unless_null(ptr, there, missing, span);
        self.enter(there);
        let value = self.load_at(ptr, 0, ty, span);
        self.jump(done, vec![value], span);
        self.enter(missing);
        let zero = self.constant(0, self.type_of(ty), span);
        self.jump(done, vec![zero], span);
        self.enter(done);
        self.give_back(lent);
        result
    }

    pub(super) fn map_write(&mut self, map: MapUse, key: ExprId, value: ExprId, span: Span) -> Value {
        let lent = self.lent.len();
        let key = self.operand(key, span);
        let ty = self.hir.exprs[value].ty;
        let value = self.value(value);
        let pointer = self.hir.types.as_pointer(ty).is_some();
        let address = if pointer { value } else { self.filled_slot(value, ty, span) };
        self.update(map, key, address, "BPF_ANY", span);
        self.give_back(lent);
        value
    }

    /// Adds to the entry if there is one. Otherwise an array does nothing, and any other map gets
    /// an entry, unless another CPU was first: then what that one made is added to.
    pub(super) fn map_add(
        &mut self,
        map: MapUse,
        key: ExprId,
        delta: ExprId,
        used: bool,
        span: Span,
    ) -> Value {
        let lent = self.lent.len();
        let ty = self.hir.maps[map.map].value;
        let value_type = self.type_of(ty);
        let key = self.operand(key, span);
        let delta = self.value(delta);
        let (there, missing, done) = (self.new_block(), self.new_block(), self.new_block());
        let result = used.then(|| self.f.add_param(done, value_type));
        let ptr = self.lookup(map, key, span);
        self.unless_null(ptr, there, missing, span);
        self.enter(there);
        let new = self.add_to(ptr, delta, ty, used, span);
        self.jump(done, new.into_iter().collect(), span);
        self.enter(missing);
        if self.hir.maps[map.map].kind.deletes {
            self.insert(map, key, delta, done, used, span);
        }
        let otherwise =
            if self.hir.maps[map.map].kind.deletes { delta } else { self.constant(0, value_type, span) };
        self.jump(done, if used { vec![otherwise] } else { vec![] }, span);
        self.enter(done);
        self.give_back(lent);
        result.unwrap_or_else(|| self.constant(0, Type::I32, span))
    }

    /// Inserts, and goes on where that worked; adds and goes to `done` where another was first.
    fn insert(&mut self, map: MapUse, key: Value, delta: Value, done: Block, used: bool, span: Span) {
        let ty = self.hir.maps[map.map].value;
        let slot = self.filled_slot(delta, ty, span);
        let failed = self.update(map, key, slot, "BPF_NOEXIST", span);
        let (again, there, inserted) = (self.new_block(), self.new_block(), self.new_block());
        let zero = self.constant(0, Type::I64, span);
        self.branch(Cond::Ne, (failed, zero), again, inserted, span);
        self.enter(again);
        let ptr = self.lookup(map, key, span);
        self.unless_null(ptr, there, inserted, span);
        self.enter(there);
        let new = self.add_to(ptr, delta, ty, used, span);
        self.jump(done, new.into_iter().collect(), span);
        self.enter(inserted);
    }

    /// Adds to what `ptr` points to, atomically where CPUs share it. The new value, if used.
    fn add_to(&mut self, ptr: Value, delta: Value, ty: Ty, used: bool, span: Span) -> Option<Value> {
        let value_type = self.type_of(ty);
        let plus = |lower: &mut Self, old| {
            lower.emit(Op::Binary(crate::ir::Binary::Add, old, delta), value_type, span)
        };
        if self.f.ty(ptr) == Type::Ptr(Region::PerCpu) {
            let old = self.load_at(ptr, 0, ty, span);
            let new = plus(self, old);
            self.store_at(ptr, 0, new, ty, span);
            return used.then_some(new);
        }
        let bytes = self.hir.types.size(ty) as u8;
        let op = Op::Atomic { op: Atomic::Add, bytes, ptr, offset: 0, value: delta, fetch: used };
        if used {
            let old = self.emit(op, value_type, span);
            return Some(plus(self, old));
        }
        self.effect(op, span);
        None
    }
}
