//! The kernel's BTF, of which a program uses a handful of types out of a hundred thousand: an index
//! of where each type is, and types decoded as they are asked for.
//!
//! Any bytes give a [`View`] or an [`Error`]; a type that is damaged is as good as absent.

use super::{
    Error, Str, Type, TypeId,
    read::Header,
    types::{Enum, POINTER_SIZE, Param},
    wire::{Decoder, Info},
};

/// BTF bytes, and where in them each type is.
#[derive(Clone, Debug)]
pub struct View {
    bytes: Vec<u8>,
    /// Byte offsets of the types from id 1 on, and the end of the last one.
    starts: Vec<u32>,
    /// Where the strings start and end.
    strings: std::ops::Range<usize>,
}

impl View {
    /// Indexes a `.BTF` section or `/sys/kernel/btf/vmlinux`.
    pub fn new(bytes: Vec<u8>) -> Result<Self, Error> {
        let header = Header::parse(&bytes)?;
        let strings = header.range(header.strings, header.strings_len);
        let types = header.range(header.types, header.types_len);
        if bytes.len() < strings.end || bytes.len() < types.end || u32::try_from(bytes.len()).is_err() {
            return Err(Error::Truncated);
        }
        let mut starts = vec![types.start as u32];
        let mut at = types.start;
        while at < types.end {
            let info = Info(word(&bytes, at + 4).ok_or(Error::Truncated)?);
            at += 4 * (3 + info.tail().ok_or(Error::Kind(info.kind()))?);
            if at > types.end {
                return Err(Error::Truncated);
            }
            starts.push(at as u32);
        }
        Ok(Self { bytes, starts, strings })
    }

    /// The type with this id.
    pub fn get(&self, id: TypeId) -> Option<Type> {
        let index = (id.number() as usize).checked_sub(1)?;
        let (start, end) = (*self.starts.get(index)?, *self.starts.get(index + 1)?);
        let record = self.bytes.get(start as usize..end as usize)?;
        let words: Vec<u32> = record.as_chunks().0.iter().copied().map(u32::from_le_bytes).collect();
        let decoder = Decoder { strings: self.strings.len() as u32, types: self.starts.len() as u32 };
        decoder.decode(&words).ok()
    }

    /// The text of a string; empty when there is none at that place, or it is not UTF-8.
    pub fn str(&self, at: Str) -> &str {
        std::str::from_utf8(self.bytes_of(at.0)).unwrap_or("")
    }

