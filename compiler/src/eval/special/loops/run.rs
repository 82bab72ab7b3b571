//! A plan, run.

use super::{Action, Driver, How, Plan};
use crate::{
    eval::{Env, Exit, Interp, Kind, Result, Value, error},
    names::Name,
};

/// A driver on its way.
enum State<'p> {
    Repeat(i128),
    List { pattern: &'p Value, at: Value, step: Option<Value>, tails: bool },
    Items { pattern: &'p Value, other: Option<&'p Value>, items: std::vec::IntoIter<(Value, Value)> },
    Range { pattern: &'p Value, next: Value, to: Option<Value>, by: Value, down: bool, below: bool },
    Equals { pattern: &'p Value, first: &'p Value, then: Option<&'p Value>, started: bool },
}

/// What was gathered.
#[derive(Default)]
struct Gathered {
    items: Vec<Value>,
    value: Value,
    how: Option<How>,
}

/// Whether the loop goes on.
enum Flow {
    On,
    /// What comes after the loop is done.
    Done,
    /// It is not.
    Left(Value),
}

/// Runs a plan.
pub fn run(interp: &mut Interp<'_>, plan: &Plan, env: &Env) -> Result {
    let mut base = env.clone();
    for (pattern, form) in &plan.with {
        let value = interp.eval(form, &base)?;
        base = bind(pattern, value, base)?;
    }
    for name in names(&plan.body) {
        base = base.bind(name, Value::NIL);
    }
    let mut states: Vec<Option<State<'_>>> = plan.drivers.iter().map(|_| None).collect();
    interp.progn(&plan.initially, &base)?;
    let mut gathered = Gathered::default();
    let mut scope = base.clone();
    loop {
        interp.spend(1)?;
        match advance(interp, (&plan.drivers, &mut states), &base, &scope)? {
            Some(next) => scope = next,
            None => break,
        }
        match act(interp, &plan.body, &scope, &mut gathered)? {
            Flow::On => {}
            Flow::Done => break,
            Flow::Left(value) => return Ok(value),
        }
    }
    interp.progn(&plan.finally, &scope)?;
    Ok(result(&plan.body, gathered, interp))
}

fn result(body: &[Action], gathered: Gathered, interp: &Interp<'_>) -> Value {
    let claims = body.iter().any(|action| matches!(action, Action::Claim(..)));
    match gathered.how {
        Some(How::Collect | How::Append) => Value::list(gathered.items),
        Some(_) => gathered.value,
        None if claims => interp.truth(true),
        None => zero(body).unwrap_or_default(),
    }
}

/// What `sum` and `count` give when there was nothing.
fn zero(body: &[Action]) -> Option<Value> {
    body.iter().find_map(|action| match action {
        Action::Gather { how: How::Sum | How::Count, into: None, .. } => Some(0.into()),
        Action::If { then, otherwise, .. } => zero(then).or_else(|| zero(otherwise)),
        _ => None,
    })
}

/// The variables that are gathered into.
fn names(actions: &[Action]) -> Vec<Name> {
    let mut found = Vec::new();
    for action in actions {
        match action {
            Action::Gather { into: Some(name), .. } => found.push(*name),
            Action::If { then, otherwise, .. } => {
                found.extend(names(then));
                found.extend(names(otherwise));
            }
            _ => {}
        }
    }
    found
}

/// The most parts of a tree of names.
const MOST_NAMES: usize = 1_000_000;

/// Binds the names of a tree to the parts of a value; what is missing is nil.
fn bind(pattern: &Value, value: Value, mut env: Env) -> Result<Env> {
    if let Some(symbol) = pattern.symbol() {
        return Ok(env.bind(symbol.folded, value));
    }
    let mut rest = vec![(pattern.clone(), value)];
    let mut count = 0;
    while let Some((pattern, value)) = rest.pop() {
        count += 1;
        match &pattern.kind {
            Kind::Nil => {}
            Kind::Symbol(symbol) => env = env.bind(symbol.folded, value),
            Kind::Cons(_) if count > MOST_NAMES => return Err(Exit::error("this tree of names has no end")),
            Kind::Cons(_) => {
                let (first, others) = pattern.pair().unwrap_or_default();
                let (car, cdr) = value.pair().unwrap_or_default();
                rest.extend([(others, cdr), (first, car)]);
            }
            _ => return Err(error::wanted("a variable", &pattern).at(pattern.origin)),
        }
    }
    Ok(env)
}

fn start<'p>(interp: &mut Interp<'_>, driver: &'p Driver, env: &Env) -> Result<State<'p>> {
    let optional = |interp: &mut Interp<'_>, form: &Option<Value>| match form {
        Some(form) => interp.eval(form, env).map(Some),
        None => Ok(None),
    };
    Ok(match driver {
        Driver::Repeat(form) => match interp.eval(form, env)?.kind {
            Kind::Int(count) => State::Repeat(count),
            _ => return Err(Exit::error("`repeat` takes an integer").at(form.origin)),
        },
        Driver::List { pattern, list, step, tails } => {
            let at = interp.eval(list, env)?;
            State::List { pattern, at, step: optional(interp, step)?, tails: *tails }
        }
        Driver::Across { pattern, vector } => {
            let items = across(&interp.eval(vector, env)?).map_err(|exit| exit.at(vector.origin))?;
            let items = items.into_iter().map(|item| (item, Value::NIL)).collect::<Vec<_>>();
            State::Items { pattern, other: None, items: items.into_iter() }
        }
        Driver::Hash { pattern, other, table, keys } => {
            let value = interp.eval(table, env)?;
            let Kind::Table(entries) = value.kind else { return Err(error::wanted("a hash table", &value)) };
            let mut items = entries.borrow().entries();
            if !keys {
                items.iter_mut().for_each(|(key, value)| std::mem::swap(key, value));
            }
            State::Items { pattern, other: other.as_ref(), items: items.into_iter() }
        }
        Driver::Range { pattern, from, to, by, down, below } => State::Range {
            pattern,
            next: optional(interp, from)?.unwrap_or_else(|| 0.into()),
            to: optional(interp, to)?,
            by: optional(interp, by)?.unwrap_or_else(|| 1.into()),
            down: *down,
            below: *below,
        },
        Driver::Equals { pattern, first, then } => {
            State::Equals { pattern, first, then: then.as_ref(), started: false }
        }
    })
}

/// The elements of a vector, or the characters of a string.
fn across(value: &Value) -> Result<Vec<Value>> {
    match &value.kind {
        Kind::Vector(items) => Ok(items.borrow().clone()),
        Kind::Str(text) => Ok(text.chars().map(|c| Kind::Char(c).into()).collect()),
        _ => Err(error::wanted("a vector", value)),
    }
}

/// The scope of the next round; `None` when a driver has come to its end. Each starts, and is stepped, when those
/// before it have been, and sees what they are now; of those joined by `and` all see what the first of them does.
fn advance<'p>(
    interp: &mut Interp<'_>,
    (drivers, states): (&'p [(Driver, bool)], &mut [Option<State<'p>>]),
    base: &Env,
    last: &Env,
) -> Result<Option<Env>> {
    let mut env = base.clone();
    // The last round, with what is new by now, and what of that the forms of this driver see.
    let mut now = last.clone();
    let mut seen = now.clone();
    for ((driver, joined), state) in drivers.iter().zip(states) {
        if !joined {
            seen = now.clone();
        }
        let state = match state {
            Some(state) => state,
            None => state.insert(start(interp, driver, &seen)?),
        };
        let Some(bound) = step(interp, state, &seen)? else { return Ok(None) };
        for (pattern, value) in bound {
            now = bind(pattern, value.clone(), now)?;
            env = bind(pattern, value, env)?;
        }
    }
    Ok(Some(env))
}

