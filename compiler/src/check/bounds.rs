//! Every access is inside its object.
//!
//! An address is a root (a stack object, a map value, the packet …), a constant number of bytes
//! from there, and numbers of bytes known at run time only, each with its [range](super::range).
//! The packet's size is not known; what is known of it is what comparisons with its end on every
//! way to the access say of the same root and the same run-time parts.

use bpfl_stdlib::catalog::helper::{self, Arg};

use super::{Proof, range::Eyes};
use crate::{
    diagnostic::{Diagnostic, codes},
    ir::{Block, Extent, Inst, Op, Region, Terminator, Type, Value},
    source::Span,
};

/// Reports every access that may be outside.
pub fn check(proof: &mut Proof<'_>) {
    for block in proof.graph.order().to_vec() {
        for inst in proof.f.insts(block).to_vec() {
            for access in proof.accesses(inst, block) {
                proof.access(access, block);
            }
            proof.beyond_the_end(inst);
        }
        if let (Terminator::Return(value), Some(gives)) = (proof.f.end(block), proof.f.gives) {
            proof.access((*value, 0, gives.extent, proof.f.end_span(block)), block);
        }
    }
}

/// Pointer, offset, bytes, place.
pub(super) type Access = (Value, i32, u32, Span);

/// Where an access goes.
pub(super) struct Address {
    pub root: Value,
    pub constant: i64,
    /// The run-time parts, in the order of addition.
    pub parts: Vec<Part>,
    /// Whether a loop moves the pointer on.
    pub moving: bool,
}

/// A number known at run time that moves a pointer.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub value: Value,
    /// The pointer after it.
    pub moved: Value,
    /// Where that is made, and the verifier looks at the number.
    pub at: Block,
}

/// Why an access is not known to be inside.
pub(super) enum Problem {
    /// It starts or ends outside an object of this many bytes.
    Outside(u32),
    /// A part known at run time only reaches outside.
    Part(Value, u32),
    /// No comparison with the packet's end covers it.
    Unproven,
    /// A loop moves the pointer.
    Moving,
    /// It starts from the packet's end.
    End,
}

