//! Diagnostics as text, through `codespan-reporting`.

use codespan_reporting::{
    diagnostic::{Diagnostic as Report, Label as ReportLabel, LabelStyle, Severity as Level},
    files::{self, Files},
    term::{
        self, Config,
        termcolor::{Ansi, NoColor, WriteColor},
    },
};

use super::{Diagnostic, Severity};
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

    fn line_range(&'a self, id: usize, line: usize) -> Result<std::ops::Range<usize>, files::Error> {
        let file = self.file(FileId::new(id));
        let range = file.line_range(line);
        Ok(range.start..(range.end + 1).min(file.text.len()))
    }
}

/// All of `diagnostics` as text, with ANSI colours when `color`.
pub fn render<'a>(
    sources: &SourceMap,
    diagnostics: impl IntoIterator<Item = &'a Diagnostic>,
    color: bool,
) -> String {
    let mut bytes = Vec::new();
    for diagnostic in diagnostics {
        let report = report(sources, diagnostic);
        let emit =
            |writer: &mut dyn WriteColor| term::emit_to_write_style(writer, &config(), sources, &report);
        // Writing to a vector cannot fail, and every id and offset comes from `sources`.
        let _ = if color { emit(&mut Ansi::new(&mut bytes)) } else { emit(&mut NoColor::new(&mut bytes)) };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn config() -> Config {
    Config { tab_width: 4, ..Config::default() }
}

fn report(sources: &SourceMap, d: &Diagnostic) -> Report<usize> {
    let level = match d.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
    };
    let primary = label(sources, LabelStyle::Primary, d.span, &d.label);
    let others = d.labels.iter().map(|l| label(sources, LabelStyle::Secondary, l.span, &l.text));
    let notes = d.notes.iter().map(|n| format!("note: {n}"));
    let help = d.help.iter().map(|h| format!("help: {h}"));
    Report::new(level)
        .with_code(d.code.id)
        .with_message(&d.message)
        .with_labels(std::iter::once(primary).chain(others).collect())
        .with_notes(notes.chain(help).collect())
}

fn label(sources: &SourceMap, style: LabelStyle, span: Span, text: &str) -> ReportLabel<usize> {
    let id = sources.file_at(span.start);
    let base = sources.file(id).base;
    let range = (span.start - base) as usize..(span.end.max(span.start) - base) as usize;
    ReportLabel::new(style, id.index(), range).with_message(text)
}
