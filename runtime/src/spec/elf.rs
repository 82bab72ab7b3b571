//! The ELF side of an object: sections and symbols.

use object::{
    Architecture, Object, ObjectSection, ObjectSymbol, SectionKind, SymbolKind, read::elf::ElfFile64,
};

use super::{MapSpec, ObjectSpec, ProgramSpec, SpecError, globals, maps, program_row};
use crate::btf::{Btf, shape::Shapes};

/// An ELF file with 64-bit places, of this machine's byte order.
pub(super) type File<'a> = ElfFile64<'a, object::Endianness>;

pub(super) fn read(bytes: &[u8]) -> Result<ObjectSpec, SpecError> {
    let file = File::parse(bytes)?;
    if file.architecture() != Architecture::Bpf {
        return Err(SpecError::NotBpf);
    }
    let btf = section_data(&file, ".BTF")?.map(Btf::parse).transpose()?;
    Ok(ObjectSpec {
        programs: programs(&file)?,
        maps: all_maps(&file, btf.as_ref())?,
        license: license(&file)?,
    })
}

fn section_data<'a>(file: &File<'a>, name: &str) -> Result<Option<&'a [u8]>, SpecError> {
    Ok(file.section_by_name(name).map(|section| section.data()).transpose()?)
}

fn license(file: &File<'_>) -> Result<String, SpecError> {
    let bytes = section_data(file, "license")?.unwrap_or(&[]);
    Ok(String::from_utf8_lossy(bytes).trim_end_matches('\0').to_string())
}

/// Programs are the global functions of code sections other than `.text`, which holds subprograms.
fn programs(file: &File<'_>) -> Result<Vec<ProgramSpec>, SpecError> {
    let mut found = Vec::new();
    for symbol in file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text) {
        let Some(index) = symbol.section_index() else { continue };
        let section = file.section_by_index(index)?;
        if section.kind() != SectionKind::Text || section.name()? == ".text" || symbol.size() == 0 {
            continue;
        }
        found.push((index, symbol.address(), program(&section, &symbol)?));
    }
    found.sort_by_key(|(index, address, _)| (index.0, *address));
    Ok(found.into_iter().map(|(_, _, program)| program).collect())
}

fn program<'a>(
    section: &impl ObjectSection<'a>,
    symbol: &impl ObjectSymbol<'a>,
) -> Result<ProgramSpec, SpecError> {
    let (start, size) = (symbol.address() as usize, symbol.size() as usize);
    let code = start.checked_add(size).and_then(|end| section.data().ok()?.get(start..end));
    let section = section.name()?.to_string();
    Ok(ProgramSpec {
        name: symbol.name()?.to_string(),
        row: program_row(&section),
        section,
        code: code.unwrap_or(&[]).to_vec(),
    })
}

fn all_maps(file: &File<'_>, btf: Option<&Btf>) -> Result<Vec<MapSpec>, SpecError> {
    let Some(btf) = btf else { return Ok(Vec::new()) };
    let mut shapes = Shapes::new(btf);
    let mut all = maps::read(btf, &mut shapes)?;
    all.extend(globals::read(file, btf, &mut shapes)?);
    Ok(all)
}
