//! `deftest`: programs of a file run on made-up input, and what must then be true.
//!
//! A source file goes in; each of its tests is run and reported, and counted. Always holds: each test
//! has a session of its own, with fresh maps; what a test attaches or makes is gone when it is over; a test
//! that could not be run for want of a privilege is skipped, which is not passed.

mod case;
mod check;
mod forms;
mod report;

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use bpfl_compiler::{
    diagnostic::{Diagnostic, Diagnostics, codes, render::render},
    driver::Options,
    eval::{Condition, Env, Exit, Interp, Origin, Value, convert},
    hir::build::Sides,
    inputs,
    names::Names,
    read::{Data, DatumId},
    source::{FileId, SourceMap},
};

use bpfl_runtime::host;

use super::{FormKind, World, interpreter, is_include, kinds, session, world};
use crate::{
    failure::{FAILED, Failure},
    output,
    signals::Signals,
};

use case::Case;
pub use check::Failing;
pub use report::{Report, Style, Tally};

/// What is to be tested, and how.
pub struct Plan<'a> {
    /// Only tests whose name has one of these in it; all when there is none.
    pub filters: &'a [String],
    /// How long one test may take.
    pub patience: Duration,
    /// Whether programs run in the userspace VM.
    pub in_vm: bool,
}

/// How a test came out.
enum Verdict {
    Passed,
    /// What is wrong, as the user sees it.
    Failed(String),
    /// Why it could not be run.
    Skipped(String),
}

/// The tests of a file that a plan wants.
pub struct Suite {
    names: Names,
    data: Data,
    sources: SourceMap,
    file: FileId,
    options: Options,
}

impl Suite {
    /// For the file `file` of `sources`.
    pub fn new(sources: SourceMap, file: FileId, options: Options) -> Self {
        Self { names: Names::new(), data: Data::new(), sources, file, options }
    }

    /// Runs the tests that are wanted, each reported when it is over.
    pub fn run(self, plan: &Plan<'_>, report: &mut Report) -> Result<(), Failure> {
        let Self { names, data, mut sources, file, options } = self;
        let mut diagnostics = Diagnostics::default();
        let forms = inputs::file(&mut sources, file, &names, &data, &options.files, &mut diagnostics);
        let name = sources.file(file).name.to_string();
        let mut world = World::new(sources, options, None);
        let blank = interpreter(&names, World::new(SourceMap::new(), Options::default(), None));
        let Parts { cases, kernel, own } = Parts::read(&blank, &names, &data, &forms, &mut diagnostics);
        if diagnostics.has_errors() {
            diagnostics.sort();
            output::tell(&render(&world.sources, diagnostics.iter(), output::color()));
            return Err(Failure::Said(FAILED));
        }
        (world.definitions, world.in_vm) = (kernel, plan.in_vm);
        let unheard = |error| Failure::new(format!("signals cannot be awaited ({error})"));
        world.signals = Some(Signals::block().map_err(unheard)?);
        let mut interp = interpreter(&names, world);
        forms::define(&mut interp);
        let object = session::compile(&mut interp, &[]).map_err(|_| Failure::Said(FAILED))?;
        for form in &own {
            interp.eval(form, &Env::default()).map_err(|exit| unhandled(&mut interp, exit))?;
        }
        let cases: Vec<_> = cases.iter().filter(|case| plan.wants(case)).collect();
        report.start(&name, cases.len(), plan.in_vm);
        for case in cases {
            report.begin(&case.name);
            let verdict = verdict(&mut interp, case, &object, plan.patience);
            let verdict = verdict.inspect_err(|_| report.cut(&case.name))?;
            report.end(&case.name, verdict)?;
        }
        Ok(())
    }
}

impl Plan<'_> {
    fn wants(&self, case: &Case) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|text| case.name.contains(text.as_str()))
    }
}

/// What a file is made of.
#[derive(Default)]
struct Parts {
    cases: Vec<Case>,
    /// What it defines for the kernel.
    kernel: Vec<Value>,
    /// What it defines for its tests.
    own: Vec<Value>,
}

impl Parts {
    fn read(
        interp: &Interp<'_>,
        names: &Names,
        data: &Data,
        forms: &[DatumId],
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut parts = Self::default();
        let of_kernel = Sides::of(names, data, forms).without_tests(names, data, forms);
        let of_kernel: HashSet<DatumId> = of_kernel.into_iter().collect();
        for (form, kind) in forms.iter().zip(kinds(names, data, forms)) {
            let value = convert::value(names, data, *form, Origin::Call);
            match Case::read(interp, &value) {
                Some(Ok(case)) => parts.cases.push(case),
                Some(Err(error)) => diagnostics.push(*error),
                None => parts.define(interp, (kind, of_kernel.contains(form)), value),
            }
        }
        Case::distinct(&parts.cases, diagnostics);
        parts
    }

