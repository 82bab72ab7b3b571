//! Attaching to events: tracepoints, probes of kernel and user functions, and ticks of a clock.
//!
//! What an event is comes from the program's section, as libbpf reads it, or from whoever attaches it,
//! in the same words. Always holds: each attachment is a link, which the kernel removes with the process.

use std::{
    ffi::CString,
    fs, io,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
};

use bpfl_stdlib::catalog::{
    attach::{AttachType, PERF_EVENT, TRACE_KPROBE_MULTI, TRACE_UPROBE_MULTI, TargetKind},
    program::ProgramType,
    section::Section,
};

use super::{
    AttachError,
    places::{self, Offset},
};
use crate::{
    spec::ProgramSpec,
    sys::{self, Event, Multi},
    tracefs,
};

/// Ticks in a second for programs in section `perf_event`: not a divisor of what the machine does
/// regularly.
const HERTZ: u64 = 99;

/// Where kinds of probes are described.
const PROBES: &str = "/sys/bus/event_source/devices";

/// What system calls are called in the kernel (arch/x86/include/asm/syscall_wrapper.h and its like).
const SYSTEM_CALL: &str = match () {
    () if cfg!(target_arch = "x86_64") => "__x64_sys_",
    () if cfg!(target_arch = "aarch64") => "__arm64_sys_",
    () => "sys_",
};

/// What is attached to which event.
struct Attaching<'a> {
    spec: &'a ProgramSpec,
    row: &'a Section,
    /// The event, as a section has it.
    event: &'a str,
    program: BorrowedFd<'a>,
}

type Links = Result<Vec<OwnedFd>, AttachError>;

/// Attaches the loaded `program` to `event`, which is written as a section.
pub(super) fn attach(spec: &ProgramSpec, row: &Section, event: &str, program: impl AsFd) -> Links {
    let of = Attaching { spec, row, event, program: program.as_fd() };
    match (row.target_kind(), row.ty) {
        (_, ProgramType::RawTracepoint | ProgramType::RawTracepointWritable) => of.raw_tracepoint(),
        (Some(TargetKind::Tracepoint), ProgramType::Tracepoint) => of.tracepoint(),
        (Some(TargetKind::PerfEvent), _) => of.clocks(),
        (Some(TargetKind::KernelFunctions), _) if is_multi(row) => of.kernel_functions(),
        (Some(TargetKind::KernelFunctions), _) => of.kernel_function(),
        (Some(TargetKind::UserFunctions), _) if row.name.starts_with("usdt") => of.user_probe(),
        (Some(TargetKind::UserFunctions), _) => of.user_functions(),
        // They were loaded for what they are attached to.
        _ => of.one(sys::open_raw_tracepoint(of.program, None)),
    }
}

/// What can be attached so: iterators are read, and the kernel calls tables of functions.
pub(super) fn supported(row: &Section) -> bool {
    let kind = row.target_kind();
    kind.is_some_and(|kind| kind != TargetKind::Iterator && kind != TargetKind::StructOps)
}

/// Whether programs are attached to many functions at once.
fn is_multi(row: &Section) -> bool {
    row.attach_type.is_some_and(|at: &AttachType| at.name.contains("probe"))
}

