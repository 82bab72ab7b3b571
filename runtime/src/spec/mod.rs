//! What an object says it holds, without asking the kernel.
//!
//! The bytes of an ELF object go in; an [`ObjectSpec`] comes out: programs with their section and
//! attach type, maps with their kind and the types of keys and values, the licence. Names are in
//! the order in which the object has them.

pub(crate) mod elf;
pub(crate) mod file;
mod fingerprint;
pub(crate) mod globals;
pub(crate) mod kconfig;
mod lines;
mod maps;
mod own;
mod tables;

use std::sync::Arc;

use bpfl_stdlib::catalog::{
    attach::TRACE_ITER,
    section::{self, Section},
};

pub(crate) use fingerprint::Fingerprints;
pub use tables::{TableMember, TableSpec, TableValue};

use crate::{
    btf::{
        Btf, BtfError, Text, TypeId,
        ext::Ext,
        shape::{Shape, Shapes},
    },
    map::kind::MapKind,
    name,
};

/// Why bytes are not an object that can be described.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// Not ELF, or damaged.
    #[error("it is no readable ELF object ({0})")]
    Elf(#[from] object::read::Error),
    /// ELF, but for another machine.
    #[error("it is an ELF object, but not one for BPF")]
    NotBpf,
    /// Its type information cannot be read.
    #[error(transparent)]
    Btf(#[from] BtfError),
    /// A map's definition is not one.
    #[error("the definition of map `{map}` is not one that libbpf understands: {why}")]
    Map {
        /// The map.
        map: String,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// What an object holds.
#[derive(Clone, Debug, Default)]
pub struct ObjectSpec {
    /// Its programs.
    pub programs: Vec<ProgramSpec>,
    /// Its maps, and its sections of global variables.
    pub maps: Vec<MapSpec>,
    /// Its tables of functions that the kernel calls.
    pub tables: Vec<TableSpec>,
    /// The licence; empty when it states none.
    pub license: String,
    /// Whether its code prints to the kernel's trace; [`Trace`](crate::trace::Trace) reads that.
    pub prints: bool,
    /// The types that it speaks of.
    pub(crate) types: Arc<Types>,
}

/// What an object's `.BTF` and `.BTF.ext` say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Types {
    /// The types; `None` where it has none.
    pub(crate) btf: Option<Btf>,
    /// What is said of its instructions.
    pub(crate) ext: Ext,
}

/// A program of an object.
#[derive(Clone, Debug)]
pub struct ProgramSpec {
    /// The name of its symbol.
    pub name: String,
    /// The name of its section.
    pub section: String,
    /// What the catalogue says of the section; `None` for a section it does not know.
    pub row: Option<&'static Section>,
    /// Its instructions, 8 bytes each, not yet relocated.
    pub code: Vec<u8>,
    /// Which source each instruction is from, in order of their slots.
    pub lines: Vec<SourceLine>,
    /// Which instructions refer to a map or another symbol: (slot, name), in order.
    pub references: Vec<(usize, String)>,
}

impl ProgramSpec {
    /// Whether it is an iterator, which is read and not attached.
    pub fn is_iterator(&self) -> bool {
        self.row.is_some_and(|row| row.attach_type == Some(&TRACE_ITER))
    }

    /// Whether it is an iterator over the entries of one map.
    pub fn is_over_a_map(&self) -> bool {
        let target = self.row.and_then(|row| row.target_of(&self.section));
        self.is_iterator() && target.is_some_and(|target| section::OVER_A_MAP.contains(&target))
    }
}

/// The source of the instructions from one slot on, up to that of the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// The first 8-byte slot of the program that it is about.
    pub slot: usize,
    /// The file.
    pub file: Text,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1; 0 when it is not known.
    pub column: u32,
    /// The text of the line.
    pub text: Text,
}

/// A map of an object.
#[derive(Clone, Debug)]
pub struct MapSpec {
    /// The name of its symbol; of a section of globals, the section's.
    pub name: String,
    /// Its kind.
    pub kind: &'static MapKind,
    /// How a key is read.
    pub key: Arc<Shape>,
    /// How a value is read; of a per-CPU map, the value of one CPU.
    pub value: Arc<Shape>,
    /// How many entries it may have.
    pub max_entries: u32,
    /// What it holds from the start: index, and the name of a map or program of the object.
    pub entries: Vec<(u32, String)>,
    /// Its flags, `BPF_F_…`.
    pub flags: u32,
    /// Whether it is pinned by its name, and so shared with others that are.
    pub pinned: bool,
    /// Whether it holds global variables: one entry, a field for each variable.
    pub globals: bool,
    /// What else the kernel is told when it makes the map.
    pub(crate) making: Making,
}

/// What only the kernel needs to know of a map's definition.
#[derive(Clone, Debug, Default)]
pub(crate) struct Making {
    /// Its kind's number, also of kinds that the catalogue does not have.
    pub(crate) kind: u32,
    /// The type of its keys in the object's BTF; 0 when it is not known.
    pub(crate) key: TypeId,
    /// The type of its values; of global variables, their section.
    pub(crate) value: TypeId,
    /// What its kind takes beside, `map_extra`.
    pub(crate) extra: u64,
    /// The NUMA node that it is on, if its flags say that it is on one.
    pub(crate) node: u32,
    /// What the maps in it are like.
    pub(crate) inner: Option<Box<MapSpec>>,
}

impl ObjectSpec {
    /// Reads an ELF object.
    ///
    /// # Errors
    /// When the bytes are no BPF object or a map's definition makes no sense.
    pub fn parse(bytes: &[u8]) -> Result<Self, SpecError> {
        elf::read(bytes)
    }

    /// The program called `name`, where `-` and `_` are alike.
    ///
    /// # Errors
    /// [`NoSuch`] with what was probably meant.
    pub fn program(&self, name: &str) -> Result<&ProgramSpec, NoSuch> {
        self.programs
            .iter()
            .find(|program| name::same(&program.name, name))
            .ok_or_else(|| NoSuch::new("program", name, self.programs.iter().map(|p| p.name.as_str())))
    }

    /// How the struct, union or enumeration called `name`, where `-` and `_` are alike, is read.
    ///
    /// # Errors
    /// [`NoSuch`] when the object has no such type.
    pub fn shape(&self, name: &str) -> Result<Arc<Shape>, NoSuch> {
        let found = self.types.btf.as_ref().and_then(|btf| {
            let id = btf.named(|own| name::same(own, name))?;
            Shapes::new(btf).get(id).ok()
        });
        // What there is beside it would be a long list of what the kernel's types are made of.
        let advice = || format!("define one with `(defstruct {} …)`", name.replace('_', "-"));
        found.ok_or_else(|| NoSuch { what: "type", name: name.into(), suggestion: advice() })
    }

    /// The map called `name`, where `-` and `_` are alike.
    ///
    /// # Errors
    /// [`NoSuch`] with what was probably meant.
    pub fn map(&self, name: &str) -> Result<&MapSpec, NoSuch> {
        self.maps
            .iter()
            .find(|map| name::same(&map.name, name))
            .ok_or_else(|| NoSuch::new("map", name, self.maps.iter().map(|m| m.name.as_str())))
    }
}

impl ObjectSpec {
    /// The table of functions called `name`, where `-` and `_` are alike.
    pub fn table(&self, name: &str) -> Option<&TableSpec> {
        self.tables.iter().find(|table| name::same(&table.name, name))
    }
}

/// A name that the object does not have.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the object has no {what} `{name}`; {suggestion}")]
pub struct NoSuch {
    /// `program`, `map` or `global variable`.
    pub what: &'static str,
    /// The name as asked for.
    pub name: String,
    /// What was probably meant, or what there is.
    pub suggestion: String,
}

impl NoSuch {
    pub(crate) fn new<'a>(what: &'static str, name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let known: Vec<_> = known.collect();
        Self { what, name: name.into(), suggestion: name::suggestion(name, &known) }
    }
}

fn program_row(section: &str) -> Option<&'static Section> {
    section::find(section)
}
