//! Types, interned: equal types have equal ids, so types are compared by id.

use std::collections::HashMap;

use bpfl_stdlib::catalog::kptr::tag;

use super::{
    MapId,
    kernel::{KernelId, KernelStruct},
    layout::Struct,
};
use crate::{
    arena::{Arena, Entity},
    entity,
    ir::Region,
};

entity! {
    /// A type.
    pub struct Ty "ty";
    /// A struct or union.
    pub struct StructId "struct";
}

/// What a type is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TypeKind {
    /// Of something that was reported already; fits everywhere, so that one mistake is one message.
    Error,
    /// Of an integer literal, or an `if` of literals, whose place has not yet said which it is.
    Literal,
    /// Of an expression that never gives a value, `(return …)`.
    Never,
    /// Of an expression done for its effect alone. Where a value is wanted it is `nil`.
    Nothing,
    /// Of comparisons: 0 or 1.
    Bool,
    /// An integer.
    Int(Int),
    /// A pointer.
    Ptr(Pointer),
    /// Elements of one type, `count` of them.
    Array {
        /// The elements' type.
        element: Ty,
        /// How many, at least one.
        count: u32,
    },
    /// A struct or union.
    Struct(StructId),
    /// One of the kernel's socket structs; only pointed to.
    Socket(Socket),
    /// One of the kernel's own structs; only pointed to.
    Kernel(KernelId),
    /// A map like the one that is defined so; only pointed to.
    Map(MapId),
    /// A pointer to one of the kernel's objects that a map's value keeps; only a field is that.
    Kptr(Kptr),
}

/// An enum: an integer in memory, of which some values have names.
///
/// Its type is not the integer's, so that the object says what the values are called; what is computed with
/// is the integer ([`Types::plain`]).
#[derive(Debug)]
pub struct Enum {
    /// Its name as the user writes it.
    pub name: String,
    /// Its name in C.
    pub c_name: String,
    /// What its values are.
    pub int: Int,
    /// The names in C of values, and those.
    pub members: Vec<(String, i128)>,
}

/// A pointer that a map's value keeps.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Kptr {
    /// The struct that it points to.
    pub of: KernelId,
    /// Whether the value owns a reference to it.
    pub owned: bool,
}

/// What a socket pointer may point to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Socket {
    /// A full socket: `PTR_TO_SOCKET`.
    Full,
    /// A socket of any kind, full or not: `PTR_TO_SOCK_COMMON`.
    Common,
    /// A TCP socket's own part: `PTR_TO_TCP_SOCK`.
    Tcp,
    /// No socket, but as much a struct of fields: the dissected headers, `PTR_TO_FLOW_KEYS`.
    FlowKeys,
    /// An AF_XDP socket: `PTR_TO_XDP_SOCK`.
    Xdp,
}

/// An integer type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Int {
    /// 8, 16, 32 or 64.
    pub bits: u8,
    /// Whether it is read as two's complement.
    pub signed: bool,
}

impl Int {
    /// The least value.
    pub fn min(self) -> i128 {
        if self.signed { -(1 << (self.bits - 1)) } else { 0 }
    }

    /// The greatest value.
    pub fn max(self) -> i128 {
        if self.signed { (1 << (self.bits - 1)) - 1 } else { (1 << self.bits) - 1 }
    }

    /// Whether every value of `other` is one of `self`.
    pub fn contains(self, other: Self) -> bool {
        self.min() <= other.min() && other.max() <= self.max()
    }

    /// What operands are computed at: at least 32 bits wide, of the same sign.
    pub fn widened(self) -> Self {
        Self { bits: self.bits.max(32), ..self }
    }

    /// The value that the low bits of `value` stand for.
    pub fn wrap(self, value: i128) -> i128 {
        let low = value & ((1 << self.bits) - 1);
        if self.signed && low > self.max() { low - (1 << self.bits) } else { low }
    }

    /// Whether a literal `value` may be written here: it fits the width read as signed or unsigned.
    pub fn admits(self, value: i128) -> bool {
        let widest = Self { signed: false, ..self };
        let least = Self { signed: true, ..self };
        (least.min()..=widest.max()).contains(&value)
    }
}

/// A pointer type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Pointer {
    /// What it points to.
    pub pointee: Ty,
    /// What kind of memory that is in.
    pub region: Region,
    /// Whether its value may be null.
    pub nullable: bool,
}

