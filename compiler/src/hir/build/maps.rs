//! Operations on maps.

use bpfl_stdlib::catalog::{
    helper,
    map::{self, ValueRule, compat},
};

use super::{Builder, Global, forms::Call};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{self, ExprId, ExprKind, MapUse, Ty, TypeKind},
    ir::Region,
    names::nearest,
    read::DatumId,
    source::Span,
};

/// `(map-lookup map key)`
pub fn lookup<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let Some((map, key)) = b.map_and_key_where(call.args[0], call.args[1], Builder::gives_entries) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let key = b.operand(key);
    b.map_helper("map_lookup_elem", map, vec![key], call.span)
}

/// `(map-update map key value [flags])`
pub fn update<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let Some((map, key)) = b.map_and_key(call.args[0], call.args[1]) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let value = b.value(call.args[2]);
    if !b.is_changed(map, call.span) {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    }
    let value = b.element(value, b.module.maps[map.map].value, "value");
    let flags = match call.args.get(3) {
        Some(flags) => b.value(*flags),
        None => b.literal(0, call.span),
    };
    let (key, value, flags) = (b.operand(key), b.operand(value), b.store_as(flags, Ty::U64));
    b.map_helper("map_update_elem", map, vec![key, value, flags], call.span)
}

/// `(map-delete map key)` and `(remmap map key)`
pub fn delete<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let Some((map, key)) = b.map_and_key(call.args[0], call.args[1]) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let kind = b.module.maps[map.map].kind;
    if !kind.deletes {
        let message = format!("the elements of {} map are always there", article(kind.name));
        let error = Diagnostic::error(&codes::MAP_OPERATION, call.span, message)
            .also(b.module.maps[map.map].span, "defined here")
            .help("set the element to 0 instead, or make the map a `:hash`");
        return b.fail(error);
    }
    let key = b.operand(key);
    b.map_helper("map_delete_elem", map, vec![key], call.span)
}

/// `(getmap map key)`: the value, 0 when there is none; of a struct or array the pointer, which may
/// be null.
pub fn read<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    match b.map_and_key(call.args[0], call.args[1]) {
        Some((map, key)) => {
            let ty = b.module.maps[map.map].value;
            if b.module.types.is_aggregate(ty) || b.module.maps[map.map].inner.is_some() {
                let key = b.operand(key);
                return b.map_helper("map_lookup_elem", map, vec![key], call.span);
            }
            b.add(ExprKind::MapRead(map, key), ty, call.span)
        }
        None => b.add(ExprKind::Error, Ty::ERROR, call.span),
    }
}

/// A map kind with its article.
pub(super) fn article(kind: &str) -> String {
    let vowel = kind.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} `:{kind}`", if vowel { "an" } else { "a" })
}

