//! The typed program and its machine code to what an object file is made of.

use crate::{
    arena::Entity,
    bpf::Code,
    btf::{
        Btf, Type, TypeId,
        basic::Basic,
        map::{MapDef, Shape},
    },
    elf::{self, Function, Map, Object, Reloc, Target},
    hir::{self, Ty, TypeKind},
    source::SourceMap,
};

/// The model of the object file for `hir`, whose programs' code is `codes`, in order.
pub fn assemble<'a>(sources: &'a SourceMap, hir: &hir::Module, codes: Vec<Code>) -> Object<'a> {
    let mut object = Object::new(sources);
    if let Some(program) = hir.programs.values().next() {
        object.license = program.license.clone();
    }
    for map in hir.maps.values() {
        let def = map_def(&mut object.btf, hir, map);
        object.maps.push(Map { name: map.symbol.clone(), def, slots: Vec::new(), span: map.span });
    }
    for (program, code) in hir.programs.values().zip(codes) {
        let proto = program_proto(&mut object.btf, program);
        object.functions.push(function(program, code, proto));
    }
    object
}

fn function(program: &hir::Program, code: Code, proto: TypeId) -> Function {
    let relocs = code.maps.iter().map(|(insn, map)| Reloc { insn: *insn, target: Target::Map(map.index()) });
    Function {
        section: program.section_name.clone(),
        name: program.symbol.clone(),
        relocs: relocs.collect(),
        insns: code.insns,
        spans: code.spans,
        core_relos: Vec::new(),
        proto,
        global: true,
        span: program.span,
    }
}

/// `int (struct context *)`. The context's struct is only named: the kernel knows it.
fn program_proto(btf: &mut Btf, program: &hir::Program) -> TypeId {
    let name = btf.intern(program.ty.row().context);
    let context = btf.add(Type::Fwd { name, union: false });
    let (int, ctx) = (btf.basic(Basic::I32), btf.ptr(context));
    btf.func_proto(int, &[("ctx", ctx)])
}

fn map_def(btf: &mut Btf, hir: &hir::Module, map: &hir::Map) -> MapDef {
    MapDef {
        kind: map.kind.number,
        key: Shape::Type(ty(btf, hir, map.key)),
        value: Shape::Type(ty(btf, hir, map.value)),
        max_entries: map.max_entries,
        map_flags: map.flags,
        pinning: u32::from(map.pinned),
        ..MapDef::default()
    }
}

/// A type as BTF.
fn ty(btf: &mut Btf, hir: &hir::Module, of: Ty) -> TypeId {
    match hir.types.get(of) {
        TypeKind::Int(int) => btf.basic(match (int.bits, int.signed) {
            (8, false) => Basic::U8,
            (8, true) => Basic::I8,
            (16, false) => Basic::U16,
            (16, true) => Basic::I16,
            (32, false) => Basic::U32,
            (32, true) => Basic::I32,
            (_, false) => Basic::U64,
            (_, true) => Basic::I64,
        }),
        TypeKind::Bool => btf.basic(Basic::Bool),
        TypeKind::Array { element, count } => {
            let element = ty(btf, hir, element);
            btf.array(element, count)
        }
        TypeKind::Ptr(pointer) => {
            let pointee = ty(btf, hir, pointer.pointee);
            btf.ptr(pointee)
        }
        TypeKind::Error | TypeKind::Literal | TypeKind::Never | TypeKind::Nothing => TypeId::VOID,
    }
}

/// Writes the object. The model is one of a checked program, so an error is a bug in this compiler.
pub fn write(object: &Object) -> Result<Vec<u8>, elf::Error> {
    elf::write(object)
}
