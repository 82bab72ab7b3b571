//! Opening and loading.

use bpfl_compiler::eval::{Builtin, Exit, Interp, Kind, Result, Value};
use bpfl_runtime::{pin, session::Session};

use super::{
    object::{Handle, What, failed, wanted},
    session::opened,
};

pub const ROWS: &[Builtin] = &[
    Builtin { name: "bpf:open-object", min: 1, max: 1, call: open },
    Builtin { name: "bpf:find-program", min: 2, max: 2, call: find_program },
    Builtin { name: "bpf:load-program", min: 1, max: 1, call: load_program },
    Builtin { name: "bpf:find-map", min: 2, max: 2, call: find_map },
    Builtin { name: "bpf:pin", min: 2, max: 2, call: pin },
    Builtin { name: "bpf:unpin", min: 1, max: 1, call: unpin },
    Builtin { name: "bpf:pin-directory", min: 2, max: 2, call: pin_directory },
    Builtin { name: "bpf:close", min: 1, max: 1, call: close },
];

/// A string, or a symbol's name.
pub fn name(interp: &Interp<'_>, value: &Value) -> std::result::Result<String, Exit> {
    match &value.kind {
        Kind::Str(text) => Ok(text.to_string()),
        Kind::Symbol(symbol) | Kind::Keyword(symbol) => Ok(interp.text(*symbol).to_string()),
        _ => Err(wanted("a name", value)),
    }
}

fn open(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let path = name(interp, &args[0])?;
    let session = opened(interp, Session::open_file(path))?;
    Ok(Handle::value(&session, What::Session))
}

fn find_program(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let session = Handle::session(&args[0])?;
    let name = name(interp, &args[1])?;
    let found = session.borrow().spec().program(&name).map(|program| program.name.clone());
    let found = found.map_err(|error| failed(error.into()))?;
    Ok(Handle::value(session, What::Program(found)))
}

fn load_program(_: &mut Interp<'_>, args: &[Value]) -> Result {
    let (session, name) = Handle::program(&args[0])?;
    session.borrow_mut().load_some(&[name]).map_err(failed)?;
    Ok(args[0].clone())
}

fn find_map(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let session = Handle::session(&args[0])?;
    let name = name(interp, &args[1])?;
    let found = session.borrow_mut().map(&name).map(|map| map.name().to_string()).map_err(failed)?;
    Ok(Handle::value(session, What::Map(found)))
}

/// `(bpf:pin map-or-program-or-link path)`
fn pin(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let path = name(interp, &args[1])?;
    let Some(Handle { session, what }) = Handle::of(&args[0]) else {
        return Err(wanted("a map, a program or a link", &args[0]));
    };
    let mut session = session.borrow_mut();
    let pinned = match what {
        What::Map(name) => session.pin_map(name, &path),
        What::Program(name) => session.pin_program(name, &path),
        What::Link(link) => session.pin_link(*link, &path),
        What::Session => return Err(wanted("a map, a program or a link", &args[0])),
    };
    pinned.map(|()| args[1].clone()).map_err(failed)
}

/// `(bpf:unpin path)`: whether there was something.
fn unpin(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let path = name(interp, &args[0])?;
    let removed = pin::unpin(path.as_ref()).map_err(|error| Exit::error(error.to_string()))?;
    Ok(interp.truth(removed))
}

/// `(bpf:pin-directory session path)`: where maps are pinned by their names.
fn pin_directory(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let path = name(interp, &args[1])?;
    Handle::session(&args[0])?.borrow_mut().set_pin_directory(path);
    Ok(args[1].clone())
}

/// Detaches everything; what is left of the object goes with its last use.
fn close(_: &mut Interp<'_>, args: &[Value]) -> Result {
    Handle::session(&args[0])?.borrow_mut().detach_all();
    Ok(Value::NIL)
}
