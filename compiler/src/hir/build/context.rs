//! The program's context: its fields and their rights, as the catalogue has them.

use bpfl_stdlib::catalog::{
    context::{self, Field, Kind, Order, Rights, Shape},
    machine::Machine,
    program::ProgramType,
    section,
};

use super::{
    Builder,
    forms::Call,
    place::{Place, Sharing},
    program::Hook,
};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Int, Ty, Types, types::Socket},
    ir::Region,
    names::nearest,
    read::DatumId,
    source::Span,
};

/// `(ctx field [index])` and `(ctx type offset)`
pub fn read<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    if b.has_no_context() {
        return b.context(call.span);
    }
    if b.hook.is_some_and(|hook| hook.ty == ProgramType::Ext) {
        let message = "what the context is follows from the programs of which a function is replaced";
        let error = Diagnostic::error(&codes::FIELD_ACCESS, call.span, message);
        return b.fail(error.help("say of which type they are: `:replaces :xdp`"));
    }
    if b.hook.is_some_and(|hook| hook.ty.row().btf_target) {
        return b.traced_argument(call);
    }
    if let ([ty, offset], Some(hook)) = (call.args, b.hook)
        && let Some(scalar) = b.raw_type(*ty, hook)
    {
        return b.raw_read(hook, scalar, *offset, call.span);
    }
    let Some((field, offset)) = b.field(call.args[0], call.args.get(1).copied()) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let read = |rights: Rights| rights.read;
    if !b.may(field, offset, read) {
        return b.no_right(field, offset, ("read", read), call.span);
    }
    if b.machine != Machine::X86 && context::is_register(field) {
        let message = format!("`{}` is a register of x86-64, and this is for another machine", field.name);
        let error = Diagnostic::error(&codes::FIELD_ACCESS, call.span, message);
        return b.fail(error.help("say what it holds: `(pt-regs-parm1)`, `(pt-regs-rc)`, `(pt-regs-sp)` …"));
    }
    let Some(ty) = b.field_type(field) else { return b.unsupported_field(field, call.span) };
    let ptr = b.context(call.span);
    let read = b.add(ExprKind::Load(ptr, offset), ty, call.span);
    if let Some(swap) = field.order.swap(field.width) {
        b.network_order.insert(read, swap);
    }
    read
}

/// `(ctx-ptr)`
pub fn pointer<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    b.context(call.span)
}

