//! Definitions in C.

use super::model::{Definition, Form, Model, Slot, Type};

/// A header.
pub fn write(model: &Model) -> String {
    let mut out = format!(
        "/* Written by `bpfl gen c` from {}. */\n#pragma once\n\n#include <assert.h>\n#include <stdbool.h>\n\
         #include <stdint.h>\n",
        model.source
    );
    if model.bare_constants().next().is_some() {
        out += "\n";
    }
    for (name, value) in model.bare_constants() {
        out += &format!("#define {name} {}\n", number(*value));
    }
    model.definitions.iter().for_each(|definition| out += &define(definition));
    out
}

/// A number that C takes as it stands.
fn number(value: i128) -> String {
    match value {
        _ if value > i64::MAX.into() => format!("{value}ULL"),
        _ if value > i32::MAX.into() => format!("{value}LL"),
        _ if value < i32::MIN.into() => format!("({}LL - 1)", value + 1),
        _ if value < 0 => format!("({value})"),
        _ => value.to_string(),
    }
}

/// A definition, after an empty line.
pub fn define(of: &Definition) -> String {
    let name = &escaped(&of.name);
    let (head, body, tail) = match &of.form {
        Form::Struct { slots, packed, .. } => {
            let tail = if *packed { " __attribute__((packed))" } else { "" };
            ("struct", slots.iter().enumerate().map(|(index, slot)| one(index, slot)).collect(), tail)
        }
        Form::Union(parts) => (
            "union",
            parts.iter().map(|(name, ty)| format!("\t{};\n", declare(&escaped(name), ty))).collect(),
            "",
        ),
        Form::Enum { members, .. } => {
            let member =
                |(name, value): &(String, i128)| format!("\t{} = {},\n", escaped(name), number(*value));
            ("enum", members.iter().map(member).collect::<String>(), "")
        }
    };
    let check = match of.form {
        Form::Enum { .. } => String::new(),
        _ => format!("static_assert(sizeof({head} {name}) == {}, \"{head} {name}\");\n", of.bytes),
    };
    format!("\n{head} {name} {{\n{body}}}{tail};\n{check}")
}

fn one(index: usize, slot: &Slot) -> String {
    match slot {
        Slot::Field(name, ty) => format!("\t{};\n", declare(&escaped(name), ty)),
        Slot::Padding(bytes) => format!("\tuint8_t pad{index}[{bytes}];\n"),
        Slot::Bits { unit, fields, .. } => {
            let unit = int(*unit, false);
            let (mut out, mut at) = (String::new(), 0);
            for (name, start, width) in fields {
                if *start > at {
                    out += &format!("\t{unit} : {};\n", start - at);
                }
                out += &format!("\t{unit} {} : {width};\n", escaped(name));
                at = start + width;
            }
            out
        }
    }
}

fn int(bytes: u32, signed: bool) -> String {
    format!("{}int{}_t", if signed { "" } else { "u" }, bytes * 8)
}

/// `uint8_t name[4]`
fn declare(name: &str, ty: &Type) -> String {
    match ty {
        Type::Int { bytes, signed } => format!("{} {name}", int(*bytes, *signed)),
        Type::Bool => format!("bool {name}"),
        Type::Char => format!("char {name}"),
        Type::Float { bytes } => format!("{} {name}", if *bytes == 4 { "float" } else { "double" }),
        // An address in the kernel, which is none here.
        Type::Pointer => format!("uint64_t {name}"),
        Type::Array(element, count) => declare(&format!("{name}[{count}]"), element),
        // An enumeration's size in C does not follow from its members in every compiler.
        Type::Named { form: "enum", bytes, signed, .. } if *bytes != 4 => {
            format!("{} {name}", int(*bytes, *signed))
        }
        Type::Named { name: own, form, .. } => format!("{form} {} {name}", escaped(own)),
        Type::Bytes(bytes) => format!("uint8_t {name}[{bytes}]"),
    }
}

/// Words of C, and of C++, whose sources include headers of C.
const KEYWORDS: &[&str] = &[
    "alignas",
    "alignof",
    "and",
    "asm",
    "auto",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "constexpr",
    "continue",
    "default",
    "delete",
    "do",
    "double",
    "else",
    "enum",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "mutable",
    "namespace",
    "new",
    "not",
    "nullptr",
    "operator",
    "or",
    "private",
    "protected",
    "public",
    "register",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_assert",
    "struct",
    "switch",
    "template",
    "this",
    "thread_local",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "typeof",
    "union",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "while",
    "xor",
];

/// A name that C has no other use for.
pub fn escaped(name: &str) -> String {
    if KEYWORDS.contains(&name) { format!("{name}_") } else { name.into() }
}
