//! What in two objects is the same: for each program and map a text or bytes that are equal when it is.
//!
//! A program is its code, what the code refers to, the functions that it calls, and what is asked of the
//! kernel's types; where it was written does not count. A map is its whole definition, with the types of keys
//! and values and what it is like that it holds; a section of variables is their places, types and first
//! values. Where it cannot be told, things count as different.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write,
};

use object::{Object, ObjectSection, ObjectSymbol, SymbolKind};

use super::{MapSpec, ObjectSpec, SpecError, Types, elf::references, file::File};
use crate::btf::{Btf, Kind, TypeId};

/// Where functions are that are no programs.
const TEXT: &str = ".text";

/// What the programs and maps of an object are, by name.
#[derive(Debug, Default)]
pub(crate) struct Fingerprints {
    programs: HashMap<String, Whole>,
    maps: HashMap<String, String>,
}

impl Fingerprints {
    /// Those of the object `bytes`, which `spec` describes.
    pub(crate) fn of(spec: &ObjectSpec, bytes: &[u8]) -> Result<Self, SpecError> {
        let file = File::parse(bytes)?;
        let btf = spec.types.btf.as_ref();
        let functions = functions(&file, spec)?;
        let programs = spec.programs.iter().map(|program| {
            let start = format!("{}\n{}\n", program.section, spec.license).into_bytes();
            (program.name.clone(), Whole::of(start, &program.name, &functions))
        });
        let programs = programs.collect();
        let maps = spec.maps.iter().map(|map| Ok((map.name.clone(), definition(&file, btf, map)?)));
        Ok(Self { programs, maps: maps.collect::<Result<_, SpecError>>()? })
    }

    /// Whether both have a program of this name and it does the same.
    pub(crate) fn same_program(&self, other: &Self, name: &str) -> bool {
        self.programs.get(name).is_some_and(|own| other.programs.get(name) == Some(own))
    }

    /// The maps and sections of variables that a program and its functions use.
    pub(crate) fn uses<'s>(&'s self, program: &str) -> impl Iterator<Item = &'s str> {
        self.programs.get(program).into_iter().flat_map(|whole| whole.uses.iter().map(String::as_str))
    }

    /// Whether both have a map of this name and it is defined in the same way.
    pub(crate) fn same_map(&self, other: &Self, name: &str) -> bool {
        self.maps.get(name).is_some_and(|own| other.maps.get(name) == Some(own))
    }
}

/// A program with all functions that it may reach.
#[derive(Debug, Default, PartialEq, Eq)]
struct Whole {
    bytes: Vec<u8>,
    uses: HashSet<String>,
}

/// A function of an object, whether it is a program or not.
struct Function {
    /// Its code, and all that it refers to.
    bytes: Vec<u8>,
    /// What it refers to, by name; with each variable its section.
    references: Vec<String>,
    /// Whether it is no program.
    called: bool,
}

fn functions(file: &File<'_>, spec: &ObjectSpec) -> Result<HashMap<String, Function>, SpecError> {
    let types = &spec.types;
    let mut found = HashMap::new();
    for symbol in file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text) {
        let Some(index) = symbol.section_index() else { continue };
        let section = file.section_by_index(index)?;
        let start = symbol.address() as usize;
        let range = start..start.saturating_add(symbol.size() as usize);
        let mut bytes = section.data()?.get(range.clone()).unwrap_or(&[]).to_vec();
        let references = references(file, &section, &range);
        let code = bytes.len();
        references.iter().for_each(|(slot, name)| bytes.extend(format!("{slot} {name}\n").into_bytes()));
        let own = types.ext.relocations.within(file.section_name(&section)?, &range);
        own.for_each(|record| bytes.extend(question(types, record, start).into_bytes()));
        let near = calls_near(&bytes[..code], &references).then(|| TEXT.to_string());
        let sections = sections_of(file, &references)?;
        let references = references.into_iter().map(|(_, name)| name).chain(near).chain(sections);
        let references: Vec<String> = references.collect();
        bytes.extend(literals(file, spec, &references)?);
        let called = file.section_name(&section)? == TEXT;
        found.insert(file.symbol_name(&symbol)?.to_string(), Function { bytes, references, called });
    }
    Ok(found)
}

/// What a record asks of the kernel's types: of which type, which part of it, and what about it.
fn question(types: &Types, record: &[u32], start: usize) -> String {
    let Some(btf) = &types.btf else { return String::new() };
    let ty = btf.get(record[1]).map(|ty| ty.name.clone()).unwrap_or_default();
    format!("{} {ty} {} {}\n", record[0] as usize - start, btf.string(record[2]), record[3])
}

