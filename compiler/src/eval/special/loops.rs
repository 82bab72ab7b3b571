//! `loop`: its clauses are parsed into a [`Plan`], which is then run. Each round has fresh
//! bindings of the variables that it steps, so that functions made in it keep theirs.

mod parse;
mod run;

use crate::{
    eval::{Env, Interp, Kind, Result, Value},
    names::Name,
};

/// What the clauses say.
#[derive(Default)]
struct Plan {
    /// The block's name, when it has one.
    name: Option<Name>,
    /// `with`
    with: Vec<(Value, Value)>,
    /// `for` and `repeat`, in order, and whether one is joined to the one before it by `and`.
    drivers: Vec<(Driver, bool)>,
    initially: Vec<Value>,
    body: Vec<Action>,
    finally: Vec<Value>,
}

/// What is stepped from round to round.
enum Driver {
    /// `repeat n`
    Repeat(Value),
    /// `for x in list [by step]`, and `on`, which gives the rest of the list.
    List { pattern: Value, list: Value, step: Option<Value>, tails: bool },
    /// `for x across vector`
    Across { pattern: Value, vector: Value },
    /// `for x from a to b by c`
    Range {
        pattern: Value,
        from: Option<Value>,
        to: Option<Value>,
        by: Option<Value>,
        down: bool,
        below: bool,
    },
    /// `for x = a [then b]`
    Equals { pattern: Value, first: Value, then: Option<Value> },
    /// `for k being the hash-keys of table [using (hash-value v)]`
    Hash { pattern: Value, other: Option<Value>, table: Value, keys: bool },
}

/// What is done in a round.
enum Action {
    Do(Vec<Value>),
    /// Ends the loop, and what follows it is done, when the test's truth is this.
    EndIf(Value, bool),
    If {
        test: Value,
        wanted: bool,
        then: Vec<Action>,
        otherwise: Vec<Action>,
    },
    Return(Value),
    /// `always`, `never`: ends with nil when the test's truth is not this.
    Claim(Value, bool),
    /// `thereis`
    Thereis(Value),
    Gather {
        how: How,
        form: Value,
        into: Option<Name>,
    },
}

/// How values are gathered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Collect,
    Append,
    Sum,
    Count,
    Maximize,
    Minimize,
}

/// `(loop clause…)`, and `(loop form…)` without an end.
pub fn run(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let simple = args.iter().all(|arg| matches!(arg.kind, Kind::Cons(_)));
    let plan = match simple {
        true => Plan { body: vec![Action::Do(args.to_vec())], ..Plan::default() },
        false => parse::parse(interp, args)?,
    };
    let nil = interp.names().intern("nil");
    interp.in_block(plan.name.unwrap_or(nil), env, |interp, env| run::run(interp, &plan, env))
}