    /// A function without parameters may be for both sides.
    fn define(&mut self, interp: &Interp<'_>, (kind, of_kernel): (FormKind, bool), form: Value) {
        if kind == FormKind::Helper || kind == FormKind::Both && !is_include(interp, &form) {
            self.own.push(form.clone());
        }
        if of_kernel || matches!(kind, FormKind::Kernel | FormKind::Both) {
            self.kernel.push(form);
        }
    }
}

fn unhandled(interp: &mut Interp<'_>, exit: Exit) -> Failure {
    match super::end(interp, exit) {
        Ok(status) => Failure::Said(status),
        Err(failure) => failure,
    }
}

/// Defines what the bodies of tests have.
pub fn define(interp: &mut Interp<'_>) {
    forms::define(interp);
}

/// Runs the test that `form` is over an object, and says how it comes out; whether it passed.
///
/// # Errors
/// When the form is malformed, or something ends the test from outside.
pub fn run_one(interp: &mut Interp<'_>, form: &Value, object: &[u8]) -> Result<bool, Failure> {
    let case = match Case::read(interp, form) {
        Some(Ok(case)) => case,
        Some(Err(diagnostic)) => {
            let Ok(world) = world(interp) else { return Ok(false) };
            output::tell(&render(&world.sources, [&*diagnostic], output::color()));
            return Ok(false);
        }
        None => return Err(Failure::new("this is no test")),
    };
    if let Ok(world) = world(interp) {
        world.in_vm = !host::may_load();
    }
    let verdict = verdict(interp, &case, object, PATIENCE);
    if let Ok(world) = world(interp) {
        (world.deadline, world.timed_out) = (None, false);
    }
    let (line, passed) = match verdict? {
        Verdict::Passed => (format!("{}: ok\n", case.name), true),
        Verdict::Skipped(why) => (format!("{}: skipped: {why}\n", case.name), true),
        Verdict::Failed(what) => {
            output::tell(&what);
            (format!("{}: FAILED\n", case.name), false)
        }
    };
    // That it is lost is told when the form is done.
    let _ = interp.print(&line);
    Ok(passed)
}

/// How long a test may take that is typed at a prompt.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs a test. What ends all of them is no verdict.
fn verdict(
    interp: &mut Interp<'_>,
    case: &Case,
    object: &[u8],
    patience: Duration,
) -> Result<Verdict, Failure> {
    interp.restart();
    if let Ok(world) = world(interp) {
        (world.deadline, world.timed_out) = (Some(Instant::now() + patience), false);
        (world.failing, world.ran) = (None, None);
    }
    let result = case.run(interp, object);
    let Ok(world) = world(interp) else { return Ok(Verdict::Passed) };
    if let Some(lost) = world.lost.take() {
        return Err(lost);
    }
    let show = |diagnostic: Diagnostic| render(&world.sources, [&diagnostic], output::color());
    Ok(match result {
        Ok(None) => Verdict::Passed,
        Ok(Some(failing)) => Verdict::Failed(show(failing.diagnostic(case))),
        Err(Exit::Error(condition)) if condition.kind == "permission-error" => {
            Verdict::Skipped(condition.message)
        }
        Err(Exit::Stopped(_)) if world.ended_by.is_some() => {
            return Err(Failure::Said(128 + world.ended_by.map_or(0, |signal| signal as u8)));
        }
        Err(Exit::Stopped(_)) if world.timed_out => {
            let message = format!("test `{}` fails: it has not ended after {patience:?}", case.name);
            Verdict::Failed(show(
                Diagnostic::error(&codes::TEST_FAILS, case.span, message)
                    .help("`--timeout` gives a test more time"),
            ))
        }
        Err(exit) => Verdict::Failed(show(error(case, exit))),
    })
}

/// An error that nothing in the test has handled.
fn error(case: &Case, exit: Exit) -> Diagnostic {
    let condition = match exit {
        Exit::Error(condition) => *condition,
        _ => Condition::new("error", "it is left early"),
    };
    let span = condition.origin.span().unwrap_or(case.span);
    Diagnostic::error(&codes::TEST_FAILS, span, format!("test `{}` fails: {}", case.name, condition.message))
}
