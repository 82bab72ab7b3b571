//! Attaching loaded programs to what their sections say.
//!
//! A loaded program and a [`Target`] go in, a [`Link`] comes out; dropping it detaches. Always
//! holds: where the kernel has a `bpf_link` for the hook, that is what is used, so that a killed
//! process leaves nothing attached.

mod chain;
pub(crate) mod error;
mod events;
mod hooks;
mod netfilter;
mod places;
mod replace;
mod target;

use std::{
    ffi::CString,
    fs::File,
    io,
    os::fd::{AsFd, AsRawFd, OwnedFd},
    path::Path,
};

use bpfl_stdlib::catalog::{
    attach::{AttachType, TargetKind, XDP},
    mode::AttachMode,
};

pub use chain::{Member, chain};
pub use error::AttachError;
pub(crate) use hooks::target_kind;
pub use netfilter::{NetfilterHook, Way};
pub use replace::Manner;
pub use target::Target;
pub(crate) use target::{check, choose, holds_sockets};

use crate::{host, spec::ProgramSpec, sys};

/// An attachment; dropping it detaches.
#[derive(Debug)]
pub struct Link {
    held: Held,
}

impl Link {
    /// What stays until these are closed.
    pub(crate) fn of(links: Vec<OwnedFd>) -> Self {
        Self { held: Held::Links { links } }
    }

    /// Its links; none where the kernel has no link for the hook.
    pub(crate) fn links(&self) -> &[OwnedFd] {
        match &self.held {
            Held::Links { links } => links,
            Held::Attached { .. } => &[],
        }
    }
}

/// What keeps a program attached.
#[derive(Debug)]
enum Held {
    /// The kernel detaches when the last descriptor of each link is closed, in whatever way.
    Links { links: Vec<OwnedFd> },
    /// For kernels without a link for the hook.
    Attached { attached: sys::Attached },
}

/// A target, opened.
pub(crate) enum Place {
    /// A cgroup, map or network namespace.
    Fd(OwnedFd),
    /// An interface, by its index.
    Interface(u32),
    /// What is found when the program is attached: an event, or a hook of this network.
    Event,
}

/// Opens a target that is no map.
pub(crate) fn open(spec: &ProgramSpec, target: &Target) -> Result<Place, AttachError> {
    let file = |path: &Path| {
        let file = File::open(path).map_err(|source| AttachError::Target { path: path.into(), source })?;
        Ok(Place::Fd(file.into()))
    };
    match target {
        Target::Cgroup(path) => file(path),
        Target::Network => file(Path::new("/proc/thread-self/ns/net")),
        Target::Interface(name) | Target::Traffic { interface: name, .. } => {
            let index = CString::new(name.as_str()).ok().and_then(|name| sys::interface(&name).ok());
            let missing = || AttachError::NoInterface { program: spec.name.clone(), name: name.clone() };
            index.map(Place::Interface).ok_or_else(missing)
        }
        Target::Event(_) | Target::Map(_) | Target::Netfilter(_) => Ok(Place::Event),
    }
}

/// Attaches the loaded `program`, which is described by `spec`, to `place`, which is what `target`
/// says; to a cgroup in this mode.
pub(crate) fn attach(
    spec: &ProgramSpec,
    program: impl AsFd,
    target: &Target,
    place: &Place,
    mode: &'static AttachMode,
) -> Result<Link, AttachError> {
    if let (Target::Event(event), Some(row)) = (target, spec.row) {
        return Ok(Link { held: Held::Links { links: events::attach(spec, row, event, program)? } });
    }
    let at = hooks::attach_type(spec, target)?;
    if matches!(target, Target::Cgroup(_)) && host::kernel() < mode.since {
        return Err(AttachError::NoMode { mode: mode.name, since: mode.since });
    }
    let held = match place {
        Place::Fd(fd) => hold(at, program, fd, mode),
        Place::Interface(index) => on_interface(at, program, *index),
        Place::Event => in_network(at, program, target),
    };
    Ok(Link { held: held.map_err(|source| error::refused(spec, target, mode, source))? })
}

fn hold(at: &AttachType, program: impl AsFd, place: &OwnedFd, mode: &'static AttachMode) -> io::Result<Held> {
    let (flags, link_flags, mode_since) = match at.target {
        TargetKind::Cgroup => (mode.flags, mode.link_flags(), mode.link_since),
        _ => (0, 0, at.link_since),
    };
    let since = at.link_since.zip(mode_since).map(|(own, mode)| own.max(mode));
    if since.is_some_and(|since| host::kernel() >= since) {
        let link = sys::link(program, place.as_raw_fd() as u32, at.number, link_flags)?;
        return Ok(Held::Links { links: vec![link] });
    }
    Ok(Held::Attached { attached: sys::Attached::new(program, place, at.number, flags)? })
}

fn in_network(at: &AttachType, program: impl AsFd, target: &Target) -> io::Result<Held> {
    let Target::Netfilter(hook) = target else { return Err(io::ErrorKind::Unsupported.into()) };
    Ok(Held::Links { links: vec![sys::link_netfilter(program, at.number, hook.numbers())?] })
}

/// `XDP_FLAGS_SKB_MODE`: after the driver, for which any interface will do.
const AFTER_DRIVER: u32 = 1 << 1;

/// XDP runs in the driver where that has room for it.
fn on_interface(at: &AttachType, program: impl AsFd, index: u32) -> io::Result<Held> {
    let program = program.as_fd();
    let link = match sys::link(program, index, at.number, 0) {
        Err(error) if at == &XDP && error.raw_os_error() != Some(libc::EBUSY) => {
            sys::link(program, index, at.number, AFTER_DRIVER).map_err(|_| error)?
        }
        link => link?,
    };
    Ok(Held::Links { links: vec![link] })
}

#[cfg(test)]
mod tests;
