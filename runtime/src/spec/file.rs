//! An ELF file of this machine's byte order, with the names in it.
//!
//! Sections, symbols and relocations are the library's. Names are looked up here: the library looks for
//! their ends with instructions that it asks the processor about first, and in a virtual machine that
//! question takes a third of the time in which an object is loaded.

use std::ops::Deref;

use object::{
    Endianness, Object, ObjectSection, ObjectSymbol, SectionIndex,
    read::elf::{ElfFile64, ElfSection64, ElfSymbol64, FileHeader},
};

/// A section.
pub(crate) type Section<'a, 'f> = ElfSection64<'a, 'f, Endianness>;
/// A symbol.
pub(crate) type Symbol<'a, 'f> = ElfSymbol64<'a, 'f, Endianness>;

/// An ELF file with 64-bit places.
pub(crate) struct File<'a> {
    elf: ElfFile64<'a, Endianness>,
    section_names: &'a [u8],
    symbol_names: &'a [u8],
}

impl<'a> File<'a> {
    /// Reads what there is; names only as they are asked for.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, object::Error> {
        let elf = ElfFile64::<Endianness>::parse(bytes)?;
        let table =
            |index| elf.section_by_index(index).and_then(|section| section.data()).unwrap_or_default();
        let header = elf.elf_header();
        let sections = header.shstrndx(elf.endian(), bytes).unwrap_or(0) as usize;
        let (section_names, symbol_names) =
            (table(SectionIndex(sections)), table(elf.elf_symbol_table().string_section()));
        Ok(Self { elf, section_names, symbol_names })
    }

    /// The name of a section.
    ///
    /// # Errors
    /// When it has none that is text.
    pub(crate) fn section_name(&self, section: &Section<'a, '_>) -> Result<&'a str, object::Error> {
        let at = section.elf_section_header().sh_name.get(self.endian());
        string(self.section_names, at).map_or_else(|| section.name(), Ok)
    }

    /// The name of a symbol; empty for those of sections.
    ///
    /// # Errors
    /// When it has none that is text.
    pub(crate) fn symbol_name(&self, symbol: &Symbol<'a, '_>) -> Result<&'a str, object::Error> {
        let at = symbol.elf_symbol().st_name.get(self.endian());
        string(self.symbol_names, at).map_or_else(|| symbol.name(), Ok)
    }

    /// The first section that is called so.
    pub(crate) fn section_by_name(&self, name: &str) -> Option<Section<'a, '_>> {
        self.elf.sections().find(|section| self.section_name(section) == Ok(name))
    }

    /// The first symbol that is called so.
    pub(crate) fn symbol_by_name(&self, name: &str) -> Option<Symbol<'a, '_>> {
        self.elf.symbols().find(|symbol| self.symbol_name(symbol) == Ok(name))
    }
}

impl<'a> Deref for File<'a> {
    type Target = ElfFile64<'a, Endianness>;

    fn deref(&self) -> &Self::Target {
        &self.elf
    }
}

/// The text that starts there and ends before a NUL; `None` where there is none.
fn string(table: &[u8], at: u32) -> Option<&str> {
    let rest = table.get(at as usize..)?;
    let end = rest.iter().position(|byte| *byte == 0)?;
    std::str::from_utf8(&rest[..end]).ok()
}
