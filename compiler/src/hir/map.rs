//! Maps, tables of functions that the kernel calls, and what they hold from the start.

use bpfl_stdlib::catalog::map::MapKind;

use super::{MapId, ProgramId, Ty, VarId};
use crate::source::Span;

/// Kinds that need more than a definition, which this version does not have yet.
pub const UNSUPPORTED_MAPS: &[&str] = &["insn-array"];

/// A `defmap`.
#[derive(Debug)]
pub struct Map {
    /// Its ELF symbol: the name as spelled, with `_` for `-`.
    pub symbol: String,
    /// Its kind.
    pub kind: &'static MapKind,
    /// The type of its keys.
    pub key: Ty,
    /// The type of its values.
    pub value: Ty,
    /// How many entries it has room for.
    pub max_entries: u32,
    /// `BPF_F_…`
    pub flags: u32,
    /// What the kind defines it to be.
    pub extra: u64,
    /// The map that the maps in it are like.
    pub inner: Option<MapId>,
    /// What it holds from the start, of a map of maps or of programs, in order of the indices.
    pub values: Vec<Entry>,
    /// Whether it is pinned by its name.
    pub pinned: bool,
    /// Where its name stands in the definition.
    pub span: Span,
}

/// A `defmap` of kind `:struct-ops`.
#[derive(Debug)]
pub struct StructOps {
    /// Its ELF symbol.
    pub symbol: String,
    /// The kernel's struct.
    pub kernel: String,
    /// The members that are set.
    pub members: Vec<OpsMember>,
    /// Where its name stands in the definition.
    pub span: Span,
}

/// A member of a table of functions.
#[derive(Debug)]
pub struct OpsMember {
    /// Its name in the kernel's struct.
    pub name: String,
    /// What it is there.
    pub shape: OpsShape,
    /// What it is set to.
    pub value: OpsValue,
}

/// What a member of a table of functions is in the kernel's BTF.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpsShape {
    /// A pointer to a function.
    Function,
    /// A number of so many bytes.
    Int(u32),
    /// An enumeration of so many bytes.
    Enum(u32),
    /// So many characters.
    Chars(u32),
}

/// What a member of a table of functions is set to.
#[derive(Debug)]
pub enum OpsValue {
    /// A program.
    Program(ProgramId),
    /// As many bytes as it has.
    Bytes(Vec<u8>),
}

/// A first entry of a map of maps or of programs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its index, or its key.
    pub index: u32,
    /// What is there.
    pub held: Held,
    /// Where the definition names that.
    pub span: Span,
}

/// What an entry is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    /// A map.
    Map(MapId),
    /// A program.
    Program(ProgramId),
}

/// A map where one is used: the one that is defined so, or one that a variable holds and that is
/// like it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MapUse {
    /// The definition, which says what keys and values are.
    pub map: MapId,
    /// The variable.
    pub held: Option<VarId>,
}
