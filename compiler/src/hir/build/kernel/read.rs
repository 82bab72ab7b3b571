//! Reading through an import: loads through BTF pointers, `probe-read-kernel` at numbers.

use bpfl_stdlib::catalog::{helper, program::ProgramType, struct_ops};

use super::{BitField, Builder, Hop, Import, Reader};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{
        Binary, ExprId, ExprKind, Ty, TypeKind,
        build::{forms::Call, given},
        kernel::{Core, KernelId, Question, Root, Step},
    },
    ir::Region,
    read::DatumId,
    source::Span,
};

impl<'a> Builder<'a> {
    /// `(NAME-FIELD p [index])` and `(NAME-FIELD-ptr p [index])`
    pub(in crate::hir::build) fn kernel_access(
        &mut self,
        index: usize,
        address: bool,
        call: &Call<'a>,
    ) -> ExprId {
        let import = self.imports[index].clone();
        if import.reader != Reader::Pointer {
            return self.record_access(&import, call);
        }
        let (pointer, element) = match call.args {
            [pointer] => (*pointer, None),
            [pointer, element] => (*pointer, Some(*element)),
            args => {
                let message = format!("a member is read through a pointer, and {} given", given(args.len()));
                return self.fail_at(&codes::ARITY, call.span, message);
            }
        };
        let Some(mut at) = self.kernel_base(pointer, import.root) else {
            return self.add(ExprKind::Error, Ty::ERROR, call.span);
        };
        let Some((last, first)) = import.hops.split_last() else { return at };
        for hop in first {
            at = self.read_hop(at, hop, call);
        }
        let mut last = last.clone();
        if let Some(element) = element
            && self.element_of(&mut last, element).is_none()
        {
            return self.add(ExprKind::Error, Ty::ERROR, call.span);
        }
        match address {
            true if last.bits.is_some() => {
                self.fail_at(&codes::NOT_A_PLACE, call.span, "a bit-field has no address")
            }
            true => self.hop_address(at, &last, call.span),
            false if self.module.types.is_aggregate(last.ty) => self.whole(&last, call),
            false => self.read_hop(at, &last, call),
        }
    }

    /// `(tp-FIELD [index])`
    fn record_access(&mut self, import: &Import, call: &Call<'a>) -> ExprId {
        let element = match (call.args, import.hops.first().map(|hop| self.kind(hop.ty))) {
            ([], _) => None,
            ([element], Some(TypeKind::Array { .. })) => Some(*element),
            (args, _) => {
                let message =
                    format!("a field of the record takes no argument, and {} given", given(args.len()));
                return self.fail_at(&codes::ARITY, call.span, message);
            }
        };
        let (Some(hop), Some(hook)) = (import.hops.first(), self.hook) else {
            return self.add(ExprKind::Error, Ty::ERROR, call.span);
        };
        if hook.ty != ProgramType::Tracepoint {
            let message = format!("a {} program gets no record of a tracepoint", hook.ty.row().name);
            let error = Diagnostic::error(&codes::FIELD_ACCESS, call.span, message);
            return self
                .fail(error.help("programs in sections such as \"tracepoint/sched/sched_switch\" do"));
        }
        let mut hop = hop.clone();
        if let Some(element) = element
            && self.element_of(&mut hop, element).is_none()
        {
            return self.add(ExprKind::Error, Ty::ERROR, call.span);
        }
        let base = self.context(call.span);
        match import.reader {
            Reader::Elsewhere => {
                let place = self.read_hop(base, &hop, call);
                let place = self.convert(place, Ty::U64);
                let low = self.add(ExprKind::Int(0xffff), Ty::U64, call.span);
                let at = self.add(ExprKind::Binary(Binary::And, place, low), Ty::U64, call.span);
                let at = self.convert(at, Ty::I64);
                let ty = self.module.types.pointer(Ty::U8, Region::Ctx, false);
                let base = self.context(call.span);
                self.add(ExprKind::Advance(base, at), ty, call.span)
            }
            _ if self.module.types.is_aggregate(hop.ty) => self.hop_address(base, &hop, call.span),
            _ => self.read_hop(base, &hop, call),
        }
    }

