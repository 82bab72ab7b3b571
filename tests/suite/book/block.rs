//! Markdown in, its fenced blocks out, and back.

use std::env;

/// A block between two fences.
pub struct Block {
    /// What stands after the first fence: `lisp`, `console`, …
    pub info: String,
    /// The line of the first fence, from 1.
    pub line: usize,
    /// What is between them.
    pub text: String,
}

/// The blocks of a page.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                open = Some(Block { info: info.into(), line: number + 1, text: String::new() });
            }
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some(block), _) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// What the page is to show where it has `wanted` and `found` comes: an error unless they are the
/// same, but for lines `…` in `wanted`, which stand for any lines; with BPFL_BLESS=1 what came.
pub fn settle(wanted: &str, found: &str) -> Result<String, String> {
    settle_by(wanted, found, str::to_string)
}

/// The same, where numbers, and how wide that makes the columns of a table, may be others.
pub fn settle_alike(wanted: &str, found: &str) -> Result<String, String> {
    settle_by(wanted, found, alike)
}

/// A line with each number as 0, times in seconds, and what fills the columns of a table once.
fn alike(line: &str) -> String {
    let mut short = String::new();
    for c in line.chars() {
        let c = if c.is_ascii_digit() { '0' } else { c };
        let filling = matches!(c, '0' | ' ' | '─' | '═') && short.ends_with(c);
        if !filling {
            short.push(c);
        }
    }
    let times = ["0.0ns", "0.0µs", "0.0ms", "0.0s", "0ns", "0µs", "0ms"];
    times.iter().fold(short, |line, time| line.replace(time, "0s")).replace("0.0", "0")
}

fn settle_by(wanted: &str, found: &str, seen: impl Fn(&str) -> String) -> Result<String, String> {
    let lines = |text: &str| text.trim_end().lines().map(&seen).collect::<Vec<_>>();
    let (shown, came) = (lines(wanted), lines(found));
    if fits(&shown, &came) {
        return Ok(wanted.into());
    }
    match blessed() && !shown.iter().any(|line| line == "…") {
        true => Ok(found.trim_end().lines().map(|line| format!("{line}\n")).collect()),
        false => Err(format!("the page has (BPFL_BLESS=1 mends it)\n{wanted}\nand what comes is\n{found}")),
    }
}

/// Whether pages are to be written.
pub fn blessed() -> bool {
    env::var_os("BPFL_BLESS").is_some_and(|value| value == "1")
}

/// `page` with other texts between the fences that start in these lines.
pub fn replace(page: &str, texts: &[(usize, String)]) -> String {
    let mut changed = String::new();
    let mut inside = None;
    for (number, line) in page.lines().enumerate() {
        match inside {
            Some(_) if line != "```" => continue,
            Some(text) => changed.push_str(text),
            None => {}
        }
        changed.push_str(line);
        changed.push('\n');
        inside = texts.iter().find(|(at, _)| *at == number + 1).map(|(_, text)| text.as_str());
    }
    changed
}

fn fits(wanted: &[String], found: &[String]) -> bool {
    match (wanted, found) {
        ([], rest) => rest.is_empty(),
        ([any, wanted @ ..], found) if any == "…" => {
            (0..=found.len()).any(|skipped| fits(wanted, &found[skipped..]))
        }
        ([first, wanted @ ..], [same, found @ ..]) => first == same && fits(wanted, found),
        (_, []) => false,
    }
}
