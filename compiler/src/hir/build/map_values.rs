//! What a map holds from the start: `:inner` and `:values` of maps of maps, `:values` of maps of
//! programs.
//!
//! libbpf puts the entries in through relocations behind the map's definition (`init_map_in_map_slots`
//! and `init_prog_array_slots`, libbpf.c); so does our own loader.

use bpfl_stdlib::catalog::map::{KeyRule, MapKind};

use super::{Builder, Global, maps::article, options::Options};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{Entry, ExprId, ExprKind, Held, MapId, MapUse, Ty, TypeKind},
    ir::Region,
    names::Name,
    read::{Datum, DatumId},
    source::Span,
};

/// How many places for first entries an object has at most: each takes 8 bytes of it.
const MOST_PLACES: u32 = 1 << 16;

/// How wide the keys of first entries are in libbpf (`bpf_map__init_slots` there takes a `__u32` as the key), and so in our
/// own loader.
const NUMBER_BYTES: u32 = 4;

/// An entry, before it is known whether there is what it names.
pub struct WantedValue {
    map: MapId,
    index: u32,
    name: Name,
    span: Span,
}

impl<'a> Builder<'a> {
    /// `:inner name`: the map that those in a map of maps are like.
    pub(super) fn inner(
        &mut self,
        kind: &MapKind,
        options: &Options,
        (name, at): (Name, Span),
    ) -> Option<MapId> {
        let given = options.get("inner");
        if !kind.inner {
            if let Some(given) = given {
                let message = format!("{} map holds no maps", article(kind.name));
                let error = Diagnostic::error(&codes::MAP_RULE, self.span(given), message);
                self.report(error.help("`:array-of-maps` and `:hash-of-maps` do"));
            }
            return None;
        }
        let Some(given) = given else {
            let error = Diagnostic::error(&codes::BAD_OPTION, at, "a map of maps needs an `:inner`");
            self.report(
                error.help("name a map that those in it are like, defined before: `:inner counters`"),
            );
            return None;
        };
        if self.data.symbol(given).is_some_and(|given| self.names.kernel(given) == self.names.kernel(name)) {
            let message = "a map of maps cannot hold maps like itself";
            let error = Diagnostic::error(&codes::MAP_RULE, self.span(given), message);
            self.report(error.help("name another map, that those in it are like: `:inner counters`"));
            return None;
        }
        let inner = self.map(given)?.map;
        let of = &self.module.maps[inner];
        if of.kind.inner || of.pinned {
            let why = if of.pinned { "is pinned" } else { "holds maps itself" };
            let message = format!("a map that {why} cannot be in a map");
            let error = Diagnostic::error(&codes::MAP_RULE, self.span(given), message);
            let error = error.also(of.span, "defined here");
            self.report(error);
            return None;
        }
        Some(inner)
    }

    /// `:values (name … (index name) …)`
    pub(super) fn wanted_values(&mut self, map: MapId, options: &Options) {
        let Some(values) = options.get("values") else { return };
        let kind = self.module.maps[map].kind;
        if !kind.inner && kind.name != "prog-array" {
            let message = format!("{} map cannot be filled from the start", article(kind.name));
            let error = Diagnostic::error(&codes::MAP_RULE, self.span(values), message);
            self.report(error.help("maps of maps and of programs can; userspace fills the others"));
            return;
        }
        if !self.has_numbered_keys(map, options) {
            return;
        }
        let Some(items) = self.items(values) else {
            let error =
                Diagnostic::error(&codes::MALFORMED, self.span(values), "a list of entries is wanted here");
            self.report(error.help("write `(first second)`, or `((0 first) (7 second))`"));
            return;
        };
        for (position, item) in items.iter().enumerate() {
            let Some(value) = self.wanted_value(map, position, *item) else { continue };
            if let Some(before) = self.wanted_values.iter().find(|v| v.map == map && v.index == value.index) {
                let message = format!("the entry {} is given twice", value.index);
                let error = Diagnostic::error(&codes::DUPLICATE, value.span, message);
                let error = error.also(before.span, "first here");
                self.report(error);
            }
            self.wanted_values.push(value);
        }
    }

    /// Whether a map's keys are as wide as the numbers that loaders put first entries in under; reports when not.
    fn has_numbered_keys(&mut self, map: MapId, options: &Options) -> bool {
        let key = self.module.maps[map].key;
        let size = self.module.types.size(key);
        if size == NUMBER_BYTES || key == Ty::ERROR {
            return true;
        }
        let at = options.get("key").or(options.get("key-size"));
        let span = at.map_or(self.module.maps[map].span, |datum| self.span(datum));
        let message = format!(
            "a map that has `:values` from the start has keys of {NUMBER_BYTES} bytes, and these have {size}"
        );
        let error = Diagnostic::error(&codes::MAP_RULE, span, message);
        let error = error.note("loaders put first entries in under numbers, each a u32");
        self.report(error.help("write `:key u32`, or leave `:values` out and let userspace put the maps in"));
        false
    }

