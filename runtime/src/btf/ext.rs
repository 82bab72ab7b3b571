//! The records of `.BTF.ext`: the types of functions, the source of instructions, and what of the
//! kernel's types instructions depend on.
//!
//! The format is that of Documentation/bpf/btf.rst, 2.3: after a header, for each table the size of a
//! record, and for each code section its name and its records. Always holds: the records of a section
//! are in order of their places, and each has as many words as its table says. Damaged bytes give fewer.

use std::ops::Range;

use super::{Btf, Text};

/// All of a `.BTF.ext`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ext {
    /// `struct bpf_func_info`: place, type.
    pub(crate) functions: Table,
    /// `struct bpf_line_info`: place, file, text, line and column.
    pub(crate) lines: Table,
    /// `struct bpf_core_relo`: place, type, path, kind.
    pub(crate) relocations: Table,
}

/// Records of one kind. The first word of each is its place, in bytes from the start of the section.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    words: usize,
    /// In the order of their names.
    sections: Vec<(Text, Vec<u32>)>,
}

/// The word of the header that has the header's length.
const HEADER_LENGTH: usize = 1;
/// Where each table's place stands in the header, before its length, and the words of a record that
/// are understood.
const TABLES: [(usize, usize); 3] = [(2, 2), (4, 4), (6, 4)];

impl Ext {
    /// Reads a whole section; its names are strings of `btf`.
    pub(crate) fn read(btf: &Btf, bytes: &[u8]) -> Self {
        let word = |bytes: &[u8]| bytes.try_into().ok().map(u32::from_ne_bytes);
        let words: Vec<u32> = bytes.chunks_exact(4).filter_map(word).collect();
        let table = |of| Table::read(btf, &words, of).unwrap_or_default();
        let [functions, lines, relocations] = TABLES.map(table);
        Self { functions, lines, relocations }
    }
}

impl Table {
    fn read(btf: &Btf, words: &[u32], (place, least): (usize, usize)) -> Option<Self> {
        let header = *words.get(HEADER_LENGTH)? as usize / 4;
        // Older headers end before the last table.
        let (offset, length) =
            words[..header.min(words.len())].get(place..place + 2).map(|at| (at[0], at[1]))?;
        let start = header.checked_add(offset as usize / 4)?;
        let (size, mut rest) = words.get(start..start.checked_add(length as usize / 4)?)?.split_first()?;
        let mut table = Self { words: *size as usize / 4, sections: Vec::new() };
        if table.words < least {
            return None;
        }
        while let [name, count, records @ ..] = rest {
            let length = table.words.checked_mul(*count as usize)?;
            let own = records.get(..length)?;
            table.section(btf.string(*name)).extend_from_slice(own);
            rest = &records[length..];
        }
        table.sort();
        Some(table)
    }

    fn place(&self, section: &str) -> Result<usize, usize> {
        self.sections.binary_search_by(|(name, _)| (**name).cmp(section))
    }

    /// The records of a section, none at first.
    fn section(&mut self, name: Text) -> &mut Vec<u32> {
        let at = match self.place(&name) {
            Ok(at) => at,
            Err(at) => {
                self.sections.insert(at, (name, Vec::new()));
                at
            }
        };
        &mut self.sections[at].1
    }

    fn sort(&mut self) {
        for (_, records) in &mut self.sections {
            let places = || records.chunks_exact(self.words).map(|record| record[0]);
            if !places().is_sorted() {
                let mut sorted: Vec<_> = records.chunks_exact(self.words).collect();
                sorted.sort_by_key(|record| record[0]);
                *records = sorted.concat();
            }
        }
    }

    /// The bytes of a record.
    pub(crate) fn record_bytes(&self) -> u32 {
        self.words as u32 * 4
    }

    /// All records.
    pub(crate) fn all(&self) -> impl Iterator<Item = &[u32]> {
        self.sections.iter().flat_map(|(_, records)| records.chunks_exact(self.words.max(1)))
    }

    /// Appends records of this table to `to`, with their places as `place` has them.
    pub(crate) fn append(&self, records: &[u32], to: &mut Vec<u32>, place: impl Fn(u32) -> u32) {
        for record in records.chunks_exact(self.words.max(1)) {
            to.push(place(record[0]));
            to.extend_from_slice(&record[1..]);
        }
    }

    /// The records of `section` whose place is in `range`.
    pub(crate) fn within(&self, section: &str, range: &Range<usize>) -> impl Iterator<Item = &[u32]> {
        let records = self.place(section).map_or(&[][..], |at| self.sections[at].1.as_slice());
        let words = self.words.max(1);
        let first = |place: usize| {
            let (mut low, mut high) = (0, records.len() / words);
            while low < high {
                let middle = low.midpoint(high);
                match (records[middle * words] as usize) < place {
                    true => low = middle + 1,
                    false => high = middle,
                }
            }
            low * words
        };
        let (from, to) = (first(range.start), first(range.end));
        records[from..to.max(from)].chunks_exact(words)
    }
}
