//! The code of an object: its functions, and what their instructions refer to.
//!
//! Sections, symbols and relocations go in; a [`Function`] for each symbol of code comes out. Always
//! holds: functions do not reach beyond their section, and a reference is to an instruction that its
//! function has.

use std::{collections::HashMap, ops::Range};

use object::{Object, ObjectSection, ObjectSymbol, RelocationTarget, SectionIndex, SectionKind, SymbolKind};

use super::{LoadError, other};
use crate::{
    btf::ext::{Ext, Table},
    insn::{CALL, Insn, LOAD_64},
    spec::{
        Types,
        file::{File, Section, Symbol},
        globals::is_data,
        kconfig,
    },
};

/// What an instruction refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    /// A map, by name.
    Map(String),
    /// A place in the memory of a section.
    Memory { section: String, offset: i64 },
    /// The function that starts in this section at this slot.
    Function { section: usize, slot: i64 },
    /// A function or variable of the kernel's; one that is `weak` need not be there.
    Kernel { name: String, weak: bool },
}

/// A function of the object.
#[derive(Debug, Default)]
pub(crate) struct Function {
    /// The name of its symbol.
    pub(crate) name: String,
    /// The section that it is in.
    pub(crate) section: usize,
    /// The slot of the section where it starts.
    pub(crate) start: usize,
    /// Its instructions.
    pub(crate) insns: Vec<Insn>,
    /// What they refer to, by slot from its start.
    pub(crate) references: Vec<(usize, Reference)>,
    /// What `.BTF.ext` says of it, places counted from its start in bytes.
    pub(crate) records: Records,
}

/// Records of the three tables of `.BTF.ext`, the words one after another.
#[derive(Debug, Default, Clone)]
pub(crate) struct Records {
    pub(crate) functions: Vec<u32>,
    pub(crate) lines: Vec<u32>,
    pub(crate) relocations: Vec<u32>,
}

/// Where the kernel's options are in their memory, by name.
type Options<'a> = HashMap<&'a str, u32>;

/// All functions of an object.
#[derive(Debug, Default)]
pub(crate) struct Code {
    pub(crate) functions: Vec<Function>,
    by_place: HashMap<(usize, i64), usize>,
}

impl Code {
    /// The functions of `file`, of which `.BTF` and `.BTF.ext` say `types`.
    pub(crate) fn read(file: &File<'_>, types: &Types) -> Result<Self, LoadError> {
        let mut functions = Vec::new();
        let options = types.btf.iter().flat_map(kconfig::variables).collect();
        for section in file.sections().filter(|section| section.kind() == SectionKind::Text) {
            section_functions(file, (&types.ext, &options), &section, &mut functions).map_err(other)?;
        }
        let place = |(index, one): (usize, &Function)| ((one.section, one.start as i64), index);
        let by_place = functions.iter().enumerate().map(place).collect();
        Ok(Self { functions, by_place })
    }

    /// Whether instructions depend on what the kernel's types say.
    pub(crate) fn depends_on_kernel(&self) -> bool {
        self.functions.iter().any(|function| !function.records.relocations.is_empty())
    }

    /// The function that starts there.
    pub(crate) fn at(&self, section: usize, slot: i64) -> Option<usize> {
        self.by_place.get(&(section, slot)).copied()
    }
}

fn section_functions<'a>(
    file: &File<'a>,
    (ext, options): (&Ext, &Options<'_>),
    section: &Section<'a, '_>,
    all: &mut Vec<Function>,
) -> Result<(), object::Error> {
    let (name, data, first) = (file.section_name(section)?, section.data()?, all.len());
    let symbols = file.symbols().filter(|symbol| symbol.section_index() == Some(section.index()));
    for symbol in symbols.filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.size() > 0) {
        let start = symbol.address() as usize;
        let range = start..start.saturating_add(symbol.size() as usize);
        let Some(bytes) = data.get(range.clone()) else { continue };
        let (insns, _) = bytes.as_chunks::<{ Insn::BYTES }>();
        all.push(Function {
            name: file.symbol_name(&symbol)?.into(),
            section: section.index().0,
            start: start / Insn::BYTES,
            insns: insns.iter().map(Insn::read).collect(),
            references: Vec::new(),
            records: records(ext, name, &range),
        });
    }
    all[first..].sort_by_key(|function| function.start);
    refer(file, options, section, &mut all[first..])
}

