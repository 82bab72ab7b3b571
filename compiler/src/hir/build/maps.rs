//! Operations on maps.

use bpfl_stdlib::catalog::helper;

use super::{Builder, Global, forms::Call};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, MapId, Ty},
    ir::Region,
    names::nearest,
    read::DatumId,
    source::Span,
};

/// `(map-lookup map key)`
pub fn lookup<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let Some((map, key)) = b.map_and_key(call.args[0], call.args[1]) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let key = b.slot(key);
    b.map_helper("map_lookup_elem", map, vec![key], call.span)
}

/// `(map-update map key value [flags])`
pub fn update<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let Some((map, key)) = b.map_and_key(call.args[0], call.args[1]) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let value = b.value(call.args[2]);
    let value = b.store_as(value, b.module.maps[map].value);
    let flags = match call.args.get(3) {
        Some(flags) => b.value(*flags),
        None => b.literal(0, call.span),
    };
    let (key, value, flags) = (b.slot(key), b.slot(value), b.store_as(flags, Ty::U64));
    b.map_helper("map_update_elem", map, vec![key, value, flags], call.span)
}

/// `(map-delete map key)` and `(remmap map key)`
pub fn delete<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let Some((map, key)) = b.map_and_key(call.args[0], call.args[1]) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let kind = b.module.maps[map].kind;
    if !kind.deletes {
        let message = format!("the elements of {} map are always there", article(kind.name));
        let error = Diagnostic::error(&codes::MAP_OPERATION, call.span, message)
            .also(b.module.maps[map].span, "defined here")
            .help("set the element to 0 instead, or make the map a `:hash`");
        return b.fail(error);
    }
    let key = b.slot(key);
    b.map_helper("map_delete_elem", map, vec![key], call.span)
}

/// `(getmap map key)`
pub fn read<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    match b.map_and_key(call.args[0], call.args[1]) {
        Some((map, key)) => {
            let ty = b.module.maps[map].value;
            if b.module.types.as_int(ty).is_none() {
                let message = format!("the values of this map are {}, not numbers", b.show(ty));
                let error = Diagnostic::error(&codes::TYPE_MISMATCH, call.span, message);
                return b
                    .fail(error.help("use `(when-let ((p (map-lookup map key))) …)` and read through p"));
            }
            b.add(ExprKind::MapRead(map, key), ty, call.span)
        }
        None => b.add(ExprKind::Error, Ty::ERROR, call.span),
    }
}

/// `array` with its article.
fn article(kind: &str) -> String {
    let vowel = kind.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} `:{kind}`", if vowel { "an" } else { "a" })
}

impl Builder<'_> {
    /// The map that `datum` names.
    pub(super) fn map(&mut self, datum: DatumId) -> Option<MapId> {
        let span = self.span(datum);
        let Some(name) = self.data.symbol(datum) else {
            let error = Diagnostic::error(&codes::UNKNOWN_MAP, span, "the name of a map is wanted here");
            self.report(error.help("a map is given by its name, as in `(map-lookup packets key)`"));
            return None;
        };
        match self.globals.get(&self.names.kernel(name)) {
            Some((Global::Map(map), _)) => Some(*map),
            _ => {
                self.unknown_map(self.text(name), span);
                None
            }
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

    /// A map and a key for it, of its key type.
    pub(super) fn map_and_key(&mut self, map: DatumId, key: DatumId) -> Option<(MapId, ExprId)> {
        let map = self.map(map);
        let key = self.value(key);
        let map = map?;
        let key = self.store_as(key, self.module.maps[map].key);
        Some((map, key))
    }

    /// The address of a stack slot that holds `value`.
    pub(super) fn slot(&mut self, value: ExprId) -> ExprId {
        let ty = self.module.types.pointer(self.ty(value), Region::Stack, false);
        self.add(ExprKind::Slot(value), ty, self.expr_span(value))
    }

    fn map_helper(&mut self, name: &str, map: MapId, rest: Vec<ExprId>, span: Span) -> ExprId {
        let Some(helper) = helper::find(name) else { return self.add(ExprKind::Error, Ty::ERROR, span) };
        let handle = self.add(ExprKind::Map(map), Ty::NOTHING, span);
        let args = std::iter::once(handle).chain(rest).collect();
        self.call_helper(helper, args, Some(map), span)
    }
}
