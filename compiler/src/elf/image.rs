//! The ELF file: sections, symbols and relocations, as libbpf, bpftool, aya and cilium/ebpf want
//! them.
//!
//! Relocations have their addend in place (`SHT_REL`). What is global is referred to by its own
//! symbol; a static function or the inside of a variable by its section's symbol and an offset,
//! which is what clang emits and all loaders know. Types: Documentation/bpf/llvm_reloc.rst.

use gimli::{SectionId as DwarfId, write::RelocationTarget};
use object::{
    Architecture, BinaryFormat, Endianness, SectionKind, SymbolFlags, SymbolKind, SymbolScope,
    elf::{self, RelocationType},
    write::{self, Relocation, RelocationFlags, SectionId, StandardSegment, Symbol, SymbolId, SymbolSection},
};

use super::{
    Error,
    dwarf::Debug,
    layout::{Layout, TEXT},
    model::{Contents, DataSection, Object, Target},
    types::Types,
};
use crate::bpf::{
    insn::{Insn, SLOT},
    opcode::pseudo,
};

/// `R_BPF_64_64`: the immediate of a two-slot load.
const R_LOAD: RelocationType = RelocationType(1);
/// `R_BPF_64_ABS64`: eight bytes of data.
const R_ABS64: RelocationType = RelocationType(2);
/// `R_BPF_64_ABS32`: four bytes of data.
const R_ABS32: RelocationType = RelocationType(3);
/// `R_BPF_64_32`: the immediate of a call.
const R_CALL: RelocationType = RelocationType(10);

pub(super) fn write(
    object: &Object,
    layout: &Layout,
    types: &Types,
    debug: &[(DwarfId, Debug)],
) -> Result<Vec<u8>, Error> {
    let mut image = Image::new(object, layout);
    image.define(types);
    for index in 0..object.functions.len() {
        image.code(index)?;
    }
    image.fill_maps(types)?;
    for index in 0..object.data.len() {
        image.fill_data(index)?;
    }
    image.section(".BTF", SectionKind::Debug, types.btf.clone(), 4);
    if !types.ext.is_empty() {
        image.section(".BTF.ext", SectionKind::Debug, types.ext.clone(), 4);
    }
    image.debug(debug)?;
    Ok(image.elf.write()?)
}

struct Image<'a> {
    object: &'a Object<'a>,
    layout: &'a Layout<'a>,
    elf: write::Object<'static>,
    code: Vec<SectionId>,
    functions: Vec<SymbolId>,
    data: Vec<SectionId>,
    variables: Vec<Vec<SymbolId>>,
    map_section: Option<SectionId>,
    maps: Vec<SymbolId>,
    externs: Vec<SymbolId>,
}

/// A symbol and what to add to it.
struct Address {
    symbol: SymbolId,
    addend: u32,
}

impl<'a> Image<'a> {
    fn new(object: &'a Object, layout: &'a Layout) -> Self {
        Self {
            object,
            layout,
            elf: write::Object::new(BinaryFormat::Elf, Architecture::Bpf, Endianness::Little),
            code: Vec::new(),
            functions: Vec::new(),
            data: Vec::new(),
            variables: Vec::new(),
            map_section: None,
            maps: Vec::new(),
            externs: Vec::new(),
        }
    }

    fn section(&mut self, name: &str, kind: SectionKind, bytes: Vec<u8>, align: u64) -> SectionId {
        let segment = self.elf.segment_name(StandardSegment::Data).to_vec();
        let id = self.elf.add_section(segment, name.into(), kind);
        self.elf.set_section_data(id, bytes, align);
        id
    }

    fn symbol(&mut self, name: &str, section: SectionId, at: (u32, u32), kind: elf::SymbolType) -> SymbolId {
        self.bound_symbol(name, SymbolSection::Section(section), at, kind, elf::STB_GLOBAL)
    }

    fn bound_symbol(
        &mut self,
        name: &str,
        section: SymbolSection,
        (offset, size): (u32, u32),
        kind: elf::SymbolType,
        binding: elf::SymbolBind,
    ) -> SymbolId {
        let local = binding == elf::STB_LOCAL;
        self.elf.add_symbol(Symbol {
            name: name.into(),
            value: offset.into(),
            size: size.into(),
            kind: if kind == elf::STT_FUNC { SymbolKind::Text } else { SymbolKind::Data },
            scope: if local { SymbolScope::Compilation } else { SymbolScope::Dynamic },
            weak: binding == elf::STB_WEAK,
            section,
            flags: SymbolFlags::Elf { st_info: binding | kind, st_other: elf::STV_DEFAULT.into() },
        })
    }

