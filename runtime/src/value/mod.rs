//! Values: what the bytes of a map's key or value mean.
//!
//! [`decode`] takes bytes and a [`Shape`](crate::btf::shape::Shape) and gives a [`Value`];
//! [`encode`] goes the other way and never truncates.

mod decode;
mod encode;
mod order;

use std::fmt;

pub use decode::decode;
pub use encode::{EncodeError, encode};

/// What a key or a value of a map holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// An integer of any width and sign.
    Int(i128),
    /// `true` or `false`.
    Bool(bool),
    /// A floating-point number.
    Float(f64),
    /// An enumerator; the name is missing when the number has none.
    Enum {
        /// The number.
        number: i128,
        /// Its name.
        name: Option<String>,
    },
    /// An array of characters, up to its first NUL.
    Text(String),
    /// An array.
    Array(Vec<Self>),
    /// A struct: each field's name and value, in the order of declaration.
    Struct(Vec<(String, Self)>),
    /// A per-CPU value: one for each possible CPU.
    PerCpu(Vec<Self>),
    /// Bytes without a type.
    Bytes(Vec<u8>),
}

impl Value {
    /// The field called `name` of a struct, where `-` and `_` are alike.
    pub fn field(&self, name: &str) -> Option<&Self> {
        let Self::Struct(fields) = self else { return None };
        fields.iter().find(|(field, _)| crate::name::same(field, name)).map(|(_, value)| value)
    }

    /// The integer that it is; an enumerator's number, and the sum of a per-CPU counter.
    pub fn as_int(&self) -> Option<i128> {
        match self {
            Self::Int(number) | Self::Enum { number, .. } => Some(*number),
            Self::Bool(flag) => Some(i128::from(*flag)),
            Self::PerCpu(each) => each.iter().map(Self::as_int).sum(),
            _ => None,
        }
    }

    /// Whether all of it is zero, which is what an array's entry is before anything was stored.
    pub fn is_zero(&self) -> bool {
        match self {
            Self::Int(number) | Self::Enum { number, .. } => *number == 0,
            Self::Bool(flag) => !flag,
            Self::Float(number) => *number == 0.0,
            Self::Text(text) => text.is_empty(),
            Self::Array(each) | Self::PerCpu(each) => each.iter().all(Self::is_zero),
            Self::Struct(fields) => fields.iter().all(|(_, value)| value.is_zero()),
            Self::Bytes(bytes) => bytes.iter().all(|byte| *byte == 0),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) | Self::Enum { number, name: None } => write!(f, "{number}"),
            Self::Bool(flag) => write!(f, "{flag}"),
            Self::Float(number) => write!(f, "{number}"),
            Self::Enum { name: Some(name), .. } => f.write_str(name),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Array(each) => list(f, "[", each, "]"),
            Self::Struct(fields) => write_struct(f, fields),
            Self::PerCpu(each) => per_cpu(f, self.as_int(), each),
            Self::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, open: &str, each: &[Value], close: &str) -> fmt::Result {
    f.write_str(open)?;
    for (i, value) in each.iter().enumerate() {
        let gap = if i == 0 { "" } else { " " };
        write!(f, "{gap}{value}")?;
    }
    f.write_str(close)
}

fn write_struct(f: &mut fmt::Formatter<'_>, fields: &[(String, Value)]) -> fmt::Result {
    f.write_str("{")?;
    for (i, (name, value)) in fields.iter().enumerate() {
        let gap = if i == 0 { "" } else { ", " };
        let equals = if name.is_empty() { "" } else { "=" };
        write!(f, "{gap}{name}{equals}{value}")?;
    }
    f.write_str("}")
}

fn per_cpu(f: &mut fmt::Formatter<'_>, sum: Option<i128>, each: &[Value]) -> fmt::Result {
    match sum {
        Some(sum) => write!(f, "{sum} ").and_then(|()| list(f, "(per CPU: ", each, ")")),
        None => list(f, "(per CPU: ", each, ")"),
    }
}

#[cfg(test)]
mod tests;
