//! Values as text.

use super::{Interp, Kind, Value, on_stack, value::Circle};

impl Interp<'_> {
    /// As `prin1` prints it: so that it could be read again.
    pub fn readable(&self, value: &Value) -> String {
        self.printed(value, true)
    }

    /// As `princ` prints it: for people.
    pub fn plain(&self, value: &Value) -> String {
        self.printed(value, false)
    }

    fn printed(&self, value: &Value, escape: bool) -> String {
        let mut printer = Printer { interp: self, escape, out: String::new(), within: Vec::new() };
        printer.print(value);
        printer.out
    }
}

/// What is deeper could not be read again either.
const MOST_LEVELS: usize = crate::read::MAX_DEPTH;

/// Longer texts end early: a value that shares its parts is small, and its text may be without end.
const MOST_TEXT: usize = 1 << 24;

/// What stands for the rest of a value that has no end, or none in sight.
const REST: char = '…';

struct Printer<'p, 'n> {
    interp: &'p Interp<'n>,
    /// Whether it could be read again.
    escape: bool,
    out: String,
    /// The addresses of the values that this one is part of.
    within: Vec<usize>,
}

impl Printer<'_, '_> {
    fn print(&mut self, value: &Value) {
        match &value.kind {
            Kind::Nil => self.out.push_str("nil"),
            Kind::Int(value) => self.out.push_str(&value.to_string()),
            Kind::Float(value) => self.out.push_str(&float(*value)),
            Kind::Char(c) if self.escape => self.out.extend(['#', '\\', *c]),
            Kind::Char(c) => self.out.push(*c),
            Kind::Str(text) if self.escape => quoted(text, &mut self.out),
            Kind::Str(text) => self.out.push_str(text),
            Kind::Symbol(symbol) => self.out.push_str(self.interp.names.text(symbol.folded)),
            Kind::Keyword(symbol) => {
                self.out.push(':');
                self.out.push_str(self.interp.names.text(symbol.folded));
            }
            Kind::Cons(_) | Kind::Vector(_) | Kind::Record(_) => self.print_parts(value),
            Kind::Table(table) => self.out.push_str(&format!("#<hash-table {}>", table.borrow().len())),
            Kind::Function(_) => self.out.push_str("#<function>"),
            Kind::Condition(condition) if self.escape => {
                self.out.push_str(&format!("#<{} {:?}>", condition.kind, condition.message));
            }
            Kind::Condition(condition) => self.out.push_str(&condition.message),
            Kind::Host(object) => self.out.push_str(&format!("#<{}>", object.describe())),
        }
    }

    /// Prints a value of parts, unless it is one of its own parts.
    fn print_parts(&mut self, value: &Value) {
        let here = value.address();
        if self.within.len() == MOST_LEVELS || self.out.len() > MOST_TEXT || self.within.contains(&here) {
            return self.out.push(REST);
        }
        self.within.push(here);
        on_stack(|| match &value.kind {
            Kind::Vector(items) => {
                self.out.push_str("#(");
                let _ = items.borrow().iter().enumerate().all(|(i, item)| self.print_item(i, item));
                self.out.push(')');
            }
            Kind::Record(record) => {
                self.out.push_str(&format!("#S({}", record.name));
                for (name, value) in &*record.fields.borrow() {
                    self.out.push_str(&format!(" :{} ", name.replace('_', "-")));
                    self.print(value);
                }
                self.out.push(')');
            }
            _ => self.print_list(value),
        });
        self.within.pop();
    }

    /// Prints one of the elements of a value; whether there is room for more.
    fn print_item(&mut self, index: usize, item: &Value) -> bool {
        if index > 0 {
            self.out.push(' ');
        }
        let room = self.out.len() <= MOST_TEXT;
        match room {
            true => self.print(item),
            false => self.out.push(REST),
        }
        room
    }

    fn print_list(&mut self, value: &Value) {
        if let Some((mark, form)) = self.quoted(value) {
            self.out.push_str(mark);
            return self.print(&form);
        }
        self.out.push('(');
        let (mut at, mut circle) = (value.clone(), Circle::default());
        for index in 0.. {
            let Some((item, rest)) = at.pair() else { break };
            if circle.closes(&at) {
                self.out.extend([' ', REST]);
                return self.out.push(')');
            }
            if !self.print_item(index, &item) {
                return self.out.push(')');
            }
            at = rest;
        }
        if !at.is_nil() {
            self.out.push_str(" . ");
            self.print(&at);
        }
        self.out.push(')');
    }

    /// The mark and the form of `(quote form)` and its like.
    fn quoted(&self, value: &Value) -> Option<(&'static str, Value)> {
        let (head, rest) = value.pair()?;
        let (form, _) = rest.pair().filter(|(_, end)| end.is_nil())?;
        let (_, mark) = QUOTES.iter().find(|(name, _)| self.interp.is(&head, name))?;
        Some((mark, form))
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
