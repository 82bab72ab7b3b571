//! Where everything goes: program sections and the offsets in them, and that what the model says
//! makes sense. After [`Layout::new`] the other parts rely on it.

use std::collections::HashSet;

use indexmap::{IndexMap, IndexSet};

use super::{
    Error,
    model::{DataSection, Function, Object},
};
use crate::bpf::insn::SLOT;

/// The section of functions that are no programs.
pub const TEXT: &str = ".text";

/// A section of code.
pub(super) struct Section<'a> {
    pub name: &'a str,
    /// Indices of its functions, in order.
    pub functions: Vec<usize>,
    /// Bytes.
    pub size: u32,
}

/// Where a function is.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The index of its section.
    pub section: usize,
    /// Bytes from the section's start.
    pub offset: u32,
}

pub(super) struct Layout<'a> {
    pub sections: Vec<Section<'a>>,
    pub functions: Vec<Place>,
}

impl<'a> Layout<'a> {
    pub(super) fn new(object: &'a Object) -> Result<Self, Error> {
        check_names(object)?;
        object.data.iter().try_for_each(check_variables)?;
        let mut sections: IndexMap<&str, Section> = IndexMap::new();
        let mut functions = Vec::new();
        for (index, function) in object.functions.iter().enumerate() {
            check_function(function)?;
            let name = function.section.as_str();
            let entry = sections.entry(name);
            let section_index = entry.index();
            let section = entry.or_insert_with(|| Section { name, functions: Vec::new(), size: 0 });
            functions.push(Place { section: section_index, offset: section.size });
            section.functions.push(index);
            section.size = grow(section.size, function)?;
        }
        Ok(Self { sections: sections.into_values().collect(), functions })
    }

    /// The functions of a section with their offsets.
    pub(super) fn members<'b>(
        &'b self,
        object: &'b Object,
        section: &'b Section,
    ) -> impl Iterator<Item = (u32, usize, &'b Function)> {
        section.functions.iter().map(|&i| (self.functions[i].offset, i, &object.functions[i]))
    }
}

fn grow(size: u32, function: &Function) -> Result<u32, Error> {
    let bytes = u32::try_from(function.insns.len() * SLOT).ok();
    let sum = bytes.and_then(|bytes| size.checked_add(bytes));
    sum.filter(|sum| *sum <= i32::MAX as u32).ok_or_else(|| Error::TooLarge(function.section.clone()))
}

fn check_function(function: &Function) -> Result<(), Error> {
    let Function { name, insns, spans, .. } = function;
    if insns.is_empty() {
        return Err(Error::EmptyFunction(name.clone()));
    }
    if insns.len() != spans.len() {
        return Err(Error::Spans { name: name.clone(), insns: insns.len(), spans: spans.len() });
    }
    if let Some(relo) = function.core_relos.iter().find(|relo| relo.insn as usize >= insns.len()) {
        return Err(Error::Place { name: name.clone(), slot: relo.insn });
    }
    if !function.global && function.section != TEXT {
        return Err(Error::NotCallable(name.clone()));
    }
    Ok(())
}

/// Symbols that are always there.
const SYMBOLS: [&str; 1] = ["_license"];

/// Sections that are always there or made of something else than a [`DataSection`].
const SECTIONS: [&str; 5] = [".maps", "license", ".BTF", ".BTF.ext", ".ksyms"];

/// All symbols share one namespace, and all sections another.
fn check_names(object: &Object) -> Result<(), Error> {
    let functions = object.functions.iter().map(|f| &f.name);
    let variables = object.data.iter().flat_map(|d| d.variables.iter().map(|v| &v.name));
    let maps = object.maps.iter().map(|m| &m.name);
    let externs = object.externs.iter().map(|e| &e.name);
    unique(&SYMBOLS, functions.chain(variables).chain(maps).chain(externs))?;
    let code: IndexSet<&String> = object.functions.iter().map(|f| &f.section).collect();
    unique(&SECTIONS, code.into_iter().chain(object.data.iter().map(|d| &d.name)))
}

fn unique<'a>(taken: &[&'a str], names: impl Iterator<Item = &'a String>) -> Result<(), Error> {
    let mut seen: HashSet<&str> = taken.iter().copied().collect();
    for name in names {
        if name.is_empty() || name.contains('\0') {
            return Err(Error::Name(name.clone()));
        }
        if !seen.insert(name) {
            return Err(Error::Duplicate(name.clone()));
        }
    }
    Ok(())
}

fn check_variables(section: &DataSection) -> Result<(), Error> {
    if section.contents.len() > i32::MAX as usize {
        return Err(Error::TooLarge(section.name.clone()));
    }
    let mut variables: Vec<_> = section.variables.iter().collect();
    variables.sort_by_key(|v| v.offset);
    let mut end = 0;
    for variable in variables {
        let start = u64::from(variable.offset);
        if start < end || start + u64::from(variable.size) > section.contents.len() as u64 {
            return Err(Error::Variable(variable.name.clone()));
        }
        end = start + u64::from(variable.size);
    }
    Ok(())
}
