//! Snapshots: `name.expected` beside `name.lisp`, with the source and what became of it together.
//!
//! `BPFL_BLESS=1` writes them; a snapshot that no case owns fails the suite.

use std::{
    collections::HashSet,
    env, fs,
    path::{Path, PathBuf},
};

use libtest_mimic::Failed;

use crate::case::{Case, files_under};

/// Compares titled parts with the snapshot at `path`.
pub fn compare(path: &Path, parts: &[(&str, String)]) -> Result<(), String> {
    let text: String =
        parts.iter().map(|(title, part)| format!("==== {title}\n{}\n", part.trim_end())).collect();
    if env::var_os("BPFL_BLESS").is_some_and(|value| value == "1") {
        return fs::write(path, text).map_err(|error| error.to_string());
    }
    let kept = fs::read_to_string(path)
        .map_err(|_| format!("there is no snapshot; BPFL_BLESS=1 would write\n{text}"))?;
    match kept == text {
        true => Ok(()),
        false => Err(format!("the snapshot differs (BPFL_BLESS=1 accepts)\n{}", difference(&kept, &text))),
    }
}

/// The lines that differ, without those that both have at the start and the end.
fn difference(kept: &str, text: &str) -> String {
    let (kept, text): (Vec<_>, Vec<_>) = (kept.lines().collect(), text.lines().collect());
    let same_start = kept.iter().zip(&text).take_while(|(a, b)| a == b).count();
    let most = kept.len().min(text.len()) - same_start;
    let same_end = kept.iter().rev().zip(text.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let minus = kept[same_start..kept.len() - same_end].iter().map(|line| format!("- {line}\n"));
    let plus = text[same_start..text.len() - same_end].iter().map(|line| format!("+ {line}\n"));
    minus.chain(plus).collect()
}

/// Fails when there is a snapshot whose case is gone or expects nothing that is kept.
pub fn orphans(cases: &Path) -> Result<(), Failed> {
    let mut files = Vec::new();
    files_under(cases, "expected", &mut files);
    let owners: HashSet<PathBuf> = Case::read_all(cases)?
        .into_iter()
        .filter(|case| !case.messages.is_empty() || !case.stages.is_empty())
        .map(|case| case.path.with_extension("expected"))
        .collect();
    let orphans: Vec<_> = files.iter().filter(|file| !owners.contains(*file)).collect();
    match orphans.is_empty() {
        true => Ok(()),
        false => Err(format!("no case owns {orphans:?}").into()),
    }
}
