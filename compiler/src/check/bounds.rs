//! Every access is inside its object.
//!
//! An address is a root (a stack object, a map value, the packet …), a constant number of bytes
//! from there, and numbers of bytes known at run time only, each with its [range](super::range).
//! The packet's size is not known; what is known of it is what comparisons with its end on every
//! way to the access say of the same root and the same run-time parts.

use bpfl_stdlib::catalog::{
    helper::{self, Arg},
    limit,
};

use super::{Proof, Words, range::Eyes};
use crate::{
    diagnostic::{Diagnostic, codes},
    ir::{Binary, Block, Cond, Extent, Inst, Op, Region, Terminator, Type, Value},
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
    moving: bool,
}

/// A number known at run time that moves a pointer.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub value: Value,
    /// The pointer after it.
    moved: Value,
    /// Where that is made, and the verifier looks at the number.
    at: Block,
}

/// Why an access is not known to be inside.
enum Problem {
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
        let first = found.iter().find_map(|address| Some((address, self.problem(address, bytes, block)?)));
        if let Some((address, problem)) = first {
            // A copy has many accesses; one of them is enough to be told of.
            if self.diagnostics.iter().any(|d| d.span == span && d.code == &codes::OUT_OF_BOUNDS) {
                return;
            }
            let diagnostic = self.explain(span, address, (ptr, offset, bytes), problem);
            self.diagnostics.push(diagnostic);
        }
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
            return vec![(pointer, 0, pointee.extent, span)];
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
                    // A size that the user wrote is what is wrong with it.
                    let size =
                        args.get(i + 1).filter(|_| kinds.get(i + 1).is_some_and(|next| next.is_size()));
                    let span = size.and_then(|size| self.f.def(*size)).map_or(span, |size| self.f.span(size));
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
        let mut found = Vec::new();
        let mut work = vec![self.address(ptr, offset)];
        let mut seen = Vec::new();
        while let Some(address) = work.pop() {
            let param = self.f.def(address.root).is_none() && !self.f.ty(address.root).is_packet();
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

    fn address(&self, ptr: Value, offset: i64) -> Address {
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

    fn problem(&self, address: &Address, bytes: u32, block: Block) -> Option<Problem> {
        if self.f.ty(address.root).is_packet() {
            return (!self.in_packet(address, bytes, block)).then_some(Problem::Unproven);
        }
        if self.f.ty(address.root) == Type::Ptr(Region::PacketEnd) {
            return Some(Problem::End);
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
            Op::Call(_, args) => {
                args.iter().find_map(|arg| Some(self.module.maps[self.f.map(arg)?].value_size))
            }
            _ => None,
        }
    }

    // ---- packets ----

    fn in_packet(&self, address: &Address, bytes: u32, block: Block) -> bool {
        let end = address.constant.saturating_add(bytes.into());
        address.constant >= 0
            && address.parts.iter().all(|part| self.is_small(part))
            && (self.inside(address, end, block) || self.inside_when_followed(address, end, block))
    }

    /// Whether an instruction moves a pointer by what the verifier lets move one in a packet.
    pub(super) fn moves_little(&self, inst: Inst) -> bool {
        let (Op::Advance(_, by), Some(moved)) = (*self.f.op(inst), self.f.result(inst)) else { return false };
        self.is_small(&Part { value: by, moved, at: self.homes[moved].unwrap_or(self.f.entry()) })
    }

    /// Whether the verifier lets a number move a pointer in a packet (`find_good_pkt_pointers`).
    fn is_small(&self, part: &Part) -> bool {
        self.range(part.value, part.at, Eyes::Verifier).max <= limit::PACKET_OFFSET
    }

    fn inside(&self, address: &Address, end: i64, block: Block) -> bool {
        let promised = self.f.extent(address.root).filter(|_| address.parts.is_empty()).unwrap_or(0);
        let proven = || end <= i64::from(promised).max(self.proven(address, block));
        proven() || self.on_all_ways(address, end, 0)
    }

    /// The same where the last parts are numbers that the verifier knows on each way, as a loop's counter
    /// is in each round: they move the pointer as constants do, so a test of it without them will do.
    fn inside_when_followed(&self, address: &Address, end: i64, block: Block) -> bool {
        let rest = address.parts.iter().rposition(|part| !self.is_followed(part.value)).map_or(0, |i| i + 1);
        let (kept, followed) = address.parts.split_at(rest);
        if followed.is_empty() {
            return false;
        }
        let farthest = |part: &Part| self.range(part.value, part.at, Eyes::Verifier).high;
        let end = followed.iter().fold(end, |end, part| end.saturating_add(farthest(part)));
        let before = Address { parts: kept.to_vec(), ..*address };
        self.inside(&before, end, block)
    }

    /// Whether the bytes up to `end` are known to be there of every pointer that a joined one may
    /// be. Null is none: that it is not used is another proof. A way that leads in a circle proves
    /// nothing.
    fn on_all_ways(&self, address: &Address, end: i64, depth: u32) -> bool {
        const MOST_JOINS: u32 = 8;
        let joined = self.f.def(address.root).is_none();
        let home = self.homes[address.root].filter(|home| joined && *home != self.f.entry());
        let Some(home) = home.filter(|_| depth < MOST_JOINS) else { return false };
        let index = self.f.params(home).iter().position(|param| *param == address.root).unwrap_or(0);
        let fine = |pred: Block, arg: Value| {
            if self.f.constant(arg) == Some(0) {
                return true;
            }
            let mut from = self.address(arg, 0);
            let end = end.saturating_add(from.constant);
            from.parts.extend(&address.parts);
            let by_edge = self.proven_by(&from, pred, home).unwrap_or(0);
            end <= self.proven(&from, pred).max(by_edge) || self.on_all_ways(&from, end, depth + 1)
        };
        self.graph.preds(home).iter().all(|pred| {
            let mut edges = self.f.end(*pred).edges().filter(|edge| edge.block == home);
            edges.all(|edge| fine(*pred, edge.args[index]))
        })
    }

    /// How many bytes from the root and run-time parts of `address` on are known to be there.
    fn proven(&self, address: &Address, block: Block) -> i64 {
        let mut most = 0;
        let mut at = block;
        loop {
            if let [pred] = self.graph.preds(at) {
                most = most.max(self.proven_by(address, *pred, at).unwrap_or(0));
            }
            match self.graph.idom(at) {
                Some(up) => at = up,
                None => return most,
            }
        }
    }

    /// Whether what a test at the end of `block` says of `tested` holds of `root`: the verifier gives
    /// all that are loaded from one field of the context the same identity, and what it learns to
    /// those that it has at the time.
    fn same_root(&self, tested: Value, root: Value, block: Block) -> bool {
        if tested == root {
            return true;
        }
        let there = self.homes[root].is_some_and(|home| self.graph.dominates(home, block));
        match (self.f.def_op(tested), self.f.def_op(root)) {
            (Some(x @ Op::Load { ptr, .. }), Some(y)) => {
                there && x == y && self.f.ty(*ptr) == Type::Ptr(Region::Ctx)
            }
            _ => false,
        }
    }

    /// Whether two pointers were moved by the same numbers, and the verifier sees that they were. One that
    /// was widened twice is the same. Two pointers become one where both are [small](super::settle::settle).
    fn same_parts(&self, a: &[Part], b: &[Part]) -> bool {
        let same = |a: Value, b: Value| match (self.f.def_op(a), self.f.def_op(b)) {
            _ if a == b => true,
            (Some(x @ Op::Zext(_)), Some(y)) => x == y,
            _ => false,
        };
        let one = |a: &Part, b: &Part| a.moved == b.moved || self.is_small(a) && self.is_small(b);
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a.value, b.value) && one(a, b))
    }

