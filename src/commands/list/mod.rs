//! `bpfl list`: the kernel catalogue, or what is attached, as lines or as JSON.

mod attached;
mod facts;
mod filter;
mod rows;

use serde_json::Value;

use crate::{
    cli::{List, Listing},
    failure::{Failure, Outcome},
    output,
};
use filter::Filter;

/// One line of a listing, and the same for other programs.
pub struct Row {
    /// What stands in its columns; the first is the name.
    pub columns: Vec<String>,
    /// Its JSON.
    pub json: Value,
}

/// Runs the command.
pub fn run(args: &List) -> Outcome {
    let filter = Filter::new(args)?;
    let text = match args.what {
        Listing::Facts => facts::print(&filter, args.json),
        Listing::Attached => printed(attached::rows(args, &filter)?, args.json),
        what => printed(rows::of(what, &filter), args.json),
    };
    output::print(text.map_err(|error| Failure::new(format!("the list cannot be written ({error})")))?)?;
    Ok(0)
}

fn printed(rows: Vec<Row>, json: bool) -> serde_json::Result<String> {
    if json {
        let rows: Vec<_> = rows.into_iter().map(|row| row.json).collect();
        return serde_json::to_string_pretty(&rows).map(|text| text + "\n");
    }
    Ok(aligned(&rows))
}

/// The rows with their columns one below the other.
fn aligned(rows: &[Row]) -> String {
    let columns = rows.iter().map(|row| row.columns.len()).max().unwrap_or(0);
    let length = |row: &Row, column| row.columns.get(column).map_or(0, |cell: &String| cell.chars().count());
    let widths: Vec<_> =
        (0..columns).map(|column| rows.iter().map(|row| length(row, column)).max().unwrap_or(0)).collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &Row, widths: &[usize]) -> String {
    let cells = row.columns.iter().zip(widths);
    let text: String = cells.map(|(cell, width)| format!("{cell:<width$}  ")).collect();
    text.trim_end().to_string() + "\n"
}
