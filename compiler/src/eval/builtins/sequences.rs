//! Sequences: lists, vectors and strings.

use super::{Keys, builtin, filled, index, sequence, sequence_like};
use crate::eval::{Builtin, Exit, Interp, Kind, MANY, Result, Value, error};

pub const ROWS: &[Builtin] = &[
    builtin("length", 1, 1, |_, args| match &args[0].kind {
        Kind::Table(table) => Ok((table.borrow().len() as i128).into()),
        _ => Ok((sequence(&args[0])?.len() as i128).into()),
    }),
    builtin("reverse", 1, 1, |_, args| reversed(&args[0])),
    builtin("nreverse", 1, 1, |_, args| reversed(&args[0])),
    builtin("elt", 2, 2, |_, args| element(&args[0], &args[1])),
    builtin("aref", 2, 2, |_, args| element(&args[0], &args[1])),
    builtin("svref", 2, 2, |_, args| element(&args[0], &args[1])),
    builtin("vector", 0, MANY, |_, args| Ok(Value::vector(args.to_vec()))),
    builtin("make-array", 1, MANY, make_array),
    builtin("vector-push-extend", 2, 2, |_, args| match &args[1].kind {
        Kind::Vector(items) => {
            items.borrow_mut().push(args[0].clone());
            Ok((items.borrow().len() as i128 - 1).into())
        }
        _ => Err(error::wanted("a vector", &args[1])),
    }),
    builtin("subseq", 2, 3, subseq),
    builtin("map", 3, MANY, map),
    builtin("coerce", 2, 2, coerce),
    builtin("reduce", 2, MANY, reduce),
    builtin("every", 2, MANY, |interp, args| quantify(interp, args, false, false)),
    builtin("some", 2, MANY, |interp, args| quantify(interp, args, true, true)),
    builtin("notany", 2, MANY, |interp, args| {
        let any = quantify(interp, args, true, true)?;
        Ok(interp.truth(any.is_nil()))
    }),
    builtin("notevery", 2, MANY, |interp, args| {
        let all = quantify(interp, args, false, false)?;
        Ok(interp.truth(all.is_nil()))
    }),
    builtin("sort", 2, MANY, sort),
    builtin("stable-sort", 2, MANY, sort),
];

fn reversed(value: &Value) -> Result {
    let mut items = sequence(value)?;
    items.reverse();
    Ok(sequence_like(value, items))
}

fn element(value: &Value, at: &Value) -> Result {
    let at = index(at)?;
    let (found, count) = match &value.kind {
        // Without a copy of all others.
        Kind::Vector(items) => (items.borrow().get(at).cloned(), items.borrow().len()),
        _ => {
            let items = sequence(value)?;
            (items.get(at).cloned(), items.len())
        }
    };
    found.ok_or_else(|| Exit::error(format!("there is no element {at}: there are {count}")))
}

fn make_array(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let known = ["initial-element", "initial-contents", "element-type", "adjustable", "fill-pointer"];
    let keys = Keys::parse(interp, &args[1..], &known)?;
    if let Some(contents) = keys.get("initial-contents") {
        return Ok(Value::vector(sequence(contents)?));
    }
    let size = match (&args[0].kind, args[0].elements().as_deref()) {
        (Kind::Cons(_), Some([only])) => index(only)?,
        (Kind::Cons(_) | Kind::Nil, _) => return Err(Exit::error("an array has one dimension here")),
        _ => index(&args[0])?,
    };
    let empty = keys.get("fill-pointer").is_some_and(|at| matches!(at.kind, Kind::Int(0)));
    let item = keys.get("initial-element").cloned().unwrap_or_default();
    Ok(Value::vector(filled(interp, if empty { 0 } else { size }, item)?))
}

fn subseq(_: &mut Interp<'_>, args: &[Value]) -> Result {
    let items = sequence(&args[0])?;
    let start = index(&args[1])?;
    let end = match args.get(2) {
        Some(end) if !end.is_nil() => index(end)?,
        _ => items.len(),
    };
    let outside = || Exit::error(format!("{start} to {end} is no part of {} elements", items.len()));
    let part = items.get(start..end).ok_or_else(outside)?.to_vec();
    Ok(sequence_like(&args[0], part))
}

