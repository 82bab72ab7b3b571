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
    let (shown, came): (Vec<_>, Vec<_>) =
        (wanted.trim_end().lines().collect(), found.trim_end().lines().collect());
    if fits(&shown, &came) {
        return Ok(wanted.into());
    }
    match blessed() && !shown.contains(&"…") {
        true => Ok(format!("{}\n", found.trim_end())),
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

fn fits(wanted: &[&str], found: &[&str]) -> bool {
    match (wanted, found) {
        ([], rest) => rest.is_empty(),
        (["…", wanted @ ..], found) => (0..=found.len()).any(|skipped| fits(wanted, &found[skipped..])),
        ([first, wanted @ ..], [same, found @ ..]) => first == same && fits(wanted, found),
        (_, []) => false,
    }
}
