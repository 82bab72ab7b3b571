//! Maps as rows of text.
//!
//! A session comes in; a [`Row`] for each entry worth showing goes out, and a table made of them.

use std::cmp::Ordering;

use bpfl_runtime::{
    map::{Map, MapError, kind::Access},
    session::{Session, SessionError},
    value::Value,
};

use crate::grid::{Cells, Stream, grid, plain_grid};

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
        _ => a.order(b),
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

/// The rows as a table, each map's name only where it starts.
pub fn table(rows: &[Row], stream: Stream) -> String {
    if rows.is_empty() {
        return "the maps are empty\n".into();
    }
    grid(&["map", "key", "value"], &cells(rows, |_, _| ()), stream)
}

/// The same for a terminal, with how fast each row grows; `None` where there are no rows, or they would have to be
/// wrapped.
pub fn live_table(rows: &[Row], rates: &[String]) -> Option<String> {
    let cells = cells(rows, |cells, row| cells.push(&rates[row]));
    let header = ["map", "key", "value", "per second"];
    plain_grid(&header, &cells, Stream::Out).filter(|_| !rows.is_empty())
}

/// A line for each row; `more` adds to that of the row of its number.
fn cells(rows: &[Row], more: impl Fn(&mut Cells, usize)) -> Cells {
    let (mut cells, mut last) = (Cells::default(), "");
    for (i, row) in rows.iter().enumerate() {
        cells.push(if row.map == last { "" } else { &row.map });
        cells.push(&row.key);
        cells.push(&row.value);
        more(&mut cells, i);
        last = &row.map;
    }
    cells
}
