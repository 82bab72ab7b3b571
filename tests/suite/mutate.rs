//! Cases with pieces deleted, repeated, exchanged or replaced: the compiler must not panic, must
//! give an object or an error, and what it accepts the kernel must accept.

use std::{panic::catch_unwind, sync::Arc};

use libtest_mimic::Trial;

use crate::{
    case::Case,
    compile::compile,
    generate::Random,
    kernel::{Loaded, NOT_LOADED_HERE},
    known::Known,
    seeds::seeds,
    state,
};

/// How many tests there are when `BPFL_SEEDS` does not say, and mutants in each.
const TESTS: u64 = 10;
const MUTANTS: usize = 1000;

/// What pieces are replaced by.
const PIECES: &[&str] = &[
    "(",
    ")",
    "0",
    "1",
    "-1",
    "300",
    "#xffff",
    "nil",
    "t",
    "p",
    "x",
    "u8",
    "i32",
    "u64",
    "when",
    "if",
    "+",
    "<<",
    "/",
    "let",
    "setf",
    "getmap",
    "map-lookup",
    "deref",
    "return",
    "(ctx len)",
    "(ctx-ptr)",
    "(map-lookup h 0)",
    "\"text\"",
    ":max",
    "'",
    ".",
];

/// All tests: in `interp` mutants are compiled, in `kernel` those accepted are loaded too.
pub fn tests(cases: &[Arc<Case>], known: &Arc<Known>, obstacle: &Option<String>) -> Vec<Trial> {
    let texts: Arc<Vec<String>> = Arc::new(cases.iter().map(|case| case.text.clone()).collect());
    let test = |seed: u64, load: bool| {
        let (texts, known) = (texts.clone(), known.clone());
        let (name, kind) = (format!("mutants/{seed}"), if load { "kernel" } else { "limit" });
        let title = name.clone();
        let test = Trial::test(title, move || known.judge(&name, kind, mutants(&texts, seed, load)));
        test.with_kind(kind).with_ignored_flag(load && obstacle.is_some())
    };
    seeds(TESTS).flat_map(|seed| [test(seed, false), test(seed, true)]).collect()
}

fn mutants(texts: &[String], seed: u64, load: bool) -> Result<(), String> {
    let mut random = Random::new(seed ^ 0xbad);
    for _ in 0..MUTANTS {
        let text = mutant(&texts[random.below(texts.len())], &mut random);
        // What a raw instruction does with memory is not proven, and the kernel's functions of the cases
        // are made up.
        let load = load && !["asm", "defkfunc", "defksym"].iter().any(|word| text.contains(word));
        try_one(&text, load).map_err(|problem| format!("{problem}\n{text}"))?;
    }
    Ok(())
}

/// A map may be larger than this machine's memory; a section may have become one that is not loaded
/// here, or one that the loader does not know, as it does not know some kinds of maps.
const EXCUSES: &[&str] = &["OutOfMemory", NOT_LOADED_HERE, "InvalidProgramSection", "MapError(Unsupported"];

fn try_one(text: &str, load: bool) -> Result<(), String> {
    let compilation = catch_unwind(|| compile("mutant.lisp", text)).map_err(|_| "the compiler panicked")?;
    match compilation.object {
        None if compilation.messages.is_empty() => Err("there is neither an object nor an error".into()),
        Some(object) if load => match Loaded::new(&object, &state::facts(text).shapes) {
            Err(problem) if !EXCUSES.iter().any(|excuse| problem.contains(excuse)) => Err(problem),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

fn mutant(text: &str, random: &mut Random) -> String {
    let mut pieces = pieces(text);
    for _ in 0..1 + random.below(2) {
        if pieces.is_empty() {
            break;
        }
        let (at, other) = (random.below(pieces.len()), random.below(pieces.len()));
        match random.below(4) {
            0 => drop(pieces.remove(at)),
            1 => pieces.insert(at, pieces[other]),
            2 => pieces.swap(at, other),
            _ => pieces[at] = random.pick(PIECES),
        }
    }
    pieces.join(" ")
}

/// The text's parentheses and words, without comments.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with(';')) {
        for word in line.split_whitespace() {
            let mut rest = word;
            while let Some(at) = rest.find(['(', ')']) {
                pieces.extend(Some(&rest[..at]).filter(|piece| !piece.is_empty()));
                pieces.push(&rest[at..=at]);
                rest = &rest[at + 1..];
            }
            pieces.extend(Some(rest).filter(|piece| !piece.is_empty()));
        }
    }
    pieces
}
