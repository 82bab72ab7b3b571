//! Global variables: each of `.data`, `.bss`, `.rodata` (and `.data.NAME` …) is an array map with
//! one entry, in which every variable has its place.
//!
//! Places come from the symbols: in objects that were not linked, clang leaves all offsets of the
//! BTF section at 0.

use std::sync::Arc;

use object::{Object, ObjectSection, ObjectSymbol};

use super::{Making, MapSpec, SpecError, file::File, kconfig};
use crate::{
    btf::{
        Btf, Kind, TypeId,
        shape::{Field, Shape, Shapes},
    },
    map::kind,
};

/// `BPF_MAP_TYPE_ARRAY`.
const ARRAY: u32 = 2;

pub(super) fn read(file: &File<'_>, btf: &Btf, shapes: &mut Shapes<'_>) -> Result<Vec<MapSpec>, SpecError> {
    let mut all = Vec::new();
    for section in file.sections() {
        let name = file.section_name(&section)?;
        if holds_globals(name) && section.size() > 0 {
            let fields = fields(file, btf, shapes, name)?;
            let value = btf.section_id(name).unwrap_or(0);
            all.push(map(name, section.size() as usize, fields, value));
        }
    }
    all.extend(kconfig::read(btf, shapes)?);
    Ok(all)
}

fn holds_globals(section: &str) -> bool {
    // `.rodata.str1.1` holds literals, which are nobody's variables.
    is_data(section) && !section.starts_with(".rodata.str")
}

/// Whether a section is memory of the programs: `.data`, `.bss`, `.rodata`, or one of those with
/// more behind it.
pub(crate) fn is_data(section: &str) -> bool {
    let base = section.split('.').nth(1).unwrap_or("");
    section.starts_with('.') && matches!(base, "data" | "bss" | "rodata")
}

/// Whether programs only read a section, which then nobody can change once it is filled.
pub(crate) fn is_constant(section: &str) -> bool {
    section.starts_with(".rodata") || section == kconfig::SECTION
}

/// The map for a section of so many bytes, whose type in the object's BTF is `value`.
pub(crate) fn map(name: &str, bytes: usize, fields: Vec<Field>, value: TypeId) -> MapSpec {
    MapSpec {
        entries: Vec::new(),
        name: name.into(),
        kind: kind::find(ARRAY),
        key: Arc::new(Shape::Int { bytes: 4, signed: false }),
        value: Arc::new(Shape::Struct { name: String::new(), bytes, fields }),
        max_entries: 1,
        flags: 0,
        pinned: false,
        globals: true,
        making: Making { kind: ARRAY, value, ..Making::default() },
    }
}

fn fields(
    file: &File<'_>,
    btf: &Btf,
    shapes: &mut Shapes<'_>,
    section: &str,
) -> Result<Vec<Field>, SpecError> {
    let mut fields = Vec::new();
    for (id, ..) in btf.section(section).unwrap_or(&[]) {
        let variable = btf.get(*id)?;
        let Kind::Variable(ty) = variable.kind else { continue };
        let Some(symbol) = file.symbol_by_name(&variable.name) else { continue };
        fields.push(Field {
            name: variable.name.to_string(),
            bit_offset: (symbol.address() as usize).saturating_mul(8),
            bit_width: 0,
            shape: shapes.get(ty)?,
        });
    }
    fields.sort_by_key(|field| field.bit_offset);
    Ok(fields)
}
