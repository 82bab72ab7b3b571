//! Data: what the reader makes and macros rewrite.

use crate::{
    arena::Arena,
    entity,
    names::{Name, Names},
    source::Span,
};

entity! {
    /// A datum.
    pub struct DatumId "d";
    /// A string literal's bytes.
    pub struct StrId "str";
}

/// One datum. Children are a range of [`Data`]'s child list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Datum {
    /// An integer of the 64-bit range, signed or unsigned.
    Int(i128),
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

/// The children of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Children {
    start: u32,
    len: u32,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    datum: Datum,
    span: Span,
}

/// All data of a compilation.
#[derive(Default)]
pub struct Data {
    nodes: Arena<DatumId, Node>,
    children: Vec<DatumId>,
    strings: Arena<StrId, Box<[u8]>>,
}

impl Data {
    /// No data.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an atom, or any datum whose children are there already.
    pub fn add(&mut self, datum: Datum, span: Span) -> DatumId {
        self.nodes.push(Node { datum, span })
    }

    /// Adds a string.
    pub fn add_string(&mut self, bytes: Vec<u8>) -> StrId {
        self.strings.push(bytes.into())
    }

    /// Stores `items` as the children of a list to be.
    pub fn add_children(&mut self, items: impl IntoIterator<Item = DatumId>) -> Children {
        let start = self.children.len();
        self.children.extend(items);
        Children { start: start as u32, len: (self.children.len() - start) as u32 }
    }

    /// Adds `(name datum)`, as a quote character before `datum` makes it.
    pub fn add_quoted(&mut self, names: &mut Names, name: &str, datum: DatumId, span: Span) -> DatumId {
        let head = Datum::Symbol(names.intern(name));
        let head = self.add(head, span.first());
        let children = self.add_children([head, datum]);
        self.add(Datum::List(children), span)
    }

    /// The datum.
    pub fn get(&self, id: DatumId) -> Datum {
        self.nodes[id].datum
    }

    /// Where it is written.
    pub fn span(&self, id: DatumId) -> Span {
        self.nodes[id].span
    }

    /// The bytes of a string.
    pub fn string(&self, id: StrId) -> &[u8] {
        &self.strings[id]
    }

    /// The children of a list, dotted list or vector.
    pub fn children(&self, children: Children) -> &[DatumId] {
        &self.children[children.start as usize..(children.start + children.len) as usize]
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
