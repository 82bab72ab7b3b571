//! Machine code as text with the source lines it comes from, for `--emit=asm`.

use std::fmt::Write;

use bpfl_stdlib::catalog::helper;

use crate::{
    arena::Entity,
    bpf::{
        Code, Target,
        disasm::{Callee, disassemble},
    },
    hir,
    ir::Func,
    source::SourceMap,
};

/// Prints each program's code.
pub fn print(sources: &SourceMap, hir: &hir::Module, codes: &[Code]) -> String {
    let mut out = String::new();
    for (program, code) in hir.programs.values().zip(codes) {
        let (symbol, section, slots) = (&program.symbol, program.section.name, code.insns.len());
        let _ = writeln!(out, "{symbol}: {slots} slots, section {section}");
        function(sources, hir, code, &mut out);
    }
    for (subprogram, code) in hir.functions.values().zip(codes.iter().skip(hir.programs.len())) {
        let _ = writeln!(out, "{}: {} slots, section .text", subprogram.symbol, code.insns.len());
        function(sources, hir, code, &mut out);
    }
    out
}

fn function(sources: &SourceMap, hir: &hir::Module, code: &Code, out: &mut String) {
    let mut last = None;
    for line in disassemble(&code.insns, name) {
        let place = sources.location(code.spans[line.slot].start);
        if last != Some((place.file, place.line)) {
            last = Some((place.file, place.line));
            let text = sources.file(place.file).line_numbered(place.line).trim();
            let _ = writeln!(out, "; {}:{}: {text}", sources.file(place.file).name, place.line);
        }
        let reloc = code.relocs.iter().find(|(slot, _)| *slot as usize == line.slot);
        let comment = reloc.map(|(_, target)| match target {
            Target::Map(map) => format!("   ; {}", hir.maps[*map].symbol),
            Target::Function(func) => function_name(hir, *func),
            Target::Ksym(ksym) => format!("   ; {}", hir.ksyms[*ksym].symbol),
            Target::Kfunc(kfunc) => format!("   ; {}", hir.kfuncs[*kfunc].symbol),
            Target::Global(global, _) => format!("   ; {}", hir.globals[*global].symbol),
        });
        let _ = writeln!(out, "  {:4}: {}{}", line.slot, line.text, comment.unwrap_or_default());
    }
}

/// A function's symbol.
fn function_name(hir: &hir::Module, func: Func) -> String {
    let index = func.index().saturating_sub(hir.programs.len());
    let found = hir.functions.values().nth(index);
    found.map_or_else(String::new, |function| function.symbol.clone())
}

/// A helper's name.
fn name(callee: Callee) -> Option<String> {
    let Callee::Helper(number) = callee else { return None };
    let row = helper::by_id(u32::try_from(number).ok()?)?;
    Some(format!("bpf_{}", row.name))
}
