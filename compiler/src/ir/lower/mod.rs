//! HIR to SSA.
//!
//! Variables become values as in Braun and others, "Simple and Efficient Construction of Static
//! Single Assignment Form": a block's missing definitions become parameters when it is sealed,
//! that is, when all its predecessors are known. Variables whose address is taken live in slots.
//!
//! The input has no errors: every expression is typed and every call checked.

mod arena;
mod arith;
mod bytes;
mod callback;
mod control;
mod emit;
mod kept;
mod maps;
mod memory;
mod module;
mod packed;
mod vars;

use std::collections::{HashMap, HashSet};

use bpfl_stdlib::catalog::{context, helper::Ret, program::ProgramType, returns};

use super::{Args, Asm, Block, Func, Function, Op, Pointee, Region, Slot, Terminator, Type, Value};
use crate::{
    arena::{Arena, Entity},
    hir::{self, ExprId, ExprKind, LabelId, Ty, TypeKind, VarId},
    source::Span,
};
pub use module::lower;
use vars::Vars;

struct Lower<'a> {
    hir: &'a hir::Module,
    f: Function,
    /// The block being filled.
    block: Block,
    /// Whether it cannot be reached. What it leads to does not count it as a predecessor.
    dead: bool,
    vars: Vars,
    /// The slots of variables whose address is taken.
    homes: Arena<VarId, Option<Slot>>,
    /// The variables of a callback that are in its caller's frame: pointer and offset.
    framed: HashMap<VarId, (Value, i32)>,
    /// The variables of a callback that it read from its caller's frame, once and for all.
    captured: HashSet<VarId>,
    /// Where `break` and `continue` go, innermost last.
    loops: Vec<control::Loop>,
    /// Where the blocks around the current expression end.
    labels: Vec<(LabelId, Block)>,
    ctx: Value,
    /// How many bytes packet pointers take in the context.
    packet_pointer: u8,
    /// Stack objects that nothing uses any more, by size and alignment, to be used again.
    free: Vec<Slot>,
    /// Stack objects made for the arguments of the calls being lowered.
    lent: Vec<Slot>,
}

impl<'a> Lower<'a> {
    fn program(hir: &'a hir::Module, program: &hir::Program) -> Function {
        if let Some((params, proto)) = &program.called {
            return Self::called(hir, program, params, proto);
        }
        let mut f = Function::new(program.symbol.clone());
        let entry = f.add_block();
        let ctx = f.add_param(entry, Type::Ptr(Region::Ctx));
        let mut lower = Self::start(hir, f, entry, ctx, Some(program.seen_as));
        lower.vars.seal(&mut lower.f, entry);
        let value = lower.value(program.body);
        // Where the verifier looks at the value, it looks at all of the register.
        let ranged = returns::range(program.ty, program.section.attach_type).is_some();
        lower.f.returns_low = !ranged && lower.f.ty(value) == Type::I32;
        lower.end(Terminator::Return(value), lower.tail_span(program.body));
        crate::opt::params::run(&mut lower.f);
        arena::name(hir, &mut lower.f);
        lower.f
    }

    fn start(hir: &'a hir::Module, f: Function, entry: Block, ctx: Value, ty: Option<ProgramType>) -> Self {
        Self {
            hir,
            f,
            block: entry,
            dead: false,
            vars: Vars::default(),
            homes: Arena::filled(hir.vars.len(), None),
            framed: HashMap::new(),
            captured: HashSet::new(),
            loops: Vec::new(),
            labels: Vec::new(),
            ctx,
            packet_pointer: ty.map_or(4, context::packet_pointer_width) as u8,
            free: Vec::new(),
            lent: Vec::new(),
        }
    }

    fn function(hir: &'a hir::Module, function: &hir::Function) -> Function {
        let mut f = Function::new(function.symbol.clone());
        let entry = f.add_block();
        let mut lower = Self::start(hir, f, entry, Value::new(0), function.ty);
        lower.f.global = function.global.is_some();
        lower.vars.seal(&mut lower.f, entry);
        lower.params(entry, &function.params);
        if let Some(frame) = function.params.last().filter(|_| !function.captures.is_empty()) {
            let frame = lower.read_var(*frame, function.span);
            lower.open_frame(&function.captures, frame, function.span);
        }
        lower.f.gives = lower.pointee(function.returns);
        let value = lower.value(function.body);
        lower.end(Terminator::Return(value), lower.tail_span(function.body));
        crate::opt::params::run(&mut lower.f);
        arena::name(hir, &mut lower.f);
        lower.f
    }

