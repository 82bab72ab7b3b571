//! Places: what `setf`, `incf` and `decf` change.

use super::{Builder, Global, bytes, forms::Call, structs::Accessor};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, MapUse, Ty, TypeKind, VarId},
    ir::Region,
    read::DatumId,
    source::Span,
};

/// A place, its subforms built already.
#[derive(Clone)]
pub enum Place {
    /// It was reported.
    Error,
    /// A variable.
    Var(VarId),
    /// An element of a map.
    Element {
        /// The map.
        map: MapUse,
        /// The key, of the map's key type.
        key: ExprId,
    },
    /// A value of type `ty` at pointer plus offset.
    Memory {
        /// The pointer.
        ptr: ExprId,
        /// Bytes from there.
        offset: i32,
        /// What is there.
        ty: Ty,
        /// Who else may change it.
        sharing: Sharing,
    },
    /// A place of 2, 4 or 8 bytes in network order, named in host order.
    Swapped(u8, Box<Self>),
    /// A bit-field.
    Bits {
        /// The pointer.
        ptr: ExprId,
        /// Bytes from there to the value that holds the bits.
        offset: i32,
        /// The type of that value.
        ty: Ty,
        /// The field's lowest bit in it.
        first: u8,
        /// How many bits.
        bits: u8,
    },
}

impl Place {
    /// Its pointer or key, if it has one.
    pub fn subform(&mut self) -> Option<&mut ExprId> {
        match self {
            Self::Memory { ptr, .. } | Self::Bits { ptr, .. } => Some(ptr),
            Self::Element { key, .. } => Some(key),
            Self::Swapped(_, inner) => inner.subform(),
            Self::Var(_) | Self::Error => None,
        }
    }
}

/// Who may change a place at the same time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sharing {
    /// This program run only.
    Own,
    /// Other CPUs.
    Shared,
}

impl<'a> Builder<'a> {
    /// The place that `datum` names.
    pub(super) fn place(&mut self, datum: DatumId) -> Place {
        let datum = self.expanded(datum);
        let span = self.span(datum);
        if let Some(name) = self.data.symbol(datum) {
            return match self.scope.find(self.names.folded(name)) {
                Some(var) if self.counters.constant(var).is_some() => {
                    let message = "the counter of an unrolled loop cannot be set";
                    self.report(Diagnostic::error(&codes::NOT_A_PLACE, span, message));
                    Place::Error
                }
                Some(var) => Place::Var(var),
                None => match self.globals.get(&self.names.kernel(name)) {
                    Some((Global::Variable(id), _)) => self.global_place(*id, span),
                    _ => self.no_place(datum, span),
                },
            };
        }
        let Some([head, args @ ..]) = self.items(datum) else { return self.no_place(datum, span) };
        let name = self.symbol(*head).map(|name| self.text(name));
        match (name, args) {
            (Some("ntohs" | "htons"), [inner]) => Place::Swapped(2, Box::new(self.place(*inner))),
            (Some("ntohl" | "htonl"), [inner]) => Place::Swapped(4, Box::new(self.place(*inner))),
            (Some("ntohll" | "htonll"), [inner]) => Place::Swapped(8, Box::new(self.place(*inner))),
            (Some("load"), [ty, pointer, offset @ ..]) if offset.len() < 2 => {
                self.load_place(*ty, *pointer, offset.first().copied())
            }
            (Some("deref"), [pointer]) => self.deref_place(*pointer),
            (Some("getmap"), [map, key]) => match self.map_and_key(*map, *key) {
                Some((map, key)) => Place::Element { map, key },
                None => Place::Error,
            },
            (Some("ctx"), [field, index @ ..]) if index.len() < 2 => {
                self.context_place(*field, index.first().copied())
            }
            (Some("aref"), [array, index]) => self.element_place(*array, *index, span),
            // As values they are told how many arguments they take.
            (Some("aref" | "getmap" | "deref" | "load" | "ctx"), _) => {
                self.value(datum);
                Place::Error
            }
            _ => match self.accessor(*head) {
                None if let Some(place) = self.fields_of_socket(*head, args, span) => place,
                Some(Accessor::Field(id, index)) => self.field_place(id, index, args, span),
                Some(Accessor::Kernel(index)) => match self.data.symbol(*head) {
                    Some(name) => self.kernel_place((index, name), args, span),
                    None => Place::Error,
                },
                _ => self.no_place(datum, span),
            },
        }
    }

