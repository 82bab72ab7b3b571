//! An object's types as the kernel takes them.
//!
//! The bytes of a `.BTF` section go in, a descriptor of them comes out. Compilers leave to the loader
//! where variables are in their section and what declarations of the kernel's own functions become
//! (`btf_fixup_datasec`, `bpf_object__collect_externs` and `bpf_object__sanitize_btf` of libbpf.c); kinds
//! that an older kernel does not know are replaced by such as are as large.

use std::os::fd::OwnedFd;

use object::{ObjectSection, ObjectSymbol, SymbolScope};

use crate::{
    btf::raw::{
        CONST, DATASEC, DECL_TAG, ENUM64, FLOAT, FUNC, FUNC_PROTO, HEAD, INT, RawBtf, RawType, STRUCT,
        TYPE_TAG, UNION, VAR, word,
    },
    spec::{file::File, kconfig},
    sys,
};

/// Linkage of functions and variables (`enum btf_func_linkage`, `BTF_VAR_…`).
const STATIC: u32 = 0;
const GLOBAL: u32 = 1;
const EXTERN: u32 = 2;
/// Words of an entry of a section of variables: variable, offset, size.
const ENTRY: usize = 3;
/// The section of the kernel's own symbols.
const KERNEL_SYMBOLS: &str = ".ksyms";

/// The types in the kernel; `None` when the object has none, or the kernel takes none.
pub(super) fn load(file: &File<'_>) -> Option<OwnedFd> {
    let bytes = file.section_by_name(".BTF")?.data().ok()?;
    let mut types = Types::new(bytes)?;
    types.complete(file);
    sys::load_btf(&types.bytes()).or_else(|_| sys::load_btf(&types.simple().bytes())).ok()
}

/// Types, to be changed.
#[derive(Clone)]
struct Types {
    types: Vec<u8>,
    strings: Vec<u8>,
    all: Vec<RawType>,
}

impl Types {
    fn new(bytes: &[u8]) -> Option<Self> {
        let raw = RawBtf::new(bytes)?;
        Some(Self { types: raw.types.into(), strings: raw.strings.into(), all: raw.all().collect() })
    }

    /// As a section.
    fn bytes(&self) -> Vec<u8> {
        const HEADER: u32 = 24;
        let (types, strings) = (self.types.len() as u32, self.strings.len() as u32);
        // Magic, version 1 and no flags; the header's length, then place and length of either.
        let head = [u32::from_ne_bytes(first_word()), HEADER, 0, types, types, strings];
        let head = head.map(u32::to_ne_bytes);
        [head.as_flattened(), &self.types, &self.strings].concat()
    }

    fn name(&self, at: u32) -> &str {
        RawBtf { types: &self.types, strings: &self.strings }.name(at)
    }

    fn word(&self, at: usize) -> u32 {
        word(&self.types, at).unwrap_or(0)
    }

    fn set(&mut self, at: usize, value: u32) {
        if let Some(place) = self.types.get_mut(at..at + 4) {
            place.copy_from_slice(&value.to_ne_bytes());
        }
    }

    /// Makes it another kind, of so many parts.
    fn turn(&mut self, ty: &RawType, kind: u32, parts: u32) {
        self.set(ty.at + 4, kind << 24 | parts);
    }

    /// Appends a type of these words; its number.
    fn push(&mut self, words: [u32; 4]) -> u32 {
        let (at, id) = (self.types.len(), self.all.len() as u32 + 1);
        self.types.extend(words.map(u32::to_ne_bytes).as_flattened());
        let [name, info, ..] = words;
        self.all.push(RawType { at, id, kind: info >> 24, parts: info & 0xffff, name });
        id
    }

