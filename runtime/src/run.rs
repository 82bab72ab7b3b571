//! Running loaded programs without attaching them.

use std::{fs::File, io, io::Read, os::fd::AsFd};

use bpfl_stdlib::catalog::{attach::TRACE_ITER, program::ProgramType};

use crate::{
    spec::ProgramSpec,
    sys::{self, Takes},
};
pub use sys::{Input, Output};

/// Why a program could not be run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It is no iterator.
    #[error("`{program}` is no iterator, whose section is `iter/…`")]
    NoIterator {
        /// The program.
        program: String,
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

/// Programs that are run for their value alone (`bpf_prog_test_run_raw_tp` of net/bpf/test_run.c and
/// its neighbours refuse room for output).
const WITHOUT_OUTPUT: &[ProgramType] = &[
    ProgramType::RawTracepoint,
    ProgramType::RawTracepointWritable,
    ProgramType::Tracing,
    ProgramType::SkLookup,
    ProgramType::Netfilter,
    ProgramType::Syscall,
];
/// Programs that are run once.
const ONCE: &[ProgramType] = &[
    ProgramType::RawTracepoint,
    ProgramType::RawTracepointWritable,
    ProgramType::Tracing,
    ProgramType::Syscall,
];

pub(crate) fn test_run(
    spec: &ProgramSpec,
    program: impl AsFd,
    input: &Input<'_>,
) -> Result<Output, RunError> {
    let among = |types: &[ProgramType]| spec.row.is_some_and(|row| types.contains(&row.ty));
    let takes = Takes { output: !among(WITHOUT_OUTPUT), repeat: !among(ONCE) };
    let failed = |source| RunError::Kernel { program: spec.name.clone(), source };
    sys::test_run(program, input, takes).map_err(failed)
}

pub(crate) fn iterate(spec: &ProgramSpec, program: impl AsFd) -> Result<Vec<u8>, RunError> {
    if spec.row.and_then(|row| row.attach_type) != Some(&TRACE_ITER) {
        return Err(RunError::NoIterator { program: spec.name.clone() });
    }
    let read = || {
        let link = sys::link(program, 0, TRACE_ITER.number, 0)?;
        let mut bytes = Vec::new();
        File::from(sys::iterator(&link)?).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|source| RunError::Kernel { program: spec.name.clone(), source })
}
