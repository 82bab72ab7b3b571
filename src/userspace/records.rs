//! `encode-NAME` and `decode-NAME`: records of the file's structs as bytes, and back; `sizeof`, `offsetof`.
//!
//! The layout is the compiler's: the file's structs are compiled for it when it is first asked for.

use std::sync::Arc;

use bpfl_compiler::{
    eval::{
        Builtin, Env, Exit, Interp, Kind, Result, Value,
        special::{Special, host_form},
    },
    hir::Types,
};
use bpfl_runtime::{
    btf::shape::Shape,
    spec::ObjectSpec,
    value::{decode, encode},
};

use super::{
    convert::{self, lisp, raw_as, to_bytes},
    kind,
    object::{failed, wanted},
    session, world,
};

pub const ROWS: &[Builtin] = &[
    Builtin { name: "%encode-record", min: 2, max: 2, call: encode_record },
    Builtin { name: "%decode-record", min: 2, max: 2, call: decode_record },
];

pub const FORMS: &[Special] = &[host_form("sizeof", 1, 1, size_of), host_form("offsetof", 2, 2, offset_of)];

type Got<T> = std::result::Result<T, Exit>;

fn encode_record(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let name = super::objects::name(interp, &args[0])?;
    let shape = shape(interp, &name, &args[0])?;
    let value = raw_as(interp, &args[1], &shape)?;
    let bytes =
        encode(&shape, &value).map_err(|error| Exit::error(format!("this is no `{name}`: {error}")))?;
    Ok(convert::bytes(&bytes))
}

fn decode_record(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (name, bytes) = (super::objects::name(interp, &args[0])?, to_bytes(&args[1])?);
    let shape = shape(interp, &name, &args[0])?;
    if bytes.len() < shape.size() {
        let (given, size) = (bytes.len(), shape.size());
        return Err(Exit::error(format!("`{name}` has {size} bytes, and {given} are given")));
    }
    lisp(interp, &decode(&shape, &bytes), &shape)
}

/// `(sizeof type)`: the bytes of a struct, union or enum of the script's, or of a scalar type.
fn size_of(interp: &mut Interp<'_>, args: &[Value], _: &Env) -> Result {
    let name = type_name(interp, &args[0])?;
    let types = Types::new();
    let bytes = match Types::named(&name) {
        Some(ty) => types.size(ty) as usize,
        None => shape(interp, &name, &args[0])?.size(),
    };
    Ok((bytes as i128).into())
}

/// `(offsetof struct field)`: where in it the field is, in bytes.
fn offset_of(interp: &mut Interp<'_>, args: &[Value], _: &Env) -> Result {
    let (name, field) = (type_name(interp, &args[0])?, type_name(interp, &args[1])?);
    let (shape, symbol) = (shape(interp, &name, &args[0])?, field.replace('-', "_"));
    let fields = match &*shape {
        Shape::Struct { fields, .. } => fields.as_slice(),
        _ => &[],
    };
    match fields.iter().find(|field| field.name.eq_ignore_ascii_case(&symbol)) {
        Some(field) => Ok((field.bit_offset as i128 / 8).into()),
        None => {
            let near = bpfl_runtime::name::near(&symbol, fields.iter().map(|field| field.name.as_str()));
            let near = near.map(|near| format!("; did you mean `{}`?", near.replace('_', "-")));
            let near = near.unwrap_or_default();
            Err(Exit::error(format!("`{name}` has no field `{field}`{near}")).at(args[1].origin))
        }
    }
}

fn type_name(interp: &Interp<'_>, value: &Value) -> Got<String> {
    let symbol = value.symbol().ok_or_else(|| wanted("the name of a type", value).at(value.origin))?;
    Ok(interp.names().text(symbol.folded).to_string())
}

/// How a struct, union or enum that the script defines is read, which `asked` asks for.
fn shape(interp: &mut Interp<'_>, name: &str, asked: &Value) -> Got<Arc<Shape>> {
    if let Some(shape) = world(interp)?.shapes.get(name) {
        return Ok(shape.clone());
    }
    let all = world(interp)?.definitions.clone();
    let mut forms: Vec<Value> = all.into_iter().filter(|form| is_shared(interp, form)).collect();
    // An object has the types of what is in it.
    let symbol = |text: &str| Value::from(Kind::Symbol(interp.symbol(text)));
    let [define, own, wanted] = ["defvar", "laid-out", name].map(symbol);
    forms.push(Value::list([define, own, Value { origin: asked.origin, ..wanted }]));
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
