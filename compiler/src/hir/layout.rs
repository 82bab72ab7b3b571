//! Where the fields of structs and unions are: the C layout, which the kernel and userspace share.
//!
//! Natural alignment, bit-fields as gcc and clang have them on x86-64 and BPF. A packed struct has
//! no padding.

use super::{Ty, Types};
use crate::source::Span;

/// The largest type in bytes: its bits can be counted in 32 bits, as BTF does, with room for what padding adds.
pub const MOST_BYTES: u32 = 1 << 26;

/// How many bits from its start a field of a struct with bit-fields can be: BTF has 24 bits for that
/// (`BTF_MEMBER_BIT_OFFSET`, include/uapi/linux/btf.h).
pub const BITS_REACH: u32 = 1 << 24;

/// The field that is too far from the start for a type with bit-fields.
pub fn too_far(fields: &[Field]) -> Option<Span> {
    let far = fields.iter().find(|field| field.bit_offset >= BITS_REACH)?;
    fields.iter().any(|field| field.bits.is_some()).then_some(far.span)
}

/// A struct or union.
#[derive(Clone, Debug)]
pub struct Struct {
    /// Its name in C.
    pub c_name: String,
    /// Its name as spelled, for messages.
    pub name: String,
    /// The fields, in order.
    pub fields: Vec<Field>,
    /// Bytes, padding included.
    pub size: u32,
    /// Alignment in bytes.
    pub align: u32,
    /// Whether all fields are at offset 0.
    pub union: bool,
    /// Where its name stands in the definition.
    pub span: Span,
}

/// A field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in C.
    pub c_name: String,
    /// Its type; of a bit-field, the declared one.
    pub ty: Ty,
    /// Bits from the start.
    pub bit_offset: u32,
    /// How many bits, for a bit-field.
    pub bits: Option<u8>,
    /// Where its name stands.
    pub span: Span,
}

impl Field {
    /// Bytes from the start.
    pub fn offset(&self) -> u32 {
        self.bit_offset / 8
    }
}

/// A field before it has a place.
pub struct Wanted {
    /// Its name in C.
    pub c_name: String,
    /// Its type.
    pub ty: Ty,
    /// How many bits, for a bit-field.
    pub bits: Option<u8>,
    /// Where its name stands.
    pub span: Span,
}

/// Fields with their places, and the whole's size and alignment.
pub fn lay_out(types: &Types, wanted: Vec<Wanted>, packed: bool, union: bool) -> (Vec<Field>, u32, u32) {
    let mut fields = Vec::with_capacity(wanted.len());
    let (mut next, mut align, mut end) = (0u32, 1, 0);
    for Wanted { c_name, ty, bits, span } in wanted {
        let own = if packed { 1 } else { types.align(ty) };
        let size = types.size(ty).saturating_mul(8);
        align = align.max(own);
        let start = if union { 0 } else { next };
        let (bit_offset, length) = match bits {
            Some(bits) => (bit_field(start, bits.into(), size, packed), bits.into()),
            None => (start.next_multiple_of(own * 8), size),
        };
        next = bit_offset.saturating_add(length);
        end = end.max(next);
        fields.push(Field { c_name, ty, bit_offset, bits, span });
    }
    (fields, end.div_ceil(8).next_multiple_of(align), align)
}

/// A bit-field does not cross a boundary of its declared type, unless it is packed.
fn bit_field(start: u32, bits: u32, unit: u32, packed: bool) -> u32 {
    let crosses = start % unit + bits > unit;
    if crosses && !packed { start.next_multiple_of(unit) } else { start }
}