    /// Puts in what the compiler could not know.
    fn complete(&mut self, file: &File<'_>) {
        let mut own = None;
        for ty in self.all.clone() {
            match ty.kind {
                DATASEC if self.name(ty.name) == KERNEL_SYMBOLS => {
                    let variable = *own.get_or_insert_with(|| self.push_variable(ty.name));
                    self.fill_symbols(&ty, variable);
                }
                DATASEC => self.place_variables(&ty, file),
                FUNC if ty.parts == EXTERN => self.define(&ty),
                FUNC if ty.parts == GLOBAL && self.is_hidden(&ty, file) => self.turn(&ty, FUNC, STATIC),
                VAR if self.word(ty.at + HEAD) == EXTERN => {
                    self.set(ty.at + HEAD, GLOBAL);
                    self.size(&ty);
                }
                _ => {}
            }
        }
    }

    /// Where variables are in their section, where the compiler has not said it.
    fn place_variables(&mut self, ty: &RawType, file: &File<'_>) {
        let section = self.name(ty.name).to_string();
        if section.starts_with('?') {
            // What need not be there (`?.struct_ops`) has a name that the kernel does not take.
            self.strings[ty.name as usize] = b'_';
        }
        let entries = (0..ty.parts).map(|index| ty.part(index, ENTRY));
        if section == kconfig::SECTION {
            let mut end = 0;
            for at in entries.clone() {
                let start;
                (start, end) = kconfig::place(end, self.word(at + 8));
                self.set(at + 4, start);
            }
            self.set(ty.at + 8, end);
        } else if self.word(ty.at + 8) == 0 {
            let size = file.section_by_name(&section).map_or(0, |section| section.size());
            self.set(ty.at + 8, size as u32);
            for at in entries.clone() {
                let variable = self.all.get((self.word(at) as usize).wrapping_sub(1));
                let name = variable.map(|variable| self.name(variable.name)).unwrap_or_default();
                if let Some(symbol) = file.symbol_by_name(name) {
                    self.set(at + 4, symbol.address() as u32);
                }
            }
        }
        let mut sorted: Vec<_> = entries.map(|at| [at, at + 4, at + 8].map(|at| self.word(at))).collect();
        if !sorted.is_sorted_by_key(|entry| entry[1]) {
            sorted.sort_by_key(|entry| entry[1]);
            for (index, entry) in sorted.into_iter().flatten().enumerate() {
                self.set(ty.at + HEAD + 4 * index, entry);
            }
        }
    }

    /// A variable that is an integer, to stand for what is not the object's.
    fn push_variable(&mut self, name: u32) -> u32 {
        // The name may not be that of a section: the first function's will do.
        let function = self.all.iter().find(|ty| ty.kind == FUNC && ty.name != 0);
        let name = function.map_or(name, |ty| ty.name);
        let int = self.push([name, INT << 24, 4, 32]);
        self.push([name, VAR << 24, int, GLOBAL])
    }

    /// Makes a variable without a type an integer, for the kernel takes none without a size.
    fn size(&mut self, ty: &RawType) {
        let mut at = self.word(ty.at + 8);
        while let Some(of) = self.all.get((at as usize).wrapping_sub(1)).filter(|of| of.kind == CONST) {
            at = self.word(of.at + 8);
        }
        if at == 0 {
            let int = match self.all.iter().find(|ty| ty.kind == INT).map(|ty| ty.id) {
                Some(known) => known,
                None => self.push([ty.name, INT << 24, 4, 32]),
            };
            self.set(ty.at + 8, int);
        }
    }

    /// The kernel takes no functions in a section, so that all entries become `variable`.
    fn fill_symbols(&mut self, ty: &RawType, variable: u32) {
        self.set(ty.at + 8, 4 * ty.parts);
        for index in 0..ty.parts {
            let at = ty.part(index, ENTRY);
            self.set(at, variable);
            self.set(at + 4, 4 * index);
            self.set(at + 8, 4);
        }
    }

    /// A function of the kernel's becomes one that is defined, whose parameters then must have names.
    fn define(&mut self, ty: &RawType) {
        self.turn(ty, FUNC, GLOBAL);
        let prototype = self.all.get((self.word(ty.at + 8) as usize).wrapping_sub(1)).copied();
        let Some(prototype) = prototype.filter(|ty| ty.kind == FUNC_PROTO) else { return };
        for at in (0..prototype.parts).map(|index| prototype.part(index, 2)) {
            if self.word(at) == 0 && self.word(at + 4) != 0 {
                self.set(at, ty.name);
            }
        }
    }

