//! Options of the kernel's configuration that an object reads: the variables of `.kconfig`, which is no
//! section of the ELF file, only one of its BTF (`__kconfig` of libbpf's bpf_helpers.h).
//!
//! They become memory like that of `.rodata`; [`values`] fills it with what the running kernel was built
//! with. Always holds: each variable starts at a multiple of 8, in the order of the BTF.

use std::collections::HashMap;

use bpfl_stdlib::catalog::{helper, machine::Machine};
use object::ObjectSymbol;
use procfs::ConfigSetting;

use super::{MapSpec, SpecError, file::File, globals};
use crate::{
    btf::{
        Btf, Kind,
        shape::{Field, Shape, Shapes},
    },
    host,
    load::{LoadError, symbols},
    value::{Value, encode},
};

/// The section's name.
pub(crate) const SECTION: &str = ".kconfig";

/// Where a variable of so many bytes starts that comes behind the first `end` bytes, and where it ends.
pub(crate) fn place(end: u32, bytes: u32) -> (u32, u32) {
    let start = end.next_multiple_of(8);
    (start, start.saturating_add(bytes))
}

/// The variables: name, where it starts.
pub(crate) fn variables(btf: &Btf) -> impl Iterator<Item = (&str, u32)> {
    let mut end = 0;
    btf.section(SECTION).unwrap_or(&[]).iter().filter_map(move |(id, _, bytes)| {
        let (start, next) = place(end, *bytes);
        end = next;
        Some((&*btf.get(*id).ok()?.name, start))
    })
}

/// The memory of the variables, if there are some.
pub(super) fn read(btf: &Btf, shapes: &mut Shapes<'_>) -> Result<Option<MapSpec>, SpecError> {
    let Some(value) = btf.section_id(SECTION) else { return Ok(None) };
    let (mut fields, mut end) = (Vec::new(), 0);
    for (id, _, bytes) in btf.section(SECTION).unwrap_or(&[]) {
        let variable = btf.get(*id)?;
        let Kind::Variable(ty) = variable.kind else { continue };
        let start;
        (start, end) = place(end, *bytes);
        let (name, shape) = (variable.name.clone(), shapes.get(ty)?);
        fields.push(Field { name: name.to_string(), bit_offset: start as usize * 8, bit_width: 0, shape });
    }
    Ok((end > 0).then(|| globals::map(SECTION, end as usize, fields, value)))
}

/// What the memory holds on the running kernel.
pub(crate) fn values(spec: &MapSpec, file: &File<'_>) -> Result<Vec<u8>, LoadError> {
    let Shape::Struct { bytes, fields, .. } = &*spec.value else { return Ok(Vec::new()) };
    let (mut memory, mut options) = (vec![0; *bytes], None);
    for field in fields {
        let setting = match field.name.strip_prefix("CONFIG_") {
            Some(_) => {
                let options = options.get_or_insert_with(|| procfs::kernel_config().unwrap_or_default());
                option(options, &field.name)
            }
            None => fact(&field.name),
        };
        let Some(setting) = setting else {
            let is_weak = file.symbol_by_name(&field.name).is_some_and(|symbol| symbol.is_weak());
            if is_weak {
                continue;
            }
            return Err(LoadError::NoOption {
                name: field.name.clone(),
                known: options != Some(HashMap::new()),
            });
        };
        let value = setting.as_value(&field.shape);
        let encoded = encode(&field.shape, &value);
        let unfit = |error| LoadError::Option { name: field.name.clone(), value: setting.text(), error };
        let (start, encoded) = (field.bit_offset / 8, encoded.map_err(unfit)?);
        memory[start..start + encoded.len()].copy_from_slice(&encoded);
    }
    Ok(memory)
}

/// What an option is set to.
enum Setting {
    No,
    Yes,
    Module,
    Number(i128),
    Text(String),
}

impl Setting {
    /// As a variable of this shape takes it: `y`, `n` and `m` are characters, truths or `enum
    /// libbpf_tristate`.
    fn as_value(&self, shape: &Shape) -> Value {
        let states = match self {
            Self::Number(number) => return Value::Int(*number),
            Self::Text(text) => return Value::Text(text.clone()),
            Self::No => ('n', 0),
            Self::Yes => ('y', 1),
            Self::Module => ('m', 2),
        };
        match shape {
            Shape::Char | Shape::Int { bytes: 1, .. } => Value::Int(u32::from(states.0).into()),
            Shape::Bool { .. } if states.1 < 2 => Value::Bool(states.1 == 1),
            Shape::Enum { .. } => Value::Int(states.1),
            _ => Value::Text(states.0.into()),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::No => "n".into(),
            Self::Yes => "y".into(),
            Self::Module => "m".into(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => format!("{text:?}"),
        }
    }
}

/// An option of the running kernel's configuration; one that is not set there is not there.
fn option(options: &HashMap<String, ConfigSetting>, name: &str) -> Option<Setting> {
    Some(match options.get(name)? {
        ConfigSetting::Yes => Setting::Yes,
        ConfigSetting::Module => Setting::Module,
        ConfigSetting::Value(text) => match text.strip_prefix('"') {
            Some(text) => Setting::Text(text.strip_suffix('"').unwrap_or(text).into()),
            None => number(text).map_or_else(|| Setting::Text(text.clone()), Setting::Number),
        },
    })
}

fn number(text: &str) -> Option<i128> {
    match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(digits) => i128::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// What libbpf offers in the same way that is no option: facts that programs adapt themselves to.
fn fact(name: &str) -> Option<Setting> {
    let truth = |holds| if holds { Setting::Yes } else { Setting::No };
    match name {
        "LINUX_KERNEL_VERSION" => {
            let version = procfs::sys::kernel::Version::current().ok()?;
            let patch = version.patch.min(255);
            let number = u32::from(version.major) << 16 | u32::from(version.minor) << 8 | u32::from(patch);
            Some(Setting::Number(number.into()))
        }
        // `bpf_get_attach_cookie` is there since Linux 5.15.
        "LINUX_HAS_BPF_COOKIE" => {
            let helper = helper::find("get_attach_cookie")?;
            Some(truth(host::kernel() >= helper.since))
        }
        "LINUX_HAS_SYSCALL_WRAPPER" => {
            Some(truth(symbols::has(&symbols::list().ok()?, Machine::default().wrapped_syscall())))
        }
        _ => None,
    }
}
