//! DWARF 5: one compile unit with a subprogram for each function, and the line table with the
//! sources in it, so that `llvm-objdump -S` shows Lisp wherever the object is taken.
//!
//! The paths are those that the user wrote and the directory is `.`: nothing tells on which
//! machine the object was made. Addresses are relocations against the sections of code, as clang
//! has them. Strings are inline.

use std::collections::HashSet;

use gimli::{
    DW_AT_decl_column, DW_AT_decl_file, DW_AT_decl_line, DW_AT_external, DW_AT_high_pc, DW_AT_language,
    DW_AT_low_pc, DW_AT_name, DW_AT_producer, DW_AT_ranges, DW_TAG_subprogram, DwLang, Encoding, Format,
    LineEncoding, LittleEndian, SectionId,
    write::{
        Address, AttributeValue, DwarfUnit, EndianVec, FileId, FileInfo, LineProgram, LineString, Range,
        RangeList, RelocateWriter, Relocation, Sections,
    },
};

use super::{
    Error,
    layout::{Layout, Section},
    lines,
    model::{Function, Object},
};
use crate::{
    arena::Entity,
    bpf::insn::SLOT,
    source::{self, SourceMap},
};

/// Lisp has no number of its own in DWARF 5; this one is of the range for users.
const LANGUAGE: DwLang = DwLang(0x8b1f);

const ENCODING: Encoding = Encoding { format: Format::Dwarf32, version: 5, address_size: 8 };

/// A debug section. A relocation's symbol is the index of a section of code.
#[derive(Clone, Default)]
pub(super) struct Debug {
    pub bytes: Bytes,
    pub relocs: Vec<Relocation>,
}

/// The bytes of a section being written.
#[derive(Clone)]
pub(super) struct Bytes(pub EndianVec<LittleEndian>);

impl Default for Bytes {
    fn default() -> Self {
        Self(EndianVec::new(LittleEndian))
    }
}

impl RelocateWriter for Debug {
    type Writer = EndianVec<LittleEndian>;

    fn writer(&self) -> &Self::Writer {
        &self.bytes.0
    }

    fn writer_mut(&mut self) -> &mut Self::Writer {
        &mut self.bytes.0
    }

    fn relocate(&mut self, relocation: Relocation) {
        self.relocs.push(relocation);
    }
}

/// The debug sections that are not empty. None without sources.
pub(super) fn sections(object: &Object, layout: &Layout) -> Result<Vec<(SectionId, Debug)>, Error> {
    let mut sections = Sections::new(Debug::default());
    if object.sources.files().next().is_some() && !object.functions.is_empty() {
        unit(object, layout).write(&mut sections)?;
    }
    let mut written = Vec::new();
    sections.for_each(|id, section| {
        if !section.bytes.0.slice().is_empty() {
            written.push((id, section.clone()));
        }
        Ok::<(), Error>(())
    })?;
    Ok(written)
}

fn string(text: &str) -> AttributeValue {
    AttributeValue::String(text.split('\0').next().unwrap_or("").into())
}

fn unit(object: &Object, layout: &Layout) -> DwarfUnit {
    let mut dwarf = DwarfUnit::new(ENCODING);
    let (lines, files) = line_program(object, layout);
    dwarf.unit.line_program = lines;
    let ranges = dwarf.unit.ranges.add(RangeList(layout.sections.iter().enumerate().map(range).collect()));
    let root = dwarf.unit.root();
    let unit = dwarf.unit.get_mut(root);
    unit.set(DW_AT_producer, string(concat!("bpfl ", env!("CARGO_PKG_VERSION"))));
    unit.set(DW_AT_language, AttributeValue::Language(LANGUAGE));
    unit.set(DW_AT_name, string(main_file(object.sources)));
    unit.set(DW_AT_low_pc, AttributeValue::Address(Address::Constant(0)));
    unit.set(DW_AT_ranges, AttributeValue::RangeListRef(ranges));
    for (index, function) in object.functions.iter().enumerate() {
        subprogram(&mut dwarf, object.sources, &files, function, address(layout, index));
    }
    dwarf
}

