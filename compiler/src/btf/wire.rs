//! One type as 32-bit words, both ways, and the section around them.
//!
//! A type is three words (name, kind with flag and count, size or type) and, by its kind, a fixed
//! number of words and some for each part. [`LENGTHS`] says how many; all else follows from it.

use super::{
    Error, Str, TypeId,
    types::{Array, Composite, Enum, Linkage, Member, Param, SecVar, Type},
};

/// `BTF_MAGIC`.
pub const MAGIC: u16 = 0xeb9f;
/// `BTF_VERSION`.
pub const VERSION: u8 = 1;
/// Bytes of the header: what `hdr_len` says.
pub const HEADER: usize = 24;
/// `BTF_MAX_VLEN`, the most parts of a type.
pub const MAX_PARTS: usize = 0xffff;
/// `BTF_MAX_NAME_OFFSET`, the most bytes of strings.
pub const MAX_STRINGS: usize = 0xff_ffff;
/// `BTF_MAX_TYPE`, the highest id.
pub const MAX_TYPES: usize = 0xf_ffff;

/// By kind: the words after the first three that are always there, and those for each part.
const LENGTHS: [Option<(usize, usize)>; 20] = [
    None,
    Some((1, 0)), // INT
    Some((0, 0)), // PTR
    Some((3, 0)), // ARRAY
    Some((0, 3)), // STRUCT
    Some((0, 3)), // UNION
    Some((0, 2)), // ENUM
    Some((0, 0)), // FWD
    Some((0, 0)), // TYPEDEF
    Some((0, 0)), // VOLATILE
    Some((0, 0)), // CONST
    Some((0, 0)), // RESTRICT
    Some((0, 0)), // FUNC, whose count is the linkage
    Some((0, 2)), // FUNC_PROTO
    Some((1, 0)), // VAR
    Some((0, 3)), // DATASEC
    Some((0, 0)), // FLOAT
    Some((1, 0)), // DECL_TAG
    Some((0, 0)), // TYPE_TAG
    Some((0, 3)), // ENUM64
];

/// The second word: kind, count and flag.
#[derive(Clone, Copy)]
pub(super) struct Info(pub u32);

impl Info {
    fn new(kind: u32, count: usize, flag: bool) -> Self {
        Self(kind << 24 | count.min(MAX_PARTS) as u32 | u32::from(flag) << 31)
    }

    pub(super) fn kind(self) -> u32 {
        self.0 >> 24 & 0x1f
    }

    fn count(self) -> usize {
        self.0 as usize & MAX_PARTS
    }

    fn flag(self) -> bool {
        self.0 >> 31 != 0
    }

    /// The words after the first three; `None` for an unknown kind.
    pub(super) fn tail(self) -> Option<usize> {
        let (fixed, each) = LENGTHS.get(self.kind() as usize).copied().flatten()?;
        Some(fixed + each * self.count())
    }
}

/// Header, types, strings.
pub(super) fn section(types: &[u8], strings: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER + types.len() + strings.len());
    out.extend(MAGIC.to_le_bytes());
    out.extend([VERSION, 0]);
    let (types_len, strings_len) = (types.len() as u32, strings.len() as u32);
    let words = [HEADER as u32, 0, types_len, types_len, strings_len];
    out.extend(words.into_iter().flat_map(u32::to_le_bytes));
    out.extend_from_slice(types);
    out.extend_from_slice(strings);
    out
}

fn words<T>(parts: &[T], each: impl Fn(&T) -> [u32; 3]) -> Vec<u32> {
    parts.iter().flat_map(each).collect()
}

fn pairs<T>(parts: &[T], each: impl Fn(&T) -> [u32; 2]) -> Vec<u32> {
    parts.iter().flat_map(each).collect()
}

