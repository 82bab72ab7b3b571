//! Storages, queues, ring buffers and tail calls: the operations on maps that are forms of their own.

use bpfl_stdlib::catalog::helper;

use super::{Builder, Global, exits::Held, forms::Call};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{self, Atomic, DataSection, ExprId, ExprKind, GlobalId, Ty, TypeKind, VarId},
    ir::Region,
    read::DatumId,
    source::Span,
};

/// `(sk-storage-get map socket [init] [flags])`
pub fn get<'a>(b: &mut Builder<'a>, call: &Call<'a>, name: &str) -> ExprId {
    let Some(helper) = helper::find(name) else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    b.helper_with(helper, call, &[Missing::Given, Missing::Given, Missing::Null, Missing::Zero])
}

/// `(sk-storage-delete map socket)`, and other helpers called as they are.
pub fn plain<'a>(b: &mut Builder<'a>, call: &Call<'a>, name: &str) -> ExprId {
    let Some(helper) = helper::find(name) else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    b.helper_with(helper, call, &[])
}

/// `(map-push map value [flags])`
pub fn push<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let Some(helper) = helper::find("map_push_elem") else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    b.helper_with(helper, call, &[Missing::Given, Missing::Given, Missing::Zero])
}

/// `(tail-call prog-array index)`: goes on in another program, or here when there is none.
pub fn tail_call<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let Some(map) = b.map(call.args[0]) else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    let index = b.value(call.args[1]);
    let index = b.store_as(index, Ty::U32);
    if b.module.maps[map.map].kind.name != "prog-array" {
        let error =
            Diagnostic::error(&codes::MAP_OPERATION, b.span(call.args[0]), "this map holds no programs");
        let error = error.also(b.module.maps[map.map].span, "defined here");
        return b.fail(error.help("tail calls go through a map of `:type :prog-array`"));
    }
    let Some(helper) = helper::find("tail_call") else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    let context = b.context(call.span);
    let handle = b.add(ExprKind::Map(map), Ty::NOTHING, call.span);
    b.call_helper(helper, vec![context, handle, index], Some(map), call.span)
}

/// What stands for an argument that is left out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It may not be.
    Given,
    /// Null.
    Null,
    /// 0.
    Zero,
}

/// `(ringbuf-reserve map size-or-type [flags])`: a record of that type, or null.
pub fn reserve<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let Some((reserved, _)) = b.reservation(call.args[0], call.args[1], call.args.get(2).copied(), call)
    else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    reserved
}

/// `(ringbuf-submit record [flags])` and `(ringbuf-discard record [flags])`
pub fn give_back<'a>(b: &mut Builder<'a>, call: &Call<'a>, name: &str) -> ExprId {
    let record = b.value(call.args[0]);
    let flags = match call.args.get(1) {
        Some(flags) => b.value(*flags),
        None => b.literal(0, call.span),
    };
    let flags = b.store_as(flags, Ty::U64);
    let is_record = |p: hir::Pointer| p.region == Region::Ringbuf;
    if !b.module.types.as_pointer(b.ty(record)).is_some_and(is_record) && b.ty(record) != Ty::ERROR {
        let message = "only what `ringbuf-reserve` gave can be given back";
        return b.fail_at(&codes::TYPE_MISMATCH, b.span(call.args[0]), message);
    }
    b.give_back(name, record, flags, call.span)
}

/// `(with-ringbuf (e map type-or-size) body…)`: reserves, does the body, submits; an early return
/// discards. The value is true when there was room; when there was none, a global variable called
/// `MAP-lost` counts that, if the file defines one.
pub fn with_ringbuf<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let header = b.items(call.args[0]).unwrap_or(&[]);
    let (name, map, what) = match header {
        [name, map, what] => (b.data.symbol(*name), *map, *what),
        _ => (None, call.args[0], call.args[0]),
    };
    let Some(name) = name else {
        let error = Diagnostic::error(&codes::MALFORMED, b.span(call.args[0]), "this is not a reservation");
        return b.fail(error.help("write `(with-ringbuf (e map type) body…)`"));
    };
    let Some((reserved, size)) = b.reservation(map, what, None, call) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let span = call.span;
    if !b.zeroed_at_once(size, b.span(header[2])) {
        return b.add(ExprKind::Error, Ty::ERROR, span);
    }
    let nullable = b.ty(reserved);
    let var = b.variable(Some(name), nullable, b.span(header[0]));
    let mark = b.scope.mark();
    b.scope.bind(b.names.folded(name), var);
    b.held.push(Held::Record(var));
    let mut all = vec![b.zeroed(var, size, span)];
    all.extend(call.args[1..].iter().map(|form| b.effect(*form)).collect::<Vec<_>>());
    b.held.pop();
    b.scope.reset(mark);
    let (record, flags) = (b.read_var(var, span), b.add(ExprKind::Int(0), Ty::U64, span));
    all.push(b.give_back("ringbuf_submit", record, flags, span));
    all.push(b.add(ExprKind::Int(1), Ty::BOOL, span));
    let body = b.seq(all, span);
    let test = b.read_var(var, span);
    let nil = b.no_room(map, span);
    let choice = b.add(ExprKind::If(test, body, nil), Ty::BOOL, span);
    b.add(ExprKind::Let(vec![(var, reserved)], choice), Ty::BOOL, span)
}

