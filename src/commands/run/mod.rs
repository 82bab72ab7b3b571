//! `bpfl run`: loads a file's programs, attaches them, shows their maps, and ends cleanly.
//!
//! Always holds: whatever ends the run, programs are detached and freed, and the cgroup that was
//! made for CMD is removed once nothing is in it.

mod command;
mod events;
mod pins;
mod show;
mod walk;
mod watch;

use std::path::{Path, PathBuf};

use bpfl_runtime::{
    attach::Target,
    cgroup::{CgroupError, Hierarchy, resolve},
    session::{Session, SessionError},
    spec::ProgramSpec,
    trace::Trace,
};

use crate::{
    cli::Run,
    failure::{Failure, OWN, Outcome},
    input::{self, Input, Source},
    output,
    refusal::{self, Origin},
    signals::Signals,
    table::{Choice, MOST_ROWS},
    userspace::Running,
    work,
};

/// Runs the command.
pub fn run(args: &Run) -> Outcome {
    let own = |failure: Failure| if args.command.is_empty() { failure } else { failure.into_own() };
    if let Some(script) = script(args).map_err(own)? {
        refuse_options(args).map_err(own)?;
        let arguments = args.command.iter().map(|argument| argument.to_string_lossy().into_owned());
        let (time, arguments) = (args.time, arguments.collect());
        let (verbose, verifier_log) = (args.verbose, args.verifier_log);
        return script.run_script(Running { time, arguments, verbose, verifier_log });
    }
    if args.command.is_empty() && std::env::args_os().any(|argument| argument == "--") {
        return Err(Failure::with(
            OWN,
            "there is no command after `--`; without `--`, all of the machine is watched",
        ));
    }
    match args.command.is_empty() {
        true => prepare(args).and_then(|ready| watch::run(args, ready)),
        false => prepare(args).and_then(|ready| command::run(args, ready)).map_err(Failure::into_own),
    }
}

/// The file, if it is a script.
fn script(args: &Run) -> Result<Option<Source>, Failure> {
    // Standard input can be read once only, and its forms are attached.
    let Some(file) = args.file.as_ref().filter(|file| !input::is_stdin(file)) else {
        return Ok(None);
    };
    match input::read(file, &args.compile)? {
        Input::Lisp(source) if source.is_script() => Ok(Some(source)),
        _ => Ok(None),
    }
}

/// Refuses options that say what is done with a file's programs and maps: a script does that itself.
fn refuse_options(args: &Run) -> Result<(), Failure> {
    let given = [
        (args.cgroup.is_some(), "--cgroup", "it attaches with `(bpf:attach program path)`"),
        (args.map.is_some(), "--map", "it attaches with `(bpf:attach program map)`"),
        (args.interface.is_some(), "--interface", "it attaches with `(bpf:attach program \"eth0\")`"),
        (
            args.direction.is_some(),
            "--direction",
            "it attaches with `(attach-tc program \"eth0\" :direction :ingress)`",
        ),
        (args.via.is_some(), "--via", "it attaches with `(attach-tc program \"eth0\" :via :clsact)`"),
        (!args.programs.is_empty(), "--prog", "it attaches what it wants with `bpf:attach`"),
        (args.json, "--json", "it prints what it wants with `format`"),
        (args.top.is_some(), "--top", "it prints what it wants with `format`"),
        (!args.records.is_empty(), "--records", "it reads records with `(bpf:ring-consume map function)`"),
        (args.pin.is_some(), "--pin", "it pins with `(bpf:pin map path)`"),
    ];
    match given.iter().find(|(given, ..)| *given) {
        None => Ok(()),
        Some((_, option, way)) => {
            let name = args.file.as_ref().map(|file| file.display().to_string()).unwrap_or_default();
            Err(Failure::new(format!("`{name}` is a script, to which {option} says nothing: {way}")))
        }
    }
}

/// What both ways of running start from.
struct Ready {
    session: Session,
    /// Which source its programs are from.
    origin: Origin,
    /// The cgroups of this machine; programs of maps are run without them too.
    hierarchy: Result<Hierarchy, CgroupError>,
    /// The cgroup that `--cgroup` means.
    chosen: Option<PathBuf>,
    signals: Signals,
    /// What its programs print.
    trace: Option<Trace>,
    /// The structs of ring buffers' records, where the source tells.
    records: Vec<(String, String)>,
}

