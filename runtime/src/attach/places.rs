//! Places in executables and libraries: functions by their names, and the probes that their authors
//! have put in (USDT).
//!
//! A path and a name go in; offsets in the file come out, which is what the kernel takes.

use std::fs;

use object::{Object, ObjectSection, ObjectSegment, ObjectSymbol};

/// A place in a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Offset {
    /// Where the code is.
    pub(super) code: u64,
    /// Where the counter is of those who want to know of the probe, 0 when there is none.
    pub(super) semaphore: u64,
}

/// `function+0x10` as the function and the offset.
pub(super) fn split_offset(target: &str) -> (&str, u64) {
    match target.rsplit_once('+').map(|(name, offset)| (name, number(offset))) {
        Some((name, Some(offset))) => (name, offset),
        _ => (target, 0),
    }
}

fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

/// The functions of the file at `path` that `pattern` names: a name, a name with `*` and `?` in it, or
/// an offset in the file; `+OFFSET` may follow.
pub(super) fn functions(path: &str, pattern: &str) -> Result<Vec<Offset>, String> {
    if let Some(code) = number(pattern) {
        return Ok(vec![Offset { code, semaphore: 0 }]);
    }
    let (pattern, beyond) = split_offset(pattern);
    with_file(path, |file| {
        let all = file.symbols().chain(file.dynamic_symbols());
        let functions =
            all.filter(|symbol| symbol.is_definition() && symbol.kind() == object::SymbolKind::Text);
        let named = functions.filter(|symbol| symbol.name().is_ok_and(|name| matches(pattern, name)));
        let mut codes: Vec<u64> = named.filter_map(|symbol| in_file(file, symbol.address())).collect();
        codes.sort_unstable();
        codes.dedup();
        match codes.is_empty() {
            true => Err(format!("`{path}` has no function `{pattern}`; `nm -D {path}` lists some")),
            false => Ok(codes.into_iter().map(|code| Offset { code: code + beyond, semaphore: 0 }).collect()),
        }
    })
}

/// The places of the probe `provider:name` in the file at `path`.
pub(super) fn probes(path: &str, provider: &str, name: &str) -> Result<Vec<Offset>, String> {
    with_file(path, |file| {
        let all = notes(file);
        let wanted = all.iter().filter(|note| note.provider == provider && note.name == name);
        let found: Vec<_> = wanted.filter_map(|note| note.offset(file)).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let mut known: Vec<_> = all.iter().map(|note| format!("`{}:{}`", note.provider, note.name)).collect();
        known.sort();
        known.dedup();
        Err(match known.as_slice() {
            [] => format!("`{path}` has no probes (no `.note.stapsdt`)"),
            known => format!("`{path}` has no probe `{provider}:{name}`; there is {}", known.join(", ")),
        })
    })
}

fn with_file<T>(path: &str, read: impl FnOnce(&object::File<'_>) -> Result<T, String>) -> Result<T, String> {
    let bytes = fs::read(path).map_err(|error| format!("`{path}` cannot be read ({error})"))?;
    let file = object::File::parse(&*bytes).map_err(|error| format!("`{path}` is no ELF file ({error})"))?;
    read(&file)
}

/// Where in the file an address is.
fn in_file(file: &object::File<'_>, address: u64) -> Option<u64> {
    file.segments().find_map(|segment| {
        let (start, length) = segment.file_range();
        let inside = address.checked_sub(segment.address()).filter(|at| *at < length.max(1));
        inside.map(|at| at + start)
    })
}

/// A note that describes a probe, as the systemtap project has laid it out.
struct Note {
    code: u64,
    base: u64,
    semaphore: u64,
    provider: String,
    name: String,
}

impl Note {
    fn offset(&self, file: &object::File<'_>) -> Option<Offset> {
        // The linker may have moved everything: by as much as it has moved this section.
        let base = file.section_by_name(".stapsdt.base").map(|section| section.address());
        let moved = base.map_or(0, |base| base.wrapping_sub(self.base));
        let semaphore = match self.semaphore {
            0 => 0,
            address => in_file(file, address.wrapping_add(moved))?,
        };
        Some(Offset { code: in_file(file, self.code.wrapping_add(moved))?, semaphore })
    }
}

fn notes(file: &object::File<'_>) -> Vec<Note> {
    let section = file.section_by_name(".note.stapsdt").and_then(|section| section.data().ok());
    let (mut rest, mut all) = (section.unwrap_or_default(), Vec::new());
    while let Some((note, next)) = one_note(rest) {
        all.extend(note);
        rest = next;
    }
    all
}

/// `NT_STAPSDT`
const STAPSDT: u32 = 3;

/// The first note, if it is one of a probe, and what follows it.
fn one_note(bytes: &[u8]) -> Option<(Option<Note>, &[u8])> {
    let word = |at: usize| Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let (name, size, kind) = (word(0)? as usize, word(4)? as usize, word(8)?);
    let start = 12usize.checked_add(name.checked_next_multiple_of(4)?)?;
    let end = start.checked_add(size)?;
    let description = bytes.get(start..end)?;
    let next = bytes.get(end.checked_next_multiple_of(4)?..).unwrap_or_default();
    Some((probe(description).filter(|_| kind == STAPSDT), next))
}

fn probe(description: &[u8]) -> Option<Note> {
    let address = |at: usize| Some(u64::from_ne_bytes(description.get(at..at + 8)?.try_into().ok()?));
    let mut texts = description.get(24..)?.split(|byte| *byte == 0);
    let mut text = || Some(String::from_utf8_lossy(texts.next()?).into_owned());
    let (code, base, semaphore) = (address(0)?, address(8)?, address(16)?);
    Some(Note { code, base, semaphore, provider: text()?, name: text()? })
}

/// Whether `name` is what `pattern` says, where `*` stands for any text and `?` for any letter.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut n) = (0, 0);
    // Where to go on when the text after the last `*` does not fit: one letter further.
    let mut again: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                again = Some((p + 1, n));
                p += 1;
            }
            Some(letter) if *letter == b'?' || *letter == name[n] => (p, n) = (p + 1, n + 1),
            _ => match again {
                Some((after, at)) => {
                    again = Some((after, at + 1));
                    (p, n) = (after, at + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|letter| *letter == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_shells() {
        for (pattern, name) in
            [("a*c", "abbc"), ("*", ""), ("a?c", "abc"), ("*b*", "abc"), ("vfs_*", "vfs_read")]
        {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("a*c", "abb"), ("a", "ab"), ("?", ""), ("a*b*c", "acb")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn damaged_notes_are_passed_over() {
        let mut note = Vec::new();
        for word in [8u32, 28, 3] {
            note.extend(word.to_ne_bytes());
        }
        note.extend(b"stapsdt\0");
        note.extend([0; 24]);
        note.extend(b"p\0n\0");
        for end in 0..note.len() {
            assert!(one_note(&note[..end]).is_none(), "{end}");
        }
        let (found, rest) = one_note(&note).unwrap();
        let found = found.unwrap();
        assert_eq!((found.provider.as_str(), found.name.as_str(), rest.len()), ("p", "n", 0));
        note[..4].copy_from_slice(&u32::MAX.to_ne_bytes());
        assert!(one_note(&note).is_none());
    }
}
