//! Descriptors of a session's programs and maps: for maps that hold such, and for other libraries.

use std::os::fd::OwnedFd;

use super::{Session, SessionError, loaded_or_load, own_map};
use crate::load::LoadError;

impl Session {
    /// A descriptor of the program called `name`, which is loaded for it and lasts as long. A map of programs
    /// takes it as a value.
    ///
    /// # Errors
    /// When there is no such program, it cannot be loaded, or the session runs in the userspace VM, where nothing
    /// has descriptors.
    pub fn program_fd(&mut self, name: &str) -> Result<OwnedFd, SessionError> {
        if self.machine()?.is_some() {
            return Err(LoadError::InVm.into());
        }
        let (program, loaded) = self.loaded_program(name)?;
        let own = loaded.program(program)?.try_clone_to_owned();
        Ok(own.map_err(crate::load::other)?)
    }

    /// A descriptor of the map called `name`, which a map of maps takes as a value.
    ///
    /// # Errors
    /// As [`Session::program_fd`].
    pub fn map_fd(&mut self, name: &str) -> Result<OwnedFd, SessionError> {
        if self.machine()?.is_some() {
            return Err(LoadError::InVm.into());
        }
        let Self { loaded, spec, bytes, before, .. } = self;
        let map = spec.map(name)?;
        Ok(own_map(loaded_or_load(loaded, spec, bytes, before)?, map)?)
    }
}
