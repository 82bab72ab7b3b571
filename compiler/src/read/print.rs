//! Data as text: on one line where they fit, else an element a line.

use super::{Data, Datum, DatumId};
use crate::names::Names;

/// How wide a line may be before it is broken.
const WIDTH: usize = 90;

/// Prints `id` so that the reader reads the same datum again.
pub fn print(names: &Names, data: &Data, id: DatumId) -> String {
    let mut out = String::new();
    Printer { names, data }.broken(id, 0, &mut out);
    out
}

struct Printer<'a> {
    names: &'a Names,
    data: &'a Data,
}

impl Printer<'_> {
    fn broken(&self, id: DatumId, indent: usize, out: &mut String) {
        let mut flat = String::new();
        if self.flat(id, WIDTH.saturating_sub(indent), &mut flat) {
            out.push_str(&flat);
            return;
        }
        if let Some((mark, form)) = self.quoted(id) {
            out.push_str(mark);
            return self.broken(form, indent + mark.len(), out);
        }
        match self.data.get(id) {
            Datum::List(c) => self.list(self.data.children(c), indent, out),
            Datum::Vector(c) => {
                out.push_str("#(");
                self.lines(self.data.children(c), indent + 2, out);
                out.push(')');
            }
            _ => drop(self.flat(id, usize::MAX, out)),
        }
    }

    /// A form over several lines: what the form is about beside its name, the body indented by two;
    /// or the arguments of a call below each other.
    fn list(&self, items: &[DatumId], indent: usize, out: &mut String) {
        out.push('(');
        let head = items.first().and_then(|head| self.data.symbol(*head));
        let Some(head) = head.map(|head| self.names.text(self.names.folded(head))) else {
            self.lines(items, indent + 1, out);
            return out.push(')');
        };
        out.push_str(head);
        let beside = BODIES.iter().find(|(name, _)| *name == head || with_prefix(name, head));
        let (beside, inner) = match beside {
            Some((_, count)) => (*count, indent + 2),
            None => (1, indent + head.chars().count() + 2),
        };
        let (first, rest) = items[1..].split_at(beside.min(items.len() - 1));
        let mut at = indent + head.chars().count() + 1;
        for item in first {
            out.push(' ');
            let before = out.len();
            self.broken(*item, at + 1, out);
            at += 1 + out[before..].chars().count();
        }
        if !rest.is_empty() {
            newline(inner, out);
            self.lines(rest, inner, out);
        }
        out.push(')');
    }

    /// Data below each other.
    fn lines(&self, items: &[DatumId], indent: usize, out: &mut String) {
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                newline(indent, out);
            }
            self.broken(*item, indent, out);
        }
    }

    /// The mark and the form of `'form` and its like.
    fn quoted(&self, id: DatumId) -> Option<(&'static str, DatumId)> {
        let [head, form] = self.data.list(id)? else { return None };
        let head = self.names.text(self.data.symbol(*head)?);
        QUOTES.iter().find(|(name, _)| *name == head).map(|(_, mark)| (*mark, *form))
    }

    /// Prints on one line; false when that takes more than `width`.
    fn flat(&self, id: DatumId, width: usize, out: &mut String) -> bool {
        if let Some((mark, form)) = self.quoted(id) {
            out.push_str(mark);
            return self.flat(form, width, out);
        }
        match self.data.get(id) {
            Datum::Int(v) => out.push_str(&v.to_string()),
            Datum::Float(bits) => out.push_str(&format!("{:?}", f64::from_bits(bits))),
            Datum::Char(c) => {
                out.push_str("#\\");
                out.push(c);
            }
            Datum::Str(s) => string(self.data.string(s), out),
            Datum::Symbol(n) => out.push_str(self.names.text(n)),
            Datum::Keyword(n) => {
                out.push(':');
                out.push_str(self.names.text(n));
            }
            Datum::Error => out.push_str("#<unreadable>"),
            Datum::List(c) => return self.items("(", self.data.children(c), None, width, out),
            Datum::Vector(c) => return self.items("#(", self.data.children(c), None, width, out),
            Datum::Dotted(c) => {
                let items = self.data.children(c);
                return self.items("(", items, Some(items.len() - 1), width, out);
            }
        }
        out.len() <= width
    }

    fn items(
        &self,
        open: &str,
        items: &[DatumId],
        dot: Option<usize>,
        width: usize,
        out: &mut String,
    ) -> bool {
        out.push_str(open);
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                out.push(' ');
            }
            if dot == Some(i) {
                out.push_str(". ");
            }
            if !self.flat(*item, width, out) {
                return false;
            }
        }
        out.push(')');
        out.len() <= width
    }
}

/// The forms that have a short spelling.
const QUOTES: &[(&str, &str)] =
    &[("quote", "'"), ("quasiquote", "`"), ("unquote", ","), ("unquote-splicing", ",@"), ("function", "#'")];

/// Forms with a body, and how many data stand beside the name. A name that ends in a dash is a prefix.
const BODIES: &[(&str, usize)] = &[
    ("defprog", 2),
    ("defmacro", 2),
    ("defun", 2),
    ("lambda", 1),
    ("let", 1),
    ("let*", 1),
    ("when", 1),
    ("unless", 1),
    ("when-let", 1),
    ("if-let", 1),
    ("dotimes", 1),
    ("dolist", 1),
    ("while", 1),
    ("case", 1),
    ("block", 1),
    ("eval-when", 1),
    ("macrolet", 1),
    ("symbol-macrolet", 1),
    ("progn", 0),
    ("with-", 1),
];

fn with_prefix(prefix: &str, name: &str) -> bool {
    prefix.ends_with('-') && name.starts_with(prefix)
}

fn newline(indent: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

fn string(bytes: &[u8], out: &mut String) {
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\0' => out.push_str("\\0"),
                c => out.push(c),
            }
        }
        chunk.invalid().iter().for_each(|b| out.push_str(&format!("\\x{b:02x}")));
    }
    out.push('"');
}
