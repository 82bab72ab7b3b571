//! Values to bytes. Nothing is truncated on the way: what does not fit is an error.

use super::Value;
use crate::btf::shape::{Field, Shape};

/// Why a value cannot be the bytes of a shape.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EncodeError {
    /// The number is too large or too small.
    #[error("{number} does not fit {}{bits} bits", if *signed { "a signed integer of " } else { "" })]
    Range {
        /// The number.
        number: i128,
        /// The width in bits.
        bits: usize,
        /// Whether the place is signed.
        signed: bool,
    },
    /// More elements or bytes than there is room for.
    #[error("{given} elements do not fit an array of {room}")]
    Length {
        /// How many there are.
        given: usize,
        /// How many there may be.
        room: usize,
    },
    /// A struct without this field.
    #[error("there is no field `{0}`")]
    NoField(String),
    /// An enumeration without this member.
    #[error("there is no enumerator `{0}`")]
    NoMember(String),
    /// A value of another kind.
    #[error("`{value}` is not {wanted}")]
    Kind {
        /// The value as printed.
        value: String,
        /// What belongs there.
        wanted: String,
    },
    /// What is wrong with a field of a struct.
    #[error("field `{field}`: {source}")]
    Field {
        /// Its name; of a field of a field, both with a dot between.
        field: String,
        /// What is wrong.
        source: Box<Self>,
    },
}

impl EncodeError {
    fn of_field(self, outer: &str) -> Self {
        match self {
            Self::Field { field, source } => Self::Field { field: format!("{outer}.{field}"), source },
            source => Self::Field { field: outer.into(), source: Box::new(source) },
        }
    }
}

/// The bytes of `value` as a `shape`; what a struct or an array leaves out is zero.
///
/// # Errors
/// When the value does not fit or is of another kind.
///
/// ```
/// use bpfl_runtime::{btf::shape::Shape, value::{Value, encode}};
/// let shape = Shape::Int { bytes: 1, signed: false };
/// assert_eq!(encode(&shape, &Value::Int(255)).unwrap(), [255]);
/// assert!(encode(&shape, &Value::Int(256)).is_err());
/// ```
pub fn encode(shape: &Shape, value: &Value) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = vec![0; shape.size()];
    write(shape, value, &mut bytes)?;
    Ok(bytes)
}

/// Writes `value` into `place`, which has the size of the shape. What is no part of the value is left as it
/// is: in a union, the padding of one member is where another has its bytes.
fn write(shape: &Shape, value: &Value, place: &mut [u8]) -> Result<(), EncodeError> {
    match (shape, value) {
        (Shape::Int { signed, .. }, Value::Int(number)) => integer(*number, *signed, place),
        (Shape::Char, Value::Int(number)) => integer(*number, *number < 0, place),
        (Shape::Bool { .. }, Value::Bool(flag)) => integer(i128::from(*flag), false, place),
        (Shape::Bool { .. }, Value::Int(number @ (0 | 1))) => integer(*number, false, place),
        (Shape::Enum { .. }, Value::Int(number) | Value::Enum { number, .. }) => {
            integer(*number, *number < 0, place)
        }
        (Shape::Enum { members, .. }, Value::Text(name)) => {
            let member = members.iter().find(|(member, _)| crate::name::same(member, name));
            let (_, number) = member.ok_or_else(|| EncodeError::NoMember(name.clone()))?;
            integer(*number, *number < 0, place)
        }
        (Shape::Array { element, .. }, Value::Text(text)) if element.size() == 1 && element.is_scalar() => {
            padded(text.as_bytes(), place)
        }
        (Shape::Array { element, count }, Value::Array(values)) => array(element, *count, values, place),
        (Shape::Struct { fields, .. }, Value::Struct(values)) => record(fields, values, place),
        (_, Value::Bytes(bytes)) if bytes.len() == place.len() => {
            place.copy_from_slice(bytes);
            Ok(())
        }
        (_, Value::Bytes(bytes)) => Err(EncodeError::Length { given: bytes.len(), room: place.len() }),
        _ => Err(EncodeError::Kind { value: shown(value), wanted: kind(shape) }),
    }
}

fn kind(shape: &Shape) -> String {
    match shape {
        Shape::Int { bytes, .. } => format!("an integer of {} bits", bytes * 8),
        Shape::Char => "a character".into(),
        Shape::Bool { .. } => "a truth value".into(),
        Shape::Float { .. } => "something that userspace can store: it is a floating-point number".into(),
        Shape::Enum { .. } => "an enumerator".into(),
        Shape::Array { element, count } if element.size() == 1 => format!("an array of {count} bytes"),
        Shape::Array { count, .. } => format!("an array of {count} elements"),
        Shape::Struct { name, fields, .. } => {
            let name = if name.is_empty() { String::new() } else { format!(" `{name}`") };
            format!("a struct{name} ({})", names(fields))
        }
        Shape::Bytes { bytes } => format!("{bytes} bytes"),
    }
}

