//! Which types are the object's own: what userspace may want to read its maps and records with.

use std::collections::HashSet;

use super::ObjectSpec;
use crate::btf::{Btf, Kind, TypeId};

impl ObjectSpec {
    /// The types that it speaks of, if it has any.
    pub fn btf(&self) -> Option<&Btf> {
        self.types.btf.as_ref()
    }

    /// The structs, unions and enumerations that have names and are not pieces of the kernel's, each
    /// behind those that it holds.
    pub fn own_types(&self) -> Vec<TypeId> {
        let Some(btf) = self.btf() else { return Vec::new() };
        let mut of_kernel = Walk::default();
        self.types.ext.relocations.all().for_each(|record| of_kernel.enter(btf, record[1]));
        let mut own = Walk::default();
        for map in &self.maps {
            own.enter(btf, map.making.key);
            own.enter(btf, map.making.value);
        }
        for (id, ty) in btf.all() {
            let named = !ty.name.is_empty() && !of_kernel.seen.contains(&id);
            if named && matches!(ty.kind, Kind::Struct { .. } | Kind::Enum { .. }) {
                own.enter(btf, id);
            }
        }
        own.found
    }
}

/// No types that a compiler writes nest deeper; damaged ones may.
const MAX_DEPTH: usize = 256;

#[derive(Default)]
struct Walk {
    seen: HashSet<TypeId>,
    found: Vec<TypeId>,
    depth: usize,
}

impl Walk {
    /// What a type holds, then itself. Pointers lead to nothing that userspace could read.
    fn enter(&mut self, btf: &Btf, id: TypeId) {
        let Ok(ty) = btf.get(id) else { return };
        if self.depth > MAX_DEPTH || !self.seen.insert(id) {
            return;
        }
        self.depth += 1;
        match &ty.kind {
            Kind::Alias(next) | Kind::Array { element: next, .. } | Kind::Variable(next) => {
                self.enter(btf, *next);
            }
            Kind::Section(entries) => entries.iter().for_each(|(variable, ..)| self.enter(btf, *variable)),
            Kind::Struct { members, .. } => members.iter().for_each(|member| self.enter(btf, member.ty)),
            _ => {}
        }
        self.depth -= 1;
        if !ty.name.is_empty() && matches!(ty.kind, Kind::Struct { .. } | Kind::Enum { .. }) {
            self.found.push(id);
        }
    }
}
