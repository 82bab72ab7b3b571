//! What is reserved is given back, once, on every path, and not used afterwards.
//!
//! Records of ring buffers, sockets from lookups, and what the kernel's functions give.
//!
//! A forward dataflow over the calls that the catalogue says acquire something. The state of each
//! is whether it may still be held and whether it may be gone; on an edge where a test has found
//! null nothing is held. Its pointer must be the call's own result: one that is moved or joined
//! with another cannot be given back, and the verifier says the same. Used after that it cannot be either, also
//! as one of several that a joined pointer may be.

use std::collections::{BTreeMap, BTreeSet};

use bpfl_stdlib::catalog::{
    helper::{self, Arg, Ret},
    kfunc::Reference,
};

use super::{
    Proof,
    flow::{self, Flow},
};
use crate::{
    arena::Arena,
    diagnostic::{Diagnostic, codes},
    ir::{Block, Cond, Edge, Inst, Kept, Module, Op, Region, Terminator, Type, Value},
};

/// Reports every leak and every use of what is gone.
pub fn check(proof: &mut Proof<'_>) {
    let insts = proof.graph.order().iter().flat_map(|block| proof.f.insts(*block));
    let module = proof.module;
    let concerned = |op: &Op| acquires(module, op) || released(proof, op).is_some();
    if !insts.into_iter().any(|inst| concerned(proof.f.op(*inst))) {
        return; // As in most programs.
    }
    let mut analysis = Analysis { proof, entry: Arena::new() };
    analysis.entry = flow::entries(analysis.proof.f, &analysis.proof.graph, &analysis);
    analysis.report();
}

fn acquires(module: &Module, op: &Op) -> bool {
    match op {
        Op::Call(id, _) => helper::by_id(*id).is_some_and(|row| row.acquires),
        Op::Kfunc(..) => matches!(reference(module, op), Some(Reference::Acquires { .. })),
        _ => false,
    }
}

/// What a function of the kernel's does with references.
fn reference(module: &Module, op: &Op) -> Option<Reference> {
    let Op::Kfunc(id, _) = op else { return None };
    module.kfuncs.get(*id)?.reference
}

/// The value that a call gives back, if it does.
fn released(proof: &Proof<'_>, op: &Op) -> Option<Value> {
    if let (Op::Kfunc(_, args), Some(Reference::Releases)) = (op, reference(proof.module, op)) {
        return args.iter().next();
    }
    let Op::Call(id, args) = op else { return None };
    let kinds = helper::by_id(*id).map_or(&[][..], |row| row.args);
    let gives_back = |(value, kind): &(Value, &Arg)| match kind {
        Arg::RingbufMem | Arg::SockReleased => true,
        Arg::KptrOrNull => proof.f.constant(*value) != Some(0),
        _ => false,
    };
    args.iter().zip(kinds).find(gives_back).map(|(value, _)| value)
}

/// Whether a helper gives another view of the socket it is given, which lives as long as that one.
fn views(id: u32) -> bool {
    let socket = |ret: Ret| matches!(ret, Ret::SocketOrNull | Ret::TcpSockOrNull | Ret::BtfOrNull(_));
    helper::by_id(id).is_some_and(|row| row.args == [Arg::SockCommon] && socket(row.ret))
        || helper::by_id(id).is_some_and(|row| row.args == [Arg::Sock] && socket(row.ret))
}

/// What is held.
#[derive(Clone, Copy)]
enum Kind {
    Record,
    Socket,
    /// Something of the kernel's, and the function that gives it back.
    Object(&'static str),
}

impl Kind {
    fn of(proof: &Proof<'_>, value: Value) -> Self {
        match proof.f.ty(value) {
            Type::Ptr(Region::Socket) => Self::Socket,
            Type::Ptr(Region::Kernel) => {
                let kept = proof.f.def(value).and_then(|inst| proof.f.kept.get(&inst));
                match (kept, proof.f.def_op(value).and_then(|op| reference(proof.module, op))) {
                    (Some(Kept::Exchanges { release }), _) => Self::Object(release),
                    (_, Some(Reference::Acquires { release, .. })) => Self::Object(release),
                    _ => Self::Object("its release function"),
                }
            }
            _ => Self::Record,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Record => "this record",
            Self::Socket => "this socket",
            Self::Object(_) => "this reference",
        }
    }

    /// The message about a leak, and the way out.
    fn leak(self) -> (&'static str, String) {
        match self {
            Self::Record => (
                "what is reserved here is not given back on every path",
                "submit or discard it on every path, or use `with-ringbuf`, which does".into(),
            ),
            Self::Socket => (
                "the socket found here is not released on every path",
                "call `(sk-release sk)` on every path on which it is not null".into(),
            ),
            Self::Object(release) => (
                "the reference taken here is not given back on every path",
                format!("call `{release}`, made known by `defkfunc`, on every path on which it is not null"),
            ),
        }
    }
}

/// What may be true of something acquired.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Held {
    held: bool,
    gone: Option<Inst>,
}

/// What was acquired on the way, by the value that stands for it.
type State = BTreeMap<Value, Held>;

struct Analysis<'p, 'a> {
    proof: &'p mut Proof<'a>,
    entry: Arena<Block, Option<State>>,
}

impl Flow for Analysis<'_, '_> {
    type State = State;

