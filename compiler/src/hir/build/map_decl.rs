//! `defmap`.

use bpfl_stdlib::catalog::map::{self, KeyRule, MapKind};

use super::{Builder, Global, options::Options, top::Definition};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{Map, Ty, TypeKind, Types},
    names::nearest,
    read::{Datum, DatumId},
    source::Span,
};

const OPTIONS: &[&str] =
    &["type", "key", "key-size", "value", "value-size", "max-entries", "map-flags", "pinning"];

/// The kinds that this version makes.
const SUPPORTED: &[&str] = &["hash", "array", "percpu-hash", "percpu-array", "lru-hash", "lru-percpu-hash"];

impl<'a> Builder<'a> {
    /// `(defmap name :type kind …)`
    pub(super) fn defmap(&mut self, definition: Definition<'a>) {
        let options = Options::parse(self, definition.rest, OPTIONS);
        let kind = self.map_kind(&options, &definition);
        let key = self.element_type(&options, "key", "key-size", definition.name_span);
        let value = self.element_type(&options, "value", "value-size", definition.name_span);
        let max_entries = self.max_entries(&options, definition.name_span);
        let flags = options.get("map-flags").map_or(Some(0), |flags| self.constant_value(flags));
        let pinned = options.get("pinning").is_some_and(|pinning| self.pinned(pinning));
        // A map with mistakes is known all the same, so that its uses are not reported too.
        let map = Map {
            symbol: self.symbol_of(&definition),
            kind: kind.unwrap_or(&map::MAPS[0]),
            key: key.unwrap_or(Ty::ERROR),
            value: value.unwrap_or(Ty::ERROR),
            max_entries: max_entries.unwrap_or(1),
            flags: flags.unwrap_or(0) as u32,
            pinned,
            span: definition.name_span,
        };
        if let (Some(kind), Some(key)) = (kind, key) {
            self.check_key(kind, key, &options, definition.name_span);
        }
        let id = self.module.maps.push(map);
        self.define(&definition, Global::Map(id));
    }