impl Proof<'_> {
    fn access(&mut self, (ptr, offset, bytes, span): Access, block: Block) {
        let found = self.addresses(ptr, offset.into());
        let first =
            found.into_iter().find_map(|address| self.problem(&address, bytes, block).map(|p| (address, p)));
        if let Some((address, problem)) = first {
            let (address, problem) = match self.f.ty(address.root) {
                Type::Ptr(Region::PacketOrOwn) => self.of_the_joined(ptr, offset, bytes, block),
                _ => None,
            }
            .unwrap_or((address, problem));
            // A copy has many accesses; one of them is enough to be told of.
            if self.diagnostics.iter().any(|d| d.span == span && d.code == &codes::OUT_OF_BOUNDS) {
                return;
            }
            let diagnostic = self.explain(span, &address, (ptr, offset, bytes), problem);
            self.diagnostics.push(diagnostic);
        }
    }

    /// What is wrong with an access through a pointer that may be the packet's or another: with one of the
    /// others, or else that no test covers the packet.
    fn of_the_joined(&self, ptr: Value, offset: i32, bytes: u32, block: Block) -> Option<(Address, Problem)> {
        let (packet, own): (Vec<_>, Vec<_>) = self
            .origins(ptr, offset.into())
            .into_iter()
            .partition(|address| self.f.ty(address.root).is_packet());
        let wrong =
            own.into_iter().find_map(|address| self.problem(&address, bytes, block).map(|p| (address, p)));
        wrong.or_else(|| Some((packet.into_iter().next()?, Problem::Unproven)))
    }

    /// Reports a pointer that is counted from the packet's end, which the verifier has no arithmetic
    /// for (`adjust_ptr_min_max_vals`, kernel/bpf/verifier.c).
    fn beyond_the_end(&mut self, inst: Inst) {
        let Op::Advance(base, _) = *self.f.op(inst) else { return };
        if self.f.ty(base) != Type::Ptr(Region::PacketEnd) {
            return;
        }
        let (start, end) = (self.packet.start, self.packet.end);
        let message = format!("`{end}` is compared, and nothing is added to it or taken from it");
        let error = Diagnostic::error(&codes::OUT_OF_BOUNDS, self.f.span(inst), message);
        self.diagnostics.push(error.help(format!("count from the start: `(> (+ {start} 20) {end})`")));
    }

    /// The memory that an instruction uses. A helper uses a key, a value, or as many bytes as the
    /// size after a pointer says; a function what its parameters say.
    pub(super) fn accesses(&self, inst: Inst, block: Block) -> Vec<Access> {
        let span = self.f.span(inst);
        if let Some((pointer, pointee)) = self.f.promise(inst) {
            // Of a packet's end nothing is promised.
            let all = (pointee.extent > 0).then_some((pointer, 0, pointee.extent, span));
            return all.into_iter().collect();
        }
        match *self.f.op(inst) {
            Op::Load { bytes, ptr, offset }
            | Op::Store { bytes, ptr, offset, .. }
            | Op::Atomic { bytes, ptr, offset, .. }
            | Op::CompareExchange { bytes, ptr, offset, .. } => vec![(ptr, offset, bytes.into(), span)],
            Op::CallFunction(func, args) => {
                let Some(callee) = self.module.function(func) else { return Vec::new() };
                let params = callee.params(callee.entry()).iter();
                let extents = params.map(|param| callee.extent(*param).filter(|extent| *extent > 0));
                args.iter().zip(extents).filter_map(|(arg, bytes)| Some((arg, 0, bytes?, span))).collect()
            }
            Op::Kfunc(id, args) => {
                let args: Vec<Value> = args.iter().collect();
                let memory = self.module.kfuncs.get(id).map_or(&[][..], |info| &info.memory);
                let used = |(index, extent): (usize, &Option<Extent>)| {
                    let bytes = match (*extent)? {
                        Extent::Fixed(bytes) => bytes,
                        Extent::Next => {
                            let size = self.range(*args.get(index + 1)?, block, Eyes::Verifier);
                            u32::try_from(size.max).unwrap_or(u32::MAX)
                        }
                    };
                    Some((*args.get(index)?, 0, bytes, span))
                };
                memory.iter().enumerate().filter_map(used).collect()
            }
            Op::Call(id, args) => {
                let args: Vec<Value> = args.iter().collect();
                let kinds = helper::by_id(id).map_or(&[][..], |row| row.args);
                let used = |i: usize| {
                    // A size that is written in the call is what is wrong with it.
                    let size =
                        args.get(i + 1).filter(|_| kinds.get(i + 1).is_some_and(|next| next.is_size()));
                    let size = size.and_then(|size| self.f.def(*size)).map(|size| self.f.span(size));
                    let span =
                        size.filter(|size| span.start <= size.start && size.end <= span.end).unwrap_or(span);
                    Some((*args.get(i)?, 0, self.used_by_helper(&args, kinds, i, block)?, span))
                };
                (0..kinds.len()).filter_map(used).collect()
            }
            _ => Vec::new(),
        }
    }

    /// How many bytes a helper uses at its argument `index`; `None` for what is no memory.
    fn used_by_helper(&self, args: &[Value], kinds: &[Arg], index: usize, block: Block) -> Option<u32> {
        let map = args.iter().find_map(|arg| Some(&self.module.maps[self.f.map(*arg)?]));
        match kinds[index] {
            Arg::Key => map.map(|map| map.key_size),
            Arg::Value | Arg::ValueOrNull | Arg::UninitValue => map.map(|map| map.value_size),
            Arg::Fixed(size) | Arg::FixedUninit(size) | Arg::FixedWritable(size) => Some(size),
            Arg::UninitDynptr => Some(16),
            _ if kinds.get(index + 1).is_some_and(|next| next.is_size()) => {
                let size = self.range(*args.get(index + 1)?, block, Eyes::Verifier);
                Some(u32::try_from(size.max).unwrap_or(u32::MAX))
            }
            _ => None,
        }
    }

    /// The addresses that an access may go to: one, or one for each argument where the root is a
    /// block's parameter. A packet pointer that is a parameter is a root of its own.
    pub(super) fn addresses(&self, ptr: Value, offset: i64) -> Vec<Address> {
        self.addresses_until(ptr, offset, Type::is_packet)
    }

    /// The same, of packet pointers too, whatever they were joined with; null, which is nowhere, is left out.
    pub(super) fn origins(&self, ptr: Value, offset: i64) -> Vec<Address> {
        let mut found = self.addresses_until(ptr, offset, |_| false);
        found.retain(|address| self.f.constant(address.root).is_none());
        found
    }

    /// Whether a root is, or may be, on the stack. What a function gives never is ([`gone`](super::gone)).
    pub(super) fn on_stack(&self, root: Value) -> bool {
        self.f.ty(root).may_be_stack() && !matches!(self.f.def_op(root), Some(Op::CallFunction(..)))
    }

    /// The addresses that an access may go to; parameters of which `is_root` holds are roots of their own.
    fn addresses_until(&self, ptr: Value, offset: i64, is_root: fn(Type) -> bool) -> Vec<Address> {
        let mut found = Vec::new();
        let mut work = vec![self.address(ptr, offset)];
        let mut seen = Vec::new();
        while let Some(address) = work.pop() {
            let param = self.f.def(address.root).is_none() && !is_root(self.f.ty(address.root));
            let home = self.homes[address.root].filter(|home| param && *home != self.f.entry());
            let Some(home) = home else {
                found.push(address);
                continue;
            };
            let key = (address.root, address.constant);
            if seen.contains(&key) {
                continue;
            }
            // A pointer that a loop moves comes back with ever new offsets.
            if seen.iter().filter(|(root, _)| *root == address.root).count() > 1 {
                found.push(Address { moving: true, ..address });
                continue;
            }
            seen.push(key);
            work.extend(self.arguments(address.root, home).map(|arg| {
                let mut from = self.address(arg, address.constant);
                from.parts.extend(&address.parts);
                from
            }));
        }
        found
    }

    pub(super) fn arguments(&self, param: Value, home: Block) -> impl Iterator<Item = Value> {
        let index = self.f.params(home).iter().position(|p| *p == param).unwrap_or(0);
        let edges = self.graph.preds(home).iter().flat_map(|pred| self.f.end(*pred).edges());
        edges.filter(move |edge| edge.block == home).map(move |edge| edge.args[index])
    }

    pub(super) fn address(&self, ptr: Value, offset: i64) -> Address {
        let mut address = Address { root: ptr, constant: offset, parts: Vec::new(), moving: false };
        while let Some(Op::Advance(base, by)) = self.f.def_op(address.root) {
            match self.f.constant(*by) {
                Some(by) => address.constant = address.constant.saturating_add(by),
                None => address.parts.push(Part {
                    value: *by,
                    moved: address.root,
                    at: self.homes[address.root].unwrap_or(self.f.entry()),
                }),
            }
            address.root = *base;
        }
        address.parts.reverse();
        address
    }

    pub(super) fn problem(&self, address: &Address, bytes: u32, block: Block) -> Option<Problem> {
        if self.f.ty(address.root).is_packet() {
            return (!self.in_packet(address, bytes, block)).then_some(Problem::Unproven);
        }
        if self.f.ty(address.root) == Type::Ptr(Region::PacketEnd) {
            return Some(Problem::End);
        }
        // The kernel lets a program go anywhere from an arena: where nothing is, zeroes are read.
        if self.f.ty(address.root) == Type::Ptr(Region::Arena) {
            return None;
        }
        if address.moving {
            return Some(Problem::Moving);
        }
        let size = self.object_size(address.root)?;
        let (mut low, mut high) = (address.constant, address.constant.saturating_add(bytes.into()));
        if address.parts.is_empty() {
            return (low < 0 || high > size.into()).then_some(Problem::Outside(size));
        }
        for part in &address.parts {
            let range = self.range(part.value, part.at, Eyes::Verifier);
            low = low.saturating_add(range.low);
            high = high.saturating_add(range.high);
        }
        let outside = low < 0 || high > size.into();
        outside.then(|| Problem::Part(address.parts[0].value, size))
    }

    /// Bytes of the object that a root points to the start of; `None` where others check it.
    fn object_size(&self, root: Value) -> Option<u32> {
        if let Some(extent) = self.f.extent(root) {
            return Some(extent);
        }
        match self.f.def_op(root)? {
            Op::SlotAddr(slot) => Some(self.f.slots[*slot].size),
            Op::GlobalAddr(global) => Some(self.module.globals[*global].size),
            // As many bytes as were asked for.
            Op::Call(id, args) if allocated(*id).is_some() => {
                u32::try_from(self.f.constant(args.iter().nth(allocated(*id)?)?)?).ok()
            }
            // A socket, of whose fields the catalogue knows.
            Op::Call(..) if self.f.ty(root) == Type::Ptr(Region::Socket) => None,
            Op::Call(_, args) => {
                args.iter().find_map(|arg| Some(self.module.maps[self.f.map(arg)?].value_size))
            }
            _ => None,
        }
    }
}

/// Which argument of a helper says how many bytes it gives.
fn allocated(id: u32) -> Option<usize> {
    helper::by_id(id)?.args.iter().position(|arg| *arg == Arg::AllocSize)
}
