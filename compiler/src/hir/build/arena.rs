//! Arenas: memory that programs and userspace share, with pointers in it.
//!
//! An address in an arena is the one that userspace knows it by, and a number to the verifier. Always holds:
//! a pointer of region [`Region::Arena`] may be stored where a struct in an arena has a `(ptr T)`, and what
//! is loaded from there is such a pointer, or null.

use bpfl_stdlib::catalog::{
    kfunc::{self, ANY_NODE, ARENA_ALLOC, ARENA_FREE, Called, Kind},
    limit::{ARENA_PAGES, PAGE_BYTES},
    map,
};

use super::{Builder, forms::Call, place::Place, top::Definition};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Kfunc, KfuncId, MapId, MapUse, StructId, Ty, TypeKind},
    ir::Region,
    read::DatumId,
    source::Span,
};

/// `(arena-alloc-pages arena pages [type])`
pub fn alloc<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let map = b.arena_map(call.args[0]);
    let pages = b.pages(call.args[1], map);
    let pointee = match call.args.get(2) {
        Some(ty) => b.parse_type(*ty),
        None => Some(Ty::U8),
    };
    let kfunc = b.called_kfunc(&ARENA_ALLOC, call);
    let (Some(map), Some(pages), Some(pointee), Some(kfunc)) = (map, pages, pointee, kfunc) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let handle = b.add(ExprKind::Map(map), Ty::NOTHING, call.span);
    let anywhere = b.arena_pointer(Ty::NOTHING);
    let anywhere = b.add(ExprKind::Int(0), anywhere, call.span);
    let node = b.add(ExprKind::Int(ANY_NODE.into()), Ty::I32, call.span);
    let flags = b.add(ExprKind::Int(0), Ty::U64, call.span);
    let ty = b.arena_pointer(pointee);
    if ty == Ty::ERROR {
        return b.add(ExprKind::Error, ty, call.span);
    }
    b.add(ExprKind::Kfunc(kfunc, vec![handle, anywhere, pages, node, flags]), ty, call.span)
}

/// `(arena-free-pages arena pointer pages)`
pub fn free<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let map = b.arena_map(call.args[0]);
    let pointer = b.arena_value(call.args[1]);
    let pages = b.pages(call.args[2], map);
    let kfunc = b.called_kfunc(&ARENA_FREE, call);
    let (Some(map), Some(pointer), Some(pages), Some(kfunc)) = (map, pointer, pages, kfunc) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let handle = b.add(ExprKind::Map(map), Ty::NOTHING, call.span);
    b.add(ExprKind::Kfunc(kfunc, vec![handle, pointer, pages]), Ty::NOTHING, call.span)
}

/// `(arena-ptr type number)`: the address that a number is.
pub fn pointer<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let pointee = b.parse_type(call.args[0]);
    let number = b.value(call.args[1]);
    let (Some(pointee), true) = (pointee, b.has_arena(call.span)) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let number = b.store_as(number, Ty::U64);
    let ty = b.arena_pointer(pointee);
    match (b.ty(number), ty) {
        (Ty::ERROR, _) => number,
        (_, Ty::ERROR) => b.add(ExprKind::Error, ty, call.span),
        _ => b.add(ExprKind::Convert(number), ty, call.span),
    }
}

impl<'a> Builder<'a> {
    /// The file's arena.
    pub(super) fn arena(&self) -> Option<MapId> {
        self.module.maps.keys().find(|map| self.module.maps[*map].kind.name == map::ARENA)
    }

    /// Whether the file has an arena; reports when not.
    fn has_arena(&mut self, span: Span) -> bool {
        if self.arena().is_none() {
            let error = Diagnostic::error(&codes::UNKNOWN_MAP, span, "this file has no arena");
            self.report(error.help("define one: `(defmap heap :type :arena :max-entries 100)`"));
        }
        self.arena().is_some()
    }

    /// Reports a second arena.
    pub(super) fn only_arena(&mut self, definition: &Definition<'_>) {
        let Some(first) = self.arena() else { return };
        let message = "a file has one arena, for a program can have one only";
        let error = Diagnostic::error(&codes::MAP_RULE, definition.name_span, message);
        let error = error.also(self.module.maps[first].span, "the first one");
        self.report(error.help("make that one large enough for both: pages take memory when they are used"));
    }

    /// Whether it is a pointer into the arena.
    pub(super) fn is_in_arena(&self, ty: Ty) -> bool {
        self.module.types.as_pointer(ty).is_some_and(|pointer| pointer.region == Region::Arena)
    }

