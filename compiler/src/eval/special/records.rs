//! `defstruct` and `defunion`: records, and functions that make and read them.

use std::{cell::RefCell, rc::Rc};

use super::{Special, special};
use crate::eval::{
    Env, Exit, Interp, Kind, MANY, Result, Value, error,
    value::{Record, same_name},
};

/// The forms.
pub const FORMS: &[Special] =
    &[special("defstruct", 1, MANY, defstruct), special("defunion", 1, MANY, defunion)];

/// A field of a record: its name, and a form of what it is where it is left out.
pub struct Field {
    /// As spelled.
    pub name: String,
    /// Lisp: a zero of the field's type.
    pub zero: String,
    /// The fields that share a place with it, where the record is no union: what is set last is there.
    pub beside: Vec<String>,
}

impl Field {
    /// A field of which no more than the name is known.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), zero: "0".into(), beside: Vec::new() }
    }
}

/// `(defstruct name field …)`: a field is a name, or a list that starts with one, as kernel code has
/// them with a type. Defines `make-NAME`, `copy-NAME`, `NAME-p`, and for each field a reader that
/// `setf` knows.
fn defstruct(interp: &mut Interp<'_>, args: &[Value], _: &Env) -> Result {
    define(interp, args, false)
}

/// `(defunion name member …)`: a member is a struct's name, or a field.
fn defunion(interp: &mut Interp<'_>, args: &[Value], _: &Env) -> Result {
    define(interp, args, true)
}

fn define(interp: &mut Interp<'_>, args: &[Value], union: bool) -> Result {
    let name = first(&args[0]);
    let symbol = name.symbol().ok_or_else(|| Exit::error("a struct has a name"))?;
    let members = args[1..].iter().filter(|field| !matches!(field.kind, Kind::Str(_)));
    let fields: Vec<Field> = members.map(|one| field(interp, one, union)).collect::<Result<_>>()?;
    let name = interp.text(symbol).to_string();
    interp.define_record(&name, &fields, union)?;
    Ok(args[0].clone())
}

fn first(value: &Value) -> Value {
    value.pair().map_or_else(|| value.clone(), |(first, _)| first)
}

fn field(interp: &Interp<'_>, form: &Value, union: bool) -> Result<Field> {
    let name = first(form).symbol().ok_or_else(|| error::wanted("a field", form).at(form.origin))?;
    let name = interp.text(name).to_string();
    let zero = match form.pair().and_then(|(_, rest)| rest.pair()) {
        Some((ty, _)) => zero(interp, &ty),
        None if union => format!("(make-{})", lisp_name(&name)),
        None => "0".into(),
    };
    Ok(Field { zero, ..Field::named(name) })
}

/// What a variable of this type holds from the start.
fn zero(interp: &Interp<'_>, ty: &Value) -> String {
    let parts = ty.elements().unwrap_or_default();
    match &parts[..] {
        [head, element, count] if interp.is(head, "array") => {
            let element = zero(interp, element);
            format!("(apply (function vector) (loop repeat {} collect {element}))", interp.plain(count))
        }
        [] => match ty.symbol().map(|name| interp.text(name).to_lowercase()) {
            Some(name) if name == "bool" => "nil".into(),
            Some(name) if has_maker(interp, &name) => format!("(make-{})", lisp_name(&name)),
            _ => "0".into(),
        },
        _ => "0".into(),
    }
}

fn has_maker(interp: &Interp<'_>, name: &str) -> bool {
    interp.has_function(interp.names().intern(&format!("make-{}", lisp_name(name))))
}

fn lisp_name(name: &str) -> String {
    name.replace('_', "-").to_lowercase()
}

/// Functions of the host's that turn a record into bytes and back, if it has them.
const ENCODE: &str = "%encode-record";
const DECODE: &str = "%decode-record";

impl Interp<'_> {
    /// Defines the functions of a record type; the fields of a union are in one place.
    pub fn define_record(&mut self, name: &str, fields: &[Field], union: bool) -> Result<()> {
        let name = lisp_name(name);
        let joined = |each: &dyn Fn(&str) -> String| {
            fields.iter().map(|field| each(&lisp_name(&field.name))).collect::<Vec<_>>().join(" ")
        };
        // What is left out is left out of the record too: it is zero, of whatever type.
        let keys = joined(&|field| format!("({field} nil {field}-given)"));
        let pairs = joined(&|field| format!("{field:?} {field} {field}-given"));
        let mut text = format!("(defun make-{name} (&key {keys}) (%record {name:?} {pairs}))");
        text += &format!("(defun {name}-p (r) (%record-p r {name:?}))");
        text += &format!("(defun copy-{name} (r) (%copy-record r))");
        if self.has_function(self.names().intern(ENCODE)) {
            text += &format!("(defun encode-{name} (r) ({ENCODE} {name:?} r))");
            text += &format!("(defun decode-{name} (bytes) ({DECODE} {name:?} bytes))");
        }
        for Field { name: field, zero, beside } in fields {
            let field = lisp_name(field);
            let beside: Vec<String> = beside.iter().map(|name| format!("{name:?}")).collect();
            let others = if union { "t".into() } else { format!("'({})", beside.join(" ")) };
            let of = format!("r {name:?} {field:?} index {others} (lambda () {zero})");
            text += &format!("(defun {name}-{field} (r &optional index) (%field {of}))");
            text += &format!("(defun setf-{name}-{field} (v r &optional index) (%set-field {of} v))");
        }
        self.eval_text(&text)
    }
}

/// The record that `value` is, which must be one of `name`, or of a union of which that is a member.
pub fn record(value: &Value, name: &str) -> Result<Rc<Record>> {
    let Kind::Record(record) = &value.kind else {
        return Err(error::wanted(&format!("a record of `{name}`"), value));
    };
    if same_name(&record.name, name) {
        return Ok(record.clone());
    }
    match record.get(name).map(|member| member.kind) {
        Some(Kind::Record(member)) if same_name(&member.name, name) => Ok(member),
        _ => Err(Exit::error(format!("this is a record of `{}`, not of `{name}`", record.name))),
    }
}

/// A record of these fields.
pub fn make(name: &str, fields: Vec<(String, Value)>) -> Value {
    let fields = fields.into_iter().map(|(name, value)| (name.replace('-', "_"), value)).collect();
    Kind::Record(Rc::new(Record { name: name.to_string(), fields: RefCell::new(fields) })).into()
}
