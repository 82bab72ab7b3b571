//! Maps as rows of text.
//!
//! A session comes in; a [`Row`] for each entry worth showing goes out, and a table made of them.

use std::cmp::Ordering;

use bpfl_runtime::{
    map::{Map, MapError, kind::Access},
    session::{Session, SessionError},
    value::Value,
};
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

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
    let mut last = "";
    let rows = rows.iter().map(|row| {
        let map = if row.map == last { "" } else { &row.map };
        last = &row.map;
        vec![map.into(), row.key.clone(), row.value.clone()]
    });
    grid(&["map", "key", "value"], rows, stream)
}

/// Columns whose numbers stand to the right, so that their digits line up.
const NUMBERS: &[&str] = &["value", "max entries", "runs", "ns per run"];

/// Rows below a header.
pub fn grid(header: &[&str], rows: impl Iterator<Item = Vec<String>>, stream: Stream) -> String {
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
    match text.parse::<i128>() {
        Ok(_) if NUMBERS.contains(&column) => Cell::new(text).set_alignment(CellAlignment::Right),
        _ => Cell::new(text),
    }
}
