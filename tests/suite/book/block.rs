//! Markdown in, its fenced blocks out.

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

/// The difference, unless `found` is `wanted`, in which a line `…` stands for any lines.
pub fn compare(wanted: &str, found: &str) -> Result<(), String> {
    match fits(&wanted.trim().lines().collect::<Vec<_>>(), &found.trim().lines().collect::<Vec<_>>()) {
        true => Ok(()),
        false => Err(format!("the page has\n{wanted}\nand what comes is\n{found}")),
    }
}

fn fits(wanted: &[&str], found: &[&str]) -> bool {
    match (wanted, found) {
        ([], rest) => rest.is_empty(),
        (["…", wanted @ ..], found) => (0..=found.len()).any(|skipped| fits(wanted, &found[skipped..])),
        ([first, wanted @ ..], [same, found @ ..]) => first == same && fits(wanted, found),
        (_, []) => false,
    }
}
