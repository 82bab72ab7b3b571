//! What userspace Lisp holds: objects, programs, maps and links, all of one session.

use std::{any::Any, cell::RefCell, rc::Rc};

use bpfl_compiler::eval::{Condition, Exit, Kind, Value, value::Object};
use bpfl_runtime::session::{LinkId, Session, SessionError};

/// An object of the kernel's, and whose it is.
#[derive(Clone)]
pub struct Handle {
    pub session: Rc<RefCell<Session>>,
    pub what: What,
}

/// What of the session it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// All of it.
    Session,
    /// A program, by name.
    Program(String),
    /// A map, by name.
    Map(String),
    /// An attachment.
    Link(LinkId),
}

impl What {
    /// What it is, in words.
    fn called(&self) -> &'static str {
        match self {
            Self::Session => "a session",
            Self::Program(_) => "a program",
            Self::Map(_) => "a map",
            Self::Link(_) => "a link",
        }
    }
}

impl Object for Handle {
    fn describe(&self) -> String {
        match &self.what {
            What::Session => "session".into(),
            What::Program(name) => format!("program {name}"),
            What::Map(name) => format!("map {name}"),
            What::Link(link) => match self.session.try_borrow() {
                Ok(session) => match session.attachment(*link) {
                    Some((program, target)) => format!("link of {program} to {target}"),
                    None => "link, detached".into(),
                },
                Err(_) => "link".into(),
            },
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Handle {
    /// As a value of the language.
    pub fn value(session: &Rc<RefCell<Session>>, what: What) -> Value {
        Kind::Host(Rc::new(Self { session: session.clone(), what })).into()
    }

    /// The handle that a value is.
    pub fn of(value: &Value) -> Option<&Self> {
        match &value.kind {
            Kind::Host(object) => object.as_any().downcast_ref(),
            _ => None,
        }
    }

    /// A session, or what is of one.
    pub fn session(value: &Value) -> Result<&Rc<RefCell<Session>>, Exit> {
        Self::of(value).map(|handle| &handle.session).ok_or_else(|| wanted("a session or an object", value))
    }

    /// A map's session and name.
    pub fn map(value: &Value) -> Result<(&Rc<RefCell<Session>>, &str), Exit> {
        match Self::of(value) {
            Some(Self { session, what: What::Map(name) }) => Ok((session, name)),
            _ => Err(wanted("a map", value)),
        }
    }

    /// A program's session and name.
    pub fn program(value: &Value) -> Result<(&Rc<RefCell<Session>>, &str), Exit> {
        match Self::of(value) {
            Some(Self { session, what: What::Program(name) }) => Ok((session, name)),
            _ => Err(wanted("a program", value)),
        }
    }
}

/// An argument of another kind.
pub fn wanted(what: &str, value: &Value) -> Exit {
    let is = Handle::of(value).map_or_else(|| value.type_name(), |handle| handle.what.called());
    Exit::of("type-error", format!("this is {is}, and {what} is wanted here"))
}

/// The runtime's errors as conditions, a verifier's refusal with the end of its log.
pub fn failed(error: SessionError) -> Exit {
    let mut message = error.to_string();
    if let SessionError::Load(load) = &error
        && let Some(log) = load.verifier_log()
    {
        let lines: Vec<&str> = log.lines().filter(|line| !line.trim().is_empty()).collect();
        for line in &lines[lines.len().saturating_sub(3)..] {
            message.push_str("\n  ");
            message.push_str(line);
        }
    }
    let mut condition = Condition::new(kind(&error), message);
    condition.cause = Some(Rc::new(error));
    Exit::Error(Box::new(condition))
}

/// The type of the condition for an error.
fn kind(error: &SessionError) -> &'static str {
    use bpfl_runtime::{attach::AttachError, load::LoadError, run::RunError, session::SessionError as S};
    match error {
        S::Load(LoadError::NotPermitted { .. } | LoadError::InVm)
        | S::Run(RunError::NotInVm { .. })
        | S::Attach(AttachError::NotPermitted { .. }) => "permission-error",
        S::File { .. } => "file-error",
        _ => "error",
    }
}

/// A condition of this type.
pub fn condition(kind: &'static str, message: String) -> Exit {
    Exit::Error(Box::new(Condition::new(kind, message)))
}
