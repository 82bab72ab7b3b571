//! Hash tables. Keys are compared as `equal` does, also where `:test` is `eq` or `eql`.

use std::{cell::RefCell, rc::Rc};

use super::{Keys, builtin};
use crate::eval::{Builtin, Exit, Function, Interp, Kind, MANY, Result, Value, error, table::Table};

pub const ROWS: &[Builtin] = &[
    builtin("make-hash-table", 0, MANY, make),
    builtin("gethash", 2, 3, gethash),
    builtin("remhash", 2, 2, |interp, args| {
        let there = table(&args[1])?.borrow_mut().remove(&args[0]);
        Ok(interp.truth(there.map_err(|_| error::endless_key())?))
    }),
    builtin("clrhash", 1, 1, |_, args| {
        table(&args[0])?.borrow_mut().clear();
        Ok(args[0].clone())
    }),
    builtin("hash-table-count", 1, 1, |_, args| Ok((table(&args[0])?.borrow().len() as i128).into())),
    builtin("hash-table-keys", 1, 1, |_, args| {
        let entries = table(&args[0])?.borrow().entries();
        Ok(Value::list(entries.into_iter().map(|(key, _)| key).collect::<Vec<_>>()))
    }),
    builtin("hash-table-values", 1, 1, |_, args| {
        let entries = table(&args[0])?.borrow().entries();
        Ok(Value::list(entries.into_iter().map(|(_, value)| value).collect::<Vec<_>>()))
    }),
    builtin("maphash", 2, 2, |interp, args| {
        let entries = table(&args[1])?.borrow().entries();
        for (key, value) in entries {
            interp.apply(&args[0], vec![key, value])?;
        }
        Ok(Value::NIL)
    }),
];

/// `(make-hash-table [:test test])`
fn make(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let keys = Keys::parse(interp, args, &["test", "size"])?;
    let name = match keys.get("test").map(|test| &test.kind) {
        None => "equal",
        Some(Kind::Symbol(symbol)) => interp.names().text(symbol.folded),
        Some(Kind::Function(function)) => match &**function {
            Function::Builtin(builtin) => builtin.name,
            Function::Closure(_) => "a function of one's own",
        },
        Some(_) => "this",
    };
    match name {
        "eq" | "eql" | "equal" => Ok(Kind::Table(Rc::default()).into()),
        _ => Err(Exit::error(format!(
            "hash tables compare keys as `equal` does, and `:test` cannot be {name}"
        ))),
    }
}

fn table(value: &Value) -> Result<&Rc<RefCell<Table>>> {
    match &value.kind {
        Kind::Table(table) => Ok(table),
        _ => Err(error::wanted("a hash table", value)),
    }
}

fn gethash(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let found = table(&args[1])?.borrow().get(&args[0]).map_err(|_| error::endless_key())?;
    let there = interp.truth(found.is_some());
    let value = found.or_else(|| args.get(2).cloned()).unwrap_or_default();
    interp.multiple = Some(vec![value.clone(), there]);
    Ok(value)
}
