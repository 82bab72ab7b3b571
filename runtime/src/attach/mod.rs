//! Attaching loaded programs to what their sections say.
//!
//! A loaded program and a [`Target`] go in, a [`Link`] comes out; dropping it detaches. Always
//! holds: where the kernel has a `bpf_link` for the hook, that is what is used, so that a killed
//! process leaves nothing attached, unless the target asks for a filter of tc.

mod chain;
pub(crate) mod clsact;
pub(crate) mod error;
mod events;
mod hooks;
mod interface;
mod netfilter;
mod places;
mod replace;
mod socket;
mod target;

use std::{
    ffi::CString,
    fs::File,
    io,
    os::fd::{AsFd, AsRawFd, OwnedFd},
    path::Path,
};

use bpfl_stdlib::catalog::{
    attach::{AttachType, TargetKind},
    mode::AttachMode,
};

pub use chain::{Member, chain};
use clsact::{Filter, Refusal};
pub use error::AttachError;
pub(crate) use hooks::target_kind;
pub use netfilter::{NetfilterHook, Way};
pub use replace::Manner;
pub use target::{Direction, Target, Via};
pub(crate) use target::{check, choose, holds_sockets};

use crate::{host, spec::ProgramSpec, sys};

/// An attachment; dropping it detaches.
#[derive(Debug)]
pub struct Link {
    held: Held,
}

impl Link {
    /// The loaded `program`, which is described by `spec`, on a socket.
    pub(crate) fn socket(
        spec: &ProgramSpec,
        program: impl AsFd,
        socket: OwnedFd,
    ) -> Result<Self, AttachError> {
        if !socket::is_for(spec) {
            let wanted = target::wanted(target_kind(spec)?).0;
            let given = Target::Socket.to_string();
            return Err(AttachError::WrongTarget { program: spec.name.clone(), wanted, given });
        }
        let held = socket::Socket::attach(spec, program, socket);
        let held = held.map_err(|source| AttachError::Socket { program: spec.name.clone(), source })?;
        Ok(Self { held: Held::Socket { held } })
    }

    /// What stays until these are closed.
    pub(crate) fn of(links: Vec<OwnedFd>) -> Self {
        Self { held: Held::Links { links } }
    }

    /// Whether it is a filter of tc.
    pub(crate) fn is_filter(&self) -> bool {
        matches!(self.held, Held::Filter { .. })
    }

    /// Lets a filter stay that is there while the program is pinned as `pin`.
    pub(crate) fn keep(&mut self, pin: &Path) {
        if let Held::Filter { filter } = &mut self.held {
            filter.keep(pin);
        }
    }

    /// Detaches for all who hold it.
    ///
    /// # Errors
    /// `EOPNOTSUPP` for links, such as those of tracing, that only go when they are closed by all who hold them.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        match &mut self.held {
            Held::Links { links } => links.iter().try_for_each(sys::detach_link),
            Held::Filter { filter } => {
                filter.keep_no_more();
                Ok(())
            }
            Held::Attached { .. } | Held::Socket { .. } => Ok(()),
        }
    }

    /// Its links; none where the kernel has no link for the hook.
    pub(crate) fn links(&self) -> &[OwnedFd] {
        match &self.held {
            Held::Links { links } => links,
            Held::Attached { .. } | Held::Filter { .. } | Held::Socket { .. } => &[],
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
    /// The same for programs of tc.
    Filter { filter: Filter },
    /// The same for programs of sockets.
    Socket { held: socket::Socket },
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
        Target::Event(_) | Target::Map(_) | Target::Netfilter(_) | Target::Socket => Ok(Place::Event),
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
        Place::Fd(fd) => hold(at, program, fd, mode).map_err(Refusal::from),
        Place::Interface(index) => interface::attach(at, &spec.name, program.as_fd(), (*index, target)),
        Place::Event => in_network(at, program, target).map_err(Refusal::from),
    };
    Ok(Link { held: held.map_err(|refusal| error::refused(spec, target, mode, refusal))? })
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

#[cfg(test)]
mod tests;
