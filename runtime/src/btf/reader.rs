//! Reading the bytes of a `.BTF` section.

use std::{collections::HashMap, sync::Arc};

use super::{BtfError, Kind, Member, Text, Type, TypeId, raw::RawBtf, text};

/// The types of one `.BTF` section.
#[derive(Clone, Debug)]
pub struct Btf {
    types: Vec<Type>,
    strings: Arc<str>,
}

impl Btf {
    /// Reads a whole `.BTF` section.
    ///
    /// # Errors
    /// When the bytes are not BTF, or end early, or hold a kind that is not known.
    pub fn parse(bytes: &[u8]) -> Result<Self, BtfError> {
        let RawBtf { types, strings } = RawBtf::new(bytes).ok_or(BtfError::Magic)?;
        let mut cursor = Cursor { bytes: types, at: 0, id: 0 };
        let strings = text::table(strings);
        let mut list = vec![Type { name: Text::of(&strings, 0), kind: Kind::Void }];
        while cursor.at < cursor.bytes.len() {
            cursor.id = list.len() as TypeId;
            list.push(read_type(&mut cursor, &strings)?);
        }
        name_indices(&mut list);
        Ok(Self { types: list, strings })
    }

    /// The type with this id.
    ///
    /// # Errors
    /// [`BtfError::NoType`] when there is none.
    pub fn get(&self, id: TypeId) -> Result<&Type, BtfError> {
        self.types.get(id as usize).ok_or(BtfError::NoType(id))
    }

    /// All types with their ids.
    pub(crate) fn all(&self) -> impl Iterator<Item = (TypeId, &Type)> {
        self.types.iter().enumerate().map(|(id, ty)| (id as TypeId, ty))
    }

    /// The type behind typedefs and qualifiers.
    ///
    /// # Errors
    /// When an id does not exist, or the chain never ends.
    pub fn resolve(&self, id: TypeId) -> Result<&Type, BtfError> {
        let mut at = id;
        for _ in 0..self.types.len() {
            match self.get(at)?.kind {
                Kind::Alias(next) => at = next,
                _ => return self.get(at),
            }
        }
        Err(BtfError::Cycle(id))
    }

    /// The string at `offset` of the string table; empty when there is none.
    pub fn string(&self, offset: u32) -> Text {
        Text::of(&self.strings, offset)
    }

    /// The first struct, union, enumeration or typedef whose name `is` the one that is wanted.
    pub fn named(&self, is: impl Fn(&str) -> bool) -> Option<TypeId> {
        let of_data = |kind: &Kind| matches!(kind, Kind::Struct { .. } | Kind::Enum { .. } | Kind::Alias(_));
        let wanted = |ty: &Type| !ty.name.is_empty() && of_data(&ty.kind) && is(&ty.name);
        self.types.iter().position(wanted).and_then(|id| TypeId::try_from(id).ok())
    }

    /// The variables of the section called `name`: (variable, offset, size).
    pub fn section(&self, name: &str) -> Option<&[(TypeId, u32, u32)]> {
        match &self.types.get(self.section_id(name)? as usize)?.kind {
            Kind::Section(variables) => Some(variables),
            _ => None,
        }
    }

    /// The type of the section called `name`.
    pub fn section_id(&self, name: &str) -> Option<TypeId> {
        let is = |ty: &Type| matches!(ty.kind, Kind::Section(_)) && ty.name == name;
        self.types.iter().position(is).and_then(|id| TypeId::try_from(id).ok())
    }
}

/// An integer that is called like an enum has its names: the kernel wants the index of an array to be an
/// integer (`array_map_check_btf`, kernel/bpf/arraymap.c), which may be named.
fn name_indices(types: &mut [Type]) {
    let enums = types.iter().enumerate().filter_map(|(id, ty)| match ty.kind {
        Kind::Enum { bytes, .. } if !ty.name.is_empty() => Some((ty.name.to_string(), (id as TypeId, bytes))),
        _ => None,
    });
    let enums: HashMap<String, (TypeId, u32)> = enums.collect();
    for index in (0..types.len()).filter(|_| !enums.is_empty()) {
        let Kind::Alias(target) = types[index].kind else { continue };
        let Some((of, wide)) = enums.get(&*types[index].name) else { continue };
        let int = types.get(target as usize).map(|ty| &ty.kind);
        if matches!(int, Some(Kind::Int { bytes, .. }) if bytes == wide) {
            types[index].kind = Kind::Alias(*of);
        }
    }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    id: TypeId,
}

