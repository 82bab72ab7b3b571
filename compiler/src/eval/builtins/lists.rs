//! Lists.

use super::{builtin, filled, index, int, list};
use crate::eval::{Builtin, Exit, Interp, Kind, MANY, Result, Value, error};

pub const ROWS: &[Builtin] = &[
    builtin("cons", 2, 2, |_, args| Ok(Value::cons(args[0].clone(), args[1].clone()))),
    builtin("car", 1, 1, |_, args| car(&args[0])),
    builtin("cdr", 1, 1, |_, args| cdr(&args[0])),
    builtin("first", 1, 1, |_, args| car(&args[0])),
    builtin("rest", 1, 1, |_, args| cdr(&args[0])),
    builtin("caar", 1, 1, |_, args| car(&car(&args[0])?)),
    builtin("cadr", 1, 1, |_, args| car(&cdr(&args[0])?)),
    builtin("cdar", 1, 1, |_, args| cdr(&car(&args[0])?)),
    builtin("cddr", 1, 1, |_, args| cdr(&cdr(&args[0])?)),
    builtin("caddr", 1, 1, |interp, args| nth(interp, 2, &args[0])),
    builtin("cdddr", 1, 1, |_, args| cdr(&cdr(&cdr(&args[0])?)?)),
    builtin("cadddr", 1, 1, |interp, args| nth(interp, 3, &args[0])),
    builtin("second", 1, 1, |interp, args| nth(interp, 1, &args[0])),
    builtin("third", 1, 1, |interp, args| nth(interp, 2, &args[0])),
    builtin("fourth", 1, 1, |interp, args| nth(interp, 3, &args[0])),
    builtin("fifth", 1, 1, |interp, args| nth(interp, 4, &args[0])),
    builtin("nth", 2, 2, |interp, args| nth(interp, index(&args[0])?, &args[1])),
    builtin("nthcdr", 2, 2, |interp, args| nth_cdr(interp, index(&args[0])?, &args[1])),
    builtin("list", 0, MANY, |_, args| Ok(Value::list(args.to_vec()))),
    builtin("list*", 1, MANY, |_, args| {
        let (tail, items) = args.split_last().ok_or_else(|| Exit::error("`list*` takes a tail"))?;
        Ok(Value::list_with_tail(items.to_vec(), tail.clone()))
    }),
    builtin("make-list", 1, MANY, make_list),
    builtin("append", 0, MANY, append_all),
    builtin("nconc", 0, MANY, append_all),
    builtin("last", 1, 2, last),
    builtin("butlast", 1, 2, butlast),
    builtin("copy-list", 1, 1, |_, args| Ok(Value::list(list(&args[0])?))),
    builtin("acons", 3, 3, |_, args| {
        Ok(Value::cons(Value::cons(args[0].clone(), args[1].clone()), args[2].clone()))
    }),
    builtin("pairlis", 2, 3, |_, args| {
        let pairs = list(&args[0])?.into_iter().zip(list(&args[1])?);
        let pairs: Vec<Value> = pairs.map(|(key, value)| Value::cons(key, value)).collect();
        Ok(Value::list_with_tail(pairs, args.get(2).cloned().unwrap_or_default()))
    }),
    builtin("getf", 2, 3, |_, args| {
        let items = list(&args[0])?;
        let found = items.chunks_exact(2).find(|pair| pair[0].same(&args[1])).map(|pair| pair[1].clone());
        Ok(found.or_else(|| args.get(2).cloned()).unwrap_or_default())
    }),
    builtin("mapcar", 2, MANY, |interp, args| Ok(Value::list(mapped(interp, args, false)?))),
    builtin("mapc", 2, MANY, |interp, args| mapped(interp, args, false).map(|_| args[1].clone())),
    builtin("maplist", 2, MANY, |interp, args| Ok(Value::list(mapped(interp, args, true)?))),
    builtin("mapcan", 2, MANY, |interp, args| {
        let lists = mapped(interp, args, false)?;
        append(&lists)
    }),
    builtin("tree-equal", 2, 2, |interp, args| Ok(interp.truth(args[0].equal(&args[1])))),
    builtin("ldiff", 2, 2, |interp, args| {
        let mut items = Vec::new();
        let mut at = args[0].clone();
        while !at.same(&args[1]) {
            let Some((item, rest)) = at.pair() else { break };
            interp.spend(1)?;
            items.push(item);
            at = rest;
        }
        Ok(Value::list(items))
    }),
];

