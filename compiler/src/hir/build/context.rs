//! The program's context: its fields and their rights, as the catalogue has them.

use bpfl_stdlib::catalog::context::{self, Field, Kind};

use super::{
    Builder,
    forms::Call,
    place::{Place, Sharing},
};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Ty},
    ir::Region,
    names::nearest,
    read::DatumId,
    source::Span,
};

/// `(ctx field [index])`
pub fn read<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let Some((field, offset)) = b.field(call.args[0], call.args.get(1).copied()) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    if !field.rights.read {
        return b.no_right(field, "read", call.span);
    }
    let ptr = b.context(call.span);
    let ty = b.field_type(field);
    b.add(ExprKind::Load(ptr, offset), ty, call.span)
}

/// `(ctx-ptr)`
pub fn pointer<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    b.context(call.span)
}

impl Builder<'_> {
    fn context(&mut self, span: Span) -> ExprId {
        let ty = self.module.types.pointer(Ty::NOTHING, Region::Ctx, false);
        self.add(ExprKind::Ctx, ty, span)
    }

    fn field_type(&mut self, field: &Field) -> Ty {
        let types = &mut self.module.types;
        match field.kind {
            Kind::Unsigned => types.of_size(field.width),
            Kind::Packet => types.pointer(Ty::U8, Region::Packet, false),
            Kind::PacketEnd => types.pointer(Ty::NOTHING, Region::PacketEnd, false),
            Kind::SockOrNull => types.pointer(Ty::NOTHING, Region::Socket, true),
        }
    }

    /// The field that `name` and `index` say, and its offset.
    fn field(&mut self, name: DatumId, index: Option<DatumId>) -> Option<(&'static Field, i32)> {
        let hook = self.hook.as_ref()?;
        let ty = hook.ty;
        let fields = context::fields(ty);
        let Some(wanted) = self.data.symbol(name).map(|n| self.text(self.names.kernel(n))) else {
            let error =
                Diagnostic::error(&codes::MALFORMED, self.span(name), "a field's name is wanted here");
            self.report(error.help("write `(ctx field)`, as in `(ctx len)`"));
            return None;
        };
        let Some(field) = fields.iter().find(|field| field.name == wanted) else {
            let message = format!("the context of a {} program has no field `{wanted}`", ty.row().name);
            let mut error = Diagnostic::error(&codes::UNKNOWN_FIELD, self.span(name), message);
            let readable = fields.iter().filter(|field| field.rights.read).map(|field| field.name);
            error = match nearest(wanted, readable.clone()) {
                Some(near) => error.help(format!("did you mean `{}`?", near.replace('_', "-"))),
                None => error.help(format!("it has {}", readable.collect::<Vec<_>>().join(", "))),
            };
            self.report(error);
            return None;
        };
        let index = self.field_index(field, name, index)?;
        Some((field, (field.offset + index * field.width) as i32))
    }

    fn field_index(&mut self, field: &Field, name: DatumId, index: Option<DatumId>) -> Option<u32> {
        let text = field.name.replace('_', "-");
        match (field.count, index) {
            (None, None) => Some(0),
            (Some(count), None) => {
                let message = format!("`{text}` has {count} elements");
                let error = Diagnostic::error(&codes::MALFORMED, self.span(name), message);
                self.report(error.help(format!("say which: `(ctx {text} 0)`")));
                None
            }
            (None, Some(index)) => {
                let message = format!("`{text}` is not an array");
                self.report(Diagnostic::error(&codes::MALFORMED, self.span(index), message));
                None
            }
            (Some(count), Some(index)) => {
                let value = self.constant_value(index)?;
                let found = u32::try_from(value).ok().filter(|i| *i < count);
                if found.is_none() {
                    let message = format!("`{text}` has {count} elements, numbered from 0");
                    self.report(Diagnostic::error(&codes::OUT_OF_BOUNDS, self.span(index), message));
                }
                found
            }
        }
    }

    fn no_right(&mut self, field: &Field, what: &str, span: Span) -> ExprId {
        let Some(hook) = &self.hook else { return self.add(ExprKind::Error, Ty::ERROR, span) };
        let program = hook.ty.row().name;
        let name = field.name.replace('_', "-");
        let message = format!("a {program} program may not {what} `{name}`");
        let can: Vec<_> = context::fields(hook.ty)
            .iter()
            .filter(|f| if what == "read" { f.rights.read } else { f.rights.write })
            .map(|f| f.name.replace('_', "-"))
            .collect();
        let error = Diagnostic::error(&codes::FIELD_ACCESS, span, message);
        self.fail(error.help(format!("it may {what} {}", can.join(", "))))
    }

    /// `(ctx field [index])` as a place.
    pub(super) fn context_place(&mut self, name: DatumId, index: Option<DatumId>) -> Place {
        let Some((field, offset)) = self.field(name, index) else { return Place::Error };
        let span = self.span(name);
        if !field.rights.write {
            self.no_right(field, "write", span);
            return Place::Error;
        }
        let ty = self.field_type(field);
        Place::Memory { ptr: self.context(span), offset, ty, sharing: Sharing::Own }
    }
}