/// What a driver binds in the next round.
type Bound<'p> = Vec<(&'p Value, Value)>;

fn step<'p>(interp: &mut Interp<'_>, state: &mut State<'p>, seen: &Env) -> Result<Option<Bound<'p>>> {
    match state {
        State::Repeat(count) => {
            *count -= 1;
            Ok((*count >= 0).then(Vec::new))
        }
        State::List { pattern, at, step, tails } => {
            let Some((item, rest)) = at.pair() else { return Ok(None) };
            let whole = at.clone();
            *at = match step {
                Some(step) => interp.apply(step, vec![whole.clone()])?,
                None => rest,
            };
            Ok(Some(vec![(pattern, if *tails { whole } else { item })]))
        }
        State::Items { pattern, other, items } => {
            let Some((item, beside)) = items.next() else { return Ok(None) };
            Ok(Some([(*pattern, item)].into_iter().chain(other.map(|other| (other, beside))).collect()))
        }
        State::Range { pattern, next, to, by, down, below } => {
            let now = next.clone();
            if let Some(to) = to {
                let test = match (*down, *below) {
                    (false, false) => "<=",
                    (false, true) => "<",
                    (true, false) => ">=",
                    (true, true) => ">",
                };
                if call(interp, test, vec![now.clone(), to.clone()])?.is_nil() {
                    return Ok(None);
                }
            }
            *next = call(interp, if *down { "-" } else { "+" }, vec![now.clone(), by.clone()])?;
            Ok(Some(vec![(pattern, now)]))
        }
        State::Equals { pattern, first, then, started } => {
            let value = match then {
                Some(then) if *started => interp.eval(then, seen)?,
                _ => interp.eval(first, seen)?,
            };
            *started = true;
            Ok(Some(vec![(pattern, value)]))
        }
    }
}

