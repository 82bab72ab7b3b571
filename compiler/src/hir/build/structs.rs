//! Structs, unions and arrays: their definitions, and what a definition defines.

use super::{Builder, forms::Call, given, options::Options, place::Place, top::Definition};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{
        ExprId, ExprKind, Struct, StructId, Ty, TypeKind,
        layout::{self, Wanted, lay_out},
    },
    ir::Region,
    names::nearest,
    read::DatumId,
    source::Span,
};

/// What a name that a struct's definition defines does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Accessor {
    /// `make-NAME`
    Make(StructId),
    /// `copy-NAME`
    Copy(StructId),
    /// `NAME-FIELD`
    Field(StructId, usize),
    /// `NAME-FIELD-PTR`
    FieldPtr(StructId, usize),
    /// The reader of an import of a kernel struct.
    Kernel(usize),
    /// The address that an import of a kernel struct leads to.
    KernelPtr(usize),
}

/// `(aref array index)`
pub fn element<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let place = b.element_place(call.args[0], call.args[1], call.span);
    b.read_place(place, call.span)
}

/// `(sizeof type)`
pub fn size_of<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    match b.parse_type(call.args[0]) {
        Some(ty) => b.literal(b.module.types.size(ty).into(), call.span),
        None => b.add(ExprKind::Error, Ty::ERROR, call.span),
    }
}

/// `(offsetof struct field)`
pub fn offset_of<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let Some(ty) = b.parse_type(call.args[0]) else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    let TypeKind::Struct(id) = b.kind(ty) else {
        return b.fail_at(&codes::TYPE_MISMATCH, b.span(call.args[0]), "only structs and unions have fields");
    };
    match b.field_named(id, call.args[1]) {
        Some(index) => b.literal(b.module.types.structs[id].fields[index].offset().into(), call.span),
        None => b.add(ExprKind::Error, Ty::ERROR, call.span),
    }
}

impl<'a> Builder<'a> {
    // ---- definitions ----

    /// `(defstruct name (field type) …)` and `(defstruct (name :packed t) …)`
    pub(super) fn defstruct(&mut self, definition: Definition<'a>) {
        let options = match self.items(definition.head) {
            Some([_, options @ ..]) => Options::parse(self, options, &["packed"]),
            _ => Options::default(),
        };
        let packed = options.get("packed").is_some_and(|datum| !self.is_symbol(datum, "nil"));
        self.not_a_type(&definition);
        self.defining.push(self.names.kernel(definition.name));
        let fields: Vec<Wanted> =
            definition.rest.iter().filter_map(|field| self.wanted_field(*field)).collect();
        self.defining.pop();
        self.define_struct(&definition, fields, packed, false);
    }

    /// `(defunion name member …)`: a member is a struct's name, or `(field type)`.
    pub(super) fn defunion(&mut self, definition: Definition<'a>) {
        self.not_a_type(&definition);
        self.defining.push(self.names.kernel(definition.name));
        let fields: Vec<Wanted> = definition.rest.iter().filter_map(|member| self.member(*member)).collect();
        self.defining.pop();
        self.define_struct(&definition, fields, false, true);
    }

    fn member(&mut self, member: DatumId) -> Option<Wanted> {
        match self.data.symbol(member) {
            Some(name) => {
                let ty = self.parse_type(member)?;
                let c_name = self.text(name).replace('-', "_");
                Some(Wanted { c_name, ty, bits: None, span: self.span(member) })
            }
            None => self.wanted_field(member),
        }
    }

    fn wanted_field(&mut self, field: DatumId) -> Option<Wanted> {
        let span = self.span(field);
        let named = match self.items(field) {
            Some([name, ty]) => self.data.symbol(*name).map(|n| (n, self.span(*name), *ty)),
            _ => None,
        };
        let Some((name, span, ty)) = named else {
            let error = Diagnostic::error(&codes::MALFORMED, span, "this is not a field");
            self.report(error.help("write `(name type)`"));
            return None;
        };
        let c_name = self.c_name(name, span, "a field");
        if let Some([head, ty, bits]) = self.items(ty)
            && self.is_symbol(*head, "bits")
        {
            let (declared, count) = (self.scalar_data_type(*ty)?, self.constant_value(*bits)?);
            let most = self.module.types.size(declared) * 8;
            let count = u8::try_from(count).ok().filter(|n| (1..=most).contains(&u32::from(*n)));
            if count.is_none() {
                let message = format!("a bit-field of this type has 1 to {most} bits");
                self.report(Diagnostic::error(&codes::LITERAL_RANGE, self.span(*bits), message));
            }
            return Some(Wanted { c_name, ty: declared, bits: Some(count?), span });
        }
        Some(Wanted { c_name, ty: self.field_data_type(ty)?, bits: None, span })
    }

