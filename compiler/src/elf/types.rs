//! The `.BTF` and `.BTF.ext` of an object: its functions, maps, globals and licence as types, and
//! the records that connect code to them.

use super::{
    Error,
    layout::{Layout, Section},
    lines,
    model::{DataSection, External, Function, Map, Object},
};
use crate::{
    bpf::insn::SLOT,
    btf::{
        Btf, Type, TypeId,
        basic::Basic,
        ext::{self, Ext},
        types::{Linkage, POINTER_SIZE, SecVar},
    },
};

/// Where a map's definition is in `.maps`, in bytes.
#[derive(Clone, Copy, Default)]
pub(super) struct MapPlace {
    pub offset: u32,
    pub size: u32,
    /// Where its slots start, from the definition's start.
    pub slots: u32,
}

pub(super) struct Types {
    /// `.BTF`.
    pub btf: Vec<u8>,
    /// `.BTF.ext`; empty when there is nothing to say.
    pub ext: Vec<u8>,
    pub maps: Vec<MapPlace>,
}

impl Types {
    pub(super) fn new(object: &Object, layout: &Layout) -> Result<Self, Error> {
        let mut btf = object.btf.clone();
        let functions = functions(&mut btf, object);
        let maps = maps(&mut btf, &object.maps)?;
        object.data.iter().for_each(|section| data(&mut btf, section));
        externs(&mut btf, object);
        license(&mut btf, &object.license);
        let mut ext = Ext::default();
        for section in &layout.sections {
            code(&mut btf, &mut ext, object, layout, section, &functions);
        }
        let ext = if ext.is_empty() { Vec::new() } else { ext.to_bytes() };
        Ok(Self { btf: btf.to_bytes()?, ext, maps })
    }
}

fn linkage(global: bool) -> Linkage {
    if global { Linkage::Global } else { Linkage::Static }
}

fn functions(btf: &mut Btf, object: &Object) -> Vec<TypeId> {
    object.functions.iter().map(|f| btf.func(&f.name, f.proto, linkage(f.global))).collect()
}

fn datasec(btf: &mut Btf, name: &str, size: u32, vars: Vec<SecVar>) {
    if !vars.is_empty() {
        let name = btf.intern(name);
        btf.add(Type::DataSec { name, size, vars });
    }
}

/// The `DATASEC` of `.maps`. libbpf makes the maps in its order, so those that have entries come
/// after those that are entries.
fn maps(btf: &mut Btf, maps: &[Map]) -> Result<Vec<MapPlace>, Error> {
    let mut order: Vec<usize> = (0..maps.len()).collect();
    order.sort_by_key(|&index| !maps[index].slots.is_empty());
    let mut places = vec![MapPlace::default(); maps.len()];
    let (mut vars, mut offset) = (Vec::new(), 0u32);
    for index in order {
        let map = &maps[index];
        let ty = btf.map_struct(&map.def);
        let slots = btf.size_of(ty).filter(|size| *size > 0).ok_or_else(|| Error::Map(map.name.clone()))?;
        let size = slots + POINTER_SIZE * map.slots.len() as u32;
        places[index] = MapPlace { offset, size, slots };
        vars.push(SecVar { var: btf.var(&map.name, ty, Linkage::Global), offset, size });
        offset = offset.checked_add(size).ok_or_else(|| Error::TooLarge(".maps".to_owned()))?;
    }
    datasec(btf, ".maps", offset, vars);
    Ok(places)
}

fn data(btf: &mut Btf, section: &DataSection) {
    let mut variables: Vec<_> = section.variables.iter().collect();
    variables.sort_by_key(|v| v.offset);
    let mut vars = Vec::new();
    for v in variables {
        let var = btf.var(&v.name, v.ty, linkage(v.global));
        vars.push(SecVar { var, offset: v.offset, size: v.size });
    }
    datasec(btf, &section.name, section.contents.len() as u32, vars);
}

/// Kernel functions and symbols are entries of `.ksyms` without place and size; libbpf gives them both.
fn externs(btf: &mut Btf, object: &Object) {
    let entry = |e: &super::Extern| match e.what {
        External::Function(proto) => btf.func(&e.name, proto, Linkage::Extern),
        External::Variable(ty) => btf.var(&e.name, ty, Linkage::Extern),
    };
    let entries: Vec<_> = object.externs.iter().map(entry).collect();
    let vars = entries.into_iter().map(|var| SecVar { var, offset: 0, size: 0 }).collect();
    datasec(btf, ".ksyms", 0, vars);
}

fn license(btf: &mut Btf, license: &str) {
    let size = license.len() as u32 + 1;
    let element = btf.basic(Basic::Char);
    let ty = btf.array(element, size);
    let var = btf.var("_license", ty, Linkage::Global);
    datasec(btf, "license", size, vec![SecVar { var, offset: 0, size }]);
}

/// The records of one section of code.
fn code(
    btf: &mut Btf,
    ext: &mut Ext,
    object: &Object,
    layout: &Layout,
    section: &Section,
    functions: &[TypeId],
) {
    let name = btf.intern(section.name);
    for (start, index, function) in layout.members(object, section) {
        ext.function(name, start, functions[index]);
        let at = |slot: u32| start + slot * SLOT as u32;
        for row in lines::rows(object.sources, function) {
            let file = object.sources.file(row.location.file);
            let text = file.line_numbered(row.location.line);
            let place = btf.place(&file.name, text, row.location.line, row.location.column);
            ext.line(name, at(row.slot), place);
        }
        for relo in core_relos(btf, function) {
            ext.relocation(name, at(relo.0), relo.1);
        }
    }
}

fn core_relos(btf: &mut Btf, function: &Function) -> Vec<(u32, ext::CoreRelo)> {
    let relo = |r: &super::CoreRelo| {
        let access = btf.intern(&r.access);
        (r.insn, ext::CoreRelo { ty: r.ty, access, kind: r.kind })
    };
    function.core_relos.iter().map(relo).collect()
}
