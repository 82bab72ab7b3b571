//! Loading: the bytes of an object in, its maps and programs in the kernel out, through aya.

use std::{io, path::Path};

use aya::{Ebpf, EbpfError, EbpfLoader, maps::MapError, programs::ProgramError};
use aya_obj::{Object, ParseError};
use bpfl_stdlib::catalog::{
    helper::{self, Helper},
    program::Capability,
    refusal,
};

use crate::{
    attach::{self, AttachError},
    host::{capability, memlock},
    spec::{ProgramSpec, SpecError},
};

const KERNEL_BTF: &str = "/sys/kernel/btf/vmlinux";

/// Why an object could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It could not even be described.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// aya-obj refuses a whole object over one section that it does not know.
    #[error(
        "the object cannot be loaded because of its section `{section}`, which the loader does not know; build \
         that program into an object of its own"
    )]
    Section {
        /// The section.
        section: String,
    },
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
    /// The kernel could not make a map.
    #[error("the kernel could not make map `{map}` ({source})")]
    Map {
        /// The map.
        map: String,
        /// The error number.
        source: io::Error,
    },
    /// Anything else that aya reports.
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

/// Makes the maps of the object `bytes` and gets its programs ready to be loaded.
pub(crate) fn load_object(bytes: &[u8]) -> Result<Ebpf, LoadError> {
    let object = Object::parse(bytes).map_err(|error| explain_object(error.into()))?;
    // Without it aya would load the object with those accesses left as they were compiled.
    if object.has_btf_relocations() && !Path::new(KERNEL_BTF).exists() {
        return Err(LoadError::NoKernelBtf);
    }
    memlock::raise();
    EbpfLoader::new().allow_unsupported_maps().load(bytes).map_err(explain_object)
}

/// Loads one program.
pub(crate) fn load_program(ebpf: &mut Ebpf, spec: &ProgramSpec) -> Result<(), LoadError> {
    let hook = attach::hook(spec)?;
    let missing = || LoadError::Other(format!("the loader does not see program `{}`", spec.name).into());
    let program = ebpf.program_mut(&spec.name).ok_or_else(missing)?;
    match (hook.load)(program) {
        Ok(()) | Err(ProgramError::AlreadyLoaded) => Ok(()),
        Err(error) => Err(explain_program(spec, error)),
    }
}

fn explain_object(error: EbpfError) -> LoadError {
    match error {
        EbpfError::ParseError(ParseError::InvalidProgramSection { section }) => {
            LoadError::Section { section }
        }
        EbpfError::MapError(MapError::CreateError { name, io_error }) => match io_error.kind() {
            io::ErrorKind::PermissionDenied => not_permitted(format!("map `{name}`"), needed_for_map()),
            _ => LoadError::Map { map: name, source: io_error },
        },
        // Without CAP_BPF the loader takes the kernel for one that lacks what it may not ask for.
        _ if !capability::missing(capability::LOAD_CGROUP).is_empty() => {
            not_permitted("the object".into(), capability::LOAD_CGROUP)
        }
        other => LoadError::Other(Box::new(other)),
    }
}

fn explain_program(spec: &ProgramSpec, error: ProgramError) -> LoadError {
    match error {
        ProgramError::LoadError { io_error, verifier_log } => {
            let log = verifier_log.to_string();
            // The verifier has refused whatever it has written a log about; EACCES is its too.
            if io_error.raw_os_error() == Some(libc::EPERM) && log.trim().is_empty() {
                return not_permitted(format!("`{}`", spec.name), needed(spec));
            }
            let advice = lacking(&log).map(|missing| capability::advice(&[missing]));
            LoadError::Verifier { program: spec.name.clone(), source: io_error, log, advice }
        }
        other => LoadError::Other(Box::new(other)),
    }
}

/// The capabilities that loading a program takes, by its type.
fn needed(spec: &ProgramSpec) -> &'static [&'static capability::Capability] {
    let beside = spec.row.map_or(&[][..], |row| row.ty.row().capabilities);
    match beside.contains(&Capability::NetAdmin) {
        true => capability::ATTACH_CGROUP,
        false => capability::LOAD_CGROUP,
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
fn needed_for_map() -> &'static [&'static capability::Capability] {
    match capability::missing(capability::LOAD_CGROUP).is_empty() {
        true => capability::ATTACH_CGROUP,
        false => capability::LOAD_CGROUP,
    }
}

fn not_permitted(what: String, needed: &[&'static capability::Capability]) -> LoadError {
    LoadError::NotPermitted { what, advice: capability::advice(needed) }
}