/// The words of a type. `void` has none.
pub(super) fn encode(ty: &Type) -> Vec<u32> {
    let (info, third, tail) = match ty {
        Type::Void => return Vec::new(),
        Type::Int { size, bits, offset, encoding, .. } => {
            let word = u32::from(*encoding) << 24 | u32::from(*offset) << 16 | u32::from(*bits);
            (Info::new(1, 0, false), *size, vec![word])
        }
        Type::Ptr(target) => (Info::new(2, 0, false), target.number(), vec![]),
        Type::Array(a) => (Info::new(3, 0, false), 0, vec![a.element.number(), a.index.number(), a.count]),
        Type::Struct(c) => composite(4, c),
        Type::Union(c) => composite(5, c),
        Type::Enum(e) => {
            let tail = pairs(&e.values, |(name, value)| [name.0, *value as u32]);
            (Info::new(6, e.values.len(), e.signed), e.size, tail)
        }
        Type::Fwd { union, .. } => (Info::new(7, 0, *union), 0, vec![]),
        Type::Typedef { target, .. } => (Info::new(8, 0, false), target.number(), vec![]),
        Type::Volatile(target) => (Info::new(9, 0, false), target.number(), vec![]),
        Type::Const(target) => (Info::new(10, 0, false), target.number(), vec![]),
        Type::Restrict(target) => (Info::new(11, 0, false), target.number(), vec![]),
        Type::Func { proto, linkage, .. } => {
            (Info::new(12, *linkage as usize, false), proto.number(), vec![])
        }
        Type::FuncProto { returns, params } => {
            let tail = pairs(params, |p| [p.name.0, p.ty.number()]);
            (Info::new(13, params.len(), false), returns.number(), tail)
        }
        Type::Var { ty, linkage, .. } => (Info::new(14, 0, false), ty.number(), vec![*linkage as u32]),
        Type::DataSec { size, vars, .. } => {
            let tail = words(vars, |v| [v.var.number(), v.offset, v.size]);
            (Info::new(15, vars.len(), false), *size, tail)
        }
        Type::Float { size, .. } => (Info::new(16, 0, false), *size, vec![]),
        Type::DeclTag { target, component, attribute, .. } => {
            (Info::new(17, 0, *attribute), target.number(), vec![*component as u32])
        }
        Type::TypeTag { target, attribute, .. } => (Info::new(18, 0, *attribute), target.number(), vec![]),
        Type::Enum64(e) => {
            let tail = words(&e.values, |(name, value)| [name.0, *value as u32, (*value >> 32) as u32]);
            (Info::new(19, e.values.len(), e.signed), e.size, tail)
        }
    };
    [ty.name().0, info.0, third].into_iter().chain(tail).collect()
}

fn composite(kind: u32, c: &Composite) -> (Info, u32, Vec<u32>) {
    let offset = |m: &Member| if c.bit_fields { u32::from(m.bits) << 24 | m.offset } else { m.offset };
    let tail = words(&c.members, |m| [m.name.0, m.ty.number(), offset(m)]);
    (Info::new(kind, c.members.len(), c.bit_fields), c.size, tail)
}

/// How many parts the format has to count.
pub(super) fn parts(ty: &Type) -> usize {
    match ty {
        Type::Struct(c) | Type::Union(c) => c.members.len(),
        Type::Enum(e) | Type::Enum64(e) => e.values.len(),
        Type::FuncProto { params, .. } => params.len(),
        Type::DataSec { vars, .. } => vars.len(),
        _ => 0,
    }
}

/// Turns words into types, every name and id checked.
pub(super) struct Decoder {
    /// Bytes of the string section.
    pub strings: u32,
    /// How many ids there are, `void` included.
    pub types: u32,
}

impl Decoder {
    fn name(&self, at: u32) -> Result<Str, Error> {
        let name = Str(at);
        (at < self.strings).then_some(name).ok_or(Error::Name(at))
    }

    fn id(&self, id: u32) -> Result<TypeId, Error> {
        (id < self.types).then(|| TypeId::from_wire(id)).ok_or(Error::Reference(id))
    }

    fn linkage(&self, number: u32) -> Result<Linkage, Error> {
        Linkage::ALL.get(number as usize).copied().ok_or(Error::Linkage(number))
    }