fn call(interp: &mut Interp<'_>, name: &str, args: Vec<Value>) -> Result {
    let function = Kind::Symbol(interp.symbol(name)).into();
    interp.apply(&function, args)
}

fn act(interp: &mut Interp<'_>, actions: &[Action], env: &Env, gathered: &mut Gathered) -> Result<Flow> {
    for action in actions {
        match action {
            Action::Do(forms) => drop(interp.progn(forms, env)?),
            Action::EndIf(test, wanted) => {
                if interp.eval(test, env)?.is_nil() != *wanted {
                    return Ok(Flow::Done);
                }
            }
            Action::If { test, wanted, then, otherwise } => {
                let holds = interp.eval(test, env)?.is_nil() != *wanted;
                match act(interp, if holds { then } else { otherwise }, env, gathered)? {
                    Flow::On => {}
                    other => return Ok(other),
                }
            }
            Action::Return(form) => return interp.eval(form, env).map(Flow::Left),
            Action::Claim(test, wanted) => {
                if interp.eval(test, env)?.is_nil() == *wanted {
                    return Ok(Flow::Left(Value::NIL));
                }
            }
            Action::Thereis(form) => {
                let value = interp.eval(form, env)?;
                if !value.is_nil() {
                    return Ok(Flow::Left(value));
                }
            }
            Action::Gather { how, form, into } => {
                let value = interp.eval(form, env)?;
                gather(interp, *how, value, *into, env, gathered)?;
            }
        }
    }
    Ok(Flow::On)
}

fn gather(
    interp: &mut Interp<'_>,
    how: How,
    value: Value,
    into: Option<Name>,
    env: &Env,
    gathered: &mut Gathered,
) -> Result<()> {
    let Some(name) = into else {
        gathered.how = Some(how);
        match how {
            How::Collect => gathered.items.push(value),
            How::Append => gathered.items.extend(list(&value)?),
            _ => gathered.value = combined(interp, how, &gathered.value, value)?,
        }
        return Ok(());
    };
    let old = match env.find(name) {
        Some(crate::eval::env::Meant::Value(old)) => old,
        _ => Value::NIL,
    };
    let new = match how {
        How::Collect => Value::list(list(&old)?.into_iter().chain([value]).collect::<Vec<_>>()),
        How::Append => Value::list(list(&old)?.into_iter().chain(list(&value)?).collect::<Vec<_>>()),
        _ => combined(interp, how, &old, value)?,
    };
    env.set(name, &new);
    Ok(())
}

fn list(value: &Value) -> Result<Vec<Value>> {
    value.elements().ok_or_else(|| error::wanted("a list", value))
}

/// What was gathered so far, nil at first, with one more value.
fn combined(interp: &mut Interp<'_>, how: How, old: &Value, value: Value) -> Result {
    let start = || if old.is_nil() { Value::from(0) } else { old.clone() };
    match how {
        How::Sum => call(interp, "+", vec![start(), value]),
        How::Count if value.is_nil() => Ok(start()),
        How::Count => call(interp, "+", vec![start(), 1.into()]),
        _ if old.is_nil() => Ok(value),
        How::Maximize => call(interp, "max", vec![old.clone(), value]),
        _ => call(interp, "min", vec![old.clone(), value]),
    }
}
