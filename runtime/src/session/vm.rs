//! A session whose object is not loaded into the kernel: its programs run in the userspace VM.
//!
//! Maps, globals, ring buffers and runs are the same; always holds: what only the kernel can do is refused
//! with [`LoadError::InVm`](crate::load::LoadError::InVm).

use std::sync::Arc;

use super::{Session, SessionError};
use crate::{
    btf::shape::Shape,
    load::LoadError,
    map::{Map, Ring, UserRing},
    spec::MapSpec,
    vm::{Machine, TableRef},
};

impl Session {
    /// Says that the kernel is not to be asked: programs run in the userspace VM. Takes no privilege.
    ///
    /// ```no_run
    /// use bpfl_runtime::{run::Run, session::Session};
    ///
    /// let mut session = Session::open_file("port-filter.o")?;
    /// session.run_in_vm();
    /// let ran = session.run("filter", &Run { data: vec![0; 64], ..Run::default() })?;
    /// # Ok::<(), bpfl_runtime::session::SessionError>(())
    /// ```
    pub fn run_in_vm(&mut self) {
        self.before.in_vm = true;
    }

    /// What programs printed in the userspace VM since it was last asked; nothing where the kernel runs them,
    /// whose [`Trace`](crate::trace::Trace) has it.
    pub fn printed(&mut self) -> Vec<String> {
        self.machine.as_ref().map(Machine::printed).unwrap_or_default()
    }

    /// The object in this process, if it is to run there.
    pub(super) fn machine(&mut self) -> Result<Option<Machine>, LoadError> {
        if self.before.in_vm && self.machine.is_none() {
            self.machine = Some(Machine::new(&self.spec, &self.bytes, &self.before)?);
        }
        Ok(self.machine.clone())
    }

    /// Whether variables are where programs have them.
    pub(super) fn is_loaded(&self) -> bool {
        self.loaded.is_some() || self.machine.is_some()
    }

    pub(super) fn map_in_vm(&self, machine: &Machine, name: &str) -> Result<Map<'_>, SessionError> {
        let spec = self.spec.map(name)?;
        Ok(Map::in_vm(spec, table(machine, spec)?))
    }

    pub(super) fn maps_in_vm(&self, machine: &Machine) -> Result<Vec<Map<'_>>, SessionError> {
        let all = self.spec.maps.iter();
        all.map(|spec| Ok(Map::in_vm(spec, table(machine, spec)?))).collect()
    }

    pub(super) fn ring_in_vm(
        &self,
        machine: &Machine,
        name: &str,
        record: Option<Arc<Shape>>,
    ) -> Result<Ring, SessionError> {
        let spec = self.spec.map(name)?;
        Ok(Ring::in_vm(spec, table(machine, spec)?, record)?)
    }

    pub(super) fn user_ring_in_vm(&self, machine: &Machine, name: &str) -> Result<UserRing, SessionError> {
        let spec = self.spec.map(name)?;
        Ok(UserRing::in_vm(spec, table(machine, spec)?)?)
    }
}

fn table(machine: &Machine, spec: &MapSpec) -> Result<TableRef, LoadError> {
    machine.table(&spec.name).ok_or_else(|| LoadError::NoMap { map: spec.name.clone() })
}
