//! Maps and global variables.

use std::{
    cell::RefCell,
    os::fd::{AsRawFd, OwnedFd},
};

use bpfl_compiler::eval::{Builtin, Exit, Interp, Kind, Result, Value};

use bpfl_runtime::{
    map::{Map, MapError},
    session::Session,
    value::Value as Raw,
};

use super::{
    convert::{lisp, raw, raw_as},
    object::{Handle, What, failed, wanted},
    objects::name,
};

pub const ROWS: &[Builtin] = &[
    Builtin { name: "bpf:map-lookup", min: 2, max: 2, call: lookup },
    Builtin { name: "bpf:map-ref", min: 2, max: 2, call: lookup },
    Builtin { name: "setf-bpf:map-ref", min: 3, max: 3, call: set },
    Builtin { name: "bpf:map-update", min: 3, max: 4, call: update },
    Builtin { name: "bpf:map-delete", min: 2, max: 2, call: delete },
    Builtin { name: "bpf:map-keys", min: 1, max: 1, call: keys },
    Builtin { name: "bpf:map-push", min: 2, max: 3, call: push },
    Builtin { name: "bpf:map-pop", min: 1, max: 1, call: pop },
    Builtin { name: "bpf:map-peek", min: 1, max: 2, call: peek },
    Builtin { name: "bpf:map-entries", min: 1, max: 1, call: entries },
    Builtin { name: "bpf:sockmap-update", min: 3, max: 3, call: sockmap_update },
    Builtin { name: "bpf:global", min: 2, max: 2, call: global },
    Builtin { name: "setf-bpf:global", min: 3, max: 3, call: set_global },
];

fn lookup(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (session, map) = Handle::map(&args[0])?;
    let (found, shape) = {
        let mut session = session.borrow_mut();
        let map = session.map(map).map_err(failed)?;
        let key = raw_as(interp, &args[1], &map.spec().key)?;
        (map.lookup(&key).map_err(|error| failed(error.into()))?, map.spec().value.clone())
    };
    found.map_or(Ok(Value::NIL), |value| lisp(interp, &value, &shape))
}

fn store(interp: &Interp<'_>, map: &Value, key: &Value, value: &Value, flags: u64) -> Result {
    let (session, map) = Handle::map(map)?;
    let held = held(session, map, value)?;
    let mut session = session.borrow_mut();
    let map = session.map(map).map_err(failed)?;
    let key = raw_as(interp, key, &map.spec().key)?;
    let raw = match &held {
        Some(fd) => Raw::Int(fd.as_raw_fd().into()),
        None => raw_as(interp, value, &map.spec().value)?,
    };
    map.update(&key, &raw, flags).map_err(|error| failed(error.into()))?;
    Ok(value.clone())
}

/// The descriptor of a program or map that is put into a map of such.
fn held(session: &RefCell<Session>, map: &str, value: &Value) -> std::result::Result<Option<OwnedFd>, Exit> {
    let Some(Handle { session: owner, what }) = Handle::of(value) else { return Ok(None) };
    let (programs, maps) = {
        let session = session.borrow();
        let kind = session.spec().map(map).map_err(|error| failed(error.into()))?.kind;
        (kind.name == "prog-array", kind.inner)
    };
    match what {
        What::Program(name) if programs => owner.borrow_mut().program_fd(name).map(Some).map_err(failed),
        What::Map(name) if maps => owner.borrow_mut().map_fd(name).map(Some).map_err(failed),
        _ if programs => Err(wanted("a program", value)),
        _ if maps => Err(wanted("a map", value)),
        _ => Ok(None),
    }
}

/// `(setf (bpf:map-ref map key) value)`: the value comes first.
fn set(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    store(interp, &args[1], &args[2], &args[0], 0)
}

fn update(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    store(interp, &args[0], &args[1], &args[2], flags(args.get(3))?)
}

fn flags(given: Option<&Value>) -> std::result::Result<u64, Exit> {
    let Some(value) = given else { return Ok(0) };
    match value.kind {
        Kind::Int(flags) => u64::try_from(flags).map_err(|_| Exit::error("flags are not negative")),
        _ => Err(wanted("a number of flags", value)),
    }
}

