//! The typed program and its machine code to what an object file is made of.

mod kernel;
mod struct_ops;

use bpfl_stdlib::catalog::{kptr::tag, map::KeyRule, program::ProgramType};

use crate::{
    arena::{Arena, Entity},
    bpf::{self, Code},
    btf::{
        Btf, Type, TypeId,
        basic::Basic,
        map::{MapDef, Shape},
        types::{Composite, Enum, Member},
    },
    elf::{self, Contents, DataSection, Extern, External, Function, Map, Object, Reloc, Target, Variable},
    hir::{self, CoreId, GlobalId, StructId, Ty, TypeKind},
    ir::Region,
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
        object.maps.push(Map { name: map.symbol.clone(), def, slots: slots(map), span: map.span });
    }
    for kfunc in hir.kfuncs.values() {
        let proto = kfunc_proto(&mut object.btf, hir, kfunc);
        let what = External::Function(proto);
        object.externs.push(Extern { name: kfunc.symbol.clone(), what, weak: false });
    }
    for ksym in hir.ksyms.values() {
        let ty = match ksym.ty.map(|of| hir.types.get(of)) {
            Some(TypeKind::Kernel(id)) => kernel::structure(&mut object.btf, hir, id),
            _ => ksym.ty.map_or(TypeId::VOID, |of| ty(&mut object.btf, hir, of)),
        };
        let what = External::Variable(object.btf.add(Type::Const(ty)));
        object.externs.push(Extern { name: ksym.symbol.clone(), what, weak: false });
    }
    for record in &hir.records {
        ty(&mut object.btf, hir, *record);
    }
    let places = globals(&mut object, hir);
    struct_ops::tables(&mut object, hir);
    let programs = hir.programs.values().map(Described::Program);
    let functions = hir.functions.values().map(Described::Function);
    for (what, code) in programs.chain(functions).zip(codes) {
        let mut function = function(&mut object.btf, hir, what, &code, &places);
        let ask = |(insn, core): &(u32, CoreId)| kernel::relocation(&mut object.btf, hir, *insn, *core);
        function.core_relos = code.cores.iter().map(ask).collect();
        function.insns = code.insns;
        for (insn, _) in code.cores.iter().filter(|(_, core)| hir.cores[*core].question.is_existence()) {
            // Loaders want to find what holds of the object's own types, and those do have it.
            function.insns[*insn as usize].imm = 1;
        }
        function.spans = code.spans;
        object.functions.push(function);
    }
    object
}

/// Where each global is: the section's number and the offset in it.
type Places = Arena<GlobalId, (usize, u32)>;

/// Lays out the sections of globals.
fn globals(object: &mut Object, hir: &hir::Module) -> Places {
    let mut places = Places::filled(hir.globals.len(), (0, 0));
    for section in hir::DataSection::ALL {
        let own: Vec<GlobalId> =
            hir.globals.keys().filter(|id| hir.globals[*id].section == section).collect();
        if own.is_empty() {
            continue;
        }
        let mut bytes = Vec::new();
        let mut variables = Vec::new();
        for id in own {
            let global = &hir.globals[id];
            let align = hir.types.align(global.ty).max(1) as usize;
            bytes.resize(bytes.len().next_multiple_of(align), 0);
            let (offset, size) = (bytes.len() as u32, global.init.len() as u32);
            places[id] = (object.data.len(), offset);
            bytes.extend_from_slice(&global.init);
            let ty = ty(&mut object.btf, hir, global.ty);
            variables.push(Variable {
                name: global.symbol.clone(),
                offset,
                size,
                ty,
                global: !global.internal,
            });
        }
        let contents = match section {
            hir::DataSection::Bss => Contents::Zeroes(bytes.len() as u32),
            _ => Contents::Bytes(bytes),
        };
        let name = section.name().to_string();
        object.data.push(DataSection { name, contents, align: 8, variables, relocs: Vec::new() });
    }
    places
}

/// A relocation; the kernel's symbols come after its functions, of which there are `kfuncs`.
fn reloc(insn: u32, target: bpf::Target, places: &Places, kfuncs: usize) -> Reloc {
    let target = match target {
        bpf::Target::Function(func) => Target::Function(func.index()),
        bpf::Target::Map(map) => Target::Map(map.index()),
        bpf::Target::Kfunc(kfunc) => Target::Extern(kfunc.index()),
        bpf::Target::Ksym(ksym) => Target::Extern(kfuncs + ksym.index()),
        bpf::Target::Global(global, extra) => {
            let (section, offset) = places[global];
            Target::Data { section, offset: offset.wrapping_add_signed(extra) }
        }
    };
    Reloc { insn, target }
}

