//! Names in a BPF file system for what a session has, so that it stays when the session ends.

use std::{io, path::Path};

use super::{LinkId, Session, SessionError, loaded_or_load};
use crate::pin::{self, PinError};

impl Session {
    /// Pins the map called `name`: it stays when the session ends, until `path` is removed.
    ///
    /// # Errors
    /// When there is no such map, the object cannot be loaded, or `path` is taken or in no BPF file
    /// system.
    pub fn pin_map(&mut self, name: &str, path: impl AsRef<Path>) -> Result<(), SessionError> {
        let Self { loaded, spec, bytes, before, .. } = self;
        let map = &spec.map(name)?.name;
        Ok(pin::pin(loaded_or_load(loaded, spec, bytes, before)?.map(map)?, path.as_ref())?)
    }

    /// Pins the program called `name`.
    ///
    /// # Errors
    /// As [`Session::pin_map`].
    pub fn pin_program(&mut self, name: &str, path: impl AsRef<Path>) -> Result<(), SessionError> {
        let (program, ebpf) = self.loaded_program(name)?;
        Ok(pin::pin(ebpf.program(program)?, path.as_ref())?)
    }

    /// Pins an attachment: what it attaches stays attached when the session ends. Several links are
    /// pinned as `PATH`, `PATH-1` and so on. Of a filter of tc, which needs nobody to hold it, the program is
    /// pinned, and the filter stays if the pin is still there when the session ends.
    ///
    /// # Errors
    /// When it is detached already or is no link, which older kernels have for some hooks only, or as
    /// [`Session::pin_map`].
    pub fn pin_link(&mut self, link: LinkId, path: impl AsRef<Path>) -> Result<(), SessionError> {
        if self.keep_filter(link, path.as_ref())? {
            return Ok(());
        }
        let attachment = self.links.get(link.0).and_then(Option::as_ref);
        let links = attachment.map(|attachment| attachment.link.links()).unwrap_or_default();
        if links.is_empty() {
            let source = io::Error::other("it is no link");
            return Err(PinError::Kernel { path: path.as_ref().into(), source }.into());
        }
        let mut pins = Vec::new();
        for (index, link) in links.iter().enumerate() {
            let mut name = path.as_ref().as_os_str().to_owned();
            if index > 0 {
                name.push(format!("-{index}"));
            }
            pin::pin(link, name.as_ref())?;
            pins.push(name.into());
        }
        if let Some(attachment) = self.links.get_mut(link.0).and_then(Option::as_mut) {
            attachment.pins.extend(pins);
        }
        Ok(())
    }

    /// Pins an attachment that is a filter; whether it is one.
    fn keep_filter(&mut self, link: LinkId, path: &Path) -> Result<bool, SessionError> {
        let attachment = self.links.get_mut(link.0).and_then(Option::as_mut);
        let Some(attachment) = attachment.filter(|one| one.link.is_filter()) else { return Ok(false) };
        let program = attachment.program.clone();
        self.pin_program(&program, path)?;
        if let Some(attachment) = &mut self.links[link.0] {
            attachment.link.keep(path);
            attachment.pins.push(path.into());
        }
        Ok(true)
    }
}
