//! BTF: the bytes of a `.BTF` section in, types by id out.
//!
//! Only what describes data is kept in full; functions and tags keep their place so that ids stay
//! right. The format is the kernel's Documentation/bpf/btf.rst and include/uapi/linux/btf.h.
//! Always holds: every id in a [`Type`] may be asked for with [`Btf::get`], which fails for ids
//! that do not exist; nothing panics on damaged bytes.

pub(crate) mod ext;
pub(crate) mod raw;
mod reader;
pub mod shape;
mod text;

pub use reader::Btf;
pub use text::Text;

/// A type's id in its [`Btf`]; 0 is `void`.
pub type TypeId = u32;

/// What went wrong with BTF.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BtfError {
    /// The bytes are not BTF of this machine's byte order.
    #[error("its .BTF section is not BTF of this machine's byte order")]
    Magic,
    /// The bytes end within a type.
    #[error("its .BTF section ends in the middle of type {0}")]
    Truncated(TypeId),
    /// A kind that this reader does not know.
    #[error("its .BTF section has a type of the unknown kind {0}")]
    Kind(u32),
    /// A reference to a type that is not there.
    #[error("its .BTF section speaks of type {0}, which it does not have")]
    NoType(TypeId),
    /// Types that contain themselves, or are nested beyond all reason.
    #[error("type {0} of its .BTF section contains itself")]
    Cycle(TypeId),
}

/// A type: its name, which may be empty, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// The name, empty for the anonymous.
    pub name: Text,
    /// What it is.
    pub kind: Kind,
}

/// What a type is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing: id 0.
    Void,
    /// An integer of `bytes` bytes.
    Int {
        /// Its size.
        bytes: u32,
        /// The encoding says signed.
        signed: bool,
        /// The encoding says character.
        character: bool,
        /// The encoding says bool.
        boolean: bool,
    },
    /// A floating-point number of `bytes` bytes.
    Float {
        /// Its size.
        bytes: u32,
    },
    /// A pointer.
    Pointer(TypeId),
    /// An array.
    Array {
        /// What it has.
        element: TypeId,
        /// How many of it.
        count: u32,
    },
    /// A struct, or a union.
    Struct {
        /// Its size.
        bytes: u32,
        /// Its members.
        members: Vec<Member>,
        /// All members start at 0.
        union: bool,
    },
    /// An enumeration.
    Enum {
        /// Its size.
        bytes: u32,
        /// Its values are signed.
        signed: bool,
        /// Its enumerators, with their values sign-extended where signed.
        members: Vec<(Text, i128)>,
    },
    /// A typedef, or one of `const`, `volatile`, `restrict` and type tags: another name for this.
    Alias(TypeId),
    /// A variable.
    Variable(TypeId),
    /// A section of variables: (variable, offset, size).
    Section(Vec<(TypeId, u32, u32)>),
    /// Functions, prototypes, forward declarations, declaration tags.
    Other,
}

/// A member of a struct or union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name; empty when it is an anonymous struct or union.
    pub name: Text,
    /// Its type.
    pub ty: TypeId,
    /// Where it starts, in bits.
    pub bit_offset: u32,
    /// Its width in bits if it is a bit-field, else 0.
    pub bit_width: u32,
}

#[cfg(test)]
mod tests;