fn prepare(args: &Run) -> Result<Ready, Failure> {
    let file = args.file.clone().map_or_else(only_file, Ok)?;
    let (object, origin, records) = match input::read(&file, &args.compile)? {
        Input::Object(bytes) => (bytes, Origin::default(), Vec::new()),
        Input::Lisp(source) => {
            let (compiled, sources) = source.compile_with_sources()?;
            (compiled.object, Origin::compiled(sources, compiled.places), compiled.records)
        }
    };
    let mut session = Session::open(object).map_err(|error| in_file(&file, &error))?;
    session.set_attach_mode(args.attach_mode);
    if args.verbose {
        session.tell_statistics(work::tell);
    }
    if session.spec().programs.is_empty() {
        let name = file.display();
        return Err(Failure::new(format!("`{name}` has no program to run; define one with `defprog`")));
    }
    let chosen = args.cgroup.as_deref().map(|path| choose(&Hierarchy::find()?, path)).transpose()?;
    let signals =
        Signals::block().map_err(|error| Failure::new(format!("signals cannot be awaited ({error})")))?;
    let trace = events::trace(&session);
    Ok(Ready { session, origin, hierarchy: Hierarchy::find(), chosen, signals, trace, records })
}

/// Which rows of the maps are shown.
fn choice(args: &Run) -> Choice {
    Choice { top: args.top, most: if args.json { usize::MAX } else { MOST_ROWS } }
}

fn choose(hierarchy: &Hierarchy, path: &Path) -> Result<PathBuf, Failure> {
    let found = resolve(hierarchy, path)?;
    if let Some(note) = &found.note {
        output::note(note);
    }
    Ok(found.path)
}

/// The only `.lisp` file in the working directory.
fn only_file() -> Result<PathBuf, Failure> {
    let files = input::lisp_files(Path::new("."));
    let list = || files.iter().map(|file| format!("\n  {}", file.display())).collect::<String>();
    match files.as_slice() {
        [] => Err(Failure::new("there is no .lisp file here; name the file to run")),
        [file] => Ok(file.clone()),
        _ => Err(Failure::new(format!("there are several .lisp files here; name the one to run:{}", list()))),
    }
}

fn in_file(file: &Path, error: &SessionError) -> Failure {
    Failure::new(format!("`{}`: {error}", file.display()))
}

/// Loads and attaches the programs that were asked for, those of cgroups to `cgroup`.
fn attach(
    args: &Run,
    session: &mut Session,
    origin: &mut Origin,
    cgroup: Option<&Path>,
) -> Result<(), Failure> {
    let map = args.map.iter().map(Target::map);
    let interface = args.interface.iter().flat_map(|name| interface(args, name));
    let targets: Vec<_> = cgroup.iter().map(Target::cgroup).chain(map).chain(interface).collect();
    if let Some(names) = to_attach(args, session)? {
        session
            .attach_some(&names, &targets)
            .map_err(|error| refusal::explain(args.verifier_log, session.spec(), origin, &error))?;
    }
    note_unused(args, session);
    Ok(())
}

/// What an interface is to programs: to those of tc, its traffic as it was asked for.
fn interface(args: &Run, name: &str) -> Vec<Target> {
    let via = args.via.unwrap_or_default();
    let traffic = |direction| Target::Traffic { interface: name.into(), direction, via };
    // The direction is for those whose section leaves it open.
    let given = args.direction.map(|direction| traffic(Some(direction)));
    let held = args.via.map(|_| traffic(None));
    given.into_iter().chain(held).chain([Target::interface(name)]).collect()
}

/// The names of the programs to attach, none for all; `None` where all that were asked for are iterators.
fn to_attach(args: &Run, session: &Session) -> Result<Option<Vec<String>>, Failure> {
    let read = session.iterators(&args.programs)?;
    let is_read = |name: &str| session.spec().program(name).is_ok_and(|program| read.contains(&program.name));
    let names: Vec<String> = args.programs.iter().filter(|name| !is_read(name)).cloned().collect();
    Ok((!names.is_empty() || args.programs.is_empty()).then_some(names))
}

/// Says which targets that were given nothing is attached to. A cgroup for a command is of use in
/// any case.
fn note_unused(args: &Run, session: &Session) {
    let to_cgroup = session.attached().any(|(_, target)| matches!(target, Target::Cgroup(_)));
    let to_map = session.attached().any(|(_, target)| matches!(target, Target::Map(_)));
    if args.cgroup.is_some() && args.command.is_empty() && !to_cgroup {
        output::note("no program here is attached to a cgroup, so --cgroup says nothing");
    }
    let to_traffic = session.attached().any(|(_, target)| matches!(target, Target::Traffic { .. }));
    let to_interface = session.attached().any(|(_, target)| matches!(target, Target::Interface(_)));
    if args.interface.is_some() && !to_interface && !to_traffic {
        output::note("no program here is attached to an interface, so --interface says nothing");
    } else if args.direction.is_some() && !to_traffic {
        output::note("no program here leaves the direction open, so --direction says nothing");
    } else if args.via.is_some() && !to_traffic {
        output::note("no program here is for tc, so --via says nothing");
    }
    let over_a_map = session.spec().programs.iter().any(ProgramSpec::is_over_a_map);
    if args.map.is_some() && !to_map && !over_a_map {
        output::note("no program here is attached to a map, so --map says nothing");
    }
}