    /// A program that is called with arguments, as a function is.
    fn called(
        hir: &'a hir::Module,
        program: &hir::Program,
        params: &[VarId],
        proto: &hir::Prototype,
    ) -> Function {
        let mut f = Function::new(program.symbol.clone());
        let entry = f.add_block();
        let mut lower = Self::start(hir, f, entry, Value::new(0), Some(program.seen_as));
        lower.f.global = true;
        lower.vars.seal(&mut lower.f, entry);
        lower.params(entry, params);
        let value = lower.value(program.body);
        lower.f.returns_low = lower.type_of(proto.returns) == Type::I32;
        lower.end(Terminator::Return(value), lower.tail_span(program.body));
        crate::opt::params::run(&mut lower.f);
        arena::name(hir, &mut lower.f);
        lower.f
    }

    fn params(&mut self, entry: Block, params: &[VarId]) {
        for var in params {
            let (ty, span) = (self.hir.vars[*var].ty, self.hir.vars[*var].span);
            let ir = self.type_of(ty);
            let value = self.f.add_param(entry, ir);
            self.promise(value, ty);
            self.name(value, *var);
            self.write_var(*var, value, span);
        }
    }

    /// What holds of a pointer of type `ty` that comes from outside.
    fn pointee(&self, ty: Ty) -> Option<Pointee> {
        let pointer = self.hir.types.as_pointer(ty)?;
        let memory = !matches!(
            pointer.region,
            Region::Ctx
                | Region::PacketEnd
                | Region::Socket
                | Region::XdpSocket
                | Region::Kernel
                | Region::Arena
                | Region::Map
                | Region::Dynptr
        );
        let size = self.hir.types.size(pointer.pointee);
        // `packet` says nothing of how long the packet is.
        let packet = pointer.region.is_packet() && pointer.pointee == Ty::U8;
        let extent = if memory && !packet { size } else { 0 };
        Some(Pointee { extent, nullable: pointer.nullable })
    }

    /// Notes what holds of a value that comes from outside.
    fn promise(&mut self, value: Value, ty: Ty) {
        let Some(pointee) = self.pointee(ty) else { return };
        if pointee.nullable {
            self.f.set_nullable(value);
        }
        self.note_map(value, ty);
        let region = self.f.ty(value);
        if !matches!(
            region,
            Type::Ptr(
                Region::Ctx
                    | Region::Socket
                    | Region::XdpSocket
                    | Region::Kernel
                    | Region::Arena
                    | Region::PacketEnd
                    | Region::Map
                    | Region::Dynptr
            )
        ) {
            self.f.set_extent(value, pointee.extent);
        }
    }

    /// Where the value of `expr` is written.
    fn tail_span(&self, expr: ExprId) -> Span {
        match &self.hir.exprs[expr].kind {
            ExprKind::Seq(exprs) if !exprs.is_empty() => self.tail_span(exprs[exprs.len() - 1]),
            ExprKind::Let(_, body) => self.tail_span(*body),
            _ => self.hir.exprs[expr].span,
        }
    }

    // ---- making things ----

    // ---- types ----

    fn type_of(&self, ty: Ty) -> Type {
        match self.hir.types.get(ty) {
            TypeKind::Int(int) if int.bits == 64 => Type::I64,
            TypeKind::Ptr(pointer) => Type::Ptr(pointer.region),
            _ => Type::I32,
        }
    }

    fn is_signed(&self, ty: Ty) -> bool {
        matches!(self.hir.types.get(ty), TypeKind::Int(int) if int.signed)
    }

    // ---- expressions ----

