//! BTF-defined maps: the variables of `.maps`, whose struct's members are the map's attributes.
//!
//! `__uint(name, N)` is a pointer to an array of N, `__type(name, T)` a pointer to T (libbpf's
//! bpf_helpers.h and `parse_btf_map_def` in libbpf.c).

use std::sync::Arc;

use super::{Making, MapSpec, SpecError};
use crate::{
    btf::{
        Btf, Kind, TypeId,
        shape::{Shape, Shapes},
    },
    map::kind,
};

pub(super) fn read(btf: &Btf, shapes: &mut Shapes<'_>) -> Result<Vec<MapSpec>, SpecError> {
    let variables = btf.section(".maps").unwrap_or(&[]);
    variables.iter().map(|(variable, ..)| map(btf, shapes, *variable)).collect()
}

/// `LIBBPF_PIN_BY_NAME`
const BY_NAME: u32 = 1;

/// What the members of a definition say.
#[derive(Default)]
struct Attributes {
    kind: u32,
    max_entries: u32,
    flags: u32,
    pinning: u32,
    key_size: Option<u32>,
    value_size: Option<u32>,
    key: Option<TypeId>,
    value: Option<TypeId>,
    extra: u64,
    node: u32,
    /// The definition that maps in it have.
    inner: Option<TypeId>,
    /// It holds descriptors, whose type is no value's.
    handles: bool,
}

fn map(btf: &Btf, shapes: &mut Shapes<'_>, variable: TypeId) -> Result<MapSpec, SpecError> {
    let symbol = btf.get(variable)?;
    let name = symbol.name.clone();
    let wrong = |why| SpecError::Map { map: name.to_string(), why };
    let Kind::Variable(definition) = symbol.kind else { return Err(wrong("it is no variable")) };
    defined(btf, shapes, &name, definition, false)
}

/// The map whose definition is the struct `definition`.
fn defined(
    btf: &Btf,
    shapes: &mut Shapes<'_>,
    name: &str,
    definition: TypeId,
    is_inner: bool,
) -> Result<MapSpec, SpecError> {
    let wrong = |why| SpecError::Map { map: name.into(), why };
    let Kind::Struct { members, .. } = &btf.resolve(definition)?.kind else {
        return Err(wrong("it is no struct"));
    };
    let mut attributes = Attributes::default();
    for member in members {
        set(btf, &mut attributes, &member.name, member.ty)?;
    }
    if attributes.kind == 0 {
        return Err(wrong("it has no type"));
    }
    let handles = attributes.handles.then_some(4);
    let inner = match attributes.inner {
        Some(_) if is_inner => return Err(wrong("maps in it would hold maps again")),
        Some(inner) => Some(Box::new(defined(btf, shapes, &format!("{name}.inner"), inner, true)?)),
        None => None,
    };
    Ok(MapSpec {
        kind: kind::find(attributes.kind),
        key: shape(shapes, attributes.key, attributes.key_size.or(handles))?,
        value: shape(shapes, attributes.value, attributes.value_size.or(handles))?,
        max_entries: attributes.max_entries,
        flags: attributes.flags,
        pinned: attributes.pinning == BY_NAME,
        globals: false,
        entries: Vec::new(),
        making: Making {
            kind: attributes.kind,
            key: attributes.key.unwrap_or(0),
            value: attributes.value.unwrap_or(0),
            extra: attributes.extra,
            node: attributes.node,
            inner,
        },
        name: name.into(),
    })
}

/// Where the first entries of the map called `name` are, in bytes from its start; `None` where its
/// definition has no place for them.
pub(super) fn values_offset(btf: &Btf, name: &str) -> Result<Option<u32>, SpecError> {
    for (variable, ..) in btf.section(".maps").unwrap_or(&[]) {
        let symbol = btf.get(*variable)?;
        let Kind::Variable(definition) = symbol.kind else { continue };
        if symbol.name != name {
            continue;
        }
        let Kind::Struct { members, .. } = &btf.resolve(definition)?.kind else { continue };
        return Ok(members.iter().find(|member| member.name == "values").map(|member| member.bit_offset / 8));
    }
    Ok(None)
}

fn set(btf: &Btf, to: &mut Attributes, name: &str, ty: TypeId) -> Result<(), SpecError> {
    let target = match btf.resolve(ty)?.kind {
        Kind::Pointer(target) => target,
        Kind::Array { element, .. } if name == "values" => return set_values(btf, to, element),
        Kind::Enum { ref members, .. } if name == "map_extra" => {
            to.extra = members.first().map_or(0, |(_, value)| *value as u64);
            return Ok(());
        }
        _ => return Ok(()),
    };
    let number = match btf.resolve(target)?.kind {
        Kind::Array { count, .. } => count,
        _ => 0,
    };
    match name {
        "type" => to.kind = number,
        "max_entries" => to.max_entries = number,
        "map_flags" => to.flags = number,
        "pinning" => to.pinning = number,
        "numa_node" => to.node = number,
        "map_extra" => to.extra = number.into(),
        "key_size" => to.key_size = Some(number),
        "value_size" => to.value_size = Some(number),
        "key" => to.key = Some(target),
        "value" => to.value = Some(target),
        _ => {}
    }
    Ok(())
}

/// `__array(values, T)` is an array of pointers: to the definition of maps, or to functions.
fn set_values(btf: &Btf, to: &mut Attributes, element: TypeId) -> Result<(), SpecError> {
    let Kind::Pointer(target) = btf.resolve(element)?.kind else { return Ok(()) };
    to.handles = true;
    if matches!(btf.resolve(target)?.kind, Kind::Struct { .. }) {
        to.inner = Some(target);
    }
    Ok(())
}

fn shape(shapes: &mut Shapes<'_>, ty: Option<TypeId>, size: Option<u32>) -> Result<Arc<Shape>, SpecError> {
    match ty {
        Some(ty) => Ok(shapes.get(ty)?),
        None => Ok(Arc::new(Shape::of_size(size.unwrap_or(0) as usize))),
    }
}
