//! Attaching and detaching.

use bpfl_compiler::eval::{Builtin, Exit, Interp, Kind, Result, Value};
use bpfl_runtime::{
    attach::{NetfilterHook, Target, Way},
    cgroup::{Hierarchy, resolve},
    run::Over,
    session::Session,
};
use bpfl_stdlib::catalog::program::ProgramType;

use super::{
    keys::Keys,
    object::{Handle, What, failed, wanted},
    objects::name,
    traffic::{to_links_of_traffic, to_traffic},
};
use crate::output;

pub const ROWS: &[Builtin] = &[
    Builtin { name: "bpf:attach", min: 1, max: usize::MAX, call: attach },
    Builtin { name: "bpf:detach", min: 1, max: 1, call: detach },
    Builtin { name: "attach-socket", min: 2, max: 2, call: attach_socket },
    Builtin { name: "bpf:attach-socket", min: 2, max: 2, call: attach_socket },
    Builtin { name: "bpf:replace-function", min: 2, max: 3, call: replace_function },
    Builtin { name: "bpf:iterate", min: 1, max: 3, call: iterate },
];

/// The functions that attach to one kind of target each, with and without `bpf:`.
macro_rules! to {
    ($($name:literal $call:ident;)+) => {
        pub const BY_TARGET: &[Builtin] = &[$(
            Builtin { name: $name, min: 1, max: usize::MAX, call: |interp, args| one(interp, args, $call) },
            Builtin {
                name: concat!("bpf:", $name),
                min: 1,
                max: usize::MAX,
                call: |interp, args| one(interp, args, $call),
            },
        )+];
    };
}

to! {
    "attach-cgroup" to_cgroup;
    "attach-sockmap" to_map;
    "attach-xdp" to_interface;
    "attach-tc" to_traffic;
    "attach-tcx" to_links_of_traffic;
    "attach-netkit" to_interface;
    "attach-netns" to_network;
    "attach-netfilter" to_netfilter;
    "attach-tracepoint" to_event;
    "attach-raw-tracepoint" to_event;
    "attach-kprobe" to_event;
    "attach-kprobe-multi" to_event;
    "attach-ksyscall" to_event;
    "attach-uprobe" to_event;
    "attach-uprobe-multi" to_event;
    "attach-usdt" to_event;
    "attach-perf-event" to_clock;
    "attach-trace" to_own_event;
    "attach-lsm" to_own_event;
}

/// `(bpf:replace-function program other [function])`: puts a program of a section "freplace/FUNCTION" in the place
/// of a global function of another one, which is loaded; gives the link.
fn replace_function(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (session, program) = Handle::program(&args[0])?;
    let (other, target) = Handle::program(&args[1])?;
    let function = args.get(2).map(|function| name(interp, function)).transpose()?;
    let target = other.borrow_mut().program_fd(target).map_err(failed)?;
    let link =
        session.borrow_mut().replace_function(program, &target, function.as_deref()).map_err(failed)?;
    Ok(Handle::value(session, What::Link(link)))
}

/// `(attach-socket program socket)`: a filter of what the socket receives, or what chooses among the sockets of its
/// group; gives the link.
fn attach_socket(_: &mut Interp<'_>, args: &[Value]) -> Result {
    let (session, program) = Handle::program(&args[0])?;
    let socket = super::socket::fd(&args[1])?.try_clone().map_err(|error| Exit::error(error.to_string()))?;
    let link = session.borrow_mut().attach_socket(program, socket).map_err(failed)?;
    Ok(Handle::value(session, What::Link(link)))
}

/// Makes a target of what follows the program.
type Aim = fn(&mut Interp<'_>, &Session, &str, &[Value]) -> std::result::Result<Target, Exit>;

/// `(attach-… program argument… [:attach-type type] …)`
fn one(interp: &mut Interp<'_>, args: &[Value], aim: Aim) -> Result {
    let (session, program) = Handle::program(&args[0])?;
    let (rest, own) = attach_type(interp, &args[1..]);
    if let Some(wanted) = own {
        agrees(&session.borrow(), program, wanted)?;
    }
    let target = aim(interp, &session.borrow(), program, &rest)?;
    finish(&args[0], program, Some(&target))
}

/// The arguments without `:attach-type`, and its value.
fn attach_type<'v>(interp: &Interp<'_>, args: &'v [Value]) -> (Vec<Value>, Option<&'v Value>) {
    let is = |value: &Value| match value.kind {
        Kind::Keyword(keyword) => interp.names().text(keyword.folded) == "attach-type",
        _ => false,
    };
    match args.iter().position(is) {
        Some(at) => {
            let rest = args[..at].iter().chain(args.get(at + 2..).unwrap_or_default());
            (rest.cloned().collect(), args.get(at + 1))
        }
        None => (args.to_vec(), None),
    }
}

