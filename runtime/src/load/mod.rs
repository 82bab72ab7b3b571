//! Loading: the bytes of an object in, its maps and programs in the kernel out, through aya.

mod entries;
mod foreign;
mod kfunc;
mod rename;
mod tables;
mod types;

use std::{
    cell::RefCell,
    collections::HashMap,
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::{Path, PathBuf},
};

use aya::{
    Ebpf, EbpfError, EbpfLoader, VerifierLogLevel,
    maps::MapError,
    programs::{Program, ProgramError},
};
use aya_obj::Object;
use bpfl_stdlib::catalog::{
    helper::{self, Helper},
    program::{Capability, ProgramType},
    refusal,
    section::Section,
};

use foreign::Refusal;

use crate::{
    attach::{self, AttachError},
    host::{capability, memlock},
    map,
    pin::{self, PinError},
    spec::{ObjectSpec, ProgramSpec, SpecError, TableSpec, TableValue},
};

/// The running kernel's own types.
pub const KERNEL_BTF: &str = "/sys/kernel/btf/vmlinux";

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
    /// The object calls a kernel function that the running kernel does not have.
    #[error("the running kernel has no function `{name}` for programs to call")]
    NoFunction {
        /// The function.
        name: String,
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

thread_local! {
    /// Making one reads all of the kernel's types, which takes longer than all else: it is made once.
    static LOADER: RefCell<EbpfLoader<'static>> = RefCell::new({
        let mut loader = EbpfLoader::new();
        // A log is asked for when there is a refusal, by `foreign`.
        loader.allow_unsupported_maps().verifier_log_level(VerifierLogLevel::DISABLE);
        loader
    });
}

/// What was said before an object was loaded.
pub(crate) struct Before {
    /// Where maps are pinned by their names.
    pub(crate) pins: PathBuf,
    /// Bytes of variables in sections that take no space in the object: section, offset, bytes.
    pub(crate) globals: Vec<(String, usize, Vec<u8>)>,
}

impl Default for Before {
    fn default() -> Self {
        Self { pins: pin::DIRECTORY.into(), globals: Vec::new() }
    }
}

impl Before {
    /// Writes the variables, before anything is attached that could change them.
    fn fill(&self, loaded: &Loaded) -> Result<(), LoadError> {
        for (section, offset, bytes) in &self.globals {
            let failed = |source| LoadError::Map { map: section.clone(), source };
            map::store::overwrite(loaded.map(section)?, *offset, bytes).map_err(failed)?;
        }
        Ok(())
    }
}

/// The maps of an object, and its programs as far as they were loaded.
pub(crate) struct Loaded {
    ebpf: Ebpf,
    /// Programs that were loaded past aya.
    foreign: HashMap<String, OwnedFd>,
    /// The object as aya was shown it.
    image: Vec<u8>,
    /// Whether the maps of programs have their first entries.
    filled: bool,
    /// The kernel's types, once a table of functions has asked for them.
    kernel: Option<tables::Kernel>,
}

impl Loaded {
    /// Makes the maps of the object `bytes`, which `spec` describes, and gets its programs ready to
    /// be loaded.
    ///
    /// `before` says what is to hold from the start.
    pub(crate) fn new(spec: &ObjectSpec, bytes: &[u8], before: &Before) -> Result<Self, LoadError> {
        for map in spec.maps.iter().filter(|map| map.pinned) {
            pin::check(map, &before.pins.join(&map.name))?;
        }
        let mut image = rename::image(spec, bytes).into_owned();
        kfunc::resolve(&mut image)?;
        entries::hide(spec, &mut image);
        let object = Object::parse(&image).map_err(|error| explain_object(error.into()))?;
        // Without it aya would load the object with those accesses left as they were compiled.
        if object.has_btf_relocations() && !Path::new(KERNEL_BTF).exists() {
            return Err(LoadError::NoKernelBtf);
        }
        memlock::raise();
        let ebpf =
            LOADER.with_borrow_mut(|loader| loader.default_map_pin_directory(&before.pins).load(&image));
        let ebpf = ebpf.map_err(explain_object)?;
        let loaded = Self { ebpf, foreign: HashMap::new(), image, filled: false, kernel: None };
        for map in &spec.maps {
            for (index, name) in map.entries.iter().filter(|(_, name)| spec.map(name).is_ok()) {
                entries::put(&map.name, loaded.map(&map.name)?, *index, loaded.map(name)?)?;
            }
        }
        before.fill(&loaded)?;
        Ok(loaded)
    }

