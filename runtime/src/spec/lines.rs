//! Which source each instruction is from, by the records of `.BTF.ext`.

use std::ops::Range;

use super::SourceLine;
use crate::btf::{Btf, ext::Ext};

/// A record's upper 22 bits are the line, the lower 10 the column.
const COLUMN_BITS: u32 = 10;

/// The lines of the code in `range` of `section`, in bytes; slots are counted from its start.
pub(super) fn within(btf: &Btf, ext: &Ext, section: &str, range: &Range<usize>) -> Vec<SourceLine> {
    ext.lines.within(section, range).map(|record| line(btf, record, range.start)).collect()
}

fn line(btf: &Btf, record: &[u32], start: usize) -> SourceLine {
    let place = record[3];
    SourceLine {
        slot: (record[0] as usize - start) / 8,
        file: btf.string(record[1]),
        line: place >> COLUMN_BITS,
        column: place & ((1 << COLUMN_BITS) - 1),
        text: btf.string(record[2]),
    }
}