/// The arguments before the first keyword, as names, and those from it on.
pub fn positional<'v>(
    interp: &Interp<'_>,
    args: &'v [Value],
    most: usize,
) -> std::result::Result<(Vec<String>, &'v [Value]), Exit> {
    let end = args.iter().position(|arg| matches!(arg.kind, Kind::Keyword(_))).unwrap_or(args.len());
    if end > most {
        return Err(Exit::error(format!(
            "at most {most} arguments follow the program here, and {end} are given"
        )));
    }
    let names = args[..end].iter().map(|arg| match arg.kind {
        Kind::Int(number) => Ok(number.to_string()),
        _ => name(interp, arg),
    });
    Ok((names.collect::<std::result::Result<_, _>>()?, &args[end..]))
}

fn single(interp: &Interp<'_>, args: &[Value], what: &str) -> std::result::Result<String, Exit> {
    let (names, options) = positional(interp, args, 1)?;
    Keys::read(interp, options, &["attach-type"])?;
    names.into_iter().next().ok_or_else(|| Exit::error(format!("{what} is missing")))
}

fn to_cgroup(
    interp: &mut Interp<'_>,
    _: &Session,
    _: &str,
    args: &[Value],
) -> std::result::Result<Target, Exit> {
    cgroup(&single(interp, args, "the cgroup's path")?)
}

fn to_interface(
    interp: &mut Interp<'_>,
    _: &Session,
    _: &str,
    args: &[Value],
) -> std::result::Result<Target, Exit> {
    single(interp, args, "the name of a network interface").map(Target::interface)
}

fn to_map(
    interp: &mut Interp<'_>,
    _: &Session,
    _: &str,
    args: &[Value],
) -> std::result::Result<Target, Exit> {
    match args.first().map(Handle::map) {
        Some(Ok((_, map))) => Ok(Target::map(map)),
        _ => single(interp, args, "the map").map(Target::map),
    }
}

fn to_network(
    interp: &mut Interp<'_>,
    _: &Session,
    _: &str,
    args: &[Value],
) -> std::result::Result<Target, Exit> {
    Keys::read(interp, args, &["attach-type"])?;
    Ok(Target::Network)
}

/// `(attach-netfilter program [:hook :local-in] [:family :ipv4] [:priority 0] [:defragment t])`
fn to_netfilter(
    interp: &mut Interp<'_>,
    _: &Session,
    _: &str,
    args: &[Value],
) -> std::result::Result<Target, Exit> {
    let keys = Keys::read(interp, args, &["hook", "family", "priority", "defragment"])?;
    let text = |option: &str, otherwise: &str| {
        keys.get(option).map_or(Ok(otherwise.to_string()), |value| name(interp, value))
    };
    let (hook, family) = (text("hook", "local-in")?, text("family", "ipv4")?);
    let at = Way::ALL.iter().find(|(name, _)| *name == hook).map(|(_, way)| *way).ok_or_else(|| {
        let all: Vec<_> = Way::ALL.iter().map(|(name, _)| format!(":{name}")).collect();
        Exit::error(format!("netfilter has no hook `{hook}`; there are {}", all.join(", ")))
    })?;
    let ipv6 = match family.as_str() {
        "ipv4" => false,
        "ipv6" => true,
        other => return Err(Exit::error(format!("there is no family `{other}`; it is :ipv4 or :ipv6"))),
    };
    let priority = keys.number("priority", 0)?;
    Ok(Target::Netfilter(NetfilterHook { ipv6, at, priority, defragment: keys.is("defragment") }))
}

/// The program's own section, with what it is attached to in the place of what stands there.
fn event(
    session: &Session,
    program: &str,
    parts: &[String],
    glue: &str,
) -> std::result::Result<Target, Exit> {
    let spec = session.spec().program(program).map_err(|error| failed(error.into()))?;
    Ok(Target::Event(match spec.row.filter(|_| !parts.is_empty()) {
        Some(row) => format!("{}/{}", row.name, parts.join(glue)),
        None => spec.section.clone(),
    }))
}

