//! Cases with words or whole forms deleted, repeated, exchanged or replaced: the compiler must not panic, must
//! give an object or an error, and what it accepts the kernel must accept; what still runs must do the same in the
//! interpreter, before and after optimisation, and in the kernel.

mod tree;

use std::{fs, panic::catch_unwind, path::Path, sync::Arc};

use bpfl_compiler::driver::Stage;
use libtest_mimic::Trial;

use crate::{
    accepted,
    case::Case,
    compile::compile,
    generate::Random,
    interp,
    kernel::{Loaded, NOT_LOADED_HERE},
    known::Known,
    seeds::seeds,
    state::{self, Facts, Inputs, Shape},
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

/// Makes a mutant of a text.
type Mutate = fn(&str, &mut Random) -> String;

/// All tests: in `limit` mutants are compiled, in `kernel` those accepted are loaded and run too.
pub fn tests(cases: &[Arc<Case>], known: &Arc<Known>, obstacle: &Option<String>) -> Vec<Trial> {
    let cases: Arc<[Arc<Case>]> = cases.into();
    let test = |(kind, mutate): (&str, Mutate), seed: u64, load: bool| {
        let (cases, known, name) = (cases.clone(), known.clone(), format!("{kind}/{seed}"));
        let kind = if load { "kernel" } else { "limit" };
        let test = Trial::test(name.clone(), move || {
            known.judge(&name, kind, mutants(&cases, mutate, &name, load, seed))
        });
        test.with_kind(kind).with_ignored_flag(load && obstacle.is_some())
    };
    let kinds: [(&str, Mutate); 2] = [("mutants", mutant), ("grafts", tree::mutant)];
    let all = kinds.into_iter().flat_map(|kind| seeds(TESTS).map(move |seed| (kind, seed)));
    all.flat_map(|(kind, seed)| [test(kind, seed, false), test(kind, seed, true)]).collect()
}

fn mutants(cases: &[Arc<Case>], mutate: Mutate, name: &str, load: bool, seed: u64) -> Result<(), String> {
    let hand = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{load}.lisp", name.replace('/', "-")));
    let mut random = Random::new(seed ^ 0xbad);
    for _ in 0..MUTANTS {
        let case = &cases[random.below(cases.len())];
        let text = mutate(&case.text, &mut random);
        // One that ends the process is not lost.
        fs::write(&hand, &text).map_err(|error| format!("{}: {error}", hand.display()))?;
        // What a raw instruction does with memory is not proven, and the kernel's functions of the cases
        // are made up. The loader does not know maps that are filled from the start.
        let load = load && !["asm", "defkfunc", "defksym", ":values"].iter().any(|word| text.contains(word));
        try_one(case, &text, load).map_err(|problem| format!("{problem}\n{text}"))?;
    }
    fs::remove_file(&hand).map_err(|error| error.to_string())
}

/// The most bytes of a map that is made here.
const MOST_BYTES: usize = 1 << 26;

/// A section may have become one that is not loaded
/// here, or one that the loader does not know, as it does not know some kinds of maps.
const EXCUSES: &[&str] = &[NOT_LOADED_HERE, "InvalidProgramSection", "MapError(Unsupported"];

fn try_one(case: &Case, text: &str, load: bool) -> Result<(), String> {
    let compilation = catch_unwind(|| compile("mutant.lisp", text)).map_err(|_| "the compiler panicked")?;
    let Some(object) = compilation.object else {
        let silent = compilation.messages.is_empty();
        return if silent { Err("there is neither an object nor an error".into()) } else { Ok(()) };
    };
    if !load {
        return Ok(());
    }
    let facts = state::facts(text);
    let bytes = |shape: &Shape| (shape.key + shape.value).saturating_mul(shape.entries as usize);
    if facts.shapes.iter().any(|shape| bytes(shape) > MOST_BYTES) {
        return Ok(());
    }
    match Loaded::new(&object, &facts.shapes) {
        Ok(mut loaded) if case.is_predictable() => run_one(case, text, &facts, &mut loaded),
        Err(problem) if !EXCUSES.iter().any(|excuse| problem.contains(excuse)) => Err(problem),
        _ => Ok(()),
    }
}

/// What must not be in a text whose runs are to be compared: what the interpreter or the kernel knows of alone.
const VARYING: &[&str] =
    &["ktime", "prandom", "processor-id", "ctx-ptr", "jiffies", "get-current", "numa", "asm", "spin-lock"];

/// The runs of a case, on a mutant of it.
fn run_one(case: &Case, text: &str, facts: &Facts, loaded: &mut Loaded<'_>) -> Result<(), String> {
    if VARYING.iter().any(|word| text.contains(word)) {
        return Ok(());
    }
    let [plain, optimised] = [Stage::Ir, Stage::Opt].map(|stage| accepted::module("mutant", text, stage));
    let (plain, optimised) = (plain?, optimised?);
    for run in &case.runs {
        let (Ok(program), Ok(inputs)) = (facts.program(run), Inputs::new(run, &facts.shapes)) else {
            continue;
        };
        let Ok(before) = interp::run(&plain, &facts.shapes, program, &inputs) else { continue };
        let after = interp::run(&optimised, &facts.shapes, program, &inputs)?;
        after.agree(&before).map_err(|problem| format!("run {}\n  optimised, {problem}", run.text))?;
        let found = loaded.run(program, &inputs)?;
        found.agree(&before).map_err(|problem| format!("run {}\n  in the kernel, {problem}", run.text))?;
    }
    Ok(())
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
