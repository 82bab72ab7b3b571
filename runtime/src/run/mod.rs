//! Running loaded programs without attaching them.
//!
//! A packet and the fields of a context go in; the value, the packet and the fields afterwards come out.
//! What a type takes is the catalogue's ([`test_run`](bpfl_stdlib::catalog::test_run)); always holds: what
//! it does not take is refused here, with its name, and not by the kernel's EINVAL.

mod context;

use std::{
    fs::File,
    io,
    io::Read,
    os::fd::{AsFd, BorrowedFd},
};

use bpfl_stdlib::catalog::{
    attach::TRACE_ITER,
    test_run::{self as catalog, TestRun},
};

pub use context::Context;
pub use sys::{Input, Output};

use crate::{
    name,
    spec::ProgramSpec,
    sys::{self, Takes},
    value::Value,
    vm::Machine,
};

pub use crate::vm::Trap;

/// Why a program could not be run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It is no iterator.
    #[error("`{program}` is no iterator, whose section is `iter/…`")]
    NoIterator {
        /// The program.
        program: String,
    },
    /// Programs of its type are run by their events alone.
    #[error(
        "the kernel does not run `{program}` on request: programs of type {program_type} run when {event}"
    )]
    NoTestRun {
        /// The program.
        program: String,
        /// Its type.
        program_type: &'static str,
        /// What makes it run.
        event: &'static str,
    },
    /// A packet that is too short, or none is taken.
    #[error("`{program}` is run on {wanted}, and {given} bytes are given")]
    Packet {
        /// The program.
        program: String,
        /// What its type takes.
        wanted: String,
        /// How many bytes there are.
        given: usize,
    },
    /// A field that cannot be given.
    #[error("`{field}` of the context of `{program}` cannot be given; {advice}")]
    Field {
        /// The program.
        program: String,
        /// The field.
        field: String,
        /// Which can.
        advice: String,
    },
    /// A value that does not suit its field.
    #[error("`{value}` does not suit `{field}` of the context of `{program}`, {wanted}")]
    FieldValue {
        /// The program.
        program: String,
        /// The field.
        field: String,
        /// The value.
        value: String,
        /// What the field is.
        wanted: String,
    },
    /// A context in another form than the type's.
    #[error("the context of `{program}` is given as {wanted}")]
    Context {
        /// The program.
        program: String,
        /// How.
        wanted: &'static str,
    },
    /// It cannot be run several times.
    #[error("programs of the type of `{program}` are run once at a time, not {repeat} times")]
    Repeat {
        /// The program.
        program: String,
        /// How often it was to be run.
        repeat: u32,
    },
    /// What the userspace VM does not have.
    #[error("`{program}` cannot be run in userspace, for the VM there has no {what}; the kernel runs it")]
    NotInVm {
        /// The program.
        program: String,
        /// What it does not have.
        what: String,
    },
    /// It came to no end in the userspace VM.
    #[error("`{program}` did not come to its end{place}: {trap}")]
    Trap {
        /// The program.
        program: String,
        /// Where, as far as that is known: ` at FILE:LINE`.
        place: String,
        /// What happened.
        trap: Trap,
    },
    /// The kernel refused.
    #[error("the kernel did not run `{program}` ({source})")]
    Kernel {
        /// The program.
        program: String,
        /// The kernel's reason.
        source: io::Error,
    },
}

/// What a program is run on.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// The packet, from its link layer's header on.
    pub data: Vec<u8>,
    /// The context.
    pub context: Context,
    /// How often, at least once.
    pub repeat: u32,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Ran {
    /// What the program returned; C's `int`.
    pub value: i32,
    /// The packet afterwards, or what the program made instead of it.
    pub data: Vec<u8>,
    /// The context afterwards.
    pub context: Context,
    /// Nanoseconds of one run.
    pub nanoseconds: u32,
}

/// Room for packets to grow into.
const ROOM: usize = 4096;
/// `ENOTSUPP`, which userspace has no name for: the type has no `test_run`.
const NOT_SUPPORTED: i32 = 524;

fn row(spec: &ProgramSpec) -> Result<Option<&'static TestRun>, RunError> {
    let Some(section) = spec.row else { return Ok(None) };
    let none = || no_test_run(spec);
    catalog::of(section.ty).map(Some).ok_or_else(none)
}

