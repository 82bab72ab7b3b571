//! Userspace Lisp: scripts that load programs, attach them and read their maps.
//!
//! A script is a source file with a form that the evaluator knows and the kernel does not: its forms
//! are evaluated in turn. What it defines for the kernel (`defmap`, `defprog` …) is compiled when a
//! session without an object is entered. The functions are in a table each: [`objects`] opens and
//! loads, [`maps`] reads and writes, [`attach`] attaches, [`system`] has time and processes;
//! [`session`] is `with-bpf-session`.
//!
//! Always holds: whatever ends a script, what it attached is detached and freed, because sessions are
//! values that end with the scope that holds them.

mod address;
mod arena;
mod attach;
mod cgroup;
mod check;
mod convert;
mod file;
mod keys;
mod kind;
mod maps;
mod object;
mod objects;
mod packet;
mod printed;
mod process;
mod records;
pub mod repl;
mod ring;
mod session;
mod socket;
mod system;
pub mod test;
mod testrun;
mod traffic;

pub use check::check;

use std::{
    any::Any,
    collections::HashMap,
    os::fd::BorrowedFd,
    sync::Arc,
    time::{Duration, Instant},
};

use bpfl_compiler::{
    diagnostic::{Diagnostic, Diagnostics, codes, render::render},
    driver::{Options, Places},
    eval::{Condition, Env, Exit, Host, Interp, Limits, Origin, Value, convert as data_convert},
    inputs,
    names::Names,
    read::{Data, DatumId},
    source::{FileId, SourceMap},
};
use bpfl_runtime::{
    btf::shape::Shape,
    load::LoadError,
    run::Ran,
    session::SessionError,
    spec::{ObjectSpec, ProgramSpec},
};
use nix::sys::signal::Signal;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use kind::{FormKind, kinds};
use printed::Printed;

use crate::{
    failure::{FAILED, Failure, Outcome},
    output,
    refusal::{self, Origin as RefusalOrigin},
    signals::{Event, Signals},
};

/// The deepest recursion of a script; there is no limit to its length.
const LIMITS: Limits = Limits { steps: 0, total: 0, depth: 10_000 };

/// What a script's functions need to know.
struct World {
    sources: SourceMap,
    options: Options,
    /// What the script defines for the kernel.
    definitions: Vec<Value>,
    signals: Option<Signals>,
    /// The signal that ended the script.
    ended_by: Option<Signal>,
    /// When the script is to end.
    deadline: Option<Instant>,
    /// Whether the deadline ended it.
    timed_out: bool,
    started: Instant,
    /// What it is given on the command line.
    arguments: Vec<String>,
    /// The error number of the last call on a socket that failed.
    errno: i32,
    /// What came of the run of a test's program.
    ran: Option<Ran>,
    /// What `(is …)` found not to be true.
    failing: Option<test::Failing>,
    /// Which source the programs of sessions are from.
    places: Vec<Places>,
    /// Whether it is said how much work programs are for the verifier.
    verbose: bool,
    /// Whether the verifier's whole log is shown.
    verifier_log: bool,
    /// Whether what was printed last is no whole line.
    within_line: bool,
    /// Whether tests run programs in the userspace VM.
    in_vm: bool,
    /// What programs print.
    printed: Printed,
    /// The status that it is to end with.
    quit: Option<u8>,
    /// Why what it printed is lost, if it is.
    lost: Option<Failure>,
    /// How the structs that it defines are laid out, those that were asked for.
    shapes: HashMap<String, Arc<Shape>>,
}

impl Host for World {
    fn print(&mut self, text: &str) -> Result<(), String> {
        self.within_line = text.chars().last().map_or(self.within_line, |last| last != '\n');
        let written = output::write(text.as_bytes());
        self.heard(written.and_then(|()| if text.contains('\n') { output::flush() } else { Ok(()) }))
    }

