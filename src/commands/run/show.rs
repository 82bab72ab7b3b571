//! Rows as lines, for people or as JSON, with how fast counters grow.
//!
//! Rows come in, as often as the maps are read; lines go out. Always holds: a rate is said only of what
//! was there before and has grown, which is what counters do.

use std::{
    collections::{HashMap, HashSet},
    time::Instant,
};

use bpfl_runtime::value::Value;
use serde_json::{Value as Json, json};

use super::events::now;
use crate::{data, table::Row};

/// What rows were like when they were last seen.
pub(super) struct Shown {
    last: HashMap<(String, String), Value>,
    at: Instant,
    json: bool,
}

impl Shown {
    /// Nothing has been seen yet.
    pub(super) fn new(json: bool) -> Self {
        Self { last: HashMap::new(), at: Instant::now(), json }
    }

    /// All rows as `map[key] = value`; or, as JSON, an object for each that has changed or gone.
    pub(super) fn lines(&mut self, rows: &[Row]) -> Vec<String> {
        let seconds = self.at.elapsed().as_secs_f64();
        let rates: Vec<_> = rows.iter().map(|row| self.rate(row, seconds)).collect();
        let lines = match self.json {
            true => self.changes(rows, &rates),
            false => rows.iter().zip(&rates).map(|(row, rate)| line(row, *rate)).collect(),
        };
        self.at = Instant::now();
        let seen = rows.iter().filter_map(|row| Some((id(row), row.data.as_ref()?.1.clone())));
        self.last = seen.collect();
        lines
    }

    fn rate(&self, row: &Row, seconds: f64) -> Option<f64> {
        let now = row.data.as_ref()?.1.as_int()?;
        let before = self.last.get(&id(row))?.as_int()?;
        let grown = now.checked_sub(before).filter(|grown| *grown > 0)?;
        (seconds > 0.0).then(|| grown as f64 / seconds)
    }

    fn changes(&self, rows: &[Row], rates: &[Option<f64>]) -> Vec<String> {
        let time = now();
        let mut lines = Vec::new();
        for (row, rate) in rows.iter().zip(rates) {
            let Some((key, value)) = &row.data else { continue };
            if self.last.get(&id(row)) != Some(value) {
                let mut change = json!({ "time": time, "map": row.map, "key": data::json(key), "value": data::json(value) });
                if let (Some(rate), Json::Object(fields)) = (rate, &mut change) {
                    // More digits would say more than a clock and a count do.
                    let rate = (rate * 1000.0).round() / 1000.0;
                    fields.insert("per_second".into(), rate.into());
                }
                lines.push(change.to_string());
            }
        }
        let now: HashSet<_> = rows.iter().map(id).collect();
        let mut gone: Vec<_> = self.last.keys().filter(|id| !now.contains(*id)).collect();
        gone.sort();
        let removal =
            |(map, key): &(String, String)| json!({ "time": time, "map": map, "key": key, "value": null });
        lines.extend(gone.into_iter().map(|id| removal(id).to_string()));
        lines
    }
}

/// Which row it is.
fn id(row: &Row) -> (String, String) {
    (row.map.clone(), row.key.clone())
}

fn line(row: &Row, rate: Option<f64>) -> String {
    let rate = rate.map_or_else(String::new, |rate| format!(" (+{}/s)", rounded(rate)));
    format!("{} = {}{rate}", row.label(), row.value)
}

/// Three digits are enough to see how fast it is.
fn rounded(rate: f64) -> String {
    if rate >= 100.0 { format!("{rate:.0}") } else { format!("{rate:.1}") }
}
