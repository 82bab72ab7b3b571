//! Rules: which programs may read and write a field, at which widths, since when.

use crate::catalog::{
    program::ProgramType,
    set::{AttachSet, ProgramSet, Widths},
    version::{Version, v},
};

use super::{Field, Kind, Order};

/// The accesses that one direction has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    /// Widths that are accepted at the field's first byte; they may reach into the padding after
    /// it.
    pub front: Widths,
    /// Widths that are accepted at every other aligned offset inside the field.
    pub rest: Widths,
}

impl Shape {
    /// No access.
    pub const NONE: Self = Self::any(&[]);

    /// These widths anywhere.
    pub const fn any(widths: &[u32]) -> Self {
        Self { front: Widths::of(widths), rest: Widths::of(widths) }
    }

    /// These widths at the first byte as well.
    pub const fn front(self, widths: &[u32]) -> Self {
        Self { front: self.front.with(widths), ..self }
    }

    /// These widths everywhere but at the first byte.
    pub const fn rest(self, widths: &[u32]) -> Self {
        Self { rest: self.rest.with(widths), ..self }
    }

    /// Whether there is no access.
    pub const fn is_none(self) -> bool {
        self.front.is_empty() && self.rest.is_empty()
    }
}

/// 4 bytes, whole.
pub(super) const W4: Shape = Shape::any(&[4]);
/// 4 bytes or any aligned part of them.
pub(super) const N4: Shape = Shape::any(&[1, 2, 4]);
/// 4 bytes, or the first 1 or 2 of them.
pub(super) const F4: Shape = Shape::any(&[4]).front(&[1, 2]);
/// 8 bytes, whole.
pub(super) const W8: Shape = Shape::any(&[8]);
/// Any aligned part.
pub(super) const ANY: Shape = Shape::any(&[1, 2, 4, 8]);

/// What a program may do with a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rights {
    /// How it may read it.
    pub read: Shape,
    /// How it may write it.
    pub write: Shape,
    /// Since which kernel; 0.0 when as long as there is the program type.
    pub since: Version,
}

impl Rights {
    /// Nothing.
    pub const NONE: Self = Self { read: Shape::NONE, write: Shape::NONE, since: v(0, 0) };

    /// Whether it may be read at all.
    pub const fn reads(self) -> bool {
        !self.read.is_none()
    }

    /// Whether it may be written at all.
    pub const fn writes(self) -> bool {
        !self.write.is_none()
    }
}

/// Which programs have which rights.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rule {
    /// For programs of these types …
    pub programs: ProgramSet,
    /// … and these attach types …
    pub attach: AttachSet,
    /// … these rights.
    pub rights: Rights,
}

/// Every program may read.
pub(super) const fn read(read: Shape) -> Rule {
    read_write(read, Shape::NONE)
}

/// Every program may read and write.
pub(super) const fn read_write(read: Shape, write: Shape) -> Rule {
    let rights = Rights { read, write, since: v(0, 0) };
    Rule { programs: ProgramSet::ALL, attach: AttachSet::ALL, rights }
}

impl Rule {
    /// Only these types.
    pub(super) const fn only(self, programs: &[ProgramType]) -> Self {
        Self { programs: ProgramSet::of(programs), ..self }
    }

    /// Only types of this set.
    pub(super) const fn of(self, programs: ProgramSet) -> Self {
        Self { programs, ..self }
    }

    /// Only these attach types.
    pub(super) const fn at(self, attach: AttachSet) -> Self {
        Self { attach, ..self }
    }

    /// Not before this kernel.
    pub(super) const fn since(self, major: u16, minor: u16) -> Self {
        Self { rights: Rights { since: v(major, minor), ..self.rights }, ..self }
    }
}

/// An unsigned field of 4 bytes in the machine's order.
pub(super) const fn field(name: &'static str, offset: u32, rules: &'static [Rule]) -> Field {
    let (kind, order) = (Kind::Unsigned, Order::Host);
    Field { name, offset, width: 4, count: None, kind, order, rules }
}

/// A pointer.
pub(super) const fn pointer(name: &'static str, offset: u32, kind: Kind, rules: &'static [Rule]) -> Field {
    Field { kind, width: 8, ..field(name, offset, rules) }
}

impl Field {
    /// Of this many bytes.
    pub(super) const fn wide(self, width: u32) -> Self {
        Self { width, ..self }
    }

    /// So many elements.
    pub(super) const fn times(self, count: u32) -> Self {
        Self { count: Some(count), ..self }
    }

    /// In network byte order.
    pub(super) const fn network(self) -> Self {
        Self { order: Order::Network, ..self }
    }

    /// Two bytes in network byte order, in a field of four.
    pub(super) const fn network_half(self) -> Self {
        Self { order: Order::NetworkHalf, ..self }
    }

    /// Signed.
    pub(super) const fn signed(self) -> Self {
        Self { kind: Kind::Signed, ..self }
    }

    /// Padding.
    pub(super) const fn padding(self) -> Self {
        Self { kind: Kind::Padding, ..self }
    }
}
