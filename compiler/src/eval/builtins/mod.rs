//! The functions written in Rust, a family each.

mod arith;
mod choose;
mod lists;
mod misc;
mod records;
mod sequences;
mod sets;
mod strings;
mod tables;

use super::{Builtin, Exit, Interp, Kind, Result, Value, error};

type Body = fn(&mut Interp<'_>, &[Value]) -> Result;

const fn builtin(name: &'static str, min: usize, max: usize, call: Body) -> Builtin {
    Builtin { name, min, max, call }
}

const FAMILIES: [&[Builtin]; 9] = [
    arith::ROWS,
    lists::ROWS,
    misc::ROWS,
    records::ROWS,
    sequences::ROWS,
    sets::ROWS,
    choose::ROWS,
    strings::ROWS,
    tables::ROWS,
];

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Builtin> {
    FAMILIES.into_iter().flatten()
}

fn int(value: &Value) -> Result<i128> {
    match value.kind {
        Kind::Int(value) => Ok(value),
        _ => Err(error::wanted("an integer", value)),
    }
}

fn index(value: &Value) -> Result<usize> {
    usize::try_from(int(value)?).map_err(|_| Exit::error(format!("{} is no index", int(value).unwrap_or(0))))
}

/// The most elements that are made at once.
const MOST_ELEMENTS: usize = 10_000_000;

/// As many elements, all alike.
fn filled(interp: &mut Interp<'_>, count: usize, item: Value) -> Result<Vec<Value>> {
    interp.spend(count)?;
    let mut items = Vec::new();
    if count > MOST_ELEMENTS || items.try_reserve_exact(count).is_err() {
        return Err(Exit::error(format!("{count} elements are too many: {MOST_ELEMENTS} are the most")));
    }
    items.resize(count, item);
    Ok(items)
}

fn list(value: &Value) -> Result<Vec<Value>> {
    value.elements().ok_or_else(|| error::wanted("a list", value))
}

/// The elements of a list, vector or string.
fn sequence(value: &Value) -> Result<Vec<Value>> {
    match &value.kind {
        Kind::Vector(items) => Ok(items.borrow().clone()),
        Kind::Str(text) => Ok(text.chars().map(|c| Kind::Char(c).into()).collect()),
        _ => value.elements().ok_or_else(|| error::wanted("a sequence", value)),
    }
}

/// A sequence of the same kind as `like`.
fn sequence_like(like: &Value, items: Vec<Value>) -> Value {
    match like.kind {
        Kind::Vector(_) => Value::vector(items),
        Kind::Str(_) => {
            let chars: Option<String> = items
                .iter()
                .map(|item| match item.kind {
                    Kind::Char(c) => Some(c),
                    _ => None,
                })
                .collect();
            chars.map_or_else(|| Value::list(items), Value::from)
        }
        _ => Value::list(items),
    }
}

/// The text of a string, symbol or character.
fn text(interp: &Interp<'_>, value: &Value) -> Result<String> {
    match &value.kind {
        Kind::Str(text) => Ok(text.to_string()),
        Kind::Symbol(symbol) | Kind::Keyword(symbol) => Ok(interp.text(*symbol).to_string()),
        Kind::Char(c) => Ok(c.to_string()),
        Kind::Nil => Ok("nil".into()),
        _ => Err(error::wanted("a string", value)),
    }
}

/// The options `:key value …` after the positional arguments.
struct Keys<'v> {
    pairs: Vec<(&'static str, &'v Value)>,
}

impl<'v> Keys<'v> {
    fn parse(interp: &Interp<'_>, args: &'v [Value], known: &[&'static str]) -> Result<Self> {
        let mut pairs = Vec::new();
        for pair in args.chunks(2) {
            let [Value { kind: Kind::Keyword(keyword), .. }, value] = pair else {
                return Err(Exit::error("options are keywords, each with a value"));
            };
            let name = interp.names().text(keyword.folded);
            let found = known.iter().find(|known| **known == name);
            let found = found.ok_or_else(|| Exit::error(format!("there is no option `:{name}` here")))?;
            pairs.push((*found, value));
        }
        Ok(Self { pairs })
    }

    fn get(&self, name: &str) -> Option<&'v Value> {
        self.pairs
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| *value)
            .filter(|value| !value.is_nil())
    }
}
