//! `defmap`: the options of a map, under the rules of its kind, which are the catalogue's.

use bpfl_stdlib::catalog::{
    limit::{ARENA_PAGES, PAGE_BYTES},
    map::{self, EntriesRule, KeyRule, MapKind, ValueRule},
};

use super::{Builder, Global, maps::article, options::Options, top::Definition};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{Field, Map, Struct, Ty, TypeKind, UNSUPPORTED_MAPS},
    names::nearest,
    read::{Datum, DatumId},
    source::Span,
};

const OPTIONS: &[&str] = &[
    "type",
    "key",
    "key-size",
    "value",
    "value-size",
    "max-entries",
    "map-flags",
    "pinning",
    "inner",
    "values",
    "map-extra",
];

/// The kind whose maps are tables of functions.
const STRUCT_OPS: &str = "struct-ops";

/// `(key …)` or `(value …)`: the options that say what it is, and what to suggest.
struct Part {
    what: &'static str,
    size: &'static str,
    example: &'static str,
}

const KEY: Part = Part { what: "key", size: "key-size", example: "u32" };
const VALUE: Part = Part { what: "value", size: "value-size", example: "u64" };

/// What sizes a kind takes, and the type where none is given.
struct Sizes {
    fits: fn(u32) -> bool,
    rule: &'static str,
    default: Option<Ty>,
}

impl<'a> Builder<'a> {
    /// `(defmap name :type kind …)`
    pub(super) fn defmap(&mut self, definition: Definition<'a>) {
        let options = Options::parse(self, definition.rest, OPTIONS);
        let kind = self.map_kind(&options, &definition);
        if kind.is_some_and(|kind| kind.name == STRUCT_OPS) {
            return self.struct_ops(&definition, &options);
        }
        if kind.is_some_and(|kind| kind.name == map::ARENA) {
            self.only_arena(&definition);
        }
        // A map with mistakes is known all the same, so that its uses are not reported too.
        let rules = kind.unwrap_or(&map::MAPS[0]);
        let at = definition.name_span;
        let key = self.part(&KEY, key_sizes(rules), rules, &options, at);
        let value = self.part(&VALUE, value_sizes(rules), rules, &options, at);
        let place = options.get("value").or(options.get("value-size")).map_or(at, |datum| self.span(datum));
        let value = value.filter(|value| self.sealed_parts_allowed(rules, *value, place));
        self.value_within_limit(rules, value.unwrap_or(Ty::ERROR), place);
        let value = value.filter(|value| self.kptrs_allowed(rules, *value, false, place));
        let place = options.get("key").map_or(at, |datum| self.span(datum));
        let key = key.filter(|key| self.kptrs_allowed(rules, *key, true, place));
        let inner = kind.and_then(|kind| self.inner(kind, &options, (definition.name, at)));
        let max_entries = self.max_entries(rules, &options, at);
        let map = Map {
            symbol: self.symbol_of(&definition),
            kind: rules,
            key: key.filter(|_| kind.is_some()).unwrap_or(Ty::ERROR),
            value: value.unwrap_or(Ty::ERROR),
            max_entries,
            flags: self.map_flags(rules, &options),
            pinned: options.get("pinning").is_some_and(|pinning| self.pinned(pinning)),
            extra: self.map_extra(rules, &options, max_entries),
            inner,
            values: Vec::new(),
            span: at,
        };
        // A lookup in a map of maps whose inner map is not known would mean nothing.
        let broken = rules.inner && inner.is_none();
        let map = if broken { Map { value: Ty::ERROR, ..map } } else { map };
        let id = self.module.maps.push(map);
        self.define(&definition, Global::Map(id));
        self.wanted_values(id, &options);
    }

