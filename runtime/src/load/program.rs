//! Giving a linked program to the kernel, as the catalogue's row for its section says.

use std::{
    ffi::CString,
    io,
    os::fd::{BorrowedFd, OwnedFd},
};

use bpfl_stdlib::catalog::{attach::TargetKind, section::Section};

use super::{
    LoadError,
    kernel::{Kernel, Symbol},
    link::Linked,
    replace::Function,
    statistics::{Statistics, Tell},
    tables::Place,
};
use crate::{
    btf::ext::Table,
    insn::Insn,
    spec::{ObjectSpec, ProgramSpec},
    sys::{self, Described, LogLevel, Program, Records, flag},
};

/// Room for the end of the verifier's log.
const LOG_BYTES: usize = 1 << 20;

/// Room for what the verifier says of a program that it takes: a few lines.
const STATISTICS_BYTES: usize = 1 << 14;

/// The kernel's refusal, and its log.
pub(super) struct Refusal {
    pub(super) error: io::Error,
    pub(super) log: String,
}

/// What programs of an object are loaded with.
pub(super) struct Loader<'l> {
    pub(super) object: &'l ObjectSpec,
    pub(super) kernel: &'l Kernel,
    /// The object's types in the kernel.
    pub(super) types: Option<BorrowedFd<'l>>,
}

impl Loader<'_> {
    /// Loads the program `spec`, whose code is `linked`; `place` is what it is for in a table, `function` what it replaces. Who wants
    /// to know is told how much work that was for the verifier.
    pub(super) fn load(
        &self,
        spec: &ProgramSpec,
        row: &Section,
        (place, function): (Option<Place>, Option<&Function<'_>>),
        linked: &Linked,
        statistics: Option<Tell>,
    ) -> Result<Result<OwnedFd, Refusal>, LoadError> {
        let license = CString::new(self.object.license.replace('\0', "")).unwrap_or_default();
        let instructions: Vec<u64> = linked.insns.iter().copied().map(Insn::word).collect();
        let attach_type = row.attach_type.map_or(0, |at| at.number);
        let program = Program {
            program_type: row.ty.row().number,
            attach_type: place.map_or(attach_type, |place| place.member),
            flags: flags(row),
            attach_btf_id: match (place, function) {
                (Some(place), _) => place.id,
                (None, Some(function)) => function.numbers().1,
                (None, None) => self.target(spec, row)?,
            },
            attach_to: function.map_or(0, |function| function.numbers().0),
            name: &spec.name,
            license: &license,
            instructions: &instructions,
            described: self.types.map(|btf| self.described(btf, linked)),
        };
        // The log costs time, and is of interest only when there is a refusal.
        let loaded = match statistics {
            Some(tell) => with_statistics(&program).map(|(loaded, work)| {
                tell(spec, &work);
                loaded
            }),
            None => sys::load_program(&program),
        };
        Ok(loaded.map_err(|error| asked_again(&program, error)))
    }

    fn described<'r>(&self, btf: BorrowedFd<'r>, linked: &'r Linked) -> Described<'r> {
        fn records<'w>(table: &Table, words: &'w [u32]) -> Records<'w> {
            Records { words, size: table.record_bytes() }
        }
        let ext = &self.object.types.ext;
        Described {
            btf,
            functions: records(&ext.functions, &linked.records.functions),
            lines: records(&ext.lines, &linked.records.lines),
            relocations: records(&ext.relocations, &linked.records.relocations),
        }
    }

    /// The id of what the program is for, in the kernel's BTF.
    fn target(&self, spec: &ProgramSpec, row: &Section) -> Result<u32, LoadError> {
        let Some(prefix) = row.btf_prefix() else { return Ok(0) };
        let name = format!("{prefix}{}", row.target_of(&spec.section).unwrap_or_default());
        let symbol = match row.target_kind() {
            Some(TargetKind::Tracepoint) => Symbol::Typedef,
            _ => Symbol::Function,
        };
        self.kernel.find(&name, symbol)?.ok_or_else(|| LoadError::NoTarget {
            program: spec.name.clone(),
            section: spec.section.clone(),
            name,
        })
    }
}

fn with_statistics(program: &Program<'_>) -> io::Result<(OwnedFd, Statistics)> {
    let mut log = vec![0; STATISTICS_BYTES];
    let loaded = sys::load_logged(program, LogLevel::Statistics, &mut log)?;
    Ok((loaded, Statistics::read(&sys::text(&log))))
}

/// Why a program was refused: it is loaded once more, with room for the end of the verifier's log. When
/// the log did not fit, this fails with that; what it was refused for, the first attempt has said.
fn asked_again(program: &Program<'_>, error: io::Error) -> Refusal {
    let mut log = vec![0; LOG_BYTES];
    // It may be taken this time only if something else changed meanwhile: then the refusal is no more.
    drop(sys::load_logged(program, LogLevel::Instructions, &mut log));
    Refusal { error, log: sys::text(&log) }
}

fn flags(row: &Section) -> u32 {
    let sleepable = if row.sleepable { flag("BPF_F_SLEEPABLE") } else { 0 };
    let fragments = if row.frags { flag("BPF_F_XDP_HAS_FRAGS") } else { 0 };
    sleepable | fragments
}