    fn map_kind(&mut self, options: &Options, definition: &Definition<'_>) -> Option<&'static MapKind> {
        let names = || SUPPORTED.iter().copied();
        let all = || format!("kinds are {}", names().map(|n| format!(":{n}")).collect::<Vec<_>>().join(", "));
        let Some(datum) = options.get("type") else {
            let error = Diagnostic::error(&codes::BAD_OPTION, definition.name_span, "a map needs a `:type`");
            self.report(error.help(all()));
            return None;
        };
        let (Datum::Keyword(name) | Datum::Symbol(name)) = self.data.get(datum) else {
            let error =
                Diagnostic::error(&codes::UNKNOWN_MAP_KIND, self.span(datum), "this is not a map kind");
            self.report(error.help(all()));
            return None;
        };
        let text = self.text(self.names.folded(name));
        let known = map::find(text);
        let kind = known.filter(|kind| SUPPORTED.contains(&kind.name));
        if kind.is_none() {
            let message = match known {
                Some(_) => format!("maps of kind `:{text}` are not supported yet"),
                None => format!("there is no map kind `:{text}`"),
            };
            let help = nearest(text, names()).map_or_else(all, |near| format!("did you mean `:{near}`?"));
            self.report(Diagnostic::error(&codes::UNKNOWN_MAP_KIND, self.span(datum), message).help(help));
        }
        kind
    }

    /// The type of keys or values, from `:key T` or `:key-size n`.
    fn element_type(&mut self, options: &Options, ty: &str, size: &str, at: Span) -> Option<Ty> {
        match (options.get(ty), options.get(size)) {
            (Some(ty), None) => self.parse_type(ty),
            (None, Some(size)) => {
                let bytes = self.constant_value(size)?;
                let bytes = u32::try_from(bytes).ok().filter(|n| (1..=MAX_ELEMENT).contains(n));
                if bytes.is_none() {
                    let message = format!("a size is a number of bytes from 1 to {MAX_ELEMENT}");
                    self.report(Diagnostic::error(&codes::MAP_RULE, self.span(size), message));
                }
                Some(self.module.types.of_size(bytes?))
            }
            (Some(_), Some(size_datum)) => {
                let message = format!("`:{ty}` says the size already");
                self.report(Diagnostic::error(&codes::BAD_OPTION, self.span(size_datum), message));
                None
            }
            (None, None) => {
                let message = format!("this map needs a `:{ty}` type or a `:{size}`");
                let example = if ty == "key" { "u32" } else { "u64" };
                let error = Diagnostic::error(&codes::BAD_OPTION, at, message);
                self.report(error.help(format!("write `:{ty} {example}`, for example")));
                None
            }
        }
    }

    fn max_entries(&mut self, options: &Options, at: Span) -> Option<u32> {
        let Some(datum) = options.get("max-entries") else {
            let error = Diagnostic::error(&codes::BAD_OPTION, at, "this map needs `:max-entries`");
            self.report(error.help("say for how many entries there is to be room: `:max-entries 1024`"));
            return None;
        };
        let value = self.constant_value(datum)?;
        let entries = u32::try_from(value).ok().filter(|n| *n > 0);
        if entries.is_none() {
            let message = "`:max-entries` is a number from 1 to 4294967295";
            self.report(Diagnostic::error(&codes::MAP_RULE, self.span(datum), message));
        }
        entries
    }

    fn pinned(&mut self, datum: DatumId) -> bool {
        let by_name = matches!(self.data.get(datum), Datum::Keyword(name) if self.text(name) == "by-name");
        if !by_name {
            let error = Diagnostic::error(&codes::BAD_OPTION, self.span(datum), "maps are pinned `:by-name`");
            self.report(error);
        }
        by_name
    }

    fn check_key(&mut self, kind: &MapKind, key: Ty, options: &Options, at: Span) {
        let size = self.module.types.size(key);
        if kind.key == KeyRule::Index && size != 4 && key != Ty::ERROR {
            let place = options.get("key").or(options.get("key-size"));
            let span = place.map_or(at, |datum| self.span(datum));
            let message =
                format!("the key of an `:{}` map is a 4-byte index, and this is {size} wide", kind.name);
            self.report(Diagnostic::error(&codes::MAP_RULE, span, message).help("write `:key u32`"));
        }
    }

    /// The type that `datum` names.
    pub(super) fn parse_type(&mut self, datum: DatumId) -> Option<Ty> {
        if let Some(name) = self.symbol(datum) {
            let kernel = self.data.symbol(datum).map(|name| self.names.kernel(name));
            let defined = kernel.and_then(|kernel| self.structs.get(&kernel).copied());
            let defined = defined.map(|id| self.module.types.intern(TypeKind::Struct(id)));
            let broken = kernel.filter(|kernel| self.broken.contains(kernel)).map(|_| Ty::ERROR);
            let found = Types::named(self.text(name)).or(defined).or(broken);
            if found.is_none() {
                self.unknown_type(datum);
            }
            return found;
        }
        if let Some([head, element, count]) = self.items(datum)
            && self.is_symbol(*head, "array")
        {
            let element = self.parse_type(*element)?;
            let value = self.constant_value(*count)?;
            let found = u32::try_from(value).ok().filter(|n| (1..=MAX_ELEMENT).contains(n));
            if found.is_none() {
                let message = "an array has at least one element";
                self.report(Diagnostic::error(&codes::UNKNOWN_TYPE, self.span(*count), message));
            }
            return Some(self.module.types.intern(TypeKind::Array { element, count: found? }));
        }
        self.unknown_type(datum);
        None
    }

    pub(super) fn unknown_type(&mut self, datum: DatumId) {
        let text = self.symbol(datum).map(|name| self.text(name)).unwrap_or("");
        let message = match text {
            "" => "this is not a type".into(),
            _ => format!("there is no type called `{text}`"),
        };
        let help = match nearest(text, Types::names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "types are u8 u16 u32 u64, i8 i16 i32 i64, bool and (array type n)".into(),
        };
        self.report(Diagnostic::error(&codes::UNKNOWN_TYPE, self.span(datum), message).help(help));
    }
}

/// The widest value that the kernel's maps take: `KMALLOC_MAX_SIZE` less bookkeeping is above it
/// on every kernel, and a program could not hold more on its stack anyway.
const MAX_ELEMENT: u32 = 1 << 20;
