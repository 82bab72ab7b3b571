//! `encode-NAME` and `decode-NAME`: records of the file's structs as bytes, and back.
//!
//! The layout is the compiler's: the file's structs are compiled for it when it is first asked for.

use std::sync::Arc;

use bpfl_compiler::eval::{Builtin, Exit, Interp, Kind, Result, Value};
use bpfl_runtime::{
    btf::shape::Shape,
    spec::ObjectSpec,
    value::{decode, encode},
};

use super::{
    convert::{self, lisp, raw_as, to_bytes},
    kind,
    object::failed,
    session, world,
};

pub const ROWS: &[Builtin] = &[
    Builtin { name: "%encode-record", min: 2, max: 2, call: encode_record },
    Builtin { name: "%decode-record", min: 2, max: 2, call: decode_record },
];

type Got<T> = std::result::Result<T, Exit>;

fn encode_record(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let name = super::objects::name(interp, &args[0])?;
    let shape = shape(interp, &name)?;
    let value = raw_as(interp, &args[1], &shape)?;
    let bytes =
        encode(&shape, &value).map_err(|error| Exit::error(format!("this is no `{name}`: {error}")))?;
    Ok(convert::bytes(&bytes))
}

fn decode_record(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (name, bytes) = (super::objects::name(interp, &args[0])?, to_bytes(&args[1])?);
    let shape = shape(interp, &name)?;
    if bytes.len() < shape.size() {
        let (given, size) = (bytes.len(), shape.size());
        return Err(Exit::error(format!("`{name}` has {size} bytes, and {given} are given")));
    }
    lisp(interp, &decode(&shape, &bytes), &shape)
}

/// How a struct or union that the script defines is read.
fn shape(interp: &mut Interp<'_>, name: &str) -> Got<Arc<Shape>> {
    if let Some(shape) = world(interp)?.shapes.get(name) {
        return Ok(shape.clone());
    }
    let all = world(interp)?.definitions.clone();
    let mut forms: Vec<Value> = all.into_iter().filter(|form| is_shared(interp, form)).collect();
    // An object has the types of what is in it.
    let symbol = |text: &str| Value::from(Kind::Symbol(interp.symbol(text)));
    forms.push(Value::list(["defvar", "laid-out", name].map(symbol)));
    let compiled = session::compile_forms(interp, &forms, u32::MAX)?;
    let spec = ObjectSpec::parse(&compiled.object).map_err(|error| failed(error.into()))?;
    let shape = spec.shape(name).map_err(|error| failed(error.into()))?;
    world(interp)?.shapes.insert(name.to_string(), shape.clone());
    Ok(shape)
}

fn is_shared(interp: &Interp<'_>, form: &Value) -> bool {
    let head = form.pair().and_then(|(head, _)| head.symbol());
    head.is_some_and(|head| kind::is_shared(interp.names().text(head.folded)))
}
