//! `bpfl repl`: forms in, what comes of them out, one after another.
//!
//! A form that defines something for the kernel joins the definitions, which are compiled together and take
//! the place of those before them (`define`); any other is evaluated. Always holds: an error ends the form it
//! is in and nothing else; whatever ends the repl, what it attached is detached.

mod commands;
mod complete;
mod define;
mod definitions;
mod describe;
mod elsewhere;
mod input;
mod load;
mod terminal;

use std::{
    cell::RefCell,
    path::PathBuf,
    rc::Rc,
    sync::PoisonError,
    time::{Duration, Instant},
};

use bpfl_compiler::{
    diagnostic::{Diagnostics, Severity, render::render},
    driver::Options,
    eval::{Env, Exit, Interp, Origin, Value, convert},
    inputs,
    names::Names,
    read::{Data, DatumId},
    source::{FileId, SourceMap, Span},
};
use bpfl_runtime::session::Session;
use nix::sys::signal::Signal;

use super::{FormKind, World, end, interpreter, kind::Kinds, session, test, world};
use crate::{
    failure::{FAILED, Failure, Outcome},
    output,
    signals::Signals,
};
use complete::Words;
use definitions::Definitions;
use input::{Got, Input, Lines, Piece};
use terminal::{Shared, Terminal};

/// How the repl is run.
pub struct How {
    /// How to compile.
    pub options: Options,
    /// Whether the verifier's whole log is shown.
    pub verifier_log: bool,
    /// Whether there is a terminal at both ends.
    pub terminal: bool,
}

/// A repl.
struct Repl<'n> {
    names: &'n Names,
    data: Data,
    interp: Interp<'n>,
    kinds: Kinds<'n>,
    definitions: Definitions,
    /// The session of what is defined, once there is a map or a program.
    session: Option<Rc<RefCell<Session>>>,
    /// The sizes of the structs that are defined.
    structs: Vec<(String, u32)>,
    /// The names that are bound to what is in it.
    bound: Vec<String>,
    verifier_log: bool,
    terminal: bool,
    words: Shared,
    /// Whether a form has failed.
    failed: bool,
}

/// Why the repl ends.
enum Ended {
    /// The user has asked for it, with this status.
    Quit(u8),
    Signal(Signal),
    Failed(Failure),
}

/// What a form comes to: an error has been said, unless it ends the repl.
type Done<T = ()> = Result<T, Trouble>;

/// Why a form is not done.
enum Trouble {
    /// It has been said why.
    Said,
    /// It is to be said why.
    Say(Failure),
    Ended(Ended),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Say(failure)
    }
}

/// Runs a repl over standard input, after loading `files`.
pub fn run(files: &[PathBuf], how: How) -> Outcome {
    let names = Names::new();
    let signals =
        Signals::block().map_err(|error| Failure::new(format!("signals cannot be awaited ({error})")))?;
    let mut repl = Repl::new(&names, how, signals);
    let ended = repl.run(files);
    if let Some(session) = &repl.session {
        session.borrow_mut().end();
    }
    match ended {
        Some(Ended::Quit(status)) => Ok(status),
        Some(Ended::Signal(signal)) => Ok(128 + signal as u8),
        Some(Ended::Failed(failure)) => Err(failure),
        // A script on standard input has failed where one of its forms has.
        None => Ok(if repl.failed && !repl.terminal { FAILED } else { 0 }),
    }
}

impl<'n> Repl<'n> {
    fn new(names: &'n Names, how: How, signals: Signals) -> Self {
        let mut world = World::new(SourceMap::new(), how.options, Some(signals));
        world.verifier_log = how.verifier_log;
        let mut repl = Self {
            names,
            data: Data::new(),
            interp: interpreter(names, world),
            kinds: Kinds::new(names),
            definitions: Definitions::default(),
            session: None,
            structs: Vec::new(),
            bound: Vec::new(),
            verifier_log: how.verifier_log,
            terminal: how.terminal,
            words: Shared::default(),
            failed: false,
        };
        commands::define(&mut repl.interp);
        test::define(&mut repl.interp);
        repl.explain_definitions();
        repl.teach();
        repl
    }

