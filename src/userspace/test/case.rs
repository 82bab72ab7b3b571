//! One `deftest`: its parts, and how they are run.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use bpfl_compiler::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    eval::{Env, Exit, Interp, Kind, Value},
    source::Span,
};
use bpfl_runtime::session::Session;

use super::check::{Failing, check};
use crate::userspace::{
    object::{Handle, What, failed},
    printed::Printed,
    session::bind_all,
    testrun, world,
};

/// A test.
pub struct Case {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// The form that names the program to run, if one is to be.
    program: Option<Value>,
    /// `:data`, `:ctx`, `:repeat` and their forms.
    options: Vec<Value>,
    setup: Vec<Value>,
    body: Vec<Value>,
}

fn malformed(at: &Value, message: &str) -> Box<Diagnostic> {
    let span = at.origin.span().unwrap_or_default();
    let help =
        "write `(deftest name (:prog program [:ctx (field value …)] [:data bytes] [:repeat n]) form…)`";
    Box::new(Diagnostic::error(&codes::MALFORMED, span, message).help(help))
}

impl Case {
    /// The test that `form` is; `None` when it is none.
    pub fn read(interp: &Interp<'_>, form: &Value) -> Option<Result<Self, Box<Diagnostic>>> {
        let (head, _) = form.pair().filter(|(head, _)| interp.is(head, "deftest"))?;
        let parts = form.elements().unwrap_or_default();
        let [_, name, header, body @ ..] = &parts[..] else {
            return Some(Err(malformed(&head, "a test has a name, a list of what it runs, and forms")));
        };
        Some(Self::of(interp, name, header, body))
    }

    fn of(
        interp: &Interp<'_>,
        name: &Value,
        header: &Value,
        body: &[Value],
    ) -> Result<Self, Box<Diagnostic>> {
        let symbol = name.symbol().ok_or_else(|| malformed(name, "a test has a name"))?;
        let options = header.elements().ok_or_else(|| malformed(header, "this is not what a test runs"))?;
        let (program, options) = program(interp, options)?;
        let documented = matches!(body, [Value { kind: Kind::Str(_), .. }, _, ..]);
        let body = &body[usize::from(documented)..];
        let setup = body.first().and_then(Value::pair).filter(|(head, _)| interp.is(head, "setup"));
        let body = if setup.is_some() { &body[1..] } else { body };
        if body.is_empty() {
            return Err(malformed(name, "this test asks for nothing: it has no form that must be true"));
        }
        Ok(Self {
            name: interp.text(symbol).to_string(),
            span: name.origin.span().unwrap_or_default(),
            program,
            options,
            setup: setup.and_then(|(_, forms)| forms.elements()).unwrap_or_default(),
            body: body.to_vec(),
        })
    }

    /// Reports names that several tests have.
    pub fn distinct(cases: &[Self], diagnostics: &mut Diagnostics) {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for case in cases {
            if let Some(first) = seen.insert(&case.name, case.span) {
                let message = format!("there are two tests called `{}`", case.name);
                diagnostics
                    .push(Diagnostic::error(&codes::DUPLICATE, case.span, message).also(first, "first here"));
            }
        }
    }

    /// Runs it in a session of its own; gives the form that is not true, if one is not.
    pub fn run(&self, interp: &mut Interp<'_>, object: &[u8]) -> Result<Option<Failing>, Exit> {
        let session = Rc::new(RefCell::new(Session::open(object).map_err(failed)?));
        let world = world(interp)?;
        // The trace has one reader at a time: that of the test before goes first.
        world.printed = Printed::default();
        world.printed = match world.in_vm {
            true => {
                session.borrow_mut().run_in_vm();
                Printed::Vm(session.clone(), Vec::new())
            }
            false => Printed::of(&session.borrow()),
        };
        let scope = bind_globals(interp, &session, bind_all(interp, &session, &Env::default()));
        self.program_is_there(interp, &session.borrow())?;
        let result = self.run_in(interp, &scope);
        session.borrow_mut().end();
        result
    }

    /// Whether the file defines the program that `:prog` names, where that is a name.
    fn program_is_there(&self, interp: &Interp<'_>, session: &Session) -> Result<(), Exit> {
        let Some(program) = &self.program else { return Ok(()) };
        let Kind::Symbol(symbol) = program.kind else { return Ok(()) };
        let found = session.spec().program(interp.text(symbol));
        found.map(|_| ()).map_err(|error| failed(error.into()).at(program.origin))
    }

    fn run_in(&self, interp: &mut Interp<'_>, scope: &Env) -> Result<Option<Failing>, Exit> {
        interp.progn(&self.setup, scope)?;
        if let Some(program) = &self.program {
            let ran = self.test_run(interp, program, scope).map_err(|exit| exit.at(program.origin))?;
            world(interp)?.ran = Some(ran);
        }
        for form in &self.body {
            match check(interp, form, scope) {
                Ok(None) => {}
                // `(is …)` says what fails, and ends the form.
                Err(exit) => return world(interp)?.failing.take().map(Some).ok_or(exit),
                failing => return failing,
            }
        }
        Ok(None)
    }

    fn test_run(
        &self,
        interp: &mut Interp<'_>,
        form: &Value,
        scope: &Env,
    ) -> Result<bpfl_runtime::run::Ran, Exit> {
        let program = interp.eval(form, scope)?;
        let (session, name) = Handle::program(&program)?;
        let ty = testrun::program_type(&session.borrow(), name);
        let run = testrun::given(interp, &self.options, ty, scope)?;
        let ran = session.borrow_mut().run(name, &run);
        ran.map_err(failed)
    }
}

/// `:prog`, and the other options.
fn program(interp: &Interp<'_>, options: Vec<Value>) -> Result<(Option<Value>, Vec<Value>), Box<Diagnostic>> {
    let (mut program, mut rest) = (None, Vec::new());
    for pair in options.chunks(2) {
        let [Value { kind: Kind::Keyword(keyword), .. }, value] = pair else {
            return Err(malformed(&pair[0], "options are keywords, each with a value"));
        };
        match interp.names().text(keyword.folded) {
            "prog" => program = Some(value.clone()),
            "data" | "ctx" | "repeat" => rest.extend_from_slice(pair),
            other => return Err(malformed(&pair[0], &format!("a test has no option `:{other}`"))),
        }
    }
    match (&program, rest.first()) {
        (None, Some(option)) => {
            Err(malformed(option, "this is for the program that `:prog` names, and none is named"))
        }
        _ => Ok((program, rest)),
    }
}

/// Binds the names of global variables to their places.
fn bind_globals(interp: &Interp<'_>, session: &Rc<RefCell<Session>>, mut scope: Env) -> Env {
    let owner = interp.symbol("%session");
    scope = scope.bind(owner.folded, Handle::value(session, What::Session));
    let reader = Value::from(Kind::Symbol(interp.symbol("bpf:global")));
    for name in session.borrow().globals() {
        let place = Value::list([reader.clone(), Kind::Symbol(owner).into(), Value::from(name)]);
        for spelling in [name.to_string(), name.replace('_', "-")] {
            scope = scope.bind_symbol_macro(interp.symbol(&spelling).folded, place.clone());
        }
    }
    scope
}
