//! What lies in an arena, by address.

use bpfl_compiler::eval::{Builtin, Exit, Interp, Kind, Result, Value};
use bpfl_runtime::{btf::shape::Shape, map::Arena, session::Session};

use super::{
    convert::{lisp, raw_as},
    object::{Handle, failed, wanted},
    objects::name,
};

pub const ROWS: &[Builtin] = &[
    Builtin { name: "bpf:arena-base", min: 1, max: 1, call: base },
    Builtin { name: "bpf:arena-read", min: 3, max: 3, call: read },
    Builtin { name: "bpf:arena-write", min: 4, max: 4, call: write },
];

/// The integers that have a name of the language and need none in the object's types.
const INTEGERS: [(&str, usize, bool); 8] = [
    ("u8", 1, false),
    ("u16", 2, false),
    ("u32", 4, false),
    ("u64", 8, false),
    ("i8", 1, true),
    ("i16", 2, true),
    ("i32", 4, true),
    ("i64", 8, true),
];

/// `(bpf:arena-base map)`: its first address.
fn base(_: &mut Interp<'_>, args: &[Value]) -> Result {
    Ok(i128::from(arena(&args[0])?.base()).into())
}

/// `(bpf:arena-read map address type)`: what is there, a struct of the file's or an integer. Null is `nil`.
fn read(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (arena, shape) = (arena(&args[0])?, shape(interp, &args[0], &args[2])?);
    match address(&args[1])? {
        0 => Ok(Value::NIL),
        at => {
            let value = arena.value(at, &shape).map_err(|error| failed(error.into()))?;
            lisp(interp, &value, &shape)
        }
    }
}

/// `(bpf:arena-write map address type value)`
fn write(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (arena, shape) = (arena(&args[0])?, shape(interp, &args[0], &args[2])?);
    let value = raw_as(interp, &args[3], &shape)?;
    let written = arena.set_value(address(&args[1])?, &shape, &value);
    written.map_err(|error| failed(error.into()))?;
    Ok(args[3].clone())
}

fn arena(map: &Value) -> std::result::Result<Arena, Exit> {
    let (session, map) = Handle::map(map)?;
    session.borrow_mut().arena(map).map_err(failed)
}

fn shape(interp: &Interp<'_>, map: &Value, ty: &Value) -> std::result::Result<Shape, Exit> {
    let name = name(interp, ty)?;
    let integer = INTEGERS.iter().find(|(own, ..)| name.eq_ignore_ascii_case(own));
    if let Some((_, bytes, signed)) = integer {
        return Ok(Shape::Int { bytes: *bytes, signed: *signed });
    }
    let (session, _) = Handle::map(map)?;
    let found = Session::shape(&session.borrow(), &name).map_err(failed)?;
    Ok(Shape::clone(&found))
}

fn address(value: &Value) -> std::result::Result<u64, Exit> {
    match value.kind {
        Kind::Nil => Ok(0),
        Kind::Int(number) => u64::try_from(number).map_err(|_| Exit::error("an address is not negative")),
        _ => Err(wanted("an address", value)),
    }
}
