//! Tokens to top-level forms: matches parentheses, and says which of them do not match.
//!
//! A form whose parenthesis is not closed would swallow the rest of the file. When that happens,
//! a parenthesis that opens in the first column is taken as the start of the next form, as people
//! lay out their files, so that the forms after the unclosed one are still read.

use super::{MAX_DEPTH, lexer::Token};
use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::{File, Span},
};

/// The tokens `first..end` of one top-level form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Form {
    pub first: usize,
    pub end: usize,
}

/// Divides all tokens of a file. Forms with unmatched parentheses are reported and left out.
pub fn split(file: &File, tokens: &[(Token, Span)], diagnostics: &mut Diagnostics) -> Vec<Form> {
    let balanced = Splitter::new(file, tokens, false).run();
    let result = if balanced.complete { balanced } else { Splitter::new(file, tokens, true).run() };
    result.problems.into_iter().for_each(|p| diagnostics.push(p));
    result.forms
}

struct Split {
    forms: Vec<Form>,
    problems: Vec<Diagnostic>,
    /// Whether every parenthesis that opens is closed.
    complete: bool,
}

struct Splitter<'a> {
    file: &'a File,
    tokens: &'a [(Token, Span)],
    /// Whether a parenthesis in the first column starts a form, even inside another.
    by_column: bool,
    /// The opening parentheses not yet closed, with the depth before each.
    open: Vec<(Span, usize)>,
    /// How many prefix tokens stand before the next datum.
    prefixes: usize,
    /// How many data of this form are still to be skipped, outside all parentheses.
    skipped: usize,
    depth: usize,
    too_deep: bool,
    first: usize,
    result: Split,
}

impl<'a> Splitter<'a> {
    fn new(file: &'a File, tokens: &'a [(Token, Span)], by_column: bool) -> Self {
        Self {
            file,
            tokens,
            by_column,
            open: Vec::new(),
            prefixes: 0,
            skipped: 0,
            depth: 0,
            too_deep: false,
            first: 0,
            result: Split { forms: Vec::new(), problems: Vec::new(), complete: true },
        }
    }

    fn run(mut self) -> Split {
        for (index, (token, span)) in self.tokens.iter().enumerate() {
            if self.by_column && !self.open.is_empty() && token.is_open() && self.in_first_column(*span) {
                self.give_up(span.first());
                self.first = index;
            }
            self.step(index, *token, *span);
        }
        self.finish();
        self.result
    }

    fn step(&mut self, index: usize, token: Token, span: Span) {
        if token.is_prefix() {
            self.prefixes += 1;
            self.skipped += usize::from(token == Token::Skip && self.open.is_empty());
            self.check_depth(self.depth + self.prefixes, span);
            return;
        }
        if token.is_open() {
            self.open.push((span, self.depth));
            self.depth += 1 + self.prefixes;
            self.check_depth(self.depth, span);
        } else if token == Token::Close {
            match self.open.pop() {
                Some((_, depth)) => self.depth = depth,
                None => {
                    self.stray(span);
                    self.skipped = 0;
                    self.first = index + 1;
                    return;
                }
            }
        }
        self.prefixes = 0;
        if self.open.is_empty() {
            self.skipped = self.skipped.saturating_sub(1);
            if self.skipped == 0 {
                self.end_form(index + 1);
            }
        }
    }

    fn end_form(&mut self, end: usize) {
        if !self.too_deep {
            self.result.forms.push(Form { first: self.first, end });
        }
        self.too_deep = false;
        self.first = end;
    }

    fn finish(&mut self) {
        let end = self.file.base + self.file.text.trim_end().len() as u32;
        if !self.open.is_empty() {
            self.give_up(Span::new(end.saturating_sub(1).max(self.file.base), end));
        } else if self.prefixes + self.skipped > 0 {
            // The grammar says what is missing after the prefix.
            self.result.forms.push(Form { first: self.first, end: self.tokens.len() });
        }
    }

    fn in_first_column(&self, span: Span) -> bool {
        let offset = (span.start - self.file.base) as usize;
        offset == 0 || self.file.text.as_bytes()[offset - 1] == b'\n'
    }

    /// Reports the innermost parenthesis left open, which is where the missing one belongs.
    fn give_up(&mut self, at: Span) {
        self.result.complete = false;
        let missing = self.open.len();
        let (innermost, _) = self.open[missing - 1];
        let count = if missing == 1 { "is".into() } else { format!("and {} around it are", missing - 1) };
        let mut problem = Diagnostic::error(
            &codes::UNCLOSED,
            innermost.first(),
            format!("this parenthesis {count} never closed"),
        )
        .label("opened here")
        .also(at, "the reader gave up here");
        if missing > 1 {
            problem = problem.also(self.open[0].0.first(), "the form starts here");
        }
        let help = match missing {
            1 => "add a `)` where the form ends".to_string(),
            n => format!("add {n} closing parentheses where the forms end"),
        };
        self.result.problems.push(problem.help(help));
        self.open.clear();
        (self.depth, self.prefixes, self.skipped, self.too_deep) = (0, 0, 0, false);
    }

    fn stray(&mut self, span: Span) {
        let mut problem = Diagnostic::error(&codes::STRAY_PAREN, span, "this parenthesis closes nothing");
        if let Some(last) = self.result.forms.last() {
            let (first, end) = (self.tokens[last.first].1, self.tokens[last.end - 1].1);
            let end = Span::new(end.end - 1, end.end);
            problem =
                problem.also(first.first(), "the form before it starts here").also(end, "and ends here");
        }
        self.result.problems.push(problem.help("delete it, or look for one too many before it"));
    }

    fn check_depth(&mut self, depth: usize, span: Span) {
        if depth > MAX_DEPTH && !self.too_deep {
            self.too_deep = true;
            let message = format!("this is nested more than {MAX_DEPTH} levels deep");
            let help = "move inner parts into definitions of their own";
            self.result.problems.push(Diagnostic::error(&codes::TOO_DEEP, span.first(), message).help(help));
        }
    }
}
