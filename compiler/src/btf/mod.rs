//! BTF, the kernel's type information: types go in as [`Type`]s, [`Btf::to_bytes`] makes the
//! `.BTF` section of them, [`ext::Ext`] the `.BTF.ext` section, [`read`] types of bytes, and
//! [`view::View`] one type of many.
//!
//! What always holds: id 0 is `void`; equal types added have one id; strings are stored once; the
//! bytes depend only on what was added in which order. Source: Documentation/bpf/btf.rst and
//! include/uapi/linux/btf.h.

pub mod basic;
mod error;
pub mod ext;
pub mod map;
pub mod read;
mod strings;
pub mod types;
pub mod view;
mod wire;

use std::collections::HashMap;

use crate::arena::Arena;
pub use error::Error;
pub use strings::Str;
pub use types::{Type, TypeId};

/// A set of types and strings.
#[derive(Clone, Debug)]
pub struct Btf {
    types: Arena<TypeId, Type>,
    ids: HashMap<Type, TypeId>,
    strings: strings::Strings,
}

impl Default for Btf {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for Btf {
    fn eq(&self, other: &Self) -> bool {
        self.types == other.types && self.strings == other.strings
    }
}

impl Btf {
    /// Only `void`.
    pub fn new() -> Self {
        let void = Arena::from_iter([Type::Void]);
        Self { types: void, ids: HashMap::from([(Type::Void, TypeId::VOID)]), strings: Default::default() }
    }

    /// The id of `ty`, which is added unless an equal type was.
    ///
    /// A set that was [read](read::parse) does not look among the types that came from bytes.
    pub fn add(&mut self, ty: Type) -> TypeId {
        if let Some(id) = self.ids.get(&ty) {
            return *id;
        }
        let id = self.types.push(ty.clone());
        self.ids.insert(ty, id);
        id
    }

    /// A new id for a type that refers to itself, to be given to [`Self::define`] when known.
    /// Until then it is an empty struct.
    pub fn declare(&mut self, name: &str) -> TypeId {
        let name = self.intern(name);
        self.types.push(Type::Struct(types::Composite { name, ..Default::default() }))
    }

    /// Says what a [declared](Self::declare) type is. An id of another set is ignored.
    pub fn define(&mut self, id: TypeId, ty: Type) {
        if self.types.get(id).is_some() {
            self.types[id] = ty.clone();
            self.ids.entry(ty).or_insert(id);
        }
    }

    /// The string's place in the string section. It ends at its first zero byte, if it has one.
    pub fn intern(&mut self, text: &str) -> Str {
        self.strings.intern(text)
    }

    /// The text of a string; empty when there is none at that place.
    pub fn str(&self, at: Str) -> &str {
        self.strings.get(at).unwrap_or("")
    }

    /// The type with this id.
    pub fn get(&self, id: TypeId) -> Option<&Type> {
        self.types.get(id)
    }

    /// The name of a type; empty for those that have none.
    pub fn name(&self, id: TypeId) -> &str {
        self.get(id).map_or("", |ty| self.str(ty.name()))
    }

    /// All types with their ids, `void` first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (TypeId, &Type)> {
        self.types.iter()
    }

    /// How many types there are, `void` included.
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// Never: there is always `void`.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// The first type of this name that `wanted` accepts.
    pub fn find(&self, name: &str, wanted: impl Fn(&Type) -> bool) -> Option<TypeId> {
        self.iter().find(|(_, ty)| wanted(ty) && self.str(ty.name()) == name).map(|(id, _)| id)
    }

    /// The type behind typedefs, qualifiers and type tags. A cycle of them ends at `void`.
    pub fn resolve(&self, id: TypeId) -> TypeId {
        let mut at = id;
        for _ in 0..self.len() {
            match self.get(at).and_then(Type::modified) {
                Some(next) => at = next,
                None => return at,
            }
        }
        TypeId::VOID
    }

    /// The size of a type in bytes. `None` for what has none (void, functions, forward
    /// declarations), what is not there, and what is too large for 32 bits.
    pub fn size_of(&self, id: TypeId) -> Option<u32> {
        self.sized(id, 1, 32)
    }

    fn sized(&self, id: TypeId, count: u32, depth: u32) -> Option<u32> {
        let scaled = |size: u32| size.checked_mul(count);
        match self.get(self.resolve(id))? {
            Type::Ptr(_) => scaled(types::POINTER_SIZE),
            Type::Array(array) if depth > 0 => {
                self.sized(array.element, count.checked_mul(array.count)?, depth - 1)
            }
            Type::Var { ty, .. } if depth > 0 => self.sized(*ty, count, depth - 1),
            other => scaled(other.stated_size()?),
        }
    }

    /// The bytes of the `.BTF` section. Fails when a limit of the format is exceeded.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        self.check_limits()?;
        let words = self.types.values().flat_map(wire::encode);
        let types: Vec<u8> = words.flat_map(u32::to_le_bytes).collect();
        Ok(wire::section(&types, self.strings.bytes()))
    }

    fn check_limits(&self) -> Result<(), Error> {
        let count = self.types.len();
        if count > wire::MAX_TYPES + 1 {
            return Err(Error::TooManyTypes(count));
        }
        if self.strings.bytes().len() > wire::MAX_STRINGS {
            return Err(Error::TooManyStrings(self.strings.bytes().len()));
        }
        match self.types.values().find(|ty| wire::parts(ty) > wire::MAX_PARTS) {
            Some(ty) => {
                let name = self.str(ty.name()).to_owned();
                Err(Error::TooManyParts { name, count: wire::parts(ty) })
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{basic::Basic, types::*, *};

    #[test]
    fn equal_types_and_strings_are_one() {
        let mut btf = Btf::new();
        let first = btf.basic(Basic::U32);
        assert_eq!(btf.basic(Basic::U32), first);
        assert_ne!(btf.basic(Basic::I32), first);
        assert_eq!(btf.intern("unsigned int"), btf.intern("unsigned int"));
        assert_eq!(btf.name(first), "unsigned int");
        assert_eq!(btf.add(Type::Void), TypeId::VOID);
    }

    #[test]
    fn sizes_follow_names_and_arrays() {
        let mut btf = Btf::new();
        let element = btf.basic(Basic::U16);
        let name = btf.intern("port");
        let target = btf.array(element, 5);
        let named = btf.add(Type::Typedef { name, target });
        let pointers = btf.ptr(named);
        let pointers = btf.array(pointers, 3);
        assert_eq!((btf.size_of(named), btf.size_of(pointers)), (Some(10), Some(24)));
        assert_eq!(btf.size_of(TypeId::VOID), None);
        let huge = btf.array(pointers, u32::MAX);
        assert_eq!(btf.size_of(huge), None);
    }

    #[test]
    fn a_struct_may_point_to_itself() {
        let mut btf = Btf::new();
        let list = btf.declare("list");
        let next = Member { name: btf.intern("next"), ty: btf.ptr(list), offset: 0, bits: 0 };
        let name = btf.intern("list");
        let whole = Composite { name, size: 8, bit_fields: false, members: vec![next] };
        btf.define(list, Type::Struct(whole.clone()));
        assert_eq!(btf.add(Type::Struct(whole)), list);
        let read = btf.to_bytes().and_then(|bytes| read::parse(&bytes));
        assert_eq!(read.as_ref(), Ok(&btf));
    }

    #[test]
    fn a_cycle_of_names_has_no_size() {
        let mut btf = Btf::new();
        let id = btf.declare("loop");
        btf.define(id, Type::Const(id));
        assert_eq!((btf.resolve(id), btf.size_of(id)), (TypeId::VOID, None));
    }
}
