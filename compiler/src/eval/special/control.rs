//! Choice, sequence, blocks, and quoting.

use std::rc::Rc;

use super::{Special, quasi, special, types::is_of_type};
use crate::eval::{
    Env, Exit, Function, Interp, Kind, MANY, Result, Value, env::Callee, error, lambda::LambdaList,
    value::Closure,
};

pub const FORMS: &[Special] = &[
    special("quote", 1, 1, |_, args, _| Ok(args[0].clone())),
    special("quasiquote", 1, 1, |interp, args, env| quasi::fill(interp, &args[0], env)),
    special("function", 1, 1, function),
    special("lambda", 1, MANY, lambda),
    special("progn", 0, MANY, |interp, args, env| interp.progn(args, env)),
    special("locally", 0, MANY, |interp, args, env| interp.progn(args, env)),
    special("prog1", 1, MANY, prog1),
    special("if", 2, 3, if_),
    special("when", 1, MANY, |interp, args, env| when(interp, args, env, true)),
    special("unless", 1, MANY, |interp, args, env| when(interp, args, env, false)),
    special("cond", 0, MANY, cond),
    special("case", 1, MANY, case),
    special("ecase", 1, MANY, ecase),
    special("typecase", 1, MANY, typecase),
    special("etypecase", 1, MANY, etypecase),
    special("and", 0, MANY, and),
    special("or", 0, MANY, or),
    special("block", 1, MANY, block),
    special("return-from", 1, 2, return_from),
    special("return", 0, 1, return_),
    special("the", 2, 2, |interp, args, env| interp.eval(&args[1], env)),
    special("declare", 0, MANY, |_, _, _| Ok(Value::NIL)),
];

fn function(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let Some(symbol) = args[0].symbol() else { return interp.eval(&args[0], env) };
    let function = match env.callee(symbol.folded) {
        Some(Callee::Function(function)) => function,
        _ => interp.function(&args[0])?,
    };
    Ok(Kind::Function(function).into())
}

/// A function of these parameters and body.
pub fn lambda(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let params = LambdaList::parse(interp, &args[0], false)?;
    let body = body(interp, &args[1..]);
    let closure = Closure { name: None, params, body, env: env.clone(), block: None };
    Ok(Kind::Function(Rc::new(Function::Closure(closure))).into())
}

/// The forms of a body as one: without documentation and declarations.
pub fn body(interp: &Interp<'_>, forms: &[Value]) -> Value {
    let declares = |form: &Value| form.pair().is_some_and(|(head, _)| interp.is(&head, "declare"));
    let documented = matches!(forms, [first, _, ..] if matches!(first.kind, Kind::Str(_)));
    let forms = if documented { &forms[1..] } else { forms };
    let start = forms.iter().take_while(|form| declares(form)).count();
    match &forms[start..] {
        [only] => only.clone(),
        forms => {
            let progn = Value::from(Kind::Symbol(interp.symbol("progn")));
            Value::cons(progn, Value::list(forms.iter().cloned()))
        }
    }
}

fn prog1(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let first = interp.eval(&args[0], env)?;
    interp.progn(&args[1..], env)?;
    Ok(first)
}

fn if_(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let test = interp.eval(&args[0], env)?;
    match args.get(if test.is_nil() { 2 } else { 1 }) {
        Some(form) => interp.eval(form, env),
        None => Ok(Value::NIL),
    }
}

fn when(interp: &mut Interp<'_>, args: &[Value], env: &Env, wanted: bool) -> Result {
    match interp.eval(&args[0], env)?.is_nil() == wanted {
        true => Ok(Value::NIL),
        false => interp.progn(&args[1..], env),
    }
}

fn clause(clause: &Value) -> Result<(Value, Vec<Value>)> {
    let parts = clause.elements().filter(|parts| !parts.is_empty());
    let mut parts =
        parts.ok_or_else(|| Exit::error("a clause is a list: `(test form…)`").at(clause.origin))?;
    Ok((parts.remove(0), parts))
}

fn cond(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    for one in args {
        let (test, forms) = clause(one)?;
        let value = interp.eval(&test, env)?;
        match (value.is_nil(), forms.is_empty()) {
            (true, _) => {}
            (false, true) => return Ok(value),
            (false, false) => return interp.progn(&forms, env),
        }
    }
    Ok(Value::NIL)
}

fn chosen(interp: &Interp<'_>, key: &Value, keys: &Value) -> bool {
    match keys.elements() {
        Some(keys) => keys.iter().any(|one| one.same(key)),
        None => interp.is(keys, "otherwise") || interp.is(keys, "t") || keys.same(key),
    }
}

fn choose(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result<Option<Value>> {
    let key = interp.eval(&args[0], env)?;
    for one in &args[1..] {
        let (keys, forms) = clause(one)?;
        if chosen(interp, &key, &keys) {
            return interp.progn(&forms, env).map(Some);
        }
    }
    Ok(None)
}

fn case(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    Ok(choose(interp, args, env)?.unwrap_or_default())
}

fn ecase(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    choose(interp, args, env)?.ok_or_else(|| Exit::error("no case is this value's"))
}

fn typecase(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let key = interp.eval(&args[0], env)?;
    for one in &args[1..] {
        let (ty, forms) = clause(one)?;
        if is_of_type(interp, &key, &ty)? {
            return interp.progn(&forms, env);
        }
    }
    Ok(Value::NIL)
}

fn etypecase(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let key = interp.eval(&args[0], env)?;
    for one in &args[1..] {
        let (ty, forms) = clause(one)?;
        if is_of_type(interp, &key, &ty)? {
            return interp.progn(&forms, env);
        }
    }
    Err(Exit::of("type-error", format!("this is {}, and no clause is for that", key.type_name())))
}

fn and(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let mut last = interp.truth(true);
    for arg in args {
        last = interp.eval(arg, env)?;
        if last.is_nil() {
            break;
        }
    }
    Ok(last)
}

fn or(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    for arg in args {
        let value = interp.eval(arg, env)?;
        if !value.is_nil() {
            return Ok(value);
        }
    }
    Ok(Value::NIL)
}

fn block_name(value: &Value) -> Result<crate::names::Name> {
    match (&value.kind, value.symbol()) {
        (_, Some(symbol)) => Ok(symbol.folded),
        _ => Err(error::wanted("a block's name", value).at(value.origin)),
    }
}

fn block(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let name = match args[0].is_nil() {
        true => interp.names().intern("nil"),
        false => block_name(&args[0])?,
    };
    interp.in_block(name, env, |interp, env| interp.progn(&args[1..], env))
}

fn leave(interp: &mut Interp<'_>, name: crate::names::Name, value: Option<&Value>, env: &Env) -> Result {
    let value = value.map_or(Ok(Value::NIL), |form| interp.eval(form, env))?;
    match env.block(name) {
        Some(id) => Err(Exit::Return(id, value)),
        None => {
            let message = match interp.names().text(name) {
                "nil" => "there is no loop to return from here".to_string(),
                name => format!("there is no block called `{name}` here"),
            };
            Err(Exit::error(message))
        }
    }
}

fn return_from(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let name = match args[0].is_nil() {
        true => interp.names().intern("nil"),
        false => block_name(&args[0])?,
    };
    leave(interp, name, args.get(1), env)
}

fn return_(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let nil = interp.names().intern("nil");
    leave(interp, nil, args.first(), env)
}