/// All types of a compilation.
pub struct Types {
    kinds: Arena<Ty, TypeKind>,
    ids: HashMap<TypeKind, Ty>,
    enums: HashMap<Ty, Enum>,
    /// The structs and unions, in the order of their definitions.
    pub structs: Arena<StructId, Struct>,
    /// The kernel's own structs that are named.
    pub kernel: Arena<KernelId, KernelStruct>,
}

macro_rules! fixed_types {
    ($($name:ident = $kind:expr;)+) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Fixed { $($name),+ }
        impl Ty {
            $(#[doc = concat!("`", stringify!($name), "`")] pub const $name: Self = Self(Fixed::$name as u32);)+
        }
        const FIXED: &[TypeKind] = &[$($kind),+];
    };
}

fixed_types! {
    ERROR = TypeKind::Error;
    LITERAL = TypeKind::Literal;
    NEVER = TypeKind::Never;
    NOTHING = TypeKind::Nothing;
    BOOL = TypeKind::Bool;
    U8 = TypeKind::Int(Int { bits: 8, signed: false });
    U16 = TypeKind::Int(Int { bits: 16, signed: false });
    U32 = TypeKind::Int(Int { bits: 32, signed: false });
    U64 = TypeKind::Int(Int { bits: 64, signed: false });
    I8 = TypeKind::Int(Int { bits: 8, signed: true });
    I16 = TypeKind::Int(Int { bits: 16, signed: true });
    I32 = TypeKind::Int(Int { bits: 32, signed: true });
    I64 = TypeKind::Int(Int { bits: 64, signed: true });
}

/// The scalar types' names, with the accepted spellings of the signed ones.
const NAMES: &[(&str, Ty)] = &[
    ("u8", Ty::U8),
    ("u16", Ty::U16),
    ("u32", Ty::U32),
    ("u64", Ty::U64),
    ("i8", Ty::I8),
    ("i16", Ty::I16),
    ("i32", Ty::I32),
    ("i64", Ty::I64),
    ("s8", Ty::I8),
    ("s16", Ty::I16),
    ("s32", Ty::I32),
    ("s64", Ty::I64),
    ("bool", Ty::BOOL),
];

impl Types {
    /// The scalar types.
    pub fn new() -> Self {
        let mut types = Self {
            kinds: Arena::new(),
            ids: HashMap::new(),
            enums: HashMap::new(),
            structs: Arena::new(),
            kernel: Arena::new(),
        };
        FIXED.iter().for_each(|kind| {
            types.intern(*kind);
        });
        types
    }

    /// The id of `kind`.
    pub fn intern(&mut self, kind: TypeKind) -> Ty {
        let Self { kinds, ids, .. } = self;
        *ids.entry(kind).or_insert_with(|| kinds.push(kind))
    }

    /// The type of an enum's values in memory.
    pub fn define_enum(&mut self, of: Enum) -> Ty {
        let ty = self.kinds.push(TypeKind::Int(of.int));
        self.enums.insert(ty, of);
        ty
    }

    /// The enum that `ty` is, if it is one.
    pub fn as_enum(&self, ty: Ty) -> Option<&Enum> {
        self.enums.get(&ty)
    }

    /// The type that values of `ty` are computed with: of an enum, its integer.
    pub fn plain(&self, ty: Ty) -> Ty {
        let int = self.as_enum(ty).map(|of| TypeKind::Int(of.int));
        int.and_then(|int| self.ids.get(&int)).copied().unwrap_or(ty)
    }

    /// What `ty` is; an enum is an integer.
    pub fn get(&self, ty: Ty) -> TypeKind {
        self.kinds[ty]
    }

    /// The pointer type.
    pub fn pointer(&mut self, pointee: Ty, region: Region, nullable: bool) -> Ty {
        self.intern(TypeKind::Ptr(Pointer { pointee, region, nullable }))
    }

    /// An integer type's id.
    pub fn int(&mut self, int: Int) -> Ty {
        self.intern(TypeKind::Int(int))
    }

    /// `size` bytes as a type: an unsigned integer where there is one of that size, else an array.
    pub fn of_size(&mut self, size: u32) -> Ty {
        match size {
            1 => Ty::U8,
            2 => Ty::U16,
            4 => Ty::U32,
            8 => Ty::U64,
            count => self.intern(TypeKind::Array { element: Ty::U8, count }),
        }
    }