/// One direction of the rights to a field, and its verb.
type Direction = (&'static str, fn(Rights) -> Shape);

impl Builder<'_> {
    /// `(pt-regs-parm1)`, `(pt-regs-rc)` …: the registers of a probe, by what the C calling convention
    /// keeps in them. The context may be given, as the macros of C have it: `(pt-regs-parm1 (ctx-ptr))`.
    pub(super) fn register_reader(&mut self, call: &Call<'_>) -> Option<ExprId> {
        let name = self.text(self.names.kernel(call.name)).strip_prefix("pt_regs_")?;
        let (_, offset) = self.machine.register(name)?;
        let hook = self.hook?;
        if !context::fields(hook.ty).iter().any(context::is_register) {
            let message = format!("a {} program has no registers", hook.ty.row().name);
            let error = Diagnostic::error(&codes::FIELD_ACCESS, call.span, message);
            return Some(self.fail(error.help("probes have, and programs of perf events")));
        }
        let own = |datum: &DatumId| {
            self.items(*datum).is_some_and(|i| matches!(i, [head] if self.is_symbol(*head, "ctx-ptr")))
        };
        if !(call.args.is_empty() || call.args.len() == 1 && own(&call.args[0])) {
            let message = format!("`{}` reads this program's own registers", self.text(call.name));
            let error = Diagnostic::error(&codes::ARITY, call.span, message);
            return Some(self.fail(error.help(format!("write `({})`", self.text(call.name)))));
        }
        let ptr = self.context(call.span);
        Some(self.add(ExprKind::Load(ptr, offset as i32), Ty::U64, call.span))
    }

    pub(super) fn has_no_context(&self) -> bool {
        self.inside.function && self.inside.ctx.is_none()
    }

    /// The context: the program's, or a function's parameter.
    pub(super) fn context(&mut self, span: Span) -> ExprId {
        match (self.inside.function, self.inside.ctx) {
            (true, Some(var)) => return self.read_var(var, span),
            (true, None) => {
                let message = "a function does not see the program's context";
                let error = Diagnostic::error(&codes::MALFORMED, span, message);
                return self
                    .fail(error.help("pass what it needs as arguments, or give it a parameter `(c ctx)`"));
            }
            (false, _) => {}
        }
        let ty = self.module.types.pointer(Ty::NOTHING, Region::Ctx, false);
        self.add(ExprKind::Ctx, ty, span)
    }

    /// The type that `datum` names, unless the context has a field of that name.
    fn raw_type(&self, datum: DatumId, hook: Hook) -> Option<Ty> {
        let name = self.data.symbol(datum)?;
        let field = self.text(self.names.kernel(name));
        let known = context::of(hook.ty).is_some_and(|context| context.field(field).is_some());
        Types::named(self.text(self.names.folded(name))).filter(|ty| !known && *ty != Ty::BOOL)
    }

    fn raw_read(&mut self, hook: Hook, ty: Ty, offset: DatumId, span: Span) -> ExprId {
        let Some(at) = self.raw_offset(hook, ty, offset, span, false) else {
            return self.add(ExprKind::Error, Ty::ERROR, span);
        };
        let ptr = self.context(span);
        self.add(ExprKind::Load(ptr, at), ty, span)
    }

    /// Where a raw access is, which must be allowed; `None` after a report.
    fn raw_offset(&mut self, hook: Hook, ty: Ty, offset: DatumId, span: Span, write: bool) -> Option<i32> {
        let value = self.constant_value(offset)?;
        let width = self.module.types.size(ty);
        let access = |at: u32| context::of(hook.ty).map(|of| of.access(hook.ty, hook.attach, at, width));
        let can = |at: &u32| access(*at).is_some_and(|(reads, writes)| if write { writes } else { reads });
        let allowed = u32::try_from(value).ok().filter(can);
        if allowed.is_none() {
            let (program, verb) = (hook.ty.row().name, if write { "write" } else { "read" });
            let message = format!("a {program} program may not {verb} {width} bytes at offset {value}");
            let error = Diagnostic::error(&codes::FIELD_ACCESS, span, message);
            self.report(error.help(format!("`bpfl explain {program}` lists what it may {verb}")));
        }
        allowed.filter(|at| !self.is_upper_half(hook, *at, span)).map(|at| at as i32)
    }

    /// Whether nothing of a field's own is there; reports it: the kernel gives its first two bytes again.
    fn is_upper_half(&mut self, hook: Hook, at: u32, span: Span) -> bool {
        let upper = |field: &&Field| {
            field.order == Order::NetworkHalf && (2..4).contains(&at.wrapping_sub(field.offset))
        };
        let Some(field) = context::fields(hook.ty).iter().find(upper) else { return false };
        let (name, start) = (field.name.replace('_', "-"), field.offset);
        let message = format!("`{name}` has its number in its first two bytes, and this is behind them");
        let error = Diagnostic::error(&codes::FIELD_ACCESS, span, message);
        self.report(
            error.help(format!("read it whole, `(ctx {name})`, or from its start: `(ctx u16 {start})`")),
        );
        true
    }

    /// What reading the field gives; `None` for pointers that the language does not have yet.
    fn field_type(&mut self, field: &Field) -> Option<Ty> {
        let types = &mut self.module.types;
        Some(match field.kind {
            Kind::Unsigned => types.of_size(field.width),
            Kind::Signed => types.int(Int { bits: (field.width * 8) as u8, signed: true }),
            Kind::Packet | Kind::OptVal => types.pointer(Ty::U8, Region::Packet, false),
            Kind::PacketMeta => types.pointer(Ty::U8, Region::PacketMeta, false),
            Kind::PacketEnd | Kind::OptValEnd => types.pointer(Ty::NOTHING, Region::PacketEnd, false),
            Kind::Sock { of, nullable } => self.socket_pointer(Socket::of(of), nullable),
            Kind::FlowKeys => self.socket_pointer(Socket::FlowKeys, false),
            Kind::Kernel(name) if !name.contains(' ') => self.kernel_pointer(name, false),
            Kind::Kernel(_) | Kind::Padding => return None,
        })
    }

    fn unsupported_field(&mut self, field: &Field, span: Span) -> ExprId {
        let name = field.name.replace('_', "-");
        let message = format!("`{name}` is a kind of pointer that is not supported yet");
        self.fail(Diagnostic::error(&codes::FIELD_ACCESS, span, message))
    }

    /// The field that `name` and `index` say, and its offset.
    fn field(&mut self, name: DatumId, index: Option<DatumId>) -> Option<(&'static Field, i32)> {
        let hook = self.hook.as_ref()?;
        let (ty, attach) = (hook.ty, hook.attach);
        let fields = context::fields(ty);
        let Some(wanted) = self.data.symbol(name).map(|n| self.text(self.names.kernel(n))) else {
            let error =
                Diagnostic::error(&codes::MALFORMED, self.span(name), "a field's name is wanted here");
            self.report(error.help("write `(ctx field)`, as in `(ctx len)`"));
            return None;
        };
        let Some(field) = fields.iter().find(|field| field.name == wanted && !wanted.is_empty()) else {
            let spelled = self.data.symbol(name).map_or(wanted, |name| self.text(name));
            let message = format!("the context of a {} program has no field `{spelled}`", ty.row().name);
            let mut error = Diagnostic::error(&codes::UNKNOWN_FIELD, self.span(name), message);
            let readable = fields
                .iter()
                .filter(|field| field.rights(ty, attach).reads() && !field.name.is_empty())
                .map(|field| field.name);
            error = match nearest(wanted, readable.clone()) {
                Some(near) => error.help(format!("did you mean `{}`?", near.replace('_', "-"))),
                None => error.help(format!("it has {}", readable.collect::<Vec<_>>().join(", "))),
            };
            self.report(error);
            return None;
        };
        let index = self.field_index(field, name, index)?;
        Some((field, (field.offset + index * field.width) as i32))
    }

    /// Whether the element of the field at `offset` may be read or written in this program.
    fn may(&self, field: &Field, offset: i32, direction: fn(Rights) -> Shape) -> bool {
        let Some(hook) = &self.hook else { return false };
        let shape = direction(field.rights(hook.ty, hook.attach));
        field.allows(shape, offset as u32, field.width)
    }

    pub(super) fn field_index(
        &mut self,
        field: &Field,
        name: DatumId,
        index: Option<DatumId>,
    ) -> Option<u32> {
        let text = field.name.replace('_', "-");
        match (field.count, index) {
            (None, None) => Some(0),
            (Some(count), None) => {
                let message = format!("`{text}` has {count} elements");
                let error = Diagnostic::error(&codes::MALFORMED, self.span(name), message);
                self.report(error.help(format!("say which: `(ctx {text} 0)`")));
                None
            }
            (None, Some(index)) => {
                let message = format!("`{text}` is not an array");
                self.report(Diagnostic::error(&codes::MALFORMED, self.span(index), message));
                None
            }
            (Some(count), Some(index)) => {
                let value = self.constant_value(index)?;
                let found = u32::try_from(value).ok().filter(|i| *i < count);
                if found.is_none() {
                    let message = format!("`{text}` has {count} elements, numbered from 0");
                    self.report(Diagnostic::error(&codes::OUT_OF_BOUNDS, self.span(index), message));
                }
                found
            }
        }
    }

    fn no_right(&mut self, field: &Field, offset: i32, direction: Direction, span: Span) -> ExprId {
        let Some(hook) = self.hook else { return self.add(ExprKind::Error, Ty::ERROR, span) };
        let (verb, shape) = direction;
        let name = field.name.replace('_', "-");
        let right = |rights: Rights| field.allows(shape(rights), offset as u32, field.width);
        let elsewhere: Vec<_> =
            field.hooks(hook.ty, right).map(|attach| section::hook_name(hook.ty, attach)).collect();
        let program = match elsewhere.is_empty() {
            true => hook.ty.row().name,
            false => section::hook_name(hook.ty, hook.attach),
        };
        let message = format!("a {program} program may not {verb} `{name}`");
        let error = Diagnostic::error(&codes::FIELD_ACCESS, span, message);
        if !elsewhere.is_empty() {
            return self.fail(error.help(format!("it can be in {}", elsewhere.join(", "))));
        }
        let can: Vec<_> = context::fields(hook.ty)
            .iter()
            .filter(|f| !f.name.is_empty() && !shape(f.rights(hook.ty, hook.attach)).is_none())
            .map(|f| f.name.replace('_', "-"))
            .collect();
        let help = match can.is_empty() {
            true => format!("it may {verb} nothing of its context"),
            false => format!("it may {verb} {}", can.join(", ")),
        };
        self.fail(error.help(help))
    }

    /// `(ctx field [index])` or `(ctx type offset)` as a place.
    pub(super) fn context_place(&mut self, name: DatumId, index: Option<DatumId>) -> Place {
        if self.has_no_context() {
            self.context(self.span(name));
            return Place::Error;
        }
        if let (Some(offset), Some(hook)) = (index, self.hook)
            && let Some(ty) = self.raw_type(name, hook)
        {
            let span = self.span(name);
            let Some(offset) = self.raw_offset(hook, ty, offset, span, true) else { return Place::Error };
            return Place::Memory { ptr: self.context(span), offset, ty, sharing: Sharing::Own };
        }
        let Some((field, offset)) = self.field(name, index) else { return Place::Error };
        let span = self.span(name);
        let write = |rights: Rights| rights.write;
        if !self.may(field, offset, write) {
            self.no_right(field, offset, ("write", write), span);
            return Place::Error;
        }
        let Some(ty) = self.field_type(field) else {
            self.unsupported_field(field, span);
            return Place::Error;
        };
        Place::Memory { ptr: self.context(span), offset, ty, sharing: Sharing::Own }
    }
}