/// The fields' names, or the first of them.
fn names(fields: &[Field]) -> String {
    let mut names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).take(2 * SHOWN).collect();
    if fields.len() > names.len() {
        names.push("…");
    }
    names.join(", ")
}

/// How much of an array or a struct a message shows.
const SHOWN: usize = 4;

/// The value as it is written in Lisp, or its beginning.
fn shown(value: &Value) -> String {
    let many = |items: &mut dyn ExactSizeIterator<Item = String>| {
        let rest = if items.len() > SHOWN { " …" } else { "" };
        items.take(SHOWN).collect::<Vec<_>>().join(" ") + rest
    };
    match value {
        Value::Bool(flag) => if *flag { "t" } else { "nil" }.into(),
        Value::Array(items) | Value::PerCpu(items) => format!("#({})", many(&mut items.iter().map(shown))),
        Value::Struct(fields) => {
            let field =
                |(name, value): &(String, Value)| format!(":{} {}", name.replace('_', "-"), shown(value));
            format!("({})", many(&mut fields.iter().map(field)))
        }
        other => other.to_string(),
    }
}

fn integer(number: i128, signed: bool, place: &mut [u8]) -> Result<(), EncodeError> {
    let bytes = place.len();
    let range = EncodeError::Range { number, bits: bytes * 8, signed };
    if bytes == 0 || bytes > 16 {
        return Err(range);
    }
    let bits = (bytes * 8) as u32;
    let (least, most) = match signed {
        true => (i128::MIN >> (128 - bits), i128::MAX >> (128 - bits)),
        false => (0, 1i128.checked_shl(bits).map_or(i128::MAX, |limit| limit.wrapping_sub(1))),
    };
    if number < least || number > most {
        return Err(range);
    }
    let wide = number.to_ne_bytes();
    let at = if cfg!(target_endian = "big") { 16 - bytes } else { 0 };
    place.copy_from_slice(&wide[at..at + bytes]);
    Ok(())
}

/// Bytes, and zeroes behind them.
fn padded(bytes: &[u8], place: &mut [u8]) -> Result<(), EncodeError> {
    let room = place.len();
    let (own, rest) =
        place.split_at_mut_checked(bytes.len()).ok_or(EncodeError::Length { given: bytes.len(), room })?;
    own.copy_from_slice(bytes);
    rest.fill(0);
    Ok(())
}

fn array(element: &Shape, count: usize, values: &[Value], place: &mut [u8]) -> Result<(), EncodeError> {
    if values.len() > count {
        return Err(EncodeError::Length { given: values.len(), room: count });
    }
    let places = place.chunks_exact_mut(element.size().max(1));
    values.iter().zip(places).try_for_each(|(value, place)| write(element, value, place))
}

fn record(fields: &[Field], values: &[(String, Value)], place: &mut [u8]) -> Result<(), EncodeError> {
    for (name, value) in values {
        let field = fields.iter().find(|f| crate::name::same(&f.name, name));
        let field = field.ok_or_else(|| EncodeError::NoField(name.clone()))?;
        let (start, size) = (field.bit_offset / 8, field.shape.size());
        match (field.bit_width, place.get_mut(start..start.saturating_add(size))) {
            (0, Some(place)) => write(&field.shape, value, place),
            (0, None) => Ok(()),
            (width, _) => put_bits(place, field.bit_offset, width, value),
        }
        .map_err(|error| error.of_field(&field.name))?;
    }
    Ok(())
}

/// Bit-fields are set a bit at a time: they are rare, and may straddle bytes.
fn put_bits(whole: &mut [u8], offset: usize, width: usize, value: &Value) -> Result<(), EncodeError> {
    let kind = || EncodeError::Kind { value: shown(value), wanted: format!("an integer of {width} bits") };
    let number = value.as_int().ok_or_else(kind)?;
    let range = EncodeError::Range { number, bits: width, signed: number < 0 };
    let fits = |limit: i128| number >= -(limit >> 1) && number < limit;
    if !1i128.checked_shl(width as u32).is_some_and(fits) {
        return Err(range);
    }
    for bit in 0..width {
        let at = offset + if cfg!(target_endian = "big") { width - 1 - bit } else { bit };
        let mask = if cfg!(target_endian = "big") { 0x80 >> (at % 8) } else { 1 << (at % 8) };
        let Some(byte) = whole.get_mut(at / 8) else { return Err(range) };
        *byte = *byte & !mask | if number >> bit & 1 == 1 { mask } else { 0 };
    }
    Ok(())
}