    /// The map of this name.
    pub(crate) fn map(&self, name: &str) -> Result<BorrowedFd<'_>, LoadError> {
        let missing = || LoadError::Other(format!("the loader does not see map `{name}`").into());
        Ok(map::data(self.ebpf.map(name).ok_or_else(missing)?).fd().as_fd())
    }

    /// Loads one program of `object`, if that has not been done, and those that maps hold for tail
    /// calls.
    pub(crate) fn load(&mut self, object: &ObjectSpec, spec: &ProgramSpec) -> Result<(), LoadError> {
        self.load_one(object, spec)?;
        if std::mem::replace(&mut self.filled, true) {
            return Ok(());
        }
        for map in &object.maps {
            for (index, name) in &map.entries {
                let Some(entry) = object.programs.iter().find(|program| program.name == *name) else {
                    continue;
                };
                self.load_one(object, entry)?;
                let program = self.program(entry)?.try_clone_to_owned();
                let program = program.map_err(|error| LoadError::Other(error.into()))?;
                entries::put(&map.name, self.map(&map.name)?, *index, program.as_fd())?;
            }
        }
        Ok(())
    }

    fn load_one(&mut self, object: &ObjectSpec, spec: &ProgramSpec) -> Result<(), LoadError> {
        let hook = attach::hook(spec)?;
        let row = spec.row.filter(|_| !self.foreign.contains_key(&spec.name));
        let Some(row) = row else { return Ok(()) };
        if let Some(hook) = hook.filter(|_| rename::known(&spec.section)) {
            match (hook.load)(self.own(spec)?) {
                Ok(()) | Err(ProgramError::AlreadyLoaded) => return Ok(()),
                Err(ProgramError::LoadError { .. }) => {}
                Err(error) => return Err(LoadError::Other(Box::new(error))),
            }
        }
        let place = self.place(object, spec, row)?;
        let loaded = foreign::load(&self.image, &self.ebpf, spec, row, place)?;
        self.foreign.insert(spec.name.clone(), loaded.map_err(|refusal| refused(spec, refusal))?);
        Ok(())
    }

    /// What a program is for that is a function of a table.
    fn place(
        &mut self,
        object: &ObjectSpec,
        spec: &ProgramSpec,
        row: &Section,
    ) -> Result<Option<tables::Place>, LoadError> {
        if row.ty != ProgramType::StructOps {
            return Ok(None);
        }
        let place = self.kernel()?.place(object, &spec.name)?;
        place.map(Some).ok_or_else(|| LoadError::Loose { program: spec.name.clone() })
    }

    fn kernel(&mut self) -> Result<&tables::Kernel, LoadError> {
        let kernel = match self.kernel.take() {
            Some(kernel) => kernel,
            None => tables::Kernel::read()?,
        };
        Ok(self.kernel.insert(kernel))
    }

    /// Loads the functions of `table` and registers it; it stays until the descriptors are closed.
    pub(crate) fn register(
        &mut self,
        object: &ObjectSpec,
        table: &TableSpec,
    ) -> Result<Vec<OwnedFd>, LoadError> {
        for member in &table.members {
            let TableValue::Program(name) = &member.value else { continue };
            let program = object.programs.iter().find(|program| program.name == *name);
            program.map_or(Ok(()), |program| self.load(object, program))?;
        }
        let types = foreign::types_of(&self.image)?;
        self.kernel()?;
        let Self { kernel, foreign, .. } = self;
        let program = |name: &str| foreign.get(name).map(AsFd::as_fd);
        kernel.as_ref().map_or(Ok(Vec::new()), |kernel| kernel.register(table, types.as_fd(), program))
    }

    /// A program that was loaded.
    pub(crate) fn program(&mut self, spec: &ProgramSpec) -> Result<BorrowedFd<'_>, LoadError> {
        if self.foreign.contains_key(&spec.name) {
            return Ok(self.foreign[&spec.name].as_fd());
        }
        let fd = self.own(spec)?.fd();
        Ok(fd.map_err(|error| LoadError::Other(error.into()))?.as_fd())
    }

    fn own(&mut self, spec: &ProgramSpec) -> Result<&mut Program, LoadError> {
        let missing = || LoadError::Other(format!("the loader does not see program `{}`", spec.name).into());
        self.ebpf.program_mut(&spec.name).ok_or_else(missing)
    }
}

fn explain_object(error: EbpfError) -> LoadError {
    match error {
        EbpfError::MapError(MapError::CreateError { name, io_error }) => match io_error.kind() {
            io::ErrorKind::PermissionDenied => not_permitted(format!("map `{name}`"), needed_for_map()),
            _ => LoadError::Map { map: name, source: io_error },
        },
        error @ EbpfError::ParseError(_) => LoadError::Other(Box::new(error)),
        // Without CAP_BPF the loader takes the kernel for one that lacks what it may not ask for.
        _ if !capability::missing(capability::LOAD_CGROUP).is_empty() => {
            not_permitted("the object".into(), capability::LOAD_CGROUP)
        }
        other => LoadError::Other(Box::new(other)),
    }
}

/// What the kernel's refusal of a program means.
fn refused(spec: &ProgramSpec, refusal: Refusal) -> LoadError {
    let Refusal { error: source, log } = refusal;
    // The verifier has refused whatever it has written a log about; EACCES is its too.
    if source.raw_os_error() == Some(libc::EPERM) && log.trim().is_empty() {
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
fn needed_for_map() -> &'static [&'static capability::Capability] {
    match capability::missing(capability::LOAD_CGROUP).is_empty() {
        true => capability::ATTACH_CGROUP,
        false => capability::LOAD_CGROUP,
    }
}

fn not_permitted(what: String, needed: &[&'static capability::Capability]) -> LoadError {
    LoadError::NotPermitted { what, advice: capability::advice(needed) }
}
