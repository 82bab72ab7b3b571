//! Which seeds random programs are made from: those of the suite, or with `BPFL_SEEDS=100..200` as many others as
//! somebody has time for.

use std::{env, ops::Range};

/// The variable that names them.
const VARIABLE: &str = "BPFL_SEEDS";

/// The seeds to use: `count` of them from 0 on, when nobody says otherwise. A text that is no range gives none, which
/// `problem` reports.
pub fn seeds(count: u64) -> Range<u64> {
    match env::var(VARIABLE) {
        Err(_) => 0..count,
        Ok(text) => range(&text).unwrap_or(0..0),
    }
}

/// What is wrong with the variable.
pub fn problem() -> Option<String> {
    let text = env::var(VARIABLE).ok()?;
    let wrong = range(&text).is_none_or(|range| range.is_empty());
    wrong.then(|| format!("{VARIABLE} is `{text}`, and should be a range such as 100..200"))
}

fn range(text: &str) -> Option<Range<u64>> {
    let (from, to) = text.split_once("..")?;
    Some(from.parse().ok()?..to.parse().ok()?)
}
