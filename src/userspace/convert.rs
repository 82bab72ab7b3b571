//! The runtime's values as Lisp values and back.

use bpfl_compiler::eval::{
    Exit, Interp, Kind, Value,
    special::records::{self, Field},
    value,
};
use bpfl_runtime::{
    btf::shape::{self, Shape},
    value::Value as Raw,
};

use super::object::wanted;

/// A key or value of a map, whose shape gives structs their names.
pub fn lisp(interp: &mut Interp<'_>, raw: &Raw, shape: &Shape) -> Result<Value, Exit> {
    Ok(match raw {
        Raw::Int(number) | Raw::Enum { number, .. } => (*number).into(),
        Raw::Bool(flag) => interp.truth(*flag),
        Raw::Float(number) => (*number).into(),
        Raw::Text(text) => text.as_str().into(),
        Raw::Bytes(raw) => bytes(raw),
        Raw::Array(each) => {
            let element = match shape {
                Shape::Array { element, .. } => element,
                other => other,
            };
            vector(interp, each, element)?
        }
        Raw::PerCpu(each) => vector(interp, each, shape)?,
        Raw::Struct(fields) => record(interp, fields, shape)?,
    })
}

/// Bytes as a vector of numbers.
pub fn bytes(bytes: &[u8]) -> Value {
    Value::vector(bytes.iter().map(|byte| i128::from(*byte).into()).collect())
}

/// The bytes that a string, or a sequence of numbers, is.
pub fn to_bytes(value: &Value) -> Result<Vec<u8>, Exit> {
    let items = match &value.kind {
        Kind::Str(text) => return Ok(text.as_bytes().to_vec()),
        Kind::Vector(items) => items.borrow().clone(),
        _ => value.elements().ok_or_else(|| wanted("bytes", value))?,
    };
    let byte = |item: &Value| match item.kind {
        Kind::Int(number @ 0..=255) => Ok(number as u8),
        Kind::Int(number) => Err(Exit::error(format!("{number} is no byte"))),
        _ => Err(wanted("a byte", item)),
    };
    items.iter().map(byte).collect()
}

fn vector(interp: &mut Interp<'_>, each: &[Raw], shape: &Shape) -> Result<Value, Exit> {
    let items = each.iter().map(|one| lisp(interp, one, shape)).collect::<Result<_, _>>()?;
    Ok(Value::vector(items))
}

fn record(interp: &mut Interp<'_>, fields: &[(String, Raw)], shape: &Shape) -> Result<Value, Exit> {
    let (name, shapes) = match shape {
        Shape::Struct { name, fields, .. } if !name.is_empty() => (name.as_str(), fields.as_slice()),
        Shape::Struct { fields, .. } => ("record", fields.as_slice()),
        _ => ("record", &[][..]),
    };
    let name = name.replace('_', "-");
    let maker = interp.symbol(&format!("make-{name}"));
    if !interp.has_function(maker.folded) {
        let names: Vec<Field> = fields.iter().map(|(field, _)| placed(field, shapes)).collect();
        interp.define_record(&name, &names, shape.is_union())?;
    }
    let mut values = Vec::with_capacity(fields.len());
    for (i, (field, raw)) in fields.iter().enumerate() {
        let shape = shapes.get(i).filter(|own| own.name == *field).map(|own| &*own.shape);
        values.push((field.clone(), lisp(interp, raw, shape.unwrap_or(&Shape::Bytes { bytes: 0 }))?));
    }
    Ok(records::make(&name, values))
}

/// A field of a record, with those that have its place: in C they are in an anonymous union.
fn placed(name: &str, shapes: &[shape::Field]) -> Field {
    let own = shapes.iter().find(|field| field.name == name);
    let shares = |other: &&shape::Field| other.name != name && own.is_some_and(|own| own.overlaps(other));
    let beside = shapes.iter().filter(shares).map(|other| other.name.clone()).collect();
    Field { beside, ..Field::named(name) }
}

/// How deep a value of a map is at most; C's are not nearly as deep.
const MOST_LEVELS: usize = 100;

fn with_an_end(value: &Value) -> Result<&Value, Exit> {
    match value.is_within(MOST_LEVELS) {
        true => Ok(value),
        false => Err(Exit::error("this has no end, or goes too deep: no map can hold it")),
    }
}

/// A Lisp value as a key or value of this shape.
pub fn raw_as(interp: &Interp<'_>, value: &Value, shape: &Shape) -> Result<Raw, Exit> {
    part_as(interp, with_an_end(value)?, shape)
}

