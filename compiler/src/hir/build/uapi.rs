//! Structs that need no definition: the kernel's UAPI, which the catalogue knows.
//!
//! One is made when a program first names it, its type or something that its definition would
//! define. A definition of the same name in the file comes first.

use bpfl_stdlib::catalog::uapi::{self, Scalar, Shape};

use super::{Builder, dynptr, forms::Call, structs::Accessor};
use crate::{
    hir::{ExprId, Field, Struct, StructId, Ty, TypeKind},
    names::Name,
    source::Span,
};

impl Builder<'_> {
    /// The struct or union called `name`, where `-` and `_` are alike.
    pub(super) fn struct_named(&mut self, name: Name) -> Option<StructId> {
        if let Some(id) = self.structs.get(&name) {
            return Some(*id);
        }
        if self.define_ahead(name) {
            return self.structs.get(&name).copied();
        }
        if self.broken.contains(&name) {
            return None;
        }
        let row = uapi::find(self.text(name))?;
        let id = self.uapi_struct(row);
        self.structs.insert(name, id);
        match row.is_opaque() {
            false => self.define_accessors(id, row.name),
            // What helpers set up is made on the stack; its bytes are the kernel's.
            true if row.name == dynptr::NAME => {
                self.accessors.insert(format!("make_{}", row.name), Accessor::Make(id));
            }
            true => {}
        }
        Some(id)
    }

    /// What a name does that a struct's definition defines.
    pub(super) fn accessor_named(&mut self, name: Name) -> Option<Accessor> {
        let text = self.text(self.names.kernel(name));
        if let Some(accessor) = self.accessors.get(text) {
            return Some(*accessor);
        }
        let row = ["make_", "copy_"].iter().find_map(|verb| uapi::find(text.strip_prefix(verb)?));
        let row = row.or_else(|| Some(uapi::prefix_of(text)?.0))?;
        let of = self.names.intern(row.name);
        if !self.structs.contains_key(&of) {
            self.struct_named(of)?;
        }
        self.accessors.get(text).copied()
    }

    /// A reader of a field that a struct of the UAPI does not have.
    pub(super) fn unknown_uapi_field(&mut self, call: &Call<'_>) -> Option<ExprId> {
        let (row, field) = uapi::prefix_of(self.text(self.names.kernel(call.name)))?;
        let own = self.names.intern(row.name);
        let id = self.struct_named(own).filter(|_| !row.is_opaque())?;
        let error = self.no_such_field(id, field, call.head);
        Some(self.fail(error))
    }

    fn uapi_struct(&mut self, row: &'static uapi::Struct) -> StructId {
        let mut fields: Vec<Field> = row.fields.iter().map(|field| self.uapi_field(field)).collect();
        if row.is_opaque() {
            // The kernel knows it by its name and its size.
            let element = if row.align == 8 { Ty::U64 } else { Ty::U32 };
            let count = row.size / row.align;
            let ty = if count == 1 {
                element
            } else {
                self.module.types.intern(TypeKind::Array { element, count })
            };
            fields.push(Field {
                c_name: "__opaque".into(),
                ty,
                bit_offset: 0,
                bits: None,
                span: Span::default(),
            });
        }
        self.module.types.structs.push(Struct {
            c_name: row.name.into(),
            name: row.name.replace('_', "-"),
            fields,
            size: row.size,
            align: row.align,
            union: false,
            span: Span::default(),
        })
    }

    fn uapi_field(&mut self, field: &uapi::Field) -> Field {
        let scalar = match field.scalar {
            Scalar::U8 => Ty::U8,
            Scalar::U16 => Ty::U16,
            Scalar::U32 => Ty::U32,
            Scalar::U64 => Ty::U64,
            Scalar::I32 => Ty::I32,
        };
        let (ty, bits) = match field.shape {
            Shape::One => (scalar, None),
            Shape::Bits(bits) => (scalar, Some(bits)),
            Shape::Many(count) => {
                (self.module.types.intern(TypeKind::Array { element: scalar, count }), None)
            }
        };
        let c_name = field.name.replace('.', "_");
        Field { c_name, ty, bit_offset: field.bit_offset, bits, span: Span::default() }
    }
}
