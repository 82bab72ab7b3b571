//! Maps as rows of text.
//!
//! A session comes in; a [`Row`] for each entry worth showing goes out, and a table made of them.

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
    /// A variable is its own name; an entry is its map's with the key in brackets.
    variable: bool,
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
const MOST_ROWS: usize = 1000;

/// A row for each entry of each map.
pub fn rows(session: &mut Session) -> Result<Vec<Row>, SessionError> {
    let mut rows = Vec::new();
    for map in session.maps()? {
        rows.extend(map_rows(&map)?);
    }
    Ok(rows)
}

fn map_rows(map: &Map<'_>) -> Result<Vec<Row>, MapError> {
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
    let more = entries.len().saturating_sub(MOST_ROWS);
    let shown = entries.into_iter().take(MOST_ROWS).map(|(key, value)| entry(map.name(), &key, &value));
    let rest =
        (more > 0).then(|| Row { value: format!("and {more} more"), ..entry(map.name(), &"…", &"") });
    Ok(shown.chain(rest).collect())
}

fn entry(map: &str, key: &dyn ToString, value: &dyn ToString) -> Row {
    Row { map: map.into(), key: key.to_string(), value: value.to_string(), variable: false }
}

fn variables(section: &str, value: Value) -> Vec<Row> {
    let Value::Struct(fields) = value else { return Vec::new() };
    let row = |(name, value): (String, Value)| Row {
        map: section.into(),
        key: name,
        value: value.to_string(),
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

/// The rows as lines, `map[key] = value`.
pub fn lines(rows: &[Row]) -> Vec<String> {
    rows.iter().map(|row| format!("{} = {}", row.label(), row.value)).collect()
}
