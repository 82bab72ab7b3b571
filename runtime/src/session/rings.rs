//! Ring buffers of a session, in both directions.

use super::{Session, SessionError, loaded_or_load};
use crate::map::{Ring, UserRing};

impl Session {
    /// The reader of the ring buffer called `name`, whose records are the struct called `record` in the
    /// object's types, or bytes; loads the object's maps first.
    ///
    /// ```no_run
    /// # fn show(session: &mut bpfl_runtime::session::Session) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut ring = session.ring("events", Some("event"))?;
    /// while ring.wait(std::time::Duration::from_secs(1))? {
    ///     while let Some(event) = ring.next_value() {
    ///         println!("{event}");
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When there is no such map or type, it is no ring buffer, or the object cannot be loaded.
    pub fn ring(&mut self, name: &str, record: Option<&str>) -> Result<Ring, SessionError> {
        let record = record.map(|name| self.shape(name)).transpose()?;
        if let Some(machine) = self.machine()? {
            return self.ring_in_vm(&machine, name, record);
        }
        let Self { loaded, spec, bytes, before, .. } = self;
        let map = spec.map(name)?;
        let fd = loaded_or_load(loaded, spec, bytes, before)?.map(&map.name)?;
        Ok(Ring::open(map, fd, record)?)
    }

    /// The writer of the user ring buffer called `name`; loads the object's maps first.
    ///
    /// # Errors
    /// When there is no such map, it is no user ring buffer, or the object cannot be loaded.
    pub fn user_ring(&mut self, name: &str) -> Result<UserRing, SessionError> {
        if let Some(machine) = self.machine()? {
            return self.user_ring_in_vm(&machine, name);
        }
        let Self { loaded, spec, bytes, before, .. } = self;
        let map = spec.map(name)?;
        let fd = loaded_or_load(loaded, spec, bytes, before)?.map(&map.name)?;
        Ok(UserRing::open(map, fd)?)
    }

    /// How many records programs found no room for in the ring buffer called `name`, where they count
    /// it in a global variable called `NAME_lost`; `None` where they do not.
    ///
    /// # Errors
    /// When there is no such map, or the object cannot be loaded.
    pub fn lost(&mut self, name: &str) -> Result<Option<u64>, SessionError> {
        let variable = format!("{}_lost", self.spec.map(name)?.name);
        match self.global(&variable) {
            Ok(count) => Ok(count.as_int().and_then(|count| u64::try_from(count).ok())),
            Err(SessionError::NoSuch(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