impl<'a> Builder<'a> {
    /// A reservation of a record, and its size.
    fn reservation(
        &mut self,
        map: DatumId,
        what: DatumId,
        flags: Option<DatumId>,
        call: &Call<'a>,
    ) -> Option<(ExprId, u32)> {
        let helper = helper::find("ringbuf_reserve")?;
        if let Some(error) = self.refused(helper, call) {
            self.report(error);
            return None;
        }
        let id = self.map(map)?;
        if self.module.maps[id.map].kind.name != "ringbuf" {
            let error =
                Diagnostic::error(&codes::MAP_OPERATION, self.span(map), "this map is not a ring buffer");
            self.report(error.also(self.module.maps[id.map].span, "defined here"));
            return None;
        }
        let pointee = self.type_or_size(what)?;
        let size = self.module.types.size(pointee);
        self.keep_struct(pointee);
        self.module.reserved.push((id.map, pointee));
        let flags = match flags {
            Some(flags) => self.value(flags),
            None => self.literal(0, call.span),
        };
        let flags = self.store_as(flags, Ty::U64);
        let handle = self.add(ExprKind::Map(id), Ty::NOTHING, self.span(map));
        let bytes = self.add(ExprKind::Int(size.into()), Ty::U64, self.span(what));
        let ty = self.module.types.pointer(pointee, Region::Ringbuf, true);
        Some((self.add(ExprKind::Call(helper, vec![handle, bytes, flags]), ty, call.span), size))
    }

    /// Keeps a struct among the object's types, where userspace finds how records are read.
    pub(super) fn keep_struct(&mut self, ty: Ty) {
        let known = self.module.records.contains(&ty);
        if matches!(self.module.types.get(ty), TypeKind::Struct(_)) && !known {
            self.module.records.push(ty);
        }
    }

    /// A type, or a constant number of bytes, which is a type of that size.
    pub(super) fn type_or_size(&mut self, what: DatumId) -> Option<Ty> {
        let named = self.data.symbol(what).is_some_and(|name| {
            let scalar = hir::Types::named(self.text(self.names.folded(name))).is_some();
            scalar || self.struct_named(self.names.kernel(name)).is_some()
        });
        let array = self.items(what).and_then(|items| items.first().copied());
        match named || array.is_some_and(|head| self.is_symbol(head, "array")) {
            true => self.parse_type(what),
            false => {
                let size = self.constant_value(what)?;
                let size = u32::try_from(size).ok().filter(|n| *n > 0);
                if size.is_none() {
                    let message = "a record has a type, or a constant size in bytes";
                    self.report(Diagnostic::error(&codes::NOT_CONSTANT, self.span(what), message));
                }
                Some(self.module.types.of_size(size?))
            }
        }
    }

    pub(super) fn give_back(&mut self, name: &str, record: ExprId, flags: ExprId, span: Span) -> ExprId {
        match helper::find(name) {
            Some(helper) if self.ty(record) != Ty::ERROR => {
                self.add(ExprKind::Call(helper, vec![record, flags]), Ty::U64, span)
            }
            _ => self.add(ExprKind::Error, Ty::ERROR, span),
        }
    }

    /// The arm of a reservation that found no room.
    fn no_room(&mut self, map: DatumId, span: Span) -> ExprId {
        let nil = self.add(ExprKind::Int(0), Ty::BOOL, span);
        let Some(count) = self.lost(map) else { return nil };
        let ty = self.module.globals[count].ty;
        let (ptr, value) = (self.global_address(count, span), self.add(ExprKind::Int(1), ty, span));
        let add = ExprKind::Atomic { op: Atomic::Add, ptr, offset: 0, value, fetch: false };
        let all = vec![self.add(add, Ty::NOTHING, span), nil];
        self.seq(all, span)
    }

    /// The variable that counts what a ring buffer had no room for.
    fn lost(&self, map: DatumId) -> Option<GlobalId> {
        let name = format!("{}_lost", self.text(self.data.symbol(map)?));
        let key = self.names.kernel(self.names.intern(&name));
        match self.globals.get(&key) {
            Some((Global::Variable(id), _)) if self.is_counter(*id) => Some(*id),
            _ => None,
        }
    }

    /// Whether a variable can be counted up by all CPUs at once.
    fn is_counter(&self, id: GlobalId) -> bool {
        let global = &self.module.globals[id];
        let wide = self.module.types.as_int(global.ty).is_some_and(|int| int.bits >= 32);
        wide && global.section != DataSection::Rodata
    }

    /// Zeroes the record, so that nothing of what was there before reaches userspace.
    fn zeroed(&mut self, var: VarId, bytes: u32, span: Span) -> ExprId {
        let (ptr, byte) = (self.read_var(var, span), self.add(ExprKind::Int(0), Ty::U8, span));
        self.add(ExprKind::Fill { ptr, offset: 0, byte, bytes }, Ty::NOTHING, span)
    }
}
