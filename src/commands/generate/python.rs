//! Definitions in Python, for ctypes.

use super::model::{Definition, Form, Model, Slot, Type};

/// A module.
pub fn write(model: &Model) -> String {
    let mut out =
        format!("# Written by `bpfl gen python` from {}.\nimport ctypes\nimport enum\n", model.source);
    if !model.constants.is_empty() {
        out += "\n";
    }
    for (name, value) in &model.constants {
        out += &format!("{name} = {value}\n");
    }
    model.definitions.iter().for_each(|definition| out += &define(definition));
    out
}

fn define(of: &Definition) -> String {
    let name = &of.name;
    let check = format!("\n\nassert ctypes.sizeof({name}) == {}\n", of.bytes);
    match &of.form {
        Form::Struct { slots, packed, aligned } => {
            let pack = if *packed { "    _pack_ = 1\n    _layout_ = \"ms\"\n" } else { "" };
            // An array of nothing is aligned as its elements are.
            let align = |bytes: &u32| format!("        (\"_align\", ctypes.c_uint{} * 0),\n", bytes * 8);
            let align = aligned.as_ref().map(align).unwrap_or_default();
            let readers = readers(slots);
            let fields: String = slots.iter().enumerate().map(|(at, slot)| field(at, slot)).collect();
            format!(
                "\n\nclass {name}(ctypes.Structure):\n{pack}    _fields_ = [\n{align}{fields}    ]\n{readers}{check}"
            )
        }
        Form::Union(parts) => {
            let one = |(name, ty): &(String, Type)| format!("        (\"{name}\", {}),\n", written(ty));
            let fields: String = parts.iter().map(one).collect();
            format!("\n\nclass {name}(ctypes.Union):\n    _fields_ = [\n{fields}    ]\n{check}")
        }
        Form::Enum { members, .. } if members.is_empty() => String::new(),
        Form::Enum { members, .. } => {
            let one = |(member, value): &(String, i128)| format!("    {member} = {value}\n");
            let all: String = members.iter().map(one).collect();
            format!("\n\nclass {name}(enum.IntEnum):\n{all}\n")
        }
    }
}

fn field(index: usize, slot: &Slot) -> String {
    match slot {
        Slot::Field(name, ty) => format!("        (\"{name}\", {}),\n", written(ty)),
        Slot::Padding(bytes) => format!("        (\"pad{index}\", ctypes.c_uint8 * {bytes}),\n"),
        Slot::Bits { bytes, .. } => format!("        (\"_bits{index}\", ctypes.c_uint8 * {bytes}),\n"),
    }
}

/// A property for each bit-field: ctypes places its own in another way than compilers of C do.
fn readers(slots: &[Slot]) -> String {
    let mut out = String::new();
    for (index, slot) in slots.iter().enumerate() {
        let Slot::Bits { fields, .. } = slot else { continue };
        for (name, start, width) in fields {
            let mask = u64::MAX >> (64 - width.clamp(&1, &64));
            out += &format!(
                "\n    @property\n    def {name}(self):\n        \
                 return int.from_bytes(self._bits{index}, \"little\") >> {start} & {mask:#x}\n"
            );
        }
    }
    out
}

fn written(ty: &Type) -> String {
    match ty {
        Type::Int { bytes, signed } => format!("ctypes.c_{}int{}", if *signed { "" } else { "u" }, bytes * 8),
        Type::Bool => "ctypes.c_bool".into(),
        Type::Char => "ctypes.c_char".into(),
        Type::Float { bytes } => if *bytes == 4 { "ctypes.c_float" } else { "ctypes.c_double" }.into(),
        Type::Pointer => "ctypes.c_uint64".into(),
        Type::Array(element, count) => format!("({} * {count})", written(element)),
        Type::Named { form: "enum", bytes, signed, .. } => {
            format!("ctypes.c_{}int{}", if *signed { "" } else { "u" }, bytes * 8)
        }
        Type::Named { name, .. } => name.clone(),
        Type::Bytes(bytes) => format!("(ctypes.c_uint8 * {bytes})"),
    }
}