    fn run(&mut self, files: &[PathBuf]) -> Option<Ended> {
        for file in files {
            let loaded = self.load(file);
            if let Some(ended) = self.settle(loaded) {
                return Some(ended);
            }
        }
        let mut input = match self.terminal {
            true => match Terminal::new(self.words.clone()) {
                Ok(terminal) => Input::Terminal(terminal),
                Err(reason) => return Some(Ended::Failed(Failure::new(reason))),
            },
            false => Input::Lines(Lines::default()),
        };
        loop {
            let done = match self.next(&mut input) {
                Ok(Got::Piece(piece)) => self.piece(&piece),
                Ok(Got::Dropped) => Ok(()),
                Ok(Got::NotText(line)) => {
                    Err(Failure::new(format!("<stdin>:{line}: this line is not UTF-8")).into())
                }
                Ok(Got::End) => return None,
                Err(trouble) => Err(trouble),
            };
            if let Some(ended) = self.settle(done) {
                return Some(ended);
            }
        }
    }

    /// Waits for input.
    fn next(&mut self, input: &mut Input) -> Done<Got> {
        let terminal = input.is_terminal();
        let host = world(&mut self.interp).map_err(|_| Trouble::Said)?;
        let got = input.next(&mut |fd, flags| {
            loop {
                let long = Instant::now() + Duration::from_secs(3600);
                match host.wait_for(fd, flags, long) {
                    Ok(true) => return Ok(()),
                    Ok(false) => {}
                    // What Ctrl-C is for at a prompt, the terminal has told.
                    Err(_) if terminal && host.ended_by == Some(Signal::SIGINT) => host.ended_by = None,
                    Err(reason) => return Err(reason),
                }
            }
        });
        got.map_err(|reason| match host.ended_by {
            Some(signal) => Trouble::Ended(Ended::Signal(signal)),
            None => Trouble::Ended(Ended::Failed(Failure::new(reason))),
        })
    }

    /// Says what is to be said of an error; what ends the repl comes back.
    fn settle(&mut self, done: Done) -> Option<Ended> {
        self.fresh_line();
        if let Some(lost) = world(&mut self.interp).ok().and_then(|host| host.lost.take()) {
            return Some(Ended::Failed(lost));
        }
        match done {
            Ok(()) => return None,
            Err(Trouble::Ended(ended)) => return Some(ended),
            Err(Trouble::Said) => {}
            Err(Trouble::Say(failure)) => failure.text().into_iter().for_each(output::error),
        }
        self.failed = true;
        None
    }

    /// The forms of a piece of input, each by itself, or a command.
    fn piece(&mut self, piece: &Piece) -> Done {
        if let Some(command) = piece.text.strip_prefix(',') {
            return commands::run(self, command.trim());
        }
        let name = if self.terminal { "<repl>" } else { "<stdin>" };
        let host = world(&mut self.interp).map_err(|_| Trouble::Said)?;
        let file = host.sources.add_after(piece.lines_before, name, &*piece.text);
        let (forms, start) = self.read(file);
        for form in forms {
            let done = self.form(form, start);
            if let Some(ended) = self.settle(done) {
                return Err(Trouble::Ended(ended));
            }
        }
        Ok(())
    }

    /// What can be read of a file, and where it starts; what cannot is said. A form of which a part cannot is not
    /// among them: it would do something else than what is written.
    fn read(&mut self, file: FileId) -> (Vec<DatumId>, u32) {
        let mut diagnostics = Diagnostics::default();
        let Ok(host) = world(&mut self.interp) else { return (Vec::new(), 0) };
        let files = host.options.files.clone();
        let start = host.sources.whole(file).start;
        let mut forms =
            inputs::file(&mut host.sources, file, self.names, &self.data, &files, &mut diagnostics);
        forms.retain(|form| {
            let whole = self.data.span(*form);
            let inside = |span: Span| whole.start <= span.start && span.start < whole.end;
            !diagnostics.iter().any(|one| one.severity == Severity::Error && inside(one.span))
        });
        diagnostics.sort();
        output::tell(&render(&host.sources, diagnostics.iter(), output::color()));
        self.failed |= diagnostics.has_errors();
        (forms, start)
    }

    /// One form, which is of the input from `start` on.
    fn form(&mut self, form: DatumId, start: u32) -> Done {
        if self.head(form) == "progn" {
            let parts: Vec<DatumId> = self.data.list(form).unwrap_or_default().to_vec();
            return parts.into_iter().skip(1).try_for_each(|part| self.form(part, start));
        }
        let kind = self.kinds.learn(&self.data, form);
        match (self.head(form), kind) {
            ("deftest", _) => self.test(form),
            ("in-package" | "declaim", _) => Ok(()),
            ("load", _) => self.load_form(form),
            ("bpf:map" | "bpf:prog", _) => self.define_inline(form, start),
            (_, FormKind::Kernel | FormKind::Both) => self.define(&[form], start),
            _ => self.evaluate(form),
        }
    }

