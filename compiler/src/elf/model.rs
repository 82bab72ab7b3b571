//! What an object file is made of. Indices refer to the lists of [`Object`]; places are spans of
//! its [`SourceMap`].

use crate::{
    bpf::insn::Insn,
    btf::{Btf, TypeId, map::MapDef},
    source::{SourceMap, Span},
};

/// Everything that one object file holds.
#[derive(Debug)]
pub struct Object<'a> {
    /// The sources that all spans point into. Without files, nothing says where code comes from.
    pub sources: &'a SourceMap,
    /// Programs and subprograms. Sections come in the order in which they are first mentioned.
    pub functions: Vec<Function>,
    /// The maps of `.maps`.
    pub maps: Vec<Map>,
    /// Sections of globals.
    pub data: Vec<DataSection>,
    /// Kernel functions that are called, and kernel symbols.
    pub externs: Vec<Extern>,
    /// The licence, as the kernel compares it.
    pub license: String,
    /// The types that the rest refers to.
    pub btf: Btf,
}

impl<'a> Object<'a> {
    /// An object with nothing in it, under the GPL.
    pub fn new(sources: &'a SourceMap) -> Self {
        Self {
            sources,
            functions: Vec::new(),
            maps: Vec::new(),
            data: Vec::new(),
            externs: Vec::new(),
            license: "GPL".to_owned(),
            btf: Btf::new(),
        }
    }
}

/// A program, or a subprogram in `.text`.
#[derive(Clone, Debug)]
pub struct Function {
    /// The ELF section: a program's section name, or `.text`.
    pub section: String,
    /// The symbol, an identifier of C.
    pub name: String,
    /// The code.
    pub insns: Vec<Insn>,
    /// Where each slot of `insns` comes from.
    pub spans: Vec<Span>,
    /// What the loader has to fill in.
    pub relocs: Vec<Reloc>,
    /// What the loader has to adjust to the running kernel's types.
    pub core_relos: Vec<CoreRelo>,
    /// Its [`FuncProto`](crate::btf::Type::FuncProto).
    pub proto: TypeId,
    /// Whether it is global, which programs must be. A static function is verified anew for each
    /// call, knowing its arguments; it must be in `.text`.
    pub global: bool,
    /// The definition.
    pub span: Span,
}

/// A slot whose immediate the loader fills in. Its own source register and immediate do not matter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reloc {
    /// The slot in the function; of a two-slot load the first.
    pub insn: u32,
    /// What it refers to.
    pub target: Target,
}

/// What a relocation refers to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// A map (two-slot load).
    Map(usize),
    /// A byte of a section of globals (two-slot load).
    Data {
        /// The section.
        section: usize,
        /// Bytes from its start.
        offset: u32,
    },
    /// A function: called, or its address taken by a two-slot load.
    Function(usize),
    /// A kernel function (call), or a kernel symbol (two-slot load).
    Extern(usize),
}

/// A CO-RE relocation of one instruction. The instruction holds what is true of `ty` as this
/// object has it: libbpf refuses another value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CoreRelo {
    /// The slot in the function.
    pub insn: u32,
    /// The root type.
    pub ty: TypeId,
    /// The access string, as `0:1:2`.
    pub access: String,
    /// `enum bpf_core_relo_kind`.
    pub kind: u32,
}

/// A map.
#[derive(Clone, Debug)]
pub struct Map {
    /// The symbol, an identifier of C.
    pub name: String,
    /// What it is.
    pub def: MapDef,
    /// The first entries of a map of maps or of programs, [`MapDef::initialised`]. libbpf puts
    /// them in; aya leaves a map of maps empty and refuses an object with a filled map of programs.
    pub slots: Vec<Option<Target>>,
    /// The definition.
    pub span: Span,
}

/// A section of globals; its name starts with `.data`, `.rodata`, `.bss` or is another that a
/// loader knows (`.struct_ops.link`).
#[derive(Clone, Debug)]
pub struct DataSection {
    /// The name.
    pub name: String,
    /// The bytes.
    pub contents: Contents,
    /// What it is aligned to in bytes, a power of two; anything else is taken for 8.
    pub align: u32,
    /// The variables, in any order.
    pub variables: Vec<Variable>,
    /// Addresses in the contents that the loader fills in.
    pub relocs: Vec<DataReloc>,
}

/// The bytes of a section.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Contents {
    /// As given.
    Bytes(Vec<u8>),
    /// So many zeroes, which take no space in the file.
    Zeroes(u32),
}

impl Contents {
    /// How many bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Zeroes(len) => *len as usize,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A global variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// The symbol, an identifier of C.
    pub name: String,
    /// Bytes from the start of the section.
    pub offset: u32,
    /// Bytes; at least those of its type.
    pub size: u32,
    /// Its type.
    pub ty: TypeId,
    /// Whether other objects, and a skeleton, see it.
    pub global: bool,
}

/// Eight bytes of a section that hold an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DataReloc {
    /// Bytes from the start of the section.
    pub offset: u32,
    /// Whose address.
    pub target: Target,
}

/// What of the kernel's an object names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum External {
    /// A function, with its prototype.
    Function(TypeId),
    /// A variable, with its type; `const void` where only its address is wanted.
    Variable(TypeId),
}

/// A symbol of the kernel's (`.ksyms`).
#[derive(Clone, Debug)]
pub struct Extern {
    /// Its name in the kernel.
    pub name: String,
    /// What it is.
    pub what: External,
    /// Whether the program loads on a kernel without it.
    pub weak: bool,
}
