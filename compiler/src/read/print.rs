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
        let (open, items) = match self.data.get(id) {
            Datum::List(c) => ("(", self.data.children(c)),
            Datum::Vector(c) => ("#(", self.data.children(c)),
            _ => {
                self.flat(id, usize::MAX, out);
                return;
            }
        };
        out.push_str(open);
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent + 2));
            }
            self.broken(*item, indent + 2, out);
        }
        out.push(')');
    }

    /// Prints on one line; false when that takes more than `width`.
    fn flat(&self, id: DatumId, width: usize, out: &mut String) -> bool {
        match self.data.get(id) {
            Datum::Int(v) => out.push_str(&v.to_string()),
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
