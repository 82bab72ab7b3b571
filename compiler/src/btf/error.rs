//! What can be wrong with BTF that is read or written.

/// Why bytes are no BTF, or types cannot be written as BTF.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum Error {
    #[error("BTF ends too early or its parts do not fit in it")]
    Truncated,
    #[error("BTF starts with {0:#06x} instead of 0xeb9f (big-endian BTF is not read)")]
    Magic(u16),
    #[error("BTF of version {0}; only version 1 is known")]
    Version(u8),
    #[error("the string section of BTF is not a sequence of zero-terminated UTF-8 strings")]
    Strings,
    #[error("a BTF type has the unknown kind {0}")]
    Kind(u32),
    #[error("a BTF type has its name at {0}, where no string is")]
    Name(u32),
    #[error("a BTF type refers to type {0}, which is not there")]
    Reference(u32),
    #[error("a BTF function or variable has the unknown linkage {0}")]
    Linkage(u32),
    #[error("the type `{name}` has {count} members; BTF counts at most 65535")]
    TooManyParts { name: String, count: usize },
    #[error("{0} types; BTF has at most 1048575")]
    TooManyTypes(usize),
    #[error("{0} bytes of names and source lines; BTF holds at most 16777215")]
    TooManyStrings(usize),
}
