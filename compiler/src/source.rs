//! Source files and places in them.
//!
//! All files share one space of byte positions, so that a place is two numbers wherever it rides
//! along: in data, HIR, SSA instructions and machine code.

use crate::entity;

entity! {
    /// A file known to a [`SourceMap`].
    pub struct FileId "file";
}

/// A half-open range of byte positions in the space shared by all files of a [`SourceMap`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// Positions from here on are in no file: they number expansions.
const EXPANDED: u32 = 1 << 31;

/// The place of a datum that a macro made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expansion {
    /// Where in the macro it is written, unless it was computed.
    pub written: Option<Span>,
    /// The call of the macro, which may be in an expansion itself.
    pub call: Span,
    /// The macro's name, as called.
    pub name: String,
}

impl Span {
    /// The place of the expansion with this number.
    pub const fn expanded(number: usize) -> Self {
        let position = EXPANDED | number as u32;
        Self { start: position, end: position }
    }

    /// The number of the expansion that this is the place of.
    pub const fn expansion(self) -> Option<usize> {
        if self.start >= EXPANDED { Some((self.start & !EXPANDED) as usize) } else { None }
    }

    /// From `start` up to, not including, `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// From the start of `self` to the end of `last`.
    pub fn to(self, last: Self) -> Self {
        match (self.expansion(), last.expansion()) {
            (None, None) => Self { start: self.start, end: last.end.max(self.end) },
            _ => self,
        }
    }

    /// Whether all of `other` lies within it. A place in an expansion has no inside.
    pub const fn contains(self, other: Self) -> bool {
        self.expansion().is_none() && self.start <= other.start && other.end <= self.end
    }

    /// The first character's place, for messages that point at an opening parenthesis.
    pub fn first(self) -> Self {
        Self { start: self.start, end: (self.start + 1).min(self.end.max(self.start)) }
    }
}

/// How the names of the prelude's files start.
pub const PRELUDE: &str = "<prelude>/";

/// One source file.
#[derive(Debug)]
pub struct File {
    /// The name it is printed with, as the user wrote it.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// The position of its first byte.
    pub base: u32,
    /// The offset in `text` at which each line starts.
    line_starts: Vec<u32>,
    /// How many lines come before the first: of input that is read a piece at a time.
    lines_before: u32,
}

impl File {
    fn new(name: String, text: String, base: u32, lines_before: u32) -> Self {
        let line_starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1))
            .collect();
        Self { name, text, base, line_starts, lines_before }
    }

    /// Whether it is one of the compiler's own.
    pub fn is_prelude(&self) -> bool {
        self.name.starts_with(PRELUDE)
    }

    /// How many lines there are; an empty file has one.
    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }

    /// The number, from 1, of a 0-based line.
    pub fn line_number(&self, line: usize) -> usize {
        self.lines_before as usize + line + 1
    }

    /// The text of the line with this number.
    pub fn line_numbered(&self, number: u32) -> &str {
        self.line((number - self.lines_before).saturating_sub(1) as usize)
    }

    /// The 0-based line that holds the byte at `offset`.
    pub fn line_index(&self, offset: u32) -> usize {
        self.line_starts.partition_point(|start| *start <= offset) - 1
    }

    /// The byte offsets of a 0-based line, its newline excluded.
    pub fn line_range(&self, line: usize) -> std::ops::Range<usize> {
        let start = self.line_starts[line] as usize;
        let end = match self.line_starts.get(line + 1) {
            Some(next) => *next as usize - 1,
            None => self.text.len(),
        };
        start..end
    }

    /// The text of a 0-based line, without its newline.
    pub fn line(&self, line: usize) -> &str {
        self.text[self.line_range(line)].trim_end_matches('\r')
    }
}

/// A place as people read it: `line` and `column` count from 1, columns in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Location {
    /// The file.
    pub file: FileId,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// All files of one compilation.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<File>,
    expansions: Vec<Expansion>,
}

impl SourceMap {
    /// A map without files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file. Files have one byte of position between them, so that the end of one is not
    /// the start of the next. Positions are 32 bits wide: the caller keeps the sum of all texts
    /// below 4 GiB (`driver` refuses larger files with a diagnostic).
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        self.add_after(0, name, text)
    }

    /// As [`SourceMap::add`], a piece of text that so many lines come before.
    pub fn add_after(&mut self, lines: u32, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let base = self.files.last().map_or(0, |f| f.base + f.text.len() as u32 + 1);
        self.files.push(File::new(name.into(), text.into(), base, lines));
        <FileId as crate::arena::Entity>::new(self.files.len() - 1)
    }

    /// The file with this id.
    pub fn file(&self, id: FileId) -> &File {
        &self.files[crate::arena::Entity::index(id)]
    }

    /// All files, in the order in which they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &File)> {
        self.files.iter().enumerate().map(|(i, f)| (<FileId as crate::arena::Entity>::new(i), f))
    }

    /// Adds the places of expansions; their numbers go on from those there are.
    pub fn add_expansions(&mut self, expansions: Vec<Expansion>) {
        self.expansions.extend(expansions);
    }

    /// The places of expansions, by number.
    pub fn expansions(&self) -> &[Expansion] {
        &self.expansions
    }

    /// The expansions that a place is in, innermost first.
    pub fn trace(&self, span: Span) -> impl Iterator<Item = &Expansion> {
        let expansion = |span: Span| self.expansions.get(span.expansion()?);
        // Each expansion is in ones that were made before it, so this ends.
        std::iter::successors(expansion(span), move |inner| expansion(inner.call))
    }

    /// The place in a file: of what a macro made, the outermost call.
    pub fn in_file(&self, span: Span) -> Span {
        self.trace(span).last().map_or(span, |outermost| outermost.call)
    }

    /// The file that holds `position`.
    pub fn file_at(&self, position: u32) -> FileId {
        let position = self.in_file(Span::new(position, position)).start;
        let next = self.files.partition_point(|f| f.base <= position);
        <FileId as crate::arena::Entity>::new(next.saturating_sub(1))
    }

    /// Where `position` is, for people.
    pub fn location(&self, position: u32) -> Location {
        let position = self.in_file(Span::new(position, position)).start;
        let id = self.file_at(position);
        let file = self.file(id);
        let offset = (position - file.base).min(file.text.len() as u32);
        let line = file.line_index(offset);
        let start = file.line_range(line).start;
        let column =
            file.text[start..].char_indices().take_while(|(i, _)| start + i < offset as usize).count();
        Location { file: id, line: file.line_number(line) as u32, column: column as u32 + 1 }
    }

    /// The text that `span` covers.
    pub fn snippet(&self, span: Span) -> &str {
        let span = self.in_file(span);
        let file = self.file(self.file_at(span.start));
        let range = (span.start - file.base) as usize..(span.end - file.base) as usize;
        file.text.get(range).unwrap_or("")
    }

    /// The span of a whole file.
    pub fn whole(&self, id: FileId) -> Span {
        let file = self.file(id);
        Span::new(file.base, file.base + file.text.len() as u32)
    }
}
