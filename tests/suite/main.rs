//! The language's tests: cases in files, generated programs, and inputs at the limits.
//!
//! A case is one file under `tests/cases`; its comments say what is to come of it (`case`). Each
//! case shows as up to five tests: `check` compares messages, snapshots and the object with what
//! the file says; `interp` runs its programs in the IR interpreter before and after optimisation;
//! `vm` runs the object's programs in the userspace VM; `kernel` loads the object and runs them with
//! `BPF_PROG_TEST_RUN`; `least` loads it with the least privileges. All must agree.
//! Without the privilege to load programs the kernel's tests are shown as ignored, with the reason.

mod accepted;
mod book;
mod case;
mod check;
mod command;
mod compile;
mod generate;
mod interp;
mod ir_text;
mod kernel;
mod kernel_types;
mod known;
mod layout;
mod least;
mod libbpf;
mod limits;
mod mutate;
mod run;
mod seeds;
mod snapshot;
mod state;
mod syscall;
mod table;
mod vm;

use std::{path::Path, process::ExitCode, sync::Arc};

use libtest_mimic::{Arguments, Trial};

use case::Case;
use known::Known;

/// Where the cases are.
const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if let Some(problem) = seeds::problem() {
        eprintln!("{problem}");
        return ExitCode::FAILURE;
    }
    let obstacle = kernel::obstacle();
    let known = Arc::new(Known::read(Path::new(CASES)));
    let mut tests: Vec<Trial> = Vec::new();
    match Case::read_all(Path::new(CASES)) {
        Ok(cases) => {
            let cases: Vec<_> = cases.into_iter().map(Arc::new).collect();
            cases.iter().for_each(|case| add_case(&mut tests, case, &known, &obstacle));
            tests.extend(mutate::tests(&cases, &known, &obstacle));
        }
        // Not as a test: a filter would leave it out, and pass.
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::FAILURE;
        }
    }
    tests.push(
        Trial::test("no orphaned snapshots", || snapshot::orphans(Path::new(CASES))).with_kind("check"),
    );
    tests.extend(ir_text::tests(Path::new(CASES)));
    tests.extend(book::tests(&obstacle));
    tests.extend(layout::tests());
    tests.extend(libbpf::tests());
    tests.extend(limits::tests());
    tests.extend(command::tests());
    tests.extend(generate::tests(&known, &obstacle));
    let conclusion = libtest_mimic::run(&arguments, tests);
    if let Some(reason) = &obstacle {
        eprintln!("skipped: the tests marked [kernel], for {reason}");
    }
    conclusion.exit_code()
}

/// The tests of one case.
fn add_case(tests: &mut Vec<Trial>, case: &Arc<Case>, known: &Arc<Known>, obstacle: &Option<String>) {
    let mut add = |kind: &'static str, skip: bool, body: fn(&Case) -> Result<(), String>| {
        let (case, known) = (case.clone(), known.clone());
        let test = Trial::test(case.name.clone(), move || known.judge(&case.name, kind, body(&case)));
        tests.push(test.with_kind(kind).with_ignored_flag(skip));
    };
    add("check", false, check::check);
    if case.is_accepted() {
        add("interp", false, accepted::interpret);
        if case.runs_in_vm() {
            add("vm", false, accepted::run_in_vm);
        }
        if !case.compile_only {
            add("kernel", obstacle.is_some(), accepted::load_and_run);
            if least::is_quick(case) {
                add("least", obstacle.is_some(), least::load);
            }
        }
    }
}
