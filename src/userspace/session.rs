//! `with-bpf-session`: a session for as long as its body takes.

use std::{cell::RefCell, rc::Rc};

use bpfl_compiler::{
    diagnostic::{Diagnostic, Diagnostics, Severity, render::render},
    driver::{self, Compiled},
    eval::{
        Env, Exit, Interp, Kind, Result, Value, convert,
        special::{Special, host_form},
    },
    read::Data,
};
use bpfl_runtime::session::{Session, SessionError};

use super::{
    object::{Handle, What, failed, wanted},
    objects::name,
    world,
};
use crate::{output, work};

pub const FORMS: &[Special] = &[
    host_form("with-bpf-session", 1, usize::MAX, with_session),
    host_form("do-map-entries", 1, usize::MAX, do_map_entries),
];

/// Forms that define something for the kernel in the body of a session, and what they are at the
/// top level.
const INLINE: &[(&str, &str)] = &[("bpf:map", "defmap"), ("bpf:prog", "defprog")];

/// `(with-bpf-session (name "object.o") body…)`, and `(with-bpf-session () body…)` or `(name)`, which compiles
/// what its body defines.
fn with_session(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let header = args[0].elements().ok_or_else(|| wanted("`(name object)`, `(name)` or `()`", &args[0]))?;
    let bound = |variable: &Value| variable.symbol().ok_or_else(|| wanted("a name", variable));
    let (bytes, inner, body) = match &header[..] {
        [] | [_] => {
            let variable = header.first().map(bound).transpose()?;
            let (inline, body): (Vec<_>, Vec<_>) =
                args[1..].iter().cloned().partition(|form| inline_of(interp, form).is_some());
            (compile(interp, &inline)?, variable, body)
        }
        [variable, object] => {
            let object = interp.eval(object, env)?;
            let variable = bound(variable)?;
            (read(interp, &object)?, Some(variable), args[1..].to_vec())
        }
        _ => return Err(Exit::error("a session is `(name object)`, `(name)` or `()`").at(args[0].origin)),
    };
    let session = opened(interp, Session::open(bytes))?;
    let scope = if header.len() == 2 { env.clone() } else { bind_all(interp, &session, env) };
    let scope = match inner {
        Some(variable) => scope.bind(variable.folded, Handle::value(&session, What::Session)),
        None => scope,
    };
    let result = interp.progn(&body, &scope);
    // Values may outlive the body: a closure, a variable of the whole script. What is attached may not.
    session.borrow_mut().end();
    result
}

/// A session of the script's, which tells what the script is to tell.
pub fn opened(
    interp: &mut Interp<'_>,
    session: std::result::Result<Session, SessionError>,
) -> std::result::Result<Rc<RefCell<Session>>, Exit> {
    let mut session = session.map_err(failed)?;
    let world = world(interp)?;
    if world.verbose {
        session.tell_statistics(work::tell);
    }
    world.printed.follow(&session);
    Ok(Rc::new(RefCell::new(session)))
}

fn read(interp: &Interp<'_>, object: &Value) -> std::result::Result<Vec<u8>, Exit> {
    let path = name(interp, object)?;
    std::fs::read(&path).map_err(|error| Exit::error(format!("`{path}` cannot be read ({error})")))
}

pub fn inline_of(interp: &Interp<'_>, form: &Value) -> Option<&'static str> {
    let head = form.pair()?.0.symbol()?;
    let text = interp.names().text(head.folded);
    INLINE.iter().find(|(inline, _)| *inline == text).map(|(_, definition)| *definition)
}

/// Compiles the script's definitions and those of a body.
pub fn compile(interp: &mut Interp<'_>, inline: &[Value]) -> std::result::Result<Vec<u8>, Exit> {
    let mut forms = world(interp)?.definitions.clone();
    for form in inline {
        let (head, rest) = form.pair().unwrap_or_default();
        let definition = inline_of(interp, form).unwrap_or("defmap");
        let symbol = Value::from(Kind::Symbol(interp.symbol(definition))).at(head.origin);
        forms.push(Value::cons(symbol, rest).at(form.origin));
    }
    let compiled = compile_forms(interp, &forms, 0)?;
    world(interp)?.places.extend(compiled.places);
    Ok(compiled.object)
}

/// Compiles definitions and says what is wrong with them; warnings of those in the sources from position
/// `start` on.
pub fn compile_forms(
    interp: &mut Interp<'_>,
    forms: &[Value],
    start: u32,
) -> std::result::Result<Compiled, Exit> {
    let (names, data) = (interp.names(), Data::new());
    let data_forms = forms.iter().map(|form| convert::written(names, &data, form));
    let data_forms = data_forms.collect::<std::result::Result<Vec<_>, Exit>>()?;
    let world = world(interp)?;
    let mut diagnostics = Diagnostics::default();
    let options = world.options.clone();
    let compiled =
        driver::compile_forms(&mut world.sources, names, &data, &data_forms, &options, &mut diagnostics);
    diagnostics.sort();
    let wanted = |one: &&Diagnostic| one.severity == Severity::Error || one.span.start >= start;
    output::tell(&render(&world.sources, diagnostics.iter().filter(wanted), output::color()));
    match compiled {
        Some(compiled) if !diagnostics.has_errors() => Ok(compiled),
        _ => Err(Exit::error("what this session defines does not compile")),
    }
}

/// Binds the names of all maps and programs.
pub fn bind_all(interp: &Interp<'_>, session: &Rc<RefCell<Session>>, env: &Env) -> Env {
    let borrowed = session.borrow();
    let maps = borrowed.spec().maps.iter().filter(|map| !map.globals);
    let maps = maps.map(|map| (&map.name, What::Map(map.name.clone())));
    let programs = borrowed.spec().programs.iter().map(|one| (&one.name, What::Program(one.name.clone())));
    let mut scope = env.clone();
    for (name, what) in maps.chain(programs) {
        for spelling in [name.clone(), name.replace('_', "-")] {
            let symbol = interp.symbol(&spelling);
            scope = scope.bind(symbol.folded, Handle::value(session, what.clone()));
        }
    }
    scope
}

/// `(do-map-entries (key value map) body…)`: over a snapshot, in a block named nil.
fn do_map_entries(interp: &mut Interp<'_>, args: &[Value], env: &Env) -> Result {
    let header = args[0].elements().unwrap_or_default();
    let [key, value, map] = &header[..] else {
        return Err(Exit::error("this starts with `(key value map)`").at(args[0].origin));
    };
    let symbol = |text: &str| Value::from(Kind::Symbol(interp.symbol(text)));
    // (loop for (key . value) in (bpf:map-entries map) do body…)
    let pattern = Value::cons(key.clone(), value.clone());
    let entries = Value::list([symbol("bpf:map-entries"), map.clone()]);
    let head = [symbol("loop"), symbol("for"), pattern, symbol("in"), entries, symbol("do")];
    let body = Value::cons(symbol("progn"), Value::list(args[1..].to_vec()));
    let form = Value::list(head.into_iter().chain([body]).collect::<Vec<_>>()).at(args[0].origin);
    interp.eval(&form, env)
}
