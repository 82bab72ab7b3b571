//! Hash tables, and when values are alike.

use std::{collections::HashMap, rc::Rc};

use super::value::{Kind, Value};
use crate::names::Name;

/// What hash tables find values by: the parts of a value, one after another.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    One(Part),
    Many(Box<[Part]>),
}

/// A part of a value.
#[derive(PartialEq, Eq, Hash)]
enum Part {
    Nil,
    Int(i128),
    /// By its bits.
    Float(u64),
    Char(char),
    Str(Rc<str>),
    Symbol(Name),
    Keyword(Name),
    /// A pair, whose halves follow.
    Pair,
    /// A vector, whose elements follow, as many as this.
    Vector(usize),
    /// A record: its fields follow.
    Record(usize),
    /// Any other thing, by its address.
    Identity(usize),
}

/// What has more parts is no key: it may hold itself.
const MOST_PARTS: usize = 1 << 20;

/// What is made of more has no end in sight.
const MOST_VALUES: usize = 1 << 24;

/// A value has no end, or too many parts to be a key.
pub struct Endless;

/// A hash table: entries in the order in which they were put in.
#[derive(Default)]
pub struct Table {
    index: HashMap<Key, usize>,
    entries: Vec<Option<(Value, Value)>>,
}

impl Table {
    /// The value of `key`.
    pub fn get(&self, key: &Value) -> Result<Option<Value>, Endless> {
        let index = self.index.get(&Key::of(key)?);
        Ok(index.and_then(|index| self.entries[*index].as_ref()).map(|(_, value)| value.clone()))
    }

    /// Sets the value of `key`.
    pub fn set(&mut self, key: Value, value: Value) -> Result<(), Endless> {
        let next = self.entries.len();
        let index = *self.index.entry(Key::of(&key)?).or_insert(next);
        match self.entries.get_mut(index) {
            Some(entry) => *entry = Some((key, value)),
            None => self.entries.push(Some((key, value))),
        }
        Ok(())
    }

    /// Removes `key`; whether it was there.
    pub fn remove(&mut self, key: &Value) -> Result<bool, Endless> {
        let index = self.index.remove(&Key::of(key)?);
        Ok(index.is_some_and(|index| self.entries[index].take().is_some()))
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// All entries, oldest first.
    pub fn entries(&self) -> Vec<(Value, Value)> {
        self.entries.iter().flatten().cloned().collect()
    }

    /// All keys and values.
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.entries.iter_mut().flatten().flat_map(|(key, value)| [key, value])
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }
}

impl Key {
    fn of(value: &Value) -> Result<Self, Endless> {
        if !value.has_parts() {
            return Ok(Self::One(value.part()));
        }
        let mut parts = Vec::new();
        let mut rest = vec![value.clone()];
        while let Some(value) = rest.pop() {
            parts.push(value.part());
            value.push_parts(&mut rest);
            if parts.len() + rest.len() > MOST_PARTS {
                return Err(Endless);
            }
        }
        Ok(Self::Many(parts.into()))
    }
}

