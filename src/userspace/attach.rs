//! Attaching and detaching.

use bpfl_compiler::eval::{Builtin, Exit, Interp, Kind, Result, Value};
use bpfl_runtime::{
    attach::Target,
    cgroup::{Hierarchy, resolve},
    session::Session,
};

use super::{
    object::{Handle, What, failed, wanted},
    objects::name,
};
use crate::output;

pub const ROWS: &[Builtin] = &[
    Builtin { name: "bpf:attach", min: 1, max: usize::MAX, call: attach },
    Builtin { name: "attach-cgroup", min: 2, max: 4, call: attach_cgroup },
    Builtin { name: "bpf:attach-cgroup", min: 2, max: 4, call: attach_cgroup },
    Builtin { name: "bpf:detach", min: 1, max: 1, call: detach },
];

/// Keywords and their values.
fn options<'v>(
    interp: &Interp<'_>,
    args: &'v [Value],
    known: &[&str],
) -> std::result::Result<Vec<(String, &'v Value)>, Exit> {
    let mut options = Vec::new();
    for pair in args.chunks(2) {
        let [Value { kind: Kind::Keyword(keyword), .. }, value] = pair else {
            return Err(Exit::error("options are keywords, each with a value"));
        };
        let name = interp.names().text(keyword.folded);
        if !known.contains(&name) {
            return Err(Exit::error(format!(
                "there is no option `:{name}` here; there are :{}",
                known.join(" and :")
            )));
        }
        options.push((name.to_string(), value));
    }
    Ok(options)
}

/// `(bpf:attach session "program" [:cgroup-path path] [:map map])`, `(bpf:attach program path)`.
fn attach(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (program, rest) = match Handle::of(&args[0]) {
        Some(Handle { what: What::Program(name), .. }) => (name.clone(), &args[1..]),
        Some(_) => {
            let program = args.get(1).ok_or_else(|| Exit::error("which program?"))?;
            (name(interp, program)?, &args[2..])
        }
        None => return Err(wanted("a session or a program", &args[0])),
    };
    let target = target(interp, rest)?;
    finish(&args[0], &program, target.as_ref())
}

fn target(interp: &mut Interp<'_>, args: &[Value]) -> std::result::Result<Option<Target>, Exit> {
    let (place, rest) = match args {
        [place, rest @ ..] if !matches!(place.kind, Kind::Keyword(_)) => (Some(place), rest),
        rest => (None, rest),
    };
    if let Some(place) = place {
        return match Handle::map(place) {
            Ok((_, map)) => Ok(Some(Target::map(map))),
            Err(_) => cgroup(&name(interp, place)?).map(Some),
        };
    }
    let options = options(interp, rest, &["cgroup-path", "cgroup", "map"])?;
    match options.first() {
        None => Ok(None),
        Some((option, value)) if option == "map" => match Handle::map(value) {
            Ok((_, map)) => Ok(Some(Target::map(map))),
            Err(_) => Ok(Some(Target::map(name(interp, value)?))),
        },
        Some((_, value)) => cgroup(&name(interp, value)?).map(Some),
    }
}

/// A cgroup by path; one of version 1's hierarchy means the same in version 2's.
fn cgroup(path: &str) -> std::result::Result<Target, Exit> {
    let hierarchy = Hierarchy::find().map_err(|error| Exit::error(error.to_string()))?;
    let found = resolve(&hierarchy, path.as_ref()).map_err(|error| Exit::error(error.to_string()))?;
    if let Some(note) = &found.note {
        output::note(note);
    }
    Ok(Target::cgroup(found.path))
}

fn finish(holder: &Value, program: &str, target: Option<&Target>) -> Result {
    let session = Handle::session(holder)?;
    let link = match target {
        Some(target) => session.borrow_mut().attach(program, target),
        None => session.borrow_mut().attach_some(&[program], &[]).map(|links| links[0]),
    };
    Ok(Handle::value(session, What::Link(link.map_err(failed)?)))
}

/// `(attach-cgroup program path [:attach-type type])`; a type that is not the section's is refused.
fn attach_cgroup(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (session, program) = Handle::program(&args[0])?;
    let path = name(interp, &args[1])?;
    let options = options(interp, &args[2..], &["attach-type"])?;
    if let Some((_, wanted)) = options.first() {
        agrees(&session.borrow(), program, wanted)?;
    }
    let target = cgroup(&path)?;
    finish(&args[0], program, Some(&target))
}

fn agrees(session: &Session, program: &str, given: &Value) -> std::result::Result<(), Exit> {
    let Kind::Int(number) = given.kind else { return Err(wanted("an attach type", given)) };
    let spec = session.spec().program(program).map_err(|error| failed(error.into()))?;
    let own = spec.row.and_then(|row| row.attach_type);
    match own {
        Some(own) if i128::from(own.number) == number => Ok(()),
        Some(own) => {
            let (section, name) = (&spec.section, own.name.replace('_', "-"));
            let message = format!("`{program}` is in section \"{section}\", which attaches as +bpf-{name}+");
            Err(Exit::error(message))
        }
        None => Ok(()),
    }
}

fn detach(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    match Handle::of(&args[0]) {
        Some(Handle { session, what: What::Link(link) }) => {
            let there = session.borrow_mut().detach(*link);
            Ok(interp.truth(there))
        }
        _ => Err(wanted("a link", &args[0])),
    }
}