    /// Whether nobody outside of the object sees the function, so that it is verified where it is called.
    fn is_hidden(&self, ty: &RawType, file: &File<'_>) -> bool {
        let symbol = file.symbol_by_name(self.name(ty.name));
        symbol.is_some_and(|symbol| symbol.is_global() && symbol.scope() == SymbolScope::Linkage)
    }

    /// As kernels before Linux 6.0 take them.
    fn simple(mut self) -> Self {
        let int = self.all.iter().find(|ty| ty.kind == INT).map(|ty| ty.id);
        for ty in self.all.clone() {
            match ty.kind {
                // Since Linux 5.13; an empty struct is as large.
                FLOAT => self.turn(&ty, STRUCT, 0),
                // Since Linux 5.16; it has one word more, as an integer has.
                DECL_TAG => {
                    self.turn(&ty, INT, 0);
                    self.set(ty.at + 8, 1);
                    self.set(ty.at + HEAD, 8);
                }
                // Since Linux 5.17.
                TYPE_TAG => {
                    self.set(ty.at, 0);
                    self.turn(&ty, CONST, 0);
                }
                // Since Linux 6.0; its enumerators are as large as members.
                ENUM64 => {
                    self.turn(&ty, UNION, ty.parts);
                    for at in (0..ty.parts).map(|index| ty.part(index, 3)) {
                        self.set(at + 4, int.unwrap_or(0));
                        self.set(at + 8, 0);
                    }
                }
                _ => {}
            }
        }
        self
    }
}

/// The magic number, version 1, and no flags.
fn first_word() -> [u8; 4] {
    let [low, high] = 0xeb9f_u16.to_ne_bytes();
    [low, high, 1, 0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host;

    const ENUM_POINTER: u32 = 2;

    /// A struct of a double, a pointer with a tag and an enumeration of 64 bits, and a tag of its own.
    fn types() -> Types {
        let strings = b"\0int\0double\0user\0big\0BIG\0odd\0a\0b\0c\0".to_vec();
        let at = |name: &str| {
            let whole = [b"\0", name.as_bytes(), b"\0"].concat();
            strings.windows(whole.len()).position(|bytes| bytes == whole).unwrap() as u32 + 1
        };
        let words = [
            &[at("int"), INT << 24, 4, 1 << 24 | 32][..],
            &[at("double"), FLOAT << 24, 8],
            &[at("user"), TYPE_TAG << 24, 1],
            &[0, ENUM_POINTER << 24, 3],
            &[at("big"), ENUM64 << 24 | 1, 8, at("BIG"), 0, 1],
            &[at("odd"), STRUCT << 24 | 3, 24, at("a"), 2, 0, at("b"), 4, 64, at("c"), 5, 128],
            &[at("user"), DECL_TAG << 24, 6, u32::MAX],
        ];
        let bytes: Vec<u8> = words.concat().iter().flat_map(|word| word.to_ne_bytes()).collect();
        let all = RawBtf { types: &bytes, strings: &strings }.all().collect();
        Types { types: bytes, strings, all }
    }

    #[test]
    fn older_kernels_get_kinds_that_they_know() {
        let (new, old) = (types(), types().simple());
        let kinds = |types: &Types| {
            let bytes = types.bytes();
            let raw = RawBtf::new(&bytes).unwrap();
            raw.all().map(|ty| ty.kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(&new), [INT, FLOAT, TYPE_TAG, ENUM_POINTER, ENUM64, STRUCT, DECL_TAG]);
        assert_eq!(kinds(&old), [INT, STRUCT, CONST, ENUM_POINTER, UNION, STRUCT, INT]);
        if !host::report().ready {
            return println!("skipped: this user cannot give types to the kernel");
        }
        for types in [new, old] {
            sys::load_btf(&types.bytes()).unwrap();
        }
    }
}
