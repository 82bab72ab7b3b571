//! Running without a command: attached to a cgroup until a signal or the end of `--for`.

use std::{
    os::fd::AsFd,
    time::{Duration, Instant},
};

use bpfl_runtime::{attach::Target, session::Session};
use rustix::event::PollFlags;

use super::{Ready, attach, choice, events::Events, pins::Pins, show::Shown, walk::walked};
use crate::{
    cli::Run,
    failure::{Failure, Outcome},
    grid::Stream,
    output,
    signals::{Event, Signals},
    table,
    view::View,
};

/// What is waited for at most when `--for` is not given; then it is waited again.
const LONG: Duration = Duration::from_secs(3600);

pub(super) fn run(args: &Run, ready: Ready) -> Outcome {
    let Ready { mut session, mut origin, hierarchy, chosen, signals, trace, records } = ready;
    // All processes of the machine are nothing to choose for somebody: a program may cut the line to them.
    if let (None, Err(error), true) = (&chosen, hierarchy, session.wants_cgroup(&args.programs)?) {
        return Err(error.into());
    }
    attach(args, &mut session, &mut origin, chosen.as_deref())?;
    let mut events = Events::open(args, &mut session, trace, &records)?;
    let pins = Pins::make(args, &mut session)?;
    let (view, mut shown) = (View::new(!args.json), Shown::new(args.json));
    let mut status = 0;
    // Iterators alone are nothing to wait for.
    if session.links().next().is_some() {
        let way_out = if view.is_live() && args.time.is_none() { "; Ctrl-C ends" } else { "" };
        output::note(&format!("{}{way_out}", attached(&session)));
        let watched = watch(args, &mut session, &signals, &view, (&mut shown, events.as_mut()));
        view.clear();
        status = watched?;
    }
    session.detach_all();
    let written = walked(args, &mut session, &mut origin)?;
    log(&view, events.as_mut())?;
    output::print(written)?;
    let rows = table::rows(&mut session, choice(args))?;
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
fn watch(
    args: &Run,
    session: &mut Session,
    signals: &Signals,
    view: &View,
    (shown, mut events): (&mut Shown, Option<&mut Events>),
) -> Outcome {
    let start = Instant::now();
    let end = args.time.map(|time| start + time);
    let mut next = if view.is_live() { start } else { start + args.interval };
    loop {
        let until = end.map_or(next, |end| end.min(next));
        if let Some(status) = ended(signals, until, events.as_deref())? {
            return Ok(status);
        }
        log(view, events.as_deref_mut())?;
        let now = Instant::now();
        if end.is_some_and(|end| now >= end) {
            return Ok(0);
        }
        if now >= next {
            let rows = table::rows(session, choice(args))?;
            view.show(&if view.is_live() { shown.live(&rows, View::has_room) } else { shown.lines(&rows) })?;
            // An interval that passed while the maps were read is not made up for.
            next = (next + args.interval).max(now);
        }
    }
}

/// Shows what has come.
fn log(view: &View, events: Option<&mut Events>) -> Result<(), Failure> {
    events.map_or(Ok(()), |events| view.log(&events.lines()))
}

/// Waits until `until` or for events; the status with which to end when a signal says so.
fn ended(signals: &Signals, until: Instant, events: Option<&Events>) -> Result<Option<u8>, Failure> {
    let patience = until.saturating_duration_since(Instant::now()).min(LONG);
    match wait(signals, patience, events)? {
        Some(Event::End { signal, .. }) => Ok(Some(128 + signal as u8)),
        _ => Ok(None),
    }
}

/// The next event within `patience`; `None` also when one of `events` has come.
pub(super) fn wait(
    signals: &Signals,
    patience: Duration,
    events: Option<&Events>,
) -> Result<Option<Event>, Failure> {
    let records = events.map(|events| (events.as_fd(), PollFlags::IN));
    signals
        .wait_or(patience, records)
        .map_err(|error| Failure::new(format!("signals cannot be awaited ({error})")))
}