impl Cursor<'_> {
    fn u32(&mut self) -> Result<u32, BtfError> {
        let word = self.bytes.get(self.at..self.at + 4).and_then(|b| b.try_into().ok());
        self.at += 4;
        word.map(u32::from_ne_bytes).ok_or(BtfError::Truncated(self.id))
    }

    fn list<T>(
        &mut self,
        count: u32,
        mut read: impl FnMut(&mut Self) -> Result<T, BtfError>,
    ) -> Result<Vec<T>, BtfError> {
        (0..count).map(|_| read(self)).collect()
    }

    fn skip(&mut self, words: u32) -> Result<Kind, BtfError> {
        self.list(words, |c| c.u32().map(drop))?;
        Ok(Kind::Other)
    }
}

fn read_type(c: &mut Cursor<'_>, strings: &Arc<str>) -> Result<Type, BtfError> {
    let name = Text::of(strings, c.u32()?);
    let info = c.u32()?;
    let size_or_type = c.u32()?;
    let head =
        Head { kind: info >> 24 & 0x1f, count: info & 0xffff, flag: info >> 31 == 1, word: size_or_type };
    Ok(Type { name, kind: read_kind(c, strings, &head)? })
}

/// The fixed part of a type: `count` is vlen, `flag` kind_flag, `word` its size or type.
struct Head {
    kind: u32,
    count: u32,
    flag: bool,
    word: u32,
}

fn read_kind(c: &mut Cursor<'_>, strings: &Arc<str>, head: &Head) -> Result<Kind, BtfError> {
    Ok(match head.kind {
        1 => read_int(c, head)?,
        2 => Kind::Pointer(head.word),
        3 => read_array(c)?,
        4 | 5 => read_struct(c, strings, head)?,
        6 => read_enum(c, strings, head)?,
        8..=11 | 18 => Kind::Alias(head.word),
        7 | 12 => Kind::Other,
        13 => c.skip(2 * head.count)?,
        14 => c.u32().map(|_linkage| Kind::Variable(head.word))?,
        15 => Kind::Section(c.list(head.count, |c| Ok((c.u32()?, c.u32()?, c.u32()?)))?),
        16 => Kind::Float { bytes: head.word },
        17 => c.skip(1)?,
        19 => read_enum64(c, strings, head)?,
        other => return Err(BtfError::Kind(other)),
    })
}

fn read_int(c: &mut Cursor<'_>, head: &Head) -> Result<Kind, BtfError> {
    let encoding = c.u32()? >> 24 & 0xf;
    Ok(Kind::Int {
        bytes: head.word,
        signed: encoding & 1 != 0,
        character: encoding & 2 != 0,
        boolean: encoding & 4 != 0,
    })
}

fn read_array(c: &mut Cursor<'_>) -> Result<Kind, BtfError> {
    let (element, _index, count) = (c.u32()?, c.u32()?, c.u32()?);
    Ok(Kind::Array { element, count })
}

fn read_struct(c: &mut Cursor<'_>, strings: &Arc<str>, head: &Head) -> Result<Kind, BtfError> {
    let members = c.list(head.count, |c| {
        let (name, ty, offset) = (Text::of(strings, c.u32()?), c.u32()?, c.u32()?);
        // With kind_flag the offset's upper byte is the width of a bit-field.
        let (bit_offset, bit_width) =
            if head.flag { (offset & 0x00ff_ffff, offset >> 24) } else { (offset, 0) };
        Ok(Member { name, ty, bit_offset, bit_width })
    })?;
    Ok(Kind::Struct { bytes: head.word, members, union: head.kind == 5 })
}

fn read_enum(c: &mut Cursor<'_>, strings: &Arc<str>, head: &Head) -> Result<Kind, BtfError> {
    let members = c.list(head.count, |c| {
        let (name, value) = (Text::of(strings, c.u32()?), c.u32()?);
        Ok((name, if head.flag { i128::from(value.cast_signed()) } else { i128::from(value) }))
    })?;
    // Before kind_flag meant "signed" for enums, compilers left it 0 with negative values too.
    Ok(Kind::Enum { bytes: head.word, signed: head.flag, members })
}

fn read_enum64(c: &mut Cursor<'_>, strings: &Arc<str>, head: &Head) -> Result<Kind, BtfError> {
    let members = c.list(head.count, |c| {
        let (name, low, high) = (Text::of(strings, c.u32()?), c.u32()?, c.u32()?);
        let value = u64::from(high) << 32 | u64::from(low);
        Ok((name, if head.flag { i128::from(value.cast_signed()) } else { i128::from(value) }))
    })?;
    Ok(Kind::Enum { bytes: head.word, signed: head.flag, members })
}
