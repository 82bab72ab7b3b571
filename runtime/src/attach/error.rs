//! Why a program cannot be attached, in words that say what to do.

use std::{io, path::PathBuf};

use bpfl_stdlib::catalog::{
    mode::AttachMode,
    program::ProgramType,
    section::{self, Section},
    version::Version,
};

use super::{Target, clsact::Refusal};
use crate::{host::capability, name, spec::ProgramSpec};

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
    /// A program that is not attached, or not by this version.
    #[error("`{program}` is a {program_type} program, and those are not attached here: {way}")]
    Unsupported {
        /// The program.
        program: String,
        /// Its type.
        program_type: &'static str,
        /// How such a program comes to run.
        way: &'static str,
    },
    /// A program for a socket, of which nothing else can have it.
    #[error(
        "`{program}` is attached to a socket: a script has one, and attaches it with `(bpf:attach-socket program socket)`"
    )]
    OfSocket {
        /// The program.
        program: String,
    },
    /// The socket does not take the program.
    #[error(
        "`{program}` cannot be attached to this socket ({source}); for a group, set `SO_REUSEPORT` before it is bound"
    )]
    Socket {
        /// The program.
        program: String,
        /// The kernel's reason.
        source: io::Error,
    },
    /// The kernel does not let a function be replaced.
    #[error("`{program}` cannot take the place of the function `{function}` ({source})")]
    Function {
        /// The program.
        program: String,
        /// The function.
        function: String,
        /// The kernel's reason.
        source: io::Error,
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
    /// The section is for the other direction.
    #[error("`{program}` is in section \"{section}\", which is not for {given}")]
    Direction {
        /// The program.
        program: String,
        /// Its section.
        section: String,
        /// The direction that was asked for.
        given: String,
    },
    /// It is attached, and what is to take its place is for another hook, or not there.
    #[error("`{program}` is attached as {section}; detach it before its name is given to something else")]
    InUse {
        /// The program.
        program: String,
        /// Its section.
        section: String,
    },
    /// The program belongs to another kind of target.
    #[error("`{program}` is attached to {wanted}, not to {given}")]
    WrongTarget {
        /// The program.
        program: String,
        /// What it is attached to.
        wanted: &'static str,
        /// What was given.
        given: String,
    },
    /// A section that does not say what its programs are attached to.
    #[error("section `{section}` of program `{program}` does not say which event; write `{section}/NAME`")]
    NoEvent {
        /// The program.
        program: String,
        /// Its section.
        section: &'static str,
    },
    /// The kernel does not have the event.
    #[error("there is no event for `{section}` of program `{program}` here ({source})")]
    Event {
        /// The program.
        program: String,
        /// Its section, with the event.
        section: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The place in a file is not one.
    #[error("`{program}` cannot be attached to `{target}`: {why}")]
    UserFunction {
        /// The program.
        program: String,
        /// The file and the function in it.
        target: String,
        /// What is wrong, and what would be right.
        why: String,
    },
    /// There is no such network interface.
    #[error("there is no network interface `{name}` for `{program}`; `ip link` lists those that there are")]
    NoInterface {
        /// The program.
        program: String,
        /// The interface.
        name: String,
    },
    /// Nothing was given that the program could be attached to.
    #[error("`{program}` is attached to {wanted}; {advice}")]
    NoTarget {
        /// The program.
        program: String,
        /// What it is attached to.
        wanted: &'static str,
        /// What to name.
        advice: String,
    },
    /// The target is a map that holds no sockets.
    #[error("map `{map}` is of type {kind}, which holds no sockets; {advice}")]
    NotSockMap {
        /// The map.
        map: String,
        /// Its kind.
        kind: &'static str,
        /// What to name instead.
        advice: String,
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
    /// The kernel is older than the mode.
    #[error("attach mode {mode} is there since Linux {since} only, and this is an older one")]
    NoMode {
        /// The mode.
        mode: &'static str,
        /// The first kernel that has it.
        since: Version,
    },
    /// Others are attached that leave it no room.
    #[error(
        "`{program}` cannot be attached as {mode} beside what is attached to `{}` or above it; `bpfl list attached \
         --cgroup {}` shows that",
        path.display(), path.display()
    )]
    Others {
        /// The program.
        program: String,
        /// The mode.
        mode: &'static str,
        /// The cgroup.
        path: PathBuf,
    },
    /// The interface has another queueing discipline in the place of clsact, or with its handle.
    #[error(
        "`{program}` cannot be attached to {target} as a filter: the queueing discipline `{kind}` is where clsact would \
         be; {advice}"
    )]
    InTheWay {
        /// The program.
        program: String,
        /// What it was to be attached to.
        target: String,
        /// What is in the way.
        kind: String,
        /// What to do about it.
        advice: String,
    },
    /// No filter of tc can be made of it, or no link.
    #[error("`{program}` cannot be attached to {target}: {why}")]
    Filter {
        /// The program.
        program: String,
        /// What it was to be attached to.
        target: String,
        /// What stands in the way.
        why: String,
    },
    /// The kernel refused.
    #[error("the kernel did not let `{program}` be attached ({source})")]
    Kernel {
        /// The program.
        program: String,
        /// The kernel's reason.
        source: io::Error,
    },
}

