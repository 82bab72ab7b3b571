//! Typed `u32` ids and the arenas they index.
//!
//! Every graph in the compiler (data, HIR, SSA, machine code) is a set of arenas whose entities
//! refer to each other by id. Ids are `Copy`, half the size of a pointer and order as allocated,
//! so that any order derived from them is the same in every run.

use std::{
    fmt,
    marker::PhantomData,
    ops::{Index, IndexMut},
};

/// An index into an [`Arena`] of its own kind. Implemented by [`entity!`](crate::entity).
pub trait Entity: Copy + Eq {
    /// The id of the `index`-th element. Indices beyond `u32::MAX` are a caller's bug.
    fn new(index: usize) -> Self;
    /// The position in its arena.
    fn index(self) -> usize;
}

/// Declares id types: `entity! { /// doc  pub struct Block "block"; }`. The string is the prefix
/// that the id prints with.
#[macro_export]
macro_rules! entity {
    ($($(#[$meta:meta])* $vis:vis struct $name:ident $prefix:literal;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis struct $name(u32);

        impl $crate::arena::Entity for $name {
            fn new(index: usize) -> Self {
                debug_assert!(index < u32::MAX as usize);
                Self(index as u32)
            }
            fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{self}")
            }
        }
    )+};
}

/// A growing table of `T`, indexed by `K`. Nothing is ever removed.
#[derive(Clone, PartialEq, Eq)]
pub struct Arena<K, T> {
    items: Vec<T>,
    key: PhantomData<K>,
}

impl<K: Entity, T> Arena<K, T> {
    /// An empty arena.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `item` and returns its id.
    pub fn push(&mut self, item: T) -> K {
        self.items.push(item);
        K::new(self.items.len() - 1)
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// All ids, in the order of allocation.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = K> + use<K, T> {
        (0..self.items.len()).map(K::new)
    }

    /// All ids with their items.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (K, &T)> {
        self.items.iter().enumerate().map(|(i, t)| (K::new(i), t))
    }

    /// All items.
    pub fn values(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }

    /// The item, when `key` is of this arena.
    pub fn get(&self, key: K) -> Option<&T> {
        self.items.get(key.index())
    }
}

impl<K: Entity, T: Clone> Arena<K, T> {
    /// A side map: one `value` for each of `len` keys.
    pub fn filled(len: usize, value: T) -> Self {
        Self { items: vec![value; len], key: PhantomData }
    }

    /// Grows a side map to hold `key`.
    pub fn ensure(&mut self, key: K, value: T) {
        if key.index() >= self.items.len() {
            self.items.resize(key.index() + 1, value);
        }
    }
}

impl<K, T> Default for Arena<K, T> {
    fn default() -> Self {
        Self { items: Vec::new(), key: PhantomData }
    }
}

impl<K: Entity, T> Index<K> for Arena<K, T> {
    type Output = T;
    fn index(&self, key: K) -> &T {
        &self.items[key.index()]
    }
}

impl<K: Entity, T> IndexMut<K> for Arena<K, T> {
    fn index_mut(&mut self, key: K) -> &mut T {
        &mut self.items[key.index()]
    }
}

impl<K: Entity, T> FromIterator<T> for Arena<K, T> {
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Self {
        Self { items: iter.into_iter().collect(), key: PhantomData }
    }
}

impl<K: Entity + fmt::Debug, T: fmt::Debug> fmt::Debug for Arena<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