    fn define_struct(&mut self, definition: &Definition<'a>, fields: Vec<Wanted>, packed: bool, union: bool) {
        self.distinct_fields(&fields);
        let whole = fields.iter().map(|field| u64::from(self.module.types.size(field.ty))).sum();
        if !self.is_small_type(whole, definition.name_span) {
            self.broken.insert(self.names.kernel(definition.name));
            return;
        }
        let (fields, size, align) = lay_out(&self.module.types, fields, packed, union);
        if let Some(far) = layout::too_far(&fields) {
            let message = format!(
                "in a type with bit-fields, a field begins in the first {} bytes",
                layout::BITS_REACH / 8
            );
            let error = Diagnostic::error(&codes::LITERAL_RANGE, far, message);
            self.report(error.help("put large arrays last"));
        }
        let name = self.text(definition.name).to_string();
        if fields.is_empty() {
            if definition.rest.is_empty() {
                let message = format!("`{name}` has no fields");
                self.report(Diagnostic::error(&codes::MALFORMED, definition.name_span, message));
            }
            // Known all the same, so that its uses are not reported too.
            self.broken.insert(self.names.kernel(definition.name));
            return;
        }
        let span = definition.name_span;
        let c_name = self.c_name(definition.name, span, "a struct");
        let id = self.module.types.structs.push(Struct { c_name, name, fields, size, align, union, span });
        let ty = self.module.types.intern(TypeKind::Struct(id));
        self.module.defined.push(ty);
        let key = self.names.kernel(definition.name);
        if let Some(before) = self.structs.insert(key, id) {
            let message = format!("`{}` is defined twice", self.text(definition.name));
            let before = self.module.types.structs[before].span;
            self.report(Diagnostic::error(&codes::DUPLICATE, span, message).also(before, "first here"));
        }
        self.note_pointees(id, definition.rest);
        self.define_accessors(id, self.text(key));
    }

    /// Reports a definition of what is a type of the language's already.
    fn not_a_type(&mut self, definition: &Definition<'_>) {
        let text = self.text(self.names.folded(definition.name));
        if crate::hir::Types::named(text).is_some() {
            let message = format!("`{text}` is a type already");
            let error = Diagnostic::error(&codes::DUPLICATE, definition.name_span, message);
            self.report(error.help(format!("give it another name: `(defstruct my-{text} …)`")));
        }
    }

    fn distinct_fields(&mut self, fields: &[Wanted]) {
        for (i, field) in fields.iter().enumerate() {
            if let Some(first) = fields[..i].iter().find(|other| other.c_name == field.c_name) {
                let message = format!("`{}` is a field already", field.c_name.replace('_', "-"));
                let error = Diagnostic::error(&codes::DUPLICATE, field.span, message);
                self.report(error.also(first.span, "first here"));
            }
        }
    }

    pub(super) fn define_accessors(&mut self, id: StructId, name: &str) {
        let fields: Vec<String> =
            self.module.types.structs[id].fields.iter().map(|f| f.c_name.to_lowercase()).collect();
        self.accessors.insert(format!("make_{name}"), Accessor::Make(id));
        self.accessors.insert(format!("copy_{name}"), Accessor::Copy(id));
        for (index, field) in fields.iter().enumerate() {
            self.accessors.insert(format!("{name}_{field}_ptr"), Accessor::FieldPtr(id, index));
        }
        for (index, field) in fields.iter().enumerate() {
            self.accessors.insert(format!("{name}_{field}"), Accessor::Field(id, index));
        }
    }

    // ---- uses ----

    /// What `head` does, when a struct defines it.
    pub(super) fn accessor(&mut self, head: DatumId) -> Option<Accessor> {
        self.accessor_named(self.data.symbol(head)?)
    }

    /// The accessor closest to a name that means nothing.
    pub(super) fn nearest_accessor(&self, text: &str) -> Option<String> {
        let mut names: Vec<&str> = self.accessors.keys().map(String::as_str).collect();
        names.sort_unstable();
        nearest(text, names).map(|name| name.replace('_', "-"))
    }

    /// A call of something that a struct defines.
    pub(super) fn access(&mut self, accessor: Accessor, call: &Call<'a>) -> ExprId {
        match accessor {
            Accessor::Make(id) => self.make_struct(id, call),
            Accessor::Copy(id) => self.copy_struct(id, call),
            Accessor::Kernel(index) => self.kernel_access(index, false, call),
            Accessor::KernelPtr(index) => self.kernel_access(index, true, call),
            Accessor::Field(id, index) => {
                let place = self.field_place(id, index, call.args, call.span);
                self.read_place(place, call.span)
            }
            Accessor::FieldPtr(id, index) => match self.field_place(id, index, call.args, call.span) {
                Place::Memory { ty, .. } if let TypeKind::Kptr(_) = self.kind(ty) => {
                    let message = "the address of a kernel pointer is for `kptr-xchg` only";
                    self.fail_at(&codes::KPTR, call.span, message)
                }
                Place::Memory { ptr, offset, ty, .. } => {
                    // The address of a pointer is that of a number, as which it is changed atomically.
                    let pointer = self.module.types.as_pointer(ty).is_some();
                    self.address_at(ptr, offset, if pointer { Ty::U64 } else { ty }, call.span)
                }
                Place::Bits { .. } => {
                    let error =
                        Diagnostic::error(&codes::NOT_A_PLACE, call.span, "a bit-field has no address");
                    self.fail(error)
                }
                _ => self.add(ExprKind::Error, Ty::ERROR, call.span),
            },
        }
    }