/// A Lisp value as a key or value, of whatever shape.
pub fn raw(interp: &Interp<'_>, value: &Value) -> Result<Raw, Exit> {
    part(interp, with_an_end(value)?)
}

/// The same of a part of it, as far as records are concerned: they are of the struct there, or of
/// a member of the union there.
fn part_as(interp: &Interp<'_>, value: &Value, shape: &Shape) -> Result<Raw, Exit> {
    match (&value.kind, shape) {
        (Kind::Record(record), Shape::Struct { name, fields, .. }) => {
            let own = |field: &str| fields.iter().find(|one| value::same_name(&one.name, field));
            if name.is_empty() || value::same_name(&record.name, name) {
                return of_record(interp, record, |field| own(field).map(|one| &*one.shape));
            }
            match own(&record.name).filter(|_| shape.is_union()) {
                Some(member) => {
                    Ok(Raw::Struct(vec![(member.name.clone(), part_as(interp, value, &member.shape)?)]))
                }
                None => {
                    let [own, name] = [&record.name, name].map(|name| name.replace('_', "-"));
                    Err(Exit::error(format!(
                        "this is a record of `{own}`, and one of `{name}` is wanted here"
                    )))
                }
            }
        }
        (Kind::Vector(items), Shape::Array { element, .. }) => {
            let items = items.borrow();
            let each = items.iter().map(|item| part_as(interp, item, element));
            Ok(Raw::Array(each.collect::<Result<_, _>>()?))
        }
        // A value for each CPU.
        (Kind::Vector(items), _) => {
            let items = items.borrow();
            Ok(Raw::Array(items.iter().map(|item| part_as(interp, item, shape)).collect::<Result<_, _>>()?))
        }
        _ => part(interp, value),
    }
}

fn of_record<'s>(
    interp: &Interp<'_>,
    record: &value::Record,
    shape: impl Fn(&str) -> Option<&'s Shape>,
) -> Result<Raw, Exit> {
    let fields = record.fields.borrow();
    let field = |(name, value): &(String, Value)| {
        let value = match shape(name) {
            Some(shape) => part_as(interp, value, shape)?,
            None => part(interp, value)?,
        };
        Ok((name.clone(), value))
    };
    Ok(Raw::Struct(fields.iter().map(field).collect::<Result<_, Exit>>()?))
}

/// The same of a part of it.
fn part(interp: &Interp<'_>, value: &Value) -> Result<Raw, Exit> {
    Ok(match &value.kind {
        Kind::Int(number) => Raw::Int(*number),
        Kind::Float(number) => Raw::Float(*number),
        Kind::Nil => Raw::Bool(false),
        Kind::Symbol(symbol) if interp.names().text(symbol.folded) == "t" => Raw::Bool(true),
        Kind::Symbol(symbol) | Kind::Keyword(symbol) => Raw::Text(interp.text(*symbol).to_string()),
        Kind::Str(text) => Raw::Text(text.to_string()),
        Kind::Char(c) => Raw::Int(u32::from(*c).into()),
        Kind::Vector(items) => Raw::Array(many(interp, &items.borrow())?),
        Kind::Cons(_) => {
            let items = value.elements().ok_or_else(|| wanted("a proper list", value))?;
            if matches!(items[0].kind, Kind::Keyword(_)) {
                return fields(interp, &items);
            }
            Raw::Array(many(interp, &items)?)
        }
        Kind::Record(record) => of_record(interp, record, |_| None)?,
        Kind::Table(_) | Kind::Function(_) | Kind::Condition(_) | Kind::Host(_) => {
            return Err(wanted("something that a map can hold", value));
        }
    })
}

/// `(:field value …)`: a struct, as `bpfl map` writes it.
fn fields(interp: &Interp<'_>, items: &[Value]) -> Result<Raw, Exit> {
    let field = |pair: &[Value]| match pair {
        [Value { kind: Kind::Keyword(name), .. }, value] => {
            Ok((interp.text(*name).to_string(), part(interp, value)?))
        }
        _ => {
            Err(Exit::error("a struct is `(:field value …)`: keywords, each with a value").at(pair[0].origin))
        }
    };
    Ok(Raw::Struct(items.chunks(2).map(field).collect::<Result<_, Exit>>()?))
}

fn many(interp: &Interp<'_>, items: &[Value]) -> Result<Vec<Raw>, Exit> {
    items.iter().map(|item| part(interp, item)).collect()
}
