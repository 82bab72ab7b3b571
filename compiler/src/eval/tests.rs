//! Forms and what they give. Each line of `EXPECTED` is `form => value`, and errors are
//! `form =! part of the message`.

use super::{Alone, Env, Exit, Interp, Limits, Origin, convert};
use crate::{
    diagnostic::Diagnostics,
    names::Names,
    read::{self, Data},
    source::SourceMap,
};

/// The printed value of the last form of `text`, or the message of its error.
fn run(text: &str) -> Result<String, String> {
    let (names, data) = (Names::new(), Data::new());
    let mut sources = SourceMap::new();
    let file = sources.add("test.lisp", text);
    let mut diagnostics = Diagnostics::default();
    let forms = read::read(&sources, file, &names, &data, &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{text}");
    let mut interp = Interp::new(&names, Box::new(Alone), Limits { steps: 200_000, total: 0, depth: 1_000 });
    let mut last = Ok(String::new());
    for form in forms {
        let form = convert::value(&names, &data, form, Origin::Call);
        last = match interp.eval(&form, &Env::default()) {
            Ok(value) => Ok(interp.readable(&value)),
            Err(Exit::Error(condition)) => return Err(condition.message),
            Err(Exit::Stopped(reason)) => return Err(reason),
            Err(Exit::Return(..)) => return Err("left a block".into()),
        };
    }
    last
}

const EXPECTED: &str = include_str!("tests.txt");

#[test]
fn forms_give_what_common_lisp_says() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in EXPECTED.lines().filter(|line| !line.is_empty() && !line.starts_with(';')) {
        let (form, expected, fails) = match (line.rsplit_once(" => "), line.rsplit_once(" =! ")) {
            (Some((form, value)), _) => (form, value, false),
            (None, Some((form, message))) => (form, message, true),
            _ => panic!("{line}"),
        };
        count += 1;
        let fine = match &run(form) {
            Ok(value) => !fails && value == expected,
            Err(message) => fails && message.contains(expected),
        };
        if !fine {
            wrong.push(format!("{form}\n    wanted {expected}\n    got    {:?}", run(form)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 150, "{count}");
}

#[test]
fn a_long_list_is_freed_without_a_deep_stack() {
    let build = "(let ((l nil)) (dotimes (i 60000) (push i l)) (length l))";
    assert_eq!(run(build), Ok("60000".into()));
}
