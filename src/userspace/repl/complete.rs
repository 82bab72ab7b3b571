//! Completion: what may stand where the cursor is, by where that is.
//!
//! The text before the cursor comes in; where the word starts, and what it may become, goes out. What there is
//! comes from the catalogue, from the compiler's and the evaluator's tables, and from what is defined.

use std::{fs, path::Path};

use bpfl_compiler::hir::build::{definitions, form_names};
use bpfl_stdlib::catalog::{attach, helper, map, program::PROGRAMS, section};

use super::commands::COMMANDS;

/// What can be completed to.
#[derive(Default)]
pub struct Words {
    /// What userspace can call.
    pub userspace: Vec<String>,
    /// What is defined: maps, programs, functions, variables.
    pub defined: Vec<String>,
}

/// Keywords of definitions.
const MAP_OPTIONS: &[&str] = &[
    ":type",
    ":key",
    ":key-size",
    ":value",
    ":value-size",
    ":max-entries",
    ":map-flags",
    ":pinning",
    ":by-name",
    ":inner",
    ":values",
    ":map-extra",
];
const PROGRAM_OPTIONS: &[&str] = &[":type", ":section", ":license", ":sleepable"];
const CALL_OPTIONS: &[&str] = &[
    ":attach-type",
    ":cgroup-path",
    ":cgroup",
    ":map",
    ":interface",
    ":data",
    ":ctx",
    ":repeat",
    ":timeout",
    ":type",
    ":direction",
    ":frequency",
    ":priority",
    ":via",
];

/// Where the cursor is.
#[derive(Debug, PartialEq, Eq)]
struct Place<'t> {
    /// The first word of the outermost form.
    form: &'t str,
    /// The last keyword before the word.
    keyword: &'t str,
    /// Whether the word is in a string, which starts at `start`.
    string: bool,
    /// Where the word starts.
    start: usize,
}

impl<'t> Place<'t> {
    fn of(text: &'t str) -> Self {
        let mut place = Place { form: "", keyword: "", string: false, start: text.len() };
        let (mut depth, mut at) = (0usize, 0);
        let bytes = text.as_bytes();
        let word_end = |from: usize| {
            let more = bytes[from..].iter().position(|byte| b" \t\n\r()'`,;\"".contains(byte));
            more.map_or(text.len(), |length| from + length)
        };
        while at < bytes.len() {
            match bytes[at] {
                b'(' => (depth, at) = (depth + 1, at + 1),
                b')' => (depth, at) = (depth.saturating_sub(1), at + 1),
                b';' => at = text[at..].find('\n').map_or(text.len(), |length| at + length),
                b'"' => match string_end(bytes, at + 1) {
                    Some(end) => at = end,
                    None => {
                        (place.string, place.start) = (true, at + 1);
                        return place;
                    }
                },
                b' ' | b'\t' | b'\n' | b'\r' | b'\'' | b'`' | b',' => at += 1,
                _ => {
                    let end = word_end(at);
                    let word = &text[at..end];
                    if end == text.len() {
                        place.start = at;
                    } else if word.starts_with(':') {
                        place.keyword = word;
                    } else if depth == 1 && bytes[..at].ends_with(b"(") {
                        (place.form, place.keyword) = (word, "");
                    }
                    at = end.max(at + 1);
                }
            }
        }
        place
    }
}

/// Where a string ends that has started before `at`.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    while *bytes.get(at)? != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    Some(at + 1)
}

/// What the word before the cursor may become, and where it starts.
pub fn complete(words: &Words, line: &str, position: usize) -> (usize, Vec<String>) {
    let text = line.get(..position).unwrap_or(line);
    if let Some(command) = text.strip_prefix(',').filter(|rest| !rest.contains(char::is_whitespace)) {
        let all = COMMANDS.iter().map(|row| row.name.to_string());
        return (1, all.filter(|name| name.starts_with(command)).collect());
    }
    let place = Place::of(text);
    let word = &text[place.start..];
    let found = match () {
        () if place.string && place.keyword == ":section" => sections(word),
        () if place.string || text.starts_with(",load ") => return (place.start, files(word)),
        () if word.starts_with(':') => keywords(&place),
        () => names(words, &place, text),
    };
    // `-` and `_`, and both cases, are alike in names.
    let folded = |name: &str| name.to_lowercase().replace('_', "-");
    let wanted = if place.string { word.to_string() } else { folded(word) };
    let fits = |name: &String| name.starts_with(&wanted);
    let mut found: Vec<String> = found.into_iter().filter(fits).collect();
    found.sort_unstable();
    found.dedup();
    (place.start, found)
}

