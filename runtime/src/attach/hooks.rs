//! How programs of each type are loaded: a row of the table [`HOOKS`] for each that aya loads.
//! Others are loaded past it.
//!
//! Which attach types there are and what each is attached to is the catalogue's; the loader gives
//! the kernel the one that the section fixes.

use aya::programs::{
    CgroupDevice, CgroupSkb, CgroupSock, CgroupSockAddr, CgroupSockopt, CgroupSysctl, Program, ProgramError,
    SkMsg, SkSkb, SockOps,
};
use bpfl_stdlib::catalog::{
    attach::{AttachType, TCX_EGRESS, TCX_INGRESS, TargetKind},
    program::ProgramType,
    section::Section,
};

use super::{AttachError, Target, error, events};
use crate::spec::ProgramSpec;

/// How programs of one type are loaded.
pub(crate) struct Hook {
    /// The type.
    ty: ProgramType,
    /// Loads the program into the kernel.
    pub(crate) load: fn(&mut Program) -> Result<(), ProgramError>,
}

macro_rules! hooks {
    ($($ty:ident)+) => {
        /// The types whose programs aya loads.
        static HOOKS: &[Hook] = &[$(Hook {
            ty: ProgramType::$ty,
            load: |program| <&mut $ty>::try_from(program)?.load(),
        }),+];
    };
}

hooks! {
    CgroupSkb CgroupSock CgroupSockAddr CgroupSockopt CgroupSysctl CgroupDevice SockOps SkMsg SkSkb
}

/// How aya loads the program, if it is one that it loads.
pub(crate) fn hook(spec: &ProgramSpec) -> Result<Option<&'static Hook>, AttachError> {
    let row = spec.row.ok_or_else(|| error::unknown_section(spec))?;
    Ok(HOOKS.iter().find(|hook| hook.ty == row.ty))
}

/// What kind of target a program is attached to, by its section.
pub(crate) fn target_kind(spec: &ProgramSpec) -> Result<TargetKind, AttachError> {
    let row = spec.row.ok_or_else(|| error::unknown_section(spec))?;
    let unsupported =
        || AttachError::Unsupported { program: spec.name.clone(), program_type: row.program_type };
    let of_attach_types = row.ty.row().attach.iter().any(|at| plain(at.target));
    match row.target_kind() {
        Some(kind) if plain(kind) => Ok(kind),
        // Which way, the target says.
        None if is_traffic(row) => Ok(TargetKind::Interface),
        Some(_) if events::supported(row) => row.target_kind().ok_or_else(unsupported),
        None if of_attach_types => Err(error::open_section(spec)),
        _ => Err(unsupported()),
    }
}

/// Targets to which programs are attached by an attach type and nothing else.
fn plain(kind: TargetKind) -> bool {
    use TargetKind as K;
    matches!(kind, K::Cgroup | K::SockMap | K::Interface | K::NetNamespace)
}

/// Whether programs of a section are for packets of an interface, in either direction.
fn is_traffic(row: &Section) -> bool {
    row.ty == ProgramType::SchedCls && row.attach_type.is_none()
}

/// What a program is attached as, by its section and its target.
pub(crate) fn attach_type(spec: &ProgramSpec, target: &Target) -> Result<&'static AttachType, AttachError> {
    target_kind(spec)?;
    let own = spec.row.and_then(|row| row.attach_type);
    let given = match target {
        Target::Traffic { egress: true, .. } => Some(&TCX_EGRESS),
        Target::Traffic { egress: false, .. } => Some(&TCX_INGRESS),
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
