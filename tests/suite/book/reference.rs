//! The chapters that are written from the catalogue.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use super::{ROOT, block::blessed};
use crate::command::Folder;

/// Where they are kept.
const KEPT: &str = "book/src/reference";

/// Compares them with what `bpfl reference` writes now; BPFL_BLESS=1 keeps that.
pub fn check() -> Result<(), String> {
    let kept = Path::new(ROOT).join(KEPT);
    if blessed() {
        return write(&kept);
    }
    let folder = Folder::new()?;
    write(folder.path())?;
    let (kept, now) = (chapters(&kept)?, chapters(folder.path())?);
    let stale: Vec<_> = now.iter().filter(|(name, text)| kept.get(*name) != Some(*text)).collect();
    let gone: Vec<_> = kept.keys().filter(|name| !now.contains_key(*name)).collect();
    match (stale.first(), gone.first()) {
        (None, None) => Ok(()),
        (Some((name, text)), _) => {
            let line = first_difference(kept.get(*name).map_or("", String::as_str), text);
            Err(format!("{KEPT}/{name} is stale (BPFL_BLESS=1 writes it): {line}"))
        }
        (None, Some(name)) => Err(format!("{KEPT}/{name} is no chapter of the reference")),
    }
}

fn write(folder: &Path) -> Result<(), String> {
    let status = Command::new(env!("CARGO_BIN_EXE_bpfl")).arg("reference").arg(folder).status();
    match status.map_err(|error| error.to_string())?.success() {
        true => Ok(()),
        false => Err("`bpfl reference` fails".into()),
    }
}

/// The files of a folder, by their names.
fn chapters(folder: &Path) -> Result<BTreeMap<String, String>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let file = |entry: fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = fs::read_to_string(entry.path()).map_err(|error| format!("{name}: {error}"))?;
        Ok((name, text))
    };
    entries.flatten().map(file).collect()
}

fn first_difference(kept: &str, now: &str) -> String {
    let mut kept = kept.lines();
    let line = now.lines().enumerate().find(|(_, line)| kept.next() != Some(*line));
    line.map_or("it has more lines".into(), |(at, line)| format!("line {} is to be\n{line}", at + 1))
}
