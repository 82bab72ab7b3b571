//! The registry of diagnostic codes: one row each, with the page that `bpfl explain` prints.
//!
//! Numbers are grouped: `E00` files and reading, `E01` names and forms, `E02` types, `E03` what
//! the kernel offers (maps, contexts, helpers, sections), `E04` what the verifier must be able to
//! prove, `E05` limits and targets. A code is never given a second meaning.

/// A kind of diagnostic.
#[derive(PartialEq, Eq, Debug)]
pub struct Code {
    /// `E0107`.
    pub id: &'static str,
    /// What went wrong, in a few words.
    pub title: &'static str,
    /// The page that explains it, as Markdown.
    pub page: &'static str,
}

macro_rules! codes {
    ($($name:ident $id:literal $title:literal)+) => {
        $(
            #[doc = $title]
            pub static $name: Code =
                Code { id: $id, title: $title, page: include_str!(concat!("pages/", $id, ".md")) };
        )+
        /// Every code, in order of its number.
        pub static ALL: &[&Code] = &[$(&$name),+];
    };
}

codes! {
    UNREADABLE_FILE "E0001" "a source file cannot be read"
    NOT_UTF8 "E0002" "a source file is not UTF-8"
    UNCLOSED "E0003" "a parenthesis, string or comment is never closed"
    STRAY_PAREN "E0004" "a closing parenthesis closes nothing"
    BAD_LITERAL "E0005" "a literal cannot be read"
    TOO_DEEP "E0006" "data is nested too deeply"
    MISPLACED "E0007" "a datum is missing or a dot is misplaced"
}

/// The code called `id`, in any case, with or without the `E` and leading zeroes.
pub fn find(id: &str) -> Option<&'static Code> {
    let digits = id.trim_start_matches(['e', 'E']);
    let number: u32 = digits.parse().ok()?;
    ALL.iter().copied().find(|code| code.id[1..].parse() == Ok(number))
}
