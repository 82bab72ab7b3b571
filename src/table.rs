//! Maps as rows of text.
//!
//! A session comes in; a [`Row`] for each entry worth showing goes out, and a table made of them.

use std::{
    cmp::Ordering,
    io::{IsTerminal, stderr, stdout},
};

use bpfl_runtime::{
    map::{Map, MapError, kind::Access},
    session::{Session, SessionError},
    value::Value,
};
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use unicode_width::UnicodeWidthStr;

/// One line: an entry of a map, or a global variable.
pub struct Row {
    /// The map's name.
    pub map: String,
    /// The key, or the variable's name.
    pub key: String,
    /// The value.
    pub value: String,
    /// What these are texts of; `None` for the remark that there is more.
    pub data: Option<(Value, Value)>,
    /// A variable is its own name; an entry is its map's with the key in brackets.
    variable: bool,
}

/// Which rows are wanted of each map.
#[derive(Clone, Copy)]
pub struct Choice {
    /// Only so many, those of the largest values, in their order.
    pub top: Option<usize>,
    /// No more than this, with a remark when there are more.
    pub most: usize,
}

impl Row {
    /// `map[key]`, or the variable's name.
    pub fn label(&self) -> String {
        if self.variable { self.key.clone() } else { format!("{}[{}]", self.map, self.key) }
    }
}

/// Of an array with more entries than this, only those are shown that hold something.
const SMALL_ARRAY: u32 = 16;
/// No more rows of a map are shown than this.
pub const MOST_ROWS: usize = 1000;

/// A row for each entry of each map.
pub fn rows(session: &mut Session, choice: Choice) -> Result<Vec<Row>, SessionError> {
    let mut rows = Vec::new();
    for map in session.maps()? {
        rows.extend(map_rows(&map, choice)?);
    }
    Ok(rows)
}

fn map_rows(map: &Map<'_>, choice: Choice) -> Result<Vec<Row>, MapError> {
    // What is constant is not worth watching.
    if map.spec().kind.access == Access::None || map.name().starts_with(".rodata") {
        return Ok(Vec::new());
    }
    let mut entries = map.entries()?;
    if map.spec().globals {
        return Ok(entries.into_iter().flat_map(|(_, value)| variables(map.name(), value)).collect());
    }
    if map.spec().kind.array && map.spec().max_entries > SMALL_ARRAY {
        entries.retain(|(_, value)| !value.is_zero());
    }
    if let Some(top) = choice.top {
        entries.sort_by(|(_, a), (_, b)| larger(b, a));
        entries.truncate(top);
    }
    let more = entries.len().saturating_sub(choice.most);
    let shown = entries.into_iter().take(choice.most).map(|(key, value)| entry(map.name(), key, value));
    Ok(shown.chain((more > 0).then(|| remark(map.name(), more))).collect())
}

/// By their numbers; the sums of per-CPU values; structs by their fields, first things first.
fn larger(a: &Value, b: &Value) -> Ordering {
    match (a.as_int(), b.as_int()) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => a.partial_cmp(b).unwrap_or(Ordering::Equal),
    }
}

fn entry(map: &str, key: Value, value: Value) -> Row {
    let (shown_key, shown) = (key.to_string(), value.to_string());
    Row { map: map.into(), key: shown_key, value: shown, data: Some((key, value)), variable: false }
}

fn remark(map: &str, more: usize) -> Row {
    let value = format!("and {more} more");
    Row { map: map.into(), key: "…".into(), value, data: None, variable: false }
}

fn variables(section: &str, value: Value) -> Vec<Row> {
    let Value::Struct(fields) = value else { return Vec::new() };
    let row = |(name, value): (String, Value)| Row {
        map: section.into(),
        value: value.to_string(),
        data: Some((Value::Text(name.clone()), value)),
        key: name,
        variable: true,
    };
    fields.into_iter().map(row).collect()
}

/// Where a table goes, whose width it then takes if that is a terminal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Error,
}

/// The rows as a table, each map's name only where it starts.
pub fn table(rows: &[Row], stream: Stream) -> String {
    if rows.is_empty() {
        return "the maps are empty\n".into();
    }
    grid(&["map", "key", "value"], cells(rows), stream)
}

