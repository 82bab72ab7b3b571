//! The blocks of Lisp in the book, the README and the pages of `bpfl explain`: each compiles.
//!
//! What is not a whole program is marked `text` there.

use std::{fs, path::Path};

use libtest_mimic::Trial;

use crate::compile::object;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A test per file with blocks.
pub fn tests() -> Vec<Trial> {
    let mut files = vec!["README.md".to_string()];
    files.extend(chapters());
    let test = |file: String| {
        let name = format!("blocks of {file}");
        Trial::test(name, move || check(&file).map_err(Into::into)).with_kind("check")
    };
    files.into_iter().map(test).collect()
}

/// The book's chapters, in order of their names.
fn chapters() -> Vec<String> {
    let folder = fs::read_dir(Path::new(ROOT).join("book/src"));
    let names = folder.into_iter().flatten().flatten().map(|entry| entry.file_name());
    let mut names: Vec<String> = names
        .filter_map(|name| name.into_string().ok())
        .filter(|name| name.ends_with(".md"))
        .map(|name| format!("book/src/{name}"))
        .collect();
    names.sort();
    names
}

fn check(file: &str) -> Result<(), String> {
    let text = fs::read_to_string(Path::new(ROOT).join(file)).map_err(|error| error.to_string())?;
    for (line, block) in blocks(&text) {
        object(&format!("{file}:{line}"), &block)?;
    }
    Ok(())
}

/// The blocks marked `lisp`, each with the line that it starts after.
fn blocks(text: &str) -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match (&mut open, line) {
            (None, "```lisp") => open = Some((number + 1, String::new())),
            (Some(_), "```") => blocks.extend(open.take()),
            (Some((_, block)), line) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, _) => {}
        }
    }
    blocks
}