/// What a function of the object comes from.
enum Described<'a> {
    Program(&'a hir::Program),
    Function(&'a hir::Function),
}

fn function(btf: &mut Btf, hir: &hir::Module, of: Described<'_>, code: &Code, places: &Places) -> Function {
    let relocs = code.relocs.iter().map(|(insn, target)| reloc(*insn, *target, places, hir.kfuncs.len()));
    let (section, name, proto, global, span) = match of {
        Described::Program(p) => (&*p.section_name, &p.symbol, program_proto(btf, hir, p), true, p.span),
        Described::Function(f) => {
            let proto = match &f.global {
                Some(proto) => prototype(btf, hir, proto, f.ty),
                None => function_proto(btf, hir, f),
            };
            (elf::TEXT, &f.symbol, proto, f.global.is_some(), f.span)
        }
    };
    Function {
        section: section.to_string(),
        name: name.clone(),
        relocs: relocs.collect(),
        insns: Vec::new(),
        spans: Vec::new(),
        core_relos: Vec::new(),
        proto,
        global,
        span,
    }
}

/// The context's struct, which is only named: the kernel knows it. Where it depends on the event it
/// is `void`.
fn context(btf: &mut Btf, program: ProgramType) -> TypeId {
    let name = btf.intern(program.row().context);
    let context = match program.row().context {
        "" => TypeId::VOID,
        _ => btf.add(Type::Fwd { name, union: false }),
    };
    btf.ptr(context)
}

/// `int (struct context *)`
fn program_proto(btf: &mut Btf, hir: &hir::Module, program: &hir::Program) -> TypeId {
    if let Some((_, proto)) = &program.called {
        return prototype(btf, hir, proto, Some(program.seen_as));
    }
    let ctx = match program.ty {
        ProgramType::Ext => defined_context(btf, program.seen_as),
        ty => context(btf, ty),
    };
    let int = btf.basic(Basic::I32);
    btf.func_proto(int, &[("ctx", ctx)])
}

/// The context's struct where the kernel compares prototypes, for which it must be defined: it looks at its name
/// alone (`btf_is_prog_ctx_type` and `btf_check_func_type_match`, kernel/bpf/btf.c).
fn defined_context(btf: &mut Btf, program: ProgramType) -> TypeId {
    let name = match program.row().context {
        "" => return context(btf, program),
        name => btf.intern(name),
    };
    let of = Composite { name, size: 0, bit_fields: false, members: Vec::new() };
    let of = btf.add(Type::Struct(of));
    btf.ptr(of)
}

/// The prototype of a function that others call.
fn prototype(btf: &mut Btf, hir: &hir::Module, of: &hir::Prototype, program: Option<ProgramType>) -> TypeId {
    let mut params = Vec::with_capacity(of.params.len());
    for (index, own) in of.params.iter().enumerate() {
        let region = hir.types.as_pointer(*own).map(|pointer| pointer.region);
        let ty = match (region, program) {
            (Some(Region::Ctx), Some(program)) => defined_context(btf, program),
            _ => ty(btf, hir, *own),
        };
        params.push((format!("a{index}"), ty));
    }
    let returns = ty(btf, hir, of.returns);
    let params: Vec<_> = params.iter().map(|(name, ty)| (name.as_str(), *ty)).collect();
    btf.func_proto(returns, &params)
}

fn function_proto(btf: &mut Btf, hir: &hir::Module, function: &hir::Function) -> TypeId {
    let returns = ty(btf, hir, function.returns);
    let mut params = Vec::with_capacity(function.params.len());
    for (i, var) in function.params.iter().enumerate() {
        let of = hir.vars[*var].ty;
        let region = hir.types.as_pointer(of).map(|pointer| pointer.region);
        let ty = match (region, function.ty) {
            (Some(Region::Ctx), Some(program)) => context(btf, program),
            _ => ty(btf, hir, of),
        };
        params.push((format!("a{i}"), ty));
    }
    let params: Vec<_> = params.iter().map(|(name, ty)| (name.as_str(), *ty)).collect();
    btf.func_proto(returns, &params)
}

/// The prototype of a kernel function, which loaders compare with the kernel's.
fn kfunc_proto(btf: &mut Btf, hir: &hir::Module, of: &hir::Kfunc) -> TypeId {
    let mut kernel = |of: Ty| match hir.types.as_pointer(of).map(|p| hir.types.get(p.pointee)) {
        Some(TypeKind::Kernel(id)) => {
            let pointee = kernel::structure(btf, hir, id);
            btf.ptr(pointee)
        }
        _ => ty(btf, hir, of),
    };
    let returns = kernel(of.returns);
    let params: Vec<(&str, TypeId)> =
        of.params.iter().map(|(name, ty)| (name.as_str(), kernel(*ty))).collect();
    btf.func_proto(returns, &params)
}

/// What a map holds from the start. The programs are the object's first functions.
fn slots(map: &hir::Map) -> Vec<Option<Target>> {
    let count = map.values.last().map_or(0, |entry| entry.index as usize + 1);
    let mut slots = vec![None; count];
    for hir::Entry { index, held, .. } in &map.values {
        slots[*index as usize] = Some(match held {
            hir::Held::Map(map) => Target::Map(map.index()),
            hir::Held::Program(program) => Target::Function(program.index()),
        });
    }
    slots
}

fn map_def(btf: &mut Btf, hir: &hir::Module, map: &hir::Map) -> MapDef {
    // What the maps in a map are like: their first entries are their own.
    let inner = map.inner.map(|inner| {
        let def = map_def(btf, hir, &hir.maps[inner]);
        Box::new(MapDef { initialised: false, ..def })
    });
    MapDef {
        kind: map.kind.number,
        key: key(btf, hir, map),
        value: if inner.is_some() { Shape::None } else { shape(btf, hir, map.value) },
        max_entries: map.max_entries,
        map_flags: map.flags,
        map_extra: map.extra,
        pinning: u32::from(map.pinned),
        initialised: !map.values.is_empty(),
        inner,
    }
}

/// The type of a map's keys. Where they must be integers, those of an enum have its name.
fn key(btf: &mut Btf, hir: &hir::Module, map: &hir::Map) -> Shape {
    let Some(of) = hir.types.as_enum(map.key).filter(|_| map.kind.key != KeyRule::Any) else {
        return shape(btf, hir, map.key);
    };
    enumeration(btf, of);
    let (name, target) = (btf.intern(&of.c_name), ty(btf, hir, hir.types.plain(map.key)));
    Shape::Type(btf.add(Type::Typedef { name, target }))
}

/// A key's or value's type, if the map has them.
fn shape(btf: &mut Btf, hir: &hir::Module, of: Ty) -> Shape {
    match of {
        Ty::NOTHING => Shape::None,
        _ => Shape::Type(ty(btf, hir, of)),
    }
}

/// A type as BTF.
fn ty(btf: &mut Btf, hir: &hir::Module, of: Ty) -> TypeId {
    if let Some(of) = hir.types.as_enum(of) {
        return enumeration(btf, of);
    }
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
        TypeKind::Struct(id) => structure(btf, hir, id),
        TypeKind::Ptr(pointer) => {
            let pointee = ty(btf, hir, pointer.pointee);
            btf.ptr(pointee)
        }
        TypeKind::Kptr(kptr) => {
            let (name, target) = (btf.intern(tag(kptr.owned)), kernel::structure(btf, hir, kptr.of));
            let tagged = btf.add(Type::TypeTag { name, target, attribute: false });
            btf.ptr(tagged)
        }
        TypeKind::Error
        | TypeKind::Literal
        | TypeKind::Never
        | TypeKind::Nothing
        | TypeKind::Socket(_)
        | TypeKind::Map(_)
        | TypeKind::Kernel(_) => TypeId::VOID,
    }
}

