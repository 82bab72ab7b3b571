//! Tables of functions that the kernel calls, as libbpf reads them: variables of `.struct_ops.link`
//! whose type is named as the kernel's struct and has the members that are set. Where a program
//! stands is a relocation (`bpf_object__collect_st_ops_relos` and
//! `bpf_map__init_kern_struct_ops`, libbpf.c).

use crate::{
    arena::Entity,
    btf::{
        Btf, Type, TypeId,
        basic::Basic,
        types::{Composite, Enum, Member, POINTER_SIZE},
    },
    elf::{Contents, DataReloc, DataSection, Object, Target, Variable},
    hir::{self, OpsMember, OpsShape, OpsValue},
};

/// The section of tables that are attached as links (Linux 6.4).
const SECTION: &str = ".struct_ops.link";

/// Adds the tables of `hir`.
pub fn tables(object: &mut Object, hir: &hir::Module) {
    if hir.struct_ops.is_empty() {
        return;
    }
    let (mut bytes, mut variables, mut relocs) = (Vec::new(), Vec::new(), Vec::new());
    for table in &hir.struct_ops {
        let offset = bytes.len() as u32;
        let (ty, places, size) = structure(&mut object.btf, table);
        bytes.resize((offset + size) as usize, 0);
        for (member, place) in table.members.iter().zip(places) {
            let at = offset + place;
            match &member.value {
                OpsValue::Bytes(own) => bytes[at as usize..at as usize + own.len()].copy_from_slice(own),
                OpsValue::Program(program) => {
                    relocs.push(DataReloc { offset: at, target: Target::Function(program.index()) });
                }
            }
        }
        let name = table.symbol.clone();
        variables.push(Variable { name, offset, size, ty, global: true });
    }
    let contents = Contents::Bytes(bytes);
    object.data.push(DataSection { name: SECTION.into(), contents, align: 8, variables, relocs });
}

/// The type of a table, where in it each member is, and its size.
fn structure(btf: &mut Btf, table: &hir::StructOps) -> (TypeId, Vec<u32>, u32) {
    let (mut size, mut members, mut places) = (0u32, Vec::new(), Vec::new());
    for member in &table.members {
        let (ty, bytes, align) = member_type(btf, member);
        let place = size.next_multiple_of(align);
        let name = btf.intern(&member.name);
        members.push(Member { name, ty, offset: 8 * place, bits: 0 });
        places.push(place);
        size = place + bytes;
    }
    let size = size.next_multiple_of(POINTER_SIZE);
    let name = btf.intern(&table.kernel);
    (btf.add(Type::Struct(Composite { name, size, bit_fields: false, members })), places, size)
}

/// The type of a member, its size and its alignment. What a function is called with is the kernel's to
/// say.
fn member_type(btf: &mut Btf, member: &OpsMember) -> (TypeId, u32, u32) {
    match member.shape {
        OpsShape::Function => {
            let proto = btf.func_proto(TypeId::VOID, &[]);
            (btf.ptr(proto), POINTER_SIZE, POINTER_SIZE)
        }
        OpsShape::Int(size) => {
            let basic = match size {
                1 => Basic::U8,
                2 => Basic::U16,
                4 => Basic::U32,
                _ => Basic::U64,
            };
            (btf.basic(basic), size, size)
        }
        OpsShape::Enum(size) => {
            let of = Enum { name: btf.intern(""), size, signed: false, values: Vec::new() };
            (btf.add(if size > 4 { Type::Enum64(of) } else { Type::Enum(of) }), size, size)
        }
        OpsShape::Chars(count) => {
            let element = btf.basic(Basic::Char);
            (btf.array(element, count), count, 1)
        }
    }
}
