//! The running kernel's own types and symbols, as far as names are looked up in them.
//!
//! They are read when the first name is asked for, and kept as they came: there are more than a hundred
//! thousand, of which an object names few.

use std::{cell::OnceCell, fs, io};

use super::{KERNEL_BTF, LoadError, other, symbols};
use crate::btf::{
    Btf,
    raw::{FUNC, RawBtf, TYPEDEF, VAR},
};

/// What of the kernel is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    /// A function.
    Function,
    /// The type of a tracepoint's function.
    Typedef,
    /// A function or a variable.
    Any,
}

impl Symbol {
    fn kinds(self) -> &'static [u32] {
        match self {
            Self::Function => &[FUNC],
            Self::Typedef => &[TYPEDEF],
            Self::Any => &[FUNC, VAR],
        }
    }
}

/// The kernel's types.
#[derive(Debug, Default)]
pub(super) struct Kernel {
    bytes: OnceCell<Vec<u8>>,
    types: OnceCell<Btf>,
    symbols: OnceCell<io::Result<String>>,
}

impl Kernel {
    fn bytes(&self) -> Result<&[u8], LoadError> {
        if let Some(bytes) = self.bytes.get() {
            return Ok(bytes);
        }
        let read = fs::read(KERNEL_BTF).map_err(|_| LoadError::NoKernelBtf)?;
        Ok(self.bytes.get_or_init(|| read))
    }

    /// All of them, read whole: for what asks about more than names.
    pub(super) fn types(&self) -> Result<&Btf, LoadError> {
        if let Some(types) = self.types.get() {
            return Ok(types);
        }
        let read = Btf::parse(self.bytes()?).map_err(other)?;
        Ok(self.types.get_or_init(|| read))
    }

    /// The address of a symbol, whatever it is.
    pub(super) fn address(&self, name: &str) -> Result<Option<u64>, LoadError> {
        symbols::address(self.symbols.get_or_init(symbols::list), name)
    }

    /// The id of what is called so.
    pub(super) fn find(&self, name: &str, symbol: Symbol) -> Result<Option<u32>, LoadError> {
        Ok(RawBtf::new(self.bytes()?).and_then(|raw| raw.find(name, symbol.kinds())))
    }
}
