//! What is written down: definitions that need no other, from an object's types and a file's constants.
//!
//! Always holds: a definition stands behind those that it uses, each has a name, and the slots of a
//! struct cover all of its bytes but those that its alignment leaves free.

use std::{collections::HashSet, ops::Deref};

use bpfl_runtime::{
    btf::{Btf, Kind, Member, TypeId, shape::Shape},
    spec::ObjectSpec,
};

use super::skeleton::identifier;

/// All that a language writes.
pub struct Model {
    /// The file that it is from, as it was named.
    pub source: String,
    /// Structs, unions and enumerations.
    pub definitions: Vec<Definition>,
    /// Names in upper case with `_`, and values.
    pub constants: Vec<(String, i128)>,
}

/// A type with a name.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its name, as in C.
    pub name: String,
    /// What it is.
    pub form: Form,
    /// Its size in bytes.
    pub bytes: u32,
    /// What its address is a multiple of.
    pub align: u32,
}

impl Definition {
    /// The members, of an enumeration.
    fn members(&self) -> &[(String, i128)] {
        match &self.form {
            Form::Enum { members, .. } => members,
            _ => &[],
        }
    }

    /// Spells the members of an enumeration as the constants that they are.
    fn spell_as(&mut self, constants: &HashSet<(String, i128)>) {
        let Form::Enum { members, .. } = &mut self.form else { return };
        for (name, value) in members {
            let upper = name.to_uppercase();
            if constants.contains(&(upper.clone(), *value)) {
                *name = upper;
            }
        }
    }
}

/// What a definition is.
#[derive(Clone, Debug)]
pub enum Form {
    /// Parts behind one another. One that is `packed` has some where alignment would not put them;
    /// bit-fields may ask for more alignment than the parts, where they are written as bytes, would have.
    Struct { slots: Vec<Slot>, packed: bool, aligned: Option<u32> },
    /// Parts at one place.
    Union(Vec<(String, Type)>),
    /// Numbers with names.
    Enum { signed: bool, members: Vec<(String, i128)> },
}

/// A part of a struct.
#[derive(Clone, Debug)]
pub enum Slot {
    /// A member.
    Field(String, Type),
    /// Bit-fields, each with its name, first bit and width, in so many bytes; `unit` are those of the widest of their types.
    Bits { bytes: u32, unit: u32, fields: Vec<(String, u32, u32)> },
    /// Bytes that nothing is in.
    Padding(u32),
}

/// The type of a member.
#[derive(Clone, Debug)]
pub enum Type {
    Int {
        bytes: u32,
        signed: bool,
    },
    Bool,
    Char,
    Float {
        bytes: u32,
    },
    Pointer,
    Array(Box<Self>, u32),
    /// A definition; of an enumeration, `signed` says whether its numbers are.
    Named {
        name: String,
        bytes: u32,
        align: u32,
        form: &'static str,
        signed: bool,
    },
    Bytes(u32),
}

impl Type {
    /// Its size and alignment, in bytes.
    pub fn layout(&self) -> (u32, u32) {
        match self {
            Self::Int { bytes, .. } | Self::Float { bytes } => (*bytes, (*bytes).clamp(1, 8)),
            Self::Bool | Self::Char => (1, 1),
            Self::Pointer => (8, 8),
            Self::Array(element, count) => {
                let (bytes, align) = element.layout();
                (bytes.saturating_mul(*count), align)
            }
            Self::Named { bytes, align, .. } => (*bytes, *align),
            Self::Bytes(bytes) => (*bytes, 1),
        }
    }
}

impl Model {
    /// The types of an object, with the constants that a source file defines.
    pub fn new(source: String, spec: &ObjectSpec, constants: &[(String, i128)]) -> Self {
        let mut maker = Maker { definitions: Vec::new(), done: Vec::new() };
        if let Some(btf) = spec.btf() {
            for id in spec.own_types() {
                maker.named(btf, id, None, 0);
            }
        }
        let upper = |name: &str| name.trim_matches('+').replace('-', "_").to_uppercase();
        let usable =
            |name: &String| !name.is_empty() && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
        let constants = constants.iter().map(|(name, value)| (upper(name), *value));
        let constants: Vec<_> = constants.filter(|(name, _)| usable(name)).collect();
        let mut definitions = maker.definitions;
        let known: HashSet<_> = constants.iter().cloned().collect();
        definitions.iter_mut().for_each(|definition| definition.spell_as(&known));
        Self { source, definitions, constants }
    }

