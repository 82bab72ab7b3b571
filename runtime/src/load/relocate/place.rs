//! Where a member of the object's types is in the kernel's.
//!
//! Members are found by name, through structs and unions that have none; array elements by number.

use std::{collections::HashMap, mem::discriminant};

use crate::btf::{Btf, Kind, Member, TypeId};

/// A step from a type to a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step<'b> {
    /// To an element: of an array, or at first of what the pointer points to.
    Element(u32),
    /// To a member with a name, of a type of the object's.
    Member(&'b str, TypeId),
}

/// A part of a type: where it is, and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// From the start of the type.
    pub(super) bit_offset: u32,
    /// Its width if it is a bit-field, else 0.
    pub(super) bit_width: u32,
    /// Its type.
    pub(super) ty: TypeId,
}

/// How deep structs without names may be in one another.
const MAX_DEPTH: usize = 32;

/// The part of `root` to which the numbers of `path` lead, and the steps there by name.
pub(super) fn follow<'b>(btf: &'b Btf, root: TypeId, path: &[usize]) -> Option<(Place, Vec<Step<'b>>)> {
    let (first, rest) = path.split_first()?;
    let element = u32::try_from(*first).ok()?;
    let mut steps = vec![Step::Element(element)];
    let bit_offset = element.checked_mul(size(btf, root)?)?.checked_mul(8)?;
    let mut place = Place { bit_offset, bit_width: 0, ty: root };
    for index in rest {
        match &btf.resolve(place.ty).ok()?.kind {
            Kind::Struct { members, .. } => {
                let member = members.get(*index)?;
                place = place.member(member)?;
                if !member.name.is_empty() {
                    steps.push(Step::Member(&member.name, member.ty));
                }
            }
            Kind::Array { element, .. } => {
                let index = u32::try_from(*index).ok()?;
                place = place.element(btf, *element, index)?;
                steps.push(Step::Element(index));
            }
            _ => return None,
        }
    }
    Some((place, steps))
}

/// The part of the kernel's type `root` to which the steps lead that are of the types of `own`.
pub(super) fn find(kernel: &Btf, root: TypeId, own: &Btf, steps: &[Step<'_>]) -> Option<Place> {
    let (first, rest) = steps.split_first()?;
    let Step::Element(element) = first else { return None };
    let bit_offset = element.checked_mul(size(kernel, root)?)?.checked_mul(8)?;
    let mut place = Place { bit_offset, bit_width: 0, ty: root };
    for step in rest {
        place = match step {
            Step::Element(index) => {
                let Kind::Array { element, count } = kernel.resolve(place.ty).ok()?.kind else { return None };
                // An array without a length is at the end of a struct, and as long as need be.
                let place = place.element(kernel, element, *index)?;
                (count == 0 || *index < count).then_some(place)?
            }
            Step::Member(name, ty) => {
                let found = member(kernel, place, name, 0)?;
                alike(own, *ty, kernel, found.ty, 0).then_some(found)?
            }
        };
    }
    Some(place)
}

fn member(btf: &Btf, of: Place, name: &str, depth: usize) -> Option<Place> {
    let Kind::Struct { members, .. } = &btf.resolve(of.ty).ok()?.kind else { return None };
    if depth > MAX_DEPTH {
        return None;
    }
    members.iter().find_map(|own| match &*own.name {
        "" => member(btf, of.member(own)?, name, depth + 1),
        own_name if own_name == name => of.member(own),
        _ => None,
    })
}

impl Place {
    fn member(self, member: &Member) -> Option<Self> {
        let bit_offset = self.bit_offset.checked_add(member.bit_offset)?;
        Some(Self { bit_offset, bit_width: member.bit_width, ty: member.ty })
    }

    fn element(self, btf: &Btf, ty: TypeId, index: u32) -> Option<Self> {
        let bits = index.checked_mul(size(btf, ty)?)?.checked_mul(8)?;
        Some(Self { bit_offset: self.bit_offset.checked_add(bits)?, bit_width: 0, ty })
    }
}

/// Whether a member of one type can be meant by one of the other: numbers may have other widths, structs
/// other members.
fn alike(own: &Btf, a: TypeId, kernel: &Btf, b: TypeId, depth: usize) -> bool {
    let (Ok(a), Ok(b)) = (own.resolve(a), kernel.resolve(b)) else { return false };
    match (&a.kind, &b.kind) {
        (Kind::Struct { .. }, Kind::Struct { .. }) => true,
        (Kind::Array { element: a, .. }, Kind::Array { element: b, .. }) => {
            depth < MAX_DEPTH && alike(own, *a, kernel, *b, depth + 1)
        }
        (Kind::Enum { .. }, Kind::Enum { .. }) => {
            // An enumeration without a name matches any.
            let (a, b) = (essential(&a.name), essential(&b.name));
            a.is_empty() || b.is_empty() || a == b
        }
        (a, b) => discriminant(a) == discriminant(b),
    }
}

/// The bytes of a type.
pub(super) fn size(btf: &Btf, ty: TypeId) -> Option<u32> {
    let mut factor = 1u32;
    let mut ty = ty;
    for _ in 0..MAX_DEPTH {
        let bytes = match btf.resolve(ty).ok()?.kind {
            Kind::Int { bytes, .. } | Kind::Float { bytes } | Kind::Enum { bytes, .. } => bytes,
            Kind::Struct { bytes, .. } => bytes,
            Kind::Pointer(_) => 8,
            Kind::Array { element, count } => {
                factor = factor.checked_mul(count)?;
                ty = element;
                continue;
            }
            _ => return None,
        };
        return factor.checked_mul(bytes);
    }
    None
}

/// A name without its flavour: `task_struct` of `task_struct___old`.
pub(super) fn essential(name: &str) -> &str {
    match name.rfind("___") {
        Some(at) if at > 0 && at + 3 < name.len() && !name[..at].ends_with('_') => &name[..at],
        _ => name,
    }
}

/// The kernel's types by name.
pub(super) struct Candidates<'k> {
    pub(super) kernel: &'k Btf,
    by_name: HashMap<&'k str, Vec<TypeId>>,
}

impl<'k> Candidates<'k> {
    pub(super) fn new(kernel: &'k Btf) -> Self {
        let mut by_name: HashMap<_, Vec<TypeId>> = HashMap::new();
        for (id, ty) in kernel.all().filter(|(_, ty)| !ty.name.is_empty()) {
            by_name.entry(essential(&ty.name)).or_default().push(id);
        }
        Self { kernel, by_name }
    }

    /// The types that can be meant by the type `id` of `own`: of its name and its kind.
    pub(super) fn of(&self, own: &Btf, id: TypeId) -> Vec<TypeId> {
        let Ok(wanted) = own.get(id) else { return Vec::new() };
        let named = self.by_name.get(essential(&wanted.name)).map_or(&[][..], Vec::as_slice);
        let fits = |id: &&TypeId| self.kernel.get(**id).is_ok_and(|ty| same_kind(&wanted.kind, &ty.kind));
        named.iter().filter(fits).copied().collect()
    }
}

fn same_kind(a: &Kind, b: &Kind) -> bool {
    match (a, b) {
        (Kind::Struct { union: a, .. }, Kind::Struct { union: b, .. }) => a == b,
        (Kind::Other, _) => false,
        _ => discriminant(a) == discriminant(b),
    }
}
