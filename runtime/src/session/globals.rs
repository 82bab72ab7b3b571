//! Global variables by name. Before the object is loaded its bytes are changed, after that its maps.

use std::sync::Arc;

use object::{Object as _, ObjectSection as _};

use super::{MapError, Session, SessionError};
use crate::{
    btf::shape::{Field, Shape},
    map::{Map, store::store},
    name,
    spec::{MapSpec, NoSuch},
    value::{Value, encode},
};

impl Session {
    /// The value of the global variable `name`, where `-` and `_` are alike; loads the object first.
    ///
    /// # Errors
    /// When there is no such variable, or the object cannot be loaded.
    pub fn global(&mut self, name: &str) -> Result<Value, SessionError> {
        let (section, field) = self.find_global(name)?;
        let value = self.map(&section)?.lookup(&Value::Int(0))?;
        let found = value.as_ref().and_then(|value| value.field(&field.name)).cloned();
        Ok(found.unwrap_or(Value::Int(0)))
    }

    /// Sets the global variable `name`. One of `.rodata` can be set until the object is loaded.
    ///
    /// Nothing is loaded for it: what is set before is there when the object is. In a loaded object the
    /// variable's own bytes are written and no others, a number at once. Kernels before 5.14 cannot
    /// do that: there its whole section is written, and what a program stores in another variable of it at
    /// that moment may be lost.
    ///
    /// # Errors
    /// When there is no such variable, the value does not fit its type (nothing is written then), or
    /// the variable is read-only by now.
    pub fn set_global(&mut self, name: &str, value: &Value) -> Result<(), SessionError> {
        let (section, field) = self.find_global(name)?;
        let wrong = |source| SessionError::Variable { name: field.name.clone(), source };
        let bytes = encode(&field.shape, value).map_err(wrong)?;
        let offset = field.bit_offset / 8;
        if !self.is_loaded() {
            self.put(&section, offset, bytes);
            return Ok(());
        }
        if section.starts_with(".rodata") {
            return Err(SessionError::ReadOnly { name: field.name });
        }
        let map = self.map(&section)?;
        let stored = map.fd().is_some_and(|fd| store(fd, offset, &bytes).is_ok());
        if !stored {
            set_field(&map, &field, value)?;
        }
        Ok(())
    }

    /// Sets the bytes of a variable before the object is loaded.
    pub(super) fn put(&mut self, section: &str, offset: usize, bytes: Vec<u8>) {
        if self.original.is_none() {
            self.original = Some(self.bytes.clone());
        }
        if !self.patch(section, offset, &bytes) {
            self.before.globals.push((section.into(), offset, bytes));
        }
    }

    /// Writes into a section of the object; false when the section takes no space in it.
    fn patch(&mut self, section: &str, offset: usize, bytes: &[u8]) -> bool {
        let Ok(file) = object::File::parse(self.bytes.as_slice()) else { return false };
        let range = file.section_by_name(section).and_then(|section| section.file_range());
        let start = range.map(|(start, _)| start as usize + offset).filter(|_| !section.starts_with(".bss"));
        let room = start.and_then(|start| self.bytes.get_mut(start..start + bytes.len()));
        room.map(|room| room.copy_from_slice(bytes)).is_some()
    }

    /// The names of all global variables.
    pub fn globals(&self) -> Vec<&str> {
        let maps = self.spec.maps.iter().filter(|map| map.globals);
        maps.flat_map(|map| fields(map).iter().map(|field| field.name.as_str())).collect()
    }

    /// The section of a variable, and its place there.
    fn find_global(&self, wanted: &str) -> Result<(String, Field), NoSuch> {
        let maps = || self.spec.maps.iter().filter(|map| map.globals);
        let found = maps().find_map(|map| {
            let field = fields(map).iter().find(|field| name::same(&field.name, wanted))?;
            Some((map.name.clone(), field.clone()))
        });
        let known = || maps().flat_map(|map| fields(map).iter().map(|field| field.name.as_str()));
        found.ok_or_else(|| NoSuch::new("global variable", wanted, known()))
    }
}

pub(super) fn fields(map: &MapSpec) -> &[Field] {
    match &*map.value {
        Shape::Struct { fields, .. } => fields,
        _ => &[],
    }
}

fn set_field(map: &Map<'_>, field: &Field, value: &Value) -> Result<(), MapError> {
    let Some(Value::Struct(mut all)) = map.lookup(&Value::Int(0))? else { return Ok(()) };
    all.iter_mut().filter(|(name, _)| *name == field.name).for_each(|(_, old)| *old = value.clone());
    map.update(&Value::Int(0), &Value::Struct(all), 0)
}

impl Session {
    /// How the global variable `name` is to be read.
    ///
    /// # Errors
    /// When there is no such variable.
    pub fn global_shape(&self, name: &str) -> Result<Arc<Shape>, SessionError> {
        Ok(self.find_global(name)?.1.shape)
    }
}
