//! What the functions that `defstruct` defines are made of.

use std::rc::Rc;

use super::{builtin, text};
use crate::eval::{
    Builtin, Exit, Interp, Kind, MANY, Result, Value,
    special::records::{make, record},
    value::{Record, same_name},
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
    builtin("%field", 6, 6, |interp, args| {
        let place = Place::of(interp, args)?;
        let whole = place.whole(interp)?;
        if place.index.is_nil() { Ok(whole) } else { element(&whole, &place.field, place.index) }
    }),
    builtin("%set-field", 7, 7, |interp, args| {
        let place = Place::of(interp, args)?;
        place.alone(&args[0]);
        if place.index.is_nil() {
            place.record.set(&place.field, &args[6]);
        } else {
            set_element(&place.whole(interp)?, &place.field, place.index, &args[6])?;
        }
        Ok(args[6].clone())
    }),
    builtin("field", 2, 2, |interp, args| {
        let field = text(interp, &args[1])?;
        match &args[0].kind {
            Kind::Record(record) => Ok(record.get(&field).unwrap_or(Value::NIL)),
            _ => Err(crate::eval::error::wanted("a record", &args[0])),
        }
    }),
];

/// What readers and `setf` of them are given: `record name field index others zero`. The others are in the place
/// of the field, a list of them or `t` for all.
struct Place<'v> {
    record: Rc<Record>,
    field: String,
    index: &'v Value,
    others: Others,
    zero: &'v Value,
}

/// What is in the place of a field too.
enum Others {
    All,
    These(Vec<String>),
}

impl Others {
    fn of(interp: &Interp<'_>, value: &Value) -> Result<Self> {
        match value.elements() {
            None => Ok(Self::All),
            Some(names) => {
                Ok(Self::These(names.iter().map(|name| text(interp, name)).collect::<Result<_>>()?))
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(names) => names.iter().any(|own| same_name(own, name)),
        }
    }
}

impl<'v> Place<'v> {
    fn of(interp: &Interp<'_>, args: &'v [Value]) -> Result<Self> {
        let (name, field) = (text(interp, &args[1])?, text(interp, &args[2])?);
        let record = record(&args[0], &name)?;
        Ok(Self { record, field, index: &args[3], others: Others::of(interp, &args[4])?, zero: &args[5] })
    }

    /// The field; what is left out is made, and kept where it has parts, which may be set then.
    fn whole(&self, interp: &mut Interp<'_>) -> Result {
        if let Some(value) = self.record.get(&self.field) {
            return Ok(value);
        }
        if let Some((other, _)) = self.record.fields.borrow().iter().find(|(name, _)| self.others.has(name)) {
            let (record, field) = (&self.record.name, &self.field);
            let message =
                format!("`{other}` of this `{record}` is set, and what `{field}` is then is not known");
            return Err(Exit::error(message));
        }
        let value = interp.apply(self.zero, Vec::new())?;
        if matches!(value.kind, Kind::Vector(_) | Kind::Record(_)) {
            self.record.set(&self.field, &value);
        }
        Ok(value)
    }

    /// Forgets what else is in the place of a member that is set, in `given` or in the union itself.
    fn alone(&self, given: &Value) {
        let mine = |name: &str| same_name(name, &self.field) || !self.others.has(name);
        self.record.fields.borrow_mut().retain(|(name, _)| mine(name));
        match &given.kind {
            Kind::Record(outer) if !Rc::ptr_eq(outer, &self.record) => outer.keep(&self.record.name),
            _ => {}
        }
    }
}

fn element(whole: &Value, field: &str, index: &Value) -> Result {
    let Kind::Vector(items) = &whole.kind else { return Err(no_array(field)) };
    let items = items.borrow();
    let found = at(index).and_then(|at| items.get(at));
    found.cloned().ok_or_else(|| outside(field, items.len(), index))
}

fn set_element(whole: &Value, field: &str, index: &Value, value: &Value) -> Result<()> {
    let Kind::Vector(items) = &whole.kind else { return Err(no_array(field)) };
    let mut items = items.borrow_mut();
    let count = items.len();
    let place = at(index).and_then(|at| items.get_mut(at)).ok_or_else(|| outside(field, count, index))?;
    *place = value.clone();
    Ok(())
}

fn at(index: &Value) -> Option<usize> {
    match index.kind {
        Kind::Int(index) => usize::try_from(index).ok(),
        _ => None,
    }
}

fn no_array(field: &str) -> Exit {
    Exit::error(format!("`{field}` is no array: it has no elements to name by an index"))
}

fn outside(field: &str, count: usize, index: &Value) -> Exit {
    match index.kind {
        Kind::Int(index) => {
            Exit::error(format!("`{field}` has {count} elements, from 0 on, and none at {index}"))
        }
        _ => crate::eval::error::wanted("an index", index),
    }
}
