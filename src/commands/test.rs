//! `bpfl test`: the tests of source files, run and reported.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bpfl_runtime::host;

use crate::{
    cli::Test,
    failure::{FAILED, Failure, Outcome},
    input,
    userspace::test::{Plan, Report, Style, Tally},
};

/// The status when no test could be run: what automake takes for "skipped".
const SKIPPED: u8 = 77;

/// Runs the command.
pub fn run(args: &Test) -> Outcome {
    let style = if args.tap { Style::Tap } else { Style::Human };
    let mut report = Report::new(style);
    let in_vm = args.vm || !host::may_load();
    let plan = Plan { filters: &args.filter, patience: args.timeout, in_vm };
    let mut broken = false;
    let files = if args.files.is_empty() { files_here()? } else { args.files.clone() };
    for file in &files {
        let ran = input::read_lisp(file, &args.compile).and_then(|source| source.test(&plan, &mut report));
        match ran {
            Ok(()) => {}
            // A file that does not compile does not keep the others from being tested.
            Err(Failure::Said(FAILED)) => {
                broken = true;
                report.broken(&file.display().to_string());
            }
            Err(failure) => {
                // What ended it is what is to be told.
                let _ = report.finish()?;
                return Err(failure);
            }
        }
    }
    let Tally { passed, failed, skipped } = report.finish()?;
    match (broken || failed > 0, passed + skipped) {
        (true, _) => Err(Failure::Said(FAILED)),
        (false, 0) => Err(Failure::new(nothing(args))),
        (false, _) if passed == 0 => Ok(SKIPPED),
        _ => Ok(0),
    }
}

/// The files in the working directory that have tests.
fn files_here() -> Result<Vec<PathBuf>, Failure> {
    let has_tests = |file: &PathBuf| fs::read(file).is_ok_and(|bytes| has(&bytes, b"(deftest "));
    let files: Vec<_> = input::lisp_files(Path::new(".")).into_iter().filter(has_tests).collect();
    match files.is_empty() {
        true => Err(Failure::new("there is no .lisp file with tests here; name the files to test")),
        false => Ok(files),
    }
}

fn has(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window.eq_ignore_ascii_case(wanted))
}

fn nothing(args: &Test) -> String {
    match args.filter.as_slice() {
        [] => "there is no test here; write one with `(deftest name (:prog program) form…)`".into(),
        filters => format!("no test has `{}` in its name", filters.join("` or `")),
    }
}