fn car(value: &Value) -> Result {
    match &value.kind {
        Kind::Nil => Ok(Value::NIL),
        Kind::Cons(cons) => Ok(cons.car.borrow().clone()),
        _ => Err(error::wanted("a list", value)),
    }
}

fn cdr(value: &Value) -> Result {
    match &value.kind {
        Kind::Nil => Ok(Value::NIL),
        Kind::Cons(cons) => Ok(cons.cdr.borrow().clone()),
        _ => Err(error::wanted("a list", value)),
    }
}

fn nth_cdr(interp: &mut Interp<'_>, n: usize, list: &Value) -> Result {
    let mut at = list.clone();
    for _ in 0..n {
        if at.is_nil() {
            break;
        }
        interp.spend(1)?;
        at = cdr(&at)?;
    }
    Ok(at)
}

fn nth(interp: &mut Interp<'_>, n: usize, list: &Value) -> Result {
    car(&nth_cdr(interp, n, list)?)
}

fn append(lists: &[Value]) -> Result {
    let Some((last, firsts)) = lists.split_last() else { return Ok(Value::NIL) };
    let mut items = Vec::new();
    for one in firsts {
        items.extend(list(one)?);
    }
    Ok(Value::list_with_tail(items, last.clone()))
}

fn append_all(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let copied = args.iter().map(|list| list.dotted().0.len()).sum();
    interp.spend(copied)?;
    append(args)
}

fn make_list(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let keys = super::Keys::parse(interp, &args[1..], &["initial-element"])?;
    let item = keys.get("initial-element").cloned().unwrap_or_default();
    Ok(Value::list(filled(interp, index(&args[0])?, item)?))
}

/// The elements of a list that has an end, which may be dotted.
fn ending(list: &Value) -> Result<Vec<Value>> {
    match list.dotted() {
        (_, Value { kind: Kind::Cons(_), .. }) => Err(error::wanted("one that has", list)),
        (items, _) => Ok(items),
    }
}

/// How many of as many elements are left without the last ones, one or what the argument says.
fn without_last(count: usize, last: Option<&Value>) -> Result<usize> {
    let last = last.map_or(Ok(1), int)?;
    Ok(count.saturating_sub(usize::try_from(last.max(0)).unwrap_or(usize::MAX)))
}

fn last(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let skip = without_last(ending(&args[0])?.len(), args.get(1))?;
    nth_cdr(interp, skip, &args[0])
}

fn butlast(_: &mut Interp<'_>, args: &[Value]) -> Result {
    let mut items = ending(&args[0])?;
    items.truncate(without_last(items.len(), args.get(1))?);
    Ok(Value::list(items))
}

/// What a function gives for the elements of lists taken together, or for their tails.
fn mapped(interp: &mut Interp<'_>, args: &[Value], tails: bool) -> Result<Vec<Value>> {
    let mut lists = args[1..].to_vec();
    let mut results = Vec::new();
    loop {
        interp.spend(1)?;
        let mut call = Vec::with_capacity(lists.len());
        for one in &mut lists {
            let Some((item, rest)) = one.pair() else {
                return if one.is_nil() { Ok(results) } else { Err(error::wanted("a list", one)) };
            };
            let whole = std::mem::replace(one, rest);
            call.push(if tails { whole } else { item });
        }
        results.push(interp.apply(&args[0], call)?);
    }
}
