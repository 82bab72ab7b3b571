//! Calls of kernel functions, which aya-obj does not know: before it sees the object, the calls get
//! the functions' ids, and the types that name them become such as the kernel takes.
//!
//! What libbpf does at the same places (`bpf_object__resolve_ksym_func_btf_id`,
//! `bpf_object__collect_externs` of libbpf.c): a call has the id in the kernel's BTF as its immediate,
//! an `extern` function becomes a global one, and the entries of `.ksyms` are variables.

use aya_obj::btf::{Btf, BtfKind};
use object::{Object, ObjectSection, ObjectSymbol, RelocationTarget, SectionKind};

use super::LoadError;

/// `BPF_PSEUDO_KFUNC_CALL`, in the upper half of the byte of registers.
const KFUNC_CALL: u8 = 2 << 4;
/// Bytes of an instruction.
const SLOT: usize = 8;

/// Puts the ids of the kernel's functions into the image's calls.
pub(super) fn resolve(image: &mut [u8]) -> Result<(), LoadError> {
    let calls = calls(image);
    if calls.is_empty() {
        return Ok(());
    }
    let kernel = Btf::from_sys_fs().map_err(|error| LoadError::Other(Box::new(error)))?;
    for (at, name) in calls {
        let id = kernel.id_by_type_name_kind(&name, BtfKind::Func);
        let id = id.map_err(|_| LoadError::NoFunction { name })?;
        if let Some(insn) = image.get_mut(at..at + SLOT) {
            insn[1] = insn[1] & 0x0f | KFUNC_CALL;
            insn[4..].copy_from_slice(&id.to_ne_bytes());
        }
    }
    patch_types(image);
    Ok(())
}

/// The calls of undefined functions: where in the file each instruction is, and the name.
fn calls(image: &[u8]) -> Vec<(usize, String)> {
    let Ok(file) = object::File::parse(image) else { return Vec::new() };
    let mut found = Vec::new();
    for section in file.sections().filter(|section| section.kind() == SectionKind::Text) {
        let Some((start, _)) = section.file_range() else { continue };
        for (at, relocation) in section.relocations() {
            let RelocationTarget::Symbol(index) = relocation.target() else { continue };
            let Ok(symbol) = file.symbol_by_index(index) else { continue };
            if let (true, Ok(name)) = (symbol.is_undefined(), symbol.name()) {
                found.push(((start + at) as usize, name.to_string()));
            }
        }
    }
    found
}

// Kinds of types, as numbered in include/uapi/linux/btf.h.
const FUNC: u32 = 12;
const VAR: u32 = 14;
const DATASEC: u32 = 15;
/// Words of a type beside its first three: the kind, and how many for each part or altogether.
const TAILS: &[(u32, u32, u32)] = &[
    (1, 0, 1),
    (3, 0, 3),
    (4, 3, 0),
    (5, 3, 0),
    (6, 2, 0),
    (13, 2, 0),
    (14, 0, 1),
    (15, 3, 0),
    (17, 0, 1),
    (19, 3, 0),
];

/// The words of `.BTF`, and where in the image they are.
struct Types<'a> {
    image: &'a mut [u8],
    /// Where the types are.
    range: std::ops::Range<usize>,
    /// Where the strings start.
    strings: usize,
}

impl Types<'_> {
    fn word(&self, at: usize) -> u32 {
        let bytes = self.image.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u32::from_ne_bytes)
    }

    fn set(&mut self, at: usize, word: u32) {
        if let Some(bytes) = self.image.get_mut(at..at + 4) {
            bytes.copy_from_slice(&word.to_ne_bytes());
        }
    }

    fn name(&self, at: usize) -> &[u8] {
        let rest = self.image.get(self.strings + self.word(at) as usize..).unwrap_or_default();
        rest.split(|byte| *byte == 0).next().unwrap_or_default()
    }

    /// Where each type is, its number, kind and how many parts it has.
    fn all(&self) -> Vec<(usize, u32, u32, u32)> {
        let (mut at, mut found) = (self.range.start, Vec::new());
        while at + 12 <= self.range.end {
            let info = self.word(at + 4);
            let (kind, parts) = (info >> 24 & 31, info & 0xffff);
            found.push((at, found.len() as u32 + 1, kind, parts));
            let tail = TAILS.iter().find(|(own, ..)| *own == kind);
            at += 12 + 4 * tail.map_or(0, |(_, each, fixed)| each * parts + fixed) as usize;
        }
        found
    }
}

/// Makes of the functions elsewhere and of `.ksyms` what the kernel takes. The entries become those
/// of the licence, a variable that every object has.
fn patch_types(image: &mut [u8]) -> Option<()> {
    let range = object::File::parse(&*image).ok()?.section_by_name(".BTF")?.file_range()?;
    let start = range.0 as usize;
    let mut types = Types { image, range: 0..0, strings: 0 };
    let header = types.word(start + 4) as usize;
    let first = start + header + types.word(start + 8) as usize;
    types.range = first..first + types.word(start + 12) as usize;
    types.strings = start + header + types.word(start + 16) as usize;
    let all = types.all();
    let variable = all.iter().find(|(at, _, kind, _)| *kind == VAR && types.name(*at) == b"_license")?.1;
    let size = all
        .iter()
        .find(|(at, _, kind, _)| *kind == DATASEC && types.name(*at) == b"license")
        .map(|(at, ..)| types.word(at + 20))?;
    for (at, _, kind, parts) in all {
        if kind == FUNC && parts == 2 {
            types.set(at + 4, FUNC << 24 | 1);
        }
        if kind == DATASEC && types.name(at) == b".ksyms" {
            types.set(at + 8, parts * size);
            for index in 0..parts {
                let entry = at + 12 + 12 * index as usize;
                types.set(entry, variable);
                types.set(entry + 4, index * size);
                types.set(entry + 8, size);
            }
        }
    }
    Some(())
}
