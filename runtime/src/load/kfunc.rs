//! Calls of kernel functions, which aya-obj does not know: before it sees the object, the calls get
//! the functions' ids, and the types that name them become such as the kernel takes.
//!
//! What libbpf does at the same places (`bpf_object__resolve_ksym_func_btf_id`,
//! `bpf_object__collect_externs` of libbpf.c): a call has the id in the kernel's BTF as its immediate,
//! an `extern` function becomes a global one, and the entries of `.ksyms` are variables.

use aya_obj::btf::{Btf, BtfKind};
use object::{Object, ObjectSection, ObjectSymbol, RelocationTarget, SectionKind};

use super::{
    LoadError,
    types::{DATASEC, FUNC, Type, Types, VAR},
};

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

/// Makes of the functions elsewhere and of `.ksyms` what the kernel takes. The entries become those
/// of the licence, a variable that every object has.
fn patch_types(image: &mut [u8]) -> Option<()> {
    let mut types = Types::new(image)?;
    let all = types.all();
    let variable = all.iter().find(|ty| ty.kind == VAR && types.name(ty.at) == b"_license")?.id;
    let license = all.iter().find(|ty| ty.kind == DATASEC && types.name(ty.at) == b"license");
    let size = license.map(|ty| types.word(ty.at + 20))?;
    for Type { at, kind, parts, .. } in all {
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
