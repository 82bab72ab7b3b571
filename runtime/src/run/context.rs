//! Contexts as fields with names, to bytes and back.

use bpfl_stdlib::catalog::{
    attach::TargetKind,
    context::{Field, Struct},
    program::ProgramType,
    test_run::{Given, TestRun, structure},
};

use super::{RunError, Value, name};
use crate::spec::ProgramSpec;

/// A context.
#[derive(Clone, Debug, PartialEq)]
pub enum Context {
    /// Fields by name; those left out are zero.
    Fields(Vec<(String, Value)>),
    /// Its bytes.
    Bytes(Vec<u8>),
}

impl Default for Context {
    fn default() -> Self {
        Self::Fields(Vec::new())
    }
}

impl Context {
    /// The field called `name`, where `-` and `_` are alike.
    pub fn field(&self, name: &str) -> Option<&Value> {
        let Self::Fields(fields) = self else { return None };
        fields.iter().find(|(own, _)| name::same(own, name)).map(|(_, value)| value)
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Fields(fields) => fields.is_empty(),
            Self::Bytes(bytes) => bytes.is_empty(),
        }
    }
}

/// What makes a program run that the kernel does not run on request.
pub(super) fn event(kind: Option<TargetKind>) -> &'static str {
    match kind {
        Some(TargetKind::Cgroup) => "a process of the cgroup that they are attached to acts",
        Some(TargetKind::SockMap) => "a socket sends that is in the map that they are attached to",
        Some(TargetKind::ReuseportGroup) => "a socket of the group that they are attached to is looked for",
        _ => "the event happens that they are attached to",
    }
}

/// The bytes of a context.
pub(super) fn encode(
    spec: &ProgramSpec,
    row: &TestRun,
    context: &Context,
    packet: usize,
) -> Result<Vec<u8>, RunError> {
    let other = |wanted| RunError::Context { program: spec.name.clone(), wanted };
    match (&row.context, context) {
        (Given::Nothing, context) if context.is_empty() => Ok(Vec::new()),
        (Given::Nothing, _) => Err(other("nothing: the kernel makes it of the packet")),
        (Given::Words | Given::Bytes, Context::Bytes(bytes)) => Ok(bytes.clone()),
        (Given::Words, Context::Fields(fields)) => words(spec, fields),
        (Given::Bytes, context) if context.is_empty() => Ok(Vec::new()),
        (Given::Bytes, _) => Err(other("bytes")),
        (Given::Fields(_), Context::Bytes(_)) => Err(other("fields")),
        (Given::Fields(may), Context::Fields(given)) => fields(spec, may, given, packet),
    }
}

/// How many arguments there may be, as many as `bpf_prog_test_run_raw_tp` takes.
const WORDS: usize = bpfl_stdlib::catalog::context::MOST_ARGUMENTS as usize;

fn words(spec: &ProgramSpec, given: &[(String, Value)]) -> Result<Vec<u8>, RunError> {
    let mut bytes = vec![0; WORDS * 8];
    for (name, value) in given {
        if !name::same(name, "args") {
            return Err(no_field(spec, name, &["args"]));
        }
        put(spec, name, value, &mut bytes, 8, Some(WORDS))?;
    }
    Ok(bytes)
}

fn fields(
    spec: &ProgramSpec,
    may: &[&str],
    given: &[(String, Value)],
    packet: usize,
) -> Result<Vec<u8>, RunError> {
    let Some((ty, of)) = spec.row.and_then(|row| Some((row.ty, structure(row.ty)?))) else {
        return Ok(Vec::new());
    };
    let size = of.fields.iter().map(|field| field.offset + field.size()).max().unwrap_or(0);
    let mut bytes = vec![0; (size as usize).next_multiple_of(8)];
    if ty == ProgramType::Xdp {
        let end = Value::Int(packet as i128);
        set(spec, of, "data_end", &end, &mut bytes)?;
    }
    for (name, value) in given {
        let field = may.iter().find(|field| name::same(field, name));
        let field = field.ok_or_else(|| no_field(spec, name, may))?;
        set(spec, of, field, value, &mut bytes)?;
    }
    Ok(bytes)
}

fn no_field(spec: &ProgramSpec, name: &str, may: &[&str]) -> RunError {
    let names: Vec<_> = may.iter().map(|name| name.replace('_', "-")).collect();
    let advice = format!("those that can are {}", names.join(", "));
    RunError::Field { program: spec.name.clone(), field: name.into(), advice }
}

fn set(spec: &ProgramSpec, of: &Struct, name: &str, value: &Value, bytes: &mut [u8]) -> Result<(), RunError> {
    let Some(field) = of.field(name) else { return Ok(()) };
    let (start, end) = (field.offset as usize, (field.offset + field.size()) as usize);
    let count = field.count.map(|count| count as usize);
    match bytes.get_mut(start..end) {
        Some(place) => put(spec, name, value, place, field.width as usize, count),
        None => Ok(()),
    }
}

/// Writes a number, or the elements of an array, of `width` bytes each.
fn put(
    spec: &ProgramSpec,
    field: &str,
    value: &Value,
    place: &mut [u8],
    width: usize,
    count: Option<usize>,
) -> Result<(), RunError> {
    let wrong = || RunError::FieldValue {
        program: spec.name.clone(),
        field: field.replace('_', "-"),
        value: value.to_string(),
        wanted: match count {
            Some(count) => format!("which is an array of at most {count} numbers of {width} bytes"),
            None => format!("which is a number of {width} bytes"),
        },
    };
    let numbers: &[Value] = match (value, count) {
        (Value::Array(each), Some(count)) if each.len() <= count => each.as_slice(),
        (Value::Int(_), None) => std::slice::from_ref(value),
        _ => return Err(wrong()),
    };
    for (number, place) in numbers.iter().zip(place.chunks_exact_mut(width.max(1))) {
        let bits = (width * 8) as u32;
        let number =
            number.as_int().filter(|n| *n >= -(1 << (bits - 1)) && *n < 1 << bits).ok_or_else(wrong)?;
        place.copy_from_slice(&number.to_le_bytes()[..width]);
    }
    Ok(())
}

/// The fields of a context that has come back.
pub(super) fn decode(spec: &ProgramSpec, row: &TestRun, bytes: &[u8]) -> Context {
    match (&row.context, spec.row.and_then(|row| structure(row.ty))) {
        (Given::Fields(_), Some(of)) => Context::Fields(
            of.named().filter_map(|field| Some((field.name.into(), read(field, bytes)?))).collect(),
        ),
        _ => Context::Bytes(bytes.to_vec()),
    }
}

fn read(field: &Field, bytes: &[u8]) -> Option<Value> {
    let place = bytes.get(field.offset as usize..(field.offset + field.size()) as usize)?;
    let mut numbers = place.chunks_exact(field.width as usize).map(|bytes| {
        let mut wide = [0; 16];
        wide[..bytes.len()].copy_from_slice(bytes);
        Value::Int(i128::from_le_bytes(wide))
    });
    match field.count {
        Some(_) => Some(Value::Array(numbers.collect())),
        None => numbers.next(),
    }
}
