//! Kernel pointers that maps' values keep: fields of type `(kptr STRUCT)`, to which the value owns a
//! reference, and `(kptr-untrusted STRUCT)`, addresses that may lead nowhere.
//!
//! Such a field is read as a pointer that may be null. What is owned goes in and out by `kptr-xchg` alone;
//! an address is set. Always holds: both are done in a map's value itself, which the kernel knows, and not in
//! a copy; and no expression's value is the address of such a field, so that where one is, is constant.

use bpfl_stdlib::catalog::{helper, kptr, map::MapKind};

use super::{Builder, forms::Call, place::Place, structs::Accessor};
use crate::{
    btf::Type,
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Ty, TypeKind, types::Kptr},
    ir::Region,
    read::DatumId,
    source::Span,
};

/// `(kptr-xchg field pointer)`: puts a pointer, or null, into a field; gives what was there.
pub fn exchange<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let Some(helper) = helper::find("kptr_xchg") else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    if let Some(error) = b.refused(helper, call) {
        return b.fail(error);
    }
    let Some((ptr, offset, kptr)) = b.kept_field(call.args[0]) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let name = b.module.types.kernel[kptr.of].name.clone();
    if !kptr.owned {
        let message = "this field owns nothing that could be exchanged";
        let error = Diagnostic::error(&codes::KPTR, b.span(call.args[0]), message);
        return b.fail(error.help(format!("set it with `setf`, or make the field a `(kptr {name})`")));
    }
    let ty = b.module.types.intern(TypeKind::Kptr(kptr));
    let field = b.address_at(ptr, offset, ty, b.span(call.args[0]));
    let given = b.kernel_arg(call.args[1], &name, true);
    if [field, given].iter().any(|arg| b.ty(*arg) == Ty::ERROR) {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    }
    let ty = b.kept_pointer(kptr);
    b.add(ExprKind::Call(helper, vec![field, given]), ty, call.span)
}

impl<'a> Builder<'a> {
    // ---- the type ----

    /// Whether a field whose type starts so owns what it points to; `None` for other types.
    pub(super) fn keeps(&self, head: DatumId) -> Option<bool> {
        let is = |owned: bool| self.is_symbol(head, &kptr::tag(owned).replace('_', "-"));
        [true, false].into_iter().find(|owned| is(*owned))
    }

    /// `(kptr STRUCT)` and `(kptr-untrusted STRUCT)`, the struct being the kernel's.
    pub(super) fn kptr_type(&mut self, owned: bool, datum: DatumId) -> Option<Ty> {
        let span = self.span(datum);
        let Some(name) = self.data.symbol(datum).map(|name| self.text(name).replace('-', "_")) else {
            let error = Diagnostic::error(&codes::UNKNOWN_TYPE, span, "this is no struct of the kernel's");
            self.report(error.help("write its name: `(kptr task_struct)`"));
            return None;
        };
        if owned && kptr::owned(&name).is_none() {
            let message = format!("a map's value cannot own a reference to a `{name}`");
            let error = Diagnostic::error(&codes::KPTR, span, message);
            let names: Vec<_> = kptr::OWNED.iter().map(|row| format!("`{}`", row.c_name)).collect();
            let error = error.help(format!("it can to a {}", names.join(", ")));
            self.report(error.help(format!("an address alone: `(kptr-untrusted {name})`")));
            return None;
        }
        let of = self.kptr_struct(&name, span)?;
        Some(self.module.types.intern(TypeKind::Kptr(Kptr { of, owned })))
    }

    /// Reports such a type where it is not a field's.
    pub(super) fn only_a_field(&mut self, datum: DatumId) {
        let message = "only a field of a struct keeps a kernel pointer";
        let error = Diagnostic::error(&codes::UNKNOWN_TYPE, self.span(datum), message);
        self.report(error.help("write `(defstruct entry (task (kptr task_struct)))`"));
    }

    /// The kernel's struct of this name, which must be there where its types are at hand.
    fn kptr_struct(&mut self, name: &str, span: Span) -> Option<crate::hir::KernelId> {
        let Ok(view) = self.kernel.view() else { return Some(self.kernel_named(name)) };
        let id = view.composite(name).filter(|id| matches!(view.get(*id), Some(Type::Struct(_))));
        if id.is_none() {
            self.unknown_struct(view, name, span);
        }
        Some(self.composite(view, id?))
    }

    // ---- where one may be ----

