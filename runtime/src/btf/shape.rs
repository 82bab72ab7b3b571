//! Shapes: what a reader of memory needs to know of a type, with names resolved and typedefs gone.
//!
//! A BTF type id goes in, a [`Shape`] comes out. Always holds: a shape is finite, its parts lie
//! within its size where the BTF is right, and equal types share one allocation.

use std::{collections::HashMap, sync::Arc};

use super::{Btf, BtfError, Kind, Member, Text, TypeId};

/// How bytes are to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An integer.
    Int {
        /// Its width in bytes.
        bytes: usize,
        /// Whether it is signed.
        signed: bool,
    },
    /// `true` or `false`.
    Bool {
        /// Its width in bytes.
        bytes: usize,
    },
    /// A character of text; arrays of it are strings.
    Char,
    /// A floating-point number.
    Float {
        /// Its width in bytes.
        bytes: usize,
    },
    /// A number of which some have names.
    Enum {
        /// Its width in bytes.
        bytes: usize,
        /// Whether it is signed.
        signed: bool,
        /// The names.
        members: Arc<[(String, i128)]>,
    },
    /// `count` of the same.
    Array {
        /// What it has.
        element: Arc<Self>,
        /// How many.
        count: usize,
    },
    /// Named parts; those of a union overlap.
    Struct {
        /// Its name; empty when it has none.
        name: String,
        /// Its size in bytes.
        bytes: usize,
        /// Its parts.
        fields: Vec<Field>,
    },
    /// Bytes of which no more is known.
    Bytes {
        /// How many.
        bytes: usize,
    },
}

/// A part of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name. The fields of anonymous structs and unions are those of the struct around them.
    pub name: String,
    /// Where it starts, in bits.
    pub bit_offset: usize,
    /// Its width in bits when it is a bit-field, else 0.
    pub bit_width: usize,
    /// How to read it.
    pub shape: Arc<Shape>,
}

impl Field {
    /// The same in what starts so many bits further on.
    fn moved(&self, bits: usize) -> Self {
        Self { bit_offset: bits + self.bit_offset, ..self.clone() }
    }

    /// Whether it has a bit that is also one of `other`'s.
    pub fn overlaps(&self, other: &Self) -> bool {
        let end = |field: &Self| match field.bit_width {
            0 => field.bit_offset + field.shape.size().saturating_mul(8),
            width => field.bit_offset + width,
        };
        self.bit_offset < end(other) && other.bit_offset < end(self)
    }
}

impl Shape {
    /// The size in bytes.
    pub fn size(&self) -> usize {
        match self {
            Self::Int { bytes, .. }
            | Self::Bool { bytes }
            | Self::Float { bytes }
            | Self::Enum { bytes, .. }
            | Self::Struct { bytes, .. }
            | Self::Bytes { bytes } => *bytes,
            Self::Char => 1,
            Self::Array { element, count } => element.size().saturating_mul(*count),
        }
    }

    /// Whether it is a single number, as against a struct, an array or bytes.
    pub fn is_scalar(&self) -> bool {
        !matches!(self, Self::Struct { .. } | Self::Array { .. } | Self::Bytes { .. })
    }

    /// Whether its parts are in one place, as a union's are.
    pub fn is_union(&self) -> bool {
        match self {
            Self::Struct { fields, .. } => {
                fields.len() > 1 && fields.iter().all(|field| field.bit_offset == 0)
            }
            _ => false,
        }
    }

    /// An unsigned integer of `bytes` bytes where there are such, else plain bytes: what a map
    /// without BTF is read as.
    pub fn of_size(bytes: usize) -> Self {
        match bytes {
            1 | 2 | 4 | 8 => Self::Int { bytes, signed: false },
            _ => Self::Bytes { bytes },
        }
    }
}

/// Makes shapes from one [`Btf`], each type once.
pub struct Shapes<'a> {
    btf: &'a Btf,
    known: HashMap<TypeId, Option<Arc<Shape>>>,
    depth: usize,
}

/// As many members as BTF gives a struct; in damaged BTF anonymous ones multiply.
const MOST_FIELDS: usize = 1 << 16;

/// No struct that a compiler lays out nests deeper; damaged BTF may.
const MAX_DEPTH: usize = 64;

impl<'a> Shapes<'a> {
    /// For the types of `btf`.
    pub fn new(btf: &'a Btf) -> Self {
        Self { btf, known: HashMap::new(), depth: 0 }
    }

    /// The shape of the type `id`.
    ///
    /// # Errors
    /// When a type does not exist or contains itself.
    pub fn get(&mut self, id: TypeId) -> Result<Arc<Shape>, BtfError> {
        match self.known.get(&id) {
            Some(Some(shape)) => return Ok(shape.clone()),
            Some(None) => return Err(BtfError::Cycle(id)),
            None if self.depth == MAX_DEPTH => return Err(BtfError::Cycle(id)),
            None => {}
        }
        self.known.insert(id, None);
        self.depth += 1;
        let shape = Arc::new(self.make(id)?);
        self.depth -= 1;
        self.known.insert(id, Some(shape.clone()));
        Ok(shape)
    }

    fn make(&mut self, id: TypeId) -> Result<Shape, BtfError> {
        let ty = self.btf.resolve(id)?;
        Ok(match &ty.kind {
            Kind::Int { boolean: true, bytes, .. } => Shape::Bool { bytes: *bytes as usize },
            // clang calls `char` a signed integer: only its name tells it from `signed char`.
            Kind::Int { bytes: 1, character, .. } if *character || ty.name == "char" => Shape::Char,
            Kind::Int { bytes, signed, .. } => Shape::Int { bytes: *bytes as usize, signed: *signed },
            Kind::Float { bytes } => Shape::Float { bytes: *bytes as usize },
            Kind::Pointer(_) => Shape::Int { bytes: 8, signed: false },
            Kind::Array { element, count } => {
                Shape::Array { element: self.get(*element)?, count: *count as usize }
            }
            Kind::Struct { bytes, members, .. } => Shape::Struct {
                name: ty.name.to_string(),
                bytes: *bytes as usize,
                fields: self.fields(members)?,
            },
            Kind::Enum { bytes, signed, members } => {
                Shape::Enum { bytes: *bytes as usize, signed: *signed, members: enumerators(members) }
            }
            _ => Shape::Bytes { bytes: 0 },
        })
    }

    /// The fields of a struct; those of an anonymous struct or union in it are its own, as in C.
    fn fields(&mut self, members: &[Member]) -> Result<Vec<Field>, BtfError> {
        let mut fields = Vec::with_capacity(members.len());
        for member in members {
            let field = self.field(member)?;
            match &*field.shape {
                Shape::Struct { fields: inner, .. }
                    if field.name.is_empty() && fields.len() + inner.len() <= MOST_FIELDS =>
                {
                    fields.extend(inner.iter().map(|inner| inner.moved(field.bit_offset)));
                }
                _ => fields.push(field),
            }
        }
        Ok(fields)
    }

    fn field(&mut self, member: &Member) -> Result<Field, BtfError> {
        Ok(Field {
            name: member.name.to_string(),
            bit_offset: member.bit_offset as usize,
            bit_width: member.bit_width as usize,
            shape: self.get(member.ty)?,
        })
    }
}

fn enumerators(members: &[(Text, i128)]) -> Arc<[(String, i128)]> {
    members.iter().map(|(name, value)| (name.to_string(), *value)).collect()
}
