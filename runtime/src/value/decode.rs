//! Bytes to values.

use super::Value;
use crate::btf::shape::{Field, Shape};

/// Reads `bytes`, of this machine's byte order, as a `shape`. Bytes that are fewer than the shape
/// asks for are given back as [`Value::Bytes`].
///
/// ```
/// use bpfl_runtime::{btf::shape::Shape, value::{Value, decode}};
/// let shape = Shape::Int { bytes: 2, signed: true };
/// assert_eq!(decode(&shape, &(-2i16).to_ne_bytes()), Value::Int(-2));
/// ```
pub fn decode(shape: &Shape, bytes: &[u8]) -> Value {
    let Some(own) = bytes.get(..shape.size()) else { return Value::Bytes(bytes.to_vec()) };
    match shape {
        Shape::Int { signed, .. } => integer(own, *signed).map_or_else(|| raw(own), Value::Int),
        Shape::Char => Value::Int(i128::from(own[0])),
        Shape::Bool { .. } => Value::Bool(own.iter().any(|byte| *byte != 0)),
        Shape::Float { .. } => float(own).map_or_else(|| raw(own), Value::Float),
        Shape::Enum { signed, members, .. } => enumerator(own, *signed, members),
        Shape::Array { element, .. } => array(element, own),
        Shape::Struct { fields, .. } => {
            Value::Struct(fields.iter().map(|f| (f.name.clone(), field(f, own))).collect())
        }
        Shape::Bytes { .. } => raw(own),
    }
}

fn raw(bytes: &[u8]) -> Value {
    Value::Bytes(bytes.to_vec())
}

/// An integer of up to 16 bytes; `None` for wider ones and for those above `i128`.
fn integer(bytes: &[u8], signed: bool) -> Option<i128> {
    let mut wide = [0; 16];
    let bits = bytes.len() * 8;
    let at = if cfg!(target_endian = "big") { 16usize.checked_sub(bytes.len())? } else { 0 };
    wide.get_mut(at..at + bytes.len())?.copy_from_slice(bytes);
    let number = u128::from_ne_bytes(wide);
    extend(number, bits, signed)
}

/// The low `bits` bits of `number`, sign-extended when `signed`.
fn extend(number: u128, bits: usize, signed: bool) -> Option<i128> {
    let spare = 128usize.checked_sub(bits).filter(|spare| *spare < 128)?;
    match signed {
        true => Some((number << spare).cast_signed() >> spare),
        false => i128::try_from(number << spare >> spare).ok(),
    }
}

fn float(bytes: &[u8]) -> Option<f64> {
    match bytes.len() {
        4 => Some(f64::from(f32::from_ne_bytes(bytes.try_into().ok()?))),
        8 => Some(f64::from_ne_bytes(bytes.try_into().ok()?)),
        _ => None,
    }
}

fn enumerator(bytes: &[u8], signed: bool, members: &[(String, i128)]) -> Value {
    // A negative enumerator tells that the enum is signed where its flag does not.
    let signed = signed || members.iter().any(|(_, value)| *value < 0);
    let Some(number) = integer(bytes, signed) else { return raw(bytes) };
    let name = members.iter().find(|(_, value)| same_bits(*value, number, bytes.len() * 8));
    Value::Enum { number, name: name.map(|(name, _)| name.clone()) }
}

fn same_bits(a: i128, b: i128, bits: usize) -> bool {
    extend(a.cast_unsigned(), bits, true) == extend(b.cast_unsigned(), bits, true)
}

fn array(element: &Shape, bytes: &[u8]) -> Value {
    match (element, element.size()) {
        (_, 0) => Value::Array(Vec::new()),
        (Shape::Char, _) => text(bytes),
        (_, size) => Value::Array(bytes.chunks_exact(size).map(|chunk| decode(element, chunk)).collect()),
    }
}

/// Text ends at its first NUL; what follows it is of no account.
fn text(bytes: &[u8]) -> Value {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    Value::Text(String::from_utf8_lossy(&bytes[..end]).into_owned())
}

fn field(field: &Field, bytes: &[u8]) -> Value {
    match field.bit_width {
        0 => decode(&field.shape, bytes.get(field.bit_offset / 8..).unwrap_or(&[])),
        width => bit_field(field, width, bytes).unwrap_or_else(|| Value::Bytes(Vec::new())),
    }
}

/// A bit-field's bits, counted from the least significant end on little-endian machines and from
/// the most significant on big-endian ones (Documentation/bpf/btf.rst, 2.2.4).
fn bit_field(field: &Field, width: usize, bytes: &[u8]) -> Option<Value> {
    let first = field.bit_offset / 8;
    let last = (field.bit_offset + width).div_ceil(8);
    let number = integer(bytes.get(first..last)?, false)?.cast_unsigned();
    let from_first = field.bit_offset % 8;
    let shift = match cfg!(target_endian = "big") {
        true => (last - first) * 8 - from_first - width,
        false => from_first,
    };
    Some(match &*field.shape {
        Shape::Bool { .. } => Value::Bool(extend(number >> shift, width, false)? != 0),
        Shape::Enum { signed, members, .. } => {
            let number = extend(number >> shift, width, *signed)?;
            let name = members.iter().find(|(_, value)| *value == number).map(|(name, _)| name.clone());
            Value::Enum { number, name }
        }
        Shape::Int { signed: true, .. } => Value::Int(extend(number >> shift, width, true)?),
        _ => Value::Int(extend(number >> shift, width, false)?),
    })
}
