//! A module as a whole: its functions lowered, and what the proofs and the code need to know of its maps, globals and
//! functions of the kernel's.

use bpfl_stdlib::catalog::{kfunc, map};

use super::Lower;
use crate::{
    hir::{self, Ty, TypeKind},
    ir::{Extent, GlobalInfo, KfuncInfo, MapInfo, Module, SealedPart},
};

/// Lowers all programs of `hir`.
pub fn lower(hir: &hir::Module) -> Module {
    let maps = hir.maps.values().map(|map| MapInfo {
        symbol: map.symbol.clone(),
        key_size: hir.types.size(map.key),
        value_size: hir.types.size(map.value),
        flags: map.flags,
        rights: map.kind.rights(map.flags),
        span: map.span,
        sealed: sealed(&hir.types, map.value, 0),
    });
    let programs = hir.programs.values().map(|program| Lower::program(hir, program));
    let functions = programs.chain(hir.functions.values().map(|function| Lower::function(hir, function)));
    let functions = functions.collect();
    let globals = hir.globals.values().map(|global| GlobalInfo {
        symbol: global.symbol.clone(),
        size: hir.types.size(global.ty),
        align: hir.types.align(global.ty).max(1),
        read_only: global.section == hir::DataSection::Rodata,
    });
    let kfuncs = hir.kfuncs.values().map(|kfunc| {
        let nullable = |ty: &Ty| hir.types.as_pointer(*ty).is_some_and(|pointer| pointer.nullable);
        KfuncInfo {
            symbol: kfunc.symbol.clone(),
            reference: kfunc.reference,
            nullable: kfunc.params.iter().map(|(_, ty)| nullable(ty)).collect(),
            memory: kernel_memory(hir, kfunc),
            rcu: kfunc::takes_rcu(&kfunc.symbol),
        }
    });
    Module { maps: maps.collect(), globals: globals.collect(), kfuncs: kfuncs.collect(), functions }
}

/// The parts of a type, so many bytes from a value's start, that only helpers touch.
fn sealed(types: &hir::Types, ty: Ty, from: u32) -> Vec<SealedPart> {
    let id = match types.get(ty) {
        TypeKind::Struct(id) => id,
        TypeKind::Kptr(_) => return vec![SealedPart { offset: from, bytes: types.size(ty), c_name: "" }],
        _ => return Vec::new(),
    };
    let of = &types.structs[id];
    match map::sealed(&of.c_name) {
        Some(row) => vec![SealedPart { offset: from, bytes: of.size, c_name: row.c_name }],
        None => of.fields.iter().flat_map(|field| sealed(types, field.ty, from + field.offset())).collect(),
    }
}

/// What of each argument of a function of the kernel's is memory.
fn kernel_memory(hir: &hir::Module, of: &hir::Kfunc) -> Vec<Option<Extent>> {
    let params = &of.params;
    let memory = |(index, (_, ty)): (usize, &(String, Ty))| {
        let pointer = hir.types.as_pointer(*ty)?;
        if matches!(hir.types.get(pointer.pointee), TypeKind::Kernel(_)) {
            return None;
        }
        let sized = params.get(index + 1).is_some_and(|(name, _)| kfunc::is_size(name));
        Some(if sized { Extent::Next } else { Extent::Fixed(hir.types.size(pointer.pointee)) })
    };
    params.iter().enumerate().map(memory).collect()
}
