//! How a command ends when it does not succeed.

use bpfl_runtime::{cgroup::CgroupError, session::SessionError};

/// The status for anything that is the user's to mend.
pub const FAILED: u8 = 1;
/// With `-- CMD`: bpfl itself failed.
pub const OWN: u8 = 125;
/// With `-- CMD`: CMD is there, but cannot be run.
pub const NOT_RUNNABLE: u8 = 126;
/// With `-- CMD`: there is no CMD.
pub const NOT_FOUND: u8 = 127;
/// What a shell shows for a process that wrote to a closed pipe.
const BROKEN_PIPE: u8 = 128 + 13;

/// What a command gives back when it succeeds in what it was asked: its exit status.
pub type Outcome = Result<u8, Failure>;

/// Why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// One sentence, with the way out.
    Message {
        /// The sentence, and what follows it on lines of its own.
        text: String,
        /// The exit status.
        status: u8,
    },
    /// Diagnostics have said it already.
    Said(u8),
    /// Nobody reads standard output any more; nothing to say.
    BrokenPipe,
}

impl Failure {
    /// `text`, with status 1.
    pub fn new(text: impl Into<String>) -> Self {
        Self::with(FAILED, text)
    }

    /// `text`, with this status.
    pub fn with(status: u8, text: impl Into<String>) -> Self {
        Self::Message { text: text.into(), status }
    }

    /// What is still to be said.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Message { text, .. } => Some(text),
            Self::Said(_) | Self::BrokenPipe => None,
        }
    }

    /// The exit status.
    pub fn status(&self) -> u8 {
        match self {
            Self::Message { status, .. } | Self::Said(status) => *status,
            Self::BrokenPipe => BROKEN_PIPE,
        }
    }

    /// The same with status 125, for `run … -- CMD`, whose other statuses are CMD's.
    pub fn into_own(self) -> Self {
        match self {
            Self::Message { text, status: FAILED } => Self::Message { text, status: OWN },
            Self::Said(FAILED) => Self::Said(OWN),
            other => other,
        }
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<CgroupError> for Failure {
    fn from(error: CgroupError) -> Self {
        Self::new(error.to_string())
    }
}
