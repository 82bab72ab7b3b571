//! Loops other than `loop`'s clauses.

use super::{Special, loops, special};
use crate::{
    eval::{Env, Exit, Interp, Kind, MANY, Result, Value, error},
    names::Name,
};

pub const FORMS: &[Special] = &[
    special("dolist", 1, MANY, dolist),
    special("dotimes", 1, MANY, dotimes),
    special("do", 2, MANY, |interp, args, env| do_(interp, args, env, false)),
    special("do*", 2, MANY, |interp, args, env| do_(interp, args, env, true)),
    special("while", 1, MANY, while_),
    special("loop", 0, MANY, loops::run),
];

/// `(name form [result])`
fn header(list: &Value) -> Result<(Name, Value, Value)> {
    let parts = list.elements().unwrap_or_default();
    let name = parts.first().and_then(Value::symbol);
    match (name, parts.get(1)) {
        (Some(name), Some(form)) => {
            Ok((name.folded, form.clone(), parts.get(2).cloned().unwrap_or_default()))
        }
        _ => Err(Exit::error("this loop starts with `(name form)`").at(list.origin)),
    }
}

fn in_loop(interp: &mut Interp<'_>, env: &Env, body: impl FnOnce(&mut Interp<'_>, &Env) -> Result) -> Result {
    let nil = interp.names().intern("nil");
    interp.in_block(nil, env, body)
}

fn dolist(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let (name, form, result) = header(&args[0])?;
    let list = interp.eval(&form, env)?;
    in_loop(interp, env, |interp, env| {
        let mut at = list;
        while let Some((item, rest)) = at.pair() {
            interp.spend(1)?;
            interp.progn(&args[1..], &env.bind(name, item))?;
            at = rest;
        }
        interp.eval(&result, &env.bind(name, Value::NIL))
    })
}

fn dotimes(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let (name, form, result) = header(&args[0])?;
    let count = interp.eval(&form, env)?;
    let Kind::Int(count) = count.kind else { return Err(error::wanted("an integer", &count)) };
    in_loop(interp, env, |interp, env| {
        for i in 0..count {
            interp.spend(1)?;
            interp.progn(&args[1..], &env.bind(name, i.into()))?;
        }
        interp.eval(&result, &env.bind(name, count.max(0).into()))
    })
}

/// `(do ((name start step) …) (test result…) body…)`
fn do_(interp: &mut Interp<'_>, args: &[Value], env: &Env, in_turn: bool) -> Result {
    let mut variables = Vec::new();
    for item in args[0].elements().unwrap_or_default() {
        let parts = item.elements().unwrap_or_else(|| vec![item.clone()]);
        let name = parts.first().and_then(Value::symbol);
        let name = name.ok_or_else(|| Exit::error("a variable is `(name start step)`").at(item.origin))?;
        variables.push((name.folded, parts.get(1).cloned().unwrap_or_default(), parts.get(2).cloned()));
    }
    let end = args[1].elements().unwrap_or_default();
    let (test, results) = end.split_first().ok_or_else(|| Exit::error("this loop has no end test"))?;
    in_loop(interp, env, |interp, env| {
        let mut inner = env.clone();
        for (name, start, _) in &variables {
            let scope = if in_turn { inner.clone() } else { env.clone() };
            let value = interp.eval(start, &scope)?;
            inner = inner.bind(*name, value);
        }
        while interp.eval(test, &inner)?.is_nil() {
            interp.spend(1)?;
            interp.progn(&args[2..], &inner)?;
            let mut next = Vec::new();
            for (name, _, step) in &variables {
                let Some(step) = step else { continue };
                let value = interp.eval(step, &inner)?;
                match in_turn {
                    true => {
                        inner.set(*name, &value);
                    }
                    false => next.push((*name, value)),
                }
            }
            next.into_iter().for_each(|(name, value)| {
                inner.set(name, &value);
            });
        }
        interp.progn(results, &inner)
    })
}

/// `(while test body…)`; a `:max` as kernel code has it is passed over.
fn while_(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let bounded = matches!(args.get(1), Some(Value { kind: Kind::Keyword(_), .. }));
    let body = args.get(if bounded { 3 } else { 1 }..).unwrap_or_default();
    in_loop(interp, env, |interp, env| {
        while !interp.eval(&args[0], env)?.is_nil() {
            interp.spend(1)?;
            interp.progn(body, env)?;
        }
        Ok(Value::NIL)
    })
}
