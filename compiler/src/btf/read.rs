//! Bytes in, a [`Btf`] out: the running kernel's, or a `.BTF` section's.
//!
//! Every offset, count, name and id is checked; any bytes give a [`Btf`] or an [`Error`]. Ids and
//! string offsets stay as they were, so that writing the result gives the same types. Only
//! little-endian and self-contained BTF is read: a module's, which continues the kernel's ids, is
//! refused with [`Error::Reference`].

use super::{
    Btf, Error,
    strings::Strings,
    wire::{Decoder, HEADER, Info, MAGIC, VERSION},
};
use crate::arena::Arena;

/// Reads a `.BTF` section.
pub fn parse(bytes: &[u8]) -> Result<Btf, Error> {
    let header = Header::parse(bytes)?;
    let strings = strings(header.slice(bytes, header.strings, header.strings_len)?)?;
    let words = words(header.slice(bytes, header.types, header.types_len)?)?;
    let records = records(&words)?;
    let decoder = Decoder { strings: header.strings_len, types: records.len() as u32 + 1 };
    let mut types = Arena::from_iter([super::Type::Void]);
    for record in records {
        types.push(decoder.decode(record)?);
    }
    Ok(Btf { types, strings, ..Btf::new() })
}

/// Where things are, in bytes from the end of the header.
pub(super) struct Header {
    len: u32,
    pub types: u32,
    pub types_len: u32,
    pub strings: u32,
    pub strings_len: u32,
}

impl Header {
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let header: &[u8; HEADER] = bytes.first_chunk().ok_or(Error::Truncated)?;
        let magic = u16::from_le_bytes([header[0], header[1]]);
        if magic != MAGIC {
            return Err(Error::Magic(magic));
        }
        if header[2] != VERSION {
            return Err(Error::Version(header[2]));
        }
        let word =
            |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let len = word(4);
        if (len as usize) < HEADER {
            return Err(Error::Truncated);
        }
        Ok(Self { len, types: word(8), types_len: word(12), strings: word(16), strings_len: word(20) })
    }

    fn slice<'a>(&self, bytes: &'a [u8], start: u32, len: u32) -> Result<&'a [u8], Error> {
        bytes.get(self.range(start, len)).ok_or(Error::Truncated)
    }

    /// Where `len` bytes from `start` on are in the whole.
    pub fn range(&self, start: u32, len: u32) -> std::ops::Range<usize> {
        let start = (self.len as usize).saturating_add(start as usize);
        start..start.saturating_add(len as usize)
    }
}

fn strings(bytes: &[u8]) -> Result<Strings, Error> {
    let framed = bytes.first() == Some(&0) && bytes.last() == Some(&0);
    let text = std::str::from_utf8(bytes).ok().filter(|_| framed).ok_or(Error::Strings)?;
    Ok(Strings::new(text.to_owned()))
}

fn words(bytes: &[u8]) -> Result<Vec<u32>, Error> {
    match bytes.as_chunks() {
        (words, []) => Ok(words.iter().copied().map(u32::from_le_bytes).collect()),
        _ => Err(Error::Truncated),
    }
}

/// Cuts the type section into one slice per type.
fn records(mut words: &[u32]) -> Result<Vec<&[u32]>, Error> {
    let mut records = Vec::new();
    while !words.is_empty() {
        let info = Info(*words.get(1).ok_or(Error::Truncated)?);
        let len = 3 + info.tail().ok_or(Error::Kind(info.kind()))?;
        let (record, rest) = words.split_at_checked(len).ok_or(Error::Truncated)?;
        records.push(record);
        words = rest;
    }
    Ok(records)
}
