//! What the evaluator computes with: Lisp values, each knowing where it was written.

use std::{any::Any, cell::RefCell, ops::Deref, rc::Rc};

use super::{Builtin, Condition, env::Env, lambda::LambdaList, table::Table};
use crate::{names::Name, source::Span};

/// Where a value comes from. Operations that hand on a value hand this on with it, so that what a
/// macro was given is still known to be the user's when it comes back in the expansion.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Origin {
    /// Computed.
    #[default]
    None,
    /// Written at the place where a macro is called, or in a script.
    Call(Span),
    /// Written in the body of a macro.
    Template(Span),
}

impl Origin {
    /// Where it is written, if anywhere.
    pub fn span(self) -> Option<Span> {
        match self {
            Self::None => None,
            Self::Call(span) | Self::Template(span) => Some(span),
        }
    }
}

/// A symbol: compared by its folded name, printed as spelled.
#[derive(Clone, Copy, Debug)]
pub struct Symbol {
    /// As spelled.
    pub name: Name,
    /// In lower case.
    pub folded: Name,
}

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}

/// A value.
#[derive(Clone, Default)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Where it comes from.
    pub origin: Origin,
}

/// What a value is.
#[derive(Clone, Default)]
pub enum Kind {
    /// `nil`: false, and the empty list.
    #[default]
    Nil,
    /// An integer.
    Int(i128),
    /// A floating-point number.
    Float(f64),
    /// A character.
    Char(char),
    /// A string.
    Str(Rc<str>),
    /// A symbol; `t` is one.
    Symbol(Symbol),
    /// A keyword, without its colon.
    Keyword(Symbol),
    /// A pair.
    Cons(Rc<Cons>),
    /// A vector.
    Vector(Rc<Items>),
    /// A hash table.
    Table(Rc<RefCell<Table>>),
    /// Something to call.
    Function(Rc<Function>),
    /// A record of a `defstruct`.
    Record(Rc<Record>),
    /// An error that was handled.
    Condition(Rc<Condition>),
    /// Something of the host's.
    Host(Rc<dyn Object>),
}

/// A record: named fields, in order.
pub struct Record {
    /// What it is a record of, as spelled.
    pub name: String,
    /// The fields; names are in kernel spelling, with `_`.
    pub fields: RefCell<Vec<(String, Value)>>,
}

impl Record {
    /// The field of that name, where `-` and `_` are alike.
    pub fn get(&self, name: &str) -> Option<Value> {
        let fields = self.fields.borrow();
        fields.iter().find(|(field, _)| same_name(field, name)).map(|(_, value)| value.clone())
    }

    /// Sets a field, which may have been left out so far.
    pub fn set(&self, name: &str, value: &Value) {
        let mut fields = self.fields.borrow_mut();
        match fields.iter_mut().find(|(field, _)| same_name(field, name)) {
            Some((_, old)) => *old = value.clone(),
            None => fields.push((name.replace('-', "_"), value.clone())),
        }
    }

    /// Forgets all fields but this one.
    pub fn keep(&self, name: &str) {
        self.fields.borrow_mut().retain(|(field, _)| same_name(field, name));
    }
}

/// Whether two names are one, where `-` and `_`, and upper and lower case, are alike.
pub fn same_name(a: &str, b: &str) -> bool {
    let plain = |byte: u8| if byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
    a.bytes().map(plain).eq(b.bytes().map(plain))
}

/// A value that only the host knows how to use.
pub trait Object: Any {
    /// How it prints, without the angle brackets.
    fn describe(&self) -> String;
    /// Writes to it, if it is a stream that takes text.
    fn write(&self, _text: &str) -> Option<Result<(), String>> {
        None
    }
    /// For the host to know it again.
    fn as_any(&self) -> &dyn Any;
}

/// The elements of a vector.
pub struct Items(pub(super) RefCell<Vec<Value>>);

