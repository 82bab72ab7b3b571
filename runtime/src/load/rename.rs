//! Sections that aya-obj does not know, under names that it does.
//!
//! aya-obj refuses a whole object over one section of programs that it does not know. So it is shown
//! an image of the object in which such a section has another name of the same length, in ELF and in
//! BTF alike; [`super::foreign`] loads the programs in it. The object itself stays as it is.

use std::{borrow::Cow, str::FromStr};

use aya_obj::ProgramSection;
use object::{Object, ObjectSection};

use crate::spec::ObjectSpec;

/// A short name that aya-obj takes with anything after a slash.
const TAKEN: &str = "tp";

/// Whether aya-obj knows a section of this name.
pub(super) fn known(section: &str) -> bool {
    ProgramSection::from_str(section).is_ok()
}

/// The object `bytes`, which `spec` describes, as it is shown to aya.
pub(super) fn image<'a>(spec: &ObjectSpec, bytes: &'a [u8]) -> Cow<'a, [u8]> {
    let mut image = Cow::Borrowed(bytes);
    let mut seen = Vec::new();
    for section in spec.programs.iter().map(|program| program.section.as_str()) {
        if !known(section) && !seen.contains(&section) {
            if let Some(name) = stand_in(section, seen.len()) {
                rename(&mut image, section, &name);
            }
            seen.push(section);
        }
    }
    image
}

/// A name of the same length that aya-obj takes: `tp/Aup/connect_unix` for `cgroup/connect_unix`.
/// The letter after the slash is for the `nth` such name of an object, so that no two become one.
fn stand_in(section: &str, nth: usize) -> Option<String> {
    let letter = char::from(b'A' + (nth % 26) as u8);
    match section.get(TAKEN.len()..)?.len() {
        0 => Some(TAKEN.into()),
        1 => Some(format!("{TAKEN}/")),
        _ => Some(format!("{TAKEN}/{letter}{}", section.get(TAKEN.len() + 2..)?)),
    }
}

/// Writes `name`, which is as long, wherever the tables of strings have that of the section, whole.
fn rename(image: &mut Cow<'_, [u8]>, section: &str, name: &str) {
    for (start, end) in string_tables(image) {
        let places = places(&image[start..end], section);
        for at in places {
            image.to_mut()[start + at..start + at + name.len()].copy_from_slice(name.as_bytes());
        }
    }
}

/// Where names are: the tables of strings of ELF, and the types.
fn string_tables(image: &[u8]) -> Vec<(usize, usize)> {
    let Ok(file) = object::File::parse(image) else { return Vec::new() };
    let is_table = |name: &str| matches!(name, ".strtab" | ".shstrtab" | ".BTF");
    let tables = file.sections().filter(|section| section.name().is_ok_and(is_table));
    let range = |(start, size): (u64, u64)| (start as usize, start.saturating_add(size) as usize);
    let found = tables.filter_map(|section| section.file_range().map(range));
    found.filter(|(start, end)| start <= end && *end <= image.len()).collect()
}

/// Where `table` has `name` as a string, or at the end of that of its relocations (`.rel…`).
fn places(table: &[u8], name: &str) -> Vec<usize> {
    let whole = |at: usize| {
        let ends = table.get(at + name.len()) == Some(&0);
        let starts = at > 0 && (table[at - 1] == 0 || table[..at].ends_with(b".rel"));
        starts && ends
    };
    let windows = table.windows(name.len()).enumerate();
    windows.filter(|(at, bytes)| *bytes == name.as_bytes() && whole(*at)).map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use bpfl_stdlib::catalog::section;

    use super::*;

    #[test]
    fn every_section_has_a_stand_in_of_its_length() {
        let unknown: Vec<_> = section::ALL.iter().map(|row| row.name).filter(|name| !known(name)).collect();
        for name in ["cgroup/connect_unix", "sk_skb/verdict", "tc", "netfilter"] {
            assert!(unknown.contains(&name), "{name}");
        }
        for (nth, old) in unknown.iter().enumerate() {
            let new = stand_in(old, nth).unwrap();
            assert!(known(&new) && new.len() == old.len(), "{old}: {new}");
        }
        assert_ne!(stand_in("uprobe.multi", 0), stand_in("kprobe.multi", 1));
    }

    #[test]
    fn only_whole_names_are_replaced() {
        let table = b"\0tc\0.reltc\0xtc\0tcx\0tc";
        assert_eq!(places(table, "tc"), [1, 8]);
    }
}
