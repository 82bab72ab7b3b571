//! A form that must be true, and what its operands were when it is not.

use bpfl_compiler::{
    diagnostic::{Diagnostic, codes},
    eval::{Env, Exit, Interp, Kind, Origin, Value},
    source::Span,
};

use super::case::Case;

/// A form that is not true.
pub struct Failing {
    form: Origin,
    /// The operands that say something, and what they were.
    operands: Vec<(Span, String)>,
    /// What the test says about it.
    note: Option<String>,
}

impl Failing {
    /// With a remark of the test's.
    pub fn noted(self, note: String) -> Self {
        Self { note: Some(note), ..self }
    }

    /// As the user sees it.
    pub fn diagnostic(self, case: &Case) -> Diagnostic {
        let span = self.form.span().unwrap_or(case.span);
        let message = format!("test `{}` fails: this is not true", case.name);
        let mut diagnostic = Diagnostic::error(&codes::TEST_FAILS, span, message);
        for (span, value) in self.operands {
            diagnostic = diagnostic.also(span, value);
        }
        match self.note {
            Some(note) => diagnostic.note(note),
            None => diagnostic,
        }
    }
}

/// The longest value that is shown whole.
const LONGEST: usize = 160;

/// Evaluates `form`; what fails, if it is not true. Operands are evaluated once.
pub fn check(interp: &mut Interp<'_>, form: &Value, env: &Env) -> Result<Option<Failing>, Exit> {
    let head = form.pair().and_then(|(head, rest)| Some((head.symbol()?, rest.elements()?)));
    let Some((head, args)) = head else { return whole(interp, form, env) };
    if interp.names().text(head.folded) == "and" {
        for arg in &args {
            if let Some(failing) = check(interp, arg, env)? {
                return Ok(Some(failing));
            }
        }
        return Ok(None);
    }
    match interp.function(&Kind::Symbol(head).into()) {
        Ok(function) => call(interp, form, &Kind::Function(function).into(), &args, env),
        Err(_) => whole(interp, form, env),
    }
}

fn whole(interp: &mut Interp<'_>, form: &Value, env: &Env) -> Result<Option<Failing>, Exit> {
    let failing = Failing { form: form.origin, operands: Vec::new(), note: None };
    Ok(interp.eval(form, env)?.is_nil().then_some(failing))
}

fn call(
    interp: &mut Interp<'_>,
    form: &Value,
    function: &Value,
    args: &[Value],
    env: &Env,
) -> Result<Option<Failing>, Exit> {
    let values = args.iter().map(|arg| interp.eval(arg, env)).collect::<Result<Vec<_>, Exit>>()?;
    let value = interp.apply(function, values.clone()).map_err(|exit| exit.at(form.origin))?;
    if !value.is_nil() {
        return Ok(None);
    }
    let said = args.iter().zip(&values).filter(|(arg, _)| says_something(arg));
    let shown = said.filter_map(|(arg, value)| Some((arg.origin.span()?, shown(interp, value))));
    Ok(Some(Failing { form: form.origin, operands: shown.collect(), note: None }))
}

/// Whether a form is not its own value.
fn says_something(form: &Value) -> bool {
    matches!(form.kind, Kind::Symbol(_) | Kind::Cons(_))
}

fn shown(interp: &Interp<'_>, value: &Value) -> String {
    let text = interp.readable(value);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
