//! Errors and their handlers.

use std::rc::Rc;

use super::{Special, special};
use crate::eval::{Condition, Env, Exit, Interp, Kind, MANY, Result, Value};

pub const FORMS: &[Special] = &[
    special("handler-case", 1, MANY, handler_case),
    special("handler-bind", 1, MANY, handler_bind),
    special("ignore-errors", 0, MANY, ignore_errors),
    special("unwind-protect", 1, MANY, unwind_protect),
    special("assert", 1, MANY, assert_),
];

/// Whether a handler for `ty` is one for the condition.
fn handles(interp: &Interp<'_>, ty: &Value, condition: &Condition) -> bool {
    let name = ty.symbol().map_or("", |symbol| interp.names().text(symbol.folded));
    matches!(name, "error" | "condition" | "serious-condition" | "t")
        || name == condition.kind
        || ABOVE.iter().any(|(above, kind)| *above == name && *kind == condition.kind)
}

/// Types of conditions that others are of.
const ABOVE: &[(&str, &str)] = &[
    ("arithmetic-error", "division-by-zero"),
    ("cell-error", "undefined-function"),
    ("cell-error", "unbound-variable"),
];

fn handler_case(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let depth = interp.depth;
    let clauses = &args[1..];
    let no_error = clauses.last().filter(|clause| is_no_error(interp, clause));
    let condition = match (interp.eval(&args[0], env), no_error) {
        (Err(Exit::Error(condition)), _) => condition,
        (Ok(value), Some(clause)) => return with_values(interp, value, clause, env),
        (other, _) => return other,
    };
    interp.depth = depth;
    for clause in &clauses[..clauses.len() - usize::from(no_error.is_some())] {
        let parts = clause.elements().unwrap_or_default();
        let [ty, params, forms @ ..] = &parts[..] else {
            return Err(Exit::error("a handler is `(type (variable) form…)`").at(clause.origin));
        };
        if handles(interp, ty, &condition) {
            let variable = params.elements().and_then(|p| p.first().and_then(Value::symbol));
            let value = Kind::Condition(Rc::new(*condition)).into();
            let inner = variable.map_or_else(|| env.clone(), |v| env.bind(v.folded, value));
            return interp.progn(forms, &inner);
        }
    }
    Err(Exit::Error(condition))
}

/// `(:no-error (variable…) form…)`, the last clause: what is done with the values of a form without an error.
fn is_no_error(interp: &Interp<'_>, clause: &Value) -> bool {
    let Some((head, _)) = clause.pair() else { return false };
    matches!(head.kind, Kind::Keyword(name) if interp.names().text(name.folded) == "no-error")
}

fn with_values(interp: &mut Interp<'_>, value: Value, clause: &Value, env: &Env) -> Result {
    let values = interp.multiple.take().unwrap_or_else(|| vec![value]);
    let parts = clause.elements().filter(|parts| parts.len() > 1);
    let parts =
        parts.ok_or_else(|| Exit::error("this is `(:no-error (variable…) form…)`").at(clause.origin))?;
    let function = super::control::lambda(interp, &parts[1..], env).map_err(|exit| exit.at(clause.origin))?;
    interp.apply(&function, values)
}

/// The handlers see the error on its way out; one that returns lets it go on.
fn handler_bind(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let depth = interp.depth;
    let condition = match interp.progn(&args[1..], env) {
        Err(Exit::Error(condition)) => condition,
        other => return other,
    };
    interp.depth = depth;
    for binding in args[0].elements().unwrap_or_default() {
        let parts = binding.elements().unwrap_or_default();
        let [ty, handler] = &parts[..] else {
            return Err(Exit::error("a handler is `(type function)`").at(binding.origin));
        };
        if handles(interp, ty, &condition) {
            let handler = interp.eval(handler, env)?;
            interp.apply(&handler, vec![Kind::Condition(Rc::new((*condition).clone())).into()])?;
        }
    }
    Err(Exit::Error(condition))
}

fn ignore_errors(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let depth = interp.depth;
    match interp.progn(args, env) {
        Err(Exit::Error(condition)) => {
            interp.depth = depth;
            interp.multiple = Some(vec![Value::NIL, Kind::Condition(Rc::new(*condition)).into()]);
            Ok(Value::NIL)
        }
        other => other,
    }
}

fn unwind_protect(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let depth = interp.depth;
    let result = interp.eval(&args[0], env);
    let multiple = interp.multiple.take();
    interp.depth = depth;
    let cleanup = interp.progn(&args[1..], env);
    interp.multiple = multiple;
    match (result, cleanup) {
        // Nothing that the cleanup does keeps the host from ending this.
        (Err(Exit::Stopped(reason)), _) => Err(Exit::Stopped(reason)),
        (result, cleanup) => cleanup.and(result),
    }
}

fn assert_(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    match interp.eval(&args[0], env)?.is_nil() {
        true => Err(Exit::error(format!("this does not hold: {}", interp.readable(&args[0])))),
        false => Ok(Value::NIL),
    }
}
