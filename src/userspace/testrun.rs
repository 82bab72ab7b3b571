//! `bpf:test-run`: a program on a packet and a context of the script's making.

use bpfl_compiler::eval::{
    Env, Exit, Interp, Kind, Result, Value,
    special::{Special, host_form, records},
};
use bpfl_runtime::{
    btf::shape::Shape,
    run::{Context, Ran, Run},
    session::Session,
    value::Value as Raw,
};
use bpfl_stdlib::catalog::{
    context,
    program::ProgramType,
    test_run::{self, structure},
};

use super::{
    convert::{self, lisp, raw},
    object::{Handle, failed, wanted},
};

pub const FORMS: &[Special] = &[host_form("bpf:test-run", 1, usize::MAX, test_run)];

/// The packet for programs that are given none: zeroes, as long as the shortest frame of Ethernet.
const FRAME: usize = 64;
/// The most runs at a time: a few seconds of them.
const MOST_RUNS: i128 = 100_000_000;

/// `(bpf:test-run program [:data bytes] [:ctx (field value …)] [:repeat n])`: the program's value, the
/// packet and the context afterwards, and the nanoseconds of a run.
fn test_run(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let program = interp.eval(&args[0], env)?;
    let (session, name) = Handle::program(&program)?;
    let ty = program_type(&session.borrow(), name);
    let run = given(interp, &args[1..], ty, env)?;
    let ran = session.borrow_mut().run(name, &run).map_err(failed)?;
    let values = values(interp, ty, &ran)?;
    Ok(interp.give(values))
}

/// The type of a program, where its section is known.
pub fn program_type(session: &Session, name: &str) -> Option<ProgramType> {
    session.spec().program(name).ok()?.row.map(|row| row.ty)
}

/// What `:data`, `:ctx` and `:repeat` give.
pub fn given(
    interp: &mut Interp<'_>,
    options: &[Value],
    ty: Option<ProgramType>,
    env: &Env,
) -> std::result::Result<Run, Exit> {
    let wants_packet = ty.and_then(test_run::of).is_some_and(|row| row.packet.is_some());
    let mut run = Run { data: vec![0; if wants_packet { FRAME } else { 0 }], repeat: 1, ..Run::default() };
    for pair in options.chunks(2) {
        let [Value { kind: Kind::Keyword(keyword), .. }, form] = pair else {
            return Err(Exit::error("options are keywords, each with a value").at(pair[0].origin));
        };
        match interp.names().text(keyword.folded) {
            "data" => {
                run.data = convert::to_bytes(&interp.eval(form, env)?).map_err(|e| e.at(form.origin))?
            }
            "ctx" => run.context = context(interp, form, ty, env)?,
            "repeat" => run.repeat = repeat(&interp.eval(form, env)?).map_err(|e| e.at(form.origin))?,
            other => {
                let message =
                    format!("there is no option `:{other}` here; there are :data, :ctx and :repeat");
                return Err(Exit::error(message).at(pair[0].origin));
            }
        }
    }
    Ok(run)
}

fn repeat(value: &Value) -> std::result::Result<u32, Exit> {
    match value.kind {
        Kind::Int(n @ 1..=MOST_RUNS) => Ok(n as u32),
        _ => Err(wanted(&format!("a number from 1 to {MOST_RUNS}"), value)),
    }
}

/// `(field value …)` with the fields as they are named, or a form for bytes or such a list.
fn context(
    interp: &mut Interp<'_>,
    form: &Value,
    ty: Option<ProgramType>,
    env: &Env,
) -> std::result::Result<Context, Exit> {
    let literal = form.pair().and_then(|(head, _)| head.symbol()).is_some_and(|head| {
        let field = interp.text(head).replace('-', "_");
        let known = ty.is_some_and(|ty| context::fields(ty).iter().any(|own| own.name == field));
        known || field == "args" || !interp.has_function(head.folded)
    });
    if !literal {
        let value = interp.eval(form, env)?;
        return match &value.kind {
            Kind::Vector(_) | Kind::Str(_) => convert::to_bytes(&value).map(Context::Bytes),
            _ => fields(interp, &value, |_, value| Ok(value)),
        };
    }
    fields(interp, form, |interp, form| element(interp, &form, env))
}

/// A field's value; a list that starts with no name is the elements of an array.
fn element(interp: &mut Interp<'_>, form: &Value, env: &Env) -> Result {
    let array = form.pair().filter(|(head, _)| head.symbol().is_none() && head.pair().is_none());
    let Some(items) = array.and_then(|_| form.elements()) else { return interp.eval(form, env) };
    let items = items.iter().map(|item| interp.eval(item, env));
    Ok(Value::vector(items.collect::<std::result::Result<_, Exit>>()?))
}

fn fields(
    interp: &mut Interp<'_>,
    list: &Value,
    value: impl Fn(&mut Interp<'_>, Value) -> Result,
) -> std::result::Result<Context, Exit> {
    let malformed = || Exit::error("a context is given as `(field value …)`").at(list.origin);
    let mut fields = Vec::new();
    for pair in list.elements().ok_or_else(malformed)?.chunks(2) {
        let [field, form] = pair else { return Err(malformed()) };
        let field = super::objects::name(interp, field)?;
        let value = value(interp, form.clone())?;
        fields.push((field, raw(interp, &value)?));
    }
    Ok(Context::Fields(fields))
}

/// What came of a run, as values of the language.
pub fn values(
    interp: &mut Interp<'_>,
    ty: Option<ProgramType>,
    ran: &Ran,
) -> std::result::Result<Vec<Value>, Exit> {
    let context = match &ran.context {
        Context::Bytes(bytes) => convert::bytes(bytes),
        Context::Fields(fields) => {
            let name = ty.and_then(structure).map_or("context", |of| of.name);
            let field = |(name, value): &(String, Raw)| Ok((name.clone(), number(interp, value)?));
            records::make(name, fields.iter().map(field).collect::<std::result::Result<_, Exit>>()?)
        }
    };
    let (value, time) = (i128::from(ran.value).into(), i128::from(ran.nanoseconds).into());
    Ok(vec![value, convert::bytes(&ran.data), context, time])
}

/// A number, or a vector of them.
pub fn number(interp: &mut Interp<'_>, value: &Raw) -> Result {
    lisp(interp, value, &Shape::Bytes { bytes: 0 })
}
