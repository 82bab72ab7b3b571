//! The chapter of the diagnostics' codes.

use bpfl_compiler::diagnostic::codes::{self, Code};

use super::markdown::Page;

/// What the codes that start like this are about.
const GROUPS: &[(&str, &str)] = &[
    ("E00", "Files and reading"),
    ("E01", "Names and forms"),
    ("E02", "Types"),
    ("E03", "What the kernel offers"),
    ("E04", "What the verifier must be able to see"),
    ("E05", "Limits"),
    ("E06", "Macros"),
    ("E07", "What a running kernel says"),
    ("E09", "Bugs"),
];

/// The chapter.
pub fn chapter() -> String {
    let mut page = Page::new("Errors");
    page.paragraph(
        "Each kind of error has a code, which stays the same. `bpfl explain E0401` prints what stands here.",
    );
    for (start, title) in GROUPS {
        page.section(title);
        codes::ALL.iter().filter(|code| code.id.starts_with(start)).for_each(|code| entry(&mut page, code));
    }
    page.finish()
}

fn entry(page: &mut Page, code: &Code) {
    page.block(&format!("### {}\n\n**{}.**", code.id, sentence(code.title)));
    // Parts of programs, which no test compiles.
    page.block(&code.page.trim().replace("```lisp", "```text"));
}

/// With a capital at the start.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}