fn enumeration(btf: &mut Btf, of: &hir::Enum) -> TypeId {
    let name = btf.intern(&of.c_name);
    // The width of the kind decides how many bits of a value count.
    let values = of.members.iter().map(|(name, value)| (btf.intern(name), *value as i64)).collect();
    let of = Enum { name, size: u32::from(of.int.bits) / 8, signed: of.int.signed, values };
    btf.add(if of.size == 8 { Type::Enum64(of) } else { Type::Enum(of) })
}

fn structure(btf: &mut Btf, hir: &hir::Module, id: StructId) -> TypeId {
    let of = &hir.types.structs[id];
    let mut members = Vec::with_capacity(of.fields.len());
    for field in &of.fields {
        let (name, ty) = (btf.intern(&field.c_name), ty(btf, hir, field.ty));
        members.push(Member { name, ty, offset: field.bit_offset, bits: field.bits.unwrap_or(0) });
    }
    // The kernel wants members in the order of their places, which those of unnamed unions need not have.
    members.sort_by_key(|member| member.offset);
    let bit_fields = of.fields.iter().any(|field| field.bits.is_some());
    let composite = Composite { name: btf.intern(&of.c_name), size: of.size, bit_fields, members };
    btf.add(if of.union { Type::Union(composite) } else { Type::Struct(composite) })
}

/// Writes the object. The model is one of a checked program, so an error is a bug in this compiler.
pub fn write(object: &Object) -> Result<Vec<u8>, elf::Error> {
    elf::write(object)
}
