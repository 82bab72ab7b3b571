//! `.BTF.ext`: what loaders tell the kernel about code. Records of three tables go in, by ELF
//! section; bytes go out. Strings are those of the [`Btf`] that goes with it.
//!
//! What libbpf expects and always holds: sections in order of first mention, no section and no
//! table without records, records in the order given (which is to be that of the code). Source:
//! `struct btf_ext_header` in libbpf's btf.h, `btf_ext_parse_sec_info` in btf.c.

use indexmap::IndexMap;

use super::{
    Btf, Str, TypeId,
    wire::{MAGIC, VERSION},
};

/// Bytes of the header with all three tables.
const HEADER: u32 = 32;

/// The largest line that a record holds: 22 bits.
pub const MAX_LINE: u32 = (1 << 22) - 1;
/// The largest column that a record holds: 10 bits.
pub const MAX_COLUMN: u32 = (1 << 10) - 1;

/// A place in the source, for `line_info`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The file's name.
    pub file: Str,
    /// The text of the line.
    pub text: Str,
    /// The line, from 1; larger ones than [`MAX_LINE`] become that.
    pub line: u32,
    /// The column, from 1; larger ones than [`MAX_COLUMN`] become that.
    pub column: u32,
}

impl Place {
    fn line_col(self) -> u32 {
        self.line.min(MAX_LINE) << 10 | self.column.min(MAX_COLUMN)
    }
}

/// A relocation that the loader makes from the running kernel's types.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CoreRelo {
    /// The root type.
    pub ty: TypeId,
    /// The access string, as `0:1:2`: members and indices from the root on.
    pub access: Str,
    /// `enum bpf_core_relo_kind` (0 is a field's byte offset).
    pub kind: u32,
}

/// Records of `N` words, by the name of their section.
#[derive(Clone, Debug, Default)]
struct Table<const N: usize> {
    sections: IndexMap<Str, Vec<[u32; N]>>,
}

impl<const N: usize> Table<N> {
    fn push(&mut self, section: Str, record: [u32; N]) {
        self.sections.entry(section).or_default().push(record);
    }

    fn words(&self) -> Vec<u32> {
        if self.sections.is_empty() {
            return Vec::new();
        }
        let mut words = vec![4 * N as u32];
        for (name, records) in &self.sections {
            words.extend([name.0, records.len() as u32]);
            words.extend(records.iter().flatten());
        }
        words
    }
}

/// The three tables. `at` is a byte offset into the ELF section everywhere.
#[derive(Clone, Debug, Default)]
pub struct Ext {
    functions: Table<2>,
    lines: Table<4>,
    relocations: Table<4>,
}

impl Ext {
    /// At `at` of `section` starts the function that the [`Type::Func`](super::Type) `func` is.
    pub fn function(&mut self, section: Str, at: u32, func: TypeId) {
        self.functions.push(section, [at, func.number()]);
    }

    /// From `at` of `section` on, code comes from `place`. Each function starts with a record, and
    /// none is at the second slot of a two-slot load: the kernel refuses others.
    pub fn line(&mut self, section: Str, at: u32, place: Place) {
        self.lines.push(section, [at, place.file.0, place.text.0, place.line_col()]);
    }

    /// The instruction at `at` of `section` is to be adjusted.
    pub fn relocation(&mut self, section: Str, at: u32, relo: CoreRelo) {
        self.relocations.push(section, [at, relo.ty.number(), relo.access.0, relo.kind]);
    }

    /// Whether there is nothing to write: libbpf refuses a section without records.
    pub fn is_empty(&self) -> bool {
        self.functions.sections.is_empty()
            && self.lines.sections.is_empty()
            && self.relocations.sections.is_empty()
    }

    /// The bytes of the `.BTF.ext` section.
    pub fn to_bytes(&self) -> Vec<u8> {
        let tables = [self.functions.words(), self.lines.words(), self.relocations.words()];
        let mut words = vec![HEADER];
        let mut at = 0;
        for table in &tables {
            let len = 4 * table.len() as u32;
            words.extend([at, len]);
            at += len;
        }
        words.extend(tables.iter().flatten());
        let mut bytes = MAGIC.to_le_bytes().to_vec();
        bytes.extend([VERSION, 0]);
        bytes.extend(words.into_iter().flat_map(u32::to_le_bytes));
        bytes
    }
}

impl Btf {
    /// The place with its strings interned.
    pub fn place(&mut self, file: &str, text: &str, line: u32, column: u32) -> Place {
        Place { file: self.intern(file), text: self.intern(text), line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_follow_each_other() {
        let mut btf = Btf::new();
        let section = btf.intern("xdp");
        let place = btf.place("a.lisp", "(+ 1 2)", 3, 2000);
        let mut ext = Ext::default();
        assert!(ext.is_empty());
        ext.function(section, 0, TypeId::VOID);
        ext.line(section, 0, place);
        ext.line(section, 8, place);
        let bytes = ext.to_bytes();
        let words: Vec<u32> = bytes[4..].as_chunks().0.iter().copied().map(u32::from_le_bytes).collect();
        assert_eq!(words[..7], [32, 0, 20, 20, 44, 64, 0]);
        assert_eq!(words[7..12], [8, section.0, 1, 0, 0]);
        assert_eq!(words[12..15], [16, section.0, 2]);
        assert_eq!(words[18], 3 << 10 | 1023);
        assert_eq!(bytes.len(), 32 + 20 + 44);
    }
}
