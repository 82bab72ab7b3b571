//! How an evaluation ends early.

use std::{any::Any, rc::Rc};

use super::value::{Kind, Origin, Value};

/// What an evaluation gives.
pub type Result<T = Value> = std::result::Result<T, Exit>;

/// Why an evaluation has no value.
#[derive(Clone)]
pub enum Exit {
    /// A condition that nothing has handled yet.
    Error(Box<Condition>),
    /// A block is left, with this value.
    Return(u64, Value),
    /// The host has ended it; nothing handles that.
    Stopped(String),
}

/// An error.
#[derive(Clone)]
pub struct Condition {
    /// What went wrong, as a clause without a full stop.
    pub message: String,
    /// The form that it went wrong in.
    pub origin: Origin,
    /// The condition's type, a folded symbol's text: `error`, `type-error` …
    pub kind: &'static str,
    /// What the host knows of it.
    pub cause: Option<Rc<dyn Any>>,
}

/// The cause of an error that is told at its own place, and not at the call of the macro that found it.
pub struct Pointing {
    /// Where what it repeats is, if it repeats something.
    pub first: Option<Origin>,
}

impl Condition {
    /// A condition of this type, with this message.
    pub fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { message: message.into(), origin: Origin::None, kind, cause: None }
    }
}

impl Exit {
    /// An error with this message.
    pub fn error(message: impl Into<String>) -> Self {
        Self::Error(Box::new(Condition::new("error", message)))
    }

    /// An error of this type, which handlers may name.
    pub fn of(kind: &'static str, message: impl Into<String>) -> Self {
        Self::Error(Box::new(Condition::new(kind, message)))
    }

    /// An error about the form at `origin`, which repeats the one at `first`.
    pub fn pointing_at(origin: Origin, message: impl Into<String>, first: Option<Origin>) -> Self {
        let cause: Rc<dyn Any> = Rc::new(Pointing { first });
        Self::Error(Box::new(Condition { origin, cause: Some(cause), ..Condition::new("error", message) }))
    }

    /// The same error, in the form at `origin` unless it already has a place.
    pub fn at(self, origin: Origin) -> Self {
        match self {
            Self::Error(mut condition) if condition.origin == Origin::None => {
                condition.origin = origin;
                Self::Error(condition)
            }
            other => other,
        }
    }
}

/// A call with a wrong number of arguments.
pub fn arity(name: &str, min: usize, max: usize, given: usize) -> Exit {
    let plural = |n: usize| if n == 1 { "argument" } else { "arguments" };
    let wanted = match (min, max) {
        (0, 0) => "no arguments".to_string(),
        (n, usize::MAX) => format!("at least {n} {}", plural(n)),
        (n, m) if n == m => format!("{n} {}", plural(n)),
        (n, m) => format!("{n} to {m} arguments"),
    };
    let given = match given {
        0 => "none is".to_string(),
        1 => "1 is".to_string(),
        n => format!("{n} are"),
    };
    Exit::error(format!("`{name}` takes {wanted}, and {given} given"))
}

/// An argument of a wrong type.
pub fn wanted(what: &str, value: &Value) -> Exit {
    let is = match value.dotted() {
        (items, _) if items.is_empty() => value.type_name(),
        (_, tail) => match tail.kind {
            Kind::Nil => "a list",
            Kind::Cons(_) => "a list that has no end",
            _ => "a list with a dot",
        },
    };
    Exit::of("type-error", format!("this is {is}, and {what} is wanted here"))
}

/// A key that hash tables cannot have.
pub fn endless_key() -> Exit {
    Exit::error("what a hash table finds values by has an end, and not millions of parts")
}