/// Programs of a section that the catalogue does not know.
pub(crate) fn unknown_section(spec: &ProgramSpec) -> AttachError {
    let near = name::near(&spec.section, section::ALL.iter().map(|row| row.name));
    let all = || "`bpfl list sections` shows those that do".into();
    AttachError::Section {
        program: spec.name.clone(),
        section: spec.section.clone(),
        suggestion: near.map_or_else(all, |near| format!("did you mean `{near}`?")),
    }
}

/// Programs of a section that leaves the attach type open.
pub(super) fn open_section(spec: &ProgramSpec) -> AttachError {
    let same = |row: &&Section| {
        row.attach_type.is_some() && spec.row.is_some_and(|own| own.program_type == row.program_type)
    };
    let names: Vec<_> = section::ALL.iter().filter(same).map(|row| format!("`{}`", row.name)).collect();
    let direction = match spec.row.is_some_and(|row| row.ty == ProgramType::SchedCls) {
        true => ", or say it: `--direction`, or the `:direction` of `attach-tc`",
        false => "",
    };
    AttachError::Open {
        program: spec.name.clone(),
        section: spec.section.clone(),
        suggestion: names.join(" or ") + direction,
    }
}

/// What a refusal to attach to `target` means.
pub(super) fn refused(
    spec: &ProgramSpec,
    target: &Target,
    mode: &AttachMode,
    refusal: Refusal,
) -> AttachError {
    let program = spec.name.clone();
    let source = match (refusal, target) {
        (Refusal::Kernel(source), _) => source,
        (Refusal::InTheWay(kind), Target::Traffic { interface, .. } | Target::Interface(interface)) => {
            return in_the_way(program, target, interface, kind);
        }
        (why, _) => return AttachError::Filter { program, target: target.to_string(), why: why.to_string() },
    };
    let permitted = capability::missing(capability::ATTACH_CGROUP).is_empty();
    match (source.raw_os_error(), target) {
        // The same number says that the hierarchy does not allow it (`__cgroup_bpf_attach`).
        (Some(libc::EPERM), Target::Cgroup(path)) if permitted => {
            AttachError::Others { program, mode: mode.name, path: path.clone() }
        }
        (Some(libc::EPERM | libc::EACCES), _) => {
            AttachError::NotPermitted { program, advice: capability::advice(capability::ATTACH_CGROUP) }
        }
        // What `cgroup_get_from_fd` gives for any other file (kernel/cgroup/cgroup.c).
        (Some(libc::EBADF), Target::Cgroup(path)) => AttachError::NotCgroup { path: path.clone() },
        _ => AttachError::Kernel { program, source },
    }
}

fn in_the_way(program: String, target: &Target, interface: &str, kind: String) -> AttachError {
    let advice = match kind.as_str() {
        "ingress" => format!("`tc qdisc del dev {interface} ingress` removes it, with its filters"),
        _ => format!("give it another handle than `ffff:`; `tc qdisc show dev {interface}` shows it"),
    };
    AttachError::InTheWay { program, target: target.to_string(), kind, advice }
}
