//! The names of types.

use bpfl_stdlib::catalog::uapi;

use super::Builder;
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{Ty, TypeKind, Types},
    names::{Name, nearest},
    read::DatumId,
};

impl Builder<'_> {
    /// The type that `datum` names, of values that are computed with.
    pub(super) fn parse_type(&mut self, datum: DatumId) -> Option<Ty> {
        let ty = self.data_type(datum)?;
        Some(self.module.types.plain(ty))
    }

    /// The type that `datum` names, of values in memory.
    pub(super) fn data_type(&mut self, datum: DatumId) -> Option<Ty> {
        if let Some(name) = self.symbol(datum) {
            let kernel = self.data.symbol(datum).map(|name| self.names.kernel(name));
            let scalar = Types::named(self.text(name));
            let defined = kernel.filter(|_| scalar.is_none()).and_then(|kernel| self.type_named(kernel));
            let broken = kernel.filter(|kernel| self.broken.contains(kernel)).map(|_| Ty::ERROR);
            let found = scalar.or(defined).or(broken);
            if found.is_none() {
                self.unknown_type(datum);
            }
            return found;
        }
        if let Some([head, element, count]) = self.items(datum)
            && self.is_symbol(*head, "array")
        {
            let element = self.data_type(*element)?;
            return self.array_of(element, *count);
        }
        match self.items(datum).and_then(|items| self.keeps(*items.first()?)) {
            Some(_) => self.only_a_field(datum),
            None => self.unknown_type(datum),
        }
        None
    }

    /// The struct, union or enum of that name.
    fn type_named(&mut self, name: Name) -> Option<Ty> {
        match self.struct_named(name) {
            Some(id) => Some(self.module.types.intern(TypeKind::Struct(id))),
            None => self.enum_named(name),
        }
    }

    fn array_of(&mut self, element: Ty, count: DatumId) -> Option<Ty> {
        let value = self.constant_value(count)?;
        if value < 1 {
            let message = "an array has at least one element";
            self.report(Diagnostic::error(&codes::UNKNOWN_TYPE, self.span(count), message));
            return None;
        }
        let size = u64::from(self.module.types.size(element).max(1));
        let count_span = self.span(count);
        let bytes = u64::try_from(value).unwrap_or(u64::MAX).saturating_mul(size);
        let small = self.is_small_type(bytes, count_span);
        let count = u32::try_from(value).ok().filter(|_| small)?;
        Some(self.module.types.intern(TypeKind::Array { element, count }))
    }

    /// The type of a field. A pointer in memory, which anybody may have written, is an address: a number of
    /// 8 bytes, for helpers that take one.
    pub(super) fn field_data_type(&mut self, datum: DatumId) -> Option<Ty> {
        match self.items(datum) {
            Some([head, pointee]) if self.is_symbol(*head, "ptr") => {
                let own = self.data.symbol(*pointee).map(|name| self.names.kernel(name));
                if !self.is_symbol(*pointee, "void") && !own.is_some_and(|own| self.is_to_come(own)) {
                    self.field_data_type(*pointee)?;
                }
                Some(Ty::U64)
            }
            Some([head, pointee]) if let Some(owned) = self.keeps(*head) => self.kptr_type(owned, *pointee),
            Some([head, element, count])
                if self.is_symbol(*head, "array") && self.pointee_named(*element).is_some() =>
            {
                let element = self.field_data_type(*element)?;
                self.array_of(element, *count)
            }
            _ => self.data_type(datum),
        }
    }

    /// Whether a struct is being defined, or is further down: a pointer to it needs no more.
    fn is_to_come(&self, name: Name) -> bool {
        self.defining.contains(&name) || self.ahead.has(name)
    }

    pub(super) fn unknown_type(&mut self, datum: DatumId) {
        let text = self.symbol(datum).map(|name| self.text(name)).unwrap_or("");
        let own = self.data.symbol(datum).map(|name| self.names.kernel(name));
        if own.is_some_and(|own| self.defining.contains(&own)) {
            let message = format!("`{text}` cannot contain itself: it would have no end");
            let error = Diagnostic::error(&codes::UNKNOWN_TYPE, self.span(datum), message);
            self.report(error.help(format!("an address has a size: `(ptr {text})`")));
            return;
        }
        let message = match text {
            "" => "this is not a type".into(),
            _ => format!("there is no type called `{text}`"),
        };
        let mut known: Vec<&str> = self.module.types.structs.values().map(|of| of.c_name.as_str()).collect();
        known.extend(self.defining.iter().chain(self.enums.keys()).map(|name| self.text(*name)));
        Types::names().chain(uapi::all().map(|row| row.name)).for_each(|name| known.push(name));
        let near = nearest(&text.replace('-', "_"), known).filter(|_| !text.is_empty());
        let help = match near {
            Some(near) => format!("did you mean `{}`?", near.replace('_', "-")),
            None => "types are u8 u16 u32 u64, i8 i16 i32 i64, bool, (array type n) and those that `defstruct` and `defenum` define".into(),
        };
        self.report(Diagnostic::error(&codes::UNKNOWN_TYPE, self.span(datum), message).help(help));
    }
}
