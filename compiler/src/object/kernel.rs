//! Kernel structs in the object: a definition of each with the members that are used, and access
//! strings through it. Loaders match them with the running kernel's by name.

use bpfl_stdlib::catalog::constant;

use super::ty;
use crate::{
    btf::{
        Btf, Type, TypeId,
        types::{Composite, Enum, Member},
    },
    elf::CoreRelo,
    hir::{
        self, CoreId, KernelId,
        kernel::{Enumerator, Root, Shape, Step},
    },
};

/// The relocation of the instruction `insn`, which holds the answer to a question.
pub fn relocation(btf: &mut Btf, hir: &hir::Module, insn: u32, core: CoreId) -> CoreRelo {
    let core = &hir.cores[core];
    let kind = constant::find(core.question.constant()).map_or(0, |row| row.value as u32);
    let steps = core.path.iter().map(|step| format!(":{}", number(hir, *step)));
    let access = std::iter::once("0".to_string()).chain(steps).collect();
    let ty = match &core.root {
        Root::Struct(id) => structure(btf, hir, *id),
        Root::Enumerator(of) => enumeration(btf, of),
    };
    CoreRelo { insn, ty, access, kind }
}

/// An enumeration with the one enumerator that is asked about.
fn enumeration(btf: &mut Btf, of: &Enumerator) -> TypeId {
    let values = vec![(btf.intern(&of.name), i64::from(of.value))];
    let name = btf.intern(&of.tag);
    btf.add(Type::Enum(Enum { name, size: 4, signed: false, values }))
}

/// The members as the kernel's check of a program's BTF wants them: by offset.
fn ordered(hir: &hir::Module, id: KernelId) -> Vec<usize> {
    let members = &hir.types.kernel[id].members;
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by_key(|index| members[*index].bit_offset);
    order
}

fn number(hir: &hir::Module, step: Step) -> usize {
    match step {
        Step::Element(index) => index as usize,
        Step::Member(of, member) => {
            ordered(hir, of).iter().position(|index| *index == member).unwrap_or(member)
        }
    }
}

pub(super) fn structure(btf: &mut Btf, hir: &hir::Module, id: KernelId) -> TypeId {
    let of = &hir.types.kernel[id];
    let order = ordered(hir, id);
    let mut members = Vec::with_capacity(order.len());
    for member in order.iter().map(|index| &of.members[*index]) {
        let (name, ty) = (btf.intern(&member.name), shape(btf, hir, &member.shape));
        members.push(Member { name, ty, offset: member.bit_offset, bits: member.bits });
    }
    let bit_fields = members.iter().any(|member| member.bits > 0);
    let composite = Composite { name: btf.intern(&of.name), size: of.size, bit_fields, members };
    btf.add(if of.union { Type::Union(composite) } else { Type::Struct(composite) })
}

fn shape(btf: &mut Btf, hir: &hir::Module, of: &Shape) -> TypeId {
    match of {
        Shape::Int(int) => ty(btf, hir, *int),
        Shape::Enum { name, ty } => {
            let signed = hir.types.as_int(*ty).is_some_and(|int| int.signed);
            let of = Enum { name: btf.intern(name), size: hir.types.size(*ty), signed, values: Vec::new() };
            btf.add(if of.size > 4 { Type::Enum64(of) } else { Type::Enum(of) })
        }
        Shape::Pointer => btf.ptr(TypeId::VOID),
        Shape::Struct(id) => structure(btf, hir, *id),
        Shape::Array(element, count) => {
            let element = shape(btf, hir, element);
            btf.array(element, *count)
        }
    }
}