    /// The address to start from: a BTF pointer to the struct, or a number.
    pub(super) fn kernel_base(&mut self, datum: DatumId, root: KernelId) -> Option<ExprId> {
        let value = self.value(datum);
        let value = self.settled(value);
        let ty = self.ty(value);
        if ty == Ty::ERROR {
            return None;
        }
        if self.module.types.as_int(ty).is_some() {
            return Some(self.convert(value, Ty::U64));
        }
        let wanted = TypeKind::Kernel(root);
        let pointee = self.module.types.as_pointer(ty).map(|pointer| self.kind(pointer.pointee));
        if pointee == Some(wanted) || pointee.is_some_and(|pointee| self.is_promoted(pointee, root)) {
            return Some(value);
        }
        let name = self.module.types.kernel[root].name.clone();
        let message = format!("this is {}, and a kernel `{name}` is wanted here", self.show(ty));
        let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.span(datum), message);
        self.fail(error.help("that is a BTF pointer to one, or its address as a u64"));
        None
    }

    /// Whether an argument of the program's, declared as one struct of the kernel's, is another to it, too.
    fn is_promoted(&self, pointee: TypeKind, root: KernelId) -> bool {
        let TypeKind::Kernel(declared) = pointee else { return false };
        let Some(table) = self.signature.table.as_deref().and_then(struct_ops::table) else { return false };
        let name = |id: KernelId| self.module.types.kernel[id].name.as_str();
        table.promoted.0 == name(declared) && table.promoted.1.contains(&name(root))
    }

    /// Makes a hop to an array one to its element.
    pub(super) fn element_of(&mut self, hop: &mut Hop, datum: DatumId) -> Option<()> {
        let TypeKind::Array { element, count } = self.kind(hop.ty) else {
            let message = format!("this member is {}, not an array", self.show(hop.ty));
            self.fail_at(&codes::TYPE_MISMATCH, self.span(datum), message);
            return None;
        };
        let index = self.constant_value(datum)?;
        let Some(index) = u32::try_from(index).ok().filter(|index| *index < count) else {
            let message = format!("there is no element {index}: the array has {count}, numbered from 0");
            self.fail_at(&codes::OUT_OF_BOUNDS, self.span(datum), message);
            return None;
        };
        hop.path.push(Step::Element(index));
        hop.offset += index * self.module.types.size(element);
        hop.ty = element;
        Some(())
    }

    /// A struct or array is not a value.
    fn whole(&mut self, hop: &Hop, call: &Call<'_>) -> ExprId {
        let name = self.text(call.name);
        let message = format!("this member is {}, which is no value", self.show(hop.ty));
        let error = Diagnostic::error(&codes::TYPE_MISMATCH, call.span, message);
        self.fail(match self.kind(hop.ty) {
            TypeKind::Array { .. } => error.help(format!(
                "`({name} p 0)` reads an element, and `({name}-ptr p)` is the address, for `probe-read-kernel`"
            )),
            _ => error.help(format!("import the member that you want of it, or take its address: `({name}-ptr p)`")),
        })
    }

    fn question(&mut self, hop: &Hop, question: Question, answer: u32, ty: Ty, span: Span) -> ExprId {
        let core = Core { root: Root::Struct(hop.root), path: hop.path.clone(), question, answer };
        let Self { cores, module, .. } = self;
        let id = *cores.entry(core.clone()).or_insert_with(|| module.cores.push(core));
        self.add(ExprKind::Core(id), ty, span)
    }

    /// Where a hop goes to: a pointer from a pointer, a number from a number.
    pub(super) fn hop_address(&mut self, base: ExprId, hop: &Hop, span: Span) -> ExprId {
        match self.module.types.as_pointer(self.ty(base)) {
            Some(pointer) => {
                let offset = self.question(hop, Question::Offset, hop.offset, Ty::I64, span);
                let ty = self.module.types.pointer(hop.ty, pointer.region, false);
                self.add(ExprKind::Advance(base, offset), ty, span)
            }
            None => {
                let offset = self.question(hop, Question::Offset, hop.offset, Ty::U64, span);
                self.add(ExprKind::Binary(Binary::Add, base, offset), Ty::U64, span)
            }
        }
    }

    fn read_hop(&mut self, base: ExprId, hop: &Hop, call: &Call<'a>) -> ExprId {
        let unit = hop.bits.map_or(hop.ty, |bits| bits.unit);
        let address = self.hop_address(base, hop, call.span);
        let value = match self.module.types.as_pointer(self.ty(address)) {
            Some(_) => self.add(ExprKind::Load(address, 0), unit, call.span),
            None => self.probe(address, unit, call),
        };
        match hop.bits {
            Some(bits) => self.extract(value, hop, bits, call.span),
            None => value,
        }
    }

    /// Reads what is at an address that is a number.
    fn probe(&mut self, address: ExprId, ty: Ty, call: &Call<'a>) -> ExprId {
        let Some(read) = helper::find("probe_read_kernel") else { return address };
        if let Some(error) = self.refused(read, call) {
            let error = error.note("it is what reads kernel memory at an address that is a number");
            return self
                .fail(error.help("a BTF pointer, as `get-current-task-btf` gives, is read without it"));
        }
        let ty = if self.module.types.as_pointer(ty).is_some() { Ty::U64 } else { ty };
        self.add(ExprKind::ProbeRead(address), ty, call.span)
    }

    /// A bit-field of the unit that holds it.
    fn extract(&mut self, unit: ExprId, hop: &Hop, bits: BitField, span: Span) -> ExprId {
        let signed = self.module.types.as_int(hop.ty).is_some_and(|int| int.signed);
        let wide = if signed { Ty::I64 } else { Ty::U64 };
        let unit = self.convert(unit, wide);
        let left = self.question(hop, Question::ShiftLeft, bits.left, wide, span);
        let right = self.question(hop, Question::ShiftRight, bits.right, wide, span);
        let high = self.add(ExprKind::Binary(Binary::Shl, unit, left), wide, span);
        let low = self.add(ExprKind::Binary(Binary::Shr, high, right), wide, span);
        self.convert(low, hop.ty)
    }
}
