//! Processes: started where the script is, and waited for without missing a signal.

use std::{
    any::Any,
    cell::RefCell,
    os::unix::process::ExitStatusExt,
    process::{Child, Command},
    rc::Rc,
    time::{Duration, Instant},
};

use bpfl_compiler::eval::{Builtin, Exit, Interp, Kind, Result, Value, value::Object};
use bpfl_runtime::cgroup::spawn_here;
use rustix::process::{Pid, Signal, kill_process};

use super::{keys::Keys, object::wanted, world};

pub const ROWS: &[Builtin] = &[
    Builtin { name: "spawn", min: 1, max: usize::MAX, call: spawn },
    Builtin { name: "wait", min: 1, max: 3, call: wait },
    Builtin { name: "kill", min: 1, max: 2, call: kill },
    Builtin { name: "process-id", min: 1, max: 1, call: process_id },
    Builtin { name: "argv", min: 0, max: 0, call: argv },
];

/// A process that the script has started.
struct Process(RefCell<Child>);

impl Object for Process {
    fn describe(&self) -> String {
        format!("process {}", self.0.borrow().id())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn process(value: &Value) -> std::result::Result<&Process, Exit> {
    let found = match &value.kind {
        Kind::Host(object) => object.as_any().downcast_ref(),
        _ => None,
    };
    found.ok_or_else(|| wanted("a process", value))
}

/// `(spawn program argument…)`
fn spawn(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let words = args.iter().map(|arg| match arg.kind {
        Kind::Int(number) => Ok(number.to_string()),
        _ => super::objects::name(interp, arg),
    });
    let words = words.collect::<std::result::Result<Vec<_>, _>>()?;
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    let child = spawn_here(command).map_err(|error| Exit::error(format!("`{}`: {error}", words[0])))?;
    Ok(Kind::Host(Rc::new(Process(RefCell::new(child)))).into())
}

/// `(wait process [:timeout ms])`: its exit status, 128 and the number of the signal that ended it, or
/// `nil` when it has not ended in time.
fn wait(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let keys = Keys::read(interp, &args[1..], &["timeout"])?;
    let patience = keys.get("timeout").map(|_| keys.number::<u32>("timeout", 0)).transpose()?;
    let end = patience.map(|ms| Instant::now() + Duration::from_millis(ms.into()));
    loop {
        let status = process(&args[0])?.0.borrow_mut().try_wait();
        match status.map_err(|error| Exit::error(format!("it cannot be waited for ({error})")))? {
            Some(status) => {
                let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
                return Ok(i128::from(code.unwrap_or(-1)).into());
            }
            None if end.is_some_and(|end| Instant::now() >= end) => return Ok(Value::NIL),
            // Its end is a signal, which ends the pause.
            None => {
                let long = Instant::now() + Duration::from_secs(3600);
                world(interp)?.pause(end.unwrap_or(long), None).map_err(Exit::Stopped)?;
            }
        }
    }
}

/// `(kill process [signal])`: SIGTERM where no number is given; whether it was still there.
fn kill(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let signal =
        args.get(1).map_or(Ok(Signal::TERM.as_raw()), |signal| super::keys::number("signal", signal))?;
    let signal =
        Signal::from_named_raw(signal).ok_or_else(|| Exit::error(format!("{signal} is no signal")))?;
    let mut child = process(&args[0])?.0.borrow_mut();
    // One that has been waited for may have left its number to another.
    if !matches!(child.try_wait(), Ok(None)) {
        return Ok(Value::NIL);
    }
    let sent = kill_process(Pid::from_child(&child), signal);
    Ok(interp.truth(sent.is_ok()))
}

fn process_id(_: &mut Interp<'_>, args: &[Value]) -> Result {
    Ok(i128::from(process(&args[0])?.0.borrow().id()).into())
}

/// What stands behind `--` on the command line.
fn argv(interp: &mut Interp<'_>, _: &[Value]) -> Result {
    let args: Vec<Value> = world(interp)?.arguments.iter().map(|arg| arg.as_str().into()).collect();
    Ok(Value::list(args))
}
