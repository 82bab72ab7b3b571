//! Which source the instructions of an object are from: what the compiler knows of a file that it
//! has just compiled, or what the line info of an object says.

use std::collections::HashMap;

use bpfl_compiler::{
    driver::Places,
    source::{SourceMap, Span},
};
use bpfl_runtime::spec::{ProgramSpec, SourceLine};

/// The sources of an object's programs.
#[derive(Default)]
pub struct Origin {
    /// What the places that are given point into.
    pub sources: SourceMap,
    /// The form of each slot of each program, by the program's symbol.
    programs: HashMap<String, Vec<Span>>,
}

impl Origin {
    /// For an object that was compiled from `sources`.
    pub fn compiled(sources: SourceMap, places: Vec<Places>) -> Self {
        Self { sources, programs: places.into_iter().map(|one| (one.program, one.spans)).collect() }
    }

    /// The source of the instruction in `slot` of `program`; `None` when nothing says it.
    pub fn place(&mut self, program: &ProgramSpec, slot: usize) -> Option<Span> {
        if let Some(spans) = self.programs.get(&program.name) {
            return spans.get(slot).copied();
        }
        let line = program.lines.iter().rev().find(|line| line.slot <= slot && line.line > 0)?;
        Some(self.add(line))
    }

    /// Adds the one line that an object has of a file, under its number.
    fn add(&mut self, line: &SourceLine) -> Span {
        let above = "\n".repeat(line.line as usize - 1);
        let start = above.len() + column(line);
        let text = above + line.text.trim_end();
        let end = start + form_length(&text[start..]);
        let file = self.sources.add(&*line.file, text);
        let base = self.sources.whole(file).start;
        Span::new(base + start as u32, base + end as u32)
    }
}

/// The byte of a line's text at which its column is; its first that is no space when the text does
/// not reach as far.
fn column(line: &SourceLine) -> usize {
    let text = line.text.trim_end();
    let column = (line.column as usize).saturating_sub(1);
    match text.get(column..) {
        Some(rest) if !rest.is_empty() => column,
        _ => text.len() - text.trim_start().len(),
    }
}

/// How long the form is that `text` starts with, as far as `text` has it.
fn form_length(text: &str) -> usize {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth <= 1 => return at + 1,
            b')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(column: u32, text: &str) -> ProgramSpec {
        let line = SourceLine { slot: 2, file: "a.lisp".into(), line: 3, column, text: text.into() };
        ProgramSpec {
            name: "p".into(),
            section: "xdp".into(),
            row: None,
            code: Vec::new(),
            lines: vec![line],
            references: Vec::new(),
        }
    }

    fn shown(column: u32, text: &str) -> (String, u32, u32) {
        let mut origin = Origin::default();
        let span = origin.place(&program(column, text), 5).unwrap();
        let at = origin.sources.location(span.start);
        (origin.sources.snippet(span).to_string(), at.line, at.column)
    }

    #[test]
    fn the_line_info_of_an_object_gives_the_form_at_its_column() {
        assert_eq!(shown(6, "  (+ (f x) 1) ; two"), ("(f x)".into(), 3, 6));
        assert_eq!(shown(3, "  (+ (f x)"), ("(+ (f x)".into(), 3, 3));
        assert_eq!(shown(0, "  return 1;"), ("  return 1;".into(), 3, 1));
        assert_eq!(shown(900, "  return 1;"), ("return 1;".into(), 3, 3));
        assert_eq!(shown(1, ""), (String::new(), 3, 1));
    }

    #[test]
    fn instructions_before_the_first_line_are_from_nowhere() {
        assert_eq!(Origin::default().place(&program(1, "x"), 1), None);
    }
}