impl Attaching<'_> {
    fn at_return(&self) -> bool {
        self.row.name.starts_with("kret") || self.row.name.starts_with("uret")
    }

    fn one(&self, link: io::Result<OwnedFd>) -> Links {
        link.map(|link| vec![link]).map_err(|source| self.refused(source))
    }

    fn named(&self) -> Result<&str, AttachError> {
        let named = self.row.target_of(self.event).filter(|target| !target.is_empty());
        named.ok_or_else(|| AttachError::NoEvent { program: self.spec.name.clone(), section: self.row.name })
    }

    fn text(&self, name: &str) -> Result<CString, AttachError> {
        CString::new(name).map_err(|error| self.unknown(error.into()))
    }

    fn raw_tracepoint(&self) -> Links {
        let name = self.text(self.named()?)?;
        self.one(sys::open_raw_tracepoint(self.program, Some(&name)))
    }

    fn tracepoint(&self) -> Links {
        let id = tracefs::id(self.named()?).map_err(|source| self.unknown(source))?;
        self.one(perf(self.program, Event::Tracepoint(id), 0))
    }

    /// A clock on each CPU; `perf_event/1000` ticks so often in a second.
    fn clocks(&self) -> Links {
        let hertz = self.row.target_of(self.event).and_then(|hertz| hertz.parse().ok()).unwrap_or(HERTZ);
        let all = || -> io::Result<Vec<OwnedFd>> {
            let cpus = aya::util::online_cpus().map_err(|(_, error)| error)?;
            cpus.into_iter().map(|cpu| perf(self.program, Event::Clock(hertz), cpu as i32)).collect()
        };
        all().map_err(|source| self.refused(source))
    }

    fn kernel_function(&self) -> Links {
        let (function, offset) = places::split_offset(self.named()?);
        let call = self.row.name.contains("syscall");
        let name = if call { format!("{SYSTEM_CALL}{function}") } else { function.into() };
        let name = self.text(&name)?;
        let return_flag = call && self.row.name.starts_with("kret") || self.at_return();
        self.one(probe("kprobe", return_flag, &name, offset, 0, self.program))
    }

    fn kernel_functions(&self) -> Links {
        let pattern = self.named()?;
        let names = match pattern.contains(['*', '?']) {
            true => tracefs::functions(|name| places::matches(pattern, name)).map_err(|e| self.unknown(e))?,
            false => vec![pattern.to_string()],
        };
        if names.is_empty() {
            return Err(self.unknown(io::ErrorKind::NotFound.into()));
        }
        let names = names.iter().map(|name| self.text(name)).collect::<Result<Vec<_>, _>>()?;
        let at = self.row.attach_type.unwrap_or(&TRACE_KPROBE_MULTI).number;
        self.one(sys::link_multi(self.program, at, &Multi::Kernel(&names), self.at_return()))
    }

    fn wrong(&self, why: String) -> AttachError {
        let target = self.row.target_of(self.event).unwrap_or_default().into();
        AttachError::UserFunction { program: self.spec.name.clone(), target, why }
    }

    fn user_functions(&self) -> Links {
        let how = "it is written `uprobe/PATH:FUNCTION`, as in `uprobe//bin/bash:readline`";
        let (path, function) = self.named()?.rsplit_once(':').ok_or_else(|| self.wrong(how.into()))?;
        let places = places::functions(path, function).map_err(|why| self.wrong(why))?;
        if !is_multi(self.row) {
            return self.each(path, &places[..1]);
        }
        let (file, codes) = (self.text(path)?, places.iter().map(|place| place.code).collect::<Vec<_>>());
        let at = self.row.attach_type.unwrap_or(&TRACE_UPROBE_MULTI).number;
        self.one(sys::link_multi(self.program, at, &Multi::User(&file, &codes), self.at_return()))
    }

    fn user_probe(&self) -> Links {
        let how = "it is written `usdt/PATH:PROVIDER:NAME`, as in `usdt//usr/lib/libc.so.6:libc:setjmp`";
        let target = self.named()?;
        let parts = target.rsplit_once(':').and_then(|(rest, name)| Some((rest.rsplit_once(':')?, name)));
        let ((path, provider), name) = parts.ok_or_else(|| self.wrong(how.into()))?;
        let places = places::probes(path, provider, name).map_err(|why| self.wrong(why))?;
        self.each(path, &places)
    }

    /// A link for each place.
    fn each(&self, path: &str, places: &[Offset]) -> Links {
        let file = self.text(path)?;
        let link = |place: &Offset| {
            probe("uprobe", self.at_return(), &file, place.code, place.semaphore, self.program)
        };
        let links = places.iter().map(link).collect::<io::Result<_>>();
        links.map_err(|source| self.refused(source))
    }

    fn unknown(&self, source: io::Error) -> AttachError {
        AttachError::Event { program: self.spec.name.clone(), section: self.event.into(), source }
    }

    fn refused(&self, source: io::Error) -> AttachError {
        match source.raw_os_error() {
            Some(libc::ENOENT) => self.unknown(source),
            Some(libc::EPERM | libc::EACCES) => {
                let needed = crate::host::capability::TRACE;
                let advice = crate::host::capability::advice(needed);
                AttachError::NotPermitted { program: self.spec.name.clone(), advice }
            }
            _ => AttachError::Kernel { program: self.spec.name.clone(), source },
        }
    }
}

/// The link holds the event, so that the event's own descriptor is not needed.
fn perf(program: impl AsFd, event: Event<'_>, cpu: i32) -> io::Result<OwnedFd> {
    let event = sys::open_event(event, cpu)?;
    let link = sys::link(program, event.as_raw_fd() as u32, PERF_EVENT.number, 0)?;
    sys::enable_event(&event)?;
    Ok(link)
}

/// The bits of `config` that say where the counter of a place is: the file has `config:32-63`.
const SEMAPHORE_SHIFT: u32 = 32;

fn probe(
    kind: &'static str,
    at_return: bool,
    place: &CString,
    offset: u64,
    semaphore: u64,
    program: impl AsFd,
) -> io::Result<OwnedFd> {
    let number = fs::read_to_string(format!("{PROBES}/{kind}/type"))
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .ok_or_else(|| io::Error::other(format!("this kernel has no {kind} events")))?;
    let config = if at_return { return_flag(kind) } else { 0 } | semaphore << SEMAPHORE_SHIFT;
    perf(program, Event::Probe(number, config, place, offset), 0)
}

/// The bit of `config` that says "when it returns": the file has `config:0`.
fn return_flag(kind: &str) -> u64 {
    let text = fs::read_to_string(format!("{PROBES}/{kind}/format/retprobe")).unwrap_or_default();
    let bit = text.trim().strip_prefix("config:").and_then(|bit| bit.parse::<u32>().ok());
    1 << bit.unwrap_or(0).min(63)
}