    /// The type of `record`, which is as long as its [`Info`] says.
    pub(super) fn decode(&self, record: &[u32]) -> Result<Type, Error> {
        let &[name, info, third, ref tail @ ..] = record else { return Err(Error::Truncated) };
        let (info, name) = (Info(info), self.name(name)?);
        let (flag, first) = (info.flag(), tail.first().copied().unwrap_or(0));
        Ok(match info.kind() {
            1 => Type::Int {
                name,
                size: third,
                bits: first as u8,
                offset: (first >> 16) as u8,
                encoding: (first >> 24) as u8,
            },
            2 => Type::Ptr(self.id(third)?),
            3 => Type::Array(self.array(tail)?),
            4 => Type::Struct(self.composite(name, third, flag, tail)?),
            5 => Type::Union(self.composite(name, third, flag, tail)?),
            6 => Type::Enum(Enum { name, size: third, signed: flag, values: self.values(tail, flag)? }),
            7 => Type::Fwd { name, union: flag },
            8 => Type::Typedef { name, target: self.id(third)? },
            9 => Type::Volatile(self.id(third)?),
            10 => Type::Const(self.id(third)?),
            11 => Type::Restrict(self.id(third)?),
            12 => Type::Func { name, proto: self.id(third)?, linkage: self.linkage(info.count() as u32)? },
            13 => Type::FuncProto { returns: self.id(third)?, params: self.params(tail)? },
            14 => Type::Var { name, ty: self.id(third)?, linkage: self.linkage(first)? },
            15 => Type::DataSec { name, size: third, vars: self.vars(tail)? },
            16 => Type::Float { name, size: third },
            17 => Type::DeclTag { name, target: self.id(third)?, component: first as i32, attribute: flag },
            18 => Type::TypeTag { name, target: self.id(third)?, attribute: flag },
            19 => Type::Enum64(Enum { name, size: third, signed: flag, values: self.values64(tail)? }),
            kind => return Err(Error::Kind(kind)),
        })
    }

    fn array(&self, tail: &[u32]) -> Result<Array, Error> {
        let &[element, index, count] = tail else { return Err(Error::Truncated) };
        Ok(Array { element: self.id(element)?, index: self.id(index)?, count })
    }

    fn composite(&self, name: Str, size: u32, flag: bool, tail: &[u32]) -> Result<Composite, Error> {
        let member = |&[name, ty, offset]: &[u32; 3]| {
            let (offset, bits) = if flag { (offset & 0xff_ffff, (offset >> 24) as u8) } else { (offset, 0) };
            Ok(Member { name: self.name(name)?, ty: self.id(ty)?, offset, bits })
        };
        let members = tail.as_chunks().0.iter().map(member).collect::<Result<_, Error>>()?;
        Ok(Composite { name, size, bit_fields: flag, members })
    }

    fn values(&self, tail: &[u32], signed: bool) -> Result<Vec<(Str, i64)>, Error> {
        let widen = |v: u32| if signed { i64::from(v as i32) } else { i64::from(v) };
        tail.as_chunks().0.iter().map(|&[name, value]| Ok((self.name(name)?, widen(value)))).collect()
    }

    fn values64(&self, tail: &[u32]) -> Result<Vec<(Str, i64)>, Error> {
        let wide = |low: u32, high: u32| (u64::from(high) << 32 | u64::from(low)) as i64;
        tail.as_chunks().0.iter().map(|&[name, low, high]| Ok((self.name(name)?, wide(low, high)))).collect()
    }

    fn params(&self, tail: &[u32]) -> Result<Vec<Param>, Error> {
        let param = |&[name, ty]: &[u32; 2]| Ok(Param { name: self.name(name)?, ty: self.id(ty)? });
        tail.as_chunks().0.iter().map(param).collect()
    }

    fn vars(&self, tail: &[u32]) -> Result<Vec<SecVar>, Error> {
        let var = |&[var, offset, size]: &[u32; 3]| Ok(SecVar { var: self.id(var)?, offset, size });
        tail.as_chunks().0.iter().map(var).collect()
    }
}
