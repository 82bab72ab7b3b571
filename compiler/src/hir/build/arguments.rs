//! Arguments of helpers and of the kernel's functions that are more than numbers: memory, keys and values of maps,
//! the kernel's own structs. A datum goes in, an expression that the callee takes comes out, or a message.

use bpfl_stdlib::catalog::helper::{Arg, Helper};

use super::Builder;
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, MapUse, Ty, TypeKind},
    ir::Region,
    read::{Datum, DatumId},
    source::Span,
};

impl Builder<'_> {
    /// An address as a number, or a pointer to memory of the kernel's.
    pub(super) fn address_arg(&mut self, datum: DatumId) -> ExprId {
        let value = self.value(datum);
        match self.module.types.as_pointer(self.ty(value)) {
            Some(p) if matches!(p.region, Region::Kernel | Region::Ctx) => value,
            _ => self.store_as(value, Ty::U64),
        }
    }

    /// A BTF pointer to the kernel's struct of this name; `nil` or 0 where `nullable`.
    pub(super) fn kernel_arg(&mut self, datum: DatumId, name: &str, nullable: bool) -> ExprId {
        if nullable && self.is_null(datum) {
            return self.null(self.span(datum));
        }
        let value = self.value(datum);
        let wanted = TypeKind::Kernel(self.kernel_named(name));
        let pointer = self.module.types.as_pointer(self.ty(value));
        if self.ty(value) == Ty::ERROR || pointer.is_some_and(|p| self.kind(p.pointee) == wanted) {
            return value;
        }
        if pointer.is_some_and(|p| self.starts_with(self.kind(p.pointee), name)) {
            return value;
        }
        let message = format!("this is {}, and a kernel `{name}` is wanted here", self.show(self.ty(value)));
        let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.span(datum), message);
        self.fail(match name {
            "task_struct" => error.help("`(get-current-task-btf)` gives one"),
            _ => error.help("BTF pointers come from helpers and from the members of kernel structs"),
        })
    }

    /// Memory of the program's that a function of the kernel's reads or writes.
    pub(super) fn memory_for_kernel(&mut self, datum: DatumId, nullable: bool) -> ExprId {
        self.pointer_arg(datum, &Region::MEMORY, "(stack-addr variable)", nullable)
    }

    pub(super) fn memory_arg(&mut self, helper: &Helper, arg: Arg, datum: DatumId) -> ExprId {
        let reads = matches!(arg, Arg::Mem | Arg::MemOrNull | Arg::Fixed(_) | Arg::Str);
        if let Some(text) = self.text_address(datum) {
            return match reads {
                true => text,
                false => {
                    let error = Diagnostic::error(
                        &codes::TYPE_MISMATCH,
                        self.span(datum),
                        "this helper writes here, and a string literal cannot be changed",
                    );
                    self.fail(error.help("give it a variable: `(stack-addr variable)`"))
                }
            };
        }
        if arg == Arg::Str {
            let message = "this helper wants a string literal here";
            return self.fail_at(&codes::TYPE_MISMATCH, self.span(datum), message);
        }
        // A dynptr is of a map's memory only (`check_reg_type`, kernel/bpf/verifier.c).
        if helper.name == "dynptr_from_mem" {
            return self.memory_of_map(datum, &[Region::MapValue, Region::PerCpu, Region::Global]);
        }
        let regions = if helper.packet_args { &Region::MEMORY[..] } else { &Region::OWN };
        let nullable = matches!(arg, Arg::MemOrNull | Arg::WritableMemOrNull);
        self.pointer_arg(datum, regions, "(stack-addr variable)", nullable)
    }

    pub(super) fn memory_of_map(&mut self, datum: DatumId, regions: &[Region]) -> ExprId {
        let value = self.value(datum);
        match self.module.types.as_pointer(self.ty(value)) {
            Some(p) if regions.contains(&p.region) => value,
            _ if self.ty(value) == Ty::ERROR => value,
            _ => {
                let message = format!(
                    "this is {}, and a dynptr is of a map's value or a global",
                    self.show(self.ty(value))
                );
                let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.span(datum), message);
                self.fail(error.help("look a value up: `(when-let ((v (map-lookup map key))) …)`"))
            }
        }
    }

    /// A key or value for the map before it: anything of the right type, or its address.
    pub(super) fn map_operand(&mut self, arg: Arg, datum: DatumId, map: Option<MapUse>) -> ExprId {
        let value = self.value(datum);
        let Some(map) = map else { return value };
        let map = &self.module.maps[map.map];
        let (ty, what) = if arg == Arg::Key { (map.key, "key") } else { (map.value, "value") };
        let value = match self.module.types.as_pointer(self.ty(value)) {
            None => self.element(value, ty, what),
            Some(p) if Region::MEMORY.contains(&p.region) || p.region == Region::Arena => value,
            Some(_) => {
                let (is, wanted) = (self.show(self.ty(value)), self.show(ty));
                let message = format!("this is {is}, and a {what} of this map is wanted here, {wanted}");
                self.fail_at(&codes::TYPE_MISMATCH, self.span(datum), message)
            }
        };
        self.operand(value)
    }

    /// A pointer into one of the regions; `nil` or 0 where `nullable`.
    pub(super) fn pointer_arg(
        &mut self,
        datum: DatumId,
        regions: &[Region],
        wanted: &str,
        nullable: bool,
    ) -> ExprId {
        let value = self.value(datum);
        match self.module.types.as_pointer(self.ty(value)) {
            Some(p) if regions.contains(&p.region) => value,
            _ if self.ty(value) == Ty::ERROR => value,
            None if nullable && self.constant(value) == Some(0) => self.store_as(value, Ty::U64),
            Some(p) if p.region == Region::Arena => self.only_in_arena(p.pointee, datum),
            _ => {
                let message = format!("this is {}, and a pointer is wanted here", self.show(self.ty(value)));
                let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.span(datum), message);
                self.fail(error.help(format!("write `{wanted}`")))
            }
        }
    }

    /// `nil` or 0 where a helper takes null.
    pub(super) fn null(&mut self, span: Span) -> ExprId {
        self.add(ExprKind::Int(0), Ty::U64, span)
    }

    pub(super) fn is_null(&self, datum: DatumId) -> bool {
        self.is_symbol(datum, "nil") || self.data.get(datum) == Datum::Int(0)
    }
}