    /// The integer that values of `ty` are, if they are: a bool counts as a `u8`.
    pub fn as_int(&self, ty: Ty) -> Option<Int> {
        match self.get(ty) {
            TypeKind::Int(int) => Some(int),
            TypeKind::Bool => Some(Int { bits: 8, signed: false }),
            _ => None,
        }
    }

    /// The pointer that values of `ty` are, if they are.
    pub fn as_pointer(&self, ty: Ty) -> Option<Pointer> {
        match self.get(ty) {
            TypeKind::Ptr(pointer) => Some(pointer),
            _ => None,
        }
    }

    /// Whether values of `ty` are computed with as pointers to them: arrays and structs.
    pub fn is_aggregate(&self, ty: Ty) -> bool {
        matches!(self.get(ty), TypeKind::Array { .. } | TypeKind::Struct(_) | TypeKind::Kernel(_))
    }

    /// Bytes in memory. 0 for types that have no place in memory.
    pub fn size(&self, ty: Ty) -> u32 {
        match self.get(ty) {
            TypeKind::Bool => 1,
            TypeKind::Int(int) => u32::from(int.bits) / 8,
            TypeKind::Ptr(_) | TypeKind::Kptr(_) => 8,
            TypeKind::Array { element, count } => self.size(element).saturating_mul(count),
            TypeKind::Struct(id) => self.structs[id].size,
            TypeKind::Kernel(id) => self.kernel[id].size,
            _ => 0,
        }
    }

    /// Alignment in memory, in bytes.
    pub fn align(&self, ty: Ty) -> u32 {
        match self.get(ty) {
            TypeKind::Array { element, .. } => self.align(element),
            TypeKind::Struct(id) => self.structs[id].align,
            _ => self.size(ty).max(1),
        }
    }

    /// The scalar type called `name`, in lower case.
    pub fn named(name: &str) -> Option<Ty> {
        NAMES.iter().find(|(n, _)| *n == name).map(|(_, ty)| *ty)
    }

    /// The names of all scalar types.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// The type as the user writes it.
    pub fn display(&self, ty: Ty) -> String {
        match self.get(ty) {
            TypeKind::Error => "unknown".into(),
            TypeKind::Literal => "a literal".into(),
            TypeKind::Never => "never".into(),
            TypeKind::Nothing => "nothing".into(),
            TypeKind::Bool => "bool".into(),
            TypeKind::Int(_) if let Some(of) = self.as_enum(ty) => of.name.clone(),
            TypeKind::Int(int) => format!("{}{}", if int.signed { 'i' } else { 'u' }, int.bits),
            TypeKind::Array { element, count } => format!("(array {} {count})", self.display(element)),
            TypeKind::Struct(id) => self.structs[id].name.clone(),
            TypeKind::Kernel(id) if self.kernel[id].name.is_empty() => "an unnamed kernel struct".into(),
            TypeKind::Kernel(id) => self.kernel[id].name.clone(),
            TypeKind::Map(_) => "map".into(),
            TypeKind::Kptr(Kptr { of, owned }) => {
                format!("({} {})", tag(owned).replace('_', "-"), self.kernel[of].name)
            }
            TypeKind::Socket(Socket::Tcp) => "bpf-tcp-sock".into(),
            TypeKind::Socket(Socket::FlowKeys) => "bpf-flow-keys".into(),
            TypeKind::Socket(Socket::Xdp) => "bpf-xdp-sock".into(),
            TypeKind::Socket(_) => "bpf-sock".into(),
            TypeKind::Ptr(Pointer { region: Region::Packet, pointee: Ty::U8, .. }) => "packet".into(),
            TypeKind::Ptr(Pointer { region: Region::PacketMeta, .. }) => "packet-meta".into(),
            TypeKind::Ptr(Pointer { region: Region::PacketEnd, .. }) => "packet-end".into(),
            TypeKind::Ptr(Pointer { region: Region::Ctx, .. }) => "ctx".into(),
            TypeKind::Ptr(p) if p.region == Region::Map => "a map".into(),
            TypeKind::Ptr(p) if p.nullable => format!("(nullable (ptr {}))", self.display(p.pointee)),
            TypeKind::Ptr(p) => format!("(ptr {})", self.display(p.pointee)),
        }
    }
}

impl Default for Types {
    fn default() -> Self {
        Self::new()
    }
}

impl Ty {
    /// The position among all types, for side tables.
    pub fn position(self) -> usize {
        self.index()
    }
}
