//! `defvar` and `defenum`.

use super::{Builder, Global, options::Options, top::Definition};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::build::place::{Place, Sharing},
    hir::{self, DataSection, ExprId, ExprKind, GlobalId, Ty},
    ir::Region,
    read::{Datum, DatumId},
    source::Span,
};

impl<'a> Builder<'a> {
    /// `(defvar name type [init] [:section section])`
    pub(super) fn defvar(&mut self, definition: Definition<'a>) {
        let Some((ty, rest)) = definition.rest.split_first() else {
            let error = Diagnostic::error(&codes::MALFORMED, definition.span, "a global needs a type");
            self.report(error.help("write `(defvar name u64 0)`"));
            return;
        };
        let place = self.span(*ty);
        let pointer = self.global_pointer(*ty);
        let Some(ty) = pointer.or_else(|| self.data_type(*ty)) else { return };
        if self.has_kptrs(ty) {
            let message = "a global cannot have kernel pointers";
            let error = Diagnostic::error(&codes::KPTR, place, message);
            return self.report(error.help("keep them in the value of an array with one entry"));
        }
        let (init, options) = match rest {
            [first, options @ ..] if !matches!(self.data.get(*first), Datum::Keyword(_)) => {
                (Some(*first), options)
            }
            _ => (None, rest),
        };
        let options = Options::parse(self, options, &["section"]);
        let mut bytes = vec![0; self.module.types.size(ty) as usize];
        if let Some(init) = init {
            self.initial(init, ty, &mut bytes);
        }
        let default = if bytes.iter().all(|byte| *byte == 0) { DataSection::Bss } else { DataSection::Data };
        let section = options.get("section").map_or(default, |datum| self.data_section(datum, default));
        let symbol = self.symbol_of(&definition);
        let global =
            hir::Global { symbol, ty, section, init: bytes, internal: false, span: definition.name_span };
        let id = self.module.globals.push(global);
        self.define(&definition, Global::Variable(id));
    }

    fn data_section(&mut self, datum: DatumId, default: DataSection) -> DataSection {
        let text = match self.data.get(datum) {
            Datum::Keyword(name) => self.text(self.names.folded(name)),
            _ => "",
        };
        match DataSection::ALL.into_iter().find(|section| &section.name()[1..] == text) {
            // What is not zero has to be written down.
            Some(DataSection::Bss) => default,
            Some(section) => section,
            None => {
                let message = "a global is in `:data`, `:bss` or `:rodata`";
                self.report(Diagnostic::error(&codes::BAD_OPTION, self.span(datum), message));
                default
            }
        }
    }

    /// Writes an initial value: a constant for a scalar, a list or string for an array.
    fn initial(&mut self, datum: DatumId, ty: Ty, bytes: &mut [u8]) {
        if let (hir::TypeKind::Array { element, count }, Some(items)) =
            (self.kind(ty), self.list_of_values(datum))
        {
            if items.len() > count as usize {
                let message = format!("these are {} values for {count} elements", items.len());
                self.report(Diagnostic::error(&codes::LITERAL_RANGE, self.span(datum), message));
                return;
            }
            let size = self.module.types.size(element) as usize;
            for (item, chunk) in items.iter().zip(bytes.chunks_mut(size.max(1))) {
                self.initial(*item, element, chunk);
            }
            return;
        }
        if let (hir::TypeKind::Array { element: Ty::U8 | Ty::I8, .. }, Datum::Str(text)) =
            (self.kind(ty), self.data.get(datum))
        {
            let text = self.data.string(text);
            if text.len() > bytes.len() {
                let message = format!("this string has {} bytes, and there are {}", text.len(), bytes.len());
                self.report(Diagnostic::error(&codes::LITERAL_RANGE, self.span(datum), message));
                return;
            }
            bytes[..text.len()].copy_from_slice(text);
            return;
        }
        let Some(int) = self.module.types.as_int(ty) else {
            let message = format!("a {} has no initial value: it starts zeroed", self.show(ty));
            self.report(Diagnostic::error(&codes::MALFORMED, self.span(datum), message));
            return;
        };
        if let Some(value) = self.constant_value(datum) {
            let value = self.fit(value, int, self.span(datum));
            let length = bytes.len();
            bytes.copy_from_slice(&value.to_le_bytes()[..length]);
        }
    }

    /// The values of `'(1 2 3)` or `#(1 2 3)`.
    fn list_of_values(&self, datum: DatumId) -> Option<&'a [DatumId]> {
        let data: &'a crate::read::Data = self.data;
        match self.data.get(datum) {
            Datum::Vector(children) => Some(data.children(children)),
            _ => match self.items(datum)? {
                [quote, list] if self.is_symbol(*quote, "quote") => self.items(*list),
                _ => None,
            },
        }
    }

    pub(super) fn global_address(&mut self, id: GlobalId, span: Span) -> ExprId {
        let ty = self.module.globals[id].ty;
        self.unsound |= ty == Ty::ERROR;
        let pointer = self.module.types.pointer(ty, Region::Global, false);
        self.add(ExprKind::Global(id), pointer, span)
    }

    /// The value of a global; of a struct or array, its address.
    pub(super) fn read_global(&mut self, id: GlobalId, span: Span) -> ExprId {
        let ptr = self.global_address(id, span);
        let ty = self.module.globals[id].ty;
        match self.module.types.is_aggregate(ty) {
            true => ptr,
            false => self.add(ExprKind::Load(ptr, 0), ty, span),
        }
    }

    pub(super) fn global_place(&mut self, id: GlobalId, span: Span) -> Place {
        let global = &self.module.globals[id];
        if global.section == DataSection::Rodata {
            let message = format!("`{}` is read-only", global.symbol.replace('_', "-"));
            let error = Diagnostic::error(&codes::NOT_A_PLACE, span, message)
                .also(global.span, "defined in :rodata")
                .help(
                    "userspace sets it before the program is loaded; to change it here, define it in `:data`",
                );
            self.report(error);
            return Place::Error;
        }
        let ty = global.ty;
        let ptr = self.global_address(id, span);
        Place::Memory { ptr, offset: 0, ty, sharing: Sharing::Shared }
    }
}
