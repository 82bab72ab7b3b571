//! Ring buffers: a function is called with each record.

use std::time::{Duration, Instant};

use bpfl_compiler::eval::{
    Builtin, Env, Exit, Interp, Kind, Result, Value,
    special::{Special, host_form},
};
use bpfl_runtime::{
    btf::shape::Shape,
    value::{decode, encode},
};
use rustix::event::PollFlags;

use super::{
    convert::{lisp, raw_as, to_bytes},
    object::{Handle, failed, wanted},
    objects::name,
    world,
};

pub const FORMS: &[Special] = &[host_form("bpf:ring-consume", 2, usize::MAX, consume)];

pub const ROWS: &[Builtin] = &[
    Builtin { name: "bpf:ring-lost", min: 1, max: 1, call: lost },
    Builtin { name: "bpf:ring-send", min: 2, max: 2, call: send },
];

/// The longest that one waits for a record: a year.
const LONGEST: i128 = 365 * 24 * 3600 * 1000;

/// What follows the function.
#[derive(Default)]
struct Options {
    /// The struct that a record is.
    record: Option<String>,
    /// How long to wait for the first record.
    patience: Duration,
}

/// `(bpf:ring-consume map function [:type name] [:timeout ms])`: calls the function with each record
/// that is there, or comes within the time, and gives their number. It waits for the first only.
fn consume(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let (map, function) = (interp.eval(&args[0], env)?, interp.eval(&args[1], env)?);
    let function = interp.function(&function)?;
    let options = options(interp, &args[2..], env)?;
    let (session, map) = Handle::map(&map)?;
    let shape = options.record.map(|name| session.borrow().shape(&name)).transpose().map_err(failed)?;
    let mut ring = session.borrow_mut().ring(map, None).map_err(failed)?;
    let end = Instant::now() + options.patience;
    let mut count = 0i128;
    loop {
        // The function may use the session, which nothing holds meanwhile.
        while let Some(bytes) = ring.next(<[u8]>::to_vec) {
            let record = record(interp, &bytes, shape.as_deref())?;
            count += 1;
            interp.apply(&Kind::Function(function.clone()).into(), vec![record])?;
        }
        if count > 0 || Instant::now() >= end {
            return Ok(count.into());
        }
        world(interp)?
            .wait_for(std::os::fd::AsFd::as_fd(&ring), PollFlags::IN, end)
            .map_err(Exit::Stopped)?;
    }
}

fn record(interp: &mut Interp<'_>, bytes: &[u8], shape: Option<&Shape>) -> Result {
    match shape {
        Some(shape) => lisp(interp, &decode(shape, bytes), shape),
        None => Ok(super::convert::bytes(bytes)),
    }
}

/// The type is a name, which may stand there as it is.
fn options(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> std::result::Result<Options, Exit> {
    let mut options = Options::default();
    for pair in args.chunks(2) {
        let [Value { kind: Kind::Keyword(keyword), .. }, form] = pair else {
            return Err(Exit::error("options are keywords, each with a value"));
        };
        match interp.names().text(keyword.folded) {
            "type" => options.record = type_name(interp, form, env)?,
            "timeout" => options.patience = patience(&interp.eval(form, env)?)?,
            other => {
                let message = format!("there is no option `:{other}` here; there are :type and :timeout");
                return Err(Exit::error(message).at(pair[0].origin));
            }
        }
    }
    Ok(options)
}

fn type_name(interp: &mut Interp<'_>, form: &Value, env: &Env) -> std::result::Result<Option<String>, Exit> {
    let bare = form.symbol().filter(|symbol| env.find(symbol.folded).is_none());
    let value = if bare.is_some() { form.clone() } else { interp.eval(form, env)? };
    if value.is_nil() { Ok(None) } else { name(interp, &value).map(Some) }
}

fn patience(value: &Value) -> std::result::Result<Duration, Exit> {
    match value.kind {
        Kind::Int(ms @ 0..=LONGEST) => Ok(Duration::from_millis(ms as u64)),
        Kind::Float(ms) if (0.0..=LONGEST as f64).contains(&ms) => Ok(Duration::from_secs_f64(ms / 1000.0)),
        _ => Err(wanted("a number of milliseconds", value).at(value.origin)),
    }
}

/// `(bpf:ring-lost map)`: how many records found no room; `nil` where programs do not count that.
fn lost(_: &mut Interp<'_>, args: &[Value]) -> Result {
    let (session, map) = Handle::map(&args[0])?;
    let count = session.borrow_mut().lost(map).map_err(failed)?;
    Ok(count.map_or(Value::NIL, |count| i128::from(count).into()))
}

/// `(bpf:ring-send map record)`: appends a record to a user ring buffer, which programs drain: a record of one
/// of the file's structs, bytes, or a string.
fn send(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (session, map) = Handle::map(&args[0])?;
    let bytes = match &args[1].kind {
        Kind::Record(record) => {
            let shape = session.borrow().shape(&record.name).map_err(failed)?;
            let value = raw_as(interp, &args[1], &shape)?;
            encode(&shape, &value)
                .map_err(|error| Exit::error(format!("`{}` cannot be sent: {error}", record.name)))?
        }
        _ => to_bytes(&args[1])?,
    };
    let mut ring = session.borrow_mut().user_ring(map).map_err(failed)?;
    ring.send(&bytes).map_err(|error| failed(error.into()))?;
    Ok(args[1].clone())
}
