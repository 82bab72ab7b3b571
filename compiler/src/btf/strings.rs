//! The string section: text in, offsets out. It starts with the empty string, every string ends
//! in a zero byte, and a string that was interned twice is there once.

use std::collections::HashMap;

/// A place in the string section. The default is the empty string.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Str(pub u32);

#[derive(Clone, Debug)]
pub(super) struct Strings {
    text: String,
    places: HashMap<String, Str>,
}

impl PartialEq for Strings {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Default for Strings {
    fn default() -> Self {
        Self { text: "\0".to_owned(), places: HashMap::from([(String::new(), Str(0))]) }
    }
}

impl Strings {
    /// A string section that was read; the caller knows that it starts and ends with zero.
    pub(super) fn new(text: String) -> Self {
        let mut places = HashMap::new();
        let mut at = 0;
        for string in text.split_terminator('\0') {
            places.entry(string.to_owned()).or_insert(Str(at));
            at += string.len() as u32 + 1;
        }
        Self { text, places }
    }

    pub(super) fn intern(&mut self, text: &str) -> Str {
        let text = text.split('\0').next().unwrap_or("");
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = Str(self.text.len() as u32);
        self.text.push_str(text);
        self.text.push('\0');
        self.places.insert(text.to_owned(), place);
        place
    }

    pub(super) fn get(&self, at: Str) -> Option<&str> {
        self.text.get(at.0 as usize..)?.split('\0').next()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }
}