    fn poll(&mut self) -> Result<(), String> {
        self.wait(Duration::ZERO)
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

impl World {
    /// Writes what is printed and not written yet.
    ///
    /// # Errors
    /// When it is lost, which ends the script.
    fn flush(&mut self) -> Result<(), String> {
        self.heard(output::flush())
    }

    /// Remembers that what was printed is lost.
    fn heard(&mut self, written: Result<(), Failure>) -> Result<(), String> {
        written.map_err(|failure| {
            self.lost = Some(failure);
            "what it prints is lost".into()
        })
    }

    /// Waits, unless a signal or the deadline ends the script.
    fn wait(&mut self, patience: Duration) -> Result<(), String> {
        let end = Instant::now() + patience;
        // The deadline ends a pause, too, and the next one says that it has come.
        loop {
            self.pause(end, None)?;
            if Instant::now() >= end {
                break;
            }
        }
        if !patience.is_zero() {
            self.tell_printed();
        }
        Ok(())
    }

    /// Waits until `end` or until `fd` is ready, which the value says.
    fn wait_for(&mut self, fd: BorrowedFd<'_>, flags: PollFlags, end: Instant) -> Result<bool, String> {
        loop {
            let quiet = self.pause(end, Some((fd, flags)))?;
            if ready(fd, flags) {
                return Ok(true);
            }
            if quiet && Instant::now() >= end {
                return Ok(false);
            }
        }
    }

    /// Waits for whatever comes first; whether that was no signal.
    fn pause(&mut self, end: Instant, other: Option<(BorrowedFd<'_>, PollFlags)>) -> Result<bool, String> {
        let now = Instant::now();
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            self.timed_out = true;
            return Err("its time is up".into());
        }
        let until = self.deadline.map_or(end, |deadline| deadline.min(end));
        let patience = until.saturating_duration_since(now);
        let Some(signals) = &self.signals else { return Ok(true) };
        let event = signals.wait_or(patience, other).map_err(|error| error.to_string())?;
        if let Some(Event::End { signal, from_terminal }) = event {
            if from_terminal && signal == Signal::SIGINT {
                output::after_interrupt();
            }
            self.ended_by = Some(signal);
            return Err(format!("{signal} has come"));
        }
        Ok(event.is_none())
    }
}

/// Whether a descriptor is ready now.
fn ready(fd: BorrowedFd<'_>, flags: PollFlags) -> bool {
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut [PollFd::from_borrowed_fd(fd, flags)], Some(&now)).is_ok_and(|ready| ready > 0)
}

/// The script's world.
fn world<'i>(interp: &'i mut Interp<'_>) -> Result<&'i mut World, Exit> {
    interp.host().as_any().downcast_mut().ok_or_else(|| Exit::error("this needs userspace"))
}

/// Whether a file is a script: it has a top-level form that does something in userspace.
pub fn is_script(sources: &SourceMap, file: FileId) -> bool {
    let (names, data) = (Names::new(), Data::new());
    let mut diagnostics = Diagnostics::default();
    let forms = bpfl_compiler::read::read(sources, file, &names, &data, &mut diagnostics);
    kinds(&names, &data, &forms).contains(&FormKind::Userspace)
}

impl World {
    fn new(sources: SourceMap, options: Options, signals: Option<Signals>) -> Self {
        Self {
            sources,
            options,
            definitions: Vec::new(),
            signals,
            ended_by: None,
            deadline: None,
            timed_out: false,
            started: Instant::now(),
            arguments: Vec::new(),
            errno: 0,
            ran: None,
            failing: None,
            places: Vec::new(),
            verbose: false,
            verifier_log: false,
            within_line: false,
            in_vm: false,
            printed: Printed::default(),
            quit: None,
            lost: None,
            shapes: HashMap::new(),
        }
    }
}

/// An evaluator with all that userspace has.
fn interpreter(names: &Names, world: World) -> Interp<'_> {
    let mut interp = Interp::new(names, Box::new(world), LIMITS);
    define_all(&mut interp);
    interp
}

/// Defines what userspace has beside the language.
fn define_all(interp: &mut Interp<'_>) {
    for table in [
        address::ROWS,
        attach::ROWS,
        attach::BY_TARGET,
        maps::ROWS,
        objects::ROWS,
        process::ROWS,
        arena::ROWS,
        file::ROWS,
        records::ROWS,
        ring::ROWS,
        socket::ROWS,
        system::ROWS,
    ] {
        table.iter().for_each(|builtin| interp.define_builtin(builtin));
    }
    packet::rows().for_each(|builtin| interp.define_builtin(builtin));
    file::define(interp);
    for table in [
        cgroup::FORMS,
        file::FORMS,
        records::FORMS,
        ring::FORMS,
        session::FORMS,
        socket::FORMS,
        testrun::FORMS,
    ] {
        table.iter().for_each(|form| interp.define_special(form));
    }
}

/// How a script is run.
#[derive(Default)]
pub struct Running {
    /// When it is to end.
    pub time: Option<Duration>,
    /// What `(argv)` gives.
    pub arguments: Vec<String>,
    /// Whether it is said how much work programs are for the verifier.
    pub verbose: bool,
    /// Whether the verifier's whole log is shown.
    pub verifier_log: bool,
}

