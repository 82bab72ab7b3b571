//! Text in columns.
//!
//! [`Cells`] come in, row by row; a table under a header goes out, as wide as what it goes to if that is a terminal.

use std::{
    fmt::{Display, Write},
    io::{IsTerminal, stderr, stdout},
};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use unicode_width::UnicodeWidthStr;

/// Where a table goes, whose width it then takes if that is a terminal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Error,
}

/// The texts of a table, row by row, all in one string: there may be some hundred thousand.
#[derive(Default)]
pub struct Cells {
    text: String,
    ends: Vec<usize>,
}

impl Cells {
    /// Puts a text into the next column, or the first one of the next row.
    pub fn push(&mut self, cell: impl Display) {
        // A string takes all that is written to it.
        let _ = write!(self.text, "{cell}");
        self.ends.push(self.text.len());
    }

    /// The rows of so many columns.
    fn rows(&self, columns: usize) -> impl Iterator<Item = impl Iterator<Item = &str>> {
        let rows = 0..self.ends.len() / columns;
        rows.map(move |row| (row * columns..(row + 1) * columns).map(|cell| self.cell(cell)))
    }

    fn cell(&self, cell: usize) -> &str {
        let start = cell.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[cell]]
    }
}

impl<Row: IntoIterator<Item: Display>> FromIterator<Row> for Cells {
    fn from_iter<Rows: IntoIterator<Item = Row>>(rows: Rows) -> Self {
        let mut cells = Self::default();
        rows.into_iter().flatten().for_each(|cell| cells.push(cell));
        cells
    }
}

/// Columns whose numbers stand to the right, so that their digits line up.
const NUMBERS: &[&str] = &["value", "max entries", "runs", "ns per run"];

/// From so many rows on, a table is laid out by ourselves if it needs no wrapping: comfy-table takes longer for a
/// hundred thousand entries than the kernel to read them.
const MANY_ROWS: usize = 500;

/// Rows below a header.
pub fn grid(header: &[&str], cells: &Cells, stream: Stream) -> String {
    let plain = match cells.ends.len() / header.len() {
        ..MANY_ROWS => None,
        MANY_ROWS.. => plain_grid(header, cells, stream),
    };
    plain.unwrap_or_else(|| wrapped_grid(header, cells, stream))
}

/// The same table where each row is a line; `None` where one has to be wrapped.
pub fn plain_grid(header: &[&str], cells: &Cells, stream: Stream) -> Option<String> {
    if cells.text.contains(['\n', '\t']) {
        return None;
    }
    let columns = columns(header, cells);
    let width = columns.iter().map(|column| column.width + 3).sum::<usize>() + 1;
    if terminal_width(stream).is_some_and(|most| width > most) {
        return None;
    }
    let mut text = String::new();
    push_rule(&mut text, &columns, ["┌", "┬", "┐"], "─");
    // The rules are the longest lines: no character of a row has more bytes than those of theirs.
    text.reserve((cells.ends.len() / header.len() + 3) * (width + 2 * columns.len() + 3) + 2 * text.len());
    push_row(&mut text, &columns, header.iter().copied());
    push_rule(&mut text, &columns, ["╞", "╪", "╡"], "═");
    cells.rows(columns.len()).for_each(|row| push_row(&mut text, &columns, row));
    push_rule(&mut text, &columns, ["└", "┴", "┘"], "─");
    Some(text)
}

struct Column {
    /// Of its widest text, in columns of a terminal.
    width: usize,
    /// Whether numbers stand to the right.
    numbers: bool,
}

fn columns(header: &[&str], cells: &Cells) -> Vec<Column> {
    let column = |name: &&str| Column { width: width(name), numbers: NUMBERS.contains(name) };
    let mut columns: Vec<_> = header.iter().map(column).collect();
    for row in cells.rows(header.len()) {
        columns.iter_mut().zip(row).for_each(|(column, text)| column.width = column.width.max(width(text)));
    }
    columns
}

/// What `text` takes of a terminal's columns.
fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

fn push_rule(text: &mut String, columns: &[Column], ends: [&str; 3], line: &str) {
    for (i, column) in columns.iter().enumerate() {
        text.push_str(ends[usize::from(i > 0)]);
        text.extend(std::iter::repeat_n(line, column.width + 2));
    }
    text.push_str(ends[2]);
    text.push('\n');
}

fn push_row<'a>(text: &mut String, columns: &[Column], cells: impl Iterator<Item = &'a str>) {
    for (i, (cell, column)) in cells.zip(columns).enumerate() {
        let room = column.width - width(cell);
        let before = if column.numbers && is_number(cell) { room } else { 0 };
        text.push_str(if i == 0 { "│ " } else { " ┆ " });
        text.extend(std::iter::repeat_n(' ', before));
        text.push_str(cell);
        text.extend(std::iter::repeat_n(' ', room - before));
    }
    text.push_str(" │\n");
}

fn is_number(text: &str) -> bool {
    text.parse::<i128>().is_ok()
}

/// The width of the terminal that a table goes to, if it goes to one.
fn terminal_width(stream: Stream) -> Option<usize> {
    let size = match stream {
        Stream::Out if stdout().is_terminal() => rustix::termios::tcgetwinsize(stdout()),
        Stream::Error if stderr().is_terminal() => rustix::termios::tcgetwinsize(stderr()),
        _ => return None,
    };
    size.ok().map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

fn wrapped_grid(header: &[&str], cells: &Cells, stream: Stream) -> String {
    let mut table = Table::new();
    if stream == Stream::Error {
        table.use_stderr();
    }
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(header);
    for row in cells.rows(header.len()) {
        table.add_row(header.iter().zip(row).map(|(column, text)| cell(column, text)));
    }
    format!("{table}\n")
}

fn cell(column: &str, text: &str) -> Cell {
    match NUMBERS.contains(&column) && is_number(text) {
        true => Cell::new(text).set_alignment(CellAlignment::Right),
        false => Cell::new(text),
    }
}

#[cfg(test)]
mod tests {
    use super::{Cells, Stream, plain_grid, wrapped_grid};

    #[test]
    fn a_table_looks_the_same_however_it_is_laid_out() {
        let header = ["key", "value"];
        let rows =
            [["1", "12"], ["漢字", "x"], ["a longer key", "-7"], ["", "(:a 1)"], ["\u{1}é", "\u{1b}["]];
        for shown in 1..=rows.len() {
            let cells = Cells::from_iter(&rows[..shown]);
            let plain = plain_grid(&header, &cells, Stream::Out).unwrap();
            assert_eq!(plain, wrapped_grid(&header, &cells, Stream::Out));
        }
        assert_eq!(plain_grid(&header, &Cells::from_iter([["a\nb", ""]]), Stream::Out), None);
    }
}
