//! The types that every program needs, with their C names, and short ways to build the others.

use super::{
    Btf, Str, Type, TypeId,
    types::{Array, Linkage, Param, encoding},
};

/// The basic types. C's names, so that headers generated from the object are valid C.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names are the types")]
pub enum Basic {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    U128,
    I128,
    Bool,
    Char,
}

impl Basic {
    /// Every one of them, in the order of the enum.
    pub const ALL: [Self; 12] = [
        Self::U8,
        Self::I8,
        Self::U16,
        Self::I16,
        Self::U32,
        Self::I32,
        Self::U64,
        Self::I64,
        Self::U128,
        Self::I128,
        Self::Bool,
        Self::Char,
    ];

    /// C name, bytes, encoding. A plain `char` is signed, as clang has it.
    const ROWS: [(&'static str, u32, u8); 12] = [
        ("unsigned char", 1, 0),
        ("signed char", 1, encoding::SIGNED),
        ("unsigned short", 2, 0),
        ("short", 2, encoding::SIGNED),
        ("unsigned int", 4, 0),
        ("int", 4, encoding::SIGNED),
        ("unsigned long long", 8, 0),
        ("long long", 8, encoding::SIGNED),
        ("unsigned __int128", 16, 0),
        ("__int128", 16, encoding::SIGNED),
        ("_Bool", 1, encoding::BOOL),
        ("char", 1, encoding::SIGNED),
    ];
}

impl Btf {
    /// The id of a basic type.
    pub fn basic(&mut self, basic: Basic) -> TypeId {
        let (name, size, encoding) = Basic::ROWS[basic as usize];
        let name = self.intern(name);
        self.add(Type::Int { name, size, bits: 8 * size as u8, offset: 0, encoding })
    }

    /// The type of array indices, under the name that clang gives it.
    pub fn index_type(&mut self) -> TypeId {
        let name = self.intern("__ARRAY_SIZE_TYPE__");
        self.add(Type::Int { name, size: 4, bits: 32, offset: 0, encoding: 0 })
    }

    /// `element[count]`.
    pub fn array(&mut self, element: TypeId, count: u32) -> TypeId {
        let index = self.index_type();
        self.add(Type::Array(Array { element, index, count }))
    }

    /// `*target`.
    pub fn ptr(&mut self, target: TypeId) -> TypeId {
        self.add(Type::Ptr(target))
    }

    /// A function prototype.
    pub fn func_proto(&mut self, returns: TypeId, params: &[(&str, TypeId)]) -> TypeId {
        let params = params.iter().map(|(name, ty)| Param { name: self.intern(name), ty: *ty }).collect();
        self.add(Type::FuncProto { returns, params })
    }

    /// A function.
    pub fn func(&mut self, name: &str, proto: TypeId, linkage: Linkage) -> TypeId {
        let name: Str = self.intern(name);
        self.add(Type::Func { name, proto, linkage })
    }

    /// A global variable.
    pub fn var(&mut self, name: &str, ty: TypeId, linkage: Linkage) -> TypeId {
        let name = self.intern(name);
        self.add(Type::Var { name, ty, linkage })
    }
}