    /// A pointer to what lies in the arena, or null. Userspace finds how structs there are read.
    pub(super) fn arena_pointer(&mut self, pointee: Ty) -> Ty {
        if pointee == Ty::ERROR {
            self.unsound = true;
            return Ty::ERROR;
        }
        self.keep_struct(pointee);
        self.module.types.pointer(pointee, Region::Arena, true)
    }

    /// A key or value that lies in the arena, where helpers do not reach, as a copy on the stack.
    pub(super) fn out_of_arena(&mut self, value: ExprId) -> ExprId {
        match self.module.types.as_pointer(self.ty(value)) {
            Some(p) if p.region == Region::Arena => {
                let span = self.expr_span(value);
                if !self.on_stack(p.pointee, span) {
                    return self.add(ExprKind::Error, Ty::ERROR, span);
                }
                let copy = self.module.types.pointer(p.pointee, Region::Stack, false);
                self.add(ExprKind::Copy(value), copy, span)
            }
            _ => value,
        }
    }

    /// Reports a pointer into the arena where a function of the kernel's wants one that it knows the bounds of.
    pub(super) fn only_in_arena(&mut self, pointee: Ty, datum: DatumId) -> ExprId {
        let message = "this lies in an arena, where functions of the kernel do not reach";
        let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.span(datum), message);
        let what = self.show(pointee);
        self.fail(match self.kind(pointee) {
            TypeKind::Struct(_) => error.help(format!("give it a copy on the stack: `(copy-{what} …)`")),
            _ => {
                error.help("copy it to a variable, and give the variable's address: `(stack-addr variable)`")
            }
        })
    }

    fn arena_map(&mut self, datum: DatumId) -> Option<MapUse> {
        let map = self.map(datum)?;
        let of = &self.module.maps[map.map];
        if of.kind.name == map::ARENA {
            return Some(map);
        }
        let error = Diagnostic::error(&codes::MAP_OPERATION, self.span(datum), "this map is no arena");
        let error = error.also(of.span, "defined here");
        self.report(error.help("pages are of a map of `:type :arena`"));
        None
    }

    fn arena_value(&mut self, datum: DatumId) -> Option<ExprId> {
        let value = self.value(datum);
        match self.module.types.as_pointer(self.ty(value)) {
            Some(p) if p.region == Region::Arena => Some(value),
            _ if self.ty(value) == Ty::ERROR => None,
            _ => {
                let message = format!(
                    "this is {}, and a pointer into the arena is wanted here",
                    self.show(self.ty(value))
                );
                let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.expr_span(value), message);
                self.fail(error.help("`arena-alloc-pages` gives one, and `(arena-ptr u8 number)`"));
                None
            }
        }
    }

    /// A number of pages, which the arena must have.
    fn pages(&mut self, datum: DatumId, map: Option<MapUse>) -> Option<ExprId> {
        let pages = self.value(datum);
        let most = map.map_or(ARENA_PAGES, |map| self.module.maps[map.map].max_entries);
        // Of an arena that was refused, nothing more is said.
        let impossible = |count: &i128| most > 0 && !(1..=most.into()).contains(count);
        if let Some(count) = self.constant(pages).filter(impossible) {
            let message = format!("there are {most} pages in the arena, and {count} cannot be had of them");
            let error = Diagnostic::error(&codes::LITERAL_RANGE, self.expr_span(pages), message);
            let error = map.map_or_else(
                || error.clone(),
                |map| error.clone().also(self.module.maps[map.map].span, "as `:max-entries` says"),
            );
            self.report(error.help(format!("a page is {PAGE_BYTES} bytes")));
            return None;
        }
        let pages = self.store_as(pages, Ty::U32);
        (self.ty(pages) != Ty::ERROR).then_some(pages)
    }

    /// The function of the kernel's, if this program may call it; reports when not.
    fn called_kfunc(&mut self, row: &Called, call: &Call<'a>) -> Option<KfuncId> {
        if kfunc::sleeps(row.name) && self.hook.is_some_and(|hook| !hook.sleepable) {
            let error = self.sleeps(self.text(call.name), call.head);
            let later = self.hook.is_some_and(|hook| hook.later);
            self.report(match later {
                true => error,
                false => error.help("let a `:syscall` program do it, which userspace runs when it starts"),
            });
            return None;
        }
        let known = self.module.kfuncs.iter().find(|(_, kfunc)| kfunc.symbol == row.name);
        if let Some((id, _)) = known {
            return Some(id);
        }
        let params = row.params.iter().map(|(name, kind)| (name.to_string(), self.kfunc_kind(*kind)));
        let params = params.collect();
        let returns = self.kfunc_kind(row.returns);
        let kfunc = Kfunc { symbol: row.name.into(), params, returns, reference: None, span: call.head };
        Some(self.module.kfuncs.push(kfunc))
    }

    fn kfunc_kind(&mut self, kind: Kind) -> Ty {
        match kind {
            Kind::Map => self.module.types.pointer(Ty::NOTHING, Region::Map, false),
            Kind::Arena => self.module.types.pointer(Ty::NOTHING, Region::Arena, false),
            Kind::ArenaOrNull => self.module.types.pointer(Ty::NOTHING, Region::Arena, true),
            Kind::U32 => Ty::U32,
            Kind::I32 => Ty::I32,
            Kind::U64 => Ty::U64,
            Kind::Void => Ty::NOTHING,
        }
    }

    // ---- pointers in memory ----

    /// Notes which fields of a struct are pointers, and to what: the type's name, which may be known later.
    pub(super) fn note_pointees(&mut self, id: StructId, fields: &'a [DatumId]) {
        for field in fields {
            let Some([name, ty]) = self.items(*field) else { continue };
            let Some(pointee) = self.data.symbol(*name).and(self.pointee_named(*ty)) else { continue };
            let c_name = self.data.symbol(*name).map(|name| self.text(name).replace('-', "_"));
            let fields = &self.module.types.structs[id].fields;
            if let Some(index) = fields.iter().position(|field| Some(&field.c_name) == c_name.as_ref()) {
                self.pointees.insert((id, index), pointee);
            }
        }
    }

    /// `T` of `(ptr T)` and of `(array (ptr T) n)`.
    pub(super) fn pointee_named(&self, ty: DatumId) -> Option<DatumId> {
        match self.items(ty)? {
            [head, pointee] if self.is_symbol(*head, "ptr") => Some(*pointee),
            [head, element, _] if self.is_symbol(*head, "array") => self.pointee_named(*element),
            _ => None,
        }
    }

    /// Whether a struct has pointers in it, so that it is one for an arena where there is one.
    pub(super) fn lies_in_arena(&self, ty: Ty) -> bool {
        let TypeKind::Struct(id) = self.kind(ty) else { return false };
        self.arena().is_some() && self.pointees.keys().any(|(of, _)| *of == id)
    }

    /// A field as what it is in an arena: what is a number elsewhere is a pointer there.
    pub(super) fn in_arena(&mut self, place: Place, (id, index): (StructId, usize)) -> Place {
        let Place::Memory { ptr, offset, ty: Ty::U64, sharing } = place else { return place };
        let region = self.module.types.as_pointer(self.ty(ptr)).map(|pointer| pointer.region);
        let pointee = self.pointees.get(&(id, index)).filter(|_| region == Some(Region::Arena)).copied();
        let Some(pointee) = pointee else { return place };
        let ty = self.pointed_to(pointee);
        Place::Memory { ptr, offset, ty: self.arena_pointer(ty), sharing }
    }

    /// What a pointer points to that was declared so. Another pointer is a number to it, and `void` bytes.
    pub(super) fn pointed_to(&mut self, pointee: DatumId) -> Ty {
        match self.items(pointee) {
            _ if self.is_symbol(pointee, "void") => Ty::U8,
            Some([head, _]) if self.is_symbol(*head, "ptr") => Ty::U64,
            _ => self.parse_type(pointee).unwrap_or(Ty::ERROR),
        }
    }

    /// `(ptr T)` as the type of a global: it holds an address in the arena.
    pub(super) fn global_pointer(&mut self, ty: DatumId) -> Option<Ty> {
        let pointee = self.pointee_named(ty).filter(|_| !self.is_array(ty))?;
        let pointee = self.pointed_to(pointee);
        let span = self.span(ty);
        self.arena_globals.get_or_insert(span);
        Some(self.arena_pointer(pointee))
    }

    fn is_array(&self, ty: DatumId) -> bool {
        self.items(ty).and_then(|items| items.first()).is_some_and(|head| self.is_symbol(*head, "array"))
    }

    /// Reports globals that point into an arena which is not there.
    pub(super) fn globals_have_arena(&mut self) {
        if let Some(span) = self.arena_globals.filter(|_| self.arena().is_none()) {
            let message = "a global that is a pointer leads into an arena, and this file has none";
            let error = Diagnostic::error(&codes::UNKNOWN_TYPE, span, message);
            self.report(error.help("define one: `(defmap heap :type :arena :max-entries 100)`"));
        }
    }
}
