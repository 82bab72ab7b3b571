//! Enums: constants, and a type for what holds one of them.

use bpfl_stdlib::catalog::limit;

use super::{Builder, Global, options::Options, top::Definition};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{Enum, Int, Ty},
    names::Name,
    read::DatumId,
};

impl<'a> Builder<'a> {
    /// `(defenum name (member [value]) …)`, where the name may be `(name :type u8)`
    pub(super) fn defenum(&mut self, definition: Definition<'a>) {
        let options = match self.items(definition.head) {
            Some([_, options @ ..]) => Options::parse(self, options, &["type"]),
            _ => Options::default(),
        };
        let mut members: Vec<(String, i128)> = Vec::new();
        for member in definition.rest {
            let next = members.last().map_or(0, |(_, last)| last + 1);
            let Some((name, at, value)) = self.enum_member(*member) else { continue };
            let value = value.and_then(|value| self.constant_value(value)).unwrap_or(next);
            members.push((identifier(self.text(name)), value));
            let name_span = self.span(at);
            self.define(&Definition { name, name_span, ..definition }, Global::Constant(value));
        }
        let int = match options.get("type") {
            Some(datum) => self.scalar_type(datum).and_then(|ty| self.module.types.as_int(ty)),
            None => self.least(&definition, &members),
        };
        let Some(int) = int else { return };
        self.fits_members(&definition, int, &members);
        let (name, key) = (self.text(definition.name).to_string(), self.names.kernel(definition.name));
        let c_name = identifier(&name);
        let ty = match members.len() {
            // More are numbers without names.
            0..=limit::BTF_MEMBERS => self.module.types.define_enum(Enum { name, c_name, int, members }),
            _ => self.module.types.int(int),
        };
        self.module.defined.push(ty);
        match self.enums.get(&key) {
            Some((_, before)) => {
                let message = format!("the enum `{}` is defined twice", self.text(definition.name));
                let error = Diagnostic::error(&codes::DUPLICATE, definition.name_span, message);
                self.report(error.also(*before, "first here"));
            }
            None => {
                self.enums.insert(key, (ty, definition.name_span));
            }
        }
    }

    /// A member's name, where that stands, and its value.
    fn enum_member(&mut self, member: DatumId) -> Option<(Name, DatumId, Option<DatumId>)> {
        let parts = self.items(member).unwrap_or_default();
        let (at, value) = match parts {
            [] => (member, None),
            [name] => (*name, None),
            [name, value] => (*name, Some(*value)),
            _ => (member, None),
        };
        let name = self.data.symbol(at);
        if name.is_none() {
            let span = self.span(member);
            let error = Diagnostic::error(&codes::MALFORMED, span, "this is not a member of an enum");
            self.report(error.help("write `(name)` or `(name value)`"));
        }
        Some((name?, at, value))
    }

    /// The type that C gives an enum with these members: of 32 bits, if those are enough.
    fn least(&mut self, definition: &Definition<'a>, members: &[(String, i128)]) -> Option<Int> {
        let signed = members.iter().any(|(_, value)| *value < 0);
        let all = |int: &Int| members.iter().all(|(_, value)| (int.min()..=int.max()).contains(value));
        let found = [32, 64].map(|bits| Int { bits, signed }).into_iter().find(all);
        if found.is_none() {
            let message = "no integer type has the values of all members";
            self.report(Diagnostic::error(&codes::LITERAL_RANGE, definition.name_span, message));
        }
        found
    }

    fn fits_members(&mut self, definition: &Definition<'a>, int: Int, members: &[(String, i128)]) {
        if let Some((member, value)) = members.iter().find(|(_, value)| !int.admits(*value)) {
            let bits = int.bits;
            let message = format!("`{member}` is {value}, which does not fit {bits} bits");
            self.report(Diagnostic::error(&codes::LITERAL_RANGE, definition.name_span, message));
        }
    }

    /// The enum called `name`, which may stand further down.
    pub(super) fn enum_named(&mut self, name: Name) -> Option<Ty> {
        if !self.enums.contains_key(&name) {
            self.define_enum_ahead(name);
        }
        self.enums.get(&name).map(|(ty, _)| *ty)
    }
}

/// A name as C would have it, which the kernel asks of an enum and its members (`btf_enum_check_meta`,
/// kernel/bpf/btf.c): `red` for `+red+`.
fn identifier(name: &str) -> String {
    let bare = name.trim_matches(['+', '*']);
    let fit = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let fitting: String = bare.chars().map(fit).collect();
    match fitting.chars().next() {
        Some(first) if !first.is_ascii_digit() => fitting,
        _ => format!("_{fitting}"),
    }
}
