//! Tables of functions that the kernel calls: the variables of `.struct_ops.link` and `.struct_ops`,
//! whose types are named as the kernel's structs. Where a program stands in one is a relocation
//! (`bpf_object__collect_st_ops_relos`, libbpf.c).

use object::{Object, ObjectSection, ObjectSymbol, RelocationTarget};

use super::{SpecError, file::File};
use crate::btf::{Btf, Kind};

/// The sections, and whether what is in them is attached as a link (Linux 6.4).
const SECTIONS: &[(&str, bool)] = &[(".struct_ops.link", true), (".struct_ops", false)];

/// A table of functions.
#[derive(Clone, Debug)]
pub struct TableSpec {
    /// The name of its symbol.
    pub name: String,
    /// The kernel's struct.
    pub kernel: String,
    /// The members that it has.
    pub members: Vec<TableMember>,
    /// Whether it is attached as a link.
    pub link: bool,
}

/// A member of a table.
#[derive(Clone, Debug)]
pub struct TableMember {
    /// Its name.
    pub name: String,
    /// What it is set to.
    pub value: TableValue,
}

/// What a member of a table is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableValue {
    /// A program, by name.
    Program(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

pub(super) fn read(file: &File<'_>, btf: &Btf) -> Result<Vec<TableSpec>, SpecError> {
    let mut all = Vec::new();
    for (section, link) in SECTIONS {
        for (variable, ..) in btf.section(section).unwrap_or(&[]) {
            all.extend(table(file, btf, section, *variable, *link)?);
        }
    }
    Ok(all)
}

fn table(
    file: &File<'_>,
    btf: &Btf,
    section: &str,
    variable: u32,
    link: bool,
) -> Result<Option<TableSpec>, SpecError> {
    let symbol = btf.get(variable)?;
    let Kind::Variable(ty) = symbol.kind else { return Ok(None) };
    let of = btf.resolve(ty)?;
    let Kind::Struct { members, bytes, .. } = &of.kind else { return Ok(None) };
    let (Some(place), Some(section)) = (file.symbol_by_name(&symbol.name), file.section_by_name(section))
    else {
        return Ok(None);
    };
    let start = place.address() as usize;
    let data = section.data()?;
    let programs = programs(file, &section)?;
    let mut found = Vec::with_capacity(members.len());
    for (index, member) in members.iter().enumerate() {
        let from = (member.bit_offset / 8) as usize;
        let to = members.get(index + 1).map_or(*bytes as usize, |next| (next.bit_offset / 8) as usize);
        let program = programs.iter().find(|(at, _)| *at == start + from);
        let value = match program {
            Some((_, name)) => TableValue::Program(name.clone()),
            None => TableValue::Bytes(data.get(start + from..start + to).unwrap_or(&[]).to_vec()),
        };
        found.push(TableMember { name: member.name.to_string(), value });
    }
    Ok(Some(TableSpec { name: symbol.name.to_string(), kernel: of.name.to_string(), members: found, link }))
}

/// Where in the section programs stand.
fn programs<'a>(
    file: &File<'a>,
    section: &impl ObjectSection<'a>,
) -> Result<Vec<(usize, String)>, SpecError> {
    let mut found = Vec::new();
    for (at, relocation) in section.relocations() {
        let RelocationTarget::Symbol(index) = relocation.target() else { continue };
        found.push((at as usize, file.symbol_name(&file.symbol_by_index(index)?)?.to_string()));
    }
    Ok(found)
}
