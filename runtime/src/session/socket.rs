//! Programs of a session on sockets.

use std::os::fd::OwnedFd;

use super::{Attachment, LinkId, Session, SessionError};
use crate::attach::{Link, Target};

impl Session {
    /// Attaches the program called `name` to a socket, until it is detached or all who have the socket have closed it: a
    /// `socket` program, which says how much of each packet is received, or a `sk_reuseport` program, which chooses
    /// among the sockets that share a port. The session has the socket as well until then.
    ///
    /// # Errors
    /// When there is no such program, it is for something else, it cannot be loaded, or the kernel refuses: a socket of a
    /// group has `SO_REUSEPORT` set.
    pub fn attach_socket(&mut self, name: &str, socket: OwnedFd) -> Result<LinkId, SessionError> {
        let (program, loaded) = self.loaded_program(name)?;
        let link = Link::socket(program, loaded.program(program)?, socket)?;
        let (program, mode) = (program.name.clone(), self.mode);
        self.links.push(Some(Attachment { program, target: Target::Socket, link, mode, pins: Vec::new() }));
        Ok(LinkId(self.links.len() - 1))
    }
}
