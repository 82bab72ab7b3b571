//! Loading: the bytes of an object in, its maps and programs in the kernel out.
//!
//! ```text
//! object ─code→ functions ─link→ a program ─program→ loaded
//!        └types→ types in the kernel ─maps→ maps ─entries→ filled
//! ```
//!
//! What is left for a loader to do is done here and not by a library's loader, so that nothing is read
//! that an object does not need (the kernel's own types are a hundred times as large as everything
//! else), and every section, map kind and record that the catalogue has is loaded alike.

pub(crate) mod code;

mod entries;
mod error;
mod keep;
mod kernel;
mod link;
mod maps;
mod program;
mod relocate;
pub(crate) mod replace;
mod statistics;
pub(crate) mod symbols;
mod tables;
mod types;

use std::{
    collections::{HashMap, HashSet},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::{Path, PathBuf},
    sync::Arc,
};

use bpfl_stdlib::catalog::{feature, program::ProgramType, section::Section};

use code::Code;
pub use error::LoadError;
pub(crate) use error::other;
use error::{needed_for_map, not_permitted, refused};
use kernel::Kernel;
use link::Targets;
use maps::Made;
pub(crate) use maps::entries as map_entries;
use program::Loader;
pub use statistics::{Statistics, Tell};
use tables::{Place, Tables};

use crate::{
    attach::error::unknown_section,
    host::{self, memlock},
    map, pin,
    spec::{ObjectSpec, ProgramSpec, TableSpec, TableValue, file::File},
    sys::ArenaMemory,
};

/// The running kernel's own types.
pub const KERNEL_BTF: &str = "/sys/kernel/btf/vmlinux";

/// What was said before an object was loaded.
pub(crate) struct Before {
    /// Where maps are pinned by their names.
    pub(crate) pins: PathBuf,
    /// Bytes of variables in sections that take no space in the object: section, offset, bytes.
    pub(crate) globals: Vec<(String, usize, Vec<u8>)>,
    /// To whom the verifier is to say how much it had to look at.
    pub(crate) statistics: Option<Tell>,
    /// Whether relocations are not left to the kernel.
    pub(crate) relocated: bool,
    /// Whether nothing is loaded: programs run in the userspace VM.
    pub(crate) in_vm: bool,
}

impl Default for Before {
    fn default() -> Self {
        let pins = pin::DIRECTORY.into();
        Self { pins, globals: Vec::new(), statistics: None, relocated: false, in_vm: false }
    }
}

impl Before {
    /// Writes the variables, before anything is attached that could change them.
    fn fill(&self, loaded: &Loaded) -> Result<(), LoadError> {
        for (section, offset, bytes) in self.globals.iter().filter(|of| !loaded.kept.contains(&of.0)) {
            let failed = |source| LoadError::Map { map: section.clone(), source };
            map::store::overwrite(loaded.map(section)?, *offset, bytes).map_err(failed)?;
        }
        Ok(())
    }
}

/// The maps of an object, and its programs as far as they were loaded.
pub(crate) struct Loaded {
    maps: Vec<Made>,
    /// The maps that go on from an object before this one.
    kept: HashSet<String>,
    code: Code,
    /// The object's types in the kernel, where it took them.
    types: Option<OwnedFd>,
    kernel: Kernel,
    programs: HashMap<String, OwnedFd>,
    /// Whether the maps of programs have their first entries.
    filled: bool,
    /// Whether CO-RE relocations are applied here: the kernel leaves them to the loader.
    relocated: bool,
    /// Who is told of the verifier's work.
    statistics: Option<Tell>,
}

impl Loaded {
    /// Makes the maps of the object `bytes`, which `spec` describes, and gets its programs ready to
    /// be loaded.
    ///
    /// `before` says what is to hold from the start.
    pub(crate) fn new(spec: &ObjectSpec, bytes: &[u8], before: &Before) -> Result<Self, LoadError> {
        Self::with_maps(spec, bytes, before, HashMap::new())
    }

    /// The same, where there are some of the maps already.
    fn with_maps(
        spec: &ObjectSpec,
        bytes: &[u8],
        before: &Before,
        mut kept: HashMap<String, maps::Kept>,
    ) -> Result<Self, LoadError> {
        if before.in_vm {
            return Err(LoadError::InVm);
        }
        let names = kept.keys().cloned().collect();
        let file = File::parse(bytes).map_err(other)?;
        let code = Code::read(&file, &spec.types)?;
        // A kernel without them says no more than that the program is wrong.
        if code.depends_on_kernel() && !Path::new(KERNEL_BTF).exists() {
            return Err(LoadError::NoKernelBtf);
        }
        memlock::raise();
        let types = types::load(&file);
        let maps = maps::make_all(spec, &file, types.as_ref().map(AsFd::as_fd), &before.pins, &mut kept)?;
        let loaded = Self {
            maps,
            kept: names,
            code,
            types,
            kernel: Kernel::default(),
            programs: HashMap::new(),
            filled: false,
            relocated: before.relocated || host::kernel() < feature::RELOCATIONS,
            statistics: before.statistics,
        };
        for map in spec.maps.iter().filter(|map| !loaded.kept.contains(&map.name)) {
            for (index, name) in map.entries.iter().filter(|(_, name)| spec.map(name).is_ok()) {
                entries::put(&map.name, loaded.map(&map.name)?, *index, loaded.map(name)?)?;
            }
        }
        before.fill(&loaded)?;
        Ok(loaded)
    }