    /// Whether memory with this root ends at `value`: the packet at its end; the metadata before it at its
    /// start, as it was loaded (`reg_is_init_pkt_pointer`, kernel/bpf/verifier.c).
    fn ends(&self, value: Value, root: Value) -> bool {
        match (self.f.ty(root), self.f.ty(value)) {
            (Type::Ptr(Region::PacketMeta), ty) => {
                ty == Type::Ptr(Region::Packet) && matches!(self.f.def_op(value), Some(Op::Load { .. }))
            }
            (_, ty) => ty == Type::Ptr(Region::PacketEnd),
        }
    }

    /// What the comparison at the end of `block` proves on its edge to `to`.
    fn proven_by(&self, address: &Address, block: Block, to: Block) -> Option<i64> {
        let Terminator::Branch(cond, a, b, then, _) = self.f.end(block) else { return None };
        let cond = if then.block == to { *cond } else { cond.inverted() };
        let is_end = |value: Value| self.ends(value, address.root);
        let (cond, pointer) = match (is_end(*a), is_end(*b)) {
            (false, true) => (cond, *a),
            (true, false) => (cond.swapped(), *b),
            _ => return None,
        };
        let tested = self.address(pointer, 0);
        if !self.same_root(tested.root, address.root, block)
            || !self.same_parts(&tested.parts, &address.parts)
        {
            return None;
        }
        match cond {
            Cond::Ule | Cond::Eq => Some(tested.constant),
            // The verifier counts the byte that "less" leaves only since 5.16 (commit 2fa7d94afc1a).
            Cond::Ult => Some(tested.constant),
            _ => None,
        }
    }

