//! The kernel's BTF, of which a program uses a handful of types out of a hundred thousand: an index
//! of where each type is, and types decoded as they are asked for.
//!
//! Any bytes give a [`View`] or an [`Error`]; a type that is damaged is as good as absent.

use super::{
    Error, Str, Type, TypeId,
    read::Header,
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

    /// The struct or union called `name`: the first that is defined and not only declared.
    pub fn composite(&self, name: &str) -> Option<TypeId> {
        self.ids().find(|(_, found, composite)| *composite && *found == name.as_bytes()).map(|(id, ..)| id)
    }

    /// The names of all structs and unions, for suggestions.
    pub fn composites(&self) -> impl Iterator<Item = &str> {
        self.ids().filter(|(_, _, composite)| *composite).filter_map(|(_, n, _)| std::str::from_utf8(n).ok())
    }

    /// Each type's id, name, and whether it is a struct or union.
    fn ids(&self) -> impl Iterator<Item = (TypeId, &[u8], bool)> {
        let records = self.starts.iter().take(self.starts.len() - 1).enumerate();
        records.map(|(index, start)| {
            let at = *start as usize;
            let composite = word(&self.bytes, at + 4).is_some_and(|w| matches!(Info(w).kind(), 4 | 5));
            let name = if composite { self.bytes_of(word(&self.bytes, at).unwrap_or(0)) } else { &[] };
            (TypeId::from_wire(index as u32 + 1), name, composite)
        })
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