fn range((index, section): (usize, &Section)) -> Range {
    let begin = Address::Symbol { symbol: index, addend: 0 };
    Range::StartLength { begin, length: u64::from(section.size) }
}

fn address(layout: &Layout, function: usize) -> Address {
    let place = layout.functions[function];
    Address::Symbol { symbol: place.section, addend: i64::from(place.offset) }
}

fn subprogram(
    dwarf: &mut DwarfUnit,
    sources: &SourceMap,
    files: &[FileId],
    function: &Function,
    start: Address,
) {
    let root = dwarf.unit.root();
    let id = dwarf.unit.add(root, DW_TAG_subprogram);
    let entry = dwarf.unit.get_mut(id);
    let place = sources.location(function.span.start);
    entry.set(DW_AT_name, string(&function.name));
    entry.set(DW_AT_low_pc, AttributeValue::Address(start));
    entry.set(DW_AT_high_pc, AttributeValue::Udata((function.insns.len() * SLOT) as u64));
    entry.set(DW_AT_decl_file, AttributeValue::FileIndex(files.get(place.file.index()).copied()));
    entry.set(DW_AT_decl_line, AttributeValue::Udata(place.line.into()));
    entry.set(DW_AT_decl_column, AttributeValue::Udata(place.column.into()));
    if function.global {
        entry.set(DW_AT_external, AttributeValue::Flag(true));
    }
}

/// The first file is the one that was compiled.
fn main_file(sources: &SourceMap) -> &str {
    sources.files().next().map_or("", |(_, file)| path(file))
}

/// A file's name as DWARF can hold it: not empty and without zero bytes.
fn path(file: &source::File) -> &str {
    match file.name.split('\0').next() {
        None | Some("") => "-",
        Some(name) => name,
    }
}

/// The line table, and the number in it of each file of the sources.
fn line_program(object: &Object, layout: &Layout) -> (LineProgram, Vec<FileId>) {
    let name = |text: &str| LineString::String(text.into());
    let encoding = LineEncoding { minimum_instruction_length: SLOT as u8, ..LineEncoding::default() };
    let main = name(main_file(object.sources));
    let mut program = LineProgram::new(ENCODING, encoding, name("."), None, main, None);
    program.file_has_source = true;
    let directory = program.default_directory();
    // The prelude is among the sources, and mostly none of the code is from it.
    let rows = object.functions.iter().flat_map(|function| lines::rows(object.sources, function));
    let used: HashSet<_> = rows.map(|row| row.location.file.index()).collect();
    let mut files = Vec::new();
    for (id, file) in object.sources.files() {
        let source = used.contains(&id.index()).then(|| embedded(file)).flatten();
        let info = FileInfo { source, ..FileInfo::default() };
        files.push(program.add_file(name(path(file)), directory, Some(info)));
    }
    for (index, section) in layout.sections.iter().enumerate() {
        sequence(&mut program, object, layout, section, index, &files);
    }
    (program, files)
}

/// The text of a file, as DWARF can hold it: ending in a newline and without zero bytes.
fn embedded(file: &source::File) -> Option<LineString> {
    let fits = !file.text.is_empty() && !file.text.contains('\0');
    let end = if file.text.ends_with('\n') { "" } else { "\n" };
    fits.then(|| LineString::String(format!("{}{end}", file.text).into()))
}

/// The rows of one section of code.
fn sequence(
    program: &mut LineProgram,
    object: &Object,
    layout: &Layout,
    section: &Section,
    index: usize,
    files: &[FileId],
) {
    program.begin_sequence(Some(Address::Symbol { symbol: index, addend: 0 }));
    for (start, _, function) in layout.members(object, section) {
        for line in lines::rows(object.sources, function) {
            let Some(file) = files.get(line.location.file.index()) else { continue };
            let row = program.row();
            row.address_offset = u64::from(start) + u64::from(line.slot) * SLOT as u64;
            row.file = *file;
            row.line = line.location.line.into();
            row.column = line.location.column.into();
            program.generate_row();
        }
    }
    program.end_sequence(u64::from(section.size));
}