    fn make_struct(&mut self, id: StructId, call: &Call<'a>) -> ExprId {
        let mut fields = Vec::new();
        let mut later = Vec::new();
        for pair in call.args.chunks(2) {
            let (Some(index), Some(value)) = (self.field_named(id, pair[0]), pair.get(1)) else {
                if let (1, crate::read::Datum::Keyword(_)) = (pair.len(), self.data.get(pair[0])) {
                    self.report(Diagnostic::error(
                        &codes::BAD_OPTION,
                        self.span(pair[0]),
                        "this field has no value",
                    ));
                }
                return self.add(ExprKind::Error, Ty::ERROR, call.span);
            };
            let value = self.value(*value);
            let field = &self.module.types.structs[id].fields[index];
            let (ty, offset, bits) = (field.ty, field.offset(), field.bits);
            if let TypeKind::Kptr(_) = self.kind(ty) {
                let message = "a kernel pointer is put into a map's value itself, and this is a copy";
                return self.fail_at(&codes::KPTR, self.span(pair[0]), message);
            }
            match (bits, self.module.types.is_aggregate(ty)) {
                (None, false) => fields.push((offset, self.store_as(value, ty))),
                _ => later.push((index, value)),
            }
        }
        let ty = self.module.types.intern(TypeKind::Struct(id));
        if !self.on_stack(ty, call.span) {
            return self.add(ExprKind::Error, Ty::ERROR, call.span);
        }
        let pointer = self.module.types.pointer(ty, Region::Stack, false);
        let made = self.add(ExprKind::Make(id, fields), pointer, call.span);
        match later.is_empty() {
            true => made,
            false => self.fill_later(made, id, later, call.span),
        }
    }

    /// Bit-fields and aggregates are set after the rest.
    fn fill_later(&mut self, made: ExprId, id: StructId, later: Vec<(usize, ExprId)>, span: Span) -> ExprId {
        let ty = self.ty(made);
        let (var, made) = self.hold(made);
        let mut all = Vec::new();
        for (index, value) in later {
            let ptr = self.read_var(var, span);
            let place = self.field_of(ptr, id, index, None, span);
            all.push(self.write(place, value, span));
        }
        all.push(self.read_var(var, span));
        let body = self.add(ExprKind::Seq(all), ty, span);
        self.add(ExprKind::Let(vec![(var, made)], body), ty, span)
    }

    fn copy_struct(&mut self, id: StructId, call: &Call<'a>) -> ExprId {
        let &[source] = call.args else {
            let message = format!("this copies one struct, and {} given", given(call.args.len()));
            return self.fail_at(&codes::ARITY, call.span, message);
        };
        let Some(source) = self.struct_pointer(source, id) else {
            return self.add(ExprKind::Error, Ty::ERROR, call.span);
        };
        let ty = self.module.types.intern(TypeKind::Struct(id));
        if !self.on_stack(ty, call.span) {
            return self.add(ExprKind::Error, Ty::ERROR, call.span);
        }
        let pointer = self.module.types.pointer(ty, Region::Stack, false);
        self.add(ExprKind::Copy(source), pointer, call.span)
    }

    /// The field that a symbol or keyword names.
    fn field_named(&mut self, id: StructId, datum: DatumId) -> Option<usize> {
        use crate::read::Datum::{Keyword, Symbol};
        let (Symbol(name) | Keyword(name)) = self.data.get(datum) else {
            let of = &self.module.types.structs[id];
            let message = format!("the name of a field of `{}` is wanted here", of.name);
            let example = of.fields.first().map_or("field", |field| &field.c_name).replace('_', "-");
            let error = Diagnostic::error(&codes::MALFORMED, self.span(datum), message);
            self.report(error.help(format!("write `:{example} value`")));
            return None;
        };
        let name = self.text(self.names.kernel(name));
        let of = &self.module.types.structs[id];
        let found = of.fields.iter().position(|field| field.c_name.eq_ignore_ascii_case(name));
        if found.is_none() {
            let error = self.no_such_field(id, name, self.span(datum));
            self.report(error);
        }
        found
    }

    /// `name` is no field of the struct.
    pub(super) fn no_such_field(&self, id: StructId, name: &str, span: Span) -> Diagnostic {
        let of = &self.module.types.structs[id];
        let message = format!("`{}` has no field `{}`", of.name, name.replace('_', "-"));
        let fields: Vec<_> = of.fields.iter().map(|f| f.c_name.replace('_', "-")).collect();
        let help = match nearest(name, fields.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it has {}", fields.join(", ")),
        };
        Diagnostic::error(&codes::UNKNOWN_FIELD, span, message).help(help)
    }
}
