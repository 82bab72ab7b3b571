//! Fields of structs and elements of arrays as places: where one is, how it is read, and how bits between
//! others are written.

use super::{
    Builder, bytes, given,
    place::{Place, Sharing},
};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{Binary, ExprId, ExprKind, Pointer, StructId, Ty, TypeKind},
    ir::Region,
    read::DatumId,
    source::Span,
};

impl<'a> Builder<'a> {
    /// A pointer to the struct, or to a union or array that holds it at its start.
    pub(super) fn struct_pointer(&mut self, datum: DatumId, id: StructId) -> Option<ExprId> {
        let value = self.value(datum);
        let ty = self.ty(value);
        if ty == Ty::ERROR {
            return None;
        }
        let name = self.module.types.structs[id].name.clone();
        let Some(pointer) = self.module.types.as_pointer(ty) else {
            let message = format!("this is {}, and a pointer to a `{name}` is wanted here", self.show(ty));
            self.fail_at(&codes::TYPE_MISMATCH, self.span(datum), message);
            return None;
        };
        if self.holds(pointer.pointee, id) {
            return Some(value);
        }
        if pointer.pointee == Ty::ERROR {
            self.unsound = true;
            return None;
        }
        let message = format!("this points to {}, not to a `{name}`", self.show(pointer.pointee));
        let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.span(datum), message);
        self.fail(error.help(format!("if that is what is there, say so: `(cast (ptr {name}) …)`")));
        None
    }

    pub(super) fn holds(&self, ty: Ty, id: StructId) -> bool {
        match self.kind(ty) {
            TypeKind::Struct(own) if own == id => true,
            TypeKind::Struct(own) => {
                let own = &self.module.types.structs[own];
                own.union && own.fields.iter().any(|field| self.holds(field.ty, id))
            }
            _ => false,
        }
    }

    /// `(NAME-FIELD p [index])` as a place.
    pub(super) fn field_place(
        &mut self,
        id: StructId,
        index: usize,
        args: &'a [DatumId],
        span: Span,
    ) -> Place {
        let (pointer, element) = match args {
            [pointer] => (*pointer, None),
            [pointer, element] => (*pointer, Some(*element)),
            _ => {
                let message = format!("a field is read through a pointer, and {} given", given(args.len()));
                self.fail_at(&codes::ARITY, span, message);
                return Place::Error;
            }
        };
        let pointer = self.struct_pointer(pointer, id);
        let element = element.map(|element| self.value(element));
        match pointer {
            Some(pointer) => self.field_of(pointer, id, index, element, span),
            None => Place::Error,
        }
    }

    pub(super) fn field_of(
        &mut self,
        ptr: ExprId,
        id: StructId,
        index: usize,
        element: Option<ExprId>,
        span: Span,
    ) -> Place {
        let field = &self.module.types.structs[id].fields[index];
        let (ty, offset, first) = (field.ty, field.offset() as i32, field.bit_offset);
        if let Some(bits) = field.bits {
            let unit = self.module.types.size(ty) * 8;
            let offset = (first / unit * unit / 8) as i32;
            return Place::Bits { ptr, offset, ty, first: (first % unit) as u8, bits };
        }
        let sharing = self.sharing(ptr);
        let place = match element {
            None => Place::Memory { ptr, offset, ty, sharing },
            Some(element) => self.indexed(ptr, offset, ty, element, span),
        };
        self.in_arena(place, (id, index))
    }

    pub(super) fn sharing(&self, ptr: ExprId) -> Sharing {
        match self.module.types.as_pointer(self.ty(ptr)) {
            Some(pointer) if pointer.region.is_shared() => Sharing::Shared,
            _ => Sharing::Own,
        }
    }

    /// Element `index` of the array of type `ty` at pointer plus offset.
    pub(super) fn indexed(&mut self, ptr: ExprId, offset: i32, ty: Ty, index: ExprId, span: Span) -> Place {
        let TypeKind::Array { element, count } = self.kind(ty) else {
            let message = format!("this is {}, not an array", self.show(ty));
            self.fail_at(&codes::TYPE_MISMATCH, span, message);
            return Place::Error;
        };
        let sharing = self.sharing(ptr);
        let size = self.module.types.size(element);
        if let Some(constant) = self.constant(index) {
            if !(0..i128::from(count)).contains(&constant) {
                let message =
                    format!("there is no element {constant}: the array has {count}, numbered from 0");
                self.fail_at(&codes::OUT_OF_BOUNDS, self.expr_span(index), message);
                return Place::Error;
            }
            let offset = offset.saturating_add((constant * i128::from(size)) as i32);
            return Place::Memory { ptr, offset, ty: element, sharing };
        }
        let index_span = self.expr_span(index);
        let index = self.store_as(index, Ty::U64);
        let index = self.convert(index, Ty::I64);
        let size = self.add(ExprKind::Int(size.into()), Ty::I64, index_span);
        let by = self.add(ExprKind::Binary(Binary::Mul, index, size), Ty::I64, index_span);
        let ty = self.ty(ptr);
        let ptr = self.add(ExprKind::Advance(ptr, by), ty, span);
        Place::Memory { ptr, offset, ty: element, sharing }
    }

    /// `(aref array index)` as a place.
    pub(super) fn element_place(&mut self, array: DatumId, index: DatumId, span: Span) -> Place {
        let (array, index) = {
            let array = self.array_named(array);
            (self.value(array), self.value(index))
        };
        match self.module.types.as_pointer(self.ty(array)) {
            Some(Pointer { pointee, .. }) => self.indexed(array, 0, pointee, index, span),
            None if self.ty(array) == Ty::ERROR => Place::Error,
            None => {
                let message = format!("this is {}, not an array", self.show(self.ty(array)));
                self.fail_at(&codes::TYPE_MISMATCH, self.expr_span(array), message);
                Place::Error
            }
        }
    }

    /// `p` where `array` is `(deref p)`, which names the same array.
    pub(super) fn array_named(&mut self, array: DatumId) -> DatumId {
        let expanded = self.expanded(array);
        match self.items(expanded) {
            Some([head, pointer]) if self.is_symbol(*head, "deref") => *pointer,
            _ => array,
        }
    }

    /// What a place holds; of a struct or array, its address.
    pub(super) fn read_place(&mut self, place: Place, span: Span) -> ExprId {
        match place {
            Place::Memory { ptr, offset, ty, .. } if self.module.types.is_aggregate(ty) => {
                self.address_at(ptr, offset, ty, span)
            }
            Place::Memory { ptr, offset, ty, .. } if let TypeKind::Kptr(kptr) = self.kind(ty) => {
                self.read_kept(ptr, offset, kptr, span)
            }
            Place::Memory { ptr, offset, ty, .. } => self.add(ExprKind::Load(ptr, offset), ty, span),
            Place::Bits { ptr, offset, ty, first, bits } => {
                self.read_bits(ptr, offset, ty, (first, bits), span)
            }
            Place::Var(var) => self.read_var(var, span),
            Place::Element { map, key } => {
                let ty = self.module.maps[map.map].value;
                self.add(ExprKind::MapRead(map, key), ty, span)
            }
            Place::Swapped(bytes, inner) => {
                let value = self.read_place(*inner, span);
                bytes::swap_value(self, value, bytes, span)
            }
            Place::Error => self.add(ExprKind::Error, Ty::ERROR, span),
        }
    }

    pub(super) fn address_at(&mut self, ptr: ExprId, offset: i32, ty: Ty, span: Span) -> ExprId {
        let region = self.module.types.as_pointer(self.ty(ptr)).map_or(Region::Unknown, |p| p.region);
        let pointer = self.module.types.pointer(ty, region, false);
        let offset = self.add(ExprKind::Int(offset.into()), Ty::I64, span);
        self.add(ExprKind::Advance(ptr, offset), pointer, span)
    }

    /// Shifts the field to the top and back down, which repeats the sign where there is one.
    pub(super) fn read_bits(
        &mut self,
        ptr: ExprId,
        offset: i32,
        ty: Ty,
        (first, bits): (u8, u8),
        span: Span,
    ) -> ExprId {
        let unit = self.add(ExprKind::Load(ptr, offset), ty, span);
        let unit = self.number(unit);
        let wide = self.ty(unit);
        let width = self.module.types.size(wide) * 8;
        let up = width - u32::from(first) - u32::from(bits);
        let amount = |b: &mut Self, n: u32| b.add(ExprKind::Int(n.into()), wide, span);
        let (up, down) = (amount(self, up), amount(self, width - u32::from(bits)));
        let high = self.add(ExprKind::Binary(Binary::Shl, unit, up), wide, span);
        let low = self.add(ExprKind::Binary(Binary::Shr, high, down), wide, span);
        self.convert(low, ty)
    }

    /// Writes a bit-field between its neighbours. The value is what the field then holds.
    pub(super) fn write_bits(
        &mut self,
        (ptr, offset, ty): (ExprId, i32, Ty),
        (first, bits): (u8, u8),
        value: ExprId,
        span: Span,
    ) -> ExprId {
        let Some(int) = self.module.types.as_int(ty) else {
            return self.add(ExprKind::Error, Ty::ERROR, span);
        };
        let unsigned = self.module.types.int(crate::hir::Int { signed: false, ..int.widened() });
        if let Some(constant) = self.constant(value) {
            self.fit_bits(constant, bits, self.expr_span(value));
        }
        let value = self.store_as(value, ty);
        let value = self.convert(value, unsigned);
        let ((pointer, ptr), (held, value)) = (self.hold(ptr), self.hold(value));
        let mask: i128 = (1 << bits) - 1;
        let constant = |b: &mut Self, n: i128| b.add(ExprKind::Int(n), unsigned, span);
        let binary = |b: &mut Self, op, x, y| b.add(ExprKind::Binary(op, x, y), unsigned, span);
        let p = self.read_var(pointer, span);
        let old = self.add(ExprKind::Load(p, offset), ty, span);
        let old = self.convert(old, unsigned);
        let all = crate::hir::Int { signed: false, ..int.widened() }.max();
        let others = constant(self, all & !(mask << first));
        let kept = binary(self, Binary::And, old, others);
        let (v, ones, by) = (self.read_var(held, span), constant(self, mask), constant(self, first.into()));
        let low = binary(self, Binary::And, v, ones);
        let placed = binary(self, Binary::Shl, low, by);
        let new = binary(self, Binary::Or, kept, placed);
        let new = self.convert(new, ty);
        let p = self.read_var(pointer, span);
        let stored = self.add(ExprKind::Store(p, offset, new), ty, span);
        let p = self.read_var(pointer, span);
        let result = self.read_bits(p, offset, ty, (first, bits), span);
        let body = self.seq(vec![stored, result], span);
        self.add(ExprKind::Let(vec![(pointer, ptr), (held, value)], body), ty, span)
    }

    /// Reports a constant that is wider than its bit-field, read with or without a sign.
    pub(super) fn fit_bits(&mut self, value: i128, bits: u8, span: Span) {
        let (least, greatest) = (-(1_i128 << (bits - 1)), (1_i128 << bits) - 1);
        if !(least..=greatest).contains(&value) {
            let message = format!("{value} does not fit a bit-field of {bits} bits");
            let error = Diagnostic::error(&codes::LITERAL_RANGE, span, message);
            self.report(error.help(format!("`(logand {value} {greatest})` keeps the low {bits} bits")));
        }
    }
}