    /// Makes the sections, still without relocations, and all symbols.
    fn define(&mut self, types: &Types) {
        self.define_code();
        self.define_maps(types);
        for section in &self.object.data {
            self.define_data(section);
        }
        let license = self.object.license.as_bytes();
        let license: Vec<u8> = license.iter().copied().chain([0]).collect();
        let size = license.len() as u32;
        let section = self.section("license", SectionKind::Data, license, 1);
        self.symbol("_license", section, (0, size), elf::STT_OBJECT);
        for e in &self.object.externs {
            let binding = if e.weak { elf::STB_WEAK } else { elf::STB_GLOBAL };
            let id = self.bound_symbol(&e.name, SymbolSection::Undefined, (0, 0), elf::STT_NOTYPE, binding);
            self.externs.push(id);
        }
    }

    fn define_code(&mut self) {
        for section in &self.layout.sections {
            let id = self.section(section.name, SectionKind::Text, vec![0; section.size as usize], 8);
            self.code.push(id);
        }
        for (function, place) in self.object.functions.iter().zip(&self.layout.functions) {
            let section = SymbolSection::Section(self.code[place.section]);
            let at = (place.offset, (function.insns.len() * SLOT) as u32);
            let binding = if function.global { elf::STB_GLOBAL } else { elf::STB_LOCAL };
            let id = self.bound_symbol(&function.name, section, at, elf::STT_FUNC, binding);
            self.functions.push(id);
        }
    }

    fn define_maps(&mut self, types: &Types) {
        let Some(size) = types.maps.iter().map(|place| place.offset + place.size).max() else { return };
        let bytes = vec![0; size as usize];
        let section = self.section(".maps", SectionKind::Data, bytes, 8);
        self.map_section = Some(section);
        for (map, place) in self.object.maps.iter().zip(&types.maps) {
            let id = self.symbol(&map.name, section, (place.offset, place.size), elf::STT_OBJECT);
            self.maps.push(id);
        }
    }

    fn define_data(&mut self, section: &DataSection) {
        let align = if section.align.is_power_of_two() { u64::from(section.align) } else { 8 };
        let id = match &section.contents {
            Contents::Bytes(bytes) => {
                let read_only = section.name.starts_with(".rodata");
                let kind = if read_only { SectionKind::ReadOnlyData } else { SectionKind::Data };
                self.section(&section.name, kind, bytes.clone(), align)
            }
            Contents::Zeroes(size) => {
                let id = self.elf.add_section(
                    self.elf.segment_name(StandardSegment::Data).to_vec(),
                    section.name.as_str().into(),
                    SectionKind::UninitializedData,
                );
                self.elf.append_section_bss(id, u64::from(*size), align);
                id
            }
        };
        let mut symbols = Vec::new();
        for v in &section.variables {
            let binding = if v.global { elf::STB_GLOBAL } else { elf::STB_LOCAL };
            let at = (v.offset, v.size);
            symbols.push(self.bound_symbol(
                &v.name,
                SymbolSection::Section(id),
                at,
                elf::STT_OBJECT,
                binding,
            ));
        }
        self.data.push(id);
        self.variables.push(symbols);
    }

    /// Where a relocation of `owner` points.
    fn address(&mut self, owner: &str, target: Target) -> Result<Address, Error> {
        let plain = |symbol: Option<&SymbolId>| symbol.map(|id| Address { symbol: *id, addend: 0 });
        let found = match target {
            Target::Map(index) => plain(self.maps.get(index)),
            Target::Extern(index) => plain(self.externs.get(index)),
            Target::Function(index) => self.function(index),
            Target::Data { section, offset } => self.datum(section, offset),
        };
        found.ok_or_else(|| Error::Target(owner.to_owned()))
    }

    fn function(&mut self, index: usize) -> Option<Address> {
        let function = self.object.functions.get(index)?;
        if function.global {
            return Some(Address { symbol: self.functions[index], addend: 0 });
        }
        let place = self.layout.functions[index];
        let symbol = self.elf.section_symbol(self.code[place.section]);
        Some(Address { symbol, addend: place.offset })
    }

    fn datum(&mut self, section: usize, offset: u32) -> Option<Address> {
        let model = self.object.data.get(section).filter(|d| (offset as usize) < d.contents.len())?;
        match model.variables.iter().position(|v| v.offset == offset && v.global) {
            Some(index) => Some(Address { symbol: self.variables[section][index], addend: 0 }),
            None => {
                let symbol = self.elf.section_symbol(self.data[section]);
                Some(Address { symbol, addend: offset })
            }
        }
    }

    fn relocate(
        &mut self,
        section: SectionId,
        at: u32,
        symbol: SymbolId,
        r: RelocationType,
    ) -> Result<(), Error> {
        let flags = RelocationFlags::Elf { r_type: r };
        let relocation = Relocation { offset: at.into(), symbol, addend: 0, flags };
        Ok(self.elf.add_relocation(section, relocation)?)
    }

