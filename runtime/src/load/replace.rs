//! Programs that take the place of a global function of another one (`freplace`).
//!
//! The other program and the function's name go in, the program that was loaded for it comes out. Always holds: the
//! kernel compares the prototypes, so that both have types; what libbpf does in `bpf_program__set_attach_target` and
//! `libbpf_find_prog_btf_id` of libbpf.c.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use super::{LoadError, Loaded, other};
use crate::{
    btf::raw::{FUNC, RawBtf},
    inventory,
    spec::{ObjectSpec, ProgramSpec},
};

/// A function of a program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Function<'f> {
    /// The program.
    pub(crate) program: BorrowedFd<'f>,
    /// The function's number among the program's types.
    pub(crate) id: u32,
}

impl<'f> Function<'f> {
    /// The function called `name`, where `-` and `_` are alike, of a loaded program.
    pub(crate) fn find(program: &'f OwnedFd, name: &str) -> Result<Self, LoadError> {
        let missing = |why: &str| LoadError::NoGlobalFunction { name: name.into(), why: why.into() };
        let types = inventory::types_of(program).map_err(other)?;
        let types = types.ok_or_else(|| missing("the program was loaded without types"))?;
        let found = RawBtf::new(&types).and_then(|types| types.find(&name.replace('-', "_"), &[FUNC]));
        let id = found.ok_or_else(|| missing("the program has none of this name"))?;
        Ok(Self { program: program.as_fd(), id })
    }

    /// As the attributes of a load have it.
    pub(super) fn numbers(&self) -> (u32, u32) {
        (self.program.as_raw_fd() as u32, self.id)
    }
}

impl Loaded {
    /// Loads the program `spec` of `object` for a function.
    pub(crate) fn load_for(
        &self,
        object: &ObjectSpec,
        spec: &ProgramSpec,
        function: &Function<'_>,
    ) -> Result<OwnedFd, LoadError> {
        self.load_apart(object, spec, Some(function))
    }
}
