//! What kind of value a value is, as `typep` and `typecase` ask.

use crate::eval::{Exit, Interp, Kind, Result, Value, value::same_name};

type Is = fn(&Value) -> bool;

/// The types that have a name.
const NAMED: &[(&str, Is)] = &[
    ("t", |_| true),
    ("otherwise", |_| true),
    ("null", |value| value.is_nil()),
    ("symbol", |value| matches!(value.kind, Kind::Symbol(_) | Kind::Nil | Kind::Keyword(_))),
    ("keyword", |value| matches!(value.kind, Kind::Keyword(_))),
    ("integer", |value| matches!(value.kind, Kind::Int(_))),
    ("fixnum", |value| matches!(value.kind, Kind::Int(_))),
    ("bit", |value| matches!(value.kind, Kind::Int(0 | 1))),
    ("float", |value| matches!(value.kind, Kind::Float(_))),
    ("double-float", |value| matches!(value.kind, Kind::Float(_))),
    ("number", |value| matches!(value.kind, Kind::Int(_) | Kind::Float(_))),
    ("real", |value| matches!(value.kind, Kind::Int(_) | Kind::Float(_))),
    ("string", |value| matches!(value.kind, Kind::Str(_))),
    ("character", |value| matches!(value.kind, Kind::Char(_))),
    ("cons", |value| matches!(value.kind, Kind::Cons(_))),
    ("list", |value| matches!(value.kind, Kind::Cons(_) | Kind::Nil)),
    // A string is a vector of characters.
    ("vector", |value| matches!(value.kind, Kind::Vector(_) | Kind::Str(_))),
    ("array", |value| matches!(value.kind, Kind::Vector(_) | Kind::Str(_))),
    ("simple-vector", |value| matches!(value.kind, Kind::Vector(_))),
    ("sequence", |value| matches!(value.kind, Kind::Vector(_) | Kind::Str(_) | Kind::Cons(_) | Kind::Nil)),
    ("hash-table", |value| matches!(value.kind, Kind::Table(_))),
    ("function", |value| matches!(value.kind, Kind::Function(_))),
    ("atom", |value| !matches!(value.kind, Kind::Cons(_))),
    ("condition", |value| matches!(value.kind, Kind::Condition(_))),
    ("error", |value| matches!(value.kind, Kind::Condition(_))),
];

/// Whether a value is of a type.
///
/// # Errors
/// When there is no such type.
pub fn is_of_type(interp: &mut Interp<'_>, value: &Value, ty: &Value) -> Result<bool> {
    if let Some((head, rest)) = ty.pair() {
        return interp.nested(|interp| is_of_compound(interp, value, &head, &rest));
    }
    let unknown = || Exit::error("this is no type").at(ty.origin);
    let symbol = match ty.kind {
        Kind::Nil => return Ok(false),
        Kind::Symbol(symbol) => symbol,
        _ => return Err(unknown()),
    };
    let name = interp.names().text(symbol.folded);
    if let Some((_, is)) = NAMED.iter().find(|(own, _)| *own == name) {
        return Ok(is(value));
    }
    match &value.kind {
        _ if name == "boolean" => Ok(value.is_nil() || interp.is(value, "t")),
        Kind::Condition(condition) if condition.kind == name => Ok(true),
        Kind::Record(record) if same_name(&record.name, name) => Ok(true),
        _ if is_record(interp, name) || CONDITIONS.contains(&name) => Ok(false),
        _ => Err(Exit::error(format!("there is no type called `{name}`")).at(ty.origin)),
    }
}

/// Types of conditions.
const CONDITIONS: &[&str] = &[
    "arithmetic-error",
    "end-of-file",
    "socket-error",
    "cell-error",
    "division-by-zero",
    "file-error",
    "permission-error",
    "stream-error",
    "type-error",
    "unbound-variable",
    "undefined-function",
];

/// Whether a struct of that name was defined.
fn is_record(interp: &Interp<'_>, name: &str) -> bool {
    let maker = interp.names().intern(&format!("make-{}", name.replace('_', "-")));
    interp.has_function(maker)
}

fn is_of_compound(interp: &mut Interp<'_>, value: &Value, head: &Value, rest: &Value) -> Result<bool> {
    let name = head.symbol().map_or("", |head| interp.names().text(head.folded));
    let parts = rest.elements().ok_or_else(|| Exit::error("this is no type").at(head.origin))?;
    match (name, &parts[..]) {
        ("or", types) => any(interp, value, types, true),
        ("and", types) => any(interp, value, types, false).map(|other| !other),
        ("not", [ty]) => is_of_type(interp, value, ty).map(|is| !is),
        ("member", items) => Ok(items.iter().any(|item| item.same(value))),
        ("eql", [item]) => Ok(item.same(value)),
        ("satisfies", [function]) => Ok(!interp.apply(function, vec![value.clone()])?.is_nil()),
        ("integer", limits) if limits.len() <= 2 => {
            in_limits(value, limits).map_err(|exit| exit.at(head.origin))
        }
        ("unsigned-byte", [Value { kind: Kind::Int(bits @ 1..=126), .. }]) => {
            Ok(matches!(value.kind, Kind::Int(number) if (0..1 << bits).contains(&number)))
        }
        ("signed-byte", [Value { kind: Kind::Int(bits @ 1..=126), .. }]) => {
            let half = 1 << (bits - 1);
            Ok(matches!(value.kind, Kind::Int(number) if (-half..half).contains(&number)))
        }
        _ => Err(Exit::error(format!("there is no type `({name} …)` of this form here")).at(head.origin)),
    }
}

/// Whether the value is, or is not, of one of the types.
fn any(interp: &mut Interp<'_>, value: &Value, types: &[Value], wanted: bool) -> Result<bool> {
    for ty in types {
        if is_of_type(interp, value, ty)? == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `(integer least most)`, where `*` is no limit.
fn in_limits(value: &Value, limits: &[Value]) -> Result<bool> {
    let Kind::Int(number) = value.kind else { return Ok(false) };
    let limit = |at: usize, none: i128| match limits.get(at).map(|limit| &limit.kind) {
        Some(Kind::Int(limit)) => Ok(*limit),
        None | Some(Kind::Symbol(_)) => Ok(none),
        Some(_) => Err(Exit::error("a limit of a type is an integer, or `*`")),
    };
    Ok((limit(0, i128::MIN)?..=limit(1, i128::MAX)?).contains(&number))
}
