//! Durations as users write them: `500ms`, `5s`, `2m`.

use std::time::Duration;

const UNITS: &[(&str, f64)] = &[("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
/// A week: longer waits are mistakes.
const MOST: f64 = 7.0 * 24.0 * 3600.0;

/// Reads a number with its unit. More than nothing, and at most a week.
pub fn parse(text: &str) -> Result<Duration, String> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let scale = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, scale)| scale);
    let number = number.parse::<f64>().ok().zip(scale).map(|(number, scale)| number * scale);
    match number {
        Some(seconds) if seconds > MOST => Err("a duration is at most a week, 168h".into()),
        Some(seconds) if seconds >= 0.001 => Ok(Duration::from_secs_f64(seconds)),
        Some(_) => Err("a duration is at least 1ms".into()),
        None => Err("a duration is a number and its unit, such as 500ms, 5s or 2m".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_a_unit() {
        for (text, ms) in [("500ms", 500), ("5s", 5000), ("2m", 120_000), ("1.5s", 1500), ("1h", 3_600_000)] {
            assert_eq!(parse(text), Ok(Duration::from_millis(ms)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "5", "s", "5x", "-1s", "0s", "1e3s", "99999999999h", "5 s", "٣s", "1.2.3s"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