fn sections(word: &str) -> Vec<String> {
    // With the slash where something follows it.
    let name = |row: &section::Section| row.name.to_string();
    section::ALL.iter().map(name).filter(|name| name.starts_with(word)).collect()
}

fn keywords(place: &Place<'_>) -> Vec<String> {
    let colon = |name: &str| format!(":{}", name.replace('_', "-"));
    let options = |options: &[&str]| options.iter().map(ToString::to_string).collect::<Vec<_>>();
    let kinds = || map::MAPS.iter().map(|row| colon(row.name)).collect::<Vec<_>>();
    let types = || PROGRAMS.iter().map(|row| colon(row.name)).collect::<Vec<_>>();
    match (place.form, place.keyword) {
        ("defmap" | "bpf:map", ":type") => kinds(),
        ("defprog" | "bpf:prog", ":type") => types(),
        ("defmap" | "bpf:map", _) => options(MAP_OPTIONS),
        ("defprog" | "bpf:prog", _) => options(PROGRAM_OPTIONS),
        _ => options(CALL_OPTIONS),
    }
}

/// Whether a form is the kernel's, userspace's, or may be either's.
fn sides(form: &str) -> (bool, bool) {
    match form {
        "defprog" | "bpf:prog" => (true, false),
        "defun" | "defmacro" | "define-symbol-macro" => (true, true),
        _ => (false, true),
    }
}

fn names(words: &Words, place: &Place<'_>, text: &str) -> Vec<String> {
    let mut all = words.defined.clone();
    let (kernel, userspace) = sides(place.form);
    if kernel {
        all.extend(form_names().map(|(name, _)| name.to_string()));
        all.extend(helper::all().iter().map(|row| row.name.replace('_', "-")));
    }
    if userspace {
        all.extend(words.userspace.iter().cloned());
        all.extend(attach::ALL.iter().map(|at| format!("+bpf-{}+", at.name.replace('_', "-"))));
    }
    if text[..place.start].trim_start() == "(" {
        all.extend(definitions().map(ToString::to_string));
        all.extend(["include".to_string(), "defheader".to_string()]);
    }
    all
}

/// The files whose path starts with `text`.
fn files(text: &str) -> Vec<String> {
    let (folder, start) = text.rsplit_once('/').map_or(("", text), |(folder, start)| (folder, start));
    let whole = &text[..text.len() - start.len()];
    let place = match (folder, whole) {
        (_, "") => Path::new("."),
        ("", _) => Path::new("/"),
        (folder, _) => Path::new(folder),
    };
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let mut found: Vec<String> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let shown = name.starts_with(start) && (!name.starts_with('.') || start.starts_with('.'));
            let slash = if entry.path().is_dir() { "/" } else { "" };
            shown.then(|| format!("{whole}{name}{slash}"))
        })
        .collect();
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let words = Words { userspace: vec!["format".into()], defined: vec!["pkt-count".into()] };
        complete(&words, text, text.len()).1
    }

    #[test]
    fn each_place_has_its_own_words() {
        assert_eq!(found("(defmap m :type :percpu-h"), [":percpu-hash"]);
        assert_eq!(found("(defmap m :max"), [":max-entries"]);
        assert_eq!(found("(defprog p (:type :cgroup-sk"), [":cgroup-skb"]);
        assert_eq!(found("(defprog p (:section \"cgroup_skb/eg"), ["cgroup_skb/egress"]);
        assert_eq!(found("(defprog p (:type :xdp) (get-socket-coo"), ["get-socket-cookie"]);
        assert_eq!(found("(form"), ["format"]);
        assert_eq!(found("(list PKT_"), ["pkt-count"]);
        assert_eq!(
            found("(attach-cgroup p \"/x\" :attach-type +bpf-cgroup-inet-eg"),
            ["+bpf-cgroup-inet-egress+"]
        );
        assert_eq!(found("(defpro"), ["defprog"]);
        assert!(found("(list (defpro").is_empty());
        assert_eq!(found(",hel"), ["help"]);
    }

    #[test]
    fn strings_are_completed_to_files() {
        let folder = env!("CARGO_MANIFEST_DIR");
        assert_eq!(found(&format!("(load \"{folder}/Cargo.to")), [format!("{folder}/Cargo.toml")]);
        assert_eq!(found(&format!("(load \"{folder}/compi")), [format!("{folder}/compiler/")]);
        assert!(found("(load \"/nowhere/at/all").is_empty());
    }

    #[test]
    fn nothing_breaks_on_any_text() {
        for text in ["\"", "\"\\", "(é", "((((", "; (x", "(\"a\" b", ",", "", "'", "(defmap \"x\" :"] {
            (0..=text.len()).for_each(|at| drop(complete(&Words::default(), text, at)));
        }
    }
}
