//! The types of a `.BTF` section as they stand there, for what looks for a name among the kernel's many
//! types and for what changes a few words.
//!
//! Always holds: a [`RawType`] lies within the types, with all of its parts.

/// Kinds of types, as numbered in include/uapi/linux/btf.h.
pub(crate) const INT: u32 = 1;
pub(crate) const STRUCT: u32 = 4;
pub(crate) const UNION: u32 = 5;
pub(crate) const TYPEDEF: u32 = 8;
pub(crate) const CONST: u32 = 10;
pub(crate) const FUNC: u32 = 12;
pub(crate) const FUNC_PROTO: u32 = 13;
pub(crate) const VAR: u32 = 14;
pub(crate) const DATASEC: u32 = 15;
pub(crate) const FLOAT: u32 = 16;
pub(crate) const DECL_TAG: u32 = 17;
pub(crate) const TYPE_TAG: u32 = 18;
pub(crate) const ENUM64: u32 = 19;

/// Words of a type beside its first three, by its kind: for each part, and altogether.
const TAILS: [(u32, u32); 20] = [
    (0, 0),
    (0, 1), // INT
    (0, 0),
    (0, 3), // ARRAY
    (3, 0),
    (3, 0),
    (2, 0), // ENUM
    (0, 0),
    (0, 0),
    (0, 0),
    (0, 0),
    (0, 0),
    (0, 0),
    (2, 0), // FUNC_PROTO
    (0, 1), // VAR
    (3, 0), // DATASEC
    (0, 0),
    (0, 1), // DECL_TAG
    (0, 0),
    (3, 0), // ENUM64
];

/// Bytes of a type that all kinds have: name, information, size or type.
pub(crate) const HEAD: usize = 12;

const MAGIC: u16 = 0xeb9f;

/// The two halves of a section.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawBtf<'a> {
    /// The types, from number 1 on.
    pub(crate) types: &'a [u8],
    /// The names, each ends in NUL.
    pub(crate) strings: &'a [u8],
}

/// A type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RawType {
    /// Where among the types it starts.
    pub(crate) at: usize,
    /// Its number.
    pub(crate) id: u32,
    /// Its kind.
    pub(crate) kind: u32,
    /// How many parts it has: members, parameters, entries.
    pub(crate) parts: u32,
    /// Where among the strings its name starts.
    pub(crate) name: u32,
}

impl RawType {
    /// Where its `index`th part of so many words starts.
    pub(crate) fn part(&self, index: u32, words: usize) -> usize {
        self.at + HEAD + 4 * words * index as usize
    }
}

impl<'a> RawBtf<'a> {
    /// Of a whole section; `None` when it does not start as one of this machine's byte order.
    pub(crate) fn new(bytes: &'a [u8]) -> Option<Self> {
        let magic = u16::from_ne_bytes(*bytes.first_chunk()?);
        let body = bytes.get(word(bytes, 4)? as usize..).filter(|_| magic == MAGIC)?;
        let part = |at: usize| {
            let (offset, length) = (word(bytes, at)? as usize, word(bytes, at + 4)? as usize);
            body.get(offset..offset.checked_add(length)?)
        };
        Some(Self { types: part(8)?, strings: part(16)? })
    }

    /// All types, in order, up to the first that cannot be.
    pub(crate) fn all(self) -> impl Iterator<Item = RawType> {
        let (mut at, mut id) = (0, 0);
        std::iter::from_fn(move || {
            let (name, info) = (word(self.types, at)?, word(self.types, at + 4)?);
            let (kind, parts) = (info >> 24 & 31, info & 0xffff);
            let (each, fixed) = *TAILS.get(kind as usize)?;
            let found = RawType { at, id: id + 1, kind, parts, name };
            at += HEAD + 4 * (each * parts + fixed) as usize;
            id += 1;
            (at <= self.types.len()).then_some(found)
        })
    }

    /// The number of the first type of one of `kinds` that is called `name`.
    pub(crate) fn find(self, name: &str, kinds: &[u32]) -> Option<u32> {
        let is = |ty: &RawType| kinds.contains(&ty.kind) && self.is_named(ty, name);
        self.all().find(is).map(|ty| ty.id)
    }

    fn is_named(self, ty: &RawType, name: &str) -> bool {
        let rest = self.strings.get(ty.name as usize..).unwrap_or_default();
        rest.starts_with(name.as_bytes()) && rest.get(name.len()) == Some(&0)
    }

    /// The name that starts there among the strings.
    pub(crate) fn name(self, at: u32) -> &'a str {
        let rest = self.strings.get(at as usize..).unwrap_or_default();
        let bytes = rest.split(|byte| *byte == 0).next().unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

/// The word of 4 bytes at a place.
pub(crate) fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_ne_bytes)
}
