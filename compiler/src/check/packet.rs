//! How much of a packet is known to be there: what comparisons with its end on every way to an access say.

use std::collections::HashMap;

use bpfl_stdlib::catalog::limit;

use super::{
    Proof,
    bounds::{Address, Part},
    range::Eyes,
};
use crate::ir::{Block, Cond, Inst, Op, Region, Terminator, Type, Value};

/// How many joins, one behind another, are followed to what a pointer may be.
const MOST_DEPTH: u32 = 8;
/// How many joins in all are followed to what a pointer may be.
const MOST_JOINS: usize = 64;
/// How many bytes are there from a pointer on, which is a root and run-time parts.
type Least = HashMap<(Value, Vec<Value>), i64>;

/// A way to a block on which a joined pointer is another one.
struct Way {
    pred: Block,
    home: Block,
    /// That pointer, moved on by what moves the joined one at run time.
    address: Address,
}

impl Proof<'_> {
    pub(super) fn in_packet(&self, address: &Address, bytes: u32, block: Block) -> bool {
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
        let Some(ways) = self.ways(address).filter(|_| depth < MOST_DEPTH) else { return false };
        ways.into_iter().all(|mut way| {
            let end = end.saturating_add(way.address.constant);
            if !self.f.ty(way.address.root).is_packet() {
                way.address.constant = end - 1;
                return self.problem(&way.address, 1, way.pred).is_none();
            }
            end <= self.proven_on(&way) || self.on_all_ways(&way.address, end, depth + 1)
        })
    }

    /// The ways on which the root of `address`, if it is a joined pointer, comes to be one that is not null.
    fn ways(&self, address: &Address) -> Option<Vec<Way>> {
        let joined = self.f.def(address.root).is_none();
        let home = self.homes[address.root].filter(|home| joined && *home != self.f.entry())?;
        let index = self.f.params(home).iter().position(|param| *param == address.root)?;
        let mut ways = Vec::new();
        for pred in self.graph.preds(home) {
            let edges = self.f.end(*pred).edges().filter(|edge| edge.block == home);
            for arg in edges.map(|edge| edge.args[index]).filter(|arg| self.f.constant(*arg) != Some(0)) {
                let mut from = self.address(arg, 0);
                from.parts.extend(&address.parts);
                ways.push(Way { pred: *pred, home, address: from });
            }
        }
        Some(ways)
    }

    /// How many bytes from the root and run-time parts of a way's pointer on are known to be there at its end.
    fn proven_on(&self, way: &Way) -> i64 {
        let by_edge = self.proven_by(&way.address, way.pred, way.home).unwrap_or(0);
        self.proven(&way.address, way.pred).max(by_edge)
    }

    /// How many bytes of a packet are known to be there from a pointer on.
    pub(super) fn proven_from(&self, pointer: Value, block: Block) -> u32 {
        let address = self.address(pointer, 0);
        if address.constant < 0 || !address.parts.iter().all(|part| self.is_small(part)) {
            return 0;
        }
        let promised = self.f.extent(address.root).filter(|_| address.parts.is_empty()).unwrap_or(0);
        let least = self.least(&address, &mut HashMap::new());
        let proven = self.proven(&address, block).max(promised.into()).max(least);
        u32::try_from(proven.saturating_sub(address.constant)).unwrap_or(0)
    }

    /// How many bytes from the root of `address` on are known to be there of every pointer that it may be, as
    /// [`on_all_ways`](Self::on_all_ways) has it; `known` are those that were asked for.
    fn least(&self, address: &Address, known: &mut Least) -> i64 {
        let Some(ways) = self.ways(address).filter(|_| known.len() < MOST_JOINS) else { return 0 };
        let key = (address.root, address.parts.iter().map(|part| part.value).collect());
        if let Some(least) = known.get(&key) {
            return *least;
        }
        // A way that leads in a circle proves nothing.
        known.insert(key.clone(), 0);
        let mut least = None;
        for way in ways {
            let there = self.proven_on(&way).max(self.least(&way.address, known));
            let there = there.saturating_sub(way.address.constant);
            least = Some(least.map_or(there, |least: i64| least.min(there)));
        }
        *known.entry(key).or_default() = least.unwrap_or(0);
        least.unwrap_or(0)
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
    /// was widened twice is the same, also with a sign, which it has none of where it is small. Two pointers
    /// become one where both are [small](super::settle::settle).
    fn same_parts(&self, a: &[Part], b: &[Part]) -> bool {
        let same = |a: Value, b: Value| match (self.f.def_op(a), self.f.def_op(b)) {
            _ if a == b => true,
            (Some(x @ (Op::Zext(_) | Op::Sext(_))), Some(y)) => x == y,
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
        // Of a pointer that may be farther away it learns nothing (`find_good_pkt_pointers`).
        let farthest = |part: &Part| self.range(part.value, part.at, Eyes::Verifier).max;
        let reach =
            tested.parts.iter().map(farthest).fold(tested.constant.max(0) as u64, u64::saturating_add);
        if reach > limit::PACKET_OFFSET {
            return None;
        }
        match cond {
            Cond::Ule | Cond::Eq => Some(tested.constant),
            // The verifier counts the byte that "less" leaves only since 5.16 (commit 2fa7d94afc1a).
            Cond::Ult => Some(tested.constant),
            _ => None,
        }
    }
}