    /// The first word of a form, in lower case.
    fn head(&self, form: DatumId) -> &'n str {
        let head = self.data.list(form).and_then(|form| self.data.symbol(*form.first()?));
        head.map_or("", |name| self.names.text(self.names.folded(name)))
    }

    fn value(&self, form: DatumId) -> Value {
        convert::value(self.names, &self.data, form, Origin::Call)
    }

    /// Evaluates a form and prints its values.
    fn evaluate(&mut self, form: DatumId) -> Done {
        let form = self.value(form);
        self.interp.restart();
        let values = self.interp.eval_all(&form, &Env::default());
        let values = values.map_err(|exit| self.trouble(exit))?;
        self.fresh_line();
        for value in &values {
            let text = self.interp.readable(value);
            self.print(&format!("{text}\n"));
        }
        self.remember(values.first());
        self.teach();
        Ok(())
    }

    /// `*` is the last value, `**` the one before it, `***` the one before that.
    fn remember(&mut self, value: Option<&Value>) {
        let [one, two, three] = ["*", "**", "***"].map(|name| self.interp.symbol(name));
        for (from, to) in [(two, three), (one, two)] {
            let before = self.interp.global_variable(from).unwrap_or_default();
            self.interp.set_variable(to, before);
        }
        self.interp.set_variable(one, value.cloned().unwrap_or_default());
    }

    /// Runs a test, with maps of its own.
    fn test(&mut self, form: DatumId) -> Done {
        let forms: Vec<Value> = self.definitions.forms().cloned().collect();
        // There is nothing new in them to warn of.
        let compiled =
            session::compile_forms(&mut self.interp, &forms, u32::MAX).map_err(|_| Trouble::Said)?;
        let form = self.value(form);
        let passed = test::run_one(&mut self.interp, &form, &compiled.object);
        if world(&mut self.interp).is_ok_and(|host| host.ended_by.is_some()) {
            return Err(self.trouble(Exit::Stopped("a signal has come".into())));
        }
        if passed? { Ok(()) } else { Err(Trouble::Said) }
    }

    /// What an evaluation that has no value means.
    fn trouble(&mut self, exit: Exit) -> Trouble {
        if let Exit::Stopped(reason) = &exit {
            let Ok(host) = world(&mut self.interp) else { return Trouble::Said };
            if let Some(lost) = host.lost.take() {
                return Trouble::Ended(Ended::Failed(lost));
            }
            return match (host.quit.take(), host.ended_by) {
                (Some(status), _) => Trouble::Ended(Ended::Quit(status)),
                (None, Some(Signal::SIGINT)) if self.terminal => {
                    host.ended_by = None;
                    // What the terminal shows for Ctrl-C is no whole line.
                    host.within_line = true;
                    self.fresh_line();
                    output::note("interrupted");
                    Trouble::Said
                }
                (None, Some(signal)) => Trouble::Ended(Ended::Signal(signal)),
                (None, None) => Trouble::Say(Failure::new(reason.clone())),
            };
        }
        self.fresh_line();
        match end(&mut self.interp, exit) {
            Ok(_) => Trouble::Said,
            Err(failure) => Trouble::Say(failure),
        }
    }

    /// What is printed next starts a line.
    fn fresh_line(&mut self) {
        if world(&mut self.interp).is_ok_and(|host| host.within_line) {
            self.print("\n");
        }
        if let Ok(host) = world(&mut self.interp) {
            // What is lost is told when the form is done.
            let _ = host.flush();
        }
    }

    /// Prints; that it is lost is told when the form is done.
    fn print(&mut self, text: &str) {
        let _ = self.interp.print(text);
    }

    /// Tells the editor what there is by now.
    fn teach(&mut self) {
        let userspace = self.interp.callables().filter(|name| !name.starts_with(['#', '%']));
        let variables = self.interp.variable_names().filter(|name| !name.starts_with(['#', '%', '*']));
        let defined = self.definitions.iter().map(|definition| definition.name.clone());
        let words = Words {
            userspace: userspace.filter(|name| !name.starts_with("setf-")).map(ToString::to_string).collect(),
            defined: variables.map(ToString::to_string).chain(defined).collect(),
        };
        *self.words.lock().unwrap_or_else(PoisonError::into_inner) = words;
    }
}
