//! Running a command in a cgroup of its own, with the programs attached to that.

use std::{
    os::unix::process::ExitStatusExt,
    process::{Child, Command, ExitStatus},
    time::{Duration, Instant},
};

use bpfl_runtime::cgroup::{ChildCgroup, SpawnError, spawn};
use nix::sys::signal::Signal;
use rustix::process::{Pid, kill_process};

use super::{Ready, attach, choice, events::Events, pins::Pins, show::Shown, walk::walked, watch::wait};
use crate::{
    cli::Run,
    failure::{Failure, NOT_FOUND, NOT_RUNNABLE, OWN, Outcome},
    grid::Stream,
    output, refusal,
    signals::{Event, Signals},
    table::{rows, table},
};

/// How long is waited for processes to end that were told to, or that CMD left behind.
const GRACE: Duration = Duration::from_secs(5);
/// How often a cgroup is looked at that should become empty.
const POLL: Duration = Duration::from_millis(50);
/// What is waited for at most when nothing else limits it; then it is waited again.
const LONG: Duration = Duration::from_secs(3600);

pub(super) fn run(args: &Run, ready: Ready) -> Outcome {
    let Ready { mut session, mut origin, hierarchy, chosen, signals, trace, records } = ready;
    // Before there is anything to clean up.
    let loaded = session.load_some(&args.programs);
    loaded.map_err(|error| refusal::explain(args.verifier_log, session.spec(), &mut origin, &error))?;
    let parent = chosen.map_or_else(|| hierarchy.and_then(|hierarchy| hierarchy.own()), Ok)?;
    let cgroup = ChildCgroup::create(&parent)?;
    attach(args, &mut session, &mut origin, Some(cgroup.path()))?;
    let mut events = Events::open(args, &mut session, trace, &records)?;
    let pins = Pins::make(args, &mut session)?;
    let child = start(args, &cgroup)?;
    let end = args.time.map(|time| Instant::now() + time);
    let now = events.as_mut();
    let mut supervised =
        Supervised { child, signals: &signals, events: now, end, told: None, interrupted: false };
    let status = supervised.wait()?;
    if supervised.interrupted {
        output::after_interrupt();
    }
    wait_empty(&cgroup, &signals)?;
    let written = walked(args, &mut session, &mut origin)?;
    log(events.as_mut());
    output::tell(&String::from_utf8_lossy(&written));
    let rows = rows(&mut session, choice(args))?;
    drop(session);
    match args.json {
        true => Shown::new(true).lines(&rows).iter().for_each(|line| output::tell(&format!("{line}\n"))),
        false => output::tell(&table(&rows, Stream::Error)),
    }
    pins.keep();
    if let Err(stragglers) = cgroup.remove() {
        output::note(&stragglers.to_string());
    }
    Ok(status)
}

fn start(args: &Run, cgroup: &ChildCgroup) -> Result<Child, Failure> {
    let name = args.command[0].display();
    let mut command = Command::new(&args.command[0]);
    command.args(&args.command[1..]);
    spawn(command, cgroup).map_err(|error| match error {
        SpawnError::NotFound => {
            Failure::with(NOT_FOUND, format!("there is no command `{name}`; check the spelling and PATH"))
        }
        SpawnError::Exec(error) => Failure::with(
            NOT_RUNNABLE,
            format!("`{name}` cannot be run ({error}); check that it is a program"),
        ),
        SpawnError::Cgroup(error) => Failure::new(error.to_string()),
    })
}

/// A running CMD.
struct Supervised<'a> {
    child: Child,
    signals: &'a Signals,
    events: Option<&'a mut Events>,
    /// When to end CMD or, once it was told to end, when to give up on it.
    end: Option<Instant>,
    /// The signal it was told to end with.
    told: Option<Signal>,
    /// The terminal has sent it one already.
    interrupted: bool,
}

impl Supervised<'_> {
    /// Waits for CMD, handing on signals; gives the exit status.
    fn wait(&mut self) -> Outcome {
        loop {
            if let Some(status) = self.ended()? {
                self.hear()?;
                return Ok(status_of(status));
            }
            let left = self.end.map_or(LONG, |end| end.saturating_duration_since(Instant::now()));
            let event = wait(self.signals, left, self.events.as_deref())?;
            log(self.events.as_deref_mut());
            match (event, self.told) {
                (Some(Event::End { signal, from_terminal }), _) => self.signal(signal, from_terminal),
                _ if self.end.is_none_or(|end| Instant::now() < end) => {}
                (_, None) => self.tell(Signal::SIGTERM),
                (_, Some(signal)) => return Ok(128 + signal as u8),
            }
        }
    }

    /// Takes what has come while CMD ended: it may have ended of that, before we were told.
    fn hear(&mut self) -> Result<(), Failure> {
        while let Some(event) = wait(self.signals, Duration::ZERO, None)? {
            self.interrupted |= matches!(event, Event::End { from_terminal: true, .. });
        }
        Ok(())
    }

    /// What a terminal sends goes to CMD as well, and is first of all CMD's business: an editor or
    /// a shell goes on after Ctrl-C. The second time it is ours.
    fn signal(&mut self, signal: Signal, from_terminal: bool) {
        match from_terminal && !self.interrupted {
            true => self.interrupted = true,
            false => self.tell(signal),
        }
    }

    /// Tells CMD to end, and from the first time on waits for that no longer than [`GRACE`].
    fn tell(&mut self, signal: Signal) {
        if self.told.is_none() {
            self.end = Some(Instant::now() + GRACE);
        }
        self.told = Some(signal);
        let pid = Pid::from_raw(self.child.id().cast_signed());
        let signal = rustix::process::Signal::from_named_raw(signal as i32);
        if let (Some(pid), Some(signal)) = (pid, signal) {
            // A process that is no more needs no signal.
            let _ = kill_process(pid, signal);
        }
    }

    fn ended(&mut self) -> Result<Option<ExitStatus>, Failure> {
        let status = self.child.try_wait();
        status.map_err(|error| Failure::with(OWN, format!("the command cannot be waited for ({error})")))
    }
}

/// Shows what has come, where the table goes.
fn log(events: Option<&mut Events>) {
    let lines = events.map(Events::lines).unwrap_or_default();
    lines.iter().for_each(|line| output::tell(&format!("{line}\n")));
}

/// CMD's own status, or 128 + the number of the signal that ended it.
fn status_of(status: ExitStatus) -> u8 {
    let code = status.code().or(status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(OWN)
}

/// Waits for what CMD left behind to end; a signal ends the wait.
fn wait_empty(cgroup: &ChildCgroup, signals: &Signals) -> Result<(), Failure> {
    let start = Instant::now();
    let mut said = false;
    while cgroup.is_occupied() && start.elapsed() < GRACE {
        if !said && start.elapsed() > 4 * POLL {
            output::note("waiting up to 5 s for processes that the command left behind");
            said = true;
        }
        if matches!(wait(signals, POLL, None)?, Some(Event::End { .. })) {
            break;
        }
    }
    Ok(())
}