    fn bytes_of(&self, at: u32) -> &[u8] {
        let strings = &self.bytes[self.strings.clone()];
        let rest = strings.get(at as usize..).unwrap_or_default();
        &rest[..rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len())]
    }

    /// The kinds that have members.
    const COMPOSITE: &'static [u32] = &[4, 5];
    /// The kind of functions.
    pub const FUNCTION: &'static [u32] = &[12];
    /// The kind of typedefs.
    pub const TYPEDEF: &'static [u32] = &[8];
    /// The kind of variables.
    pub const VARIABLE: &'static [u32] = &[14];
    /// The kind of sections of variables.
    const SECTION: &'static [u32] = &[15];
    /// The section of those variables of which each CPU has one.
    const PER_CPU: &'static str = ".data..percpu";
    /// The kinds of enumerations.
    const ENUM: &'static [u32] = &[6, 19];

    /// The struct or union called `name`: the first that is defined and not only declared.
    pub fn composite(&self, name: &str) -> Option<TypeId> {
        self.find(Self::COMPOSITE, name)
    }

    /// The names of all structs and unions, for suggestions.
    pub fn composites(&self) -> impl Iterator<Item = &str> {
        self.named(Self::COMPOSITE)
    }

    /// The typedef called `name`.
    pub fn typedef(&self, name: &str) -> Option<TypeId> {
        self.find(Self::TYPEDEF, name)
    }

    /// The enumeration called `name`.
    pub fn enumeration(&self, name: &str) -> Option<Enum> {
        match self.get(self.find(Self::ENUM, name)?)? {
            Type::Enum(of) | Type::Enum64(of) => Some(of),
            _ => None,
        }
    }

    /// The names of all enumerations, for suggestions.
    pub fn enumerations(&self) -> impl Iterator<Item = &str> {
        self.named(Self::ENUM)
    }

    /// The type of the variable called `name`, and whether each CPU has one.
    pub fn variable(&self, name: &str) -> Option<(TypeId, bool)> {
        let id = self.find(Self::VARIABLE, name)?;
        let Type::Var { ty, .. } = self.get(id)? else { return None };
        let percpu = match self.find(Self::SECTION, Self::PER_CPU).and_then(|id| self.get(id)) {
            Some(Type::DataSec { vars, .. }) => vars.iter().any(|var| var.var == id),
            _ => false,
        };
        Some((ty, percpu))
    }

    /// The parameters of the function called `name`, and what it returns.
    pub fn function(&self, name: &str) -> Option<(Vec<Param>, TypeId)> {
        match self.get(self.find(Self::FUNCTION, name)?)? {
            Type::Func { proto, .. } => self.prototype(proto),
            _ => None,
        }
    }

    /// The prototype of the function called `name`, or of the one that the typedef of that name points to.
    pub fn prototype_of(&self, name: &str) -> Option<TypeId> {
        match self.find(Self::FUNCTION, name).and_then(|id| self.get(id)) {
            Some(Type::Func { proto, .. }) => Some(proto),
            _ => match self.resolved(self.typedef(name)?) {
                (_, Some(Type::Ptr(target))) => Some(self.resolved(target).0),
                _ => None,
            },
        }
    }

    /// The parameters of a prototype, and what it returns.
    pub fn prototype(&self, id: TypeId) -> Option<(Vec<Param>, TypeId)> {
        match self.resolved(id).1? {
            Type::FuncProto { returns, params } => Some((params, returns)),
            _ => None,
        }
    }

    /// As [`function`](Self::function), of those that programs may call, where the BTF says which.
    pub fn kfunc(&self, name: &str) -> Option<(Vec<Param>, TypeId)> {
        let id = self.find(Self::FUNCTION, name)?;
        let tagged = self.kfunc_ids();
        (tagged.is_empty() || tagged.contains(&id)).then(|| self.function(name)).flatten()
    }

    /// The names of the functions that programs may call.
    pub fn kfuncs(&self) -> impl Iterator<Item = &str> {
        let ids = self.kfunc_ids();
        let names = ids.into_iter().filter_map(|id| self.get(id)).map(|ty| self.str(ty.name()));
        names.collect::<Vec<_>>().into_iter()
    }

    /// What the notes `bpf_kfunc` stand on.
    fn kfunc_ids(&self) -> Vec<TypeId> {
        let notes = self.ids(&[17]).filter(|(_, name)| *name == b"bpf_kfunc");
        let targets = notes.filter_map(|(id, _)| match self.get(id)? {
            Type::DeclTag { target, .. } => Some(target),
            _ => None,
        });
        targets.collect()
    }

    /// The names of types of these kinds.
    pub fn named(&self, kinds: &'static [u32]) -> impl Iterator<Item = &str> {
        self.ids(kinds).filter_map(|(_, name)| std::str::from_utf8(name).ok())
    }

    fn find(&self, kinds: &'static [u32], name: &str) -> Option<TypeId> {
        self.ids(kinds).find(|(_, found)| *found == name.as_bytes()).map(|(id, _)| id)
    }

    /// The id and name of each type of these kinds.
    fn ids(&self, kinds: &'static [u32]) -> impl Iterator<Item = (TypeId, &[u8])> {
        let records = self.starts.iter().take(self.starts.len() - 1).enumerate();
        records.filter_map(move |(index, start)| {
            let at = *start as usize;
            let kind = Info(word(&self.bytes, at + 4)?).kind();
            let name = || self.bytes_of(word(&self.bytes, at).unwrap_or(0));
            kinds.contains(&kind).then(|| (TypeId::from_wire(index as u32 + 1), name()))
        })
    }

    /// Bytes of a value of the type.
    pub fn size(&self, id: TypeId) -> Option<u32> {
        match self.resolved(id).1? {
            Type::Ptr(_) => Some(POINTER_SIZE),
            Type::Array(array) => self.size(array.element)?.checked_mul(array.count),
            ty => ty.stated_size(),
        }
    }

    /// Whether the type has a tag, which for what is pointed to says that it is in no memory of the
    /// kernel's that can be read like any other: a user's, or each CPU's own.
    pub fn tagged(&self, mut id: TypeId) -> bool {
        for _ in 0..64 {
            match self.get(id) {
                Some(Type::TypeTag { .. }) => return true,
                Some(ty) => match ty.modified() {
                    Some(target) => id = target,
                    None => return false,
                },
                None => return false,
            }
        }
        false
    }

    /// The type behind typedefs, qualifiers and tags.
    pub fn resolved(&self, mut id: TypeId) -> (TypeId, Option<Type>) {
        // A chain longer than this is a cycle.
        for _ in 0..64 {
            match self.get(id) {
                Some(ty) => match ty.modified() {
                    Some(target) => id = target,
                    None => return (id, Some(ty)),
                },
                None => break,
            }
        }
        (id, None)
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.first_chunk().copied().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::btf::{
        Btf,
        basic::Basic,
        types::{Composite, Member},
    };

    fn sample() -> Btf {
        let mut btf = Btf::new();
        let ty = btf.basic(Basic::U32);
        let (name, field) = (btf.intern("task_struct"), btf.intern("tgid"));
        let members = vec![Member { name: field, ty, offset: 32, bits: 0 }];
        let id = btf.add(Type::Struct(Composite { name, size: 8, bit_fields: false, members }));
        let alias = btf.intern("task_t");
        let alias = btf.add(Type::Typedef { name: alias, target: id });
        btf.add(Type::Const(alias));
        btf
    }

    #[test]
    fn types_are_what_was_written() {
        let btf = sample();
        let view = View::new(btf.to_bytes().unwrap()).unwrap();
        for (id, ty) in btf.iter().skip(1) {
            assert_eq!(view.get(id).as_ref(), Some(ty));
        }
        let id = view.composite("task_struct").unwrap();
        assert_eq!(view.str(view.get(id).unwrap().name()), "task_struct");
        assert_eq!(view.resolved(TypeId::from_wire(id.number() + 2)).0, id);
        assert_eq!(view.composite("task_t"), None);
        assert_eq!(view.composites().collect::<Vec<_>>(), ["task_struct"]);
    }

    #[test]
    fn damaged_bytes_are_refused_or_harmless() {
        let bytes = sample().to_bytes().unwrap();
        for cut in 0..bytes.len() {
            assert!(View::new(bytes[..cut].to_vec()).is_err(), "{cut}");
        }
        for at in 0..bytes.len() {
            let mut bytes = bytes.clone();
            bytes[at] ^= 0xff;
            if let Ok(view) = View::new(bytes) {
                (0..8).for_each(|id| drop(view.resolved(TypeId::from_wire(id))));
                view.composites().for_each(drop);
            }
        }
    }
}
