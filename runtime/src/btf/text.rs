//! Names in BTF: pieces of its string table, which all of them share.
//!
//! An object has as many names as types and members; none of them is copied.

use std::{fmt, ops::Deref, sync::Arc};

/// A piece of a table of strings.
#[derive(Clone)]
pub struct Text {
    table: Arc<str>,
    start: u32,
    end: u32,
}

impl Text {
    /// The string that starts at `offset` of `table` and ends before a NUL; empty when there is none.
    pub(super) fn of(table: &Arc<str>, offset: u32) -> Self {
        let rest = table.get(offset as usize..).unwrap_or_default();
        let length = rest.bytes().position(|byte| byte == 0).unwrap_or(rest.len());
        let (start, length) = if rest.is_empty() { (0, 0) } else { (offset, length as u32) };
        Self { table: Arc::clone(table), start, end: start + length }
    }
}

/// A table of strings, of which every string keeps its place: bytes that are no text become `?`.
pub(super) fn table(bytes: &[u8]) -> Arc<str> {
    let mut whole = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        whole.push_str(chunk.valid());
        whole.extend(chunk.invalid().iter().map(|_| '?'));
    }
    whole.into()
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.table.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self { table: text.into(), start: 0, end: text.len() as u32 }
    }
}

impl Default for Text {
    fn default() -> Self {
        "".into()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_keep_their_places_whatever_the_bytes() {
        let table = table(b"\0one\0\xff\xfe\0t\xc3\xa9\0end");
        let all = [1, 5, 8, 12, 14, 99].map(|at| Text::of(&table, at).to_string());
        assert_eq!(all, ["one", "??", "té", "end", "d", ""]);
        // In the middle of a letter there is no string.
        assert_eq!(Text::of(&table, 10), "");
    }
}
