//! `bpfl test`: the tests of source files, run and reported.

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
    let plan = Plan { filters: &args.filter, patience: args.timeout };
    let mut broken = false;
    for file in &args.files {
        let ran = input::read_lisp(file, &args.compile).and_then(|source| source.test(&plan, &mut report));
        match ran {
            Ok(()) => {}
            // A file that does not compile does not keep the others from being tested.
            Err(Failure::Said(FAILED)) => broken = true,
            Err(failure) => return Err(failure),
        }
    }
    let Tally { passed, failed, skipped } = report.finish();
    match (broken || failed > 0, passed + skipped) {
        (true, _) => Err(Failure::Said(FAILED)),
        (false, 0) => Err(Failure::new(nothing(args))),
        (false, _) if passed == 0 => Ok(SKIPPED),
        _ => Ok(0),
    }
}

fn nothing(args: &Test) -> String {
    match args.filter.as_slice() {
        [] => "there is no test here; write one with `(deftest name (:prog program) form…)`".into(),
        filters => format!("no test has `{}` in its name", filters.join("` or `")),
    }
}
