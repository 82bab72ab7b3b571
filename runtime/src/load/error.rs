//! Why an object cannot be loaded, and what the kernel's refusals mean.

use std::io;

use bpfl_stdlib::catalog::{
    helper::{self, Helper},
    program::Capability,
    refusal,
};

use super::{KERNEL_BTF, program::Refusal};
use crate::{
    attach::AttachError,
    host::capability,
    pin::PinError,
    spec::{ProgramSpec, SpecError},
    value::EncodeError,
};

/// Why an object could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It could not even be described.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// It reads kernel structs, whose layout the running kernel does not tell.
    #[error(
        "the object reads kernel structs, for which it needs the kernel's own BTF, and {KERNEL_BTF} is not there; \
         boot a kernel built with CONFIG_DEBUG_INFO_BTF=y"
    )]
    NoKernelBtf,
    /// A program whose hook is not known here.
    #[error(transparent)]
    Hook(#[from] AttachError),
    /// A capability is missing, or the kernel's settings forbid it.
    #[error("loading {what} was not permitted; {advice}")]
    NotPermitted {
        /// What was being loaded.
        what: String,
        /// Which capability is missing and what to do.
        advice: String,
    },
    /// The kernel does not have what the program is for.
    #[error(
        "the kernel has nothing for `{program}`, which is in section `{section}`: no `{name}` in its BTF"
    )]
    NoTarget {
        /// The program.
        program: String,
        /// Its section.
        section: String,
        /// What was looked for.
        name: String,
    },
    /// The object uses a function or variable of the kernel's that the running kernel does not have.
    #[error("the running kernel has no function `{name}` for programs to call")]
    NoFunction {
        /// The function.
        name: String,
    },
    /// The object reads an option that the running kernel's configuration does not have.
    #[error(
        "the object reads `{name}`, which {}; declare it weak, and it is zero then",
        if *known {
            "the running kernel's configuration does not set"
        } else {
            "nobody tells: there is no /proc/config.gz or /boot/config of the running kernel's"
        }
    )]
    NoOption {
        /// The option.
        name: String,
        /// Whether there is a configuration to read.
        known: bool,
    },
    /// An option's value does not fit the variable.
    #[error("the kernel's `{name}` is {value}, which its variable cannot hold: {error}")]
    Option {
        /// The option.
        name: String,
        /// What it is set to.
        value: String,
        /// Why it does not fit.
        error: EncodeError,
    },
    /// The object uses a variable of the kernel's that its BTF does not have.
    #[error(
        "the running kernel's BTF has no variable `{name}`; without a type it would be found among all symbols"
    )]
    NoVariable {
        /// The variable.
        name: String,
    },
    /// The address of a symbol of the kernel's is not to be had.
    #[error("the running kernel does not tell the address of `{name}`: {why}")]
    Symbol {
        /// The symbol.
        name: String,
        /// Why.
        why: String,
    },
    /// No function of a loaded program's can be replaced by this name.
    #[error("there is no function `{name}` to replace: {why}; a function is one when it is `:global t`")]
    NoGlobalFunction {
        /// The function.
        name: String,
        /// Why.
        why: String,
    },
    /// The verifier refused the program.
    #[error("the kernel's verifier refused `{program}` ({source})")]
    Verifier {
        /// The program.
        program: String,
        /// The error number.
        source: io::Error,
        /// The verifier's log, as it came.
        log: String,
        /// Which missing capability it is refused for, and what to do; `None` when it is not.
        advice: Option<String>,
    },
    /// What is pinned cannot be used.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// The kernel could not make a map.
    #[error("the kernel could not make map `{map}` ({source})")]
    Map {
        /// The map.
        map: String,
        /// The error number.
        source: io::Error,
    },
    /// An arena's memory cannot be had at the address where programs have it.
    #[error(
        "the memory of arena `{map}` cannot be mapped ({source}); when another process has it, or what is at the \
         address of its `:map-extra`, say another address there: `:map-extra #x100000000000`"
    )]
    Arena {
        /// The map.
        map: String,
        /// The error number.
        source: io::Error,
    },
    /// The kernel takes no such table of functions.
    #[error("the running kernel takes no `{kernel}` from programs, which `{table}` is")]
    NoTable {
        /// The table.
        table: String,
        /// The struct.
        kernel: String,
    },
    /// The kernel's table has no such member.
    #[error("the running kernel's `{kernel}` has no `{member}`, which `{table}` sets")]
    NoMember {
        /// The table.
        table: String,
        /// The struct.
        kernel: String,
        /// The member.
        member: String,
    },
    /// The kernel refused a table of functions.
    #[error(
        "the kernel refused the table `{table}` ({source}); a function that it needs may be missing, or the name taken"
    )]
    Table {
        /// The table.
        table: String,
        /// The error number.
        source: io::Error,
    },
    /// A function of a table that no table of the object has.
    #[error(
        "`{program}` is a function that the kernel calls through a table, and the object has none with it"
    )]
    Loose {
        /// The program.
        program: String,
    },
    /// A map could not be given what it holds from the start.
    #[error("the map `{map}` cannot be given its entry {index} ({source})")]
    Entry {
        /// The map.
        map: String,
        /// The entry.
        index: u32,
        /// The error number.
        source: io::Error,
    },
    /// An instruction refers to a map that the object does not define so that it could be made.
    #[error(
        "the object uses `{map}` and does not say what it is; a compiler of C says it when it is told to with `-g`"
    )]
    NoMap {
        /// The map, or section of variables.
        map: String,
    },
    /// What only the kernel can do, in a session that does not ask it.
    #[error("the userspace VM runs programs on given input, and nothing else: it attaches and pins none")]
    InVm,
    /// The object itself is not as it should be.
    #[error("the object cannot be loaded: {0}")]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl LoadError {
    /// The verifier's log, where there is one.
    pub fn verifier_log(&self) -> Option<&str> {
        match self {
            Self::Verifier { log, .. } if !log.is_empty() => Some(log),
            _ => None,
        }
    }
}