/// `(attach-uprobe program "path" "function")`, `(attach-tracepoint program "category" "event")`:
/// without arguments what the section names.
fn to_event(
    interp: &mut Interp<'_>,
    session: &Session,
    program: &str,
    args: &[Value],
) -> std::result::Result<Target, Exit> {
    let (parts, options) = positional(interp, args, 3)?;
    Keys::read(interp, options, &["attach-type"])?;
    let row = session.spec().program(program).ok().and_then(|spec| spec.row);
    let tracepoint = row.is_some_and(|row| row.ty == ProgramType::Tracepoint);
    event(session, program, &parts, if tracepoint { "/" } else { ":" })
}

/// `(attach-perf-event program [:frequency hertz])`
fn to_clock(
    interp: &mut Interp<'_>,
    session: &Session,
    program: &str,
    args: &[Value],
) -> std::result::Result<Target, Exit> {
    let keys = Keys::read(interp, args, &["frequency"])?;
    let frequency = keys.get("frequency").map(|_| keys.number::<u32>("frequency", 0)).transpose()?;
    let parts: Vec<_> = frequency.iter().map(u32::to_string).collect();
    event(session, program, &parts, "")
}

/// Programs that are loaded for what they are attached to.
fn to_own_event(
    interp: &mut Interp<'_>,
    session: &Session,
    program: &str,
    args: &[Value],
) -> std::result::Result<Target, Exit> {
    Keys::read(interp, args, &["attach-type"])?;
    event(session, program, &[], "")
}

/// `(bpf:iterate program [:map map | :process pid | :thread tid])`: what an iterator writes.
fn iterate(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    let (session, program) = Handle::program(&args[0])?;
    let keys = Keys::read(interp, &args[1..], &["map", "process", "thread"])?;
    let over = match (keys.get("map"), keys.get("process"), keys.get("thread")) {
        (Some(map), ..) => Over::Map(Handle::map(map)?.1.to_string()),
        (_, Some(_), _) => Over::Process(keys.number("process", 0)?),
        (.., Some(_)) => Over::Thread(keys.number("thread", 0)?),
        _ => Over::All,
    };
    let bytes = session.borrow_mut().iterate_over(program, &over).map_err(failed)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned().into())
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
    let keys = Keys::read(interp, rest, &["cgroup-path", "cgroup", "map", "interface"])?;
    let path = keys.get("cgroup-path").or(keys.get("cgroup"));
    match (place, keys.get("map"), path, keys.get("interface")) {
        (Some(place), ..) => match Handle::map(place) {
            Ok((_, map)) => Ok(Some(Target::map(map))),
            Err(_) => place_named(&name(interp, place)?).map(Some),
        },
        (_, Some(map), ..) => match Handle::map(map) {
            Ok((_, map)) => Ok(Some(Target::map(map))),
            Err(_) => Ok(Some(Target::map(name(interp, map)?))),
        },
        (.., Some(path), _) => cgroup(&name(interp, path)?).map(Some),
        (.., Some(interface)) => Ok(Some(Target::interface(name(interp, interface)?))),
        _ => Ok(None),
    }
}

/// A path is a cgroup's, and a bare name an interface's.
fn place_named(text: &str) -> std::result::Result<Target, Exit> {
    match text.contains('/') {
        true => cgroup(text),
        false => Ok(Target::interface(text)),
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

/// `(bpf:detach link)`; of a program, all its links. Whether anything was attached.
fn detach(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    match Handle::of(&args[0]) {
        Some(Handle { session, what: What::Link(link) }) => {
            let there = session.borrow_mut().detach(*link).map_err(failed)?;
            Ok(interp.truth(there))
        }
        Some(Handle { session, what: What::Program(program) }) => {
            let mut session = session.borrow_mut();
            let own: Vec<_> = session.links().filter(|(_, of)| of == program).map(|(link, _)| link).collect();
            for link in &own {
                session.detach(*link).map_err(failed)?;
            }
            Ok(interp.truth(!own.is_empty()))
        }
        _ => Err(wanted("a link or a program", &args[0])),
    }
}