    /// Writes one function into its section.
    fn code(&mut self, index: usize) -> Result<(), Error> {
        let function = &self.object.functions[index];
        let place = self.layout.functions[index];
        let section = self.code[place.section];
        let mut insns = function.insns.clone();
        for reloc in &function.relocs {
            let address = self.address(&function.name, reloc.target)?;
            let insn = insns.get_mut(reloc.insn as usize);
            let misplaced = || Error::Place { name: function.name.clone(), slot: reloc.insn };
            let insn = insn.ok_or_else(misplaced)?;
            let kind = prepare(insn, reloc.target, address.addend).ok_or_else(misplaced)?;
            self.check_callable(reloc.target)?;
            let at = place.offset + reloc.insn * SLOT as u32;
            self.relocate(section, at, address.symbol, kind)?;
        }
        let bytes: Vec<u8> = insns.into_iter().flat_map(Insn::encode).collect();
        self.patch(section, place.offset, &bytes);
        Ok(())
    }

    /// Loaders find functions in `.text` only.
    fn check_callable(&self, target: Target) -> Result<(), Error> {
        match target {
            Target::Function(index) if self.object.functions[index].section != TEXT => {
                Err(Error::NotCallable(self.object.functions[index].name.clone()))
            }
            _ => Ok(()),
        }
    }

    fn patch(&mut self, section: SectionId, at: u32, bytes: &[u8]) {
        let at = at as usize;
        if let Some(place) = self.elf.section_mut(section).data_mut().get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    /// The first entries of maps: pointers behind the definitions.
    fn fill_maps(&mut self, types: &Types) -> Result<(), Error> {
        let Some(section) = self.map_section else { return Ok(()) };
        for (map, place) in self.object.maps.iter().zip(&types.maps) {
            for (slot, target) in map.slots.iter().enumerate() {
                let Some(target) = target else { continue };
                let address = self.address(&map.name, *target)?;
                let at = place.offset + place.slots + 8 * slot as u32;
                self.relocate(section, at, address.symbol, R_ABS64)?;
            }
        }
        Ok(())
    }

    fn fill_data(&mut self, index: usize) -> Result<(), Error> {
        let (model, section) = (&self.object.data[index], self.data[index]);
        for reloc in &model.relocs {
            let address = self.address(&model.name, reloc.target)?;
            let fits = matches!(&model.contents, Contents::Bytes(b) if b.len() >= reloc.offset as usize + 8);
            if !fits {
                return Err(Error::Place { name: model.name.clone(), slot: reloc.offset });
            }
            self.patch(section, reloc.offset, &u64::from(address.addend).to_le_bytes());
            self.relocate(section, reloc.offset, address.symbol, R_ABS64)?;
        }
        Ok(())
    }

    fn debug(&mut self, sections: &[(DwarfId, Debug)]) -> Result<(), Error> {
        let mut ids = Vec::new();
        for (dwarf, debug) in sections {
            let bytes = debug.bytes.0.slice().to_vec();
            ids.push((*dwarf, self.section(dwarf.name(), SectionKind::Debug, bytes, 1)));
        }
        for ((_, debug), (_, section)) in sections.iter().zip(&ids) {
            for reloc in &debug.relocs {
                let target = match reloc.target {
                    RelocationTarget::Symbol(index) => self.code.get(index).copied(),
                    RelocationTarget::Section(id) => ids.iter().find(|(d, _)| *d == id).map(|(_, s)| *s),
                };
                let target = target.ok_or_else(|| Error::Target(".debug".to_owned()))?;
                let symbol = self.elf.section_symbol(target);
                let kind = if reloc.size == 8 { R_ABS64 } else { R_ABS32 };
                let at = reloc.offset as u32;
                self.patch(*section, at, &reloc.addend.to_le_bytes()[..usize::from(reloc.size).min(8)]);
                self.relocate(*section, at, symbol, kind)?;
            }
        }
        Ok(())
    }
}

/// Puts the addend into an instruction as loaders expect it. `None` when the instruction cannot
/// refer to such a target.
fn prepare(insn: &mut Insn, target: Target, addend: u32) -> Option<RelocationType> {
    let callable = matches!(target, Target::Function(_) | Target::Extern(_));
    if insn.is_call() && callable {
        (insn.src, insn.imm) = (pseudo::CALL, (addend / SLOT as u32) as i32 - 1);
        return Some(R_CALL);
    }
    if insn.is_wide() {
        let function = matches!(target, Target::Function(_));
        let src = if function { pseudo::FUNC } else { 0 };
        (insn.src, insn.imm) = (src, addend as i32);
        return Some(R_LOAD);
    }
    None
}
