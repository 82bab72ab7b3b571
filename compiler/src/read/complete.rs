//! Whether text is complete, or a form in it goes on: for input that comes line by line.
//!
//! Each piece of text is looked at once. Always holds: what counts as a string, a comment or a parenthesis is
//! what the reader takes for one.

use super::{
    Data,
    lexer::{Token, lex},
};
use crate::{
    diagnostic::{Diagnostics, codes},
    names::Names,
    source::SourceMap,
};

/// How far the forms of some text are.
#[derive(Clone, Copy, Default, Debug)]
pub struct Progress {
    /// The bytes that have been looked at.
    seen: usize,
    /// The parentheses that are open.
    open: usize,
    /// Whether a datum must follow: after a quote, for example.
    expects: bool,
    /// Whether a string or a comment is open.
    within: bool,
}

impl Progress {
    /// Looks at the rest of `text`, whose beginning is what it was the last time.
    pub fn read(&mut self, text: &str) {
        let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::default());
        let file = sources.add("", text.get(self.seen..).unwrap_or_default());
        let tokens = lex(sources.file(file), &Names::new(), &Data::new(), &mut diagnostics);
        // Only a string or a comment is unclosed to the lexer.
        let unclosed = diagnostics.iter().find(|one| std::ptr::eq(one.code, &codes::UNCLOSED));
        let end = unclosed.map(|one| one.span.start);
        for (token, _) in tokens.iter().take_while(|(_, span)| end.is_none_or(|end| span.start < end)) {
            self.step(*token);
        }
        self.within = end.is_some();
        self.seen = end.map_or(text.len(), |end| self.seen + end as usize);
    }

    fn step(&mut self, token: Token) {
        if token.is_open() {
            self.open += 1;
        } else if token == Token::Close {
            self.open = self.open.saturating_sub(1);
        }
        self.expects = token.is_prefix();
    }

    /// Whether no form goes on after what was read.
    pub fn is_complete(&self) -> bool {
        self.open == 0 && !self.expects && !self.within
    }

    /// Whether a string or a comment goes on.
    pub fn is_within(&self) -> bool {
        self.within
    }
}

/// Whether no form of `text` goes on after it.
pub fn is_complete(text: &str) -> bool {
    let mut progress = Progress::default();
    progress.read(text);
    progress.is_complete()
}

#[cfg(test)]
mod tests {
    use super::{Progress, is_complete};

    #[test]
    fn a_form_goes_on_until_it_is_closed() {
        for text in
            ["", "(f)", "(f \")\")", "x ; (", "#\\( (a)", "#| ( |# (b)", ")", "(f))", "\"\\\"(\"", "#\\\""]
        {
            assert!(is_complete(text), "{text}");
        }
        for text in ["(", "(f \")", "'", "(f) #;", "#| (f)", "#(1 2", "\"a", "(a) ,@", "(f ; )", "#| #| |#"] {
            assert!(!is_complete(text), "{text}");
        }
    }

    #[test]
    fn lines_add_up_to_the_whole() {
        let text = "(a \"b\n) (\n\" #| x\n(y |# c\n) '\n(d\n e)\n";
        let (mut progress, mut sofar, mut ends) = (Progress::default(), String::new(), Vec::new());
        for line in text.split_inclusive('\n') {
            sofar.push_str(line);
            progress.read(&sofar);
            assert_eq!(progress.is_complete(), is_complete(&sofar), "{sofar}");
            ends.push(progress.is_complete());
        }
        assert_eq!(ends, [false, false, false, false, false, false, true]);
    }
}
