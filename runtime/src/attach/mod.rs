//! Attaching loaded programs to what their sections say.
//!
//! A loaded program and a [`Target`] go in, a [`Link`] comes out; dropping it detaches. Always
//! holds: where the kernel has a `bpf_link` for the hook, that is what is used, so that a killed
//! process leaves nothing attached.

mod chain;
mod error;
mod hooks;
mod target;

use std::{
    fs::File,
    io,
    os::fd::{AsFd, OwnedFd},
};

use bpfl_stdlib::catalog::{
    attach::{AttachType, TargetKind},
    mode::AttachMode,
};

pub use chain::{Member, chain};
pub use error::AttachError;
pub(crate) use hooks::{attach_type, hook};
pub use target::Target;
pub(crate) use target::{check, choose, holds_sockets};

use crate::{host, spec::ProgramSpec, sys};

/// An attachment; dropping it detaches.
#[derive(Debug)]
pub struct Link {
    _held: Held,
}

/// What keeps a program attached.
#[derive(Debug)]
enum Held {
    /// The kernel detaches when the last descriptor of the link is closed, in whatever way.
    Link { _link: OwnedFd },
    /// For kernels without a link for the hook.
    Attached { _attached: sys::Attached },
}

/// Opens the cgroup at `target`.
pub(crate) fn open_cgroup(path: &std::path::Path) -> Result<OwnedFd, AttachError> {
    let file = File::open(path).map_err(|source| AttachError::Target { path: path.into(), source })?;
    Ok(file.into())
}

/// Attaches the loaded `program`, which is described by `spec`, to what is behind `place`, the
/// descriptor of `target`; to a cgroup in this mode.
pub(crate) fn attach(
    spec: &ProgramSpec,
    program: impl AsFd,
    target: &Target,
    place: impl AsFd,
    mode: &'static AttachMode,
) -> Result<Link, AttachError> {
    let at = attach_type(spec)?;
    if matches!(target, Target::Cgroup(_)) && host::kernel() < mode.since {
        return Err(AttachError::NoMode { mode: mode.name, since: mode.since });
    }
    let held = hold(at, program, place, mode).map_err(|source| error::refused(spec, target, mode, source))?;
    Ok(Link { _held: held })
}

fn hold(
    at: &AttachType,
    program: impl AsFd,
    place: impl AsFd,
    mode: &'static AttachMode,
) -> io::Result<Held> {
    let (flags, link_flags, mode_since) = match at.target {
        TargetKind::Cgroup => (mode.flags, mode.link_flags(), mode.link_since),
        _ => (0, 0, at.link_since),
    };
    let since = at.link_since.zip(mode_since).map(|(own, mode)| own.max(mode));
    if since.is_some_and(|since| host::kernel() >= since) {
        return Ok(Held::Link { _link: sys::link(program, place, at.number, link_flags)? });
    }
    Ok(Held::Attached { _attached: sys::Attached::new(program, place, at.number, flags)? })
}

#[cfg(test)]
mod tests;