    fn step(&self, inst: Inst, state: &mut State) {
        let f = self.proof.f;
        if let Some(value) = released(self.proof, f.op(inst)) {
            state.insert(value, Held { held: false, gone: Some(inst) });
        }
        if acquires(self.proof.module, f.op(inst))
            && let Some(value) = f.result(inst)
        {
            state.insert(value, Held { held: true, gone: None });
        }
    }

    fn along(&self, block: Block, index: usize, _: &Edge, state: &mut State) {
        if let Some(null) = self.found_null(block, index) {
            state.remove(&null);
        }
    }

    fn join(&self, known: &mut State, arriving: State) -> bool {
        let before = known.clone();
        for (value, held) in arriving {
            let own = known.entry(value).or_default();
            own.held |= held.held;
            own.gone = own.gone.or(held.gone);
        }
        *known != before
    }
}

impl Analysis<'_, '_> {
    /// The value that edge `index` of a block's end has found to be null.
    fn found_null(&self, block: Block, index: usize) -> Option<Value> {
        let f = self.proof.f;
        let Terminator::Branch(cond, a, b, ..) = f.end(block) else { return None };
        let null = |value: Value| f.constant(value) == Some(0);
        let pointer = if null(*b) {
            *a
        } else if null(*a) {
            *b
        } else {
            return None;
        };
        match (cond, index) {
            (Cond::Eq, 0) | (Cond::Ne, 1) => Some(pointer),
            _ => None,
        }
    }

    // ---- messages ----

    fn report(&mut self) {
        let f = self.proof.f;
        let mut leaked = Vec::new();
        for block in self.proof.graph.order().to_vec() {
            let Some(mut state) = self.entry[block].clone() else { continue };
            for inst in f.insts(block) {
                self.uses(*inst, &state);
                self.step(*inst, &mut state);
            }
            if let Terminator::Return(_) = f.end(block) {
                for (value, _) in state.iter().filter(|(_, held)| held.held) {
                    if !leaked.contains(value) {
                        leaked.push(*value);
                        self.leak(*value, block);
                    }
                }
            }
        }
    }

    fn uses(&mut self, inst: Inst, state: &State) {
        let f = self.proof.f;
        if state.values().all(|held| held.gone.is_none()) {
            return self.never_held(inst);
        }
        let mut used = None;
        f.op(inst).each_operand(|value| used = used.or(self.gone(value, state)));
        let Some((root, call)) = used else { return self.never_held(inst) };
        let name = self.proof.called(root).unwrap_or(Kind::of(self.proof, root).name());
        let message = format!("`{name}` was given back before this");
        let error = Diagnostic::error(&codes::RELEASED, f.span(inst), message);
        let error = error.also(f.span(call), "given back here").help("move the use before it");
        self.proof.diagnostics.push(error);
    }

    /// Only what a lookup gave can be released; a record's origin its type already tells.
    fn never_held(&mut self, inst: Inst) {
        let f = self.proof.f;
        let Some(value) = released(self.proof, f.op(inst)) else { return };
        if f.def_op(value).is_some_and(|op| acquires(self.proof.module, op)) {
            return;
        }
        if let Kind::Object(_) = Kind::of(self.proof, value) {
            let message = "no reference was taken to this";
            let error = Diagnostic::error(&codes::RELEASED, f.span(inst), message);
            let error = error.help("only what a function such as `bpf_task_from_pid` gave is given back");
            return self.proof.diagnostics.push(error);
        }
        let message = "this socket is not one that a lookup gave";
        let error = Diagnostic::error(&codes::RELEASED, f.span(inst), message);
        let error =
            error.help("only what `sk-lookup-tcp` and its kin give is released, and by its own pointer");
        self.proof.diagnostics.push(error);
    }

    /// What a pointer leads to that was given back, on one way to it or on all, and the call that did.
    fn gone(&self, value: Value, state: &State) -> Option<(Value, Inst)> {
        let (mut seen, mut work) = (BTreeSet::new(), vec![self.root(value)]);
        while let Some(root) = work.pop().filter(|_| self.proof.f.ty(value).is_pointer()) {
            if let Some(call) = state.get(&root).and_then(|held| held.gone) {
                return Some((root, call));
            }
            let home = self.proof.homes[root].filter(|home| *home != self.proof.f.entry());
            let joined = home.filter(|_| self.proof.f.def(root).is_none() && seen.insert(root));
            work.extend(
                joined.into_iter().flat_map(|home| self.proof.arguments(root, home)).map(|of| self.root(of)),
            );
        }
        None
    }

    /// The value that `value` was moved from, or another view of.
    fn root(&self, value: Value) -> Value {
        let mut at = value;
        while let Some(op) = self.proof.f.def_op(at) {
            at = match op {
                Op::Advance(base, _) => *base,
                Op::Call(id, args) if !acquires(self.proof.module, op) && views(*id) => {
                    match args.iter().next() {
                        Some(socket) => socket,
                        None => break,
                    }
                }
                _ => break,
            };
        }
        at
    }

    fn leak(&mut self, value: Value, block: Block) {
        let f = self.proof.f;
        let span = f.def(value).map_or(f.end_span(block), |inst| f.span(inst));
        let (message, help) = Kind::of(self.proof, value).leak();
        let error = Diagnostic::error(&codes::LEAK, span, message);
        self.proof
            .diagnostics
            .push(error.also(f.end_span(block), "the program may end here with it").help(help));
    }
}