impl Builder<'_> {
    /// The map that `datum` names, or the variable that holds one.
    pub(super) fn map(&mut self, datum: DatumId) -> Option<MapUse> {
        let span = self.span(datum);
        if let Some(held) = self.held_map(datum) {
            return Some(held);
        }
        let Some(name) = self.data.symbol(datum) else {
            let error = Diagnostic::error(&codes::UNKNOWN_MAP, span, "the name of a map is wanted here");
            self.report(error.help("a map is given by its name, as in `(map-lookup packets key)`"));
            return None;
        };
        match self.globals.get(&self.names.kernel(name)) {
            Some((Global::Map(map), _)) => {
                let own = &self.module.maps[*map];
                // Nor is anything known of what is found in a map of such maps.
                let inner = own.inner.map(|inner| &self.module.maps[inner]);
                let broken = |map: &hir::Map| [map.key, map.value].contains(&Ty::ERROR);
                self.unsound |= std::iter::once(own).chain(inner).any(broken);
                Some(MapUse { map: *map, held: None })
            }
            Some((Global::StructOps, _)) => {
                let message = format!(
                    "`{}` is a table that the kernel calls; programs do not read it",
                    self.text(name)
                );
                self.report(Diagnostic::error(&codes::MAP_OPERATION, span, message));
                None
            }
            _ => {
                self.unknown_map(self.text(name), span);
                None
            }
        }
    }

    /// A variable that holds a map which a map of maps gave.
    fn held_map(&mut self, datum: DatumId) -> Option<MapUse> {
        let name = self.symbol(datum)?;
        let var = self.scope.find(name)?;
        let pointer = self.module.types.as_pointer(self.module.vars[var].ty)?;
        match self.kind(pointer.pointee) {
            TypeKind::Map(map) => Some(MapUse { map, held: Some(var) }),
            _ => None,
        }
    }

    fn unknown_map(&mut self, wanted: &str, span: Span) {
        let message = format!("there is no map called `{wanted}`");
        let mut error = Diagnostic::error(&codes::UNKNOWN_MAP, span, message);
        let symbols: Vec<&str> = self.module.maps.values().map(|map| map.symbol.as_str()).collect();
        error = match nearest(wanted, symbols.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{}`?", near.replace('_', "-"))),
            None if symbols.is_empty() => error.help(format!(
                "define it: `(defmap {wanted} :type :hash :key u32 :value u64 :max-entries 1024)`"
            )),
            None => error.help(format!("the maps here are {}", symbols.join(", ").replace('_', "-"))),
        };
        self.report(error);
    }

    /// A map whose entries are values, and a key for it, of its key type.
    pub(super) fn map_and_key(&mut self, map: DatumId, key: DatumId) -> Option<(MapUse, ExprId)> {
        self.map_and_key_where(map, key, Self::is_keyed)
    }

    fn map_and_key_where(
        &mut self,
        map: DatumId,
        key: DatumId,
        fits: fn(&mut Self, MapUse, Span) -> bool,
    ) -> Option<(MapUse, ExprId)> {
        let span = self.span(map);
        let map = self.map(map);
        let key = self.value(key);
        let map = map?;
        if !fits(self, map, span) {
            return None;
        }
        let key = self.element(key, self.module.maps[map.map].key, "key");
        Some((map, key))
    }

    /// Whether programs can look up the map's entries by key, if only sockets that they must release; reports when not.
    fn gives_entries(&mut self, map: MapUse, span: Span) -> bool {
        let kind = self.module.maps[map.map].kind;
        kind.program.lookup && kind.value == ValueRule::Socket || self.is_keyed(map, span)
    }

    /// Whether programs can look up and change the map's entries by key; reports when not.
    fn is_keyed(&mut self, map: MapUse, span: Span) -> bool {
        let (kind, defined) = (self.module.maps[map.map].kind, self.module.maps[map.map].span);
        // The sockets that a lookup gives would have to be released.
        let sockets = kind.value == ValueRule::Socket;
        if kind.program.lookup && !sockets {
            return true;
        }
        let message = format!("the entries of {} map are not found by key here", article(kind.name));
        let mut error = Diagnostic::error(&codes::MAP_OPERATION, span, message).also(defined, "defined here");
        if kind.name == map::ARENA {
            error =
                error.help("its memory is reached through pointers: `(arena-alloc-pages arena pages type)`");
        } else if kind.program.queue {
            let forms = match compat::takes("map_pop_elem", kind) {
                true => "it has `map-push`, `map-pop` and `map-peek`",
                false => "it has `map-push`, and `map-peek`, which tells whether a value may be in it",
            };
            error = error.help(forms);
        } else if let Some(owner) = kind.name.strip_suffix("-storage") {
            error = error.help(format!("`({owner}-storage-get map owner)` gives the value of its owner"));
        } else if sockets {
            error = error.help("`map-lookup` gives a socket, to be released; they are put in with `sock-map-update` or `sock-hash-update`, and messages sent to them with `msg-redirect-map` or `msg-redirect-hash`");
        }
        self.report(error);
        false
    }

    /// Whether programs can put entries into the map; reports when not.
    pub(super) fn is_changed(&mut self, map: MapUse, span: Span) -> bool {
        let (kind, defined) = (self.module.maps[map.map].kind, self.module.maps[map.map].span);
        if kind.program.update {
            return true;
        }
        let message = format!("programs cannot put anything into {} map", article(kind.name));
        let error = Diagnostic::error(&codes::MAP_OPERATION, span, message).also(defined, "defined here");
        self.report(match kind.inner {
            true => error.help("`:values` gives it maps from the start, and userspace puts in others"),
            false => error,
        });
        false
    }

    /// A key or value of type `ty`: for a struct or array a pointer to as many bytes.
    pub(super) fn element(&mut self, value: ExprId, ty: Ty, what: &str) -> ExprId {
        if !self.module.types.is_aggregate(ty) {
            return self.store_as(value, ty);
        }
        let pointer = self.module.types.as_pointer(self.ty(value));
        let size = self.module.types.size(ty);
        match pointer {
            Some(p) if self.module.types.size(p.pointee) == size => self.out_of_arena(value),
            _ if self.ty(value) == Ty::ERROR => value,
            _ => {
                let (is, wanted) = (self.show(self.ty(value)), self.show(ty));
                let message = format!("this is {is}, and the {what} is {wanted}, of {size} bytes");
                let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.expr_span(value), message);
                self.fail(match self.kind(ty) {
                    TypeKind::Struct(_) => error.help(format!("`(make-{wanted} …)` gives a pointer to one")),
                    _ => error.help(format!(
                        "give a pointer to one: an array field of a struct, or `(cast (ptr {wanted}) …)` of what has as many bytes"
                    )),
                })
            }
        }
    }

    /// What a helper gets for a key or value: the pointer, or the address of a slot that holds it.
    pub(super) fn operand(&mut self, value: ExprId) -> ExprId {
        match self.module.types.as_pointer(self.ty(value)) {
            Some(_) => self.out_of_arena(value),
            None => self.slot(value),
        }
    }

    /// The address of a stack slot that holds `value`.
    pub(super) fn slot(&mut self, value: ExprId) -> ExprId {
        let ty = self.module.types.pointer(self.ty(value), Region::Stack, false);
        self.add(ExprKind::Slot(value), ty, self.expr_span(value))
    }

    fn map_helper(&mut self, name: &str, map: MapUse, rest: Vec<ExprId>, span: Span) -> ExprId {
        let Some(helper) = helper::find(name) else { return self.add(ExprKind::Error, Ty::ERROR, span) };
        let handle = self.add(ExprKind::Map(map), Ty::NOTHING, span);
        let args = std::iter::once(handle).chain(rest).collect();
        self.call_helper(helper, args, Some(map), span)
    }
}
