//! Inputs at the limits and beyond: nothing that is written in a file makes the compiler panic,
//! overflow the stack or take long.

use std::{
    panic::catch_unwind,
    time::{Duration, Instant},
};

use libtest_mimic::{Failed, Trial};

use crate::compile::{Compilation, compile};

/// How long any of these files may take, in a build without much optimisation.
const LONGEST: Duration = Duration::from_secs(20);

const PROGRAM: &str = "(defprog pass (:type :cgroup-skb :section \"cgroup_skb/egress\") ";

/// A row: what the file is, what is in it, and the code of one error that it must give; an empty
/// code wants no errors.
type Row = (&'static str, fn() -> String, &'static str);

const ROWS: &[Row] = &[
    ("an empty file", String::new, "E0110"),
    ("a file of blanks", || " \n\t\n".into(), "E0110"),
    ("a file of comments", || "; nothing\n#| here #| either |# |#\n".into(), "E0110"),
    ("100,000 nested parentheses", || nested("(", ")", 100_000), "E0006"),
    ("100,000 nested forms in a program", || program(&nested("(+ 1 ", ")", 100_000)), "E0006"),
    ("100,000 opening parentheses", || "(".repeat(100_000), "E0003"),
    ("20,000 closing parentheses", || ")".repeat(20_000), "E0004"),
    ("100,000 quotes", || "'".repeat(100_000), "E0006"),
    ("100,000 quotes before a datum", || "'".repeat(100_000) + "x", "E0006"),
    ("100,000 nested vectors", || nested("#(", ")", 100_000), "E0006"),
    ("20,000 unclosed comments", || "#|".repeat(20_000), "E0003"),
    ("100,000 nested comments", || nested("#|", "|#", 100_000) + PROGRAM + "1)", ""),
    ("100,000 nested parentheses, skipped", || "#;".to_string() + &nested("(", ")", 100_000), "E0006"),
    (
        "nesting that is just deep enough",
        || program(&format!("(logand 1 {})", nested("(+ 1 ", ")", 900))),
        "",
    ),
    ("5 MB of definitions", || definitions(5 << 20) + PROGRAM + "1)", ""),
    ("5 MB of definitions, the last one wrong", || definitions(5 << 20) + "(defconstant)", "E0104"),
    ("an enum of 70,000 members", || members(70_000), ""),
    ("an enum of 60,000 members", || members(60_000), ""),
    ("5 MB in one line", || definitions(5 << 20).replace('\n', " ") + "(oops)", "E0106"),
    ("5 MB of one symbol", || "a".repeat(5 << 20), "E0106"),
    ("5 MB of digits", || "9".repeat(5 << 20), "E0005"),
    ("5 MB of string", || format!("\"{}", "s".repeat(5 << 20)), "E0003"),
    ("5 MB of stray bytes", || "\u{1}\u{7f}\u{feff}é#".repeat(600_000), "E0106"),
    ("a carriage return at each line's end", || format!("{PROGRAM}\r\n 1)\r\n"), ""),
    ("a byte order mark", || format!("\u{feff}{PROGRAM}1)"), ""),
    ("a form of 20,000 operands", || program(&format!("(logand 1 (+ {}))", "1 ".repeat(20_000))), ""),
    ("a program of 2,000 statements", || program(&("(ktime-get-ns)".repeat(2_000) + "1")), ""),
    ("a let of 2,000 variables", || program(&many_variables(2_000)), ""),
    ("a cond of 1,000 clauses", || program(&many_clauses(1_000)), ""),
];

/// All of them.
pub fn tests() -> Vec<Trial> {
    let test = |(name, text, code): &'static Row| {
        Trial::test(*name, move || check(&text(), code)).with_kind("limit")
    };
    let mut tests: Vec<_> = ROWS.iter().map(test).collect();
    tests.push(Trial::test("many errors are reported in one run", several_errors).with_kind("limit"));
    tests.push(Trial::test("the right line is named in 5 MB", right_line).with_kind("limit"));
    tests
}

fn nested(open: &str, close: &str, depth: usize) -> String {
    open.repeat(depth) + &close.repeat(depth)
}

/// An enum that is the type of a global.
fn members(count: usize) -> String {
    let all: Vec<_> = (0..count).map(|n| format!("m{n}")).collect();
    format!("(defenum large {})(defvar last large){PROGRAM} 1)", all.join(" "))
}

fn program(body: &str) -> String {
    format!("{PROGRAM}{body})")
}

fn definitions(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 100);
    while text.len() < bytes {
        text += &format!("(defconstant constant-number-{} {})\n", text.len(), text.len());
    }
    text
}

fn many_variables(count: usize) -> String {
    let bindings: String = (0..count).map(|i| format!("(v{i} (get-prandom-u32))")).collect();
    format!("(let* ({bindings}) (logand 1 v{}))", count - 1)
}

fn many_clauses(count: usize) -> String {
    let clauses: String = (0..count).map(|i| format!("((= x {i}) {})", i % 2)).collect();
    format!("(let ((x (get-prandom-u32))) (cond {clauses} (t 1)))")
}

/// Compiles on a stack of the size that threads have by default; a panic becomes a message.
fn compiled(text: &str) -> Result<Compilation, Failed> {
    let start = Instant::now();
    let compilation = catch_unwind(|| compile("limit.lisp", text)).map_err(|_| "the compiler panicked")?;
    match start.elapsed() {
        elapsed if elapsed > LONGEST => Err(format!("it took {elapsed:?}").into()),
        _ => Ok(compilation),
    }
}

fn check(text: &str, code: &str) -> Result<(), Failed> {
    let compilation = compiled(text)?;
    let found: Vec<_> = compilation.messages.iter().take(5).map(|m| m.code.as_str()).collect();
    match code {
        "" if compilation.object.is_some() => Ok(()),
        "" => Err(format!("it does not compile: {found:?}").into()),
        _ if compilation.messages.iter().any(|message| message.code == code) => Ok(()),
        _ => Err(format!("{code} is wanted, and there is {found:?}").into()),
    }
}

fn several_errors() -> Result<(), Failed> {
    let body: String = (0..200).map(|i| format!("\n(unknown-{i})")).collect();
    let compilation = compiled(&program(&body))?;
    match compilation.messages.iter().filter(|message| message.code == "E0101").count() {
        200 => Ok(()),
        count => Err(format!("{count} errors of 200").into()),
    }
}

fn right_line() -> Result<(), Failed> {
    let text = definitions(5 << 20) + "  (defconstant wrong #xzz)\n";
    let lines = text.lines().count() as u32;
    let compilation = compiled(&text)?;
    let place = compilation.messages.first().map(|message| (message.line, message.column));
    match place {
        Some((line, 22)) if line == lines => Ok(()),
        _ => Err(format!("line {lines}, column 22 is wanted, and {place:?} is named").into()),
    }
}
