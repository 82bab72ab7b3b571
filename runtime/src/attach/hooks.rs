//! What a program is attached as and to, by its section: facts of the catalogue, for what is given.

use bpfl_stdlib::catalog::{
    attach::{AttachType, TCX_EGRESS, TCX_INGRESS, TargetKind},
    program::ProgramType,
    section::Section,
};

use super::{AttachError, Direction, Target, error, events, socket};
use crate::spec::ProgramSpec;

/// What kind of target a program is attached to, by its section.
pub(crate) fn target_kind(spec: &ProgramSpec) -> Result<TargetKind, AttachError> {
    let row = spec.row.ok_or_else(|| error::unknown_section(spec))?;
    let unsupported = || AttachError::Unsupported {
        program: spec.name.clone(),
        program_type: row.program_type,
        way: otherwise(spec, row),
    };
    let of_attach_types = row.ty.row().attach.iter().any(|at| plain(at.target));
    if socket::is_for(spec) {
        return Err(AttachError::OfSocket { program: spec.name.clone() });
    }
    match row.target_kind() {
        Some(kind) if plain(kind) => Ok(kind),
        // Which way, the target says.
        None if is_of_tc(row) => Ok(TargetKind::Interface),
        Some(_) if events::supported(row) => row.target_kind().ok_or_else(unsupported),
        None if of_attach_types => Err(error::open_section(spec)),
        _ => Err(unsupported()),
    }
}

/// How a program that is not attached comes to run.
fn otherwise(spec: &ProgramSpec, row: &Section) -> &'static str {
    match row.ty {
        _ if spec.is_iterator() => {
            "`bpfl run` prints what an iterator writes, and `(bpf:iterate program)` gives it"
        }
        ProgramType::Syscall => "`(bpf:test-run program)` runs it",
        ProgramType::LwtIn | ProgramType::LwtOut | ProgramType::LwtXmit => {
            "a route has it: `ip route add … encap bpf …`"
        }
        ProgramType::LwtSeg6local => "a route has it: `ip route add … encap seg6local action End.BPF …`",
        _ => "this version knows no way",
    }
}

/// Targets to which programs are attached by an attach type and nothing else.
fn plain(kind: TargetKind) -> bool {
    use TargetKind as K;
    matches!(kind, K::Cgroup | K::SockMap | K::Interface | K::NetNamespace)
}

/// Whether programs of a section are for packets of an interface, in either direction.
fn is_of_tc(row: &Section) -> bool {
    row.ty == ProgramType::SchedCls && row.attach_type.is_none()
}

/// Whether a program is for packets of an interface, in one direction or in either.
pub(super) fn is_traffic(spec: &ProgramSpec) -> bool {
    let of_tcx = |row: &Section| row.attach_type.is_some_and(|at| at == &TCX_INGRESS || at == &TCX_EGRESS);
    spec.row.is_some_and(|row| is_of_tc(row) || of_tcx(row))
}

/// What a program is attached as, by its section and its target.
pub(crate) fn attach_type(spec: &ProgramSpec, target: &Target) -> Result<&'static AttachType, AttachError> {
    target_kind(spec)?;
    let own = spec.row.and_then(|row| row.attach_type);
    let given = match target {
        Target::Traffic { direction: Some(Direction::Egress), .. } => Some(&TCX_EGRESS),
        Target::Traffic { direction: Some(Direction::Ingress), .. } => Some(&TCX_INGRESS),
        _ => None,
    };
    match (own, given) {
        (Some(own), Some(given)) if own != given => Err(AttachError::Direction {
            program: spec.name.clone(),
            section: spec.section.clone(),
            given: given.name.replace("tcx_", ""),
        }),
        _ => own.or(given).ok_or_else(|| error::open_section(spec)),
    }
}
