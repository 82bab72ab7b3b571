//! `import-kernel-struct`: readers for the kernel's own structs.
//!
//! A path such as `(real_parent tgid)` is cut into hops where it goes through a pointer; each hop
//! reads one member of one struct, at the offset that the loader finds in the running kernel.
//! Through a BTF pointer that is a load; an address that is a number is read with
//! `probe-read-kernel`, which gives 0 for what cannot be read.

mod read;
mod types;
mod write;

use super::{Builder, structs::Accessor, top::Definition};
use crate::{
    btf::{Type, TypeId, view::View},
    diagnostic::{Diagnostic, codes},
    hir::{
        Ty,
        kernel::{KernelId, Step},
    },
    read::DatumId,
    source::Span,
};
use types::member;

/// What a reader reads: the last hop gives its value.
#[derive(Clone, Debug)]
pub struct Import {
    /// The struct that it takes a pointer to.
    root: KernelId,
    hops: Vec<Hop>,
    reader: Reader,
}

/// From where a reader reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reader {
    /// From what its argument points to.
    Pointer,
    /// From the program's context, the record of a tracepoint.
    Record,
    /// From there, where in the record something is; the address of that is its value.
    Elsewhere,
}

/// A member of a struct.
#[derive(Clone, Debug)]
struct Hop {
    root: KernelId,
    path: Vec<Step>,
    /// Bytes from the root's start.
    offset: u32,
    ty: Ty,
    bits: Option<BitField>,
}

/// A bit-field's place in the unit that is loaded.
#[derive(Clone, Copy, Debug)]
struct BitField {
    unit: Ty,
    left: u32,
    right: u32,
}

/// Where a path has come to.
struct Walk<'v> {
    view: &'v View,
    /// The struct in BTF.
    at: TypeId,
    /// The same here.
    here: KernelId,
    hop: Hop,
}

impl<'a> Builder<'a> {
    /// `(import-kernel-struct name field …)`: a field is a name, or a list of names that lead to it.
    pub(super) fn import_kernel_struct(&mut self, definition: Definition<'a>) {
        let spelled = self.text(definition.name);
        let own = self.names.kernel(definition.name);
        let Some(view) = self.kernel_types(definition.name_span) else {
            self.broken.insert(own);
            return;
        };
        let name = spelled.replace('-', "_");
        let Some(id) = view.composite(&name).or_else(|| view.composite(&name.to_ascii_lowercase())) else {
            self.broken.insert(own);
            return self.unknown_struct(view, &name, definition.name_span);
        };
        let root = self.composite(view, id);
        for field in definition.rest {
            self.import_field(view, (id, root), self.text(self.names.kernel(definition.name)), *field);
        }
    }

