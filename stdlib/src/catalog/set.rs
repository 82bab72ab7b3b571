//! Small sets of what tables speak about: program types, attach types, access widths.
//!
//! Program types and attach types are numbered below 64 in include/uapi/linux/bpf.h, so that a
//! set of them is one word.

use super::{attach::AttachType, program::ProgramType};

/// A set of program types.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ProgramSet(u64);

impl ProgramSet {
    /// No type.
    pub const NONE: Self = Self(0);
    /// Every type.
    pub const ALL: Self = Self(!0);

    /// The types listed.
    pub const fn of(types: &[ProgramType]) -> Self {
        let (mut bits, mut i) = (0, 0);
        while i < types.len() {
            bits |= 1 << types[i] as u64;
            i += 1;
        }
        Self(bits)
    }

    /// What is in either.
    pub const fn with(self, types: &[ProgramType]) -> Self {
        Self(self.0 | Self::of(types).0)
    }

    /// What is in this one and not listed.
    pub const fn without(self, types: &[ProgramType]) -> Self {
        Self(self.0 & !Self::of(types).0)
    }

    /// Whether `ty` is in it.
    pub const fn contains(self, ty: ProgramType) -> bool {
        self.0 & 1 << ty as u64 != 0
    }
}

/// A set of attach types. `None` stands for an `expected_attach_type` of 0, as the kernel sees it,
/// which is also the number of `BPF_CGROUP_INET_INGRESS`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct AttachSet(u64);

impl AttachSet {
    /// Every attach type, and 0.
    pub const ALL: Self = Self(!0);
    /// 0 only.
    pub const ZERO: Self = Self(1);

    /// The attach types listed.
    pub const fn of(list: &[&AttachType]) -> Self {
        let (mut bits, mut i) = (0, 0);
        while i < list.len() {
            bits |= 1 << list[i].number;
            i += 1;
        }
        Self(bits)
    }

    /// All but this one's.
    pub const fn complement(self) -> Self {
        Self(!self.0)
    }

    /// Whether `attach` is in it.
    pub const fn contains(self, attach: Option<&AttachType>) -> bool {
        match attach {
            Some(attach) => self.0 & 1 << attach.number != 0,
            None => self.0 & 1 != 0,
        }
    }
}

/// A set of access widths: 1, 2, 4 and 8 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Widths(u8);

impl Widths {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// Every width.
    pub const ALL: Self = Self(15);

    /// The widths listed, in bytes.
    pub const fn of(widths: &[u32]) -> Self {
        let (mut bits, mut i) = (0, 0);
        while i < widths.len() {
            bits |= widths[i] as u8;
            i += 1;
        }
        Self(bits)
    }

    /// These and the widths listed.
    pub const fn with(self, widths: &[u32]) -> Self {
        Self(self.0 | Self::of(widths).0)
    }

    /// Whether `width`, in bytes, is in it.
    pub const fn contains(self, width: u32) -> bool {
        matches!(width, 1 | 2 | 4 | 8) && self.0 & width as u8 != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The widths in it, from the narrowest.
    pub fn iter(self) -> impl Iterator<Item = u32> {
        [1, 2, 4, 8].into_iter().filter(move |width| self.contains(*width))
    }
}
