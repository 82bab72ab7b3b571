//! Definitions in Rust.

use super::model::{Definition, Form, Model, Slot, Type, camel};

/// A module.
pub fn write(model: &Model) -> String {
    let mut out = format!("// Written by `bpfl gen rust` from {}.\n#![allow(dead_code)]\n", model.source);
    if model.bare_constants().next().is_some() {
        out += "\n";
    }
    for (name, value) in model.bare_constants() {
        let ty = if *value < 0 { "i64" } else { "u64" };
        out += &format!("pub const {name}: {ty} = {value};\n");
    }
    model.definitions.iter().for_each(|definition| out += &define(definition));
    out
}

fn define(of: &Definition) -> String {
    let name = camel(&of.name);
    let check = format!("const _: () = assert!(size_of::<{name}>() == {});\n", of.bytes);
    match &of.form {
        Form::Struct { slots, packed, aligned } => {
            let repr = match (packed, aligned) {
                (true, _) => "C, packed".into(),
                (_, Some(bytes)) => format!("C, align({bytes})"),
                _ => "C".to_string(),
            };
            let fields: String = slots.iter().enumerate().map(|(index, slot)| field(index, slot)).collect();
            let readers = readers(slots);
            let readers =
                if readers.is_empty() { readers } else { format!("\nimpl {name} {{\n{readers}}}\n") };
            format!(
                "\n#[repr({repr})]\n#[derive(Clone, Copy)]\npub struct {name} {{\n{fields}}}\n{check}{readers}"
            )
        }
        Form::Union(parts) => {
            let fields: String =
                parts.iter().map(|(name, ty)| format!("    pub {}: {},\n", raw(name), written(ty))).collect();
            format!("\n#[repr(C)]\n#[derive(Clone, Copy)]\npub union {name} {{\n{fields}}}\n{check}")
        }
        // The kernel may store any number in an enumeration's place, which a Rust enum must not hold.
        Form::Enum { signed, members } => {
            let ty = format!("{}{}", if *signed { "i" } else { "u" }, of.bytes * 8);
            let member = |(name, value): &(String, i128)| {
                format!("pub const {}: {ty} = {value};\n", name.to_uppercase())
            };
            let members: String = members.iter().map(member).collect();
            format!("\npub type {name} = {ty};\n{members}")
        }
    }
}

fn field(index: usize, slot: &Slot) -> String {
    match slot {
        Slot::Field(name, ty) => format!("    pub {}: {},\n", raw(name), written(ty)),
        Slot::Bits { bytes, .. } => format!("    pub bits{index}: [u8; {bytes}],\n"),
        Slot::Padding(bytes) => format!("    pub pad{index}: [u8; {bytes}],\n"),
    }
}

/// A function for each bit-field, which Rust has none of.
fn readers(slots: &[Slot]) -> String {
    let mut out = String::new();
    for (index, slot) in slots.iter().enumerate() {
        let Slot::Bits { bytes, fields, .. } = slot else { continue };
        for (name, start, width) in fields {
            let mask = u64::MAX >> (64 - width.clamp(&1, &64));
            let shift = if *start > 0 { format!(" >> {start}") } else { String::new() };
            out += &format!(
                "    pub fn {}(&self) -> u64 {{\n        let mut word = [0; 16];\n        \
                 word[..{bytes}].copy_from_slice(&self.bits{index});\n        \
                 (u128::from_le_bytes(word){shift}) as u64 & {mask:#x}\n    }}\n",
                raw(name)
            );
        }
    }
    out
}

fn written(ty: &Type) -> String {
    match ty {
        Type::Int { bytes, signed } => format!("{}{}", if *signed { "i" } else { "u" }, bytes * 8),
        // Any byte may be there.
        Type::Bool | Type::Char => "u8".into(),
        Type::Float { bytes } => format!("f{}", bytes * 8),
        Type::Pointer => "u64".into(),
        Type::Array(element, count) => format!("[{}; {count}]", written(element)),
        Type::Named { name, .. } => camel(name),
        Type::Bytes(bytes) => format!("[u8; {bytes}]"),
    }
}

const KEYWORDS: &[&str] = &[
    "as", "async", "await", "break", "const", "continue", "dyn", "else", "enum", "extern", "false", "fn",
    "for", "gen", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "unsafe", "use", "where", "while", "yield",
    "abstract", "become", "box", "do", "final", "macro", "override", "priv", "typeof", "unsized", "virtual",
];

/// A name that Rust has another use for.
fn raw(name: &str) -> String {
    match name {
        "self" | "super" | "crate" | "Self" => format!("{name}_"),
        _ if KEYWORDS.contains(&name) => format!("r#{name}"),
        _ => name.into(),
    }
}
