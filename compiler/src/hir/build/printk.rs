//! `printk`: the format is checked against its arguments.
//!
//! What the kernel understands is `bpf_bprintf_prepare` in kernel/bpf/helpers.c. It refuses the
//! rest only when the program runs.

use bpfl_stdlib::catalog::helper;

use super::{Builder, forms::Call, given};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Struct, Ty, TypeKind},
    read::{Datum, DatumId},
    source::Span,
};

/// How many arguments the plain helper takes; with more, they are passed in memory.
const PLAIN: usize = 3;
/// `MAX_BPRINTF_VARARGS`
const MOST: usize = 12;

/// What a conversion prints.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Prints {
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

/// `(printk "format" argument…)`
pub fn printk<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let (format, args) = (call.args[0], &call.args[1..]);
    let name = if args.len() <= PLAIN { "trace_printk" } else { "trace_vprintk" };
    let Some(helper) = helper::find(name) else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    if let Some(error) = b.refused(helper, call) {
        return b.fail(error);
    }
    let Some(text) = b.text_address(format) else {
        let error = Diagnostic::error(&codes::BAD_FORMAT, b.span(format), "the format is a string");
        return b.fail(error.help("write `(printk \"pid %d\" pid)`"));
    };
    let before = b.diagnostics.error_count();
    let wanted = b.conversions(format);
    if let Some(wanted) = &wanted
        && wanted.len() != args.len()
    {
        let plural = if wanted.len() == 1 { "argument" } else { "arguments" };
        let message = format!("this format takes {} {plural}, and {} given", wanted.len(), given(args.len()));
        b.report(Diagnostic::error(&codes::BAD_FORMAT, b.span(format), message));
    }
    if args.len() > MOST {
        let message = format!("`printk` takes {MOST} arguments at most");
        b.report(Diagnostic::error(&codes::BAD_FORMAT, call.span, message));
    }
    let wanted = wanted.unwrap_or_default();
    let values: Vec<_> = args
        .iter()
        .enumerate()
        .map(|(i, arg)| b.printed(*arg, wanted.get(i).cloned(), b.span(format)))
        .collect();
    if b.diagnostics.error_count() > before {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    }
    let size = b.module.types.as_pointer(b.ty(text)).map_or(0, |p| b.module.types.size(p.pointee));
    let mut all = vec![text, b.add(ExprKind::Int(size.into()), Ty::U32, call.span)];
    match args.len() <= PLAIN {
        true => all.extend(values),
        false => {
            let bytes = 8 * values.len() as u32;
            all.push(b.in_memory(values, call.span));
            all.push(b.add(ExprKind::Int(bytes.into()), Ty::U32, call.span));
        }
    }
    b.call_helper(helper, all, None, call.span)
}

impl<'a> Builder<'a> {
    /// What the conversions of a format print, in order; `None` when one cannot be read.
    fn conversions(&mut self, format: DatumId) -> Option<Vec<(Prints, String)>> {
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
                let message = format!("the kernel's `printk` for programs has no conversion `%{what}`");
                let error = Diagnostic::error(&codes::BAD_FORMAT, self.span(format), message);
                self.report(error.help(
                    "it has %d %u %x %c for 32 bits, %lld %llu %llx for 64, %s, %p %px %pI4 %pI6 and %%",
                ));
                return None;
            };
            found.push((*prints, format!("%{name}")));
            rest = &bare[name.len()..];
        }
        Some(found)
    }

    /// An argument as the helper takes it: 64 bits.
    fn printed(&mut self, datum: DatumId, wanted: Option<(Prints, String)>, format: Span) -> ExprId {
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

    /// The address of the arguments, next to each other on the stack.
    fn in_memory(&mut self, values: Vec<ExprId>, span: Span) -> ExprId {
        let size = 8 * values.len() as u32;
        let name = "the arguments of printk".to_string();
        let own =
            Struct { c_name: String::new(), name, fields: Vec::new(), size, align: 8, union: false, span };
        let id = self.module.types.structs.push(own);
        let fields = values.into_iter().enumerate().map(|(i, value)| (8 * i as u32, value)).collect();
        let ty = self.module.types.intern(TypeKind::Struct(id));
        let pointer = self.module.types.pointer(ty, crate::ir::Region::Stack, false);
        self.add(ExprKind::Make(id, fields), pointer, span)
    }
}
