//! Structs of the kernel's UAPI that programs handle: what helpers take, what maps hold, what
//! packets start with. Layouts are those of the headers on x86-64 and arm64, which
//! `stdlib/tests/uapi.rs` compares with a C compiler's.
//!
//! Members of unnamed unions stand beside each other; members of named ones have the names of both,
//! as in `ipv4.saddr`.

mod bpf;
mod net;

/// A struct.
#[derive(PartialEq, Eq, Debug)]
pub struct Struct {
    /// Its name in C.
    pub name: &'static str,
    /// The header that defines it, below include/uapi.
    pub header: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Bytes, padding included.
    pub size: u32,
    /// Alignment in bytes.
    pub align: u32,
    /// Its members; none where only the kernel reads and writes it.
    pub fields: &'static [Field],
}

/// A member.
#[derive(PartialEq, Eq, Debug)]
pub struct Field {
    /// Its name in C, from the struct on.
    pub name: &'static str,
    /// Its type, or its elements'.
    pub scalar: Scalar,
    /// Bits from the start.
    pub bit_offset: u32,
    /// What it is of that type.
    pub shape: Shape,
}

/// How much of its type a member is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// One.
    One,
    /// An array of so many.
    Many(u32),
    /// So many bits.
    Bits(u8),
}

/// The types of members.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Scalar {
    U8,
    U16,
    U32,
    U64,
    I32,
}

impl Struct {
    /// Whether only the kernel reads and writes it.
    pub const fn is_opaque(&self) -> bool {
        self.fields.is_empty()
    }
}

const fn field(name: &'static str, scalar: Scalar, offset: u32) -> Field {
    Field { name, scalar, bit_offset: 8 * offset, shape: Shape::One }
}

const fn many(name: &'static str, scalar: Scalar, offset: u32, count: u32) -> Field {
    Field { name, scalar, bit_offset: 8 * offset, shape: Shape::Many(count) }
}

const fn some_bits(name: &'static str, scalar: Scalar, bit_offset: u32, bits: u8) -> Field {
    Field { name, scalar, bit_offset, shape: Shape::Bits(bits) }
}

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Struct> {
    bpf::ROWS.iter().chain(net::ROWS)
}

/// The struct called `name`, in lower case with `_`.
pub fn find(name: &str) -> Option<&'static Struct> {
    all().find(|row| row.name == name)
}

/// The struct whose name `text` starts with, before a `_`, and what follows it.
pub fn prefix_of(text: &str) -> Option<(&'static Struct, &str)> {
    let rest = |row: &'static Struct| Some((row, text.strip_prefix(row.name)?.strip_prefix('_')?));
    all().filter_map(rest).max_by_key(|(row, _)| row.name.len())
}
