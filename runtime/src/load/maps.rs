//! Making an object's maps.
//!
//! Maps come out in the order of the object's, those of memory with what they start with; what is pinned
//! by name and there already is opened, not made.

use std::{
    collections::HashMap,
    ffi::CString,
    io,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::Path,
    sync::Arc,
};

use bpfl_stdlib::catalog::map::{ARENA, Access, EntriesRule, ring_size};
use object::{Object, ObjectSection};

use super::{LoadError, needed_for_map, not_permitted, other};
use crate::{
    pin,
    spec::{
        MapSpec, ObjectSpec,
        file::File,
        globals::{self, is_constant, is_data},
        kconfig,
    },
    sys::{self, ArenaMemory, NewMap, RawMap, flag},
};

/// A map of an object, in the kernel.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) name: String,
    pub(super) fd: OwnedFd,
    /// An arena's memory, which is mapped before any program that uses it is loaded: the verifier wants to
    /// know its address.
    pub(super) memory: Option<Arc<ArenaMemory>>,
}

/// A map that goes on from an object before.
pub(super) type Kept = (OwnedFd, Option<Arc<ArenaMemory>>);

/// All maps of an object; `pins` is where those are that are pinned by name. Those that are in `kept` are
/// taken from there.
pub(super) fn make_all(
    spec: &ObjectSpec,
    file: &File<'_>,
    types: Option<BorrowedFd<'_>>,
    pins: &Path,
    kept: &mut HashMap<String, Kept>,
) -> Result<Vec<Made>, LoadError> {
    let mut all = Vec::with_capacity(spec.maps.len());
    for map in &spec.maps {
        if let Some((fd, memory)) = kept.remove(&map.name) {
            all.push(Made { name: map.name.clone(), fd, memory });
            continue;
        }
        let fd = if map.pinned { pinned(map, types, &pins.join(&map.name))? } else { make(map, types)? };
        if map.globals {
            start(map, file, fd.as_fd())?;
        }
        let memory = if map.kind.name == ARENA { Some(share(map, fd.as_fd())?) } else { None };
        all.push(Made { name: map.name.clone(), fd, memory });
    }
    // Sections of literals are memory too, though no variables are in them.
    for section in file.sections() {
        let name = file.section_name(&section).map_err(other)?;
        if is_data(name) && section.size() > 0 && !all.iter().any(|made| made.name == name) {
            let map = globals::map(name, section.size() as usize, Vec::new(), 0);
            let fd = make(&map, None)?;
            start(&map, file, fd.as_fd())?;
            all.push(Made { name: name.into(), fd, memory: None });
        }
    }
    Ok(all)
}

/// Makes a map, whose key and value are of `types`.
fn make(spec: &MapSpec, types: Option<BorrowedFd<'_>>) -> Result<OwnedFd, LoadError> {
    let inner = spec.making.inner.as_ref().map(|inner| make(inner, types)).transpose()?;
    let read_only = spec.globals && is_constant(&spec.name);
    let described = types.filter(|_| is_described(spec));
    let new = NewMap {
        name: &spec.name,
        kind: spec.making.kind,
        key_size: spec.key.size() as u32,
        value_size: spec.value.size() as u32,
        max_entries: entries(spec),
        flags: spec.flags | if read_only { flag("BPF_F_RDONLY_PROG") } else { 0 },
        node: spec.making.node,
        extra: spec.making.extra,
        inner: inner.as_ref().map(AsFd::as_fd),
        types: described.map(|types| (types, spec.making.key, spec.making.value)),
        kernel_type: 0,
    };
    let made = sys::create_map(&new).or_else(|error| match new.types {
        // There are kinds whose types the kernel does not take.
        Some(_) if error.raw_os_error() != Some(libc::EPERM) && !spec.kind.btf => {
            sys::create_map(&NewMap { types: None, ..new })
        }
        _ => Err(error),
    });
    made.map_err(|source| refused(spec, source))
}

/// The memory of an arena, in this process too.
fn share(spec: &MapSpec, fd: BorrowedFd<'_>) -> Result<Arc<ArenaMemory>, LoadError> {
    let bytes = u64::from(spec.max_entries) * rustix::param::page_size() as u64;
    let length = usize::try_from(bytes).map_err(other)?;
    match ArenaMemory::map(fd, spec.making.extra, length) {
        Ok(memory) => Ok(Arc::new(memory)),
        Err(source) => Err(LoadError::Arena { map: spec.name.clone(), source }),
    }
}

/// Whether the kernel may be told the types of the map's keys and values.
fn is_described(spec: &MapSpec) -> bool {
    spec.making.value != 0 && spec.kind.access != Access::Handles
}

/// How many entries the map is made for.
pub(crate) fn entries(spec: &MapSpec) -> u32 {
    let page = u32::try_from(rustix::param::page_size()).unwrap_or(4096);
    match spec.kind.entries {
        EntriesRule::Ring => ring_size(spec.max_entries, page).unwrap_or(spec.max_entries),
        EntriesRule::Cpus if spec.max_entries == 0 => {
            aya::util::nr_cpus().map_or(spec.max_entries, |cpus| cpus as u32)
        }
        _ => spec.max_entries,
    }
}

/// Gives memory what it starts with. What programs may only read, nobody can change from then on.
fn start(spec: &MapSpec, file: &File<'_>, map: BorrowedFd<'_>) -> Result<(), LoadError> {
    let failed = |source| LoadError::Map { map: spec.name.clone(), source };
    let section = file.section_by_name(&spec.name);
    let bytes = match section {
        Some(section) => section.data().map_err(other)?,
        None if spec.name == kconfig::SECTION => &kconfig::values(spec, file)?,
        None => &[],
    };
    if bytes.iter().any(|byte| *byte != 0) {
        let raw = RawMap::new(map, 1).map_err(failed)?;
        raw.update(&0u32.to_ne_bytes(), bytes, 0).map_err(failed)?;
    }
    if is_constant(&spec.name) {
        sys::freeze_map(map).map_err(failed)?;
    }
    Ok(())
}

/// The map that is pinned at `path`; it is made and pinned there if there is none.
fn pinned(spec: &MapSpec, types: Option<BorrowedFd<'_>>, path: &Path) -> Result<OwnedFd, LoadError> {
    pin::check(spec, path)?;
    if path.exists() {
        let name = CString::new(path.as_os_str().as_bytes()).map_err(other)?;
        return sys::open_pin(&name).map_err(|source| refused(spec, source));
    }
    let made = make(spec, types)?;
    pin::pin(&made, path)?;
    Ok(made)
}

fn refused(spec: &MapSpec, source: io::Error) -> LoadError {
    let what = if spec.globals { "the global variables".into() } else { format!("map `{}`", spec.name) };
    match source.kind() {
        io::ErrorKind::PermissionDenied => not_permitted(what, needed_for_map()),
        _ => LoadError::Map { map: spec.name.clone(), source },
    }
}