/// `BPF_JMP | BPF_CALL`, and the source register `BPF_PSEUDO_CALL` in the upper half of the second byte.
const CALL: u8 = 0x85;
const OF_FUNCTION: u8 = 1;

/// Whether code calls a function of its own section by the distance alone, as linkers leave it.
fn calls_near(code: &[u8], references: &[(usize, String)]) -> bool {
    let slots = code.chunks_exact(8).enumerate();
    let mut calls = slots.filter(|(_, insn)| insn[0] == CALL && insn[1] >> 4 == OF_FUNCTION);
    calls.any(|(slot, _)| references.iter().all(|(own, _)| *own != slot))
}

/// The sections of the variables among what is referred to.
fn sections_of(file: &File<'_>, references: &[(usize, String)]) -> Result<Vec<String>, SpecError> {
    let mut sections = Vec::new();
    for (_, name) in references {
        let Some(symbol) = file.symbol_by_name(name) else { continue };
        let Some(index) = symbol.section_index().filter(|_| symbol.kind() == SymbolKind::Data) else {
            continue;
        };
        sections.push(file.section_name(&file.section_by_index(index)?)?.to_string());
    }
    Ok(sections)
}

/// The literals that are referred to: memory that no map of the object stands for.
fn literals(file: &File<'_>, spec: &ObjectSpec, names: &[String]) -> Result<Vec<u8>, SpecError> {
    let mut bytes = Vec::new();
    for name in names.iter().filter(|name| name.starts_with('.') && *name != TEXT) {
        let is_map = spec.maps.iter().any(|map| map.name == *name) || name == ".maps";
        if let Some(section) = file.section_by_name(name).filter(|_| !is_map) {
            bytes.extend(section.data()?);
        }
    }
    Ok(bytes)
}

impl Whole {
    /// The function called `name`; `bytes` are what else tells it apart.
    fn of(mut bytes: Vec<u8>, name: &str, functions: &HashMap<String, Function>) -> Self {
        let (mut waiting, mut seen) = (vec![name], HashSet::new());
        while let Some(name) = waiting.pop() {
            if !seen.insert(name) {
                continue;
            }
            if name == TEXT {
                // Which of its functions is not said: all of them.
                let called = functions.iter().filter(|(_, function)| function.called);
                let mut all: Vec<&str> = called.map(|(name, _)| name.as_str()).collect();
                all.sort_unstable();
                waiting.extend(all);
            } else if let Some(function) = functions.get(name) {
                bytes.extend(name.as_bytes());
                bytes.extend(&function.bytes);
                waiting.extend(function.references.iter().map(String::as_str));
            }
        }
        Self { bytes, uses: seen.into_iter().map(ToString::to_string).collect() }
    }
}

/// All that makes a map what it is.
fn definition(file: &File<'_>, btf: Option<&Btf>, map: &MapSpec) -> Result<String, SpecError> {
    let mut text = format!("{:?}\n", map.entries);
    let Some(btf) = btf else { return Ok(text) };
    if !map.globals {
        let own = |id: &TypeId| btf.get(*id).is_ok_and(|ty| *ty.name == *map.name);
        let variables = btf.section(".maps").unwrap_or(&[]).iter().map(|(variable, ..)| variable);
        variables.copied().filter(own).for_each(|id| describe(btf, id, MOST_NESTED, &mut text));
        return Ok(text);
    }
    // The shape has the places of the variables.
    let _ = write!(text, "{:?}", map.value);
    if let Some(section) = file.section_by_name(&map.name) {
        let _ = write!(text, "{} {:?}", section.size(), section.data()?);
    }
    Ok(text)
}

/// Types nested deeper than this are told apart by their names.
const MOST_NESTED: usize = 12;

/// A type with all that it is made of.
fn describe(btf: &Btf, id: TypeId, depth: usize, text: &mut String) {
    let Ok(ty) = btf.get(id) else { return };
    let _ = write!(text, "{}", ty.name);
    let Some(depth) = depth.checked_sub(1) else { return };
    text.push('(');
    match &ty.kind {
        Kind::Pointer(to) | Kind::Alias(to) | Kind::Variable(to) => describe(btf, *to, depth, text),
        Kind::Array { element, count } => {
            let _ = write!(text, "{count} ");
            describe(btf, *element, depth, text);
        }
        Kind::Struct { bytes, members, union } => {
            let _ = write!(text, "{bytes} {union} ");
            for member in members {
                let _ = write!(text, "{} {} {} ", member.name, member.bit_offset, member.bit_width);
                describe(btf, member.ty, depth, text);
            }
        }
        other => {
            let _ = write!(text, "{other:?}");
        }
    }
    text.push(')');
}
