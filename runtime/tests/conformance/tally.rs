//! Counts cells and keeps disagreements.

use bpfl_stdlib::catalog::version::Version;

/// What was compared so far.
pub struct Tally {
    what: &'static str,
    version: Version,
    cells: usize,
    skipped: usize,
    disagreements: Vec<String>,
}

impl Tally {
    /// Nothing yet.
    pub fn new(what: &'static str, version: Version) -> Self {
        Self { what, version, cells: 0, skipped: 0, disagreements: Vec::new() }
    }

    /// Whether the running kernel has what there is since `since`; a cell that it has not is
    /// skipped.
    pub fn has(&mut self, since: Version) -> bool {
        let has = since <= self.version;
        self.skipped += usize::from(!has);
        has
    }

    /// Compares a cell; `row` is asked for only when they disagree.
    pub fn cell(&mut self, expected: bool, verdict: &Result<(), String>, row: impl FnOnce() -> String) {
        self.cells += 1;
        if expected != verdict.is_ok() {
            let says = verdict.as_ref().map_or_else(String::as_str, |()| "accepted");
            let table = if expected { "accepts" } else { "refuses" };
            self.disagreements.push(format!("{}\n    the row {table} it; the kernel: {says}", row()));
        }
    }

    /// Says what was found, and fails on any disagreement, or when less than `least` was compared.
    pub fn finish(self, least: usize) {
        let Self { what, version, cells, skipped, disagreements } = self;
        let count = disagreements.len();
        println!(
            "{what}: {cells} cells compared with Linux {version}, {count} disagreements, {skipped} skipped"
        );
        disagreements.iter().take(100).for_each(|text| println!("  {text}"));
        assert!(cells >= least, "only {cells} cells were compared");
        assert_eq!(count, 0, "{what}: {count} disagreements");
    }
}
