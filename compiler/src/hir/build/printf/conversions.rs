//! What a format's conversions print, and whether the arguments are that.
//!
//! What the kernel understands is `bpf_bprintf_prepare` in kernel/bpf/helpers.c. It refuses the
//! rest only when the program runs.

use super::super::Builder;
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, Ty, TypeKind},
    read::{Datum, DatumId},
    source::Span,
};

/// What a conversion prints.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Prints {
    /// A number of 32 bits.
    Narrow,
    /// A number of 64 bits.
    Wide,
    /// The string that a pointer points to.
    Text,
    /// A pointer, or what it points to.
    Pointer,
}

/// The conversions, without flags and widths. What a pointer's is followed by is part of it.
const CONVERSIONS: &[(&str, Prints)] = &[
    ("d", Prints::Narrow),
    ("i", Prints::Narrow),
    ("u", Prints::Narrow),
    ("x", Prints::Narrow),
    ("X", Prints::Narrow),
    ("c", Prints::Narrow),
    ("ld", Prints::Wide),
    ("li", Prints::Wide),
    ("lu", Prints::Wide),
    ("lx", Prints::Wide),
    ("lX", Prints::Wide),
    ("lld", Prints::Wide),
    ("lli", Prints::Wide),
    ("llu", Prints::Wide),
    ("llx", Prints::Wide),
    ("llX", Prints::Wide),
    ("s", Prints::Text),
    ("pks", Prints::Text),
    ("pus", Prints::Text),
    ("pi4", Prints::Pointer),
    ("pI4", Prints::Pointer),
    ("pi6", Prints::Pointer),
    ("pI6", Prints::Pointer),
    ("pK", Prints::Pointer),
    ("px", Prints::Pointer),
    ("ps", Prints::Pointer),
    ("pS", Prints::Pointer),
    ("pB", Prints::Pointer),
    ("p", Prints::Pointer),
];

impl<'a> Builder<'a> {
    /// What the conversions of a format print, in order; `None` when one cannot be read.
    pub(super) fn conversions(&mut self, format: DatumId) -> Option<Vec<(Prints, String)>> {
        let Datum::Str(id) = self.data.get(format) else { return None };
        let text = String::from_utf8_lossy(self.data.string(id)).into_owned();
        let mut found = Vec::new();
        let mut rest = text.as_str();
        while let Some((_, after)) = rest.split_once('%') {
            if let Some(later) = after.strip_prefix('%') {
                rest = later;
                continue;
            }
            let bare = after
                .trim_start_matches(['0', '+', '-', ' ', '#'])
                .trim_start_matches(|c: char| c.is_ascii_digit());
            let known = CONVERSIONS.iter().filter(|(name, _)| bare.starts_with(name));
            let Some((name, prints)) = known.max_by_key(|(name, _)| name.len()) else {
                let what: String = bare.chars().take_while(|c| c.is_ascii_alphanumeric()).take(4).collect();
                let message = format!("the kernel's formats for programs have no conversion `%{what}`");
                let error = Diagnostic::error(&codes::BAD_FORMAT, self.span(format), message);
                self.report(error.help(
                    "they have %d %u %x %c for 32 bits, %lld %llu %llx for 64, %s, %p %px %pI4 %pI6 and %%",
                ));
                return None;
            };
            found.push((*prints, format!("%{name}")));
            rest = &bare[name.len()..];
        }
        Some(found)
    }

    /// An argument as the helper takes it: 64 bits.
    pub(super) fn printed(
        &mut self,
        datum: DatumId,
        wanted: Option<(Prints, String)>,
        format: Span,
    ) -> ExprId {
        if let Some(text) = self.text_address(datum) {
            return match &wanted {
                Some((Prints::Text, _)) | None => text,
                Some((_, name)) => self.misprinted(datum, "a string", name, "%s", format),
            };
        }
        let value = self.value(datum);
        let ty = self.ty(value);
        let pointer = self.module.types.as_pointer(ty).is_some();
        let Some((prints, name)) = wanted.filter(|_| ty != Ty::ERROR) else { return value };
        let wide = matches!(self.kind(ty), TypeKind::Int(int) if int.bits == 64);
        match (prints, pointer) {
            (Prints::Narrow | Prints::Wide, true) => {
                let shown = self.show(ty);
                self.misprinted(datum, &shown, &name, "%p", format)
            }
            (Prints::Narrow, false) if wide => {
                let shown = self.show(ty);
                let instead = match name.as_str() {
                    "%x" | "%X" => name.replace('%', "%ll"),
                    _ => self.conversion_for(ty).into(),
                };
                self.misprinted(datum, &shown, &name, &instead, format)
            }
            (Prints::Text, false) => {
                let shown = self.show(ty);
                let instead = self.conversion_for(ty);
                self.misprinted(datum, &shown, &name, instead, format)
            }
            (_, true) => value,
            (_, false) => self.store_as(value, if self.is_signed(ty) { Ty::I64 } else { Ty::U64 }),
        }
    }

    /// The conversion that prints a number of type `ty`.
    fn conversion_for(&self, ty: Ty) -> &'static str {
        let wide = matches!(self.kind(ty), TypeKind::Int(int) if int.bits == 64);
        match (wide, self.is_signed(ty)) {
            (true, true) => "%lld",
            (true, false) => "%llu",
            (false, true) => "%d",
            (false, false) => "%u",
        }
    }

    fn is_signed(&self, ty: Ty) -> bool {
        matches!(self.kind(ty), TypeKind::Int(int) if int.signed)
    }

    fn misprinted(&mut self, datum: DatumId, is: &str, name: &str, instead: &str, format: Span) -> ExprId {
        let prints = CONVERSIONS.iter().find(|(known, _)| *known == &name[1..]).map(|(_, prints)| *prints);
        let what = match prints {
            Some(Prints::Narrow) => "32 bits",
            Some(Prints::Wide) => "64 bits",
            Some(Prints::Text) => "the text that a pointer points to",
            _ => "a pointer",
        };
        let message = format!("`{name}` prints {what}, and this is {is}");
        let error = Diagnostic::error(&codes::BAD_FORMAT, self.span(datum), message);
        self.fail(error.also(format, "the format").help(format!("write `{instead}`")))
    }
}
