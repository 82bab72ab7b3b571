//! Attaching loaded programs, a row of the table `HOOKS` for each program type.
//!
//! A loaded program and a [`Target`] go in, a [`Link`] comes out; dropping it detaches. Always
//! holds: where the kernel has a `bpf_link` for the hook, that is what is used, so that a killed
//! process leaves nothing attached.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use aya::programs::{
    CgroupAttachMode, CgroupSkb, CgroupSkbAttachType, Program, ProgramError, cgroup_skb::CgroupSkbLink,
};
use bpfl_stdlib::catalog::attach::{self, AttachType};

use crate::{host::capability, spec::ProgramSpec};

/// What to attach to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A directory of the cgroup v2 hierarchy.
    Cgroup(PathBuf),
}

impl Target {
    /// The cgroup at `path`, which must be a directory of the v2 hierarchy:
    /// [`cgroup::resolve`](crate::cgroup::resolve) finds the one a user means.
    pub fn cgroup(path: impl AsRef<Path>) -> Self {
        Self::Cgroup(path.as_ref().into())
    }
}

/// An attachment; dropping it detaches.
#[derive(Debug)]
pub enum Link {
    /// A cgroup_skb program on a cgroup.
    CgroupSkb(CgroupSkbLink),
}

/// Why a program could not be attached.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// A section that the catalogue does not know.
    #[error(
        "program `{program}` is in section `{section}`, which says nothing of where it belongs; {suggestion}"
    )]
    Section {
        /// The program.
        program: String,
        /// Its section.
        section: String,
        /// A section that it may have meant.
        suggestion: String,
    },
    /// A hook that this version cannot attach yet.
    #[error("programs of type {program_type} cannot be attached by this version of bpfl (`{program}`)")]
    Unsupported {
        /// The program.
        program: String,
        /// Its type.
        program_type: &'static str,
    },
    /// A section that leaves the attach type open.
    #[error("section `{section}` of program `{program}` leaves the attach type open; use {suggestion}")]
    Open {
        /// The program.
        program: String,
        /// Its section.
        section: String,
        /// Sections that do not.
        suggestion: String,
    },
    /// The target cannot be opened.
    #[error("`{}` cannot be opened ({source})", path.display())]
    Target {
        /// The target's path.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The target is something else than a cgroup v2 directory.
    #[error("`{}` is no cgroup v2 directory; name one below the mount that `bpfl doctor` shows", path.display())]
    NotCgroup {
        /// The target's path.
        path: PathBuf,
    },
    /// A capability is missing.
    #[error("attaching `{program}` was not permitted; {advice}")]
    NotPermitted {
        /// The program.
        program: String,
        /// Which capability is missing and what to do.
        advice: String,
    },
    /// The kernel refused.
    #[error("the kernel did not let `{program}` be attached ({source})")]
    Kernel {
        /// The program.
        program: String,
        /// The kernel's reason.
        source: io::Error,
    },
    /// Anything else that aya reports.
    #[error("`{program}` cannot be attached: {source}")]
    Other {
        /// The program.
        program: String,
        /// What aya says.
        source: Box<ProgramError>,
    },
}

/// How programs of one type are loaded and attached.
pub(crate) struct Hook {
    /// The type's name in the catalogue.
    program_type: &'static str,
    /// Loads the program into the kernel.
    pub(crate) load: fn(&mut Program) -> Result<(), ProgramError>,
    /// Attaches the loaded program.
    attach: fn(&mut Program, &AttachType, &Target) -> Result<Link, Failure>,
}

/// What can go wrong within a hook's row.
enum Failure {
    Open(PathBuf, io::Error),
    Program(ProgramError),
}

impl From<ProgramError> for Failure {
    fn from(error: ProgramError) -> Self {
        Self::Program(error)
    }
}

/// The hooks that can be attached.
static HOOKS: &[Hook] =
    &[Hook { program_type: "cgroup_skb", load: load_cgroup_skb, attach: attach_cgroup_skb }];

/// The hook of a program, by its section.
pub(crate) fn hook(spec: &ProgramSpec) -> Result<&'static Hook, AttachError> {
    let row = spec.row.ok_or_else(|| unknown_section(spec))?;
    HOOKS.iter().find(|hook| hook.program_type == row.program_type).ok_or_else(|| AttachError::Unsupported {
        program: spec.name.clone(),
        program_type: row.program_type,
    })
}

/// Attaches `program`, which is described by `spec` and loaded, to `target`.
pub(crate) fn attach(
    spec: &ProgramSpec,
    program: &mut Program,
    target: &Target,
) -> Result<Link, AttachError> {
    let hook = hook(spec)?;
    let fixed = spec.row.and_then(|row| row.attach_type).ok_or_else(|| open_section(spec))?;
    (hook.attach)(program, fixed, target).map_err(|failure| explain(spec, target, failure))
}

fn load_cgroup_skb(program: &mut Program) -> Result<(), ProgramError> {
    <&mut CgroupSkb>::try_from(program)?.load()
}

fn attach_cgroup_skb(program: &mut Program, at: &AttachType, target: &Target) -> Result<Link, Failure> {
    let program: &mut CgroupSkb = program.try_into()?;
    let Target::Cgroup(path) = target;
    let cgroup = File::open(path).map_err(|error| Failure::Open(path.clone(), error))?;
    let direction = match *at == attach::CGROUP_INET_EGRESS {
        true => CgroupSkbAttachType::Egress,
        false => CgroupSkbAttachType::Ingress,
    };
    // For a link the kernel knows no modes: it takes no flags but BPF_F_PREORDER and friends
    // (kernel/bpf/cgroup.c, `cgroup_bpf_link_attach`), and several links share a cgroup anyway.
    let id = program.attach(cgroup, direction, CgroupAttachMode::Single)?;
    Ok(Link::CgroupSkb(program.take_link(id)?))
}

fn unknown_section(spec: &ProgramSpec) -> AttachError {
    let known: Vec<_> = bpfl_stdlib::catalog::section::ALL.iter().map(|row| row.name).collect();
    AttachError::Section {
        program: spec.name.clone(),
        section: spec.section.clone(),
        suggestion: crate::name::suggestion(&spec.section, &known),
    }
}

fn open_section(spec: &ProgramSpec) -> AttachError {
    let same = |row: &&bpfl_stdlib::catalog::section::Section| {
        row.attach_type.is_some() && spec.row.is_some_and(|own| own.program_type == row.program_type)
    };
    let rows = bpfl_stdlib::catalog::section::ALL.iter().filter(same);
    let names: Vec<_> = rows.map(|row| format!("`{}`", row.name)).collect();
    AttachError::Open {
        program: spec.name.clone(),
        section: spec.section.clone(),
        suggestion: names.join(" or "),
    }
}

fn explain(spec: &ProgramSpec, target: &Target, failure: Failure) -> AttachError {
    let program = spec.name.clone();
    match failure {
        Failure::Open(path, source) => AttachError::Target { path, source },
        Failure::Program(ProgramError::SyscallError(error)) => match error.io_error.kind() {
            io::ErrorKind::PermissionDenied => {
                AttachError::NotPermitted { program, advice: capability::advice(capability::ATTACH_CGROUP) }
            }
            // What `cgroup_get_from_fd` gives for any other file (kernel/cgroup/cgroup.c).
            _ if error.io_error.raw_os_error() == Some(libc::EBADF) => {
                let Target::Cgroup(path) = target;
                AttachError::NotCgroup { path: path.clone() }
            }
            _ => AttachError::Kernel { program, source: error.io_error },
        },
        Failure::Program(source) => AttachError::Other { program, source: Box::new(source) },
    }
}
