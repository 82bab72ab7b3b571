//! Interned names.
//!
//! Every spelling in a compilation is one [`Name`]; equal spellings are equal names. Symbols are
//! case-insensitive, so what two symbols are compared by is their *folded* name; names of kernel
//! things also treat `-` and `_` alike, which is the *kernel* name. Both are found once, when a
//! spelling is first seen. Interning needs no exclusive access, so that macros can make names while
//! a program is being built.

use std::{cell::RefCell, collections::HashMap};

use elsa::FrozenVec;

use crate::{arena::Entity, entity};

entity! {
    /// A spelling, as an id of [`Names`].
    pub struct Name "name";
}

struct Entry {
    text: Box<str>,
    folded: Name,
    kernel: Name,
}

/// The interner.
#[derive(Default)]
pub struct Names {
    entries: FrozenVec<Box<Entry>>,
    ids: RefCell<HashMap<Box<str>, Name>>,
}

impl Names {
    /// An empty interner.
    pub fn new() -> Self {
        Self::default()
    }

    /// The name spelled `text`.
    pub fn intern(&self, text: &str) -> Name {
        if let Some(name) = self.get(text) {
            return name;
        }
        let folded = text.to_lowercase();
        let kernel = folded.replace('-', "_");
        let other = |spelling: &str| (spelling != text).then(|| self.intern(spelling));
        let (folded, kernel) = (other(&folded), other(&kernel));
        let own = Name::new(self.entries.len());
        let (folded, kernel) = (folded.unwrap_or(own), kernel.unwrap_or(own));
        self.ids.borrow_mut().insert(text.into(), own);
        self.entries.push(Box::new(Entry { text: text.into(), folded, kernel }));
        own
    }

    /// All folded spellings so far.
    pub fn folded_texts(&self) -> impl Iterator<Item = &str> {
        (0..self.entries.len()).map(|index| self.text(self.entries[index].folded))
    }

    /// The name spelled `text`, when it was interned before.
    pub fn get(&self, text: &str) -> Option<Name> {
        self.ids.borrow().get(text).copied()
    }

    fn entry(&self, name: Name) -> &Entry {
        &self.entries[name.index()]
    }

    /// The spelling.
    pub fn text(&self, name: Name) -> &str {
        &self.entry(name).text
    }

    /// What symbols are compared by: the spelling in lower case.
    pub fn folded(&self, name: Name) -> Name {
        self.entry(name).folded
    }

    /// What names of kernel things are compared by: in lower case, with `_` for `-`.
    pub fn kernel(&self, name: Name) -> Name {
        self.entry(name).kernel
    }
}

/// The candidate closest to `wrong`, when it is close enough to be a slip of the keyboard: at
/// most a third of its letters differ. Ties go to the first candidate.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong: Vec<char> = wrong.to_lowercase().replace('_', "-").chars().take(64).collect();
    let limit = (wrong.len() / 3).max(1);
    candidates
        .into_iter()
        .filter_map(|c| Some((distance(&wrong, &c.to_lowercase().replace('_', "-"), limit)?, c)))
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

/// The optimal string alignment distance (a swap of neighbours counts once), if at most `limit`.
fn distance(a: &[char], b: &str, limit: usize) -> Option<usize> {
    let b: Vec<char> = b.chars().take(96).collect();
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    Some(last[b.len()]).filter(|d| *d <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_fold_case_and_kernel_names_fold_dashes() {
        let names = Names::new();
        let (a, b) = (names.intern("Pkt-Count"), names.intern("pkt_count"));
        assert_ne!(names.folded(a), names.folded(b));
        assert_eq!(names.kernel(a), names.kernel(b));
        assert_eq!(names.text(a), "Pkt-Count");
    }

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let forms = ["when", "unless", "map-lookup", "let"];
        assert_eq!(nearest("wehn", forms), Some("when"));
        assert_eq!(nearest("map_lokup", forms), Some("map-lookup"));
        assert_eq!(nearest("frobnicate", forms), None);
    }
}
