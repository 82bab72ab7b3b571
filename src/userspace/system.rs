//! Time, the environment, and processes.

use std::{
    os::fd::{AsFd, OwnedFd},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bpfl_compiler::eval::{Builtin, Exit, Interp, Kind, Result, Value};

use super::{object::wanted, world};

pub const ROWS: &[Builtin] = &[
    Builtin { name: "sleep", min: 1, max: 1, call: sleep },
    Builtin { name: "finish-output", min: 0, max: 1, call: finish_output },
    Builtin { name: "force-output", min: 0, max: 1, call: finish_output },
    Builtin { name: "get-universal-time", min: 0, max: 0, call: universal_time },
    Builtin { name: "get-internal-real-time", min: 0, max: 0, call: internal_time },
    Builtin { name: "ktime-get-ns", min: 0, max: 0, call: ktime },
    Builtin { name: "getenv", min: 1, max: 1, call: getenv },
    Builtin { name: "getpid", min: 0, max: 0, call: |_, _| Ok(i128::from(std::process::id()).into()) },
];

/// Seconds from 1900, from which Common Lisp counts, to 1970.
const EPOCH: u64 = 2_208_988_800;
/// The longest sleep: a year.
const LONGEST: f64 = 365.0 * 24.0 * 3600.0;

fn sleep(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let seconds = match args[0].kind {
        Kind::Int(seconds) => seconds as f64,
        Kind::Float(seconds) => seconds,
        _ => return Err(wanted("a number of seconds", &args[0])),
    };
    if !(0.0..=LONGEST).contains(&seconds) {
        return Err(Exit::error(format!("one cannot sleep for {seconds} seconds")));
    }
    let world = world(interp)?;
    world.flush().map_err(Exit::Stopped)?;
    world.wait(Duration::from_secs_f64(seconds)).map_err(Exit::Stopped)?;
    Ok(Value::NIL)
}

fn finish_output(interp: &mut Interp<'_>, _: &[Value]) -> Result {
    world(interp)?.flush().map_err(Exit::Stopped)?;
    Ok(Value::NIL)
}

fn universal_time(_: &mut Interp<'_>, _: &[Value]) -> Result {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(i128::from(since.as_secs() + EPOCH).into())
}

/// Microseconds since the script started.
fn internal_time(interp: &mut Interp<'_>, _: &[Value]) -> Result {
    Ok((world(interp)?.started.elapsed().as_micros() as i128).into())
}

/// Nanoseconds of the clock that the helper of the same name reads.
fn ktime(_: &mut Interp<'_>, _: &[Value]) -> Result {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Ok((i128::from(now.tv_sec) * 1_000_000_000 + i128::from(now.tv_nsec)).into())
}

fn getenv(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let name = super::objects::name(interp, &args[0])?;
    Ok(std::env::var(name).map_or(Value::NIL, |value| value.as_str().into()))
}

/// A descriptor of our own for one of this process, by number.
pub fn descriptor(number: i32) -> std::result::Result<OwnedFd, Exit> {
    let opened = |error: std::io::Error| Exit::error(format!("descriptor {number} cannot be used: {error}"));
    let own = procfs_descriptor(number).map_err(opened)?;
    own.as_fd().try_clone_to_owned().map_err(opened)
}

/// Through pidfd_getfd, which needs no trust in the number.
fn procfs_descriptor(number: i32) -> std::io::Result<OwnedFd> {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    let own = pidfd_open(getpid(), PidfdFlags::empty())?;
    Ok(pidfd_getfd(own, number, PidfdGetfdFlags::empty())?)
}
