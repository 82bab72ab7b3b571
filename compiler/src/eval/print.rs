//! Values as text.

use super::{Interp, Kind, Value};

impl Interp<'_> {
    /// As `prin1` prints it: so that it could be read again.
    pub fn readable(&self, value: &Value) -> String {
        let mut out = String::new();
        self.print_to(value, true, &mut out);
        out
    }

    /// As `princ` prints it: for people.
    pub fn plain(&self, value: &Value) -> String {
        let mut out = String::new();
        self.print_to(value, false, &mut out);
        out
    }

    fn print_to(&self, value: &Value, escape: bool, out: &mut String) {
        match &value.kind {
            Kind::Nil => out.push_str("nil"),
            Kind::Int(value) => out.push_str(&value.to_string()),
            Kind::Float(value) => out.push_str(&float(*value)),
            Kind::Char(c) if escape => {
                out.push_str("#\\");
                out.push(*c);
            }
            Kind::Char(c) => out.push(*c),
            Kind::Str(text) if escape => quoted(text, out),
            Kind::Str(text) => out.push_str(text),
            Kind::Symbol(symbol) => out.push_str(self.names.text(symbol.folded)),
            Kind::Keyword(symbol) => {
                out.push(':');
                out.push_str(self.names.text(symbol.folded));
            }
            Kind::Cons(_) => self.print_list(value, escape, out),
            Kind::Vector(items) => {
                out.push_str("#(");
                for (i, item) in items.borrow().iter().enumerate() {
                    if i > 0 {
                        out.push(' ');
                    }
                    self.print_to(item, escape, out);
                }
                out.push(')');
            }
            Kind::Table(table) => out.push_str(&format!("#<hash-table {}>", table.borrow().len())),
            Kind::Function(_) => out.push_str("#<function>"),
            Kind::Record(record) => {
                out.push_str(&format!("#S({}", record.name));
                for (name, value) in &*record.fields.borrow() {
                    out.push_str(&format!(" :{} ", name.replace('_', "-")));
                    self.print_to(value, escape, out);
                }
                out.push(')');
            }
            Kind::Condition(condition) if escape => {
                out.push_str(&format!("#<{} {:?}>", condition.kind, condition.message));
            }
            Kind::Condition(condition) => out.push_str(&condition.message),
            Kind::Host(object) => out.push_str(&format!("#<{}>", object.describe())),
        }
    }

    fn print_list(&self, value: &Value, escape: bool, out: &mut String) {
        let (items, tail) = value.dotted();
        if let ([head, form], true) = (&items[..], tail.is_nil())
            && let Some((_, mark)) = QUOTES.iter().find(|(name, _)| self.is(head, name))
        {
            out.push_str(mark);
            return self.print_to(form, escape, out);
        }
        out.push('(');
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                out.push(' ');
            }
            self.print_to(item, escape, out);
        }
        if !tail.is_nil() {
            out.push_str(" . ");
            self.print_to(&tail, escape, out);
        }
        out.push(')');
    }
}

/// The forms that have a short spelling.
const QUOTES: &[(&str, &str)] =
    &[("quote", "'"), ("quasiquote", "`"), ("unquote", ","), ("unquote-splicing", ",@"), ("function", "#'")];

/// A float has a point, as Lisp prints it.
pub fn float(value: f64) -> String {
    let text = value.to_string();
    if text.contains(['.', 'e', 'i', 'N']) { text } else { text + ".0" }
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
}