    /// The kernel's BTF; `None` after a report that it is not there.
    pub(super) fn kernel_types(&mut self, span: Span) -> Option<&'a View> {
        let kernel = self.kernel;
        match kernel.view() {
            Ok(view) => Some(view),
            Err(reason) => {
                let message = format!("this is the kernel's, and its BTF is needed to know it: {reason}");
                let error = Diagnostic::error(&codes::NO_KERNEL_TYPES, span, message);
                self.report(error.help("name the BTF to compile for: `--btf FILE`"));
                None
            }
        }
    }

    /// Whether a struct has a member of this name.
    pub(super) fn has_member(&self, view: &View, of: TypeId, name: &str) -> bool {
        member(view, of, name).is_some()
    }

    /// The type of a member of a struct, and its name as the kernel spells it.
    pub(super) fn member_type(&self, view: &View, of: TypeId, name: &str) -> Option<(TypeId, String)> {
        member(view, of, name).map(|found| (found.ty, found.name.to_string()))
    }

    /// The step to a member of a struct, and how many bytes it has.
    pub(super) fn member_step(
        &mut self,
        view: &View,
        (id, root): (TypeId, KernelId),
        name: &str,
    ) -> Option<(Step, u32)> {
        let found = member(view, id, name)?;
        let (target, resolved) = view.resolved(found.ty);
        let (shape, ty) = resolved.as_ref().and_then(|ty| self.shape(view, target, ty))?;
        let size = self.module.types.size(ty);
        Some((self.step(root, found.name, found.offset, found.bits, shape), size))
    }

    /// A reader of one member, called `name`; its number.
    pub(super) fn import_member(
        &mut self,
        view: &View,
        (id, root): (TypeId, KernelId),
        name: &str,
        datum: DatumId,
        reader: Reader,
    ) -> Option<usize> {
        let hop = Hop { root, path: Vec::new(), offset: 0, ty: Ty::ERROR, bits: None };
        let mut walk = Walk { view, at: id, here: root, hop };
        self.walk_to(&mut walk, name, (self.span(datum), true), &mut Vec::new())?;
        // A record is bytes to the verifier: a pointer in it is a number.
        if self.module.types.as_pointer(walk.hop.ty).is_some() {
            walk.hop.ty = Ty::U64;
        }
        self.imports.push(Import { root, hops: vec![walk.hop], reader });
        Some(self.imports.len() - 1)
    }

    fn import_field(&mut self, view: &View, (id, root): (TypeId, KernelId), prefix: &str, field: DatumId) {
        let only = [field];
        let path = self.items(field).unwrap_or(&only);
        let names: Option<Vec<_>> = path.iter().map(|name| self.data.symbol(*name)).collect();
        let Some(names) = names.filter(|names| !names.is_empty()) else {
            let error = Diagnostic::error(&codes::MALFORMED, self.span(field), "this is not a field");
            return self
                .report(error.help("write a name, or the names that lead to it: `(real_parent tgid)`"));
        };
        let hop = Hop { root, path: Vec::new(), offset: 0, ty: Ty::ERROR, bits: None };
        let mut walk = Walk { view, at: id, here: root, hop };
        let mut hops = Vec::new();
        for (i, name) in path.iter().enumerate() {
            let last = i + 1 == path.len();
            if self.walk(&mut walk, *name, last, &mut hops).is_none() {
                return;
            }
        }
        hops.push(walk.hop);
        let folded: Vec<_> = names.iter().map(|name| self.text(self.names.kernel(*name))).collect();
        let reader = format!("{prefix}_{}", folded.join("_"));
        self.imports.push(Import { root, hops, reader: Reader::Pointer });
        let index = self.imports.len() - 1;
        self.accessors.insert(format!("{reader}_ptr"), Accessor::KernelPtr(index));
        self.accessors.insert(reader, Accessor::Kernel(index));
    }

    /// Takes a step to the member called `name`; `None` after a report.
    fn walk(&mut self, walk: &mut Walk<'_>, name: DatumId, last: bool, hops: &mut Vec<Hop>) -> Option<()> {
        let text = self.data.symbol(name).map_or("", |name| self.text(name)).replace('-', "_");
        self.walk_to(walk, &text, (self.span(name), last), hops)
    }

    fn walk_to(
        &mut self,
        walk: &mut Walk<'_>,
        text: &str,
        (span, last): (Span, bool),
        hops: &mut Vec<Hop>,
    ) -> Option<()> {
        let Some(found) = member(walk.view, walk.at, text) else {
            self.unknown_member(walk.view, walk.at, text, span);
            return None;
        };
        let (target, resolved) = walk.view.resolved(found.ty);
        let Some((shape, ty)) = resolved.as_ref().and_then(|ty| self.shape(walk.view, target, ty)) else {
            let message = format!("`{text}` is of a type that BPF has no values of");
            self.report(Diagnostic::error(&codes::UNKNOWN_TYPE, span, message));
            return None;
        };
        let step = self.step(walk.here, found.name, found.offset, found.bits, shape);
        walk.hop.path.push(step);
        walk.hop.offset += found.offset / 8;
        walk.hop.ty = ty;
        if found.bits > 0 {
            walk.hop.bits = Some(self.bit_field(&mut walk.hop, &found));
        }
        if last {
            return Some(());
        }
        let next = match resolved {
            Some(Type::Struct(_) | Type::Union(_)) => Some(target),
            Some(Type::Ptr(pointee)) => match walk.view.resolved(pointee) {
                (id, Some(Type::Struct(_) | Type::Union(_))) => Some(id),
                _ => None,
            },
            _ => None,
        };
        let Some(next) = next else {
            let message = format!("`{text}` is {}, which has no members", self.show(ty));
            self.report(Diagnostic::error(&codes::UNKNOWN_FIELD, span, message));
            return None;
        };
        walk.at = next;
        walk.here = self.composite(walk.view, next);
        if matches!(resolved, Some(Type::Ptr(_))) {
            let fresh = Hop { root: walk.here, path: Vec::new(), offset: 0, ty: Ty::ERROR, bits: None };
            hops.push(std::mem::replace(&mut walk.hop, fresh));
        }
        Some(())
    }
}
