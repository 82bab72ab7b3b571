//! Text in, data out: the lexer, the division into top-level forms, and the grammar of data.
//!
//! Each top-level form is read on its own, so that one that cannot be read does not hide what is
//! wrong in the others. Nesting is bounded by [`MAX_DEPTH`], so that whatever walks data later may
//! recurse.

pub mod complete;
mod data;
mod forms;
mod lexer;
mod print;

use lalrpop_util::{ParseError, lalrpop_mod};

pub use data::{Data, Datum, DatumId, StrId};
pub use print::print;

use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    names::Names,
    source::{FileId, SourceMap, Span},
};
use forms::Form;
use lexer::Token;

lalrpop_mod!(
    #[allow(clippy::all, missing_docs, unused_qualifications)]
    grammar,
    "/read/grammar.rs"
);

/// How deep data may be nested; a parenthesis and a quote count one each.
pub const MAX_DEPTH: usize = 1_000;

/// Reads a file into `data` and returns its top-level data, in order.
pub fn read(
    sources: &SourceMap,
    file: FileId,
    names: &Names,
    data: &Data,
    diagnostics: &mut Diagnostics,
) -> Vec<DatumId> {
    let file = sources.file(file);
    let tokens = lexer::lex(file, names, data, diagnostics);
    let forms = forms::split(file, &tokens, diagnostics);
    let parser = grammar::TopParser::new();
    let mut read = Vec::with_capacity(forms.len());
    for Form { first, end } in forms {
        let stream = tokens[first..end].iter().map(|(t, s)| Ok((s.start, *t, s.end)));
        match parser.parse(names, data, stream) {
            Ok(datum) => read.extend(datum),
            Err(error) => diagnostics.push(misplaced(error, tokens[end - 1].1)),
        }
    }
    read
}

/// What the grammar refuses in a balanced form: a misplaced dot, a quote with nothing to quote.
fn misplaced(error: ParseError<u32, Token, ()>, last: Span) -> Diagnostic {
    let (span, token) = match error {
        ParseError::UnrecognizedToken { token: (start, token, end), .. }
        | ParseError::ExtraToken { token: (start, token, end) } => (Span::new(start, end), Some(token)),
        _ => (last, None),
    };
    match token {
        Some(Token::Dot) => Diagnostic::error(&codes::MISPLACED, span, "a dot cannot stand here")
            .help("a dotted pair is written `(a . b)`: one datum before the dot at least, one after it"),
        Some(Token::Close) => {
            Diagnostic::error(&codes::MISPLACED, span, "a datum is missing before this parenthesis")
                .help("a quote, comma or `#;` needs a datum after it, and so does a dot")
        }
        _ => Diagnostic::error(&codes::MISPLACED, span, "a datum is missing here")
            .help("a quote, comma or `#;` needs a datum after it"),
    }
}
