//! Programs of a session in the place of functions of others.

use std::os::fd::{AsRawFd, OwnedFd};

use super::{Attachment, LinkId, Session, SessionError, loaded_or_load};
use crate::{
    attach::{AttachError, Link, Target},
    load::{LoadError, replace::Function},
    sys,
};

impl Session {
    /// Puts the program called `name`, of a section `"freplace/FUNCTION"`, in the place of a global function of the
    /// loaded `program`, until it is detached: the one that the section names, unless `function` names another.
    ///
    /// ```no_run
    /// # fn show(session: &mut bpfl_runtime::session::Session) -> Result<(), bpfl_runtime::session::SessionError> {
    /// let police = session.program_fd("police")?;
    /// let strict = session.replace_function("strict", &police, None)?;
    /// session.detach(strict)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When there is no such program or function, the program cannot be loaded for it, or the kernel refuses.
    pub fn replace_function(
        &mut self,
        name: &str,
        program: &OwnedFd,
        function: Option<&str>,
    ) -> Result<LinkId, SessionError> {
        let Self { loaded, spec, bytes, links, mode, before, .. } = self;
        let own = spec.program(name)?;
        let section = own.row.and_then(|row| row.target_of(&own.section));
        let named = function.or(section).filter(|name| !name.is_empty());
        let missing = || LoadError::NoGlobalFunction { name: own.name.clone(), why: "none is named".into() };
        let named = named.ok_or_else(missing)?;
        let target = Target::Event(format!("function {named}"));
        let function = Function::find(program, named)?;
        let fd = loaded_or_load(loaded, spec, bytes, before)?.load_for(spec, own, &function)?;
        let link = sys::link_function(&fd, program.as_raw_fd() as u32, function.id);
        let link = link.map_err(|source| AttachError::Function {
            program: own.name.clone(),
            function: named.into(),
            source,
        })?;
        let attachment = Attachment {
            program: own.name.clone(),
            target,
            link: Link::of(vec![link, fd]),
            mode,
            pins: Vec::new(),
        };
        links.push(Some(attachment));
        Ok(LinkId(links.len() - 1))
    }
}
