//! The kernel's own structs, as far as a program uses them, and the questions about their layout
//! that the loader answers from the running kernel's BTF (CO-RE, "compile once, run everywhere").
//!
//! What the compiler knows of a struct is what the BTF it was given says: the answer that an
//! instruction holds until the loader puts in the running kernel's.

use super::Ty;
use crate::entity;

entity! {
    /// One of the kernel's structs or unions.
    pub struct KernelId "kernel";
    /// A question about the layout of one.
    pub struct CoreId "core";
}

/// A struct or union of the kernel's.
#[derive(Clone, Debug)]
pub struct KernelStruct {
    /// Its tag in C; empty for an anonymous one.
    pub name: String,
    /// Whether it is a union.
    pub union: bool,
    /// Bytes; 0 while only its name is known.
    pub size: u32,
    /// The members that are used, in the order in which they came to be.
    pub members: Vec<Member>,
}

/// A member. Those of anonymous structs inside are their parent's here: loaders look for them by
/// name alone.
#[derive(Clone, PartialEq, Debug)]
pub struct Member {
    /// Its name in C.
    pub name: String,
    /// Bits from the struct's start.
    pub bit_offset: u32,
    /// How many bits, of a bit-field; else 0.
    pub bits: u8,
    /// What it is.
    pub shape: Shape,
}

/// What a member is, as far as loaders compare it with the running kernel's.
#[derive(Clone, PartialEq, Debug)]
pub enum Shape {
    /// An integer, or a bool.
    Int(Ty),
    /// An enumeration.
    Enum {
        /// Its tag.
        name: String,
        /// The integer that its values are.
        ty: Ty,
    },
    /// A pointer, to whatever.
    Pointer,
    /// A struct or union inside.
    Struct(KernelId),
    /// Elements.
    Array(Box<Shape>, u32),
}

/// What a question is about.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Root {
    /// A struct or union, or a member of one.
    Struct(KernelId),
    /// An enumerator.
    Enumerator(Enumerator),
}

/// A name for a number.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Enumerator {
    /// The enumeration's tag.
    pub tag: String,
    /// Its own name.
    pub name: String,
    /// The number.
    pub value: u32,
}

/// A question about the kernel's types.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Core {
    /// Where the path starts.
    pub root: Root,
    /// The members on the way.
    pub path: Vec<Step>,
    /// What is asked.
    pub question: Question,
    /// The answer by the BTF that the compiler has.
    pub answer: u32,
}

/// A step of a path.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// To a member, by its number in [`KernelStruct::members`].
    Member(KernelId, usize),
    /// To an element of an array.
    Element(u32),
}

/// What is asked about a member.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Question {
    /// How many bytes it is from the root's start; of a bit-field, the unit that holds it.
    Offset,
    /// By how much a bit-field's unit, as a u64, is to be shifted left to lose the bits above it.
    ShiftLeft,
    /// By how much it is then to be shifted right.
    ShiftRight,
    /// Whether there is such a member.
    Exists,
    /// How many bytes it has.
    Size,
    /// Whether there is such a struct.
    StructExists,
    /// How many bytes it has.
    StructSize,
    /// Whether there is such an enumerator.
    EnumExists,
    /// Its value.
    EnumValue,
}

impl Question {
    /// Whether the answer is yes or no.
    pub fn is_existence(self) -> bool {
        matches!(self, Self::Exists | Self::StructExists | Self::EnumExists)
    }

    /// Its number, by its name in `enum bpf_core_relo_kind`.
    pub fn constant(self) -> &'static str {
        match self {
            Self::Offset => "BPF_CORE_FIELD_BYTE_OFFSET",
            Self::ShiftLeft => "BPF_CORE_FIELD_LSHIFT_U64",
            Self::ShiftRight => "BPF_CORE_FIELD_RSHIFT_U64",
            Self::Exists => "BPF_CORE_FIELD_EXISTS",
            Self::Size => "BPF_CORE_FIELD_BYTE_SIZE",
            Self::StructExists => "BPF_CORE_TYPE_EXISTS",
            Self::StructSize => "BPF_CORE_TYPE_SIZE",
            Self::EnumExists => "BPF_CORE_ENUMVAL_EXISTS",
            Self::EnumValue => "BPF_CORE_ENUMVAL_VALUE",
        }
    }
}
