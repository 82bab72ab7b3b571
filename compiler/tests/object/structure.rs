//! What is in the files, as the `object` crate and aya see it.

use aya_obj::{Function as AyaFunction, Object as Aya};
use bpfl_compiler::{
    bpf::{disasm, insn::Insn},
    btf::{Type, read},
    elf::{self, Error, Object, Target},
};
use object::{Object as _, ObjectSection as _, ObjectSymbol as _, read::elf::ElfFile64};

use crate::programs;

fn bytes(object: &Object) -> Vec<u8> {
    elf::write(object).unwrap_or_else(|error| panic!("{error}"))
}

fn parse(bytes: &[u8]) -> ElfFile64<'_> {
    ElfFile64::parse(bytes).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_same_object_is_the_same_bytes() {
    let sources = programs::sources();
    for make in [programs::count_egress, programs::everything, programs::extras] {
        assert_eq!(bytes(&make(&sources)), bytes(&make(&programs::sources())));
    }
}

#[test]
fn code_is_what_was_given() {
    let sources = programs::sources();
    let written = bytes(&programs::count_egress(&sources));
    let file = parse(&written);
    let section = file.section_by_name("cgroup_skb/egress").expect("the section");
    let code: Vec<Insn> =
        section.data().expect("its data").as_chunks().0.iter().copied().map(Insn::decode).collect();
    let text: Vec<String> = disasm::disassemble(&code, |_| None).into_iter().map(|l| l.text).collect();
    let expected = [
        "*(u32 *)(r10 - 4) = 0",
        "r2 = r10",
        "r2 += -4",
        "r1 = 0 ll",
        "call 1",
        "if r0 == 0 goto +2",
        "r1 = 1",
        "lock *(u64 *)(r0 + 0) += r1",
        "r0 = 1",
        "exit",
    ];
    assert_eq!(text, expected);
    let relocs: Vec<_> = section.relocations().map(|(at, _)| at).collect();
    assert_eq!(relocs, [24]);
}

/// Symbols have the offsets and sizes that the types say.
#[test]
fn symbols_and_types_agree() {
    let sources = programs::sources();
    for make in [programs::count_egress, programs::everything, programs::extras] {
        let written = bytes(&make(&sources));
        let file = parse(&written);
        let section = file.section_by_name(".BTF").expect(".BTF");
        let btf = read::parse(section.data().expect("its data")).expect("types");
        let mut seen = 0;
        for (_, ty) in btf.iter() {
            let Type::DataSec { name, vars, .. } = ty else { continue };
            if btf.str(*name) == ".ksyms" {
                continue;
            }
            for var in vars {
                let symbol = file.symbol_by_name(btf.name(var.var)).expect("a symbol");
                let index = symbol.section_index().expect("a section");
                let home = file.section_by_index(index).expect("the section");
                assert_eq!(home.name(), Ok(btf.str(*name)));
                assert_eq!((symbol.address(), symbol.size()), (var.offset.into(), var.size.into()));
                seen += 1;
            }
        }
        assert!(seen >= 2);
    }
}

#[test]
fn no_path_of_the_machine_is_inside() {
    let sources = programs::sources();
    let written = bytes(&programs::everything(&sources));
    let here = env!("CARGO_MANIFEST_DIR").as_bytes();
    assert!(!written.windows(here.len()).any(|window| window == here));
}

fn aya_functions(object: &Aya) -> Vec<&AyaFunction> {
    object.functions.values().collect()
}

#[test]
fn aya_reads_programs_maps_and_lines() {
    let sources = programs::sources();
    let written = bytes(&programs::count_egress(&sources));
    let object = Aya::parse(&written).expect("aya reads it");
    assert_eq!(object.programs.keys().collect::<Vec<_>>(), ["count_egress"]);
    let map = &object.maps["pkt_count"];
    assert_eq!((map.map_type(), map.key_size(), map.value_size(), map.max_entries()), (2, 4, 8, 1));
    let functions = aya_functions(&object);
    assert_eq!(functions[0].func_info.func_info.len(), 1);
    let lines = &functions[0].line_info.line_info;
    assert_eq!(lines.iter().map(|l| l.line_col >> 10).collect::<Vec<_>>(), [8, 9, 10, 11, 12]);
}

#[test]
fn aya_links_subprograms_and_globals() {
    let sources = programs::sources();
    let written = bytes(&programs::everything(&sources));
    let mut object = Aya::parse(&written).expect("aya reads it");
    assert_eq!(object.programs.len(), 2);
    for name in [".data", ".bss", ".rodata", "outer", "inner"] {
        assert!(object.maps.contains_key(name), "{name}");
    }
    let in_text = |f: &&AyaFunction| f.name == "plus_one";
    let text = object.functions.values().find(in_text).expect("the subprogram").section_index.0;
    object.relocate_calls(&[text].into()).expect("calls are linked");
    assert!(aya_functions(&object).iter().any(|f| f.instructions.len() == 14 + 3));
}

#[test]
fn a_wrong_model_is_an_error() {
    let sources = programs::sources();
    let broken = |change: &dyn Fn(&mut Object)| {
        let mut object = programs::everything(&sources);
        change(&mut object);
        elf::write(&object).expect_err("an error")
    };
    assert!(matches!(broken(&|o| o.functions[0].insns.clear()), Error::EmptyFunction(_)));
    assert!(matches!(broken(&|o| o.functions[0].spans.truncate(3)), Error::Spans { .. }));
    assert!(matches!(broken(&|o| o.functions[0].name = "outer".into()), Error::Duplicate(_)));
    assert!(matches!(broken(&|o| o.functions[0].name = "_license".into()), Error::Duplicate(_)));
    assert!(matches!(broken(&|o| o.functions[0].section = "xdp\0".into()), Error::Name(_)));
    assert!(matches!(broken(&|o| o.data[1].name = ".data".into()), Error::Duplicate(_)));
    assert!(matches!(broken(&|o| o.functions[0].relocs[0].insn = 99), Error::Place { .. }));
    assert!(matches!(broken(&|o| o.functions[0].relocs[0].insn = 2), Error::Place { .. }));
    assert!(matches!(broken(&|o| o.functions[0].relocs[0].target = Target::Map(9)), Error::Target(_)));
    assert!(matches!(
        broken(&|o| o.functions[0].relocs[1].target = Target::Function(0)),
        Error::NotCallable(_)
    ));
    assert!(matches!(broken(&|o| o.functions[0].global = false), Error::NotCallable(_)));
    assert!(matches!(broken(&|o| o.data[0].variables[0].size = 5), Error::Variable(_)));
}

#[test]
fn an_object_without_sources_has_no_lines() {
    let sources = programs::sources();
    let empty = bpfl_compiler::source::SourceMap::new();
    let object = Object { sources: &empty, ..programs::count_egress(&sources) };
    let written = bytes(&object);
    let file = parse(&written);
    assert!(file.section_by_name(".debug_line").is_none());
    assert!(file.section_by_name(".BTF.ext").is_some());
}