    /// The constants that are no members of an enumeration: where those are names of the whole file, too,
    /// each is there once.
    pub fn bare_constants(&self) -> impl Iterator<Item = &(String, i128)> {
        let members: HashSet<_> = self.definitions.iter().flat_map(Definition::members).collect();
        self.constants.iter().filter(move |constant| !members.contains(constant))
    }
}

/// `FlowKey` for `flow_key`: what Rust and Go call a type.
pub fn camel(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('_').map(word).collect()
}

struct Maker {
    definitions: Vec<Definition>,
    done: Vec<(TypeId, Type)>,
}

/// No struct that a map or the stack can hold is larger; damaged types may be.
const MOST_BYTES: u32 = 1 << 30;
/// Damaged types may hold themselves.
const MAX_DEPTH: u32 = 32;

impl Maker {
    /// The type of a member; structs that have no name of their own get `name`.
    fn ty(&mut self, btf: &Btf, id: TypeId, name: &str, depth: u32) -> Type {
        let Ok(ty) = btf.resolve(id) else { return Type::Bytes(0) };
        match &ty.kind {
            Kind::Int { boolean: true, bytes: 1, .. } => Type::Bool,
            Kind::Int { bytes: 1, signed: true, .. } if ty.name == "char" => Type::Char,
            Kind::Int { bytes: bytes @ (1 | 2 | 4 | 8), signed, .. } => {
                Type::Int { bytes: *bytes, signed: *signed }
            }
            Kind::Int { bytes, .. } => Type::Bytes(*bytes),
            Kind::Float { bytes: bytes @ (4 | 8) } => Type::Float { bytes: *bytes },
            Kind::Float { bytes } => Type::Bytes(*bytes),
            Kind::Pointer(_) => Type::Pointer,
            Kind::Array { element, count } if depth < MAX_DEPTH => {
                Type::Array(Box::new(self.ty(btf, *element, name, depth + 1)), *count)
            }
            Kind::Struct { .. } | Kind::Enum { .. } if depth < MAX_DEPTH => {
                self.named(btf, id, Some(name), depth + 1)
            }
            _ => Type::Bytes(0),
        }
    }

    fn named(&mut self, btf: &Btf, id: TypeId, fallback: Option<&str>, depth: u32) -> Type {
        if let Some((_, ty)) = self.done.iter().find(|(done, _)| *done == id) {
            return ty.clone();
        }
        let Ok(ty) = btf.resolve(id) else { return Type::Bytes(0) };
        let name = match (&*ty.name, fallback) {
            ("", fallback) => fallback.unwrap_or("unnamed").to_string(),
            (name, _) => clean(name),
        };
        let (form, bytes, align, word) = match &ty.kind {
            Kind::Struct { bytes, members, union: false } => {
                let (form, align) = self.structure(btf, members, *bytes, &name, depth);
                (form, *bytes, align, "struct")
            }
            Kind::Struct { bytes, members, .. } => {
                let parts = self.parts(btf, members, &name, depth);
                let align = parts.iter().map(|(_, ty)| ty.layout().1).max().unwrap_or(1);
                (Form::Union(parts), *bytes, align, "union")
            }
            Kind::Enum { bytes: bytes @ (1 | 2 | 4 | 8), signed, members } => {
                let form = Form::Enum { signed: *signed, members: enumerators(members) };
                (form, *bytes, *bytes, "enum")
            }
            Kind::Enum { bytes, .. } => return Type::Bytes(*bytes),
            _ => return Type::Bytes(0),
        };
        let signed = matches!(form, Form::Enum { signed: true, .. });
        let made = Type::Named { name: name.clone(), bytes, align, form: word, signed };
        self.done.push((id, made.clone()));
        self.definitions.push(Definition { name, form, bytes, align });
        made
    }

    fn parts(&mut self, btf: &Btf, members: &[Member], of: &str, depth: u32) -> Vec<(String, Type)> {
        let mut parts = Vec::with_capacity(members.len());
        for (index, member) in members.iter().enumerate() {
            let name = member_name(member, index);
            let ty = self.ty(btf, member.ty, &format!("{of}_{name}"), depth);
            parts.push((name, ty));
        }
        parts
    }

