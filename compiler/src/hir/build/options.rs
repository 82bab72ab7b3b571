//! Keyword options: `:name value …`.

use super::Builder;
use crate::{
    diagnostic::{Diagnostic, codes},
    names::nearest,
    read::{Datum, DatumId},
    source::Span,
};

/// The options of one form, in the order given.
#[derive(Default)]
pub struct Options {
    list: Vec<(&'static str, Span, DatumId)>,
}

impl Options {
    /// Reads `items`; reports what is not among `known`, given twice or without a value.
    pub fn parse(b: &mut Builder<'_>, items: &[DatumId], known: &[&'static str]) -> Self {
        let mut options = Self::default();
        let mut rest = items;
        while let [first, tail @ ..] = rest {
            let span = b.span(*first);
            let Datum::Keyword(name) = b.data.get(*first) else {
                let message = "an option is wanted here, a keyword with its value";
                b.report(Diagnostic::error(&codes::BAD_OPTION, span, message).help(list(known)));
                return options;
            };
            let text = b.text(b.names.folded(name)).replace('_', "-");
            let found = known.iter().copied().find(|k| *k == text);
            let [value, later @ ..] = tail else {
                let message = format!("`:{text}` has no value");
                b.report(Diagnostic::error(&codes::BAD_OPTION, span, message));
                return options;
            };
            match found {
                Some(name) => options.insert(b, name, span, *value),
                None => unknown(b, &text, span, known),
            }
            rest = later;
        }
        options
    }

    fn insert(&mut self, b: &mut Builder<'_>, name: &'static str, span: Span, value: DatumId) {
        if let Some((_, before, _)) = self.list.iter().find(|(n, ..)| *n == name) {
            let message = format!("`:{name}` is given twice");
            b.report(Diagnostic::error(&codes::BAD_OPTION, span, message).also(*before, "first here"));
            return;
        }
        self.list.push((name, span, value));
    }

    /// The value of an option.
    pub fn get(&self, name: &str) -> Option<DatumId> {
        self.list.iter().find(|(n, ..)| *n == name).map(|(_, _, value)| *value)
    }
}

fn list(known: &[&str]) -> String {
    let known: Vec<_> = known.iter().map(|k| format!(":{k}")).collect();
    format!("the options here are {}", known.join(", "))
}

fn unknown(b: &mut Builder<'_>, text: &str, span: Span, known: &[&'static str]) {
    let message = format!("there is no option `:{text}` here");
    let help = match nearest(text, known.iter().copied()) {
        Some(near) => format!("did you mean `:{near}`?"),
        None => list(known),
    };
    b.report(Diagnostic::error(&codes::BAD_OPTION, span, message).help(help));
}
