//! Attaching loaded programs to what their sections say.
//!
//! A loaded program and a [`Target`] go in, a [`Link`] comes out; dropping it detaches. Always
//! holds: where the kernel has a `bpf_link` for the hook, that is what is used, so that a killed
//! process leaves nothing attached.

mod error;
mod hooks;
mod target;

use std::{
    fs::File,
    io,
    os::fd::{AsFd, OwnedFd},
};

use bpfl_stdlib::catalog::attach::AttachType;

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
/// descriptor of `target`.
pub(crate) fn attach(
    spec: &ProgramSpec,
    program: impl AsFd,
    target: &Target,
    place: impl AsFd,
) -> Result<Link, AttachError> {
    let at = attach_type(spec)?;
    let held = hold(at, program, place).map_err(|source| error::refused(spec, target, source))?;
    Ok(Link { _held: held })
}

fn hold(at: &AttachType, program: impl AsFd, place: impl AsFd) -> io::Result<Held> {
    if at.link_since.is_some_and(|since| host::kernel() >= since) {
        // For a link the kernel knows no modes: it takes no flags but BPF_F_PREORDER and friends
        // (kernel/bpf/cgroup.c, `cgroup_bpf_link_attach`), and several links share a cgroup anyway.
        return Ok(Held::Link { _link: sys::link(program, place, at.number)? });
    }
    Ok(Held::Attached { _attached: sys::Attached::new(program, place, at)? })
}

#[cfg(test)]
mod tests;
