//! The line info of `.BTF.ext`: which source each instruction is from.
//!
//! The format is that of Documentation/bpf/btf.rst, 2.3: after a header, for each code section its
//! name and a record for each place where the source changes. Damaged bytes give fewer lines.

use std::{collections::HashMap, ops::Range};

use super::SourceLine;
use crate::btf::Btf;

/// The places of each section: bytes from the section's start, and the source.
pub(super) type Lines = HashMap<String, Vec<(usize, SourceLine)>>;

/// Header fields, as positions of 4-byte words: hdr_len, line_info_off, line_info_len.
const HEADER_LENGTH: usize = 1;
const LINES_OFFSET: usize = 4;
const LINES_LENGTH: usize = 5;
/// A record's upper 22 bits are the line, the lower 10 the column.
const COLUMN_BITS: u32 = 10;

pub(super) fn read(btf: &Btf, bytes: &[u8]) -> Lines {
    let mut lines = Lines::new();
    if let Some(words) = line_words(bytes) {
        sections(btf, &words, &mut lines);
    }
    lines
}

/// The lines of the code in `range` of `section`, slots counted from its start.
pub(super) fn within(lines: &Lines, section: &str, range: &Range<usize>) -> Vec<SourceLine> {
    let all = lines.get(section).into_iter().flatten();
    let own = all.filter(|(at, _)| range.contains(at));
    own.map(|(at, line)| SourceLine { slot: (at - range.start) / 8, ..line.clone() }).collect()
}

fn line_words(bytes: &[u8]) -> Option<Vec<u32>> {
    let word = |bytes: &[u8]| bytes.try_into().ok().map(u32::from_ne_bytes);
    let words: Vec<u32> = bytes.chunks_exact(4).filter_map(word).collect();
    let start = words.get(HEADER_LENGTH)?.checked_add(*words.get(LINES_OFFSET)?)? as usize / 4;
    let end = start + *words.get(LINES_LENGTH)? as usize / 4;
    Some(words.get(start..end)?.to_vec())
}

/// Sections of records; the first word of all is a record's size in bytes.
fn sections(btf: &Btf, words: &[u32], lines: &mut Lines) -> Option<()> {
    let (size, mut rest) = words.split_first()?;
    let size = (*size as usize / 4).max(4);
    while let [name, count, records @ ..] = rest {
        let length = size.checked_mul(*count as usize)?;
        let own = records.get(..length)?;
        let found = own.chunks_exact(size).map(|record| line(btf, record));
        lines.entry(btf.string(*name)).or_default().extend(found);
        rest = &records[length..];
    }
    Some(())
}

fn line(btf: &Btf, record: &[u32]) -> (usize, SourceLine) {
    let place = record[3];
    let source = SourceLine {
        slot: 0,
        file: btf.string(record[1]),
        line: place >> COLUMN_BITS,
        column: place & ((1 << COLUMN_BITS) - 1),
        text: btf.string(record[2]),
    };
    (record[0] as usize, source)
}
