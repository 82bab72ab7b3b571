//! What programs are attached to, and which of several targets a program wants.

use std::{
    fmt,
    num::NonZeroU16,
    path::{Path, PathBuf},
};

use bpfl_stdlib::catalog::attach::TargetKind;

use super::{AttachError, NetfilterHook, hooks, target_kind};
use crate::spec::{MapSpec, ObjectSpec, ProgramSpec};

/// What to attach to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A directory of the cgroup v2 hierarchy.
    Cgroup(PathBuf),
    /// A sockmap or sockhash of the same object, by its name.
    Map(String),
    /// A network interface, by its name.
    Interface(String),
    /// The network namespace of this thread.
    Network,
    /// What comes in through a network interface, or goes out: programs of tc.
    Traffic {
        /// The interface's name.
        interface: String,
        /// Which; where it is not given, the section says it.
        direction: Option<Direction>,
        /// What holds the programs there.
        via: Via,
    },
    /// A hook of netfilter, of the network namespace of this thread.
    Netfilter(NetfilterHook),
    /// A socket of this process: [`Session::attach_socket`](crate::session::Session::attach_socket) takes it.
    Socket,
    /// An event: a tracepoint, a function, a clock; written as a section, which is most often the
    /// program's own.
    Event(String),
}

/// Which way packets go through an interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// In.
    Ingress,
    /// Out.
    Egress,
}

/// What holds programs of tc at an interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Via {
    /// Links where the kernel has them (tcx, since Linux 6.6), else filters.
    #[default]
    Any,
    /// Links.
    Tcx,
    /// Filters of the queueing discipline `clsact`, as `tc` makes them. They are removed when the attachment ends,
    /// but not when the process is killed; `bpfl detach` removes what stays then.
    Clsact {
        /// Programs with small numbers run first, and of one number the newest; without one, a program runs after
        /// all others of ours.
        priority: Option<NonZeroU16>,
    },
}

impl Target {
    /// What holds programs there.
    pub(super) fn via(&self) -> Via {
        match self {
            Self::Traffic { via, .. } => *via,
            _ => Via::Any,
        }
    }

    /// The cgroup at `path`, which must be a directory of the v2 hierarchy:
    /// [`cgroup::resolve`](crate::cgroup::resolve) finds the one a user means.
    pub fn cgroup(path: impl AsRef<Path>) -> Self {
        Self::Cgroup(path.as_ref().into())
    }

    /// The network interface called `name`.
    pub fn interface(name: impl Into<String>) -> Self {
        Self::Interface(name.into())
    }

    /// The sockmap or sockhash called `name`, where `-` and `_` are alike.
    pub fn map(name: impl Into<String>) -> Self {
        Self::Map(name.into())
    }

    /// Whether `program`, which is for targets of this kind, can be attached to it.
    fn suits(&self, program: &ProgramSpec, kind: TargetKind) -> bool {
        match self {
            Self::Cgroup(_) => kind == TargetKind::Cgroup,
            Self::Map(_) => kind == TargetKind::SockMap,
            Self::Interface(_) => kind == TargetKind::Interface,
            Self::Network => kind == TargetKind::NetNamespace,
            Self::Traffic { .. } => hooks::is_traffic(program),
            Self::Netfilter(_) => kind == TargetKind::NetfilterHook,
            Self::Event(_) => is_event(kind),
            Self::Socket => false,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cgroup(path) => write!(f, "the cgroup `{}`", path.display()),
            Self::Map(name) => write!(f, "the map `{name}`"),
            Self::Interface(name) => write!(f, "the interface `{name}`"),
            Self::Network => f.write_str("this network namespace"),
            Self::Socket => f.write_str("a socket"),
            Self::Traffic { interface, direction, .. } => match direction {
                Some(Direction::Ingress) => write!(f, "what comes in through `{interface}`"),
                Some(Direction::Egress) => write!(f, "what goes out through `{interface}`"),
                None => write!(f, "the traffic of `{interface}`"),
            },
            Self::Netfilter(hook) => write!(f, "netfilter's {}", hook.at.name()),
            Self::Event(section) => write!(f, "`{section}`"),
        }
    }
}

