//! `defstruct`: records, and functions that make and read them.

use std::{cell::RefCell, rc::Rc};

use super::{Special, special};
use crate::eval::{Env, Exit, Interp, Kind, MANY, Result, Value, error, value::Record};

/// The forms.
pub const FORMS: &[Special] = &[special("defstruct", 1, MANY, defstruct)];

/// `(defstruct name field …)`: a field is a name, or a list that starts with one, as kernel code has
/// them with a type. Defines `make-NAME`, `copy-NAME`, `NAME-p`, and for each field a reader that
/// `setf` knows.
fn defstruct(interp: &mut Interp<'_>, args: &[Value], _: &Env) -> Result {
    let first = |value: &Value| value.pair().map_or_else(|| value.clone(), |(first, _)| first);
    let name = first(&args[0]);
    let symbol = name.symbol().ok_or_else(|| Exit::error("a struct has a name"))?;
    let fields: Vec<String> = args[1..]
        .iter()
        .filter(|field| !matches!(field.kind, Kind::Str(_)))
        .map(|field| {
            let name =
                first(field).symbol().ok_or_else(|| error::wanted("a field", field).at(field.origin))?;
            Ok(interp.text(name).to_string())
        })
        .collect::<Result<_>>()?;
    let name = interp.text(symbol).to_string();
    interp.define_record(&name, &fields)?;
    Ok(args[0].clone())
}

impl Interp<'_> {
    /// Defines the functions of a record type.
    pub fn define_record(&mut self, name: &str, fields: &[String]) -> Result<()> {
        let name = name.replace('_', "-").to_lowercase();
        let dashed: Vec<String> = fields.iter().map(|field| field.replace('_', "-").to_lowercase()).collect();
        let joined = |each: &dyn Fn(&String) -> String| dashed.iter().map(each).collect::<Vec<_>>().join(" ");
        // What is left out is left out of the record too: it is zero, of whatever type.
        let keys = joined(&|field| format!("({field} nil {field}-given)"));
        let pairs = joined(&|field| format!("{field:?} {field} {field}-given"));
        let mut text = format!("(defun make-{name} (&key {keys}) (%record {name:?} {pairs}))");
        text += &format!("(defun {name}-p (r) (%record-p r {name:?}))");
        text += &format!("(defun copy-{name} (r) (%copy-record r))");
        for field in &dashed {
            text += &format!("(defun {name}-{field} (r) (%field r {name:?} {field:?}))");
            text += &format!("(defun setf-{name}-{field} (v r) (%set-field r {name:?} {field:?} v))");
        }
        self.eval_text(&text)
    }
}

/// The record that `value` is, which must be one of `name`.
pub fn record<'v>(value: &'v Value, name: &str) -> Result<&'v Rc<Record>> {
    match &value.kind {
        Kind::Record(record) if crate::eval::value::same_name(&record.name, name) => Ok(record),
        Kind::Record(record) => {
            Err(Exit::error(format!("this is a record of `{}`, not of `{name}`", record.name)))
        }
        _ => Err(error::wanted(&format!("a record of `{name}`"), value)),
    }
}

/// A record of these fields.
pub fn make(name: &str, fields: Vec<(String, Value)>) -> Value {
    let fields = fields.into_iter().map(|(name, value)| (name.replace('-', "_"), value)).collect();
    Kind::Record(Rc::new(Record { name: name.to_string(), fields: RefCell::new(fields) })).into()
}
