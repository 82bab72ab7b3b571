//! Definitions.

use std::rc::Rc;

use super::{Special, control::body, special};
use crate::eval::{
    Env, Exit, Function, Interp, Kind, MANY, Result, Symbol, Value, error, lambda::LambdaList, value::Closure,
};

/// The forms.
pub const FORMS: &[Special] = &[
    special("defun", 2, MANY, defun),
    special("defmacro", 2, MANY, defmacro),
    special("defvar", 1, 3, |interp, args, env| defvar(interp, args, env, false)),
    special("defparameter", 2, 3, |interp, args, env| defvar(interp, args, env, true)),
    special("defconstant", 2, 3, |interp, args, env| defvar(interp, args, env, true)),
    special("defenum", 1, MANY, defenum),
    special("define-symbol-macro", 2, 2, define_symbol_macro),
    special("eval-when", 1, MANY, |interp, args, env| interp.progn(&args[1..], env)),
    special("in-package", 0, MANY, |_, _, _| Ok(Value::NIL)),
    special("declaim", 0, MANY, |_, _, _| Ok(Value::NIL)),
];

/// `(defenum name (member [value]) …)`: members are constants, which count up.
fn defenum(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let mut next = 0;
    for member in &args[1..] {
        let parts = member.elements().unwrap_or_else(|| vec![member.clone()]);
        let value = match parts.get(1) {
            Some(form) => interp.eval(form, env)?,
            None => Value::from(next),
        };
        let Kind::Int(number) = value.kind else { return Err(error::wanted("an integer", &value)) };
        next = number + 1;
        let member = name(parts.first().unwrap_or(member))?;
        interp.set_variable(member, value);
    }
    Ok(args[0].clone())
}

fn name(value: &Value) -> Result<Symbol> {
    value
        .symbol()
        .ok_or_else(|| Exit::error(format!("this is {}, not a name", value.type_name())).at(value.origin))
}

/// A named function; `pattern` says whether its parameters are a macro's.
pub fn closure(
    interp: &mut Interp<'_>,
    args: &[Value],
    env: &Env,
    pattern: bool,
) -> Result<(Symbol, Rc<Function>)> {
    let symbol = name(&args[0])?;
    let params = args.get(1).cloned().unwrap_or_default();
    let params = LambdaList::parse(interp, &params, pattern)?;
    let body = body(interp, args.get(2..).unwrap_or_default());
    let closure = Closure { name: Some(symbol), params, body, env: env.clone(), block: Some(symbol) };
    Ok((symbol, Rc::new(Function::Closure(closure))))
}

fn defun(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let (symbol, function) = closure(interp, args, env, false)?;
    interp.define_function(symbol, function);
    Ok(args[0].clone())
}

fn defmacro(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let (symbol, function) = closure(interp, args, env, true)?;
    interp.define_macro(symbol, function);
    Ok(args[0].clone())
}

fn defvar(interp: &mut Interp<'_>, args: &[Value], env: &Env, always: bool) -> Result {
    let symbol = name(&args[0])?;
    if always || !interp.variables.contains_key(&symbol.folded) {
        let value = match args.get(1) {
            Some(form) => interp.eval(form, env)?,
            None => Value::NIL,
        };
        interp.set_variable(symbol, value);
    }
    Ok(Kind::Symbol(symbol).into())
}

fn define_symbol_macro(interp: &mut Interp<'_>, args: &[Value], _: &Env) -> Result {
    interp.define_symbol_macro(name(&args[0])?, args[1].clone());
    Ok(args[0].clone())
}