impl Deref for Items {
    type Target = RefCell<Vec<Value>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// A pair.
pub struct Cons {
    /// The first half: of a list, its first element.
    pub car: RefCell<Value>,
    /// The second half: of a list, the rest of it.
    pub cdr: RefCell<Value>,
}

/// Something to call.
pub enum Function {
    /// Written in Lisp.
    Closure(Closure),
    /// Written in Rust.
    Builtin(&'static Builtin),
}

/// A function written in Lisp.
pub struct Closure {
    /// What it is called, for messages.
    pub name: Option<Symbol>,
    /// Its parameters.
    pub params: LambdaList,
    /// Its body.
    pub body: Value,
    /// What is visible where it was made.
    pub env: Env,
    /// The block that `return-from` its name leaves.
    pub block: Option<Symbol>,
}

impl From<Kind> for Value {
    fn from(kind: Kind) -> Self {
        Self { kind, origin: Origin::None }
    }
}

impl From<i128> for Value {
    fn from(value: i128) -> Self {
        Kind::Int(value).into()
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Kind::Float(value).into()
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Kind::Str(text.into()).into()
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Kind::Str(text.into()).into()
    }
}

impl Value {
    /// `nil`.
    pub const NIL: Self = Self { kind: Kind::Nil, origin: Origin::None };

    /// A pair.
    pub fn cons(car: Self, cdr: Self) -> Self {
        Kind::Cons(Rc::new(Cons { car: RefCell::new(car), cdr: RefCell::new(cdr) })).into()
    }

    /// A list.
    pub fn list(items: impl IntoIterator<Item = Self, IntoIter: DoubleEndedIterator>) -> Self {
        Self::list_with_tail(items, Self::NIL)
    }

    /// A list that ends with `tail`.
    pub fn list_with_tail(
        items: impl IntoIterator<Item = Self, IntoIter: DoubleEndedIterator>,
        tail: Self,
    ) -> Self {
        items.into_iter().rev().fold(tail, |rest, item| Self::cons(item, rest))
    }

    /// A vector.
    pub fn vector(items: Vec<Self>) -> Self {
        Kind::Vector(Rc::new(Items(RefCell::new(items)))).into()
    }

    /// The same value with another origin.
    pub fn at(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    /// Whether it is `nil`.
    pub fn is_nil(&self) -> bool {
        matches!(self.kind, Kind::Nil)
    }

    /// The symbol, if it is one.
    pub fn symbol(&self) -> Option<Symbol> {
        match self.kind {
            Kind::Symbol(symbol) => Some(symbol),
            _ => None,
        }
    }

    /// The pair, if it is one.
    pub fn pair(&self) -> Option<(Self, Self)> {
        match &self.kind {
            Kind::Cons(cons) => Some((cons.car.borrow().clone(), cons.cdr.borrow().clone())),
            _ => None,
        }
    }

    /// The elements of a proper list; `None` when it is none, or has no end.
    pub fn elements(&self) -> Option<Vec<Self>> {
        let (items, tail) = self.dotted();
        tail.is_nil().then_some(items)
    }

    /// The elements and the tail of a list that may be dotted. Of a list that has no end these are some of
    /// its elements, and the tail is a pair.
    pub fn dotted(&self) -> (Vec<Self>, Self) {
        let mut items = Vec::new();
        let (mut at, mut circle) = (self.clone(), Circle::default());
        while let Some((car, cdr)) = at.pair() {
            // Most lists are short: looking at their pairs again would cost more than the walk.
            if items.len() >= SHORT && circle.closes(&at) {
                break;
            }
            items.push(car);
            at = cdr;
        }
        (items, at)
    }

    /// What kind of value it is, for messages.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Nil => "nil",
            Kind::Int(_) => "an integer",
            Kind::Float(_) => "a float",
            Kind::Char(_) => "a character",
            Kind::Str(_) => "a string",
            Kind::Symbol(_) => "a symbol",
            Kind::Keyword(_) => "a keyword",
            Kind::Cons(_) => "a list",
            Kind::Vector(_) => "a vector",
            Kind::Table(_) => "a hash table",
            Kind::Function(_) => "a function",
            Kind::Record(_) => "a record",
            Kind::Condition(_) => "a condition",
            Kind::Host(_) => "an object",
        }
    }
}

/// As many elements are taken before it is asked whether a list has an end.
const SHORT: usize = 64;

/// Finds that a list comes back to a pair, as Brent does: one pair is remembered, and another one after
/// twice as many.
#[derive(Default)]
pub struct Circle {
    remembered: Option<*const Cons>,
    since: usize,
    until: usize,
}

impl Circle {
    /// Whether the walk along a list has come to this pair before; later than at its second time, perhaps.
    pub fn closes(&mut self, at: &Value) -> bool {
        let Kind::Cons(cons) = &at.kind else { return false };
        let here = Rc::as_ptr(cons);
        if self.remembered == Some(here) {
            return true;
        }
        self.since += 1;
        if self.since > self.until {
            (self.remembered, self.since, self.until) = (Some(here), 0, 2 * self.until + 1);
        }
        false
    }
}
