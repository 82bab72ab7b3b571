//! The objects that the tests look at.

use bpfl_compiler::{
    bpf::{
        insn::{FP, Insn, Operand},
        opcode::{AluOp, AtomicOp, JmpOp, Size, Width},
    },
    btf::{
        Btf, Type, TypeId,
        basic::Basic,
        map::{MapDef, Shape},
        types::Composite,
    },
    elf::{
        Contents, CoreRelo, DataSection, Extern, External, Function, Map, Object, Reloc, Target, Variable,
    },
    source::{SourceMap, Span},
};

/// The file of [`count_egress`], as a user in the project's folder names it.
pub const FILE: &str = "examples/count-egress.lisp";
pub const TEXT: &str = include_str!("../../../examples/count-egress.lisp");

/// The map types used here (`enum bpf_map_type`).
const HASH: u32 = 1;
const ARRAY: u32 = 2;
const PROG_ARRAY: u32 = 3;
const ARRAY_OF_MAPS: u32 = 12;

pub fn sources() -> SourceMap {
    let mut sources = SourceMap::new();
    sources.add(FILE, TEXT);
    sources
}

/// The place of `needle` in the example.
fn at(needle: &str) -> Span {
    let start = TEXT.find(needle).unwrap_or_else(|| panic!("`{needle}` is not in the example")) as u32;
    Span::new(start, start + needle.len() as u32)
}

fn context(btf: &mut Btf) -> TypeId {
    let void = btf.ptr(TypeId::VOID);
    let int = btf.basic(Basic::I32);
    btf.func_proto(int, &[("ctx", void)])
}

fn function(section: &str, name: &str, code: Vec<(Insn, Span)>, proto: TypeId) -> Function {
    let (insns, spans) = code.into_iter().unzip();
    Function {
        section: section.to_owned(),
        name: name.to_owned(),
        insns,
        spans,
        relocs: Vec::new(),
        core_relos: Vec::new(),
        proto,
        global: true,
        span: at("(defprog"),
    }
}

fn reloc(insn: u32, target: Target) -> Reloc {
    Reloc { insn, target }
}

/// What the example compiles to.
pub fn count_egress(sources: &SourceMap) -> Object<'_> {
    let mut object = Object::new(sources);
    let (key, value) = (object.btf.basic(Basic::U32), object.btf.basic(Basic::U64));
    let (lookup, key_slot, when) = (at("(map-lookup pkt-count key)"), at("(u32 0)"), at("(when val"));
    let [map_low, map_high] = Insn::load_map(1, 0);
    let add = at("(atomic-add val 1)");
    let last = Span::new(at("\n  1)").start + 3, at("\n  1)").start + 4);
    let code = vec![
        (Insn::store_imm(Size::W, FP, -4, 0), key_slot),
        (Insn::mov(2, FP), lookup),
        (Insn::alu64(AluOp::Add, 2, Operand::Imm(-4)), lookup),
        (map_low, lookup),
        (map_high, lookup),
        (Insn::call_helper(1), lookup),
        (Insn::jump(Width::W64, JmpOp::Eq, 0, Operand::Imm(0), 2), when),
        (Insn::mov_imm(1, 1), add),
        (Insn::atomic(AtomicOp::Add, Size::D, 0, 0, 1), add),
        (Insn::mov_imm(0, 1), last),
        (Insn::exit(), last),
    ];
    let proto = context(&mut object.btf);
    let mut program = function("cgroup_skb/egress", "count_egress", code, proto);
    program.relocs.push(reloc(3, Target::Map(0)));
    object.functions.push(program);
    let (key, value) = (Shape::Type(key), Shape::Type(value));
    let def = MapDef { kind: ARRAY, key, value, max_entries: 1, ..MapDef::default() };
    object.maps.push(Map { name: "pkt_count".to_owned(), def, slots: Vec::new(), span: at("(defmap") });
    object
}

/// Two programs in one section, a static and a global subprogram, all kinds of globals, a map of
/// maps with a first entry.
pub fn everything(sources: &SourceMap) -> Object<'_> {
    let mut object = Object::new(sources);
    let proto = context(&mut object.btf);
    object.functions.push(adder(proto, "first", 2));
    object.functions.push(adder(proto, "second", 3));
    subprograms(&mut object);
    let (u32_type, u64_type) = (object.btf.basic(Basic::U32), object.btf.basic(Basic::U64));
    object.data = vec![
        data(
            ".data",
            Contents::Bytes(vec![1, 0, 0, 0, 2, 0, 0, 0]),
            &[("low", 0, u32_type), ("high", 4, u32_type)],
        ),
        data(".bss", Contents::Zeroes(16), &[("total", 8, u64_type)]),
        data(".rodata", Contents::Bytes(b"\x05\0\0\0text\0\0\0\0".to_vec()), &[("step", 0, u32_type)]),
    ];
    maps(&mut object, u32_type);
    object
}

/// `total += callee(high)`, and reads a map and the unnamed text in `.rodata`.
fn adder(proto: TypeId, name: &str, callee: usize) -> Function {
    let (place, call) = (at("(let"), at("(when val"));
    let load = |reg| Insn::load_imm64(reg, 0).map(|insn| (insn, place));
    let mut code: Vec<_> = load(1).into();
    code.push((Insn::load(Size::W, 1, 1, 0), place));
    code.push((Insn::call_function(-1), call));
    code.extend(load(1));
    code.push((Insn::atomic(AtomicOp::Add, Size::D, 1, 0, 0), call));
    code.extend(load(2));
    code.push((Insn::load(Size::B, 0, 2, 0), place));
    code.extend(load(3));
    code.push((Insn::alu64(AluOp::And, 0, Operand::Imm(1)), place));
    code.push((Insn::exit(), place));
    let mut function = function("cgroup_skb/egress", name, code, proto);
    let targets = [
        (0, data_at(0, 4)),
        (3, Target::Function(callee)),
        (4, data_at(1, 8)),
        (7, data_at(2, 4)),
        (10, Target::Map(0)),
    ];
    function.relocs = targets.map(|(insn, target)| reloc(insn, target)).to_vec();
    function
}

