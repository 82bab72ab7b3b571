//! Text to tokens, through `logos`.
//!
//! A literal that cannot be read is reported here and becomes [`Datum::Error`], so that the form
//! around it is read all the same.

use std::collections::HashMap;

use logos::{Lexer, Logos};

use super::data::{Data, Datum};
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, codes},
    names::Names,
    source::{File, Span},
};

/// What the grammar sees.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Token {
    Open,
    OpenVector,
    Close,
    Dot,
    Quote,
    Backquote,
    Comma,
    CommaAt,
    HashQuote,
    Skip,
    Atom(Datum),
}

impl Token {
    /// Whether another datum must follow that belongs to this token.
    pub fn is_prefix(self) -> bool {
        use Token::*;
        matches!(self, Quote | Backquote | Comma | CommaAt | HashQuote | Skip)
    }

    /// Whether it opens a list.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::OpenVector)
    }
}

/// The shapes of the text's pieces, before literals are looked into.
#[derive(Logos, Clone, Copy, PartialEq, Eq, Debug)]
#[logos(extras = Comments)]
#[logos(skip(r"[\s\u{feff}]+", priority = 9))]
#[logos(skip(r";[^\n]*", allow_greedy = true))]
enum Piece {
    #[token("(")]
    Open,
    #[token("#(")]
    OpenVector,
    #[token(")")]
    Close,
    #[token("'")]
    Quote,
    #[token("`")]
    Backquote,
    #[token(",")]
    Comma,
    #[token(",@")]
    CommaAt,
    #[token("#'")]
    HashQuote,
    #[token("#;")]
    Skip,
    #[token("#|", block_comment)]
    Comment(bool),
    #[token("\"", string_end)]
    Str(bool),
    #[regex(r"#\\(.|\n)[a-zA-Z0-9]*")]
    Char,
    #[regex(r"#[^\s()'`,;|\\\x22][^\s()'`,;\x22]*")]
    Hash,
    #[regex(r"[^\s()'`,;#\x22][^\s()'`,;\x22]*")]
    Atom,
}

/// Where block comments end, by where they start: known once one has been found that does not.
#[derive(Default)]
struct Comments(Option<HashMap<usize, usize>>);

/// Moves past a nested block comment. One that the text does not end is taken to go to the next line that starts
/// with a parenthesis; false then.
fn block_comment(lex: &mut Lexer<Piece>) -> bool {
    let (start, text) = (lex.span().start, lex.source().as_bytes());
    let end = match &lex.extras.0 {
        Some(ends) => ends.get(&start).copied(),
        None => {
            let ends = comment_ends(text, start);
            let end = ends.get(&start).copied();
            if end.is_none() {
                lex.extras.0 = Some(ends);
            }
            end
        }
    };
    let rest = lex.remainder();
    lex.bump(end.map_or_else(|| rest.find("\n(").unwrap_or(rest.len()), |end| end - start - 2));
    end.is_some()
}

