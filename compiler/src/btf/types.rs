//! The kinds of BTF types and their parts. They refer to each other by [`TypeId`] and to names by
//! [`Str`], both of one [`Btf`](super::Btf).

use super::Str;
use crate::entity;

entity! {
    /// A type of a [`Btf`](super::Btf); its number is the one in the section.
    pub struct TypeId "type";
}

impl TypeId {
    /// `void`, the type that is in every set.
    pub const VOID: Self = Self(0);

    pub(super) const fn from_wire(id: u32) -> Self {
        Self(id)
    }

    /// The number in the section.
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// Bytes of a pointer in a BPF object.
pub const POINTER_SIZE: u32 = 8;

/// The encodings of an integer. The kernel accepts at most one of them.
pub mod encoding {
    /// Two's complement.
    pub const SIGNED: u8 = 1;
    /// To be shown as a character.
    pub const CHAR: u8 = 2;
    /// To be shown as a truth value.
    pub const BOOL: u8 = 4;
}

/// How far a function or variable is visible.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Linkage {
    /// In its object. The verifier checks a static function in the context of each call.
    Static,
    /// Everywhere. The verifier checks a global function once, by its prototype alone.
    Global,
    /// Defined elsewhere.
    Extern,
}

impl Linkage {
    pub(super) const ALL: [Self; 3] = [Self::Static, Self::Global, Self::Extern];
}

/// A member of a struct or union.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Member {
    /// Its name; empty for an anonymous struct or union.
    pub name: Str,
    /// Its type.
    pub ty: TypeId,
    /// Where it starts, in bits. Below 2^24 in a composite with bit-fields.
    pub offset: u32,
    /// Its width in bits if it is a bit-field, else 0.
    pub bits: u8,
}

/// A struct or union.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Composite {
    /// Its tag; may be empty.
    pub name: Str,
    /// Bytes.
    pub size: u32,
    /// Whether the members say their width (`kind_flag`). Needed for bit-fields.
    pub bit_fields: bool,
    /// The members, by offset.
    pub members: Vec<Member>,
}

/// An array.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Array {
    /// The type of the elements.
    pub element: TypeId,
    /// The type of the index, an integer.
    pub index: TypeId,
    /// How many elements.
    pub count: u32,
}

/// An enumeration.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Enum {
    /// Its tag; may be empty.
    pub name: Str,
    /// Bytes of a value.
    pub size: u32,
    /// Whether the values are signed (`kind_flag`).
    pub signed: bool,
    /// Names and values. The width of the kind decides how many bits of a value count.
    pub values: Vec<(Str, i64)>,
}

/// A parameter of a function. A variadic one ends with an unnamed parameter of type `void`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Param {
    /// Its name. The kernel wants one for each parameter of a global function.
    pub name: Str,
    /// Its type.
    pub ty: TypeId,
}

/// A variable of a section.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SecVar {
    /// The [`Type::Var`], or [`Type::Func`] in `.ksyms`.
    pub var: TypeId,
    /// Where it starts, in bytes.
    pub offset: u32,
    /// Bytes; at least those of its type.
    pub size: u32,
}

/// A type. `name` is empty where the kind has none or it is anonymous.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the fields say what they are; see the documentation of the format")]
pub enum Type {
    /// No type.
    Void,
    /// An integer of `size` bytes, of which `bits` bits from bit `offset` on count.
    Int { name: Str, size: u32, bits: u8, offset: u8, encoding: u8 },
    /// A pointer.
    Ptr(TypeId),
    /// An array.
    Array(Array),
    /// A struct.
    Struct(Composite),
    /// A union.
    Union(Composite),
    /// An enumeration of up to 32 bits.
    Enum(Enum),
    /// A struct or union that is defined elsewhere.
    Fwd { name: Str, union: bool },
    /// Another name.
    Typedef { name: Str, target: TypeId },
    /// `volatile`.
    Volatile(TypeId),
    /// `const`.
    Const(TypeId),
    /// `restrict`.
    Restrict(TypeId),
    /// A function; `proto` is a [`Type::FuncProto`].
    Func { name: Str, proto: TypeId, linkage: Linkage },
    /// What a function takes and gives.
    FuncProto { returns: TypeId, params: Vec<Param> },
    /// A global variable.
    Var { name: Str, ty: TypeId, linkage: Linkage },
    /// An ELF section and its variables, by offset. `size` in bytes.
    DataSec { name: Str, size: u32, vars: Vec<SecVar> },
    /// A floating-point number.
    Float { name: Str, size: u32 },
    /// A note on a declaration; `component` is the member or parameter, -1 for the whole.
    DeclTag { name: Str, target: TypeId, component: i32, attribute: bool },
    /// A note on a type.
    TypeTag { name: Str, target: TypeId, attribute: bool },
    /// An enumeration of 64 bits.
    Enum64(Enum),
}

impl Type {
    /// Its name.
    pub fn name(&self) -> Str {
        match self {
            Self::Struct(c) | Self::Union(c) => c.name,
            Self::Enum(e) | Self::Enum64(e) => e.name,
            Self::Int { name, .. }
            | Self::Fwd { name, .. }
            | Self::Typedef { name, .. }
            | Self::Func { name, .. }
            | Self::Var { name, .. }
            | Self::DataSec { name, .. }
            | Self::Float { name, .. }
            | Self::DeclTag { name, .. }
            | Self::TypeTag { name, .. } => *name,
            _ => Str::default(),
        }
    }

    /// The type that a typedef, qualifier or type tag stands for.
    pub fn modified(&self) -> Option<TypeId> {
        match self {
            Self::Typedef { target, .. } | Self::TypeTag { target, .. } => Some(*target),
            Self::Volatile(target) | Self::Const(target) | Self::Restrict(target) => Some(*target),
            _ => None,
        }
    }

    /// The size that the type itself states, in bytes.
    pub fn stated_size(&self) -> Option<u32> {
        match self {
            Self::Int { size, .. } | Self::Float { size, .. } | Self::DataSec { size, .. } => Some(*size),
            Self::Struct(c) | Self::Union(c) => Some(c.size),
            Self::Enum(e) | Self::Enum64(e) => Some(e.size),
            _ => None,
        }
    }
}