    fn structure(&mut self, btf: &Btf, members: &[Member], bytes: u32, of: &str, depth: u32) -> (Form, u32) {
        if !is_ordered(members, bytes) {
            let slots = vec![Slot::Padding(bytes)];
            return (Form::Struct { slots, packed: true, aligned: None }, 1);
        }
        let parts = self.parts(btf, members, of, depth);
        let all = || parts.iter().zip(members).map(|((_, ty), member)| (ty.layout().1, member));
        let plain = || all().filter(|(_, member)| member.bit_width == 0);
        let align = all().map(|(align, _)| align).max().unwrap_or(1);
        let own = plain().map(|(align, _)| align).max().unwrap_or(1);
        let off = |(align, member): (u32, &Member)| !(member.bit_offset / 8).is_multiple_of(align);
        let packed = !bytes.is_multiple_of(align) || plain().any(off);
        let aligned = (own < align && !packed).then_some(align);
        let (mut slots, mut at) = (Vec::new(), 0);
        for ((name, ty), member) in parts.into_iter().zip(members) {
            let (start, (size, own)) = (member.bit_offset / 8, ty.layout());
            if member.bit_width > 0 {
                bits(&mut slots, &mut at, (name, size.clamp(1, 8).next_power_of_two()), member);
                continue;
            }
            let expected = if packed { at } else { at.next_multiple_of(own) };
            if start > expected {
                slots.push(Slot::Padding(start.saturating_sub(at)));
            }
            slots.push(Slot::Field(name, ty));
            at = start.saturating_add(size).min(MOST_BYTES);
        }
        let end = if packed || own < align { at } else { at.next_multiple_of(align) };
        if bytes > end {
            slots.push(Slot::Padding(bytes.saturating_sub(at)));
        }
        (Form::Struct { slots, packed, aligned }, if packed { 1 } else { align })
    }
}

/// Whether members start behind one another, within so many bytes: of damaged types they may not.
fn is_ordered(members: &[Member], bytes: u32) -> bool {
    let starts = members.iter().map(|member| member.bit_offset);
    let end = |member: &Member| u64::from(member.bit_offset) + u64::from(member.bit_width);
    let inside = members.iter().all(|member| end(member) <= u64::from(bytes) * 8);
    bytes <= MOST_BYTES && starts.is_sorted() && inside
}

/// Puts a bit-field to those before it, or starts anew where `at` bytes are used.
fn bits(slots: &mut Vec<Slot>, at: &mut u32, (name, unit): (String, u32), member: &Member) {
    let end = (member.bit_offset + member.bit_width).div_ceil(8);
    if let Some(Slot::Bits { bytes, unit: widest, fields }) = slots.last_mut() {
        *widest = unit.max(*widest);
        let start = at.saturating_sub(*bytes);
        fields.push((name, member.bit_offset.saturating_sub(start * 8), member.bit_width));
        *bytes = end.saturating_sub(start).max(*bytes);
    } else {
        let start = member.bit_offset / 8;
        if start > *at {
            slots.push(Slot::Padding(start - *at));
        }
        let fields = vec![(name, member.bit_offset - start * 8, member.bit_width)];
        slots.push(Slot::Bits { bytes: end - start, unit, fields });
    }
    *at = end.max(*at);
}

fn member_name(member: &Member, index: usize) -> String {
    if member.name.is_empty() { format!("unnamed{index}") } else { clean(&member.name) }
}

/// A name that languages take, also of an object that somebody has damaged.
fn clean(name: &str) -> String {
    name.replace(|c: char| c != '_' && !c.is_ascii_alphanumeric(), "_")
}

/// A struct for each section of variables, called `NAME__bss` and so on.
pub fn sections<'s>(spec: &'s ObjectSpec, name: &str) -> Vec<(&'s str, Definition)> {
    let Some(btf) = spec.btf() else { return Vec::new() };
    let mut maker = Maker { definitions: Vec::new(), done: Vec::new() };
    let mut all = Vec::new();
    for map in spec.maps.iter().filter(|map| map.globals) {
        let Shape::Struct { fields, bytes, .. } = &*map.value else { continue };
        let place = |(variable, ..): &(TypeId, u32, u32)| {
            let symbol = btf.get(*variable).ok()?;
            let Kind::Variable(ty) = symbol.kind else { return None };
            let field = fields.iter().find(|field| *field.name == *symbol.name)?;
            let bit_offset = u32::try_from(field.bit_offset).ok()?;
            Some(Member { name: symbol.name.clone(), ty, bit_offset, bit_width: 0 })
        };
        let mut members: Vec<_> = btf.section(&map.name).unwrap_or(&[]).iter().filter_map(place).collect();
        members.sort_by_key(|member| member.bit_offset);
        let name = format!("{name}__{}", identifier(&map.name));
        let bytes = u32::try_from(*bytes).unwrap_or(u32::MAX);
        let (form, align) = maker.structure(btf, &members, bytes, &name, 0);
        all.push((map.name.as_str(), Definition { name, form, bytes, align }));
    }
    all
}

fn enumerators<N: Deref<Target = str>>(members: &[(N, i128)]) -> Vec<(String, i128)> {
    members.iter().map(|(name, value)| (clean(name), *value)).collect()
}
