//! The kernel's types as the language has them, from BTF.

use super::{BitField, Builder, Hop};
use crate::{
    btf::{Type, TypeId, types::encoding, view::View},
    diagnostic::{Diagnostic, codes},
    hir::{
        Int, Ty, TypeKind,
        kernel::{KernelId, KernelStruct, Member, Shape, Step},
    },
    ir::Region,
    names::nearest,
    source::Span,
};

impl Builder<'_> {
    pub(in crate::hir::build) fn unknown_member(&mut self, view: &View, of: TypeId, name: &str, span: Span) {
        let title = view.get(of).map_or("", |ty| view.str(ty.name()));
        let message = format!("the kernel's `{title}` has no member `{name}`");
        let mut error = Diagnostic::error(&codes::UNKNOWN_FIELD, span, message);
        let mut names = Vec::new();
        member_names(view, of, &mut names, 0);
        if let Some(near) = nearest(name, names.iter().copied()) {
            error = error.help(format!("did you mean `{near}`?"));
        }
        self.report(error);
    }

    /// Reports a struct that the kernel does not have.
    pub(in crate::hir::build) fn unknown_struct(&mut self, view: &View, name: &str, span: Span) {
        let message = format!("the kernel has no struct called `{name}`");
        let error = Diagnostic::error(&codes::UNKNOWN_TYPE, span, message);
        self.report(match nearest(name, view.composites()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        });
    }

    /// The step to a member, which the struct gets unless it has it.
    pub(in crate::hir::build) fn step(
        &mut self,
        of: KernelId,
        name: &str,
        bit_offset: u32,
        bits: u8,
        shape: Shape,
    ) -> Step {
        let members = &mut self.module.types.kernel[of].members;
        let known = members.iter().position(|member| member.name == name);
        let index = known.unwrap_or_else(|| {
            members.push(Member { name: name.into(), bit_offset, bits, shape });
            members.len() - 1
        });
        Step::Member(of, index)
    }

    /// The struct or union `id` of the kernel's.
    pub(in crate::hir::build) fn composite(&mut self, view: &View, id: TypeId) -> KernelId {
        let ty = view.get(id);
        let size = ty.as_ref().and_then(Type::stated_size).unwrap_or(0);
        let name = ty.as_ref().map_or("", |ty| view.str(ty.name()));
        let union = matches!(ty, Some(Type::Union(_)));
        let kernel = match self.anonymous.get(&id) {
            Some(known) => *known,
            None if name.is_empty() => {
                let new = KernelStruct { name: String::new(), union, size, members: Vec::new() };
                let new = self.module.types.kernel.push(new);
                self.anonymous.insert(id, new);
                new
            }
            None => self.kernel_named(name),
        };
        let own = &mut self.module.types.kernel[kernel];
        (own.union, own.size) = (union, size);
        kernel
    }

    /// Whether a struct of the kernel's has another one, called `name`, as its first member, or in that: then
    /// a pointer to it is one to that, too (`btf_struct_ids_match`, kernel/bpf/btf.c).
    pub(in crate::hir::build) fn starts_with(&self, ty: TypeKind, name: &str) -> bool {
        let (TypeKind::Kernel(id), Ok(view)) = (ty, self.kernel.view()) else { return false };
        let mut at = view.composite(&self.module.types.kernel[id].name);
        for _ in 0..ANONYMOUS_DEPTH {
            let Some(Type::Struct(of)) = at.and_then(|id| view.get(id)) else { return false };
            if view.str(of.name) == name {
                return true;
            }
            let first = of.members.first().filter(|member| member.offset == 0);
            at = first.map(|member| view.resolved(member.ty).0);
        }
        false
    }

    /// The kernel's struct of this name, of which nothing else need be known.
    pub(in crate::hir::build) fn kernel_named(&mut self, name: &str) -> KernelId {
        let all = &mut self.module.types.kernel;
        let known = all.iter().find(|(_, own)| own.name == name).map(|(id, _)| id);
        known.unwrap_or_else(|| {
            all.push(KernelStruct { name: name.into(), union: false, size: 0, members: Vec::new() })
        })
    }

    /// A pointer to the kernel's struct of this name.
    pub(in crate::hir::build) fn kernel_pointer(&mut self, name: &str, nullable: bool) -> Ty {
        let id = self.kernel_named(name);
        let pointee = self.module.types.intern(TypeKind::Kernel(id));
        self.module.types.pointer(pointee, Region::Kernel, nullable)
    }

    /// What a member is in BTF and in the language.
    pub(super) fn shape(&mut self, view: &View, id: TypeId, ty: &Type) -> Option<(Shape, Ty)> {
        Some(match ty {
            Type::Int { size, encoding: flags, .. } => {
                let ty = match flags & encoding::BOOL != 0 {
                    true => Ty::BOOL,
                    false => self.integer(*size, flags & encoding::SIGNED != 0)?,
                };
                (Shape::Int(ty), ty)
            }
            Type::Enum(e) | Type::Enum64(e) => {
                let ty = self.integer(e.size, e.signed)?;
                (Shape::Enum { name: view.str(e.name).into(), ty }, ty)
            }
            Type::Ptr(pointee) => (Shape::Pointer, self.pointee(view, *pointee)),
            Type::Array(array) => {
                let (element, resolved) = view.resolved(array.element);
                let (shape, element) = self.shape(view, element, &resolved?)?;
                let ty = TypeKind::Array { element, count: array.count.max(1) };
                (Shape::Array(Box::new(shape), array.count), self.module.types.intern(ty))
            }
            Type::Struct(_) | Type::Union(_) => {
                let id = self.composite(view, id);
                (Shape::Struct(id), self.module.types.intern(TypeKind::Kernel(id)))
            }
            _ => return None,
        })
    }

    pub(super) fn integer(&mut self, bytes: u32, signed: bool) -> Option<Ty> {
        let bits = matches!(bytes, 1 | 2 | 4 | 8).then_some((bytes * 8) as u8)?;
        Some(self.module.types.int(Int { bits, signed }))
    }

    /// A pointer as a value: to a struct typed, to anything else a number.
    pub(super) fn pointee(&mut self, view: &View, pointee: TypeId) -> Ty {
        self.kernel_struct_pointer(view, pointee, false).unwrap_or(Ty::U64)
    }

    /// A pointer to a struct or union of the kernel's; `None` for what is something else.
    pub(in crate::hir::build) fn kernel_struct_pointer(
        &mut self,
        view: &View,
        pointee: TypeId,
        nullable: bool,
    ) -> Option<Ty> {
        let (id, Some(Type::Struct(_) | Type::Union(_))) = view.resolved(pointee) else { return None };
        let id = self.composite(view, id);
        let pointee = self.module.types.intern(TypeKind::Kernel(id));
        Some(self.module.types.pointer(pointee, Region::Kernel, nullable))
    }

    /// The unit to load for a bit-field, as loaders compute it (`bpf_core_calc_field_relo` in
    /// libbpf's relo_core.c): of the declared type, and wider while the field does not fit.
    pub(super) fn bit_field(&mut self, hop: &mut Hop, found: &Found<'_>) -> BitField {
        let (first, bits) = (found.offset, u32::from(found.bits));
        let mut bytes = self.module.types.size(hop.ty).clamp(1, 8);
        let start = |bytes: u32| first / 8 / bytes * bytes;
        while bytes < 8 && first + bits > (start(bytes) + bytes) * 8 {
            bytes *= 2;
        }
        hop.offset = hop.offset - first / 8 + start(bytes);
        let unit = self.integer(bytes, false).unwrap_or(Ty::U64);
        let left = 64u32.saturating_sub(first + bits - start(bytes) * 8);
        BitField { unit, left, right: 64 - bits }
    }
}

