//! Tests that are known to fail: where the compiler does not yet do what the language says.
//!
//! `tests/cases/KNOWN.md` lists them, a line each: ``- `area/name` kind: why``. A listed test must
//! fail; one that passes fails the run until its line is taken out.

use std::{collections::HashSet, fs, path::Path};

use libtest_mimic::Failed;

/// The list.
pub struct Known {
    tests: HashSet<(String, String)>,
}

impl Known {
    /// Reads the list, which need not be there.
    pub fn read(cases: &Path) -> Self {
        let text = fs::read_to_string(cases.join("KNOWN.md")).unwrap_or_default();
        Self { tests: text.lines().filter_map(entry).collect() }
    }

    /// What a test's result means.
    pub fn judge(&self, name: &str, kind: &str, result: Result<(), String>) -> Result<(), Failed> {
        let listed = self.tests.contains(&(name.to_string(), kind.to_string()));
        match (listed, result) {
            (false, result) => result.map_err(Failed::from),
            (true, Err(_)) => Ok(()),
            (true, Ok(())) => Err("this passes now: take its line out of KNOWN.md".into()),
        }
    }
}

fn entry(line: &str) -> Option<(String, String)> {
    let (name, rest) = line.strip_prefix("- `")?.split_once("` ")?;
    let (kind, _) = rest.split_once(':')?;
    Some((name.into(), kind.into()))
}
