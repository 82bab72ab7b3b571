//! Parts of files with lines too long to print.
//!
//! A message shows whole lines. Where one of them is longer than [`LONG`], the message is rendered
//! against a file that holds windows of the lines that it points into, under their real line and
//! column numbers.

use codespan_reporting::files::{Error, Files};

use super::Diagnostic;
use crate::source::{FileId, SourceMap, Span};

/// Bytes of the longest line that is printed whole.
const LONG: usize = 400;

/// Bytes shown before and after a place on a longer line.
const AROUND: usize = 60;

/// The windows of one message.
pub struct Excerpt {
    name: String,
    text: String,
    windows: Vec<Window>,
}

/// A part of one line.
struct Window {
    /// The line in the real file, from 0.
    line: usize,
    /// Its number there.
    number: usize,
    /// The window's first byte in the real file.
    start: usize,
    /// Its first byte in the excerpt.
    at: usize,
    /// Characters of the line before the window.
    skipped: usize,
}

impl Excerpt {
    /// The excerpt for a message, if a line it points into is long.
    pub fn of(sources: &SourceMap, diagnostic: &Diagnostic) -> Option<Self> {
        let id = sources.file_at(diagnostic.span.start);
        let file = sources.file(id);
        let spans = std::iter::once(diagnostic.span).chain(diagnostic.labels.iter().map(|l| l.span));
        let mut offsets: Vec<usize> = spans
            .filter(|span| sources.file_at(span.start) == id)
            .map(|span| (span.start - file.base) as usize)
            .collect();
        let long = |offset: &usize| file.line_range(file.line_index(*offset as u32)).len() > LONG;
        if !offsets.iter().any(long) {
            return None;
        }
        offsets.sort_unstable();
        let mut excerpt = Self { name: file.name.clone(), text: String::new(), windows: Vec::new() };
        offsets.into_iter().for_each(|offset| excerpt.add(sources, id, offset));
        Some(excerpt)
    }

    fn add(&mut self, sources: &SourceMap, id: FileId, offset: usize) {
        let file = sources.file(id);
        let line = file.line_index(offset as u32);
        let range = file.line_range(line);
        let covered = |w: &Window| w.line == line && offset < w.start + 2 * AROUND;
        if self.windows.last().is_some_and(covered) {
            return;
        }
        let start = file.text.floor_char_boundary(offset.saturating_sub(AROUND).max(range.start));
        let end = file.text.floor_char_boundary((start + 3 * AROUND).min(range.end));
        let skipped = file.text[range.start..start].chars().count();
        self.windows.push(Window {
            line,
            number: file.line_number(line),
            start,
            at: self.text.len(),
            skipped,
        });
        self.text.push_str(&file.text[start..end]);
        self.text.push('\n');
    }

    /// Where a place is in the excerpt.
    pub fn range(&self, sources: &SourceMap, span: Span) -> Option<std::ops::Range<usize>> {
        let base = sources.file(sources.file_at(span.start)).base;
        let start = (span.start - base) as usize;
        let index = self.windows.iter().rposition(|window| window.start <= start)?;
        let window = &self.windows[index];
        let limit = self.windows.get(index + 1).map_or(self.text.len(), |next| next.at) - 1;
        let first = (window.at + start - window.start).min(limit);
        let length = (span.end.saturating_sub(span.start)) as usize;
        Some(first..self.text.floor_char_boundary((first + length).min(limit)).max(first))
    }
}

impl<'a> Files<'a> for Excerpt {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, _: usize) -> Result<&'a str, Error> {
        Ok(&self.name)
    }

    fn source(&'a self, _: usize) -> Result<&'a str, Error> {
        Ok(&self.text)
    }

    fn line_index(&'a self, _: usize, offset: usize) -> Result<usize, Error> {
        Ok(self.windows.partition_point(|window| window.at <= offset).saturating_sub(1))
    }

    fn line_range(&'a self, _: usize, line: usize) -> Result<std::ops::Range<usize>, Error> {
        let start = self.windows.get(line).map_or(self.text.len(), |window| window.at);
        let end = self.windows.get(line + 1).map_or(self.text.len(), |window| window.at);
        Ok(start..end)
    }

    fn line_number(&'a self, _: usize, line: usize) -> Result<usize, Error> {
        Ok(self.windows.get(line).map_or(1, |window| window.number))
    }

    fn column_number(&'a self, _: usize, line: usize, offset: usize) -> Result<usize, Error> {
        let Some(window) = self.windows.get(line) else { return Ok(1) };
        let before = self.text.get(window.at..offset).map_or(0, |text| text.chars().count());
        Ok(window.skipped + before + 1)
    }
}
