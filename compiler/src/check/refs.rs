//! What is reserved is given back, once, on every path, and not used afterwards.
//!
//! Records of ring buffers, sockets from lookups, and what the kernel's functions give.
//!
//! A forward dataflow over the calls that the catalogue says acquire something: what may still be [held](super::held), and
//! what may be gone; on an edge where a test has found null nothing is held. A pointer that was moved cannot be given
//! back, and the verifier says the same; one that is another reference on each way can. Used after that none can be,
//! also as one of several that a joined pointer may be.

use std::collections::BTreeSet;

use bpfl_stdlib::catalog::{
    helper::{self, Arg, Ret},
    kfunc::Reference,
};

use super::{
    Proof,
    calls::is_tail_call,
    flow::{self, Flow},
    held::State,
};
use crate::{
    arena::Arena,
    diagnostic::{Diagnostic, codes},
    ir::{Block, Cond, Edge, Inst, Kept, Module, Op, Region, Terminator, Type, Value},
    source::Span,
};

/// Reports every leak and every use of what is gone.
pub fn check(proof: &mut Proof<'_>) {
    let insts = proof.graph.order().iter().flat_map(|block| proof.f.insts(*block));
    let concerned = |inst: Inst| acquires(proof, inst) || released(proof, proof.f.op(inst)).is_some();
    if !insts.into_iter().any(|inst| concerned(*inst)) {
        return; // As in most programs.
    }
    let mut analysis = Analysis { proof, entry: Arena::new() };
    analysis.entry = flow::entries(analysis.proof.f, &analysis.proof.graph, &analysis);
    analysis.report();
}

fn acquires(proof: &Proof<'_>, inst: Inst) -> bool {
    match proof.f.op(inst) {
        // What is looked up in a map of sockets is held (`is_acquire_function`, kernel/bpf/verifier.c).
        Op::Call(id, _) => helper::by_id(*id).is_some_and(|row| {
            let socket =
                || proof.f.result(inst).is_some_and(|of| proof.f.ty(of) == Type::Ptr(Region::Socket));
            row.acquires || row.ret == Ret::ValueOrNull && socket()
        }),
        op @ Op::Kfunc(..) => matches!(reference(proof.module, op), Some(Reference::Acquires { .. })),
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

    /// The message about giving back what is no reference, and the way out.
    fn never_held(self) -> (&'static str, &'static str) {
        match self {
            Self::Record => (
                "this is not where a record starts",
                "only what `ringbuf-reserve` gave is submitted or discarded, and by its own pointer",
            ),
            Self::Socket => (
                "this socket is not one that a lookup gave",
                "only what `sk-lookup-tcp` and its kin give is released, and by its own pointer",
            ),
            Self::Object(_) => (
                "no reference was taken to this",
                "only what a function such as `bpf_task_from_pid` gave is given back",
            ),
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

struct Analysis<'p, 'a> {
    proof: &'p mut Proof<'a>,
    entry: Arena<Block, Option<State>>,
}

impl Flow for Analysis<'_, '_> {
    type State = State;

    fn step(&self, inst: Inst, state: &mut State) {
        let f = self.proof.f;
        if let Some(value) = released(self.proof, f.op(inst)) {
            state.release(value, inst);
        }
        if acquires(self.proof, inst)
            && let Some(value) = f.result(inst)
        {
            state.acquire(value);
        }
    }

    fn along(&self, block: Block, index: usize, edge: &Edge, state: &mut State) {
        if let Some(null) = self.found_null(block, index) {
            state.null(null);
        }
        let f = self.proof.f;
        let pairs =
            f.params(edge.block).iter().zip(&edge.args).filter(|(param, _)| f.ty(**param).is_pointer());
        state.pass(&pairs.map(|(param, arg)| (*param, *arg, self.root(*arg))).collect::<Vec<_>>());
    }

    fn join(&self, known: &mut State, arriving: State) -> bool {
        known.join(arriving)
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
                if is_tail_call(f.op(*inst)) {
                    let help = "give it back before: where there is a program to go on in, `tail-call` does not come back";
                    self.leaks(&state, &mut leaked, f.span(*inst), Some(help));
                }
            }
            if let Terminator::Return(_) = f.end(block) {
                self.leaks(&state, &mut leaked, f.end_span(block), None);
            }
        }
    }

    fn uses(&mut self, inst: Inst, state: &State) {
        let f = self.proof.f;
        if state.all_there() {
            return self.never_held(inst);
        }
        let mut used = None;
        f.op(inst).each_operand(|value| {
            let root = self.root(value);
            used = used.or(state.gone(root).filter(|_| f.ty(value).is_pointer()));
        });
        let Some(call) = used else { return self.never_held(inst) };
        let Some(root) = released(self.proof, f.op(call)) else { return };
        let name = self.proof.called(root).unwrap_or(Kind::of(self.proof, root).name());
        let message = format!("`{name}` was given back before this");
        let error = Diagnostic::error(&codes::RELEASED, f.span(inst), message);
        let error = error.also(f.span(call), "given back here").help("move the use before it");
        self.proof.diagnostics.push(error);
    }

    /// Only what a call gave can be given back.
    fn never_held(&mut self, inst: Inst) {
        let f = self.proof.f;
        let Some(value) = released(self.proof, f.op(inst)).filter(|value| !self.is_reference(*value)) else {
            return;
        };
        let (message, help) = Kind::of(self.proof, value).never_held();
        let error = Diagnostic::error(&codes::RELEASED, f.span(inst), message);
        self.proof.diagnostics.push(error.help(help));
    }

    /// Whether a pointer is what some call gave, or null, on every way.
    fn is_reference(&self, value: Value) -> bool {
        let f = self.proof.f;
        let (mut seen, mut work) = (BTreeSet::new(), vec![value]);
        while let Some(value) = work.pop() {
            if !seen.insert(value) || f.constant(value) == Some(0) {
                continue;
            }
            match (f.def(value), self.proof.homes[value]) {
                (Some(inst), _) if acquires(self.proof, inst) => {}
                (None, Some(home)) if home != f.entry() => work.extend(self.proof.arguments(value, home)),
                _ => return false,
            }
        }
        true
    }

    /// The value that `value` was moved from, or another view of.
    fn root(&self, value: Value) -> Value {
        let mut at = value;
        while let Some(inst) = self.proof.f.def(at) {
            at = match self.proof.f.op(inst) {
                Op::Advance(base, _) => *base,
                Op::Call(id, args) if !acquires(self.proof, inst) && views(*id) => match args.iter().next() {
                    Some(socket) => socket,
                    None => break,
                },
                _ => break,
            };
        }
        at
    }

    /// Reports what is held where the program is left, once each.
    fn leaks(&mut self, state: &State, leaked: &mut Vec<Value>, exit: Span, help: Option<&str>) {
        let f = self.proof.f;
        for value in state.held() {
            if leaked.contains(&value) {
                continue;
            }
            leaked.push(value);
            let span = f.def(value).map_or(exit, |inst| f.span(inst));
            let (message, usual) = Kind::of(self.proof, value).leak();
            let why = if help.is_some() {
                "another program may go on here"
            } else {
                "the program may end here with it"
            };
            let error = Diagnostic::error(&codes::LEAK, span, message).also(exit, why);
            self.proof.diagnostics.push(error.help(help.map_or(usual, str::to_string)));
        }
    }
}