fn no_test_run(spec: &ProgramSpec) -> RunError {
    let kind = spec.row.and_then(|row| row.target_kind());
    let (program_type, event) = (spec.row.map_or("", |row| row.program_type), context::event(kind));
    RunError::NoTestRun { program: spec.name.clone(), program_type, event }
}

/// What runs a program.
#[derive(Clone, Copy, Debug)]
pub(crate) enum On<'a> {
    /// The kernel, which has loaded it.
    Kernel(BorrowedFd<'a>),
    /// The userspace VM.
    Vm(&'a Machine),
}

/// Runs `program` on bytes, as they are.
pub(crate) fn test_run(spec: &ProgramSpec, on: On<'_>, input: &Input<'_>) -> Result<Output, RunError> {
    let row = row(spec)?;
    let program = match on {
        On::Kernel(program) => program,
        On::Vm(machine) => {
            let row = row.ok_or_else(|| no_test_run(spec))?;
            return machine.run(spec, row, input).map_err(|trap| trapped(spec, trap));
        }
    };
    let takes = Takes { output: row.is_none_or(|row| row.output), repeat: row.is_none_or(|row| row.repeat) };
    sys::test_run(program, input, takes).map_err(|source| match source.raw_os_error() {
        Some(NOT_SUPPORTED) => no_test_run(spec),
        _ => RunError::Kernel { program: spec.name.clone(), source },
    })
}

/// Runs `program` on a packet and the fields of a context.
pub(crate) fn run(spec: &ProgramSpec, on: On<'_>, of: &Run) -> Result<Ran, RunError> {
    let row = row(spec)?.ok_or_else(|| no_test_run(spec))?;
    check(spec, row, of)?;
    let context = context::encode(spec, row, &of.context, of.data.len())?;
    let room = if row.packet.is_some() && row.output { ROOM } else { 0 };
    let input = Input { data: &of.data, context: &context, repeat: of.repeat, room };
    let output = test_run(spec, on, &input)?;
    Ok(Ran {
        value: output.value.cast_signed(),
        context: context::decode(spec, row, &output.context),
        data: output.data,
        nanoseconds: output.nanoseconds,
    })
}

/// What ended a run in the userspace VM.
fn trapped(spec: &ProgramSpec, trap: Trap) -> RunError {
    let program = spec.name.clone();
    if let Some(what) = trap.missing() {
        return RunError::NotInVm { program, what: what.into() };
    }
    let line = trap.slot_in(&spec.name).and_then(|slot| {
        let after = spec.lines.partition_point(|line| line.slot <= slot);
        after.checked_sub(1).map(|index| &spec.lines[index])
    });
    let place = line.map(|line| format!(" at {}:{}", line.file, line.line)).unwrap_or_default();
    RunError::Trap { program, place, trap }
}

fn check(spec: &ProgramSpec, row: &TestRun, of: &Run) -> Result<(), RunError> {
    let packet =
        |wanted: String| RunError::Packet { program: spec.name.clone(), wanted, given: of.data.len() };
    match row.packet {
        Some(least) if of.data.len() < least => Err(packet(format!("a packet of at least {least} bytes"))),
        None if !of.data.is_empty() => Err(packet("a context alone, without a packet".into())),
        _ if of.repeat > 1 && !row.repeat => {
            Err(RunError::Repeat { program: spec.name.clone(), repeat: of.repeat })
        }
        _ => Ok(()),
    }
}

/// What an iterator goes over.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Over {
    /// All there is of its kind.
    #[default]
    All,
    /// The entries of the object's map of this name, for `iter/bpf_map_elem`.
    Map(String),
    /// The threads of the process with this id, for `iter/task` and its like.
    Process(u32),
    /// The thread with this id.
    Thread(u32),
}

pub(crate) fn iterate(
    spec: &ProgramSpec,
    program: impl AsFd,
    over: Option<[u32; 4]>,
) -> Result<Vec<u8>, RunError> {
    if !spec.is_iterator() {
        return Err(RunError::NoIterator { program: spec.name.clone() });
    }
    let read = || {
        let link = sys::link_iterator(program, TRACE_ITER.number, over.as_ref())?;
        let mut bytes = Vec::new();
        File::from(sys::iterator(&link)?).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|source| RunError::Kernel { program: spec.name.clone(), source })
}
