//! Rows as lines, for people or as JSON, with how fast counters grow.
//!
//! Rows come in, as often as the maps are read; lines or a table go out. Always holds: a rate is said only of
//! what was there before and has grown, which is what counters do; of a struct, for each field.

use std::{
    collections::{HashMap, HashSet},
    time::Instant,
};

use bpfl_runtime::value::Value;
use serde_json::{Value as Json, json};

use super::events::now;
use crate::{
    data,
    table::{self, Row},
};

/// How much a value grows in a second.
#[derive(Debug, PartialEq)]
enum Rate {
    /// A number.
    Number(f64),
    /// Those fields of a struct that have grown.
    Fields(Vec<(String, f64)>),
}

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
        let rates = self.rates(rows);
        let lines = match self.json {
            true => self.changes(rows, &rates),
            false => rows.iter().zip(&rates).map(|(row, rate)| line(row, rate.as_ref())).collect(),
        };
        self.remember(rows);
        lines
    }

    /// All rows as a table, if its lines have room, or as [`Shown::lines`].
    pub(super) fn live(&mut self, rows: &[Row], room: impl Fn(&[String]) -> bool) -> Vec<String> {
        let rates = self
            .rates(rows)
            .iter()
            .map(|rate| rate.as_ref().map_or_else(String::new, said))
            .collect::<Vec<_>>();
        let table = table::live_table(rows, &rates);
        let table: Vec<String> = table.iter().flat_map(|text| text.lines()).map(String::from).collect();
        if table.is_empty() || !room(&table) {
            return self.lines(rows);
        }
        self.remember(rows);
        table
    }

    fn remember(&mut self, rows: &[Row]) {
        self.at = Instant::now();
        let seen = rows.iter().filter_map(|row| Some((id(row), row.data.as_ref()?.1.clone())));
        self.last = seen.collect();
    }

    fn rates(&self, rows: &[Row]) -> Vec<Option<Rate>> {
        let seconds = self.at.elapsed().as_secs_f64();
        rows.iter().map(|row| rate(self.last.get(&id(row))?, &row.data.as_ref()?.1, seconds)).collect()
    }

    fn changes(&self, rows: &[Row], rates: &[Option<Rate>]) -> Vec<String> {
        let time = now();
        let mut lines = Vec::new();
        for (row, rate) in rows.iter().zip(rates) {
            let Some((key, value)) = &row.data else { continue };
            if self.last.get(&id(row)) != Some(value) {
                let mut change = json!({ "time": time, "map": row.map, "key": data::Json(key), "value": data::Json(value) });
                if let (Some(rate), Json::Object(fields)) = (rate, &mut change) {
                    fields.insert("per_second".into(), as_json(rate));
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

/// How fast `now` has grown since it was `before`, `seconds` ago.
fn rate(before: &Value, now: &Value, seconds: f64) -> Option<Rate> {
    let grown = |before: i128, now: i128| {
        let grown = now.checked_sub(before).filter(|grown| *grown > 0 && seconds > 0.0)?;
        Some(grown as f64 / seconds)
    };
    if let (Some(before), Some(now)) = (before.as_int(), now.as_int()) {
        return grown(before, now).map(Rate::Number);
    }
    let before = numbers(before);
    let field = |(name, now): (String, i128)| {
        let (_, before) = before.iter().find(|(own, _)| *own == name)?;
        Some((name, grown(*before, now)?))
    };
    let fields: Vec<_> = numbers(now).into_iter().filter_map(field).collect();
    (!fields.is_empty()).then_some(Rate::Fields(fields))
}

/// The fields of a struct that are numbers; those of all CPUs together.
fn numbers(value: &Value) -> Vec<(String, i128)> {
    match value {
        Value::Struct(fields) => {
            let number = |(name, value): &(String, Value)| Some((name.clone(), value.as_int()?));
            fields.iter().filter_map(number).collect()
        }
        Value::PerCpu(each) => {
            let mut each = each.iter().map(numbers);
            let mut sums = each.next().unwrap_or_default();
            for one in each {
                sums.iter_mut().zip(one).for_each(|((_, sum), (_, more))| *sum = sum.saturating_add(more));
            }
            sums
        }
        _ => Vec::new(),
    }
}

fn as_json(rate: &Rate) -> Json {
    // More digits would say more than a clock and a count do.
    let number = |rate: f64| Json::from((rate * 1000.0).round() / 1000.0);
    match rate {
        Rate::Number(rate) => number(*rate),
        Rate::Fields(fields) => fields.iter().map(|(name, rate)| (name.clone(), number(*rate))).collect(),
    }
}

fn line(row: &Row, rate: Option<&Rate>) -> String {
    let rate = rate.map_or_else(String::new, |rate| format!(" ({})", said(rate)));
    format!("{} = {}{rate}", row.label(), row.value)
}

/// `+3.0/s`, and of a struct `packets +3.0/s, bytes +93.0/s`.
fn said(rate: &Rate) -> String {
    match rate {
        Rate::Number(rate) => format!("+{}/s", rounded(*rate)),
        Rate::Fields(fields) => {
            let field = |(name, rate): &(String, f64)| format!("{name} +{}/s", rounded(*rate));
            fields.iter().map(field).collect::<Vec<_>>().join(", ")
        }
    }
}

/// Three digits are enough to see how fast it is.
fn rounded(rate: f64) -> String {
    if rate >= 100.0 { format!("{rate:.0}") } else { format!("{rate:.1}") }
}

#[cfg(test)]
mod tests {
    use super::{Rate, Value, rate, said};

    fn flow(packets: i128, bytes: i128) -> Value {
        Value::Struct(vec![("packets".into(), Value::Int(packets)), ("bytes".into(), Value::Int(bytes))])
    }

    #[test]
    fn fields_of_structs_grow_each_by_itself() {
        let rate = |before, now| rate(&before, &now, 2.0);
        assert_eq!(rate(Value::Int(1), Value::Int(5)), Some(Rate::Number(2.0)));
        assert_eq!(rate(Value::Int(5), Value::Int(1)), None);
        let per_cpu = |a, b| Value::PerCpu(vec![a, b]);
        assert_eq!(
            rate(per_cpu(Value::Int(1), Value::Int(1)), per_cpu(Value::Int(2), Value::Int(2))),
            Some(Rate::Number(1.0))
        );
        let grown = rate(flow(1, 10), flow(3, 1000)).unwrap();
        assert_eq!(said(&grown), "packets +1.0/s, bytes +495/s");
        assert_eq!(rate(flow(1, 10), flow(1, 10)), None);
        let grown = rate(per_cpu(flow(1, 1), flow(1, 1)), per_cpu(flow(2, 1), flow(2, 1))).unwrap();
        assert_eq!(said(&grown), "packets +1.0/s");
    }
}