    fn wanted_value(&mut self, map: MapId, position: usize, item: DatumId) -> Option<WantedValue> {
        let (index, named) = match self.items(item) {
            Some([index, named]) => (self.constant_value(*index)?, *named),
            _ => (position as i128, item),
        };
        let span = self.span(named);
        let Some(name) = self.data.symbol(named) else {
            let error = Diagnostic::error(&codes::MALFORMED, span, "the name of an entry is wanted here");
            self.report(error.help("write `(first second)`, or `((0 first) (7 second))`"));
            return None;
        };
        // A hash has keys, of which there are as many as fit, and an array places.
        let most = match self.module.maps[map].kind.key {
            KeyRule::Index => self.module.maps[map].max_entries.min(MOST_PLACES),
            _ => MOST_PLACES,
        };
        match u32::try_from(index).ok().filter(|index| *index < most) {
            Some(index) => Some(WantedValue { map, index, name, span }),
            // A map without room was reported.
            None if most == 0 => None,
            None => {
                let message =
                    format!("an entry from the start is one from 0 to {}, and this is {index}", most - 1);
                let error = Diagnostic::error(&codes::MAP_RULE, self.span(item), message);
                self.report(match most {
                    MOST_PLACES => error.help("userspace can put it in"),
                    _ => error.help("indices count from 0; or give the map a larger `:max-entries`"),
                });
                None
            }
        }
    }

    /// Finds what the entries of maps name, now that all is defined.
    pub(super) fn fill_maps(&mut self) {
        for wanted in std::mem::take(&mut self.wanted_values) {
            let kind = self.module.maps[wanted.map].kind;
            let found = if kind.inner { self.held_map_named(&wanted) } else { self.held_program(&wanted) };
            if let Some(held) = found {
                let values = &mut self.module.maps[wanted.map].values;
                let place = values.partition_point(|entry| entry.index < wanted.index);
                values.insert(place, Entry { index: wanted.index, held, span: wanted.span });
            }
        }
    }

    fn held_map_named(&mut self, wanted: &WantedValue) -> Option<Held> {
        let Some((Global::Map(map), _)) = self.globals.get(&self.names.kernel(wanted.name)).copied() else {
            self.report_missing(wanted, "map");
            return None;
        };
        let inner = self.module.maps[wanted.map].inner?;
        let (own, like) = (&self.module.maps[map], &self.module.maps[inner]);
        let alike = own.kind.name == like.kind.name
            && self.module.types.size(own.key) == self.module.types.size(like.key)
            && self.module.types.size(own.value) == self.module.types.size(like.value)
            && own.flags == like.flags;
        if !alike {
            let message = format!("`{}` is not like `{}`", own.symbol, like.symbol).replace('_', "-");
            let error = Diagnostic::error(&codes::MAP_RULE, wanted.span, message);
            let error = error.also(like.span, "what the maps in it are like").also(own.span, "this one");
            self.report(error.help("kind, flags and the sizes of keys and values must be the same"));
            return None;
        }
        Some(Held::Map(map))
    }

    fn held_program(&mut self, wanted: &WantedValue) -> Option<Held> {
        let symbol = self.text(wanted.name).replace('-', "_");
        let found =
            self.module.programs.iter().find(|(_, program)| program.symbol.eq_ignore_ascii_case(&symbol));
        if let Some((id, _)) = found {
            return Some(Held::Program(id));
        }
        // A program with errors is not there, and was reported.
        if !matches!(self.globals.get(&self.names.kernel(wanted.name)), Some((Global::Program, _))) {
            self.report_missing(wanted, "program");
        }
        None
    }

    fn report_missing(&mut self, wanted: &WantedValue, what: &str) {
        let message = format!("there is no {what} called `{}`", self.text(wanted.name));
        let error = Diagnostic::error(&codes::UNKNOWN_MAP, wanted.span, message);
        self.report(error.also(self.module.maps[wanted.map].span, format!("this map holds {what}s")));
    }

    /// What a lookup in a map of maps gives.
    pub(super) fn inner_map(&mut self, map: Option<MapUse>) -> Ty {
        let inner = map.and_then(|map| self.module.maps[map.map].inner);
        inner.map_or(Ty::ERROR, |inner| self.map_pointer(inner, true))
    }

    /// The type of a pointer to a map like `map`.
    pub(super) fn map_pointer(&mut self, map: MapId, nullable: bool) -> Ty {
        let pointee = self.module.types.intern(TypeKind::Map(map));
        self.module.types.pointer(pointee, Region::Map, nullable)
    }

    /// The map that a name stands for, as a value.
    pub(super) fn map_value(&mut self, datum: DatumId) -> Option<ExprId> {
        let map = self.map(datum)?;
        let ty = self.map_pointer(map.map, false);
        Some(self.add(ExprKind::Map(map), ty, self.span(datum)))
    }

    /// Whether a datum is the name of a map of the file's.
    pub(super) fn names_map(&self, datum: DatumId) -> bool {
        let Datum::Symbol(name) = self.data.get(datum) else { return false };
        let hidden = self.scope.find(self.names.folded(name)).is_some();
        !hidden && matches!(self.globals.get(&self.names.kernel(name)), Some((Global::Map(_), _)))
    }
}
