//! The words of an image's `.BTF`, to change some of them before aya sees it.

use std::ops::Range;

use object::{Object, ObjectSection};

/// `BTF_KIND_PTR`, `BTF_KIND_ARRAY` and `BTF_KIND_FUNC_PROTO`.
const POINTER: u32 = 2;
const ARRAY: u32 = 3;
const FUNC_PROTO: u32 = 13;
/// `BTF_KIND_STRUCT`, as numbered in include/uapi/linux/btf.h.
pub(super) const STRUCT: u32 = 4;
/// `BTF_KIND_FUNC`.
pub(super) const FUNC: u32 = 12;
/// `BTF_KIND_VAR`.
pub(super) const VAR: u32 = 14;
/// `BTF_KIND_DATASEC`.
pub(super) const DATASEC: u32 = 15;

/// Words of a type beside its first three: the kind, and how many for each part or altogether.
const TAILS: &[(u32, u32, u32)] = &[
    (1, 0, 1),
    (ARRAY, 0, 3),
    (STRUCT, 3, 0),
    (5, 3, 0),
    (6, 2, 0),
    (FUNC_PROTO, 2, 0),
    (VAR, 0, 1),
    (DATASEC, 3, 0),
    (17, 0, 1),
    (19, 3, 0),
];

/// A type and where it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Type {
    /// Where in the image.
    pub(super) at: usize,
    /// Its number.
    pub(super) id: u32,
    /// Its kind.
    pub(super) kind: u32,
    /// How many parts it has: members, parameters, entries.
    pub(super) parts: u32,
}

/// The words of `.BTF`.
pub(super) struct Types<'a> {
    image: &'a mut [u8],
    /// Where the types are.
    range: Range<usize>,
    /// Where the strings start.
    strings: usize,
}

impl<'a> Types<'a> {
    /// Those of an image; `None` when it has none.
    pub(super) fn new(image: &'a mut [u8]) -> Option<Self> {
        let range = object::File::parse(&*image).ok()?.section_by_name(".BTF")?.file_range()?;
        let start = range.0 as usize;
        let mut types = Self { image, range: 0..0, strings: 0 };
        let first = start + types.word(start + 4) as usize;
        let begin = first + types.word(start + 8) as usize;
        types.range = begin..begin + types.word(start + 12) as usize;
        types.strings = first + types.word(start + 16) as usize;
        Some(types)
    }

    /// The word at a place of the image.
    pub(super) fn word(&self, at: usize) -> u32 {
        let bytes = self.image.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u32::from_ne_bytes)
    }

    /// Changes the word at a place of the image.
    pub(super) fn set(&mut self, at: usize, word: u32) {
        if let Some(bytes) = self.image.get_mut(at..at + 4) {
            bytes.copy_from_slice(&word.to_ne_bytes());
        }
    }

    /// The name whose offset stands at a place of the image.
    pub(super) fn name(&self, at: usize) -> &[u8] {
        let rest = self.image.get(self.strings + self.word(at) as usize..).unwrap_or_default();
        rest.split(|byte| *byte == 0).next().unwrap_or_default()
    }

    /// Whether the member at a place of the image is an array of pointers to functions.
    pub(super) fn points_to_function(&self, member: usize) -> bool {
        let all = self.all();
        let find = |id: u32| all.get((id as usize).wrapping_sub(1));
        let array = find(self.word(member + 4)).filter(|ty| ty.kind == ARRAY);
        let pointer = array.and_then(|ty| find(self.word(ty.at + 12))).filter(|ty| ty.kind == POINTER);
        pointer.and_then(|ty| find(self.word(ty.at + 8))).is_some_and(|ty| ty.kind == FUNC_PROTO)
    }

    /// All types, in order.
    pub(super) fn all(&self) -> Vec<Type> {
        let (mut at, mut found) = (self.range.start, Vec::new());
        while at + 12 <= self.range.end {
            let info = self.word(at + 4);
            let (kind, parts) = (info >> 24 & 31, info & 0xffff);
            found.push(Type { at, id: found.len() as u32 + 1, kind, parts });
            let tail = TAILS.iter().find(|(own, ..)| *own == kind);
            at += 12 + 4 * tail.map_or(0, |(_, each, fixed)| each * parts + fixed) as usize;
        }
        found
    }
}