    // ---- messages ----

    /// What messages call the memory that starts at `root`, and its end.
    fn words(&self, root: Value) -> Words {
        match self.f.ty(root) {
            Type::Ptr(Region::PacketMeta) => Words { what: "metadata", start: "data-meta", end: "data" },
            _ => self.packet,
        }
    }

    /// Where the program subtracts packet pointers, if it does.
    fn distance(&self) -> Option<Span> {
        let mut insts = self.graph.order().iter().flat_map(|block| self.f.insts(*block));
        insts.find(|inst| matches!(self.f.op(**inst), Op::Distance(..))).map(|inst| self.f.span(*inst))
    }

    /// The variable that a pointer is, or is a constant number of bytes from. What a macro made up is no
    /// name; the packet's start has one even where the program does not give it one.
    fn named_start(&self, ptr: Value, offset: i64) -> Option<(&str, i64)> {
        let (mut at, mut from) = (ptr, offset);
        loop {
            match (self.called(at).filter(|name| !name.starts_with("#:")), self.f.def_op(at)) {
                (Some(name), _) => return Some((name, from)),
                (None, Some(Op::Advance(base, by))) => {
                    from = from.saturating_add(self.f.constant(*by)?);
                    at = *base;
                }
                (None, Some(Op::Load { .. })) => return Some((self.words(at).start, from)),
                (None, _) => return None,
            }
        }
    }

    /// The number that `part` is made of, how many bytes each one of it is, and whether it has a sign.
    fn scaled(&self, part: Value) -> (Value, i64, bool) {
        let (mut index, mut scale, mut signed) = (part, 1_i64, false);
        loop {
            let constant = |value| self.f.constant(value).filter(|n| (1..=i64::from(u32::MAX)).contains(n));
            match self.f.def_op(index) {
                Some(Op::Zext(inner)) => index = *inner,
                Some(Op::Sext(inner)) => (index, signed) = (*inner, true),
                Some(Op::Binary(Binary::Mul, inner, by)) if scale == 1 && constant(*by).is_some() => {
                    (index, scale) = (*inner, constant(*by).unwrap_or(1));
                }
                Some(Op::Binary(Binary::Shl, inner, by)) if scale == 1 && constant(*by).is_some() => {
                    (index, scale) = (*inner, 1 << constant(*by).unwrap_or(0).min(31));
                }
                _ => return (index, scale, signed),
            }
        }
    }