/// Whether programs for such a target say themselves what they are attached to.
fn is_event(kind: TargetKind) -> bool {
    use TargetKind as K;
    matches!(
        kind,
        K::Function | K::Tracepoint | K::KernelFunctions | K::UserFunctions | K::PerfEvent | K::LsmHook
    )
}

/// What a kind of target is called, and how a user names one.
pub(super) fn wanted(kind: TargetKind) -> (&'static str, &'static str) {
    match kind {
        TargetKind::Cgroup => {
            ("a cgroup", "name it with `--cgroup`; `--cgroup /sys/fs/cgroup` is every process of the machine")
        }
        TargetKind::SockMap => ("a sockmap or sockhash", "define one with `defmap`"),
        TargetKind::Interface => ("a network interface", "name it with `--interface`"),
        TargetKind::NetNamespace => ("a network namespace", "it is the one that this runs in"),
        TargetKind::NetfilterHook => ("a hook of netfilter", "name it with `attach-netfilter`"),
        kind if is_event(kind) => ("what its section names", "name nothing"),
        _ => ("something else", "this version of bpfl cannot"),
    }
}

/// Whether `program` of `object` can be attached to `target`, as far as the object tells.
pub(crate) fn check(object: &ObjectSpec, program: &ProgramSpec, target: &Target) -> Result<(), AttachError> {
    let kind = target_kind(program)?;
    if !target.suits(program, kind) {
        let (wanted, _) = wanted(kind);
        return Err(AttachError::WrongTarget {
            program: program.name.clone(),
            wanted,
            given: target.to_string(),
        });
    }
    match target {
        Target::Map(name) => object.map(name).map_or(Ok(()), |map| holds_sockets(object, map)),
        _ => Ok(()),
    }
}

/// Whether `map` of `object` is a sockmap or sockhash.
pub(crate) fn holds_sockets(object: &ObjectSpec, map: &MapSpec) -> Result<(), AttachError> {
    if is_sockmap(map) {
        return Ok(());
    }
    let advice = match names(object).as_slice() {
        [] => "the object has no sockmap or sockhash".into(),
        names => format!("name {}", names.join(" or ")),
    };
    Err(AttachError::NotSockMap { map: map.name.clone(), kind: map.kind.name, advice })
}

/// The first of `targets` that `program` can be attached to. A sockmap or sockhash that is the
/// only one need not be named.
pub(crate) fn choose(
    object: &ObjectSpec,
    program: &ProgramSpec,
    targets: &[Target],
) -> Result<Target, AttachError> {
    let kind = target_kind(program)?;
    match kind {
        TargetKind::NetNamespace => return Ok(Target::Network),
        kind if is_event(kind) => return Ok(Target::Event(program.section.clone())),
        _ => {}
    }
    let fits = |target: &&Target| target.suits(program, kind) && !is_other_way(program, target);
    if let Some(target) = targets.iter().find(fits) {
        return Ok(target.clone());
    }
    let mut maps = object.maps.iter().filter(|map| is_sockmap(map));
    match (kind, maps.next(), maps.next()) {
        (TargetKind::SockMap, Some(map), None) => Ok(Target::map(&map.name)),
        (TargetKind::SockMap, Some(_), Some(_)) => {
            Err(missing(program, kind, &format!("name {}", names(object).join(" or "))))
        }
        _ => Err(missing(program, kind, wanted(kind).1)),
    }
}

/// Whether a target is the traffic in one direction, and the program's section is for the other.
fn is_other_way(program: &ProgramSpec, target: &Target) -> bool {
    matches!(hooks::attach_type(program, target), Err(AttachError::Direction { .. }))
}

fn missing(program: &ProgramSpec, kind: TargetKind, advice: &str) -> AttachError {
    let (wanted, _) = wanted(kind);
    AttachError::NoTarget { program: program.name.clone(), wanted, advice: advice.into() }
}

fn is_sockmap(map: &MapSpec) -> bool {
    matches!(map.kind.name, "sockmap" | "sockhash")
}

fn names(object: &ObjectSpec) -> Vec<String> {
    object.maps.iter().filter(|map| is_sockmap(map)).map(|map| format!("`{}`", map.name)).collect()
}
