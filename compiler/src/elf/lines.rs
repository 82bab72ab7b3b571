//! Which slots come from where: the spans of a function as the rows of a line table. `line_info`
//! and DWARF are made of the same rows.

use super::model::Function;
use crate::source::{Location, SourceMap};

/// From `slot` on, code comes from `location`.
pub(super) struct Row {
    pub slot: u32,
    pub location: Location,
}

/// A row for the first slot and for each after it whose place is another. The second slot of a
/// two-slot load has none: the kernel refuses that. No rows without sources.
pub(super) fn rows(sources: &SourceMap, function: &Function) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    if sources.files().next().is_none() {
        return rows;
    }
    let mut second = false;
    for (slot, (insn, span)) in function.insns.iter().zip(&function.spans).enumerate() {
        let skip = std::mem::replace(&mut second, insn.is_wide());
        if skip {
            continue;
        }
        let location = sources.location(span.start);
        if rows.last().is_none_or(|row| row.location != location) {
            rows.push(Row { slot: slot as u32, location });
        }
    }
    rows
}
