//! What the body of a test has beside userspace Lisp: what came of the run, and `is`.

use bpfl_compiler::eval::{
    Builtin, Env, Exit, Interp, Kind, Result, Value,
    special::{Special, host_form},
};
use bpfl_runtime::run::{Context, Ran};

use super::check::check;
use crate::userspace::{convert, objects::name, printed, testrun, world};

const FORMS: &[Special] = &[host_form("ctx-out", 1, 2, ctx_out), host_form("is", 1, usize::MAX, is)];

const ROWS: &[Builtin] = &[
    Builtin { name: "retval", min: 0, max: 0, call: |interp, _| Ok(i128::from(ran(interp)?.value).into()) },
    Builtin { name: "data-out", min: 0, max: 0, call: |interp, _| Ok(convert::bytes(&ran(interp)?.data)) },
    Builtin {
        name: "ns-per-run",
        min: 0,
        max: 0,
        call: |interp, _| Ok(i128::from(ran(interp)?.nanoseconds).into()),
    },
];

/// Defines them.
pub fn define(interp: &mut Interp<'_>) {
    ROWS.iter().chain(printed::ROWS).for_each(|row| interp.define_builtin(row));
    FORMS.iter().for_each(|form| interp.define_special(form));
}

fn ran<'i>(interp: &'i mut Interp<'_>) -> std::result::Result<&'i Ran, Exit> {
    let nothing = || Exit::error("this test runs no program: name one with `:prog`");
    world(interp)?.ran.as_ref().ok_or_else(nothing)
}

/// `(ctx-out field [index])`: a field of the context afterwards, or the bytes where it has no fields.
fn ctx_out(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let field = name(interp, &args[0])?;
    let value = match &ran(interp)?.context {
        Context::Bytes(bytes) => {
            let advice = "`(data-out)` or `bpf:test-run` gives them";
            let message =
                format!("the context of this program is {} bytes without fields; {advice}", bytes.len());
            return Err(Exit::error(message).at(args[0].origin));
        }
        context @ Context::Fields(_) => context.field(&field).cloned(),
    };
    let missing = || Exit::error(format!("the context has no field `{field}`")).at(args[0].origin);
    let value = testrun::number(interp, &value.ok_or_else(missing)?)?;
    match args.get(1) {
        None => Ok(value),
        Some(index) => {
            let index = interp.eval(index, env)?;
            let element = Kind::Symbol(interp.symbol("elt")).into();
            interp.apply(&element, vec![value, index])
        }
    }
}

/// `(is form [format argument…])`: fails the test when the form is not true; the rest says more.
fn is(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let Some(mut failing) = check(interp, &args[0], env)? else { return Ok(interp.truth(true)) };
    if args.len() > 1 {
        let format = Kind::Symbol(interp.symbol("format")).into();
        let rest = args[1..].iter().map(|arg| interp.eval(arg, env)).collect::<Result<Vec<_>>>()?;
        let note = interp.apply(&format, std::iter::once(Value::NIL).chain(rest).collect())?;
        failing = failing.noted(interp.plain(&note));
    }
    world(interp)?.failing = Some(failing);
    Err(Exit::error("this is not true").at(args[0].origin))
}
