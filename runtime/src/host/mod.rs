//! What of this host is ready for BPF, and what to do where it is not.
//!
//! Nothing goes in but the host itself; a [`Check`] for each thing comes out. Always holds: a
//! check changes nothing on the host; the one that tries to attach does so to a cgroup of its own.

pub mod capability;
mod checks;
pub mod memlock;
mod trial;

pub use checks::running as kernel;
use serde::Serialize;

/// How a check came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is as it should be.
    Ok,
    /// Something is not there; only some uses of BPF suffer.
    Optional,
    /// It is not there, and nothing works without it.
    Missing,
    /// It is there and should not be; only what it is in the way of suffers.
    Left,
}

/// One thing that was looked at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// How it came out.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do about it; `None` when nothing needs to be done.
    pub mend: Option<String>,
}

impl Check {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, state: State::Ok, found: found.into(), mend: None }
    }

    fn missing(name: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { name, state: State::Missing, found: found.into(), mend: Some(mend.into()) }
    }

    fn left(name: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { state: State::Left, ..Self::missing(name, found, mend) }
    }

    fn optional(name: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { state: State::Optional, ..Self::missing(name, found, mend) }
    }
}

/// Whether the kernel loads programs for this user: it is tried, with one that does nothing.
pub fn may_load() -> bool {
    trial::may_load()
}

/// Everything that was looked at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    /// Whether this user can load and attach a cgroup_skb program: it was tried.
    pub ready: bool,
    /// The checks, in the order in which they are best read.
    pub checks: Vec<Check>,
}

/// Looks at everything.
pub fn report() -> Report {
    let mut checks: Vec<_> = checks::ALL.iter().map(|check| check()).collect();
    checks.extend(checks::left());
    let trial = trial::check();
    let ready = trial.state == State::Ok;
    checks.push(trial);
    Report { ready, checks }
}
