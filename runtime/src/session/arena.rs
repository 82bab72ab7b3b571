//! The arena of a session.

use super::{Session, SessionError, loaded_or_load};
use crate::{
    load::LoadError,
    map::{Arena, MapError},
};

impl Session {
    /// The memory of the arena called `name`; loads the object's maps first.
    ///
    /// ```no_run
    /// # fn show(session: &mut bpfl_runtime::session::Session) -> Result<(), Box<dyn std::error::Error>> {
    /// let (arena, node) = (session.arena("heap")?, session.shape("node")?);
    /// let mut at = session.global("head")?.as_int().unwrap_or(0);
    /// while at != 0 {
    ///     let value = arena.value(at.try_into()?, &node)?;
    ///     println!("{value}");
    ///     at = value.field("next").and_then(|next| next.as_int()).unwrap_or(0);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When there is no such map, it is no arena, or the object cannot be loaded. The userspace VM has none.
    pub fn arena(&mut self, name: &str) -> Result<Arena, SessionError> {
        let Self { loaded, spec, bytes, before, .. } = self;
        let map = spec.map(name)?;
        let memory = loaded_or_load(loaded, spec, bytes, before)?.memory(&map.name);
        match memory {
            Some(memory) => Ok(Arena::new(&map.name, memory)),
            None if before.in_vm => Err(LoadError::InVm.into()),
            None => Err(MapError::NoArena { map: map.name.clone(), kind: map.kind.name }.into()),
        }
    }
}
