//! Iterators of a session: programs that are read, not attached.

use std::os::fd::AsRawFd;

use super::{Session, SessionError, loaded_or_load, own_map};
use crate::run::{self, Over};

impl Session {
    /// The iterators among the programs called `names`, or all of them when there are no names.
    ///
    /// # Errors
    /// When there is no such program.
    pub fn iterators<N: AsRef<str>>(&self, names: &[N]) -> Result<Vec<String>, SessionError> {
        let programs = self.spec.programs.iter().filter(|program| program.is_iterator());
        let all: Vec<String> = programs.map(|program| program.name.clone()).collect();
        if names.is_empty() {
            return Ok(all);
        }
        let mut names = self.names(names)?;
        names.retain(|name| all.contains(name));
        Ok(names)
    }

    /// What the iterator called `name` writes on a walk over all there is.
    ///
    /// # Errors
    /// As [`Session::iterate_over`].
    pub fn iterate(&mut self, name: &str) -> Result<Vec<u8>, SessionError> {
        self.iterate_over(name, &Over::All)
    }

    /// What the iterator called `name` writes on a walk.
    ///
    /// # Errors
    /// When there is no such program or map, or it is no iterator, or cannot be loaded or read.
    pub fn iterate_over(&mut self, name: &str, over: &Over) -> Result<Vec<u8>, SessionError> {
        let Self { loaded, spec, bytes, before, .. } = self;
        let program = spec.program(name)?;
        let ebpf = loaded_or_load(loaded, spec, bytes, before)?;
        ebpf.load(spec, program)?;
        let map = match over {
            Over::Map(map) => Some(own_map(ebpf, spec.map(map)?)?),
            _ => None,
        };
        let over = match over {
            Over::All => None,
            Over::Map(_) => map.as_ref().map(|map| [map.as_raw_fd() as u32, 0, 0, 0]),
            Over::Thread(id) => Some([*id, 0, 0, 0]),
            Over::Process(id) => Some([0, *id, 0, 0]),
        };
        Ok(run::iterate(program, ebpf.program(program)?, over)?)
    }
}
