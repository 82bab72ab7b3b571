//! What is said of tests: for people, or as the Test Anything Protocol, version 14.

use super::Verdict;
use crate::{failure::Failure, output};

/// For whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// People: a line a test on standard output, what is wrong on standard error.
    Human,
    /// Programs: all of it on standard output.
    Tap,
}

/// How many tests came out how.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tally {
    /// Those of which everything is true.
    pub passed: usize,
    /// Those of which something is not.
    pub failed: usize,
    /// Those that could not be run.
    pub skipped: usize,
}

/// What is told as tests end.
pub struct Report {
    style: Style,
    tally: Tally,
    /// How many files there are whose tests cannot be told.
    broken: usize,
    /// The test in which a signal ended all.
    cut: Option<String>,
    /// What was not yet written.
    pending: String,
    /// Why what was told is lost, if it is.
    lost: Option<Failure>,
}

impl Report {
    /// Tells in this style.
    pub fn new(style: Style) -> Self {
        let pending = if style == Style::Tap { "TAP version 14\n".into() } else { String::new() };
        Self { style, tally: Tally::default(), broken: 0, cut: None, pending, lost: None }
    }

    /// A file with so many tests begins; `in_vm` when they run in the userspace VM.
    pub fn start(&mut self, file: &str, count: usize, in_vm: bool) {
        let plural = if count == 1 { "test" } else { "tests" };
        let place = if in_vm { ", in the userspace VM" } else { "" };
        self.pending += &match self.style {
            Style::Human => format!("{file}: {count} {plural}{place}\n"),
            Style::Tap => format!("# {file}{place}\n"),
        };
        self.flush();
    }

    /// The tests of this file cannot be told, which has been said: it cannot be read or compiled.
    pub fn broken(&mut self, file: &str) {
        self.broken += 1;
        if self.style == Style::Tap {
            self.pending += &format!("not ok {} - {file} can be compiled\n", self.count());
            self.flush();
        }
    }

    /// How many things have been told.
    fn count(&self) -> usize {
        let Tally { passed, failed, skipped } = self.tally;
        passed + failed + skipped + self.broken
    }

    /// A test begins.
    pub(super) fn begin(&self, name: &str) {
        if self.style == Style::Human {
            output::passing(&format!("  {name} … "));
        }
    }

    /// A signal has ended a test, and those after it are not run.
    pub(super) fn cut(&mut self, name: &str) {
        if self.style == Style::Human {
            self.pending += &format!("  {name} … interrupted\n");
        }
        self.cut = Some(name.into());
    }

    /// A test has ended.
    ///
    /// # Errors
    /// When nobody can read it.
    pub(super) fn end(&mut self, name: &str, verdict: Verdict) -> Result<(), Failure> {
        let (counter, human, ok, reason) = match &verdict {
            Verdict::Passed => (&mut self.tally.passed, "ok", "ok", String::new()),
            Verdict::Failed(_) => (&mut self.tally.failed, "FAILED", "not ok", String::new()),
            Verdict::Skipped(why) => (&mut self.tally.skipped, "skipped", "ok", why.replace('\n', " ")),
        };
        *counter += 1;
        let number = self.count();
        let because = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        let skip = if reason.is_empty() { String::new() } else { format!(" # SKIP {reason}") };
        self.pending += &match self.style {
            Style::Human => format!("  {name} … {human}{because}\n"),
            Style::Tap => format!("{ok} {number} - {name}{skip}\n"),
        };
        match (self.style, verdict) {
            (Style::Tap, Verdict::Failed(what)) => {
                self.pending.extend(what.trim_end().lines().map(|line| format!("# {line}\n")));
                self.flush();
            }
            (Style::Human, Verdict::Failed(what)) => {
                self.flush();
                output::tell(&what);
            }
            _ => self.flush(),
        }
        self.heard()
    }

    fn heard(&mut self) -> Result<(), Failure> {
        self.lost.take().map_or(Ok(()), Err)
    }

    /// All have ended.
    ///
    /// # Errors
    /// When nobody can read it.
    pub fn finish(mut self) -> Result<Tally, Failure> {
        let Tally { passed, failed, skipped } = self.tally;
        self.pending += &match (self.style, &self.cut) {
            (Style::Human, _) => {
                format!("{passed} passed, {failed} failed, {skipped} skipped{}\n", self.untested())
            }
            (Style::Tap, Some(name)) => format!("Bail out! {name} was interrupted\n"),
            (Style::Tap, None) => format!("1..{}\n", self.count()),
        };
        self.flush();
        self.heard().map(|()| self.tally)
    }

    /// What the numbers do not tell.
    fn untested(&self) -> String {
        let broken = match self.broken {
            0 => String::new(),
            1 => "; 1 file could not be tested".into(),
            many => format!("; {many} files could not be tested"),
        };
        broken + if self.cut.is_some() { "; interrupted" } else { "" }
    }

    fn flush(&mut self) {
        let told = output::print(std::mem::take(&mut self.pending));
        self.lost = self.lost.take().or(told.err());
    }
}
