//! Running without a command: attached to a cgroup until a signal or the end of `--for`.

use std::time::{Duration, Instant};

use bpfl_runtime::{attach::Target, session::Session};

use super::{Ready, attach, choice, pins::Pins, show::Shown};
use crate::{
    cli::Run,
    failure::{Failure, Outcome},
    output,
    signals::{Event, Signals},
    table::{self, Stream},
    view::View,
};

/// What is waited for at most when `--for` is not given; then it is waited again.
const LONG: Duration = Duration::from_secs(3600);

pub(super) fn run(args: &Run, ready: Ready) -> Outcome {
    let Ready { mut session, mut origin, hierarchy, chosen, signals } = ready;
    let cgroup = match (chosen, hierarchy) {
        (Some(chosen), _) => Some(chosen),
        (None, Ok(hierarchy)) => Some(hierarchy.mount),
        (None, Err(error)) if session.wants_cgroup(&args.programs)? => return Err(error.into()),
        (None, Err(_)) => None,
    };
    attach(args, &mut session, &mut origin, cgroup.as_deref())?;
    let pins = Pins::make(args, &mut session)?;
    output::note(&attached(&session));
    let (view, mut shown) = (View::new(!args.json), Shown::new(args.json));
    let status = watch(args, &mut session, &signals, &view, &mut shown);
    view.clear();
    let status = status?;
    let rows = table::rows(&mut session, choice(args))?;
    session.detach_all();
    match args.json {
        true => view.show(&shown.lines(&rows))?,
        false => output::print(table::table(&rows, Stream::Out))?,
    }
    pins.keep();
    Ok(status)
}

/// What is attached to what: "`a`, `b` attached to …".
fn attached(session: &Session) -> String {
    let mut by_target: Vec<(&Target, Vec<String>)> = Vec::new();
    for (program, target) in session.attached() {
        let program = format!("`{program}`");
        match by_target.iter_mut().find(|(known, _)| *known == target) {
            Some((_, programs)) => programs.push(program),
            None => by_target.push((target, vec![program])),
        }
    }
    let lines = by_target.iter().map(|(target, all)| format!("{} attached to {target}", all.join(", ")));
    lines.collect::<Vec<_>>().join("; ")
}

/// Shows the maps at each interval; gives the exit status.
fn watch(args: &Run, session: &mut Session, signals: &Signals, view: &View, shown: &mut Shown) -> Outcome {
    let start = Instant::now();
    let end = args.time.map(|time| start + time);
    let mut next = if view.is_live() { start } else { start + args.interval };
    loop {
        let until = end.map_or(next, |end| end.min(next));
        if let Some(status) = ended(signals, until)? {
            return Ok(status);
        }
        let now = Instant::now();
        if end.is_some_and(|end| now >= end) {
            return Ok(0);
        }
        if now >= next {
            view.show(&shown.lines(&table::rows(session, choice(args))?))?;
            // An interval that passed while the maps were read is not made up for.
            next = (next + args.interval).max(now);
        }
    }
}

/// Waits until `until`; the status with which to end when a signal says so.
fn ended(signals: &Signals, until: Instant) -> Result<Option<u8>, Failure> {
    let patience = until.saturating_duration_since(Instant::now()).min(LONG);
    match wait(signals, patience)? {
        Some(Event::End { signal, .. }) => Ok(Some(128 + signal as u8)),
        _ => Ok(None),
    }
}

/// The next event within `patience`.
pub(super) fn wait(signals: &Signals, patience: Duration) -> Result<Option<Event>, Failure> {
    signals.wait(patience).map_err(|error| Failure::new(format!("signals cannot be awaited ({error})")))
}