impl Value {
    /// Whether they are the same thing: `eql`.
    pub fn same(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Cons(a), Kind::Cons(b)) => Rc::ptr_eq(a, b),
            (Kind::Vector(a), Kind::Vector(b)) => Rc::ptr_eq(a, b),
            (Kind::Record(_), Kind::Record(_)) => self.equal(other),
            _ => self.part() == other.part(),
        }
    }

    /// Whether they look alike: `equal`. Values that hold themselves do when no way into them leads to a
    /// difference.
    pub fn equal(&self, other: &Self) -> bool {
        if self.part() != other.part() {
            return false;
        }
        let (mut these, mut those) = (Vec::new(), Vec::new());
        self.push_parts(&mut these);
        other.push_parts(&mut those);
        let mut alike = Alike::default();
        while let (Some(a), Some(b)) = (these.pop(), those.pop()) {
            if a.part() != b.part() {
                return false;
            }
            if a.has_parts() && alike.is_news(a.address(), b.address()) {
                a.push_parts(&mut these);
                b.push_parts(&mut those);
            }
        }
        true
    }

    /// Whether it has an end, and nothing in it is in more than so many lists, vectors and records.
    pub fn is_within(&self, levels: usize) -> bool {
        let mut rest = vec![(self.clone(), 0)];
        let mut count = 0;
        while let Some((value, level)) = rest.pop() {
            count += 1;
            if level > levels || count > MOST_VALUES {
                return false;
            }
            match &value.kind {
                // The rest of a list is no deeper.
                Kind::Cons(cons) => {
                    rest.extend([(cons.cdr.borrow().clone(), level), (cons.car.borrow().clone(), level + 1)]);
                }
                _ => {
                    let mut parts = Vec::new();
                    value.push_parts(&mut parts);
                    rest.extend(parts.into_iter().map(|part| (part, level + 1)));
                }
            }
        }
        true
    }

    fn has_parts(&self) -> bool {
        matches!(self.kind, Kind::Cons(_) | Kind::Vector(_) | Kind::Record(_))
    }

    /// What it is, without what it is made of.
    fn part(&self) -> Part {
        match &self.kind {
            Kind::Nil => Part::Nil,
            Kind::Int(value) => Part::Int(*value),
            Kind::Float(value) => Part::Float(value.to_bits()),
            Kind::Char(c) => Part::Char(*c),
            Kind::Str(text) => Part::Str(text.clone()),
            Kind::Symbol(symbol) => Part::Symbol(symbol.folded),
            Kind::Keyword(symbol) => Part::Keyword(symbol.folded),
            Kind::Cons(_) => Part::Pair,
            Kind::Vector(items) => Part::Vector(items.borrow().len()),
            Kind::Record(record) => Part::Record(record.fields.borrow().len()),
            Kind::Table(_) | Kind::Function(_) | Kind::Condition(_) | Kind::Host(_) => {
                Part::Identity(self.address())
            }
        }
    }

    /// Adds what it is made of, so that the first part comes out first.
    fn push_parts(&self, rest: &mut Vec<Self>) {
        match &self.kind {
            Kind::Cons(cons) => rest.extend([cons.cdr.borrow().clone(), cons.car.borrow().clone()]),
            Kind::Vector(items) => rest.extend(items.borrow().iter().rev().cloned()),
            Kind::Record(record) => {
                rest.extend(record.fields.borrow().iter().rev().map(|(_, value)| value.clone()));
            }
            _ => {}
        }
    }

    /// Where it is, if it is somewhere: two that are in one place are one.
    pub(super) fn address(&self) -> usize {
        match &self.kind {
            Kind::Cons(cons) => Rc::as_ptr(cons) as usize,
            Kind::Vector(items) => Rc::as_ptr(items) as usize,
            Kind::Record(record) => Rc::as_ptr(record) as usize,
            Kind::Table(table) => Rc::as_ptr(table) as usize,
            Kind::Function(function) => Rc::as_ptr(function) as usize,
            Kind::Condition(condition) => Rc::as_ptr(condition) as usize,
            Kind::Host(object) => Rc::as_ptr(object) as *const () as usize,
            _ => 0,
        }
    }
}

/// Which values are taken to be alike, as long as nothing speaks against it: so each is compared once, also
/// where values hold themselves, or share parts.
#[derive(Default)]
struct Alike {
    asked: u32,
    /// Leads from each to one that it is like, and in the end to the one that stands for all of them.
    like: HashMap<usize, usize>,
}

/// As many comparisons go without being remembered: ordinary values are done by then.
const UNREMEMBERED: u32 = 1_000;

impl Alike {
    /// Whether it does not follow from what is remembered that these are alike; now it does.
    fn is_news(&mut self, a: usize, b: usize) -> bool {
        self.asked = self.asked.saturating_add(1);
        if a == b || self.asked < UNREMEMBERED {
            return a != b;
        }
        let (a, b) = (self.all(a), self.all(b));
        if a != b {
            self.like.insert(a, b);
        }
        a != b
    }

    /// The one that stands for all that `one` is like.
    fn all(&mut self, mut one: usize) -> usize {
        while let Some(next) = self.like.get(&one).copied() {
            let beyond = self.like.get(&next).copied().unwrap_or(next);
            self.like.insert(one, beyond);
            one = beyond;
        }
        one
    }
}