/// What an object has that it should not have.
pub(crate) fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> LoadError {
    LoadError::Other(error.into())
}

/// What the kernel's refusal of a program means.
pub(super) fn refused(spec: &ProgramSpec, refusal: Refusal) -> LoadError {
    let Refusal { error: source, log } = refusal;
    // The verifier has refused whatever it has written a reason about; EACCES is its too.
    if source.raw_os_error() == Some(libc::EPERM) && super::statistics::is_all_of(&log) {
        return not_permitted(format!("`{}`", spec.name), needed(spec));
    }
    let advice = lacking(&log).map(|missing| capability::advice(&[missing]));
    LoadError::Verifier { program: spec.name.clone(), source, log, advice }
}

/// The capabilities that loading a program takes, by its type.
fn needed(spec: &ProgramSpec) -> &'static [&'static capability::Capability] {
    let beside = spec.row.map_or(&[][..], |row| row.ty.row().capabilities);
    match () {
        () if beside.contains(&Capability::NetAdmin) => capability::ATTACH_CGROUP,
        () if beside.contains(&Capability::Perfmon) => capability::TRACE,
        () => capability::LOAD_CGROUP,
    }
}

/// The capability without which the verifier refuses what it has written `log` about, if this user
/// does not have it.
fn lacking(log: &str) -> Option<&'static capability::Capability> {
    let perfmon = capability::missing(&[&capability::PERFMON]).first().copied();
    let words = refusal::WITHOUT_PERFMON.iter().any(|words| log.contains(words));
    perfmon.filter(|_| words || refused_helper(log).is_some_and(|helper| helper.perfmon))
}

/// The helper that the verifier refused: "… cannot use helper bpf_NAME#ID".
fn refused_helper(log: &str) -> Option<&'static Helper> {
    let (_, name) = log.rsplit_once(refusal::HELPER)?;
    helper::find(name.split('#').next()?.strip_prefix("bpf_")?)
}

/// The capabilities that a map takes which was refused. CAP_BPF makes most; maps of sockets and of
/// devices take CAP_NET_ADMIN too (kernel/bpf/syscall.c, `map_create`).
pub(super) fn needed_for_map() -> &'static [&'static capability::Capability] {
    match capability::missing(capability::LOAD_CGROUP).is_empty() {
        true => capability::ATTACH_CGROUP,
        false => capability::LOAD_CGROUP,
    }
}

pub(super) fn not_permitted(what: String, needed: &[&'static capability::Capability]) -> LoadError {
    LoadError::NotPermitted { what, advice: capability::advice(needed) }
}
