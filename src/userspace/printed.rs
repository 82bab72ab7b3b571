//! What programs print with `printk`: told as a script waits and when it ends, and given to a test.
//!
//! Always holds: the trace is opened before the first session that prints is loaded, and read by one only.

use std::{cell::RefCell, rc::Rc};

use bpfl_compiler::eval::{Builtin, Condition, Exit, Interp, Result, Value};
use bpfl_runtime::{session::Session, trace::Trace};

use super::{World, world};
use crate::output;

/// What a test has beside userspace Lisp.
pub const ROWS: &[Builtin] = &[Builtin { name: "printed", min: 0, max: 0, call: printed }];

/// What is known of the trace.
#[derive(Default)]
pub enum Printed {
    /// Nothing prints.
    #[default]
    Nothing,
    /// It is read; what a test's programs have printed so far.
    Open(Trace, Vec<String>),
    /// The userspace VM has it.
    Vm(Rc<RefCell<Session>>, Vec<String>),
    /// Why it cannot be read.
    Closed(String),
}

impl Printed {
    /// The trace, opened if programs of `session` print to it.
    pub fn of(session: &Session) -> Self {
        if !session.spec().prints {
            return Self::Nothing;
        }
        match Trace::open() {
            Ok(trace) => Self::Open(trace, Vec::new()),
            Err(error) => Self::Closed(format!("what programs print cannot be read: {error}")),
        }
    }

    /// The same, unless it is open already.
    pub fn follow(&mut self, session: &Session) {
        if matches!(self, Self::Nothing) {
            *self = Self::of(session);
        }
    }
}

impl World {
    /// Tells what has been printed, on standard error: standard output is the script's.
    pub(super) fn tell_printed(&mut self) {
        let Printed::Open(trace, _) = &mut self.printed else { return };
        for line in trace.lines().unwrap_or_default() {
            output::tell(&format!("{}\n", output::printk(&line)));
        }
    }
}

/// `(printed)`: the lines that the programs of a test have printed since it began, in their order. Those of
/// other programs come too where they ran in threads of this process, as what a test runs does.
fn printed(interp: &mut Interp<'_>, _: &[Value]) -> Result {
    let own = |pid: u32| std::path::Path::new("/proc/self/task").join(pid.to_string()).exists();
    match &mut world(interp)?.printed {
        Printed::Nothing => Ok(Value::NIL),
        Printed::Vm(session, before) => {
            before.extend(session.borrow_mut().printed());
            Ok(texts(before))
        }
        Printed::Closed(why) => Err(Exit::Error(Box::new(Condition::new("permission-error", why.as_str())))),
        Printed::Open(trace, before) => {
            let lines =
                trace.lines().map_err(|error| Exit::error(format!("the trace cannot be read: {error}")))?;
            before.extend(lines.into_iter().filter(|line| own(line.pid)).map(|line| line.text));
            Ok(texts(before))
        }
    }
}

fn texts(lines: &[String]) -> Value {
    Value::list(lines.iter().map(|text| Value::from(text.as_str())))
}
