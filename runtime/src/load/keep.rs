//! Loading an object in the place of another one: maps and programs that are the same go on as they are.
//!
//! Always holds: until [`Loaded::enter`] nothing of what goes on has changed, so that an object that cannot be
//! loaded leaves the one before it as it was.

use std::{
    collections::HashMap,
    os::fd::{AsFd, OwnedFd},
};

use super::{Before, LoadError, Loaded, maps, other};
use crate::spec::{ObjectSpec, ProgramSpec};

/// What goes on, by name.
#[derive(Default)]
pub(crate) struct Kept {
    pub(super) maps: HashMap<String, maps::Kept>,
    pub(super) programs: HashMap<String, OwnedFd>,
}

fn own(fd: &impl AsFd) -> Result<OwnedFd, LoadError> {
    fd.as_fd().try_clone_to_owned().map_err(other)
}

impl Loaded {
    /// Descriptors of the maps called `maps`, and of those of the programs `programs` that are loaded.
    pub(crate) fn keep<'a>(
        &self,
        maps: impl Iterator<Item = &'a str>,
        programs: impl Iterator<Item = &'a ProgramSpec>,
    ) -> Result<Kept, LoadError> {
        let mut kept = Kept::default();
        for name in maps {
            kept.maps.insert(name.into(), (own(&self.map(name)?)?, self.memory(name)));
        }
        for program in programs {
            if let Ok(fd) = self.program(program) {
                kept.programs.insert(program.name.clone(), own(&fd)?);
            }
        }
        Ok(kept)
    }

    /// As [`Loaded::new`], with what goes on from the object before it.
    pub(crate) fn following(
        spec: &ObjectSpec,
        bytes: &[u8],
        before: &Before,
        kept: Kept,
    ) -> Result<Self, LoadError> {
        let mut loaded = Self::with_maps(spec, bytes, before, kept.maps)?;
        loaded.programs.extend(kept.programs);
        Ok(loaded)
    }

    /// Whether maps of programs have been given their first entries.
    pub(crate) fn is_filled(&self) -> bool {
        self.filled
    }

    /// Loads programs, without giving maps their first entries.
    pub(crate) fn prepare<'a>(
        &mut self,
        spec: &ObjectSpec,
        programs: impl Iterator<Item = &'a ProgramSpec>,
    ) -> Result<(), LoadError> {
        for program in programs {
            self.load_one(spec, program)?;
        }
        Ok(())
    }

    /// Gives the maps of programs their first entries, programs that are loaded by now.
    pub(crate) fn enter(&mut self, spec: &ObjectSpec) -> Result<(), LoadError> {
        self.filled = true;
        self.fill(spec)
    }
}
