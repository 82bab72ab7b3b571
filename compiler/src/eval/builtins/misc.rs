//! Functions of functions, predicates, output and errors.

use std::rc::Rc;

use super::{builtin, list, text};
use crate::eval::{
    Builtin, Condition, Exit, Interp, Kind, MANY, Result, Value, error, format, special::is_of_type,
};

pub const ROWS: &[Builtin] = &[
    builtin("funcall", 1, MANY, |interp, args| interp.apply(&args[0], args[1..].to_vec())),
    builtin("apply", 2, MANY, |interp, args| {
        let (last, firsts) = args[1..].split_last().unwrap_or((&args[1], &[]));
        let call = firsts.iter().cloned().chain(list(last)?).collect();
        interp.apply(&args[0], call)
    }),
    builtin("identity", 1, 1, |_, args| Ok(args[0].clone())),
    builtin("values", 0, MANY, |interp, args| {
        interp.multiple = Some(args.to_vec());
        Ok(args.first().cloned().unwrap_or_default())
    }),
    builtin("values-list", 1, 1, |interp, args| {
        let values = list(&args[0])?;
        let first = values.first().cloned().unwrap_or_default();
        interp.multiple = Some(values);
        Ok(first)
    }),
    builtin("not", 1, 1, |interp, args| Ok(interp.truth(args[0].is_nil()))),
    builtin("null", 1, 1, |interp, args| Ok(interp.truth(args[0].is_nil()))),
    builtin("eq", 2, 2, |interp, args| Ok(interp.truth(args[0].same(&args[1])))),
    builtin("eql", 2, 2, |interp, args| Ok(interp.truth(args[0].same(&args[1])))),
    builtin("equal", 2, 2, |interp, args| Ok(interp.truth(args[0].equal(&args[1])))),
    builtin("equalp", 2, 2, |interp, args| Ok(interp.truth(args[0].equal(&args[1])))),
    builtin("typep", 2, 2, |interp, args| {
        let is = is_of_type(interp, &args[0], &args[1])?;
        Ok(interp.truth(is))
    }),
    builtin("symbolp", 1, 1, |interp, args| is(interp, &args[0], "symbol")),
    builtin("keywordp", 1, 1, |interp, args| is(interp, &args[0], "keyword")),
    builtin("integerp", 1, 1, |interp, args| is(interp, &args[0], "integer")),
    builtin("numberp", 1, 1, |interp, args| is(interp, &args[0], "number")),
    builtin("floatp", 1, 1, |interp, args| is(interp, &args[0], "float")),
    builtin("stringp", 1, 1, |interp, args| is(interp, &args[0], "string")),
    builtin("characterp", 1, 1, |interp, args| is(interp, &args[0], "character")),
    builtin("consp", 1, 1, |interp, args| is(interp, &args[0], "cons")),
    builtin("listp", 1, 1, |interp, args| is(interp, &args[0], "list")),
    builtin("atom", 1, 1, |interp, args| is(interp, &args[0], "atom")),
    builtin("vectorp", 1, 1, |interp, args| is(interp, &args[0], "vector")),
    builtin("functionp", 1, 1, |interp, args| is(interp, &args[0], "function")),
    builtin("hash-table-p", 1, 1, |interp, args| is(interp, &args[0], "hash-table")),
    builtin("constantp", 1, 1, |interp, args| {
        Ok(interp.truth(!matches!(args[0].kind, Kind::Symbol(_) | Kind::Cons(_))))
    }),
    builtin("fboundp", 1, 1, |interp, args| {
        let bound = args[0].symbol().is_some_and(|symbol| interp.has_function(symbol.folded));
        Ok(interp.truth(bound))
    }),
    builtin("macroexpand-1", 1, 1, |interp, args| macroexpand(interp, &args[0], true)),
    builtin("macroexpand", 1, 1, |interp, args| macroexpand(interp, &args[0], false)),
    builtin("format", 2, MANY, |interp, args| {
        let control = text(interp, &args[1])?;
        let out = format::format(interp, &control, &args[2..])?;
        match args[0].is_nil() {
            true => Ok(out.into()),
            false => {
                interp.write_to(Some(&args[0]), &out)?;
                Ok(Value::NIL)
            }
        }
    }),
    builtin("princ-to-string", 1, 1, |interp, args| Ok(interp.plain(&args[0]).into())),
    builtin("write-to-string", 1, 1, |interp, args| Ok(interp.readable(&args[0]).into())),
    builtin("prin1-to-string", 1, 1, |interp, args| Ok(interp.readable(&args[0]).into())),
    builtin("princ", 1, 2, |interp, args| {
        let text = interp.plain(&args[0]);
        interp.write_to(args.get(1), &text)?;
        Ok(args[0].clone())
    }),
    builtin("prin1", 1, 2, |interp, args| {
        let text = interp.readable(&args[0]);
        interp.write_to(args.get(1), &text)?;
        Ok(args[0].clone())
    }),
    builtin("print", 1, 2, |interp, args| {
        let text = format!("\n{} ", interp.readable(&args[0]));
        interp.write_to(args.get(1), &text)?;
        Ok(args[0].clone())
    }),
    builtin("write-string", 1, 2, |interp, args| {
        let text = text(interp, &args[0])?;
        interp.write_to(args.get(1), &text)?;
        Ok(args[0].clone())
    }),
    builtin("write-line", 1, 2, |interp, args| {
        let text = text(interp, &args[0])? + "\n";
        interp.write_to(args.get(1), &text)?;
        Ok(args[0].clone())
    }),
    builtin("terpri", 0, 1, |interp, args| {
        interp.write_to(args.first(), "\n")?;
        Ok(Value::NIL)
    }),
    builtin("error", 1, MANY, raise),
    builtin("error-at", 2, MANY, raise_at),
];

fn is(interp: &mut Interp<'_>, value: &Value, ty: &str) -> Result {
    let ty = Kind::Symbol(interp.symbol(ty)).into();
    let is = is_of_type(interp, value, &ty)?;
    Ok(interp.truth(is))
}

/// The deepest chain of expansions that `macroexpand` follows.
const MOST_EXPANSIONS: usize = 1_000;

fn macroexpand(interp: &mut Interp<'_>, form: &Value, once: bool) -> Result {
    let mut form = form.clone();
    for _ in 0..MOST_EXPANSIONS {
        let head = form.pair().and_then(|(head, _)| head.symbol());
        let Some(expander) = head.and_then(|head| interp.macro_named(head.folded)) else { return Ok(form) };
        form = interp.expand(&expander, &form)?;
        if once {
            return Ok(form);
        }
    }
    Err(Exit::error("this expansion has no end"))
}

/// `(error-at form "format" argument…)`: the error is told where the form was written.
fn raise_at(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let Kind::Str(control) = &args[1].kind else { return Err(error::wanted("a message", &args[1])) };
    let message = format::format(interp, &control.clone(), &args[2..])?;
    Err(Exit::pointing_at(args[0].origin, message, None))
}

/// `(error "format" argument…)`, or a condition again.
fn raise(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    match &args[0].kind {
        Kind::Condition(condition) => Err(Exit::Error(Box::new(Condition::clone(&Rc::clone(condition))))),
        Kind::Str(control) => {
            let message = format::format(interp, &control.clone(), &args[1..])?;
            Err(Exit::error(message))
        }
        Kind::Symbol(symbol) => Err(Exit::error(interp.text(*symbol).to_string())),
        _ => Err(error::wanted("a message", &args[0])),
    }
}