/// Evaluates a script; the status is the command's.
pub fn run(mut sources: SourceMap, file: FileId, options: Options, how: Running) -> Outcome {
    let (names, data) = (Names::new(), Data::new());
    let mut diagnostics = Diagnostics::default();
    let forms = inputs::file(&mut sources, file, &names, &data, &options.files, &mut diagnostics);
    if diagnostics.has_errors() {
        diagnostics.sort();
        output::tell(&render(&sources, diagnostics.iter(), output::color()));
        return Err(Failure::Said(FAILED));
    }
    let signals =
        Signals::block().map_err(|error| Failure::new(format!("signals cannot be awaited ({error})")))?;
    let mut world = World::new(sources, options, Some(signals));
    world.deadline = how.time.map(|time| Instant::now() + time);
    world.arguments = how.arguments;
    (world.verbose, world.verifier_log) = (how.verbose, how.verifier_log);
    let mut interp = interpreter(&names, world);
    let mut result = evaluate(&mut interp, &names, &data, &forms);
    if let Ok(world) = self::world(&mut interp) {
        let flushed = world.flush().map_err(Exit::Stopped);
        result = result.and(flushed);
        world.tell_printed();
    }
    match result {
        Ok(()) => Ok(0),
        Err(exit) => end(&mut interp, exit),
    }
}

fn evaluate(interp: &mut Interp<'_>, names: &Names, data: &Data, forms: &[DatumId]) -> Result<(), Exit> {
    let values = forms.iter().map(|form| data_convert::value(names, data, *form, Origin::Call));
    let kinds = kinds(names, data, forms);
    let forms: Vec<(FormKind, Value)> = kinds.into_iter().zip(values).collect();
    let definitions = forms.iter().filter(|(kind, _)| matches!(kind, FormKind::Kernel | FormKind::Both));
    world(interp)?.definitions = definitions.map(|(_, form)| form.clone()).collect();
    for (_, form) in forms
        .iter()
        .filter(|(kind, form)| *kind != FormKind::Kernel && !is_include(interp, form))
        .collect::<Vec<_>>()
    {
        interp.eval(form, &Env::default())?;
    }
    Ok(())
}

/// Included files were read with the file.
fn is_include(interp: &Interp<'_>, form: &Value) -> bool {
    kind::starts_with(interp, form, "include")
}

/// The verifier's refusal of a program, if that is what a condition is of.
fn refusal_of(condition: &Condition) -> Option<&SessionError> {
    let cause = condition.cause.as_ref()?.downcast_ref()?;
    matches!(cause, SessionError::Load(LoadError::Verifier { .. })).then_some(cause)
}

impl World {
    /// Says why the verifier refuses a program, at its place in the source where that is known.
    fn refused(&mut self, error: &SessionError) -> Failure {
        let mut spec = ObjectSpec::default();
        let named = |places: &&Places| match error {
            SessionError::Load(LoadError::Verifier { program, .. }) => places.program == *program,
            _ => false,
        };
        let places: Vec<Places> = self.places.iter().rev().find(named).cloned().into_iter().collect();
        spec.programs.extend(places.iter().map(|of| ProgramSpec {
            name: of.program.clone(),
            section: String::new(),
            row: None,
            code: Vec::new(),
            lines: Vec::new(),
            references: Vec::new(),
        }));
        let mut origin = RefusalOrigin::compiled(std::mem::take(&mut self.sources), places);
        let failure = refusal::explain(self.verifier_log, &spec, &mut origin, error);
        self.sources = origin.sources;
        failure
    }
}

/// How a script that did not come to its end ends.
fn end(interp: &mut Interp<'_>, exit: Exit) -> Outcome {
    let condition = match exit {
        Exit::Error(condition) => *condition,
        Exit::Return(..) => Condition::new("error", "it returns from a block that is left"),
        Exit::Stopped(reason) => {
            let world = world(interp).map_err(|_| Failure::new(reason.clone()))?;
            if let Some(lost) = world.lost.take() {
                return Err(lost);
            }
            return match (world.ended_by, world.timed_out) {
                (Some(signal), _) => Ok(128 + signal as u8),
                (None, true) => Ok(0),
                (None, false) => Err(Failure::new(reason)),
            };
        }
    };
    let world = world(interp).map_err(|_| Failure::new(condition.message.clone()))?;
    if let Some(cause) = refusal_of(&condition) {
        return Err(world.refused(cause));
    }
    let span = condition.origin.span();
    match span {
        Some(span) => {
            let diagnostic = Diagnostic::error(&codes::UNHANDLED, span, condition.message);
            output::tell(&render(&world.sources, [&diagnostic], output::color()));
            Err(Failure::Said(FAILED))
        }
        None => Err(Failure::new(condition.message)),
    }
}