/// `(bpf:map-push map value [flags])`: for queues, stacks and Bloom filters.
fn push(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (session, map) = Handle::map(&args[0])?;
    let flags = flags(args.get(2))?;
    let mut session = session.borrow_mut();
    let map = session.map(map).map_err(failed)?;
    let value = raw_as(interp, &args[1], &map.spec().value)?;
    map.push(&value, flags).map_err(|error| failed(error.into()))?;
    Ok(args[1].clone())
}

/// `(bpf:map-pop map)`: the next value of a queue or a stack, or `nil`.
fn pop(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    next(interp, &args[0], |map| map.pop())
}

/// `(bpf:map-peek map)`: the same, and leaves it there; `(bpf:map-peek filter value)`: whether it may be there.
fn peek(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let Some(value) = args.get(1) else { return next(interp, &args[0], |map| map.peek()) };
    let (session, map) = Handle::map(&args[0])?;
    let mut session = session.borrow_mut();
    let map = session.map(map).map_err(failed)?;
    let value = raw_as(interp, value, &map.spec().value)?;
    let there = map.may_contain(&value).map_err(|error| failed(error.into()))?;
    Ok(interp.truth(there))
}

type Next = fn(&Map<'_>) -> std::result::Result<Option<Raw>, MapError>;

fn next(interp: &mut Interp<'_>, map: &Value, take: Next) -> Result {
    let (session, map) = Handle::map(map)?;
    let (found, shape) = {
        let mut session = session.borrow_mut();
        let map = session.map(map).map_err(failed)?;
        (take(&map).map_err(|error| failed(error.into()))?, map.spec().value.clone())
    };
    found.map_or(Ok(Value::NIL), |value| lisp(interp, &value, &shape))
}

fn delete(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (session, map) = Handle::map(&args[0])?;
    let mut session = session.borrow_mut();
    let map = session.map(map).map_err(failed)?;
    let key = raw_as(interp, &args[1], &map.spec().key)?;
    let there = map.delete(&key).map_err(|error| failed(error.into()))?;
    Ok(interp.truth(there))
}

fn entries(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (session, map) = Handle::map(&args[0])?;
    let (entries, key_shape, shape) = {
        let mut session = session.borrow_mut();
        let map = session.map(map).map_err(failed)?;
        let entries = map.entries().map_err(|error| failed(error.into()))?;
        (entries, map.spec().key.clone(), map.spec().value.clone())
    };
    let mut pairs = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        pairs.push(Value::cons(lisp(interp, &key, &key_shape)?, lisp(interp, &value, &shape)?));
    }
    Ok(Value::list(pairs))
}

fn keys(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let pairs = entries(interp, args)?.elements().unwrap_or_default();
    Ok(Value::list(pairs.into_iter().filter_map(|pair| Some(pair.pair()?.0)).collect::<Vec<_>>()))
}

/// `(bpf:sockmap-update map key fd)`
fn sockmap_update(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (session, map) = Handle::map(&args[0])?;
    let key = raw(interp, &args[1])?;
    let mut session = session.borrow_mut();
    match args[2].kind {
        Kind::Int(fd) => {
            let fd = i32::try_from(fd).map_err(|_| Exit::error("this is no file descriptor"))?;
            session.sockmap_update(map, &key, super::system::descriptor(fd)?).map_err(failed)?;
        }
        Kind::Host(_) => session.sockmap_update(map, &key, &*super::socket::fd(&args[2])?).map_err(failed)?,
        _ => return Err(wanted("a socket or a file descriptor", &args[2])),
    }
    Ok(args[2].clone())
}

/// `(bpf:global session "name")`
fn global(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let name = name(interp, &args[1])?;
    let session = Handle::session(&args[0])?;
    let shape = session.borrow().global_shape(&name).map_err(failed)?;
    let value = session.borrow_mut().global(&name).map_err(failed)?;
    lisp(interp, &value, &shape)
}

/// `(setf (bpf:global session "name") value)`
fn set_global(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let name = name(interp, &args[2])?;
    let session = Handle::session(&args[1])?;
    let shape = session.borrow().global_shape(&name).map_err(failed)?;
    let value = raw_as(interp, &args[0], &shape)?;
    session.borrow_mut().set_global(&name, &value).map_err(failed)?;
    Ok(args[0].clone())
}