/// The ends of the comment at `start` and of those within it, as far as they have any.
fn comment_ends(text: &[u8], start: usize) -> HashMap<usize, usize> {
    let (mut open, mut at) = (vec![start], start + 2);
    let mut ends = HashMap::new();
    while !open.is_empty() && at < text.len() {
        match text.get(at..at + 2) {
            Some(b"#|") => open.push(at),
            Some(b"|#") => drop(open.pop().map(|start| ends.insert(start, at + 2))),
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
    }
    ends
}

/// Moves past a string's end; false when the text ends before it does.
fn string_end(lex: &mut Lexer<Piece>) -> bool {
    let rest = lex.remainder().as_bytes();
    let mut at = 0;
    while at < rest.len() && rest[at] != b'"' {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    let closed = at < rest.len();
    if closed {
        lex.bump(at + 1);
    }
    closed
}

/// Lexes a whole file.
pub fn lex(file: &File, names: &Names, data: &Data, diagnostics: &mut Diagnostics) -> Vec<(Token, Span)> {
    let mut tokens = Vec::with_capacity(file.text.len() / 5);
    for (piece, range) in Piece::lexer(&file.text).spanned() {
        let span = Span::new(file.base + range.start as u32, file.base + range.end as u32);
        let mut literals = Literals { names, data, diagnostics, span };
        let token = match piece {
            Ok(piece) => literals.token(piece, &file.text[range]),
            Err(()) => Some(literals.bad(&codes::BAD_LITERAL, "this cannot be read", "")),
        };
        tokens.extend(token.map(|token| (token, span)));
    }
    tokens
}

/// Looks into one piece at `span`.
struct Literals<'a> {
    names: &'a Names,
    data: &'a Data,
    diagnostics: &'a mut Diagnostics,
    span: Span,
}

impl Literals<'_> {
    fn token(&mut self, piece: Piece, text: &str) -> Option<Token> {
        Some(match piece {
            Piece::Open => Token::Open,
            Piece::OpenVector => Token::OpenVector,
            Piece::Close => Token::Close,
            Piece::Quote => Token::Quote,
            Piece::Backquote => Token::Backquote,
            Piece::Comma => Token::Comma,
            Piece::CommaAt => Token::CommaAt,
            Piece::HashQuote => Token::HashQuote,
            Piece::Skip => Token::Skip,
            Piece::Comment(true) => return None,
            Piece::Comment(false) => {
                self.span.end = self.span.start + 2;
                self.bad(&codes::UNCLOSED, "this comment is never closed", "close it with `|#`");
                return None;
            }
            Piece::Str(true) => self.string(text),
            Piece::Str(false) => {
                self.bad(&codes::UNCLOSED, "this string is never closed", "close it with `\"`")
            }
            Piece::Char => self.character(text),
            Piece::Hash => self.hash(text),
            Piece::Atom => self.atom(text),
        })
    }

    fn bad(&mut self, code: &'static Code, message: impl Into<String>, help: &str) -> Token {
        let mut diagnostic = Diagnostic::error(code, self.span, message);
        if !help.is_empty() {
            diagnostic = diagnostic.help(help);
        }
        self.diagnostics.push(diagnostic);
        Token::Atom(Datum::Error)
    }

    fn atom(&mut self, text: &str) -> Token {
        if text == "." {
            return Token::Dot;
        }
        if let Some(keyword) = text.strip_prefix(':') {
            return match keyword {
                "" => self.bad(&codes::BAD_LITERAL, "a keyword needs a name after its colon", ""),
                _ => Token::Atom(Datum::Keyword(self.names.intern(keyword))),
            };
        }
        let (negative, digits) = match text.as_bytes() {
            [b'-', _, ..] => (true, &text[1..]),
            [b'+', _, ..] => (false, &text[1..]),
            _ => (false, text),
        };
        match Shape::of(digits) {
            Shape::Int(radix, digits) => self.integer(negative, digits, radix),
            Shape::Float => match text.parse::<f64>() {
                Ok(value) => Token::Atom(Datum::Float(value.to_bits())),
                Err(_) => self.bad(&codes::BAD_LITERAL, format!("`{text}` is not a number"), ""),
            },
            Shape::Suffixed(number) => self.bad(
                &codes::BAD_LITERAL,
                format!("`{text}` is not a number"),
                &format!("to give a literal a type, write `(u64 {number})`"),
            ),
            Shape::Name => Token::Atom(Datum::Symbol(self.names.intern(text))),
        }
    }

    fn hash(&mut self, text: &str) -> Token {
        // A name of no package, as Lisp writes those of packages themselves.
        if let Some(name) = text.strip_prefix("#:").filter(|name| !name.is_empty()) {
            return Token::Atom(Datum::Symbol(self.names.intern(name)));
        }
        let radix = match text.as_bytes()[1] | 0x20 {
            b'x' => 16,
            b'o' => 8,
            b'b' => 2,
            _ => {
                let message = format!("`{text}` is not a literal");
                return self.bad(&codes::BAD_LITERAL, message, HASH_HELP);
            }
        };
        let digits = &text[2..];
        match digits.strip_prefix('-') {
            Some(digits) => self.integer(true, digits, radix),
            None => self.integer(false, digits, radix),
        }
    }

    fn integer(&mut self, negative: bool, digits: &str, radix: u32) -> Token {
        let plain: String = digits.chars().filter(|c| *c != '_').collect();
        if plain.is_empty() || !plain.chars().all(|c| c.is_digit(radix)) {
            let message = match plain.chars().find(|c| !c.is_digit(radix)) {
                Some(c) => format!("`{c}` is not a digit in base {radix}"),
                None => format!("a number in base {radix} needs at least one digit"),
            };
            return self.bad(&codes::BAD_LITERAL, message, "");
        }
        let value = i128::from_str_radix(&plain, radix).ok().map(|v| if negative { -v } else { v });
        match value {
            Some(v) if (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&v) => {
                Token::Atom(Datum::Int(v))
            }
            _ => self.bad(
                &codes::BAD_LITERAL,
                "this number does not fit 64 bits",
                "integers go from -9223372036854775808 to 18446744073709551615",
            ),
        }
    }

    fn character(&mut self, text: &str) -> Token {
        let name = &text[2..];
        let mut chars = name.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            return Token::Atom(Datum::Char(c));
        }
        match CHARACTER_NAMES.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)) {
            Some((_, c)) => Token::Atom(Datum::Char(*c)),
            None => {
                let known: Vec<_> = CHARACTER_NAMES.iter().map(|(n, _)| *n).collect();
                let help = format!("characters with names are {}", known.join(", "));
                self.bad(&codes::BAD_LITERAL, format!("there is no character called `{name}`"), &help)
            }
        }
    }

    fn string(&mut self, text: &str) -> Token {
        let body = &text[1..text.len() - 1];
        match unescape(body) {
            Ok(bytes) => Token::Atom(Datum::Str(self.data.add_string(bytes))),
            Err((at, length)) => {
                let start = self.span.start + 1 + at as u32;
                self.span = Span::new(start, start + length as u32);
                let message = format!("`{}` is not an escape", &body[at..at + length]);
                self.bad(&codes::BAD_LITERAL, message, r#"escapes are \n \t \r \\ \" \0 and \xNN"#)
            }
        }
    }
}

