//! What the functions that `defstruct` defines are made of.

use std::rc::Rc;

use super::{builtin, text};
use crate::eval::{
    Builtin, Kind, MANY, Value,
    special::records::{make, record},
    value::same_name,
};

pub const ROWS: &[Builtin] = &[
    builtin("%record", 1, MANY, |interp, args| {
        let name = text(interp, &args[0])?;
        let mut fields = Vec::new();
        for triple in args[1..].chunks_exact(3).filter(|triple| !triple[2].is_nil()) {
            fields.push((text(interp, &triple[0])?, triple[1].clone()));
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
        Ok(record(&args[0], &name)?.get(&field).unwrap_or_else(|| 0.into()))
    }),
    builtin("%set-field", 4, 4, |interp, args| {
        let (name, field) = (text(interp, &args[1])?, text(interp, &args[2])?);
        record(&args[0], &name)?.set(&field, &args[3]);
        Ok(args[3].clone())
    }),
    builtin("field", 2, 2, |interp, args| {
        let field = text(interp, &args[1])?;
        match &args[0].kind {
            Kind::Record(record) => Ok(record.get(&field).unwrap_or(Value::NIL)),
            _ => Err(crate::eval::error::wanted("a record", &args[0])),
        }
    }),
];