fn data_at(section: usize, offset: u32) -> Target {
    Target::Data { section, offset }
}

fn subprograms(object: &mut Object) {
    let int = object.btf.basic(Basic::U32);
    let proto = object.btf.func_proto(int, &[("n", int)]);
    let place = at("(atomic-add val 1)");
    for (name, step, global) in [("plus_one", 1, true), ("plus_two", 2, false)] {
        let code = vec![
            (Insn::alu32(AluOp::Mov, 0, Operand::Reg(1)), place),
            (Insn::alu32(AluOp::Add, 0, Operand::Imm(step)), place),
            (Insn::exit(), place),
        ];
        object.functions.push(Function { global, ..function(".text", name, code, proto) });
    }
}

fn data(name: &str, contents: Contents, variables: &[(&str, u32, TypeId)]) -> DataSection {
    let variable = |&(name, offset, ty): &(&str, u32, TypeId)| {
        let size = if name == "total" { 8 } else { 4 };
        Variable { name: name.to_owned(), offset, size, ty, global: true }
    };
    let variables = variables.iter().map(variable).collect();
    DataSection { name: name.to_owned(), contents, align: 8, variables, relocs: Vec::new() }
}

fn maps(object: &mut Object, word: TypeId) {
    let typed = Shape::Type(word);
    let inner = MapDef { kind: HASH, key: typed, value: typed, max_entries: 4, ..MapDef::default() };
    let outer = MapDef {
        kind: ARRAY_OF_MAPS,
        key: Shape::Size(4),
        max_entries: 2,
        inner: Some(Box::new(inner.clone())),
        initialised: true,
        ..MapDef::default()
    };
    let span = at("(defmap");
    let slots = vec![None, Some(Target::Map(1))];
    object.maps.push(Map { name: "outer".to_owned(), def: outer, slots, span });
    object.maps.push(Map { name: "inner".to_owned(), def: inner, slots: Vec::new(), span });
}

/// `BPF_CORE_TYPE_EXISTS`.
const TYPE_EXISTS: u32 = 8;

/// Kernel functions, a callback, a question to the kernel's types, an array of programs.
pub fn extras(sources: &SourceMap) -> Object<'_> {
    let mut object = Object::new(sources);
    let nothing = object.btf.func_proto(TypeId::VOID, &[]);
    for name in ["bpf_rcu_read_lock", "bpf_rcu_read_unlock"] {
        object.externs.push(Extern { name: name.to_owned(), what: External::Function(nothing), weak: false });
    }
    let proto = context(&mut object.btf);
    object.functions.push(caller(proto));
    object.functions.push(answer(&mut object.btf, proto));
    object.functions.push(callback(&mut object.btf));
    let def = MapDef {
        kind: PROG_ARRAY,
        key: Shape::Size(4),
        max_entries: 2,
        initialised: true,
        ..MapDef::default()
    };
    let slots = vec![None, Some(Target::Function(1))];
    object.maps.push(Map { name: "jumps".to_owned(), def, slots, span: at("(defmap") });
    object
}

/// Takes and releases the RCU lock, then runs the callback three times.
fn caller(proto: TypeId) -> Function {
    const LOOP: i32 = 181;
    let [low, high] = Insn::load_function(2, 0);
    let code = vec![
        Insn::call_kfunc(0, 0),
        Insn::call_kfunc(0, 0),
        Insn::mov_imm(1, 3),
        low,
        high,
        Insn::mov_imm(3, 0),
        Insn::mov_imm(4, 0),
        Insn::call_helper(LOOP),
        Insn::mov_imm(0, 1),
        Insn::exit(),
    ];
    let code = code.into_iter().map(|insn| (insn, at("(let"))).collect();
    let mut caller = function("cgroup_skb/egress", "caller", code, proto);
    let targets = [(0, Target::Extern(0)), (1, Target::Extern(1)), (3, Target::Function(2))];
    caller.relocs = targets.map(|(insn, target)| reloc(insn, target)).to_vec();
    caller
}

/// Whether the kernel has a struct that it does not have. The object says 1: it has the type.
fn answer(btf: &mut Btf, proto: TypeId) -> Function {
    let name = btf.intern("bpfl_no_such_struct");
    let ty = btf.add(Type::Struct(Composite { name, ..Composite::default() }));
    let code = vec![(Insn::mov_imm(0, 1), at("(when val")), (Insn::exit(), at("(when val"))];
    let core_relos = vec![CoreRelo { insn: 0, ty, access: "0".to_owned(), kind: TYPE_EXISTS }];
    Function { core_relos, ..function("cgroup_skb/egress", "answer", code, proto) }
}

fn callback(btf: &mut Btf) -> Function {
    let (index, context, result) = (btf.basic(Basic::U32), btf.ptr(TypeId::VOID), btf.basic(Basic::I64));
    let proto = btf.func_proto(result, &[("index", index), ("context", context)]);
    let code = vec![(Insn::mov_imm(0, 0), at("(u32 0)")), (Insn::exit(), at("(u32 0)"))];
    Function { global: false, ..function(".text", "callback", code, proto) }
}
