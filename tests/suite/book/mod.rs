//! The book, the README and what they show: each block is what it claims to be.
//!
//! - A `lisp` block is a whole program, and compiles.
//! - A `lisp part of FILE` block stands in that file of the repository, word for word.
//! - A `lisp refused` block does not compile. What the compiler says of it is the next block with a
//!   message (`error[…]`), to the letter.
//! - In a `console` block, commands that only read (`bpfl check`, `explain`, …) print what stands below
//!   them; a line `…` stands for any lines. Commands after `#` that run a program (`bpfl run … -- CMD`)
//!   do so too, where programs can be attached, each in a network of its own.
//! - In a `repl` block, forms after `bpfl> ` give what stands below them, with `/sys/fs/cgroup/demo` for a cgroup
//!   of the test's.
//! - In a `console live` block, all commands are run at a terminal, in turn (`live.rs`).
//! - Other blocks are `text`.
//! - Links lead to files and headings.
//!
//! BPFL_BLESS=1 writes messages and output that differ, unless the block has a `…`.
//!
//! The chapters in `book/src/reference` are what `bpfl reference` writes; BPFL_BLESS=1 writes them.

mod block;
mod link;
mod live;
mod page;
mod reference;
mod repl;
mod screen;
mod shell;

use std::{
    fs,
    path::{Path, PathBuf},
};

use libtest_mimic::Trial;

/// The repository.
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Tests per file: its blocks, its links and what it runs; and one for the reference.
pub fn tests(obstacle: &Option<String>) -> Vec<Trial> {
    let mut tests = vec![
        Trial::test("the reference is what the catalogue says", || reference::check().map_err(Into::into))
            .with_kind("check"),
    ];
    let missing = shell::missing();
    if let Some(tool) = missing {
        eprintln!("skipped: the book's runs, for there is no `{tool}` here");
    }
    for file in files() {
        let runs = shell::runs(&file);
        let (name, ran) = (format!("blocks of {file}"), format!("runs of {file}"));
        let (path, page) = (file.clone(), file.clone());
        tests.push(Trial::test(name, move || page::check(&file).map_err(Into::into)).with_kind("check"));
        let links = format!("links of {page}");
        tests.push(Trial::test(links, move || link::check(&page).map_err(Into::into)).with_kind("check"));
        if runs {
            let test = Trial::test(ran, move || shell::check_runs(&path).map_err(Into::into));
            tests.push(test.with_kind("kernel").with_ignored_flag(obstacle.is_some() || missing.is_some()));
        }
    }
    tests
}

/// The README, and the book's chapters in order of their names.
fn files() -> Vec<String> {
    let mut chapters = Vec::new();
    find(Path::new("book/src"), &mut chapters);
    chapters.sort();
    std::iter::once("README.md".into())
        .chain(chapters.iter().map(|path| path.display().to_string()))
        .collect()
}

fn find(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(Path::new(ROOT).join(folder)).into_iter().flatten().flatten() {
        let path = folder.join(entry.file_name());
        if entry.path().is_dir() {
            find(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// A file of the repository.
fn read(file: &str) -> Result<String, String> {
    fs::read_to_string(path(file)).map_err(|error| format!("{file}: {error}"))
}

/// Where it is.
fn path(file: &str) -> PathBuf {
    Path::new(ROOT).join(file)
}
