//! Attaching to events: tracepoints, probes of kernel and user functions, and ticks of a clock.
//!
//! What an event is comes from the program's section, as libbpf reads it. Always holds: each
//! attachment is a link, which the kernel removes with the process.

use std::{
    ffi::CString,
    fs, io,
    os::fd::{AsFd, AsRawFd, OwnedFd},
    path::Path,
};

use bpfl_stdlib::catalog::{
    attach::{AttachType, PERF_EVENT, TargetKind},
    program::ProgramType,
    section::Section,
};
use object::{Object, ObjectSegment, ObjectSymbol};

use super::{AttachError, tracefs};
use crate::{
    spec::ProgramSpec,
    sys::{self, Event},
};

/// Ticks in a second for programs in section `perf_event`: not a divisor of what the machine does
/// regularly.
const HERTZ: u64 = 99;

/// Where kinds of probes are described.
const PROBES: &str = "/sys/bus/event_source/devices";

/// Attaches the loaded `program` to what the section of `spec` names.
pub(super) fn attach(
    spec: &ProgramSpec,
    row: &Section,
    program: impl AsFd,
) -> Result<Vec<OwnedFd>, AttachError> {
    let program = program.as_fd();
    let failed = |source| refused(spec, source);
    let target = || row.target_of(&spec.section).filter(|target| !target.is_empty());
    let named =
        || target().ok_or_else(|| AttachError::NoEvent { program: spec.name.clone(), section: row.name });
    let one = match (row.target_kind(), row.ty) {
        (_, ProgramType::RawTracepoint | ProgramType::RawTracepointWritable) => {
            let name = text(spec, named()?)?;
            sys::open_raw_tracepoint(program, Some(&name))
        }
        (Some(TargetKind::Tracepoint), ProgramType::Tracepoint) => {
            let id = tracefs::id(named()?).map_err(|source| unknown(spec, source))?;
            perf(program, Event::Tracepoint(id))
        }
        (Some(TargetKind::PerfEvent), _) => return clocks(program).map_err(failed),
        (Some(TargetKind::KernelFunctions), _) => {
            let (function, offset) = split_offset(named()?);
            let function = text(spec, function)?;
            probe(spec, row, "kprobe", &function, offset, program)
        }
        (Some(TargetKind::UserFunctions), _) => {
            let (path, offset) = user_function(spec, named()?)?;
            probe(spec, row, "uprobe", &path, offset, program)
        }
        // They were loaded for what they are attached to.
        _ => sys::open_raw_tracepoint(program, None),
    };
    one.map(|link| vec![link]).map_err(failed)
}

/// What can be attached so: the other probes need more than one event.
pub(super) fn supported(row: &Section) -> bool {
    let plain = row.attach_type.is_none_or(|at: &AttachType| !at.name.contains("probe"));
    let odd = ["usdt", "usdt.s", "ksyscall", "kretsyscall"];
    let kind = row.target_kind();
    plain && !odd.contains(&row.name) && kind.is_some_and(|kind| kind != TargetKind::Iterator)
}

fn perf(program: impl AsFd, event: Event<'_>) -> io::Result<OwnedFd> {
    perf_on(program, event, 0)
}

/// The link holds the event, so that the event's own descriptor is not needed.
fn perf_on(program: impl AsFd, event: Event<'_>, cpu: i32) -> io::Result<OwnedFd> {
    let event = sys::open_event(event, cpu)?;
    let link = sys::link(program, event.as_raw_fd() as u32, PERF_EVENT.number, 0)?;
    sys::enable_event(&event)?;
    Ok(link)
}

/// A clock on each CPU.
fn clocks(program: impl AsFd) -> io::Result<Vec<OwnedFd>> {
    let cpus = aya::util::online_cpus().map_err(|(_, error)| error)?;
    cpus.into_iter().map(|cpu| perf_on(program.as_fd(), Event::Clock(HERTZ), cpu as i32)).collect()
}

fn probe(
    spec: &ProgramSpec,
    row: &Section,
    kind: &'static str,
    place: &CString,
    offset: u64,
    program: impl AsFd,
) -> io::Result<OwnedFd> {
    let number = fs::read_to_string(format!("{PROBES}/{kind}/type"))
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .ok_or_else(|| {
            io::Error::other(format!("this kernel has no {kind} events, which `{}` needs", spec.name))
        })?;
    let at_return = row.name.starts_with("kret") || row.name.starts_with("uret");
    let config = if at_return { return_flag(kind) } else { 0 };
    perf(program, Event::Probe(number, config, place, offset))
}

/// The bit of `config` that says "when it returns": the file has `config:0`.
fn return_flag(kind: &str) -> u64 {
    let text = fs::read_to_string(format!("{PROBES}/{kind}/format/retprobe")).unwrap_or_default();
    let bit = text.trim().strip_prefix("config:").and_then(|bit| bit.parse::<u32>().ok());
    1 << bit.unwrap_or(0).min(63)
}

/// `function+0x10` as the function and the offset.
fn split_offset(target: &str) -> (&str, u64) {
    let number = |text: &str| match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    };
    match target.rsplit_once('+').map(|(name, offset)| (name, number(offset))) {
        Some((name, Some(offset))) => (name, offset),
        _ => (target, 0),
    }
}

/// `PATH:FUNCTION[+OFFSET]` as the file and the place in it.
fn user_function(spec: &ProgramSpec, target: &str) -> Result<(CString, u64), AttachError> {
    let wrong =
        |why: String| AttachError::UserFunction { program: spec.name.clone(), target: target.into(), why };
    let (path, function) = target.rsplit_once(':').ok_or_else(|| {
        wrong("it is written `uprobe/PATH:FUNCTION`, as in `uprobe//bin/bash:readline`".into())
    })?;
    let (function, offset) = split_offset(function);
    let bytes =
        fs::read(Path::new(path)).map_err(|error| wrong(format!("`{path}` cannot be read ({error})")))?;
    let file =
        object::File::parse(&*bytes).map_err(|error| wrong(format!("`{path}` is no ELF file ({error})")))?;
    let place = place_of(&file, function)
        .ok_or_else(|| wrong(format!("`{path}` has no function `{function}`; `nm -D {path}` lists some")))?;
    Ok((text(spec, path)?, place + offset))
}

/// Where in the file a function starts.
fn place_of(file: &object::File<'_>, function: &str) -> Option<u64> {
    let mut symbols = file.symbols().chain(file.dynamic_symbols());
    let found = symbols.find(|symbol| symbol.is_definition() && symbol.name() == Ok(function))?;
    let address = found.address();
    file.segments().find_map(|segment| {
        let (start, _) = segment.file_range();
        let inside = (segment.address()..segment.address() + segment.size()).contains(&address);
        inside.then(|| address - segment.address() + start)
    })
}

fn text(spec: &ProgramSpec, name: &str) -> Result<CString, AttachError> {
    CString::new(name).map_err(|error| unknown(spec, error.into()))
}

fn unknown(spec: &ProgramSpec, source: io::Error) -> AttachError {
    AttachError::Event { program: spec.name.clone(), section: spec.section.clone(), source }
}

fn refused(spec: &ProgramSpec, source: io::Error) -> AttachError {
    match source.raw_os_error() {
        Some(libc::ENOENT) => unknown(spec, source),
        Some(libc::EPERM | libc::EACCES) => {
            let needed = crate::host::capability::TRACE;
            AttachError::NotPermitted {
                program: spec.name.clone(),
                advice: crate::host::capability::advice(needed),
            }
        }
        _ => AttachError::Kernel { program: spec.name.clone(), source },
    }
}