fn kind_named(interp: &Interp<'_>, ty: &Value, items: Vec<Value>) -> Result {
    let ty = ty.pair().map_or_else(|| ty.clone(), |(head, _)| head);
    let name = ty.symbol().map_or("", |symbol| interp.names().text(symbol.folded));
    Ok(match name {
        "list" => Value::list(items),
        "vector" | "simple-vector" | "array" => Value::vector(items),
        "string" => match sequence_like(&Value::from(""), items) {
            Value { kind: Kind::Cons(_), .. } => return Err(Exit::error("a string is made of characters")),
            text => text,
        },
        _ if ty.is_nil() => Value::NIL,
        _ => return Err(Exit::error(format!("there is no kind of sequence called `{name}`"))),
    })
}

/// `(map 'list f sequence…)`
fn map(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let sequences = args[2..].iter().map(sequence).collect::<Result<Vec<_>>>()?;
    let shortest = sequences.iter().map(Vec::len).min().unwrap_or(0);
    let mut results = Vec::with_capacity(shortest);
    for i in 0..shortest {
        results.push(interp.apply(&args[1], sequences.iter().map(|items| items[i].clone()).collect())?);
    }
    kind_named(interp, &args[0], results)
}

fn coerce(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let name = args[1].symbol().map_or("", |symbol| interp.names().text(symbol.folded));
    match name {
        "float" | "double-float" | "single-float" => Ok(super::arith::number(&args[0])?.into()),
        "integer" => super::int(&args[0]).map(Value::from),
        "character" => match sequence(&args[0])?.as_slice() {
            [only] => Ok(only.clone()),
            _ => Err(error::wanted("a string of one character", &args[0])),
        },
        _ => {
            let items = sequence(&args[0])?;
            kind_named(interp, &args[1], items)
        }
    }
}

fn reduce(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let keys = Keys::parse(interp, &args[2..], &["initial-value", "key", "from-end"])?;
    let mut items = sequence(&args[1])?;
    if let Some(key) = keys.get("key") {
        for item in &mut items {
            *item = interp.apply(key, vec![item.clone()])?;
        }
    }
    let from_end = keys.get("from-end").is_some();
    if from_end {
        items.reverse();
    }
    let mut items = items.into_iter();
    // An initial value of nil is one too.
    let given = args[2..].chunks(2).any(
        |pair| matches!(&pair[0].kind, Kind::Keyword(k) if interp.names().text(k.folded) == "initial-value"),
    );
    let start = match given {
        true => Some(keys.get("initial-value").cloned().unwrap_or_default()),
        false => items.next(),
    };
    let Some(mut total) = start else { return interp.apply(&args[0], Vec::new()) };
    for item in items {
        let call = if from_end { vec![item, total] } else { vec![total, item] };
        total = interp.apply(&args[0], call)?;
    }
    Ok(total)
}

/// Whether a function holds of all or some elements: stops at the first whose truth is `stop`.
fn quantify(interp: &mut Interp<'_>, args: &[Value], stop: bool, some: bool) -> Result {
    let sequences = args[1..].iter().map(sequence).collect::<Result<Vec<_>>>()?;
    let shortest = sequences.iter().map(Vec::len).min().unwrap_or(0);
    for i in 0..shortest {
        let value = interp.apply(&args[0], sequences.iter().map(|items| items[i].clone()).collect())?;
        if value.is_nil() != stop {
            return Ok(if some { value } else { Value::NIL });
        }
    }
    Ok(interp.truth(!some))
}

/// A merge sort by the user's order, which may fail, or be none.
fn sort(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let keys = Keys::parse(interp, &args[2..], &["key"])?;
    let mut items = Vec::new();
    for item in sequence(&args[0])? {
        let part = match keys.get("key") {
            Some(key) => interp.apply(key, vec![item.clone()])?,
            None => item.clone(),
        };
        items.push((part, item));
    }
    let sorted = merge_sort(interp, &args[1], items)?;
    Ok(sequence_like(&args[0], sorted.into_iter().map(|(_, item)| item).collect()))
}

type Keyed = (Value, Value);

fn merge_sort(interp: &mut Interp<'_>, before: &Value, mut items: Vec<Keyed>) -> Result<Vec<Keyed>> {
    if items.len() < 2 {
        return Ok(items);
    }
    let right = items.split_off(items.len() / 2);
    let left = merge_sort(interp, before, items)?;
    let right = merge_sort(interp, before, right)?;
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let swap = !interp.apply(before, vec![b.0.clone(), a.0.clone()])?.is_nil();
        merged.extend(if swap { right.next() } else { left.next() });
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}
