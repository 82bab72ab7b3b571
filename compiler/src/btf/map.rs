//! Map definitions as libbpf reads them: a struct whose members' types say what the map is.
//!
//! A number `n` is a pointer to an array of `n` elements; key and value are pointers to their
//! types; what a map of maps or of programs holds is an array member without length at the end.
//! Source: `parse_btf_map_def` in libbpf.c, bpf_helpers.h.

use super::{
    Btf, Str, Type, TypeId,
    basic::Basic,
    types::{Composite, Enum, Member, POINTER_SIZE},
};

/// The numbers of the map types that hold other objects (include/uapi/linux/bpf.h).
const PROG_ARRAY: u32 = 3;

/// The largest array of 4-byte elements whose size has 32 bits; the kernel refuses larger ones.
const MAX_WIDE_ELEMENTS: u32 = u32::MAX / 4;

/// What a map's key or value is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Shape {
    /// The map has none.
    #[default]
    None,
    /// So many bytes, without a type.
    Size(u32),
    /// A type.
    Type(TypeId),
}

/// A map's definition. A 0 is left out; the kernel takes it for the default.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct MapDef {
    /// `enum bpf_map_type`.
    pub kind: u32,
    /// The key.
    pub key: Shape,
    /// The value. Leave it out where `inner` is given.
    pub value: Shape,
    /// The most entries; for a ring buffer bytes.
    pub max_entries: u32,
    /// `BPF_F_…`.
    pub map_flags: u32,
    /// What the kind defines it to be.
    pub map_extra: u64,
    /// 1 (`LIBBPF_PIN_BY_NAME`) or 0.
    pub pinning: u32,
    /// The maps that a map of maps holds. They can be neither pinned nor maps of maps.
    pub inner: Option<Box<MapDef>>,
    /// Whether a slot of a map of maps or of programs gets its first entry by relocation.
    pub initialised: bool,
}

impl Btf {
    /// The anonymous struct that defines a map.
    pub fn map_struct(&mut self, def: &MapDef) -> TypeId {
        let mut fields = vec![("type", self.number(def.kind))];
        for (names, shape) in [(["key", "key_size"], def.key), (["value", "value_size"], def.value)] {
            fields.extend(self.shape(names, shape));
        }
        let numbers =
            [("max_entries", def.max_entries), ("map_flags", def.map_flags), ("pinning", def.pinning)];
        for (name, value) in numbers.into_iter().filter(|(_, value)| *value != 0) {
            fields.push((name, self.number(value)));
        }
        if def.map_extra != 0 {
            fields.push(("map_extra", self.long(def.map_extra)));
        }
        fields.extend(self.held(def).map(|ty| ("values", ty)));
        self.map_members(&fields)
    }

    /// A struct of one pointer after the other.
    fn map_members(&mut self, fields: &[(&str, TypeId)]) -> TypeId {
        let mut size = 0;
        let mut members = Vec::new();
        for (name, ty) in fields {
            let name = self.intern(name);
            members.push(Member { name, ty: *ty, offset: 8 * size, bits: 0 });
            size += self.size_of(*ty).unwrap_or(POINTER_SIZE);
        }
        self.add(Type::Struct(Composite { name: Str::default(), size, bit_fields: false, members }))
    }

    fn shape(&mut self, [typed, sized]: [&'static str; 2], shape: Shape) -> Option<(&'static str, TypeId)> {
        match shape {
            Shape::None => None,
            Shape::Size(size) => Some((sized, self.number(size))),
            Shape::Type(ty) => Some((typed, self.ptr(ty))),
        }
    }

    fn number(&mut self, value: u32) -> TypeId {
        let element = self.basic(if value > MAX_WIDE_ELEMENTS { Basic::U8 } else { Basic::I32 });
        let array = self.array(element, value);
        self.ptr(array)
    }

    /// 64 bits: as a number where they fit, which every loader reads, else as libbpf's `__ulong`.
    fn long(&mut self, value: u64) -> TypeId {
        if let Ok(value) = u32::try_from(value) {
            return self.number(value);
        }
        let values = vec![(self.intern("__bpfl_map_extra"), value as i64)];
        self.add(Type::Enum64(Enum { name: Str::default(), size: 8, signed: false, values }))
    }

    /// The type of the `values` member.
    fn held(&mut self, def: &MapDef) -> Option<TypeId> {
        let target = match &def.inner {
            Some(inner) => self.map_struct(inner),
            None if def.initialised && def.kind == PROG_ARRAY => self.func_proto(TypeId::VOID, &[]),
            None => return None,
        };
        let pointer = self.ptr(target);
        Some(self.array(pointer, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(btf: &Btf, id: TypeId) -> Vec<String> {
        match btf.get(id) {
            Some(Type::Struct(c)) => c.members.iter().map(|m| btf.str(m.name).to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn only_what_is_given_is_a_member() {
        let mut btf = Btf::new();
        let key = Shape::Type(btf.basic(Basic::U32));
        let def = MapDef { kind: 2, key, value: Shape::Size(8), max_entries: 1, ..Default::default() };
        let id = btf.map_struct(&def);
        assert_eq!(members(&btf, id), ["type", "key", "value_size", "max_entries"]);
        assert_eq!(btf.size_of(id), Some(32));
    }

    #[test]
    fn values_come_last_and_take_no_space() {
        let mut btf = Btf::new();
        let inner = MapDef { kind: 2, key: Shape::Size(4), value: Shape::Size(4), ..Default::default() };
        let def = MapDef { kind: 12, map_extra: 1 << 40, inner: Some(Box::new(inner)), ..Default::default() };
        let id = btf.map_struct(&def);
        assert_eq!(members(&btf, id), ["type", "map_extra", "values"]);
        assert_eq!(btf.size_of(id), Some(16));
    }

    #[test]
    fn large_numbers_are_arrays_that_the_kernel_accepts() {
        let mut btf = Btf::new();
        let pointer = btf.number(u32::MAX);
        let Some(Type::Ptr(array)) = btf.get(pointer).cloned() else { panic!("no pointer") };
        assert_eq!(btf.size_of(array), Some(u32::MAX));
    }
}
