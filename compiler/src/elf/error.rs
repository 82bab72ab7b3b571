//! Why an object cannot be written.

/// A model that is no object, or too large a one.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum Error {
    #[error("the function `{0}` has no instructions")]
    EmptyFunction(String),
    #[error("the function `{name}` has {insns} slots and {spans} source places")]
    Spans { name: String, insns: usize, spans: usize },
    #[error("`{0}` is no name of a symbol or section")]
    Name(String),
    #[error("`{0}` is defined twice")]
    Duplicate(String),
    #[error("a relocation of `{name}` at slot {slot} is at no instruction that can have it")]
    Place { name: String, slot: u32 },
    #[error("a relocation of `{0}` has a target that is not there")]
    Target(String),
    #[error("`{0}` is static and outside .text; only functions in .text can be called")]
    NotCallable(String),
    #[error("the variable `{0}` is not inside its section or overlaps another")]
    Variable(String),
    #[error("the map `{0}` has an empty definition")]
    Map(String),
    #[error("the section `{0}` is larger than 2 GiB")]
    TooLarge(String),
    #[error("the types cannot be written")]
    Btf(#[from] crate::btf::Error),
    #[error("the debug information cannot be written")]
    Dwarf(#[from] gimli::write::Error),
    #[error("the object file cannot be written")]
    Elf(#[from] object::write::Error),
}