const HASH_HELP: &str =
    "after `#` come x, o or b (a number), : (a name), \\ (a character), ' (a function), ( (a vector)";

const CHARACTER_NAMES: &[(&str, char)] = &[
    ("space", ' '),
    ("newline", '\n'),
    ("linefeed", '\n'),
    ("tab", '\t'),
    ("return", '\r'),
    ("nul", '\0'),
    ("null", '\0'),
    ("escape", '\x1b'),
    ("backspace", '\x08'),
    ("rubout", '\x7f'),
    ("page", '\x0c'),
];

/// What an atom without its sign looks like.
enum Shape<'a> {
    Int(u32, &'a str),
    Float,
    Suffixed(&'a str),
    Name,
}

impl<'a> Shape<'a> {
    /// `1+` and `5tuple` are names, as in Common Lisp; `0x…` is always meant as a number, and C's
    /// `10ul` is called out.
    fn of(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        if !bytes.first().is_some_and(u8::is_ascii_digit) {
            return Self::Name;
        }
        if bytes[0] == b'0' && bytes.get(1).is_some_and(|b| b | 0x20 == b'x') {
            return Self::Int(16, &text[2..]);
        }
        let digits = bytes.iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count();
        let (number, rest) = text.split_at(digits);
        match rest.as_bytes() {
            [] => Self::Int(10, text),
            [b'.', tail @ ..] if tail.iter().all(u8::is_ascii_digit) => Self::Float,
            suffix if suffix.iter().all(|b| matches!(b | 0x20, b'u' | b'l')) => Self::Suffixed(number),
            _ => Self::Name,
        }
    }
}

/// The bytes that a string literal stands for, or the place and length of a wrong escape.
fn unescape(body: &str) -> Result<Vec<u8>, (usize, usize)> {
    let mut bytes = Vec::with_capacity(body.len());
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let Some((_, escape)) = chars.next() else { return Err((at, 1)) };
        let byte = match escape {
            'n' => b'\n',
            't' => b'\t',
            'r' => b'\r',
            '0' => 0,
            '\\' => b'\\',
            '"' => b'"',
            'x' => {
                let hex = body.get(at + 2..at + 4).and_then(|h| u8::from_str_radix(h, 16).ok());
                chars.next();
                chars.next();
                hex.ok_or((at, 2))?
            }
            _ => return Err((at, 1 + escape.len_utf8())),
        };
        bytes.push(byte);
    }
    Ok(bytes)
}
