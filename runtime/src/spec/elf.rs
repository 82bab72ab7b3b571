//! The ELF side of an object: sections and symbols.

use std::{ops::Range, sync::Arc};

use object::{Architecture, Object, ObjectSection, ObjectSymbol, RelocationTarget, SectionKind, SymbolKind};

use bpfl_stdlib::catalog::helper;

use super::{
    MapSpec, ObjectSpec, ProgramSpec, SpecError, Types,
    file::{File, Section, Symbol},
    globals, lines, maps, program_row, tables,
};
use crate::{
    btf::{Btf, ext::Ext, shape::Shapes},
    insn::{CALL, Insn, Pseudo},
};

pub(super) fn read(bytes: &[u8]) -> Result<ObjectSpec, SpecError> {
    let file = File::parse(bytes)?;
    if file.architecture() != Architecture::Bpf {
        return Err(SpecError::NotBpf);
    }
    let btf = section_data(&file, ".BTF")?.map(Btf::parse).transpose()?;
    let ext = section_data(&file, ".BTF.ext")?.zip(btf.as_ref());
    let ext = ext.map(|(bytes, btf)| Ext::read(btf, bytes)).unwrap_or_default();
    Ok(ObjectSpec {
        programs: programs(&file, btf.as_ref(), &ext)?,
        maps: all_maps(&file, btf.as_ref())?,
        tables: btf.as_ref().map_or(Ok(Vec::new()), |btf| tables::read(&file, btf))?,
        license: license(&file)?,
        prints: prints(&file)?,
        types: Arc::new(Types { btf, ext }),
    })
}

fn section_data<'a>(file: &File<'a>, name: &str) -> Result<Option<&'a [u8]>, SpecError> {
    Ok(file.section_by_name(name).map(|section| section.data()).transpose()?)
}

/// Whether there is a call of a helper that prints.
fn prints(file: &File<'_>) -> Result<bool, SpecError> {
    let is_call = |insn: &Insn| insn.code == CALL && insn.source() == Pseudo::None as u8;
    let helpers = ["trace_printk", "trace_vprintk"].map(|name| helper::number(name).map(u32::cast_signed));
    for section in file.sections().filter(|section| section.kind() == SectionKind::Text) {
        let (insns, _) = section.data()?.as_chunks();
        if insns.iter().map(Insn::read).filter(is_call).any(|call| helpers.contains(&Some(call.imm))) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn license(file: &File<'_>) -> Result<String, SpecError> {
    let bytes = section_data(file, "license")?.unwrap_or(&[]);
    Ok(String::from_utf8_lossy(bytes).trim_end_matches('\0').to_string())
}

/// Programs are the global functions of code sections other than `.text`, which holds subprograms.
fn programs(file: &File<'_>, btf: Option<&Btf>, ext: &Ext) -> Result<Vec<ProgramSpec>, SpecError> {
    let mut found = Vec::new();
    let is_function = |symbol: &Symbol<'_, '_>| symbol.kind() == SymbolKind::Text && symbol.is_global();
    for symbol in file.symbols().filter(is_function) {
        let Some(index) = symbol.section_index() else { continue };
        let section = file.section_by_index(index)?;
        if section.kind() != SectionKind::Text
            || file.section_name(&section)? == ".text"
            || symbol.size() == 0
        {
            continue;
        }
        found.push((index, symbol.address(), program(file, &section, &symbol, btf, ext)?));
    }
    found.sort_by_key(|(index, address, _)| (index.0, *address));
    Ok(found.into_iter().map(|(_, _, program)| program).collect())
}

fn program<'a>(
    file: &File<'a>,
    section: &Section<'a, '_>,
    symbol: &Symbol<'a, '_>,
    btf: Option<&Btf>,
    ext: &Ext,
) -> Result<ProgramSpec, SpecError> {
    let start = symbol.address() as usize;
    let range = start..start.saturating_add(symbol.size() as usize);
    let name = file.section_name(section)?.to_string();
    Ok(ProgramSpec {
        name: file.symbol_name(symbol)?.to_string(),
        row: program_row(&name),
        code: section.data()?.get(range.clone()).unwrap_or(&[]).to_vec(),
        lines: btf.map(|btf| lines::within(btf, ext, &name, &range)).unwrap_or_default(),
        references: references(file, section, &range),
        section: name,
    })
}

/// The symbols that relocations within `range` name, by slot from its start.
pub(super) fn references<'a>(
    file: &File<'a>,
    section: &Section<'a, '_>,
    range: &Range<usize>,
) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, relocation) in section.relocations() {
        let at = at as usize;
        let RelocationTarget::Symbol(index) = relocation.target() else { continue };
        let symbol = file.symbol_by_index(index).ok().filter(|_| range.contains(&at));
        if let Some(Ok(name)) = symbol.map(|symbol| symbol_name(file, &symbol)) {
            found.push(((at - range.start) / 8, name));
        }
    }
    found.sort();
    found
}

/// A symbol's name; a section's symbol has none of its own.
fn symbol_name<'a>(file: &File<'a>, symbol: &Symbol<'a, '_>) -> Result<String, SpecError> {
    match (file.symbol_name(symbol)?, symbol.section_index()) {
        ("", Some(index)) => Ok(file.section_name(&file.section_by_index(index)?)?.to_string()),
        (name, _) => Ok(name.to_string()),
    }
}

/// The first entries of maps: relocations in `.maps`, behind a map's definition.
fn entries(file: &File<'_>, btf: &Btf, maps: &mut [MapSpec]) -> Result<(), SpecError> {
    let Some(section) = file.section_by_name(".maps") else { return Ok(()) };
    let symbols = file.symbols().filter(|symbol| symbol.section_index() == Some(section.index()));
    let mut places = Vec::new();
    for symbol in symbols {
        let name = file.symbol_name(&symbol)?;
        let start = maps::values_offset(btf, name)?.map(|offset| symbol.address() + u64::from(offset));
        if let (Some(start), Some(map)) = (start, maps.iter().position(|map| map.name == name)) {
            places.push((map, start..symbol.address() + symbol.size()));
        }
    }
    for (at, relocation) in section.relocations() {
        let RelocationTarget::Symbol(index) = relocation.target() else { continue };
        let Some((map, range)) = places.iter().find(|(_, range)| range.contains(&at)) else { continue };
        let name = symbol_name(file, &file.symbol_by_index(index)?)?;
        maps[*map].entries.push((((at - range.start) / 8) as u32, name));
    }
    Ok(())
}

fn all_maps(file: &File<'_>, btf: Option<&Btf>) -> Result<Vec<MapSpec>, SpecError> {
    let Some(btf) = btf else { return Ok(Vec::new()) };
    let mut shapes = Shapes::new(btf);
    let mut all = maps::read(btf, &mut shapes)?;
    entries(file, btf, &mut all)?;
    all.extend(globals::read(file, btf, &mut shapes)?);
    Ok(all)
}
