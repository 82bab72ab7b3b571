//! Diagnostics as text, through `codespan-reporting`.

use codespan_reporting::{
    diagnostic::{Diagnostic as Report, Label as ReportLabel, LabelStyle, Severity as Level},
    files::{self, Files},
    term::{
        self, Config,
        termcolor::{Ansi, NoColor, WriteColor},
    },
};

use super::{Diagnostic, Severity, excerpt::Excerpt};
use crate::{
    arena::Entity,
    source::{FileId, SourceMap, Span},
};

impl<'a> Files<'a> for SourceMap {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, files::Error> {
        Ok(&self.file(FileId::new(id)).name)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, files::Error> {
        Ok(&self.file(FileId::new(id)).text)
    }

    fn line_index(&'a self, id: usize, offset: usize) -> Result<usize, files::Error> {
        Ok(self.file(FileId::new(id)).line_index(offset as u32))
    }

    fn line_number(&'a self, id: usize, line: usize) -> Result<usize, files::Error> {
        Ok(self.file(FileId::new(id)).line_number(line))
    }

    fn line_range(&'a self, id: usize, line: usize) -> Result<std::ops::Range<usize>, files::Error> {
        let file = self.file(FileId::new(id));
        let range = file.line_range(line);
        Ok(range.start..(range.end + 1).min(file.text.len()))
    }
}

/// More messages than anybody reads; the rest is counted.
const MANY: usize = 50;

/// All of `diagnostics` as text, with ANSI colours when `color`.
pub fn render<'a>(
    sources: &SourceMap,
    diagnostics: impl IntoIterator<Item = &'a Diagnostic>,
    color: bool,
) -> String {
    let mut bytes = Vec::new();
    let mut diagnostics = diagnostics.into_iter();
    for diagnostic in diagnostics.by_ref().take(MANY) {
        match Excerpt::of(sources, diagnostic) {
            Some(excerpt) => {
                let place = |span| excerpt.range(sources, span).map(|range| (0, range));
                emit(&excerpt, &report(sources, diagnostic, place), color, &mut bytes);
            }
            None => {
                let report = report(sources, diagnostic, |span| place(sources, span));
                emit(sources, &report, color, &mut bytes);
            }
        }
    }
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    match diagnostics.count() {
        0 => {}
        more => text.push_str(&format!("and {more} more like these\n")),
    }
    text
}

fn emit<'f, F: Files<'f, FileId = usize>>(
    files: &'f F,
    report: &Report<usize>,
    color: bool,
    bytes: &mut Vec<u8>,
) {
    let config = Config { tab_width: 4, ..Config::default() };
    let emit = |writer: &mut dyn WriteColor| term::emit_to_write_style(writer, &config, files, report);
    // Writing to a vector cannot fail, and every id and offset comes from `files`.
    let _ = if color { emit(&mut Ansi::new(bytes)) } else { emit(&mut NoColor::new(bytes)) };
}

/// A diagnostic with its labels, but for those inside of the prelude, which nobody who reads it wrote.
fn report(
    sources: &SourceMap,
    d: &Diagnostic,
    place: impl Fn(Span) -> Option<(usize, std::ops::Range<usize>)>,
) -> Report<usize> {
    let level = match d.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
    };
    let label = |style, span, text: &str| {
        let (id, range) = place(span)?;
        Some(ReportLabel::new(style, id, range).with_message(text))
    };
    let primary = label(LabelStyle::Primary, d.span, &d.label);
    let foreign = |span| sources.file(sources.file_at(sources.in_file(span).start)).is_prelude();
    let others = d.labels.iter().filter(|l| !foreign(l.span));
    let others = others.filter_map(|l| label(LabelStyle::Secondary, l.span, &l.text));
    let notes = d.notes.iter().map(|n| format!("note: {n}"));
    let help = d.help.iter().map(|h| format!("help: {h}"));
    Report::new(level)
        .with_code(d.code.id)
        .with_message(&d.message)
        .with_labels(primary.into_iter().chain(others).collect())
        .with_notes(notes.chain(help).collect())
}

fn place(sources: &SourceMap, span: Span) -> Option<(usize, std::ops::Range<usize>)> {
    let span = sources.in_file(span);
    let id = sources.file_at(span.start);
    let base = sources.file(id).base;
    Some((id.index(), (span.start - base) as usize..(span.end.max(span.start) - base) as usize))
}