fn records(ext: &Ext, section: &str, range: &Range<usize>) -> Records {
    let own = |table: &Table| {
        let mut words = Vec::new();
        let all = table.within(section, range);
        all.for_each(|record| table.append(record, &mut words, |place| place - range.start as u32));
        words
    };
    Records { functions: own(&ext.functions), lines: own(&ext.lines), relocations: own(&ext.relocations) }
}

/// Gives the functions of a section, which are in order, the references that its relocations are.
fn refer<'a>(
    file: &File<'a>,
    options: &Options<'_>,
    section: &Section<'a, '_>,
    functions: &mut [Function],
) -> Result<(), object::Error> {
    for (at, relocation) in section.relocations() {
        let RelocationTarget::Symbol(index) = relocation.target() else { continue };
        let slot = at as usize / Insn::BYTES;
        let after = functions.partition_point(|function| function.start <= slot);
        let Some(function) = after.checked_sub(1).and_then(|index| functions.get_mut(index)) else {
            continue;
        };
        let own = slot - function.start;
        let Some(insn) = function.insns.get(own) else { continue };
        let symbol = file.symbol_by_index(index)?;
        if let Some(reference) = reference(file, options, *insn, &symbol)? {
            function.references.push((own, reference));
        }
    }
    functions.iter_mut().for_each(|function| function.references.sort_by_key(|(slot, _)| *slot));
    Ok(())
}

fn reference<'a>(
    file: &File<'a>,
    options: &Options<'_>,
    insn: Insn,
    symbol: &Symbol<'a, '_>,
) -> Result<Option<Reference>, object::Error> {
    let Some(SectionIndex(section)) = symbol.section_index() else {
        let (name, weak) = (file.symbol_name(symbol)?.to_string(), symbol.is_weak());
        if let Some(offset) = options.get(&*name) {
            return Ok(Some(Reference::Memory {
                section: kconfig::SECTION.into(),
                offset: (*offset).into(),
            }));
        }
        return Ok(symbol.is_undefined().then_some(Reference::Kernel { name, weak }));
    };
    let target = file.section_by_index(SectionIndex(section))?;
    let (name, address) = (file.section_name(&target)?, symbol.address() as i64);
    Ok(match (target.kind(), insn.code) {
        // A call says how many instructions behind itself its target is: -1 where the symbol is that.
        (SectionKind::Text, CALL) => {
            Some(Reference::Function { section, slot: address / 8 + i64::from(insn.imm) + 1 })
        }
        (SectionKind::Text, LOAD_64) => {
            Some(Reference::Function { section, slot: (address + i64::from(insn.imm)) / 8 })
        }
        (_, LOAD_64) if name == ".maps" => map_at(file, symbol, address + i64::from(insn.imm))?,
        (_, LOAD_64) if is_data(name) => {
            Some(Reference::Memory { section: name.into(), offset: address + i64::from(insn.imm) })
        }
        _ => None,
    })
}

/// The map of a symbol in `.maps`; of the section's own symbol, the one that is at `address`.
fn map_at<'a>(
    file: &File<'a>,
    symbol: &Symbol<'a, '_>,
    address: i64,
) -> Result<Option<Reference>, object::Error> {
    if symbol.kind() != SymbolKind::Section {
        return Ok(Some(Reference::Map(file.symbol_name(symbol)?.into())));
    }
    let is = |other: &Symbol<'_, '_>| {
        other.section_index() == symbol.section_index()
            && other.kind() != SymbolKind::Section
            && other.address() as i64 == address
    };
    let found = file.symbols().find(is);
    found.map(|found| Ok(Reference::Map(file.symbol_name(&found)?.into()))).transpose()
}
