//! Data: what the reader makes and macros rewrite.
//!
//! Data are added and never changed, and adding needs no exclusive access: macros make data while
//! the program that uses them is being built.

use std::cell::RefCell;

use elsa::FrozenVec;

use crate::{
    arena::{Arena, Entity},
    entity,
    names::{Name, Names},
    source::Span,
};

entity! {
    /// A datum.
    pub struct DatumId "d";
    /// A string literal's bytes.
    pub struct StrId "str";
    /// The children of a list.
    pub struct Children "c";
}

/// One datum.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Datum {
    /// An integer of the 64-bit range, signed or unsigned.
    Int(i128),
    /// A floating-point number, by its bits; for macros and userspace.
    Float(u64),
    /// A character.
    Char(char),
    /// A string.
    Str(StrId),
    /// A symbol, as spelled.
    Symbol(Name),
    /// A keyword, spelled without its colon.
    Keyword(Name),
    /// A proper list.
    List(Children),
    /// A list whose last child is its tail, after a dot.
    Dotted(Children),
    /// `#(…)`.
    Vector(Children),
    /// Something that could not be read and was reported.
    Error,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    datum: Datum,
    span: Span,
}

/// All data of a compilation.
#[derive(Default)]
pub struct Data {
    nodes: RefCell<Arena<DatumId, Node>>,
    children: FrozenVec<Box<[DatumId]>>,
    strings: FrozenVec<Box<[u8]>>,
}

impl Data {
    /// No data.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an atom, or any datum whose children are there already.
    pub fn add(&self, datum: Datum, span: Span) -> DatumId {
        self.nodes.borrow_mut().push(Node { datum, span })
    }

    /// Adds a string.
    pub fn add_string(&self, bytes: Vec<u8>) -> StrId {
        self.strings.push(bytes.into());
        StrId::new(self.strings.len() - 1)
    }

    /// Stores `items` as the children of a list to be.
    pub fn add_children(&self, items: impl IntoIterator<Item = DatumId>) -> Children {
        self.children.push(items.into_iter().collect());
        Children::new(self.children.len() - 1)
    }

    /// Adds a proper list.
    pub fn add_list(&self, items: impl IntoIterator<Item = DatumId>, span: Span) -> DatumId {
        let children = self.add_children(items);
        self.add(Datum::List(children), span)
    }

    /// Adds `(name datum)`, as a quote character before `datum` makes it.
    pub fn add_quoted(&self, names: &Names, name: &str, datum: DatumId, span: Span) -> DatumId {
        let head = Datum::Symbol(names.intern(name));
        let head = self.add(head, span.first());
        self.add_list([head, datum], span)
    }

    /// The datum.
    pub fn get(&self, id: DatumId) -> Datum {
        self.nodes.borrow()[id].datum
    }

    /// Where it is written.
    pub fn span(&self, id: DatumId) -> Span {
        self.nodes.borrow()[id].span
    }

    /// The bytes of a string.
    pub fn string(&self, id: StrId) -> &[u8] {
        &self.strings[id.index()]
    }

    /// The children of a list, dotted list or vector.
    pub fn children(&self, children: Children) -> &[DatumId] {
        &self.children[children.index()]
    }

    /// The elements of a proper list, if `id` is one.
    pub fn list(&self, id: DatumId) -> Option<&[DatumId]> {
        match self.get(id) {
            Datum::List(children) => Some(self.children(children)),
            _ => None,
        }
    }

    /// The symbol's spelling, if `id` is one.
    pub fn symbol(&self, id: DatumId) -> Option<Name> {
        match self.get(id) {
            Datum::Symbol(name) => Some(name),
            _ => None,
        }
    }
}