    /// Reports a map's value or key with kernel pointers where the kernel finds none, or too many.
    pub(super) fn kptrs_allowed(&mut self, kind: &MapKind, ty: Ty, key: bool, span: Span) -> bool {
        let (own, hidden) = self.count_kptrs(ty);
        let name = kind.name;
        let (message, help) = if own + hidden == 0 {
            return true;
        } else if key {
            ("a map's key cannot have kernel pointers".to_string(), "keep them in the value".into())
        } else if !kptr::KINDS.contains(&name) {
            let kinds: Vec<_> = kptr::KINDS.iter().map(|kind| format!(":{kind}")).collect();
            let message = format!("the values of a `:{name}` map cannot have kernel pointers");
            (message, format!("those of {} can", kinds.join(", ")))
        } else if hidden > 0 {
            let message = "a kernel pointer in an array or a union is found by nobody".to_string();
            (message, "give the struct a field for each".into())
        } else if own > kptr::MOST {
            let message =
                format!("a map's value has {} kernel pointers at most, and this has {own}", kptr::MOST);
            (message, "give the others a map of their own, with the same keys".into())
        } else {
            return true;
        };
        self.report(Diagnostic::error(&codes::MAP_RULE, span, message).help(help));
        false
    }

    /// How many kernel pointers a type has as fields, and how many in arrays and unions.
    fn count_kptrs(&self, ty: Ty) -> (u64, u64) {
        match self.kind(ty) {
            TypeKind::Kptr(_) => (1, 0),
            TypeKind::Array { element, .. } => {
                let (own, hidden) = self.count_kptrs(element);
                (0, own + hidden)
            }
            TypeKind::Struct(id) => {
                let of = &self.module.types.structs[id];
                let counts = of.fields.iter().map(|field| self.count_kptrs(field.ty));
                let (own, hidden) = counts.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
                if of.union { (0, own + hidden) } else { (own, hidden) }
            }
            _ => (0, 0),
        }
    }

    /// Whether a type has kernel pointers anywhere.
    pub(super) fn has_kptrs(&self, ty: Ty) -> bool {
        self.count_kptrs(ty) != (0, 0)
    }

    /// Whether what is at a pointer is a map's value; reports when not.
    fn is_kept(&mut self, ptr: ExprId, span: Span) -> bool {
        match self.module.types.as_pointer(self.ty(ptr)) {
            Some(p) if matches!(p.region, Region::MapValue | Region::PerCpu) => true,
            _ if self.ty(ptr) == Ty::ERROR => false,
            _ => {
                let message = "the kernel keeps this pointer in a map's value, and this is a copy";
                let error = Diagnostic::error(&codes::KPTR, span, message);
                self.fail(error.help("look the value up: `(when-let ((v (map-lookup map key))) …)`"));
                false
            }
        }
    }

    // ---- uses ----

    /// What a field holds, as a value.
    fn kept_pointer(&mut self, kptr: Kptr) -> Ty {
        let pointee = self.module.types.intern(TypeKind::Kernel(kptr.of));
        self.module.types.pointer(pointee, Region::Kernel, true)
    }

    pub(super) fn read_kept(&mut self, ptr: ExprId, offset: i32, kptr: Kptr, span: Span) -> ExprId {
        if !self.is_kept(ptr, span) {
            return self.add(ExprKind::Error, Ty::ERROR, span);
        }
        let ty = self.kept_pointer(kptr);
        self.add(ExprKind::Load(ptr, offset), ty, span)
    }

    pub(super) fn write_kept(
        &mut self,
        (ptr, offset): (ExprId, i32),
        kptr: Kptr,
        value: ExprId,
        span: Span,
    ) -> ExprId {
        if kptr.owned {
            let message = "this field owns what it points to, and a plain store would lose that";
            let error = Diagnostic::error(&codes::KPTR, span, message);
            return self.fail(error.help("`(kptr-xchg field pointer)` gives what was there, to be released"));
        }
        if !self.is_kept(ptr, span) {
            return self.add(ExprKind::Error, Ty::ERROR, span);
        }
        let ty = self.kept_pointer(kptr);
        let value = self.store_as(value, ty);
        match self.ty(value) == Ty::ERROR {
            true => value,
            false => self.add(ExprKind::Store(ptr, offset, value), ty, span),
        }
    }

    /// The field that `(NAME-FIELD p)` or `(NAME-FIELD-PTR p)` names, in a map's value.
    fn kept_field(&mut self, datum: DatumId) -> Option<(ExprId, i32, Kptr)> {
        let datum = self.expanded(datum);
        let span = self.span(datum);
        let accessor = self.items(datum).and_then(|items| {
            let (head, args) = items.split_first()?;
            Some((self.accessor(*head)?, args))
        });
        if let Some((Accessor::Field(id, index) | Accessor::FieldPtr(id, index), args)) = accessor
            && let TypeKind::Kptr(kptr) = self.kind(self.module.types.structs[id].fields[index].ty)
        {
            let Place::Memory { ptr, offset, .. } = self.field_place(id, index, args, span) else {
                return None;
            };
            return self.is_kept(ptr, span).then_some((ptr, offset, kptr));
        }
        let message = "the field of a map's value that holds a kernel pointer is wanted here";
        let error = Diagnostic::error(&codes::TYPE_MISMATCH, span, message);
        self.fail(
            error.help("give the value a field `(task (kptr task_struct))`, and name it: `(entry-task p)`"),
        );
        None
    }
}