    /// The map of this name.
    pub(crate) fn map(&self, name: &str) -> Result<BorrowedFd<'_>, LoadError> {
        let found = self.find_map(name);
        found.ok_or_else(|| LoadError::NoMap { map: name.into() })
    }

    /// The memory of the arena of this name.
    pub(crate) fn memory(&self, name: &str) -> Option<Arc<ArenaMemory>> {
        self.maps.iter().find(|map| map.name == name)?.memory.clone()
    }

    fn find_map(&self, name: &str) -> Option<BorrowedFd<'_>> {
        self.maps.iter().find(|map| map.name == name).map(|map| map.fd.as_fd())
    }

    /// Loads one program of `object`, if that has not been done, and those that maps hold for tail
    /// calls.
    pub(crate) fn load(&mut self, object: &ObjectSpec, spec: &ProgramSpec) -> Result<(), LoadError> {
        self.load_one(object, spec)?;
        if std::mem::replace(&mut self.filled, true) {
            return Ok(());
        }
        self.fill(object)
    }

    /// Puts programs for tail calls into the maps that hold them, each loaded for it.
    fn fill(&mut self, object: &ObjectSpec) -> Result<(), LoadError> {
        for map in &object.maps {
            for (index, name) in &map.entries {
                let Some(entry) = object.programs.iter().find(|program| program.name == *name) else {
                    continue;
                };
                self.load_one(object, entry)?;
                entries::put(&map.name, self.map(&map.name)?, *index, self.program(entry)?)?;
            }
        }
        Ok(())
    }

    fn load_one(&mut self, object: &ObjectSpec, spec: &ProgramSpec) -> Result<(), LoadError> {
        if self.programs.contains_key(&spec.name) {
            return Ok(());
        }
        let fd = self.load_apart(object, spec, None)?;
        self.programs.insert(spec.name.clone(), fd);
        Ok(())
    }

    /// Loads a program, which replaces a function if that is said.
    fn load_apart(
        &self,
        object: &ObjectSpec,
        spec: &ProgramSpec,
        function: Option<&replace::Function<'_>>,
    ) -> Result<OwnedFd, LoadError> {
        let row = spec.row.ok_or_else(|| unknown_section(spec))?;
        let place = self.place(object, spec, row)?;
        let find = |name: &str| self.find_map(name);
        let untyped = |name: &str| symbols::is_untyped(object.types.btf.as_ref(), name);
        let targets = Targets { map: &find, kernel: &self.kernel, untyped: &untyped };
        let mut linked = self.code.link(&spec.name, &object.types.ext, &targets)?;
        if self.relocated && !linked.records.relocations.is_empty() {
            let own = object.types.btf.as_ref().ok_or(LoadError::NoKernelBtf)?;
            relocate::apply(&mut linked, own, self.kernel.types()?)?;
        }
        let loader = Loader { object, kernel: &self.kernel, types: self.types.as_ref().map(AsFd::as_fd) };
        let loaded = loader.load(spec, row, (place, function), &linked, self.statistics)?;
        loaded.map_err(|refusal| refused(spec, refusal))
    }

    /// What a program is for that is a function of a table.
    fn place(
        &self,
        object: &ObjectSpec,
        spec: &ProgramSpec,
        row: &Section,
    ) -> Result<Option<Place>, LoadError> {
        if row.ty != ProgramType::StructOps {
            return Ok(None);
        }
        let place = Tables(self.kernel.types()?).place(object, &spec.name)?;
        place.map(Some).ok_or_else(|| LoadError::Loose { program: spec.name.clone() })
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
        let types =
            self.types.as_ref().ok_or_else(|| other("the kernel does not take the object's types"))?;
        let program = |name: &str| self.programs.get(name).map(AsFd::as_fd);
        Tables(self.kernel.types()?).register(table, types.as_fd(), program)
    }

    /// A program that was loaded.
    pub(crate) fn program(&self, spec: &ProgramSpec) -> Result<BorrowedFd<'_>, LoadError> {
        let missing = || other(format!("`{}` was not loaded", spec.name));
        self.programs.get(&spec.name).map(AsFd::as_fd).ok_or_else(missing)
    }
}