    fn map_kind(&mut self, options: &Options, definition: &Definition<'_>) -> Option<&'static MapKind> {
        let names = || map::MAPS.iter().map(|row| row.name).filter(|name| !UNSUPPORTED_MAPS.contains(name));
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
        let kind = known.filter(|kind| !UNSUPPORTED_MAPS.contains(&kind.name));
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

    /// The type of keys or values. A kind without them has [`Ty::NOTHING`].
    fn part(
        &mut self,
        part: &Part,
        sizes: Option<Sizes>,
        kind: &MapKind,
        options: &Options,
        at: Span,
    ) -> Option<Ty> {
        let given = options.get(part.what).or(options.get(part.size));
        let Some(sizes) = sizes else {
            if let Some(given) = given {
                let message = format!("{} map has no {}s", article(kind.name), part.what);
                self.report(Diagnostic::error(&codes::MAP_RULE, self.span(given), message));
            }
            return Some(Ty::NOTHING);
        };
        if let (None, Some(default)) = (given, sizes.default) {
            return Some(default);
        }
        let ty = self.element_type(options, part, at)?;
        let size = self.module.types.size(ty);
        let ty = match (kind.key, part.what) {
            (KeyRule::Prefix, "key") => self.prefix_key(ty, options, at),
            _ => ty,
        };
        if !(sizes.fits)(size) && ty != Ty::ERROR {
            let span = given.map_or(at, |datum| self.span(datum));
            let (what, name, rule) = (part.what, article(kind.name), sizes.rule);
            let message = format!("the {what} of {name} map is {rule}, and this is {size} bytes wide");
            let error = Diagnostic::error(&codes::MAP_RULE, span, message);
            self.report(match sizes.default {
                Some(default) => error.help(format!("write `:{what} {}`", self.show(default))),
                None if kind.key == KeyRule::Index => error.help(format!("write `:{what} {}`", part.example)),
                None => error,
            });
        }
        Some(ty)
    }

    /// The key of a trie, which is a struct to the kernel (`trie_check_btf`, kernel/bpf/lpm_trie.c): one
    /// is made where only its size is given.
    fn prefix_key(&mut self, ty: Ty, options: &Options, at: Span) -> Ty {
        if matches!(self.kind(ty), TypeKind::Struct(_)) || ty == Ty::ERROR {
            return ty;
        }
        if let Some(key) = options.get(KEY.what) {
            let message = "the key of a `:lpm-trie` map is a struct, the length of the prefix first";
            let error = Diagnostic::error(&codes::MAP_RULE, self.span(key), message);
            self.report(error.help("define one: `(defstruct network (prefix-length u32) (address u32))`"));
            return Ty::ERROR;
        }
        let count = self.module.types.size(ty).saturating_sub(4).max(1);
        let data = self.module.types.intern(TypeKind::Array { element: Ty::U8, count });
        let field =
            |name: &str, ty, bit_offset| Field { c_name: name.into(), ty, bit_offset, bits: None, span: at };
        let id = self.module.types.structs.push(Struct {
            c_name: "bpf_lpm_trie_key".into(),
            name: "bpf-lpm-trie-key".into(),
            fields: vec![field("prefixlen", Ty::U32, 0), field("data", data, 32)],
            size: (4 + count).next_multiple_of(4),
            align: 4,
            union: false,
            span: at,
        });
        self.module.types.intern(TypeKind::Struct(id))
    }

    /// Reports a value that is larger than its kind has them.
    fn value_within_limit(&mut self, kind: &MapKind, value: Ty, span: Span) {
        let (size, limit) = (self.module.types.size(value), kind.value_limit());
        let Some(most) = limit.filter(|most| size > *most) else { return };
        let message = format!(
            "the values of {} map have {most} bytes at most, and this has {size}",
            article(kind.name)
        );
        let error = Diagnostic::error(&codes::MAP_RULE, span, message);
        self.report(match kind.per_cpu {
            true => error.help("divide it among several entries, or take a map that all CPUs share"),
            false => error.help("keep the rest in a map, and here the key under which it is there"),
        });
    }

    /// Reports a value with two of what the kernel finds one of (`btf_parse_fields`, kernel/bpf/btf.c),
    /// or with one where its kind of map may have none.
    fn sealed_parts_allowed(&mut self, kind: &MapKind, value: Ty, span: Span) -> bool {
        for row in map::SEALED {
            let (count, name) = (self.how_many(value, row.c_name), row.c_name.replace('_', "-"));
            if count > 0 && !row.kinds.contains(&kind.name) {
                let message = format!("the values of a `:{}` map cannot have a `{name}`", kind.name);
                let error = Diagnostic::error(&codes::MAP_RULE, span, message);
                let kinds: Vec<String> = row.kinds.iter().map(|kind| format!(":{kind}")).collect();
                self.report(error.help(format!("those of {} can", kinds.join(", "))));
                return false;
            }
            if count > 1 {
                let message = format!("a map's value has one `{name}`, and this has more");
                let error = Diagnostic::error(&codes::MAP_RULE, span, message);
                self.report(error.help("give the others a map of their own, with the same keys"));
            }
        }
        true
    }

    /// How many structs of this name `ty` is made of.
    pub(super) fn how_many(&self, ty: Ty, name: &str) -> u64 {
        match self.kind(ty) {
            TypeKind::Array { element, count } => {
                self.how_many(element, name).saturating_mul(u64::from(count))
            }
            TypeKind::Struct(id) if self.module.types.structs[id].c_name == name => 1,
            TypeKind::Struct(id) => {
                let fields = self.module.types.structs[id].fields.iter();
                fields.map(|field| self.how_many(field.ty, name)).fold(0, u64::saturating_add)
            }
            _ => 0,
        }
    }

    /// The type that `:key T` or `:key-size n` say.
    fn element_type(&mut self, options: &Options, part: &Part, at: Span) -> Option<Ty> {
        match (options.get(part.what), options.get(part.size)) {
            (Some(ty), None) => self.data_type(ty),
            (None, Some(size)) => {
                let bytes = self.constant_value(size)?;
                let bytes = u32::try_from(bytes).ok().filter(|n| (1..=MAX_ELEMENT).contains(n));
                if bytes.is_none() {
                    let message = format!("a size is a number of bytes from 1 to {MAX_ELEMENT}");
                    self.report(Diagnostic::error(&codes::MAP_RULE, self.span(size), message));
                }
                Some(self.module.types.of_size(bytes?))
            }
            (Some(_), Some(size)) => {
                let message = format!("`:{}` says the size already", part.what);
                self.report(Diagnostic::error(&codes::BAD_OPTION, self.span(size), message));
                None
            }
            (None, None) => {
                let message = format!("this map needs a `:{}` type or a `:{}`", part.what, part.size);
                let error = Diagnostic::error(&codes::BAD_OPTION, at, message);
                self.report(error.help(format!("write `:{} {}`, for example", part.what, part.example)));
                None
            }
        }
    }

    fn max_entries(&mut self, kind: &MapKind, options: &Options, at: Span) -> u32 {
        let Some(datum) = options.get("max-entries") else {
            if matches!(kind.entries, EntriesRule::Some | EntriesRule::Ring | EntriesRule::Pages) {
                let error = Diagnostic::error(&codes::BAD_OPTION, at, "this map needs `:max-entries`");
                self.report(match kind.entries {
                    EntriesRule::Ring => error.help("say how many bytes it has: `:max-entries 262144`"),
                    EntriesRule::Pages => error.help("say how many pages it has: `:max-entries 100`"),
                    _ => error.help("say for how many entries there is to be room: `:max-entries 1024`"),
                });
            }
            return u32::from(kind.entries == EntriesRule::Some);
        };
        let Some(value) = self.constant_value(datum) else { return 1 };
        let value = u32::try_from(value).ok();
        let problem = match (kind.entries, value) {
            (EntriesRule::Zero, Some(1..)) => Some((
                "a storage map grows with what it belongs to".into(),
                "leave `:max-entries` out".into(),
            )),
            (EntriesRule::Ring, Some(bytes)) if !bytes.is_power_of_two() || bytes < PAGE_BYTES => {
                let next = map::ring_size(bytes, PAGE_BYTES).unwrap_or(1 << 31);
                let message =
                    format!("a ring buffer's size is a power of two and a multiple of {PAGE_BYTES}");
                Some((message, format!("the next one is {next}")))
            }
            (EntriesRule::Pages, None | Some(0) | Some(TOO_MANY_PAGES..)) => Some((
                format!("an arena has 1 to {ARENA_PAGES} pages"),
                format!("a page is {PAGE_BYTES} bytes; `:max-entries 100` is enough for many"),
            )),
            (EntriesRule::Some, Some(0)) | (_, None) => Some((
                "`:max-entries` is a number from 1 to 4294967295".into(),
                "say for how many entries there is to be room".into(),
            )),
            _ => None,
        };
        if let Some((message, help)) = problem {
            self.report(Diagnostic::error(&codes::MAP_RULE, self.span(datum), message).help(help));
        }
        value.unwrap_or(1)
    }

    fn map_flags(&mut self, kind: &MapKind, options: &Options) -> u32 {
        let Some(datum) = options.get("map-flags") else { return kind.required_flags };
        let value = self.constant_value(datum).unwrap_or(0);
        let flags = u32::try_from(value).unwrap_or(u32::MAX);
        let foreign = flags & !(kind.flags | kind.required_flags);
        if foreign != 0 {
            let message = format!("{} map cannot have the flags {foreign:#x}", article(kind.name));
            self.report(Diagnostic::error(&codes::MAP_RULE, self.span(datum), message));
        } else if map::contradicts(flags) {
            let message = "a map cannot be for reading only and for writing only";
            let error = Diagnostic::error(&codes::MAP_RULE, self.span(datum), message);
            self.report(error.help("one side may: `(logior BPF_F_RDONLY BPF_F_WRONLY_PROG)` has programs write what userspace reads"));
        }
        flags | kind.required_flags
    }

    /// `:map-extra n`: how many hash functions a bloom filter has; the address of an arena.
    fn map_extra(&mut self, kind: &MapKind, options: &Options, entries: u32) -> u64 {
        let Some(datum) = options.get("map-extra") else { return 0 };
        let value = self.constant_value(datum).unwrap_or(0);
        let fits = match kind.name {
            "bloom-filter" => (0..=15).contains(&value),
            map::ARENA => is_arena_address(value, entries),
            _ => {
                let message = format!("{} map has no `:map-extra`", article(kind.name));
                self.report(Diagnostic::error(&codes::MAP_RULE, self.span(datum), message));
                return 0;
            }
        };
        if !fits {
            let error = |message| Diagnostic::error(&codes::MAP_RULE, self.span(datum), message);
            self.report(match kind.name {
                map::ARENA => error("an arena cannot be at this address").help(format!(
                    "take a multiple of {PAGE_BYTES} with room for all pages below the next multiple of 4 GiB, \
                     such as #x100000000000"
                )),
                _ => error("a bloom filter has up to 15 hash functions"),
            });
        }
        u64::try_from(value).unwrap_or(0)
    }

    fn pinned(&mut self, datum: DatumId) -> bool {
        let by_name = matches!(self.data.get(datum), Datum::Keyword(name) if self.text(name) == "by-name");
        if !by_name {
            let error = Diagnostic::error(&codes::BAD_OPTION, self.span(datum), "maps are pinned `:by-name`");
            self.report(error);
        }
        by_name
    }
}

/// What a kind's keys may be; `None` when it has none.
fn key_sizes(kind: &MapKind) -> Option<Sizes> {
    // An array is said to have an index; a table of handles can have nothing else.
    let index = (!kind.array || kind.value != ValueRule::Any).then_some(Ty::U32);
    Some(match kind.key {
        KeyRule::None => return None,
        KeyRule::Any => Sizes { fits: |_| true, rule: "any", default: None },
        KeyRule::Index => Sizes { fits: |n| n == 4, rule: "a 4-byte index", default: index },
        KeyRule::Storage => Sizes { fits: |n| n == 4, rule: "an i32", default: Some(Ty::I32) },
        KeyRule::Prefix => Sizes {
            fits: |n| (5..=260).contains(&n),
            rule: "a u32 with the length in bits, then 1 to 256 bytes",
            default: None,
        },
        KeyRule::Cgroup => {
            Sizes { fits: |n| n == 8 || n == 16, rule: "a cgroup's id, 8 bytes", default: Some(Ty::U64) }
        }
    })
}

/// What a kind's values may be; `None` when it has none.
fn value_sizes(kind: &MapKind) -> Option<Sizes> {
    let four_or_eight = |default| Sizes { fits: |n| n == 4 || n == 8, rule: "4 or 8 bytes", default };
    Some(match kind.value {
        ValueRule::None => return None,
        ValueRule::Any => Sizes { fits: |_| true, rule: "any", default: None },
        ValueRule::Handle => Sizes { fits: |n| n == 4, rule: "4 bytes", default: Some(Ty::U32) },
        ValueRule::Socket => four_or_eight(Some(Ty::U64)),
        ValueRule::Device | ValueRule::Cpu => four_or_eight(Some(Ty::U32)),
        ValueRule::Stack => Sizes {
            fits: |n| n % 8 == 0 && n <= 127 * 8,
            rule: "up to 127 addresses of 8 bytes",
            default: None,
        },
    })
}

/// Whether userspace can have an arena of so many pages at an address: within what 32 bits count (`arena_map_alloc`,
/// kernel/bpf/arena.c), and not at the page of null. 0 leaves the choice to userspace.
fn is_arena_address(address: i128, pages: u32) -> bool {
    let end = address + i128::from(pages) * i128::from(PAGE_BYTES) - 1;
    let page = address % i128::from(PAGE_BYTES) == 0;
    address == 0 || address > 0 && end < 1 << 47 && page && address >> 32 == end >> 32
}

/// One more than an arena has.
const TOO_MANY_PAGES: u32 = ARENA_PAGES + 1;

/// The widest value that the kernel's maps take: `KMALLOC_MAX_SIZE` less bookkeeping is above it
/// on every kernel, and a program could not hold more on its stack anyway.
const MAX_ELEMENT: u32 = 1 << 20;
