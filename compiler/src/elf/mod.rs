//! The ELF object: machine code, maps, globals and types go in as an [`Object`]; the bytes that
//! libbpf, bpftool, aya and cilium/ebpf load unchanged come out of [`write()`].
//!
//! What always holds: the bytes depend on the [`Object`] alone, not on the machine or the time;
//! symbols and `DATASEC` entries agree on every offset; every program and function has a symbol
//! with its size, `func_info` and, where there are sources, `line_info` and DWARF lines.
//!
//! [`model`] is what goes in; `layout` decides where it goes; `types` makes the BTF of it,
//! `dwarf` the debug information, `image` the ELF file.

mod dwarf;
mod error;
mod image;
mod layout;
mod lines;
pub mod model;
mod types;

pub use error::Error;
pub use layout::TEXT;
pub use model::{
    Contents, CoreRelo, DataReloc, DataSection, Extern, External, Function, Map, Object, Reloc, Target,
    Variable,
};

/// The object file of `object`.
pub fn write(object: &Object) -> Result<Vec<u8>, Error> {
    let layout = layout::Layout::new(object)?;
    let types = types::Types::new(object, &layout)?;
    let debug = dwarf::sections(object, &layout)?;
    image::write(object, &layout, &types, &debug)
}
