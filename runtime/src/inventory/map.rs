//! The maps that there are, and how their keys and values are read.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    path::Path,
    sync::Arc,
};

use super::btf;
use crate::{
    btf::{
        Btf, BtfError, Kind, TypeId,
        shape::{Field, Shape, Shapes},
    },
    map::{
        Map, MapError,
        kind::{self, MapKind},
    },
    spec::{Making, MapSpec},
    sys::{self, Info, Numbered},
};

/// A map in the kernel.
#[derive(Clone, Debug)]
pub struct MapInfo {
    /// Its id.
    pub id: u32,
    /// Its name, of which the kernel keeps 15 bytes.
    pub name: String,
    /// Its kind.
    pub kind: &'static MapKind,
    /// The bytes of a key.
    pub key_size: u32,
    /// The bytes of a value.
    pub value_size: u32,
    /// How many entries it may have.
    pub max_entries: u32,
    /// Its flags, `BPF_F_…`.
    pub flags: u32,
    types: u32,
    key: TypeId,
    value: TypeId,
}

// Places in `struct bpf_map_info`.
const WORDS: usize = 11;
const NAME: usize = 24;
const BTF: usize = 64;

impl MapInfo {
    fn of(fd: impl AsFd) -> io::Result<Self> {
        let info = Info::<WORDS>::of(fd)?;
        Ok(Self {
            kind: kind::find(info.u32(0)),
            id: info.u32(4),
            key_size: info.u32(8),
            value_size: info.u32(12),
            max_entries: info.u32(16),
            flags: info.u32(20),
            name: info.name(NAME),
            types: info.u32(BTF),
            key: info.u32(BTF + 4),
            value: info.u32(BTF + 8),
        })
    }
}

/// All maps, in the order of their ids.
///
/// # Errors
/// When the kernel refuses: `EPERM` without CAP_SYS_ADMIN.
pub fn maps() -> io::Result<Vec<MapInfo>> {
    let mut all = Vec::new();
    for id in sys::ids(Numbered::Map)? {
        if let Some(fd) = sys::by_id(Numbered::Map, id)? {
            all.push(MapInfo::of(fd)?);
        }
    }
    Ok(all)
}

/// A map that somebody else made, opened.
#[derive(Debug)]
pub struct OpenMap {
    info: MapInfo,
    spec: MapSpec,
    fd: OwnedFd,
}

impl OpenMap {
    /// Opens the map with this id; `None` when there is none.
    ///
    /// # Errors
    /// When the kernel refuses, or its types cannot be read.
    pub fn by_id(id: u32) -> io::Result<Option<Self>> {
        sys::by_id(Numbered::Map, id)?.map(Self::from_fd).transpose()
    }

    /// Opens the map that is pinned at `path`; `None` when what is pinned there is no map.
    ///
    /// # Errors
    /// When there is no such file, or the kernel refuses.
    pub fn by_pin(path: &Path) -> io::Result<Option<Self>> {
        let fd = super::open(path)?;
        match super::Held::behind(&fd)? {
            Some(super::Held::Map(_)) => Self::from_fd(fd).map(Some),
            _ => Ok(None),
        }
    }

    fn from_fd(fd: OwnedFd) -> io::Result<Self> {
        let info = MapInfo::of(&fd)?;
        let types = btf(info.types)?;
        let spec = describe(&info, types.as_ref()).map_err(io::Error::other)?;
        Ok(Self { info, spec, fd })
    }

    /// What the kernel says of it.
    pub fn info(&self) -> &MapInfo {
        &self.info
    }

    /// Its entries.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn map(&self) -> Result<Map<'_>, MapError> {
        Map::new(&self.spec, self.fd.as_fd())
    }
}

fn describe(info: &MapInfo, types: Option<&Btf>) -> Result<MapSpec, BtfError> {
    let (mut globals, mut shapes) = (false, types.map(Shapes::new));
    let mut shape = |ty: TypeId, size: u32| match (types, &mut shapes) {
        (Some(btf), Some(shapes)) if ty != 0 => match &btf.resolve(ty)?.kind {
            Kind::Section(variables) => {
                globals = true;
                section(btf, shapes, variables, size)
            }
            _ => shapes.get(ty),
        },
        _ => Ok(Arc::new(Shape::of_size(size as usize))),
    };
    let (key, value) = (shape(info.key, info.key_size)?, shape(info.value, info.value_size)?);
    // The types of a section have no key; it is an array's index all the same.
    Ok(MapSpec {
        name: info.name.clone(),
        kind: info.kind,
        key: if globals { Arc::new(Shape::of_size(info.key_size as usize)) } else { key },
        value,
        max_entries: info.max_entries,
        flags: info.flags,
        entries: Vec::new(),
        pinned: false,
        globals,
        making: Making::default(),
    })
}

/// Global variables as the fields of one struct.
fn section(
    btf: &Btf,
    shapes: &mut Shapes<'_>,
    variables: &[(TypeId, u32, u32)],
    bytes: u32,
) -> Result<Arc<Shape>, BtfError> {
    let mut fields = Vec::new();
    for (variable, offset, _) in variables {
        let symbol = btf.get(*variable)?;
        let Kind::Variable(ty) = symbol.kind else { continue };
        let (name, bit_offset) = (symbol.name.clone(), *offset as usize * 8);
        fields.push(Field { name: name.to_string(), bit_offset, bit_width: 0, shape: shapes.get(ty)? });
    }
    Ok(Arc::new(Shape::Struct { name: String::new(), bytes: bytes as usize, fields }))
}
