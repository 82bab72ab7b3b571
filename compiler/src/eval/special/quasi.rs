//! Quasiquotation.

use crate::eval::{Env, Exit, Interp, Kind, Result, Value, error};

/// The template with what is unquoted filled in.
pub fn fill(interp: &mut Interp<'_>, template: &Value, env: &Env) -> Result {
    fill_at(interp, template, env, 1)
}

/// What a list of two with one of the quoting names is.
enum Mark {
    Unquote,
    Splice,
    Quasi,
}

fn mark(interp: &Interp<'_>, template: &Value) -> Option<(Mark, Value)> {
    let (head, rest) = template.pair()?;
    let (form, end) = rest.pair()?;
    if !end.is_nil() {
        return None;
    }
    let mark = match interp.names().text(head.symbol()?.folded) {
        "unquote" => Mark::Unquote,
        "unquote-splicing" => Mark::Splice,
        "quasiquote" => Mark::Quasi,
        _ => return None,
    };
    Some((mark, form))
}

fn fill_at(interp: &mut Interp<'_>, template: &Value, env: &Env, level: u32) -> Result {
    match mark(interp, template) {
        Some((Mark::Unquote, form)) if level == 1 => return interp.eval(&form, env),
        Some((Mark::Splice, _)) if level == 1 => {
            return Err(Exit::error("`,@` stands inside a list only").at(template.origin));
        }
        Some((Mark::Unquote | Mark::Splice, form)) => return rewrap(interp, template, &form, env, level - 1),
        Some((Mark::Quasi, form)) => return rewrap(interp, template, &form, env, level + 1),
        None => {}
    }
    match &template.kind {
        Kind::Cons(_) => interp.nested(|interp| fill_list(interp, template, env, level)),
        Kind::Vector(items) => {
            let list = Value::list(items.borrow().clone());
            let filled = interp.nested(|interp| fill_list(interp, &list, env, level))?;
            let items = filled.elements().unwrap_or_default();
            Ok(Value::vector(items).at(template.origin))
        }
        _ => Ok(template.clone()),
    }
}

/// The same mark around what is filled in at another level.
fn rewrap(interp: &mut Interp<'_>, template: &Value, form: &Value, env: &Env, level: u32) -> Result {
    let filled = interp.nested(|interp| fill_at(interp, form, env, level))?;
    let head = template.pair().map(|(head, _)| head).unwrap_or_default();
    Ok(Value::list([head, filled]).at(template.origin))
}

/// What an item of a list becomes: one value, or as many as `,,@` or `,@,@` give, each with the mark that is
/// left for the level outside.
fn fill_item(interp: &mut Interp<'_>, item: &Value, env: &Env, level: u32) -> Result<Vec<Value>> {
    match mark(interp, item) {
        Some((Mark::Splice, form)) if level == 1 => {
            let spliced = interp.eval(&form, env)?;
            spliced.elements().ok_or_else(|| error::wanted("a list", &spliced).at(form.origin))
        }
        Some((Mark::Unquote | Mark::Splice, form)) if level > 1 => {
            let head = item.pair().map(|(head, _)| head).unwrap_or_default();
            let inner = interp.nested(|interp| fill_item(interp, &form, env, level - 1))?;
            let marked = |value| Value::list([head.clone(), value]).at(item.origin);
            Ok(inner.into_iter().map(marked).collect())
        }
        _ => Ok(vec![fill_at(interp, item, env, level)?]),
    }
}

fn fill_list(interp: &mut Interp<'_>, template: &Value, env: &Env, level: u32) -> Result {
    let mut filled: Vec<Value> = Vec::new();
    let mut at = template.clone();
    let tail = loop {
        // `(a . ,b)` reads as a list whose tail is an unquoting.
        if !filled.is_empty() && mark(interp, &at).is_some() {
            break fill_at(interp, &at, env, level)?;
        }
        let Some((item, rest)) = at.pair() else { break at };
        interp.spend(1)?;
        match mark(interp, &item) {
            Some((Mark::Splice, form)) if level == 1 => {
                let spliced = interp.eval(&form, env)?;
                match spliced.elements() {
                    Some(items) => filled.extend(items),
                    // The last may be anything: it becomes the tail.
                    None if rest.is_nil() => break spliced,
                    None => return Err(error::wanted("a list", &spliced).at(form.origin)),
                }
            }
            _ => filled.extend(fill_item(interp, &item, env, level)?),
        }
        at = rest;
    };
    Ok(Value::list_with_tail(filled, tail).at(template.origin))
}
