//! No packet pointer is used after a helper that may have moved the packet.
//!
//! A forward dataflow over the packet pointers that instructions and parameters define: a helper
//! that the catalogue says invalidates them makes all of them stale, and one loaded anew is fresh
//! again. What is fresh where an access stands was loaded after the last such call on every path,
//! and so was every test of it.

use std::collections::HashMap;

use bpfl_stdlib::catalog::helper;

use super::{
    Proof,
    flow::{self, Flow},
};
use crate::{
    arena::Arena,
    diagnostic::{Diagnostic, codes},
    ir::{Block, Edge, Func, Inst, Op, Region, Type, Value},
};

/// Reports every use of a stale pointer.
pub fn check(proof: &mut Proof<'_>) {
    let insts = proof.graph.order().iter().flat_map(|block| proof.f.insts(*block));
    if !insts.into_iter().any(|inst| moves_packet(proof, proof.f.op(*inst))) {
        return; // As in most programs.
    }
    let mut analysis = Analysis { proof, entry: Arena::new() };
    analysis.entry = flow::entries(analysis.proof.f, &analysis.proof.graph, &analysis);
    analysis.report();
}

/// Whether packet pointers are stale after an instruction.
pub fn moves_packet(proof: &Proof<'_>, op: &Op) -> bool {
    match op {
        Op::Call(id, args) => {
            let moves = |func: &Func| proof.callees.get(*func).is_some_and(|callee| callee.moves_packet);
            let back =
                args.iter().any(|arg| matches!(proof.f.def_op(arg), Some(Op::FuncAddr(f)) if moves(f)));
            back || helper::by_id(*id).is_some_and(|row| row.moves_packet)
        }
        Op::CallFunction(func, _) => proof.callees.get(*func).is_some_and(|callee| callee.moves_packet),
        _ => false,
    }
}

/// The stale pointers at some point, each with the call that made it so.
type Stale = HashMap<Value, Inst>;

struct Analysis<'p, 'a> {
    proof: &'p mut Proof<'a>,
    entry: Arena<Block, Option<Stale>>,
}

impl Flow for Analysis<'_, '_> {
    type State = Stale;

    /// What an instruction makes stale and fresh.
    fn step(&self, inst: Inst, stale: &mut Stale) {
        let f = self.proof.f;
        if moves_packet(self.proof, f.op(inst)) {
            let roots = (0..f.value_count()).map(crate::arena::Entity::new);
            stale.extend(roots.filter(|value| self.is_packet(*value)).map(|value| (value, inst)));
        }
        f.result(inst).iter().for_each(|value| {
            stale.remove(value);
        });
    }

    fn along(&self, _: Block, _: usize, edge: &Edge, stale: &mut Stale) {
        let params = self.proof.f.params(edge.block).iter().zip(&edge.args);
        let packets = params.filter(|(param, _)| self.is_packet(**param));
        let found: Vec<_> =
            packets.map(|(param, arg)| (*param, stale.get(&self.root(*arg)).copied())).collect();
        for (param, call) in found {
            match call {
                Some(call) => stale.insert(param, call),
                None => stale.remove(&param),
            };
        }
    }

    fn join(&self, known: &mut Stale, arriving: Stale) -> bool {
        let before = known.len();
        arriving.into_iter().for_each(|(value, call)| {
            known.entry(value).or_insert(call);
        });
        known.len() != before
    }
}

impl Analysis<'_, '_> {
    fn is_packet(&self, value: Value) -> bool {
        let ty = self.proof.f.ty(value);
        ty.is_packet() || ty == Type::Ptr(Region::PacketEnd)
    }

    /// The pointer that `value` was moved from.
    fn root(&self, value: Value) -> Value {
        let mut at = value;
        while let Some(Op::Advance(base, _)) = self.proof.f.def_op(at) {
            at = *base;
        }
        at
    }

    fn report(&mut self) {
        let f = self.proof.f;
        for block in self.proof.graph.order().to_vec() {
            let Some(mut stale) = self.entry[block].clone() else { continue };
            for inst in f.insts(block) {
                let mut used = None;
                if let Op::Load { ptr, .. } | Op::Store { ptr, .. } | Op::Atomic { ptr, .. } = f.op(*inst) {
                    used = stale.get(&self.root(*ptr)).copied();
                }
                if let Op::CallFunction(_, args) = f.op(*inst) {
                    used = args.iter().find_map(|arg| stale.get(&self.root(arg)).copied());
                }
                if let Some(call) = used {
                    let diagnostic = self.diagnostic(*inst, call);
                    self.proof.diagnostics.push(diagnostic);
                }
                self.step(*inst, &mut stale);
            }
        }
    }

    fn diagnostic(&self, inst: Inst, call: Inst) -> Diagnostic {
        let f = self.proof.f;
        let name = match f.op(call) {
            Op::Call(id, _) => helper::by_id(*id).map_or("this call", |row| row.name),
            Op::CallFunction(func, _) => self.proof.module.function(*func).map_or("this call", |f| &f.name),
            _ => "this call",
        };
        let name = name.replace('_', "-");
        let message = format!("`{name}` may have moved the packet since this pointer was read");
        Diagnostic::error(&codes::STALE_PACKET, f.span(inst), message)
            .also(f.span(call), "the packet may move here")
            .help("read `(ctx data)` and `(ctx data-end)` again after the call, and test again")
    }
}