/// A member of a struct in BTF.
pub(super) struct Found<'v> {
    pub name: &'v str,
    pub ty: TypeId,
    /// Bits from the struct's start.
    pub offset: u32,
    pub bits: u8,
}

/// How deeply anonymous structs are looked into; C code does not nest them further.
const ANONYMOUS_DEPTH: u32 = 16;

/// The member called `name`, also of anonymous structs inside.
pub(super) fn member<'v>(view: &'v View, of: TypeId, name: &str) -> Option<Found<'v>> {
    find(view, of, ANONYMOUS_DEPTH, &|n| n == name)
        .or_else(|| find(view, of, ANONYMOUS_DEPTH, &|n| n.eq_ignore_ascii_case(name)))
}

fn find<'v>(view: &'v View, of: TypeId, depth: u32, is: &dyn Fn(&str) -> bool) -> Option<Found<'v>> {
    let (Type::Struct(composite) | Type::Union(composite)) = view.get(of)? else { return None };
    composite.members.iter().find_map(|member| {
        let name = view.str(member.name);
        if is(name) {
            return Some(Found { name, ty: member.ty, offset: member.offset, bits: member.bits });
        }
        if !name.is_empty() || depth == 0 {
            return None;
        }
        let inner = find(view, view.resolved(member.ty).0, depth - 1, is)?;
        Some(Found { offset: inner.offset + member.offset, ..inner })
    })
}

fn member_names<'v>(view: &'v View, of: TypeId, names: &mut Vec<&'v str>, depth: u32) {
    let Some(Type::Struct(composite) | Type::Union(composite)) = view.get(of) else { return };
    for member in &composite.members {
        match view.str(member.name) {
            "" if depth < ANONYMOUS_DEPTH => {
                member_names(view, view.resolved(member.ty).0, names, depth + 1);
            }
            name => names.push(name),
        }
    }
}
