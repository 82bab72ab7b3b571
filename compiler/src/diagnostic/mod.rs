//! Diagnostics: what they say ([`Diagnostic`]), which kinds there are ([`codes`]) and how they
//! look ([`render`]).

pub mod codes;
mod excerpt;
pub mod render;

pub use codes::Code;

use crate::source::{SourceMap, Span};

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// The program is not accepted.
    Error,
    /// The program is accepted; it is probably not what was meant.
    Warning,
}

/// A secondary place that explains the primary one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there.
    pub text: String,
}

/// One message to the user.
#[derive(Clone, PartialEq, Debug)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Its kind, which `bpfl explain` knows.
    pub code: &'static Code,
    /// One sentence in the user's terms, without a full stop.
    pub message: String,
    /// The place at fault.
    pub span: Span,
    /// What to say at the place; may be empty.
    pub label: String,
    /// Other places that explain.
    pub labels: Vec<Label>,
    /// Ways out, each printed as `help: …`.
    pub help: Vec<String>,
    /// Background, each printed as `note: …`.
    pub notes: Vec<String>,
}

impl Diagnostic {
    /// An error of kind `code` at `span`.
    pub fn error(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            span,
            label: String::new(),
            labels: Vec::new(),
            help: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// A warning of kind `code` at `span`.
    pub fn warning(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// Sets what is said at the primary place.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// Adds a secondary place.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds a way out.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds background.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }
}

/// More macros within each other than anybody wants to see.
const MOST_MACROS: usize = 4;

impl Diagnostic {
    fn settle(&mut self, sources: &SourceMap) {
        let macros = sources.trace(self.span).take(MOST_MACROS);
        let mut labels: Vec<Label> = macros
            .filter_map(|expansion| {
                let text = format!("in the expansion of `{}`", expansion.name);
                Some(Label { span: sources.in_file(expansion.written?), text })
            })
            .collect();
        labels.dedup_by(|a, b| a.span == b.span && a.text == b.text);
        self.span = sources.in_file(self.span);
        self.labels.iter_mut().for_each(|label| label.span = sources.in_file(label.span));
        // A label at the call itself says nothing that the message does not.
        let own = self.span;
        self.labels.retain(|label| label.span != own || label.text.is_empty());
        self.labels.extend(labels);
    }
}

/// The diagnostics of one compilation, in the order in which they were found.
#[derive(Debug, Default, Clone)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    errors: usize,
}

/// How far diagnostics had come.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    count: usize,
    errors: usize,
}

impl Diagnostics {
    /// Adds one, unless the same was already said of the same place.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let same = |d: &Diagnostic| {
            d.span == diagnostic.span && d.code == diagnostic.code && d.message == diagnostic.message
        };
        self.errors += usize::from(diagnostic.severity == Severity::Error);
        if !self.list.iter().rev().take(64).any(same) {
            self.list.push(diagnostic);
        }
    }

    /// Whether any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// How many errors were found, those that were said before among them: what is built again and has
    /// the same errors is as wrong as it was.
    pub fn error_count(&self) -> usize {
        self.errors
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds a place to those found after there were `count` that `concerned` chooses.
    pub fn explain_from(
        &mut self,
        count: usize,
        concerned: impl Fn(&Diagnostic) -> bool,
        span: Span,
        text: &str,
    ) {
        let later = self.list.iter_mut().skip(count).filter(|d| concerned(d));
        later.for_each(|d| d.labels.push(Label { span, text: text.into() }));
    }

    /// Where [`Diagnostics::rewind`] goes back to.
    pub fn mark(&self) -> Mark {
        Mark { count: self.list.len(), errors: self.errors }
    }

    /// Forgets what was found since.
    pub fn rewind(&mut self, mark: Mark) {
        self.list.truncate(mark.count);
        self.errors = mark.errors;
    }

    /// Brings the places that are in expansions to the calls, with the macros as labels.
    pub fn settle(&mut self, sources: &SourceMap) {
        self.list.iter_mut().for_each(|diagnostic| diagnostic.settle(sources));
    }

    /// Orders them by place, errors of one place in the order found.
    pub fn sort(&mut self) {
        self.list.sort_by_key(|d| d.span);
    }
}