/// The same for a terminal, with how fast each row grows; `None` where there are no rows, or they would have to be
/// wrapped.
pub fn live_table(rows: &[Row], rates: &[String]) -> Option<String> {
    let cells = cells(rows).zip(rates).map(|(mut row, rate)| {
        row.push(rate.clone());
        row
    });
    let header = ["map", "key", "value", "per second"];
    plain_grid(&header, &cells.collect::<Vec<_>>(), Stream::Out).filter(|_| !rows.is_empty())
}

fn cells(rows: &[Row]) -> impl Iterator<Item = Vec<String>> {
    let mut last = "";
    rows.iter().map(move |row| {
        let map = if row.map == last { "" } else { &row.map };
        last = &row.map;
        vec![map.into(), row.key.clone(), row.value.clone()]
    })
}

/// Columns whose numbers stand to the right, so that their digits line up.
const NUMBERS: &[&str] = &["value", "max entries", "runs", "ns per run"];

/// From so many rows on, a table is laid out by ourselves if it needs no wrapping: comfy-table takes longer for a
/// hundred thousand entries than the kernel to read them.
const MANY_ROWS: usize = 500;

/// Rows below a header.
pub fn grid(header: &[&str], rows: impl Iterator<Item = Vec<String>>, stream: Stream) -> String {
    let rows: Vec<Vec<String>> = rows.collect();
    if rows.len() >= MANY_ROWS
        && let Some(text) = plain_grid(header, &rows, stream)
    {
        return text;
    }
    wrapped_grid(header, rows, stream)
}

/// The same table where each row is a line; `None` where one has to be wrapped.
fn plain_grid(header: &[&str], rows: &[Vec<String>], stream: Stream) -> Option<String> {
    let mut widths: Vec<usize> = header.iter().map(|name| name.width()).collect();
    for row in rows {
        for (width, text) in widths.iter_mut().zip(row) {
            if text.contains(['\n', '\t']) {
                return None;
            }
            *width = (*width).max(text.width());
        }
    }
    let whole = widths.iter().sum::<usize>() + 3 * widths.len() + 1;
    if columns(stream).is_some_and(|columns| whole > columns) {
        return None;
    }
    let rule = |ends: [&str; 3], line: &str| {
        let parts: Vec<_> = widths.iter().map(|width| line.repeat(width + 2)).collect();
        format!("{}{}{}\n", ends[0], parts.join(ends[1]), ends[2])
    };
    let mut text = rule(["┌", "┬", "┐"], "─");
    text.reserve(rows.len() * (whole + 2 * widths.len() + 3));
    let left = vec![false; widths.len()];
    push_row(&mut text, &widths, header.iter().copied(), &left);
    text.push_str(&rule(["╞", "╪", "╡"], "═"));
    let numbers: Vec<bool> = header.iter().map(|column| NUMBERS.contains(column)).collect();
    rows.iter().for_each(|row| push_row(&mut text, &widths, row.iter().map(String::as_str), &numbers));
    text.push_str(&rule(["└", "┴", "┘"], "─"));
    Some(text)
}

fn push_row<'a>(text: &mut String, widths: &[usize], cells: impl Iterator<Item = &'a str>, numbers: &[bool]) {
    for (i, (cell, width)) in cells.zip(widths).enumerate() {
        let room = width - cell.width();
        let before = if numbers[i] && is_number(cell) { room } else { 0 };
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
fn columns(stream: Stream) -> Option<usize> {
    let size = match stream {
        Stream::Out if stdout().is_terminal() => rustix::termios::tcgetwinsize(stdout()),
        Stream::Error if stderr().is_terminal() => rustix::termios::tcgetwinsize(stderr()),
        _ => return None,
    };
    size.ok().map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

fn wrapped_grid(header: &[&str], rows: Vec<Vec<String>>, stream: Stream) -> String {
    let mut table = Table::new();
    if stream == Stream::Error {
        table.use_stderr();
    }
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(header);
    for row in rows {
        table.add_row(header.iter().zip(&row).map(|(column, text)| cell(column, text)));
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
    use super::{Stream, plain_grid, wrapped_grid};

    #[test]
    fn a_table_looks_the_same_however_it_is_laid_out() {
        let rows = [["1", "12"], ["漢字", "x"], ["a longer key", "-7"], ["", "(:a 1)"]];
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.map(String::from).to_vec()).collect();
        let header = ["key", "value"];
        let plain = plain_grid(&header, &rows, Stream::Out).unwrap();
        assert_eq!(plain, wrapped_grid(&header, rows, Stream::Out));
        assert_eq!(plain_grid(&header, &[vec!["a\nb".into(), String::new()]], Stream::Out), None);
    }
}