    /// Lowers for the value. Something without one gives 0, so that there is always one.
    fn value(&mut self, expr: ExprId) -> Value {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.value_here(expr))
    }

    fn value_here(&mut self, id: ExprId) -> Value {
        let value = self.lowered(id);
        let expr = &self.hir.exprs[id];
        self.note_map(value, expr.ty);
        let made = self.f.def_op(value).is_some_and(|op| matches!(op, Op::Same(_)));
        let fresh =
            made || matches!(expr.kind, ExprKind::Call(..) | ExprKind::Kfunc(..) | ExprKind::Load(..));
        // Of what the kernel lends to be read, there is as much as the type has.
        if fresh && self.f.ty(value) == Type::Ptr(Region::KernelMemory) {
            self.promise(value, expr.ty);
        }
        if fresh && self.hir.types.as_pointer(expr.ty).is_some_and(|pointer| pointer.nullable) {
            self.f.set_nullable(value);
        }
        value
    }

    /// Notes which map a pointer to one is like.
    fn note_map(&mut self, value: Value, ty: Ty) {
        let pointee = self.hir.types.as_pointer(ty).map(|pointer| self.hir.types.get(pointer.pointee));
        if let Some(TypeKind::Map(map)) = pointee {
            self.f.set_map(value, map);
        }
    }

    fn lowered(&mut self, id: ExprId) -> Value {
        let expr = &self.hir.exprs[id];
        let (ty, span) = (self.type_of(expr.ty), expr.span);
        match &expr.kind {
            ExprKind::Error => self.constant(0, ty, span),
            ExprKind::Int(value) => self.constant(*value as i64, ty, span),
            ExprKind::Var(var) => self.read_var(*var, span),
            ExprKind::AddressOf(var) => self.address_of(*var, span),
            ExprKind::Seq(exprs) => self.seq(exprs, ty, span),
            ExprKind::Let(bindings, body) => {
                bindings.iter().for_each(|(var, init)| self.bind(*var, *init));
                self.value(*body)
            }
            ExprKind::Assign(var, value) => {
                let value = self.value(*value);
                self.name(value, *var);
                self.write_var(*var, value, span);
                value
            }
            ExprKind::If(test, then, otherwise) => self.if_value(*test, (*then, *otherwise), expr.ty, span),
            ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_) => self.truth(id, span),
            ExprKind::Binary(op, a, b) => self.binary(*op, *a, *b, expr.ty, span),
            ExprKind::Swap(bytes, a) => {
                let a = self.value(*a);
                self.emit(Op::Swap(*bytes, a), ty, span)
            }
            ExprKind::Compare(op, a, b) => {
                let (cond, a, b) = self.comparison(*op, *a, *b);
                self.emit(Op::Compare(cond, a, b), Type::I32, span)
            }
            ExprKind::Convert(a) => self.convert(*a, expr.ty, span),
            ExprKind::Dotimes { var, bound, max, body } => {
                self.dotimes(*var, *bound, *max, *body, span);
                self.constant(0, ty, span)
            }
            ExprKind::Unrolled(rounds) => {
                self.rounds(rounds, span);
                self.constant(0, ty, span)
            }
            ExprKind::Break | ExprKind::Continue => {
                self.leave_loop(expr.kind == ExprKind::Break, span);
                self.constant(0, ty, span)
            }
            ExprKind::Block(label, body) => self.block_value(*label, *body, expr.ty, span),
            ExprKind::Leave(label, value) => {
                self.leave_block(*label, *value, span);
                self.constant(0, ty, span)
            }
            ExprKind::Return(value) => {
                let value = self.value(*value);
                self.end(Terminator::Return(value), span);
                self.unreachable();
                self.constant(0, ty, span)
            }
            _ => self.lowered_memory(id),
        }
    }

    /// The expressions that have to do with memory, maps and helpers.
    fn lowered_memory(&mut self, id: ExprId) -> Value {
        let expr = &self.hir.exprs[id];
        let (ty, span) = (self.type_of(expr.ty), expr.span);
        match &expr.kind {
            ExprKind::Ctx => self.ctx,
            ExprKind::Load(ptr, offset) => self.load(*ptr, *offset, expr.ty, span),
            ExprKind::Store(ptr, offset, value) => self.store(*ptr, *offset, *value, span),
            ExprKind::Advance(ptr, by) => {
                let (ptr, by) = (self.value(*ptr), self.value(*by));
                self.emit(Op::Advance(ptr, by), ty, span)
            }
            ExprKind::Distance(a, b) => {
                let (a, b) = (self.value(*a), self.value(*b));
                self.emit(Op::Distance(a, b), Type::I64, span)
            }
            ExprKind::Atomic { .. } => self.atomic(id, span),
            ExprKind::CompareExchange { ptr, offset, old, new } => {
                self.compare_exchange((*ptr, *offset), (*old, *new), span)
            }
            ExprKind::Global(global) => self.emit(Op::GlobalAddr(*global), ty, span),
            ExprKind::Ksym(ksym) => {
                let value = self.emit(Op::KsymAddr(*ksym), ty, span);
                self.promise(value, expr.ty);
                value
            }
            ExprKind::Fill { ptr, offset, byte, bytes } => self.fill((*ptr, *offset), *byte, *bytes, span),
            ExprKind::CopyBytes { to, from, bytes } => self.copy_bytes(*to, *from, *bytes, span),
            ExprKind::CompareBytes { a, b, bytes } => self.compare_bytes(*a, *b, *bytes, span),
            ExprKind::CompareText { a, text } => self.compare_text(*a, text, span),
            ExprKind::Core(core) => self.emit(Op::Core(*core, self.hir.cores[*core].answer), ty, span),
            ExprKind::ProbeRead(address) => self.probe_read(*address, expr.ty, span),
            ExprKind::Make(id, fields) => self.make_struct(*id, fields, span),
            ExprKind::Copy(source) => self.copy(*source, span),
            ExprKind::Map(map) => self.map_addr(*map, span),
            ExprKind::Slot(value) => self.slot_with(*value, span),
            ExprKind::Kfunc(kfunc, args) => {
                let args: Vec<Value> = args.iter().map(|arg| self.value(*arg)).collect();
                // A register is set in any case; that of a function without a result is not looked at.
                let result = if ty == Type::I32 { Type::I64 } else { ty };
                let value = self.emit(Op::Kfunc(*kfunc, Args::new(&args)), result, span);
                if result == ty { value } else { self.constant(0, ty, span) }
            }
            ExprKind::Asm(code, inputs) => self.asm(code, inputs, expr.ty, span),
            ExprKind::Call(helper, args) => {
                let lent = self.lent.len();
                let args: Vec<Value> = args.iter().map(|arg| self.value(*arg)).collect();
                // What stands in the register of a helper without a result, nobody may read.
                let nothing = helper.ret == Ret::Nothing;
                let result = if nothing { Type::I64 } else { ty };
                let value = self.call(helper.id, helper.ret, &args, result, span);
                self.note_exchange(helper, value, expr.ty);
                self.give_back(lent);
                if nothing { self.constant(0, ty, span) } else { value }
            }
            ExprKind::CallFunction(id, args) => {
                let lent = self.lent.len();
                let args: Vec<Value> = args.iter().map(|arg| self.value(*arg)).collect();
                let func = Func::new(self.hir.programs.len() + id.index());
                let value = self.emit(Op::CallFunction(func, Args::new(&args)), ty, span);
                self.promise(value, expr.ty);
                self.give_back(lent);
                value
            }
            ExprKind::FunctionAddress(id) => {
                let func = Func::new(self.hir.programs.len() + id.index());
                self.emit(Op::FuncAddr(func), ty, span)
            }
            ExprKind::Callback { helper, args, function } => self.call_back(helper.id, args, *function, span),
            ExprKind::MapRead(map, key) => self.map_read(*map, *key, span),
            ExprKind::MapWrite(map, key, value) => self.map_write(*map, *key, *value, span),
            ExprKind::MapAdd { map, key, delta, used } => self.map_add(*map, *key, *delta, *used, span),
            _ => self.constant(0, ty, span), // The others are lowered above.
        }
    }

    fn asm(&mut self, code: &Asm, inputs: &[ExprId], ty: Ty, span: Span) -> Value {
        let inputs: Vec<Value> = inputs.iter().map(|input| self.value(*input)).collect();
        let op = Op::Asm(self.f.asms.push(code.clone()), Args::new(&inputs));
        if ty == Ty::U64 {
            return self.emit(op, Type::I64, span);
        }
        self.effect(op, span);
        self.constant(0, Type::I32, span)
    }

    fn seq(&mut self, exprs: &[ExprId], ty: Type, span: Span) -> Value {
        match exprs {
            [] => self.constant(0, ty, span),
            [first @ .., last] => {
                first.iter().for_each(|expr| {
                    self.value(*expr);
                });
                self.value(*last)
            }
        }
    }

    /// Calls a helper; a number it gives is brought to `ty`.
    fn call(&mut self, helper: u32, ret: Ret, args: &[Value], ty: Type, span: Span) -> Value {
        let raw = if ret.is_scalar() { Type::I64 } else { ty };
        let value = self.emit(Op::Call(helper, Args::new(args)), raw, span);
        match (raw, ty) {
            (Type::I64, Type::I32) => self.emit(Op::Trunc(value), ty, span),
            _ => value,
        }
    }
}
