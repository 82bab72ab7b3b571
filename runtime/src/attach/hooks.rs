//! How programs of each type are loaded: a row of the table [`HOOKS`] for each.
//!
//! Which attach types there are and what each is attached to is the catalogue's; the loader gives
//! the kernel the one that the section fixes.

use aya::programs::{
    CgroupDevice, CgroupSkb, CgroupSock, CgroupSockAddr, CgroupSockopt, CgroupSysctl, Program, ProgramError,
    SkMsg, SkSkb, SockOps,
};
use bpfl_stdlib::catalog::{attach::AttachType, program::ProgramType};

use super::{AttachError, error};
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
        /// The types whose programs can be attached.
        static HOOKS: &[Hook] = &[$(Hook {
            ty: ProgramType::$ty,
            load: |program| <&mut $ty>::try_from(program)?.load(),
        }),+];
    };
}

hooks! {
    CgroupSkb CgroupSock CgroupSockAddr CgroupSockopt CgroupSysctl CgroupDevice SockOps SkMsg SkSkb
}

/// The hook of a program, by its section.
pub(crate) fn hook(spec: &ProgramSpec) -> Result<&'static Hook, AttachError> {
    let row = spec.row.ok_or_else(|| error::unknown_section(spec))?;
    HOOKS.iter().find(|hook| hook.ty == row.ty).ok_or_else(|| AttachError::Unsupported {
        program: spec.name.clone(),
        program_type: row.program_type,
    })
}

/// What a program is attached as, by its section.
pub(crate) fn attach_type(spec: &ProgramSpec) -> Result<&'static AttachType, AttachError> {
    hook(spec)?;
    spec.row.and_then(|row| row.attach_type).ok_or_else(|| error::open_section(spec))
}
