//! Data to values and back.

use std::rc::Rc;

use super::{Exit, Kind, Origin, Result, Symbol, Value, on_stack};
use crate::{
    names::{Name, Names},
    read::{Data, Datum, DatumId},
    source::Span,
};

/// The value of a datum; `origin` says what its places are.
pub fn value(names: &Names, data: &Data, id: DatumId, origin: fn(Span) -> Origin) -> Value {
    let convert = |id: &DatumId| value(names, data, *id, origin);
    let symbol = |name: Name| Symbol { name, folded: names.folded(name) };
    let kind = match data.get(id) {
        Datum::Int(value) => Kind::Int(value),
        Datum::Float(bits) => Kind::Float(f64::from_bits(bits)),
        Datum::Char(c) => Kind::Char(c),
        Datum::Str(text) => Kind::Str(String::from_utf8_lossy(data.string(text)).into()),
        Datum::Symbol(name) if names.text(names.folded(name)) == "nil" => Kind::Nil,
        Datum::Symbol(name) => Kind::Symbol(symbol(name)),
        Datum::Keyword(name) => Kind::Keyword(symbol(name)),
        Datum::Vector(children) => Value::vector(data.children(children).iter().map(convert).collect()).kind,
        Datum::List(children) => Value::list(data.children(children).iter().map(convert)).kind,
        Datum::Dotted(children) => match data.children(children) {
            [items @ .., tail] => Value::list_with_tail(items.iter().map(convert), convert(tail)).kind,
            [] => Kind::Nil,
        },
        Datum::Error => Kind::Nil,
    };
    Value { kind, origin: origin(data.span(id)) }
}

/// The deepest nesting of an expansion; what is read is no deeper.
const MAX_DEPTH: usize = crate::read::MAX_DEPTH;

/// How many words and lists there may be in all that a program is made of: values share parts, and data do not.
pub const MAX_DATA: usize = 1 << 21;

/// The datum of a value whose parts are where they were written.
pub fn written(names: &Names, data: &Data, value: &Value) -> Result<DatumId> {
    let mut made = 0;
    datum(names, data, value, &mut |origin| {
        made += 1;
        match made > MAX_DATA {
            true => Err(Exit::error("this form is too long for a program")),
            false => Ok(origin.span().unwrap_or_default()),
        }
    })
}

/// Says where a value of some origin is; an error when there are too many of them.
pub type Place<'p> = dyn FnMut(Origin) -> Result<Span> + 'p;

/// The datum of a value.
pub fn datum(names: &Names, data: &Data, value: &Value, place: &mut Place<'_>) -> Result<DatumId> {
    datum_within(names, data, value, place, MAX_DEPTH)
}

fn datum_within(
    names: &Names,
    data: &Data,
    value: &Value,
    place: &mut Place<'_>,
    depth: usize,
) -> Result<DatumId> {
    if depth == 0 {
        return Err(Exit::error("the expansion is nested too deeply"));
    }
    let span = place(value.origin)?;
    let datum = match &value.kind {
        Kind::Nil => Datum::Symbol(names.intern("nil")),
        Kind::Int(value) => int(*value)?,
        Kind::Float(value) => Datum::Float(value.to_bits()),
        Kind::Char(c) => Datum::Char(*c),
        Kind::Str(text) => Datum::Str(data.add_string(text.as_bytes().to_vec())),
        Kind::Symbol(symbol) => Datum::Symbol(symbol.name),
        Kind::Keyword(symbol) => Datum::Keyword(symbol.name),
        Kind::Vector(items) => {
            let items = Rc::clone(items);
            let items = items.borrow();
            let items = many(names, data, &items, place, depth)?;
            Datum::Vector(data.add_children(items))
        }
        Kind::Cons(_) => {
            let (items, tail) = value.dotted();
            if matches!(tail.kind, Kind::Cons(_)) {
                return Err(Exit::error("a list that has no end cannot be part of a program"));
            }
            let mut items = many(names, data, &items, place, depth)?;
            match tail.kind {
                Kind::Nil => Datum::List(data.add_children(items)),
                _ => {
                    items.push(datum_within(names, data, &tail, place, depth - 1)?);
                    Datum::Dotted(data.add_children(items))
                }
            }
        }
        Kind::Record(_) | Kind::Table(_) | Kind::Function(_) | Kind::Condition(_) | Kind::Host(_) => {
            return Err(Exit::error(format!("{} cannot be part of a program", value.type_name())));
        }
    };
    Ok(data.add(datum, span))
}

fn many(
    names: &Names,
    data: &Data,
    items: &[Value],
    place: &mut Place<'_>,
    depth: usize,
) -> Result<Vec<DatumId>> {
    on_stack(|| items.iter().map(|item| datum_within(names, data, item, place, depth - 1)).collect())
}

/// Literals are of the 64-bit range, signed or unsigned.
fn int(value: i128) -> Result<Datum> {
    match (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value) {
        true => Ok(Datum::Int(value)),
        false => Err(Exit::error(format!("{value} does not fit 64 bits"))),
    }
}
