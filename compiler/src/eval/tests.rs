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
    run_within(text, Limits { steps: 200_000, total: 0, depth: 1_000 })
}

fn run_within(text: &str, limits: Limits) -> Result<String, String> {
    let (names, data) = (Names::new(), Data::new());
    let mut sources = SourceMap::new();
    let file = sources.add("test.lisp", text);
    let mut diagnostics = Diagnostics::default();
    let forms = read::read(&sources, file, &names, &data, &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{text}");
    let mut interp = Interp::new(&names, Box::new(Alone), limits);
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

/// What `run` gives without a limit to its steps, as scripts have none; on a small stack.
fn run_long(text: &'static str) -> Result<String, String> {
    let run = move || run_within(text, Limits { steps: 0, total: 0, depth: 1_000 });
    std::thread::Builder::new().stack_size(1 << 20).spawn(run).unwrap().join().unwrap()
}

#[test]
fn values_of_any_depth_are_freed_printed_and_compared_on_a_small_stack() {
    for (build, part) in [
        ("(list x)", "(((("),
        ("(cons x x)", "(((("),
        ("(vector x)", "#(#("),
        ("(let ((h (make-hash-table))) (setf (gethash 1 h) x) h)", "#<hash-table 1>"),
        ("(let ((y x)) (lambda () y))", "#<function>"),
        ("(let ((y x)) (lambda (&optional (z y)) z))", "#<function>"),
        ("(make-node :next x)", "#S(node :next #S("),
    ] {
        let text = format!(
            "(defstruct node next)
             (let ((x nil)) (dotimes (i 100000) (setf x {build})) (subseq (princ-to-string x) 0 {}))",
            part.len()
        );
        assert_eq!(run_long(text.leak()), Ok(format!("{part:?}")), "{build}");
    }
    let deep = |use_of: &str| {
        let text = "(defun deep () (let ((x nil)) (dotimes (i 100000) (setf x (list x))) x))";
        run_long(format!("{text} {use_of}").leak())
    };
    assert_eq!(deep("(equal (deep) (deep))"), Ok("t".into()));
    assert_eq!(deep("(equal (deep) (list (deep)))"), Ok("nil".into()));
    assert_eq!(deep("(gethash (deep) (make-hash-table))"), Ok("nil".into()));
    assert!(deep("(eq 1 (format nil \"~{~a~}\" (deep)))").is_ok());
}

#[test]
fn forms_of_any_depth_are_refused_on_a_small_stack() {
    for (build, wanted) in [
        ("(list '+ 1 x)", "goes too deep"),
        ("(list 'quasiquote (list x))", "goes too deep"),
        ("(list 'lambda (list '&optional (list 'y x)) 1)", ""),
        ("(list 'loop 'for x 'in ''(1) 'do 1)", ""),
    ] {
        let text = format!("(defmacro deep () (let ((x 1)) (dotimes (i 100000) (setf x {build})) x)) (deep)");
        match run_long(text.leak()) {
            Ok(_) => assert_eq!(wanted, "", "{build}"),
            Err(message) => assert!(message.contains(wanted), "{build}: {message}"),
        }
    }
    let pattern = "(defmacro deep () (let ((x 'a)) (dotimes (i 100000) (setf x (list x)))
                       `(destructuring-bind ,x nil 1))) (deep)";
    assert!(run_long(pattern).is_err_and(|error| error.contains("goes too deep")));
    let names = "(defmacro wide (n) `(loop for ,(loop repeat n collect 'a) in '(1) do (list))) (wide 100000)";
    assert_eq!(run_long(names), Ok("nil".into()));
    let conditions =
        "(defmacro wide (n) `(loop ,@(loop repeat n append '(if t)) do (return 1))) (wide 100000)";
    assert!(run_long(conditions).is_err_and(|error| error.contains("in each other")));
    let nested = "(let ((x nil)) (dotimes (i 100000) (setf x (list \"~?\" x))) (format nil \"~?\" \"~?\" x))";
    assert!(run_long(nested).is_err());
}

#[test]
fn sizes_beyond_memory_are_errors() {
    for form in ["(make-list 99999999999)", "(make-array 99999999999)", "(make-array '(99999999999))"] {
        assert!(run_long(form).is_err_and(|error| error.contains("are too many")), "{form}");
    }
}

#[test]
fn a_text_of_a_value_that_shares_its_parts_has_an_end() {
    let text =
        "(let ((x 1)) (dotimes (i 300) (setf x (list x x))) (< (length (princ-to-string x)) 20000000))";
    assert_eq!(run_long(text), Ok("t".into()));
}
