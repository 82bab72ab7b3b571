//! What the functions that `defstruct` defines are made of.

use std::rc::Rc;

use super::{builtin, text};
use crate::eval::{
    Builtin, Exit, Kind, MANY, Value,
    special::records::{make, record},
    value::same_name,
};

pub const ROWS: &[Builtin] = &[
    builtin("%record", 1, MANY, |interp, args| {
        let name = text(interp, &args[0])?;
        let mut fields = Vec::new();
        for pair in args[1..].chunks_exact(2) {
            fields.push((text(interp, &pair[0])?, pair[1].clone()));
        }
        Ok(make(&name, fields))
    }),
    builtin("%record-p", 2, 2, |interp, args| {
        let name = text(interp, &args[1])?;
        let is = matches!(&args[0].kind, Kind::Record(record) if same_name(&record.name, &name));
        Ok(interp.truth(is))
    }),
    builtin("%copy-record", 1, 1, |_, args| match &args[0].kind {
        Kind::Record(record) => Ok(make(&record.name, Rc::clone(record).fields.borrow().clone())),
        _ => Ok(args[0].clone()),
    }),
    builtin("%field", 3, 3, |interp, args| {
        let (name, field) = (text(interp, &args[1])?, text(interp, &args[2])?);
        let found = record(&args[0], &name)?.get(&field);
        found.ok_or_else(|| Exit::error(format!("this `{name}` has no field `{field}`")))
    }),
    builtin("%set-field", 4, 4, |interp, args| {
        let (name, field) = (text(interp, &args[1])?, text(interp, &args[2])?);
        match record(&args[0], &name)?.set(&field, &args[3]) {
            true => Ok(args[3].clone()),
            false => Err(Exit::error(format!("this `{name}` has no field `{field}`"))),
        }
    }),
    builtin("field", 2, 2, |interp, args| {
        let field = text(interp, &args[1])?;
        match &args[0].kind {
            Kind::Record(record) => Ok(record.get(&field).unwrap_or(Value::NIL)),
            _ => Err(crate::eval::error::wanted("a record", &args[0])),
        }
    }),
];