    fn explain(
        &self,
        span: Span,
        address: &Address,
        (ptr, offset, bytes): (Value, i32, u32),
        problem: Problem,
    ) -> Diagnostic {
        match problem {
            Problem::Outside(size) => {
                let (first, last) = (address.constant, address.constant + i64::from(bytes) - 1);
                let message = format!("bytes {first} to {last} are outside an object of {size} bytes");
                let error = Diagnostic::error(&codes::OUT_OF_BOUNDS, span, message);
                match self.f.def(address.root) {
                    Some(root) if self.f.span(root) != span => {
                        error.also(self.f.span(root), "the object is from here")
                    }
                    _ => error,
                }
                .help(match size.checked_sub(bytes) {
                    Some(last) => format!("the last {bytes} bytes start at offset {last}"),
                    None => format!("use at most {size} bytes, or make the object larger"),
                })
            }
            Problem::Part(part, size) => {
                let (index, scale, signed) = self.scaled(part);
                let name = self.called(index).unwrap_or("i");
                let message = format!("this may be outside an object of {size} bytes");
                let count = (i64::from(size) - i64::from(bytes) - address.constant).max(0) / scale + 1;
                let mut error = Diagnostic::error(&codes::OUT_OF_BOUNDS, span, message);
                if let Some(inst) = self.f.def(part) {
                    error = error.also(self.f.span(inst), "known at run time only");
                }
                let test = match signed {
                    true => format!("(and (>= {name} 0) (< {name} {count}))"),
                    false => format!("(< {name} {count})"),
                };
                error
                    .help(format!("test it before: `(when {test} …)`"))
                    .help(format!("or mask it: `(logand {name} {})`", mask(count)))
            }
            Problem::Moving => {
                let message = "the loop moves this pointer, perhaps beyond its object";
                let error = Diagnostic::error(&codes::OUT_OF_BOUNDS, span, message);
                error.help("leave the pointer where it is and add the loop's counter: `(+ p i)`")
            }
            Problem::End => {
                let words = self.packet;
                let message =
                    format!("`{}` is where the {} has ended: nothing is there", words.end, words.what);
                let error = Diagnostic::error(&codes::OUT_OF_BOUNDS, span, message);
                error.help(format!("read from `{}`, after a test against `{}`", words.start, words.end))
            }
            Problem::Unproven => {
                let end = address.constant + i64::from(bytes);
                let words = self.words(address.root);
                let plural = if end == 1 { "byte" } else { "bytes" };
                let message =
                    format!("the {} may be shorter than the {end} {plural} that this needs", words.what);
                let mut error = Diagnostic::error(&codes::OUT_OF_BOUNDS, span, message);
                if let Some(span) = self.distance() {
                    error = error.also(span, "this difference is a number, and tells the verifier nothing");
                }
                match self.named_start(ptr, offset.into()) {
                    Some((start, from)) => {
                        let end = from + i64::from(bytes);
                        let test = format!("(when (> (+ {start} {end}) {}) (return 1))", words.end);
                        error.help(format!("test it before: `{test}`"))
                    }
                    None => {
                        let test = format!("(when (> (+ p {bytes}) {}) (return 1))", words.end);
                        error.help(format!("bind the pointer and test it: `(let ((p …)) {test} …)`"))
                    }
                }
            }
        }
    }
}

/// Which argument of a helper says how many bytes it gives.
fn allocated(id: u32) -> Option<usize> {
    helper::by_id(id)?.args.iter().position(|arg| *arg == Arg::AllocSize)
}

/// The greatest mask that keeps a number below `count`, which is not 0.
fn mask(count: i64) -> i64 {
    (1 << count.ilog2()) - 1
}
