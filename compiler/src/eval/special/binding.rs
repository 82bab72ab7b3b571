//! Local variables, functions and macros.

use super::{Special, control::body, define, special};
use crate::{
    eval::{Env, Exit, Interp, Kind, MANY, Result, Value, error, lambda::LambdaList},
    names::Name,
};

pub const FORMS: &[Special] = &[
    special("let", 1, MANY, let_),
    special("let*", 1, MANY, let_star),
    special("when-let", 1, MANY, |interp, args, env| when_let(interp, args, env, false)),
    special("when-let*", 1, MANY, |interp, args, env| when_let(interp, args, env, false)),
    special("if-let", 2, 3, |interp, args, env| when_let(interp, args, env, true)),
    special("flet", 1, MANY, |interp, args, env| functions(interp, args, env, false)),
    special("labels", 1, MANY, |interp, args, env| functions(interp, args, env, true)),
    special("macrolet", 1, MANY, macrolet),
    special("symbol-macrolet", 1, MANY, symbol_macrolet),
    special("destructuring-bind", 2, MANY, destructuring_bind),
    special("multiple-value-bind", 2, MANY, multiple_value_bind),
    special("multiple-value-list", 1, 1, multiple_value_list),
    special("nth-value", 2, 2, nth_value),
    special("multiple-value-call", 1, MANY, multiple_value_call),
    special("with-gensyms", 1, MANY, with_gensyms),
];

/// `name`, `(name)`, `(name form)`, and `(name type form)` as kernel code has it.
fn binding(item: &Value) -> Result<(Name, Value)> {
    let malformed = || Exit::error("this is not a binding: write `(name value)`").at(item.origin);
    if let Some(symbol) = item.symbol() {
        return Ok((symbol.folded, Value::NIL));
    }
    let parts = item.elements().ok_or_else(malformed)?;
    let name = parts.first().and_then(Value::symbol).ok_or_else(malformed)?;
    match &parts[1..] {
        [] => Ok((name.folded, Value::NIL)),
        [form] | [_, form] => Ok((name.folded, form.clone())),
        _ => Err(malformed()),
    }
}

fn bindings(list: &Value) -> Result<Vec<(Name, Value)>> {
    let items = list.elements();
    let items =
        items.ok_or_else(|| Exit::error("bindings are a list: `((name value) …)`").at(list.origin))?;
    items.iter().map(binding).collect()
}

fn run(interp: &mut Interp<'_>, forms: &[Value], env: &Env) -> Result {
    let body = body(interp, forms);
    interp.eval(&body, env)
}

fn let_(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let mut inner = env.clone();
    for (name, form) in bindings(&args[0])? {
        let value = interp.eval(&form, env)?;
        inner = inner.bind(name, value);
    }
    run(interp, &args[1..], &inner)
}

fn let_star(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let mut inner = env.clone();
    for (name, form) in bindings(&args[0])? {
        let value = interp.eval(&form, &inner)?;
        inner = inner.bind(name, value);
    }
    run(interp, &args[1..], &inner)
}

/// `(when-let ((name form) …) body…)`, or a single binding `(name form)`.
fn when_let(interp: &mut Interp<'_>, args: &[Value], env: &Env, has_else: bool) -> Result {
    let single = args[0].pair().is_some_and(|(first, _)| first.symbol().is_some());
    let list = if single { vec![binding(&args[0])?] } else { bindings(&args[0])? };
    let mut inner = env.clone();
    for (name, form) in list {
        let value = interp.eval(&form, &inner)?;
        if value.is_nil() {
            return match args.get(2).filter(|_| has_else) {
                Some(otherwise) => interp.eval(otherwise, env),
                None => Ok(Value::NIL),
            };
        }
        inner = inner.bind(name, value);
    }
    let end = if has_else { 2 } else { args.len() };
    interp.progn(&args[1..end], &inner)
}

fn functions(interp: &mut Interp<'_>, args: &[Value], env: &Env, recursive: bool) -> Result {
    let definitions = args[0].elements().unwrap_or_default();
    let parts: Vec<Vec<Value>> = definitions.iter().map(|d| d.elements().unwrap_or_default()).collect();
    let mut inner = env.clone();
    for part in &parts {
        let name = part.first().and_then(Value::symbol);
        let name = name.ok_or_else(|| Exit::error("a local function is `(name (parameter…) body…)`"))?;
        inner = inner.declare_function(name.folded);
    }
    for part in &parts {
        let (symbol, function) = define::closure(interp, part, if recursive { &inner } else { env }, false)?;
        inner.set_function(symbol.folded, function);
    }
    run(interp, &args[1..], &inner)
}

fn macrolet(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let mut inner = env.clone();
    for definition in args[0].elements().unwrap_or_default() {
        let parts = definition.elements().filter(|parts| parts.len() > 1);
        let parts = parts.ok_or_else(|| Exit::error("a local macro is `(name (parameter…) body…)`"))?;
        let (symbol, expander) = define::closure(interp, &parts, &inner, true)?;
        inner = inner.bind_macro(symbol.folded, expander);
    }
    run(interp, &args[1..], &inner)
}

fn symbol_macrolet(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let mut inner = env.clone();
    for (name, form) in bindings(&args[0])? {
        inner = inner.bind_symbol_macro(name, form);
    }
    run(interp, &args[1..], &inner)
}

fn destructuring_bind(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let pattern = LambdaList::parse(interp, &args[0], true)?;
    let value = interp.eval(&args[1], env)?;
    let inner = pattern.destructure(interp, &value, value.clone(), env)?;
    run(interp, &args[2..], &inner)
}

fn multiple_value_bind(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let mut values = interp.eval_all(&args[1], env)?.into_iter();
    let mut inner = env.clone();
    for name in args[0].elements().unwrap_or_default() {
        let symbol = name.symbol().ok_or_else(|| Exit::error("this is not a variable").at(name.origin))?;
        inner = inner.bind(symbol.folded, values.next().unwrap_or_default());
    }
    run(interp, &args[2..], &inner)
}

fn multiple_value_list(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let values = interp.eval_all(&args[0], env)?;
    Ok(Value::list(values))
}

fn nth_value(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let index = interp.eval(&args[0], env)?;
    let Kind::Int(index) = index.kind else { return Err(error::wanted("an index", &index)) };
    let values = interp.eval_all(&args[1], env)?;
    Ok(usize::try_from(index).ok().and_then(|index| values.get(index).cloned()).unwrap_or_default())
}

fn multiple_value_call(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let function = interp.eval(&args[0], env)?;
    let mut values = Vec::new();
    for form in &args[1..] {
        values.extend(interp.eval_all(form, env)?);
    }
    interp.apply(&function, values)
}

fn with_gensyms(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let mut inner = env.clone();
    for item in args[0].elements().unwrap_or_default() {
        let symbol = item.symbol().ok_or_else(|| Exit::error("this is not a variable").at(item.origin))?;
        let fresh = interp.gensym(interp.text(symbol));
        inner = inner.bind(symbol.folded, Kind::Symbol(fresh).into());
    }
    run(interp, &args[1..], &inner)
}