    fn fields_of_socket(&mut self, head: DatumId, args: &'a [DatumId], span: Span) -> Option<Place> {
        let name = self.data.symbol(head)?;
        self.socket_place(&Call { name, head: self.span(head), span, args, used: false })
    }

    /// The form `datum` if nothing is called like its head.
    fn unknown_call(&self, datum: DatumId, span: Span) -> Option<Call<'a>> {
        let (head, args) = self.items(datum)?.split_first()?;
        let name = self.data.symbol(*head)?;
        let call = Call { name, head: self.span(*head), span, args, used: false };
        (!self.is_callable(&call)).then_some(call)
    }

    fn no_place(&mut self, datum: DatumId, span: Span) -> Place {
        let known = self.data.symbol(datum).filter(|name| {
            let constant = bpfl_stdlib::catalog::constant::find(self.text(*name)).is_some();
            constant || self.globals.contains_key(&self.names.kernel(*name))
        });
        if let (Some(name), None) = (self.data.symbol(datum), known) {
            self.unknown_name(name, span);
            return Place::Error;
        }
        if let Some(call) = self.unknown_call(datum, span) {
            self.unknown_form(&call);
            return Place::Error;
        }
        let error = Diagnostic::error(&codes::NOT_A_PLACE, span, "this cannot be set");
        self.fail(error.help(
            "places are variables, `(deref pointer)`, `(getmap map key)` and, where writable, `(ctx field)`",
        ));
        Place::Error
    }

    /// Stores a value in network order; the expression's value is it in host order.
    fn write_swapped(&mut self, bytes: u8, inner: Place, value: ExprId, span: Span) -> ExprId {
        let ty = bytes::type_of(bytes);
        let value = self.store_as(value, ty);
        let (var, value) = self.hold(value);
        let held = self.read_var(var, span);
        let swapped = bytes::swap_value(self, held, bytes, span);
        let stored = self.write(inner, swapped, span);
        let again = self.read_var(var, span);
        let body = self.seq(vec![stored, again], span);
        self.add(ExprKind::Let(vec![(var, value)], body), ty, span)
    }

    /// `(load type pointer [offset])` as a place.
    fn load_place(&mut self, ty: DatumId, pointer: DatumId, offset: Option<DatumId>) -> Place {
        let ty = self.scalar_type(ty);
        let address = self.address(pointer, offset);
        let (Some(ty), Some((ptr, offset))) = (ty, address) else { return Place::Error };
        let ptr = self.as_bytes(ptr);
        let region = self.module.types.as_pointer(self.ty(ptr)).map(|pointer| pointer.region);
        let shared = region.is_some_and(Region::is_shared);
        let sharing = if shared { Sharing::Shared } else { Sharing::Own };
        Place::Memory { ptr, offset, ty, sharing }
    }

    fn deref_place(&mut self, pointer: DatumId) -> Place {
        let ptr = self.value(pointer);
        match self.scalar_pointee(ptr) {
            Some((ty, region)) => {
                let sharing = if region.is_shared() { Sharing::Shared } else { Sharing::Own };
                Place::Memory { ptr, offset: 0, ty, sharing }
            }
            None => Place::Error,
        }
    }

    /// The type and region that `ptr` points to, when that is a scalar; reports when not.
    pub(super) fn scalar_pointee(&mut self, ptr: ExprId) -> Option<(Ty, Region)> {
        let span = self.expr_span(ptr);
        if self.ty(ptr) == Ty::ERROR {
            return None;
        }
        let Some(pointer) = self.module.types.as_pointer(self.ty(ptr)) else {
            let message = format!("this is {}, and a pointer is wanted here", self.show(self.ty(ptr)));
            self.fail_at(&codes::TYPE_MISMATCH, span, message);
            return None;
        };
        if self.module.types.as_int(pointer.pointee).is_some() {
            return Some((pointer.pointee, pointer.region));
        }
        let message = format!("this points to {}, not to a number", self.show(pointer.pointee));
        let error = Diagnostic::error(&codes::TYPE_MISMATCH, span, message);
        self.fail(error.help("say what to read there: `(load u32 pointer offset)`"));
        None
    }

    /// Stores `value`; the expression's value is what was stored.
    pub(super) fn write(&mut self, place: Place, value: ExprId, span: Span) -> ExprId {
        match place {
            Place::Error => self.add(ExprKind::Error, Ty::ERROR, span),
            Place::Var(var) => {
                let ty = self.module.vars[var].ty;
                let value = self.assignable(value, ty);
                self.add(ExprKind::Assign(var, value), ty, span)
            }
            Place::Element { map, .. } if !self.is_changed(map, span) => {
                self.add(ExprKind::Error, Ty::ERROR, span)
            }
            Place::Element { map, key } => {
                let ty = self.module.maps[map.map].value;
                let value = self.element(value, ty, "value");
                let ty = self.ty(value);
                self.add(ExprKind::MapWrite(map, key, value), ty, span)
            }
            Place::Swapped(bytes, inner) => self.write_swapped(bytes, *inner, value, span),
            Place::Memory { ptr, offset, ty, .. } if self.module.types.is_aggregate(ty) => {
                self.write_whole((ptr, offset), ty, value, span)
            }
            Place::Memory { ptr, offset, ty, .. } if let TypeKind::Kptr(kptr) = self.kind(ty) => {
                self.write_kept((ptr, offset), kptr, value, span)
            }
            Place::Memory { ptr, offset, ty, .. } => {
                let value = self.store_as(value, ty);
                self.add(ExprKind::Store(ptr, offset, value), ty, span)
            }
            Place::Bits { ptr, offset, ty, first, bits } => {
                self.write_bits((ptr, offset, ty), (first, bits), value, span)
            }
        }
    }

    /// Copies what `value` points to, a struct or an array like the place; the expression's value is `value`.
    fn write_whole(&mut self, to: (ExprId, i32), ty: Ty, value: ExprId, span: Span) -> ExprId {
        if self.ty(value) == Ty::ERROR {
            return value;
        }
        let pointee = self.module.types.as_pointer(self.ty(value)).map(|pointer| pointer.pointee);
        if pointee != Some(ty) {
            let (is, wanted) = (self.show(self.ty(value)), self.show(ty));
            let message = format!("this is {is}, and a pointer to {wanted} is wanted here, to be copied");
            let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.expr_span(value), message);
            return self.fail(match self.kind(ty) {
                TypeKind::Struct(_) => error.help(format!("`(make-{wanted} …)` gives one")),
                _ => error.help("an array is set element by element, or by `memcpy`"),
            });
        }
        let bytes = self.module.types.size(ty);
        if self.at_once(bytes.into(), span).is_none() {
            return self.add(ExprKind::Error, Ty::ERROR, span);
        }
        let held_as = self.ty(value);
        let (var, value) = self.hold(value);
        let from = (self.read_var(var, span), 0);
        let copied = self.add(ExprKind::CopyBytes { to, from, bytes }, Ty::NOTHING, span);
        let again = self.read_var(var, span);
        let body = self.seq(vec![copied, again], span);
        self.add(ExprKind::Let(vec![(var, value)], body), held_as, span)
    }

    /// A value for a variable of type `ty`. A pointer variable takes any pointer to the same;
    /// whether it may be null is a question of paths.
    fn assignable(&mut self, value: ExprId, ty: Ty) -> ExprId {
        match (self.module.types.as_pointer(ty), self.constant(value)) {
            (Some(p), Some(0)) if self.ty(value) == Ty::LITERAL => {
                let ty = self.module.types.pointer(p.pointee, p.region, true);
                self.store_as(value, ty)
            }
            _ => self.store_as(value, ty),
        }
    }
}
