//! Dynptrs are set up before they are used, left alone meanwhile, and given back where a ring buffer is
//! behind them.
//!
//! A forward dataflow over the stack objects that helpers set up: which of "not set up", "of memory" and "of
//! a ring buffer's record" each may be. Always holds for what passes: a helper is given one that is set
//! up on every way there; one that holds a record is submitted or discarded on every way to an end, also where
//! the reservation found no room; nothing but those helpers reads or writes it; and no pointer that
//! `dynptr-data` gave is used once its dynptr is another (`process_dynptr_func`, kernel/bpf/verifier.c).

use std::collections::BTreeMap;

use bpfl_stdlib::catalog::helper::{self, Arg, Helper};

use super::{
    Proof,
    flow::{self, Flow},
};
use crate::{
    arena::Arena,
    diagnostic::{Diagnostic, codes},
    ir::{Block, Inst, Op, Region, Slot, Terminator, Type, Value},
    source::Span,
};

/// Reports every dynptr that is not used as it must be.
pub fn check(proof: &mut Proof<'_>) {
    let insts = proof.graph.order().iter().flat_map(|block| proof.f.insts(*block));
    if !insts.into_iter().any(|inst| takes_dynptr(proof.f.op(*inst))) {
        return; // As in most programs.
    }
    let mut analysis = Analysis { proof, entry: Arena::new(), said: Vec::new() };
    analysis.entry = flow::entries(analysis.proof.f, &analysis.proof.graph, &analysis);
    analysis.report();
}

fn takes_dynptr(op: &Op) -> bool {
    row(op).is_some_and(|row| row.args.iter().any(|arg| is_dynptr(*arg)))
}

fn row(op: &Op) -> Option<&'static Helper> {
    match op {
        Op::Call(id, _) => helper::by_id(*id),
        _ => None,
    }
}

fn is_dynptr(arg: Arg) -> bool {
    matches!(arg, Arg::Dynptr | Arg::UninitDynptr | Arg::DynptrReleased)
}

/// What a dynptr may be, and what set it up or made it go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct May {
    /// Not set up, or given back.
    unset: bool,
    /// Of memory that nobody need give back.
    memory: bool,
    /// Of a reserved record, since this instruction.
    record: Option<Inst>,
}

impl May {
    const UNSET: Self = Self { unset: true, memory: false, record: None };

    fn join(self, other: Self) -> Self {
        Self {
            unset: self.unset || other.unset,
            memory: self.memory || other.memory,
            record: self.record.or(other.record),
        }
    }

    fn is_set(self) -> bool {
        self.memory || self.record.is_some()
    }
}

/// What is known on the way.
#[derive(Clone, PartialEq, Eq, Default)]
struct State {
    /// Those that may be set up; others are not.
    dynptrs: BTreeMap<Slot, May>,
    /// Pointers that `dynptr-data` gave and that lead nowhere since an instruction.
    gone: BTreeMap<Value, Inst>,
}

impl State {
    fn may(&self, slot: Slot) -> May {
        self.dynptrs.get(&slot).copied().unwrap_or(May::UNSET)
    }
}

struct Analysis<'p, 'a> {
    proof: &'p mut Proof<'a>,
    entry: Arena<Block, Option<State>>,
    /// Where something was reported: a copy has many accesses.
    said: Vec<Span>,
}

impl Flow for Analysis<'_, '_> {
    type State = State;

    fn step(&self, inst: Inst, state: &mut State) {
        let f = self.proof.f;
        for (value, arg) in self.given(inst) {
            let Some(slot) = self.slot(value) else { continue };
            let may = match arg {
                Arg::UninitDynptr if row(f.op(inst)).is_some_and(|row| row.name.starts_with("ringbuf")) => {
                    May { unset: false, memory: false, record: Some(inst) }
                }
                Arg::UninitDynptr => May { unset: false, memory: true, record: None },
                Arg::DynptrReleased => May::UNSET,
                _ => continue,
            };
            state.dynptrs.insert(slot, may);
            state.gone.extend(self.pointers_of(slot).map(|pointer| (pointer, inst)));
        }
        if let Some(result) = f.result(inst) {
            state.gone.remove(&result);
        }
        if let Op::Store { ptr, .. } = f.op(inst)
            && let Some((slot, _)) = self.inside(*ptr)
            // What holds a record is not written over, which has been said.
            && state.dynptrs.get(&slot).is_some_and(|may| may.record.is_none())
        {
            state.dynptrs.insert(slot, May::UNSET);
        }
    }

    fn join(&self, known: &mut State, arriving: State) -> bool {
        let before = known.clone();
        let slots: Vec<Slot> = known.dynptrs.keys().chain(arriving.dynptrs.keys()).copied().collect();
        for slot in slots {
            let may = known.may(slot).join(arriving.may(slot));
            known.dynptrs.insert(slot, may);
        }
        // The first that is found stays: else two ways around a loop would take turns.
        for (value, inst) in arriving.gone {
            known.gone.entry(value).or_insert(inst);
        }
        *known != before
    }
}

impl Analysis<'_, '_> {
    /// The dynptrs that an instruction is given, each with how.
    fn given(&self, inst: Inst) -> Vec<(Value, Arg)> {
        let op = self.proof.f.op(inst);
        let (Op::Call(_, args), Some(row)) = (op, row(op)) else { return Vec::new() };
        args.iter()
            .zip(row.args)
            .filter(|(_, arg)| is_dynptr(**arg))
            .map(|(value, arg)| (value, *arg))
            .collect()
    }

    /// The stack object that a pointer is the start of.
    fn slot(&self, value: Value) -> Option<Slot> {
        let (slot, offset) = self.inside(value)?;
        (offset == Some(0)).then_some(slot)
    }

    /// The stack object that a pointer points into, and where, if that is known.
    fn inside(&self, value: Value) -> Option<(Slot, Option<i64>)> {
        let (mut at, mut offset) = (value, Some(0_i64));
        loop {
            match self.proof.f.def_op(at)? {
                Op::SlotAddr(slot) => return Some((*slot, offset)),
                Op::Advance(base, by) => {
                    offset = offset.zip(self.proof.f.constant(*by)).map(|(a, b)| a.saturating_add(b));
                    at = *base;
                }
                _ => return None,
            }
        }
    }

    /// What `dynptr-data` gives of the dynptr in a stack object, anywhere.
    fn pointers_of(&self, slot: Slot) -> impl Iterator<Item = Value> {
        let f = self.proof.f;
        let insts = self.proof.graph.order().iter().flat_map(|block| f.insts(*block));
        let gives = |inst: &&Inst| row(f.op(**inst)).is_some_and(|row| row.name == "dynptr_data");
        let own =
            move |inst: &&Inst| self.given(**inst).iter().any(|(value, _)| self.slot(*value) == Some(slot));
        insts.filter(gives).filter(own).filter_map(|inst| f.result(*inst))
    }

    // ---- messages ----

    fn report(&mut self) {
        let f = self.proof.f;
        for block in self.proof.graph.order().to_vec() {
            let Some(mut state) = self.entry[block].clone() else { continue };
            for inst in f.insts(block) {
                self.given_rightly(*inst, &state);
                self.left_alone(*inst, &state);
                self.not_gone(*inst, &state);
                self.step(*inst, &mut state);
            }
            if let Terminator::Return(_) = f.end(block) {
                let held: Vec<Inst> = state.dynptrs.values().filter_map(|may| may.record).collect();
                held.into_iter().for_each(|inst| self.leak(inst, block));
            }
        }
    }

    fn say(&mut self, diagnostic: Diagnostic) {
        if !self.said.contains(&diagnostic.span) {
            self.said.push(diagnostic.span);
            self.proof.diagnostics.push(diagnostic);
        }
    }

    /// What a helper is given is what it wants.
    fn given_rightly(&mut self, inst: Inst, state: &State) {
        let span = self.proof.f.span(inst);
        for (value, arg) in self.given(inst) {
            if self.proof.f.ty(value) == Type::Ptr(Region::Dynptr) {
                continue;
            }
            let Some(slot) = self.slot(value) else {
                let message =
                    "a dynptr stays where it is made: this may be one of several, or part of something";
                let error = Diagnostic::error(&codes::DYNPTR, span, message);
                self.say(error.help("name it: `(let ((d (make-bpf-dynptr))) …)`"));
                continue;
            };
            match self.misgiven(state.may(slot), arg, span) {
                Some(error) => self.say(error),
                None => continue,
            }
        }
    }

    fn misgiven(&self, may: May, arg: Arg, span: Span) -> Option<Diagnostic> {
        let f = self.proof.f;
        match (arg, may) {
            (Arg::UninitDynptr, May { record: Some(since), .. }) => {
                let message = "the record that this dynptr holds would be lost";
                let error =
                    Diagnostic::error(&codes::DYNPTR, span, message).also(f.span(since), "reserved here");
                Some(error.help("submit or discard it first: `(ringbuf-submit-dynptr d 0)`"))
            }
            (Arg::Dynptr, may) if may.unset => {
                let message = "this dynptr is not set up on every way to here";
                let error = Diagnostic::error(&codes::DYNPTR, span, message);
                Some(error.help("`dynptr-from-mem` and `ringbuf-reserve-dynptr` set one up"))
            }
            (Arg::DynptrReleased, may) if may.unset || may.memory => {
                let message = "this dynptr does not hold a ring buffer's record on every way to here";
                let error = Diagnostic::error(&codes::RELEASED, span, message);
                Some(error.help("only what `ringbuf-reserve-dynptr` set up is given back, and once"))
            }
            _ => None,
        }
    }

    /// Nothing but those helpers touches one that may be set up.
    fn left_alone(&mut self, inst: Inst, state: &State) {
        let f = self.proof.f;
        let given = self.given(inst);
        let (touched, writes) = match f.op(inst) {
            Op::Advance(..) | Op::Compare(..) => return,
            Op::Store { ptr, .. } => (vec![*ptr], true),
            op => {
                let mut all = Vec::new();
                op.each_operand(|value| all.push(value));
                (all, false)
            }
        };
        for value in touched.into_iter().filter(|value| !given.iter().any(|(own, _)| own == value)) {
            let Some((slot, _)) = self.inside(value) else { continue };
            let may = state.may(slot);
            // What is written over is no dynptr any more, which matters only where it holds something.
            if may.record.is_some() || may.is_set() && !writes {
                let message = "this is a dynptr, whose bytes are the kernel's while it is set up";
                let error = Diagnostic::error(&codes::DYNPTR, f.span(inst), message);
                self.say(error.help("`dynptr-read`, `dynptr-write` and `dynptr-data` reach what it is of"));
            }
        }
    }

    fn not_gone(&mut self, inst: Inst, state: &State) {
        let f = self.proof.f;
        let mut gone = None;
        f.op(inst).each_operand(|value| {
            let mut root = value;
            while let Some(Op::Advance(base, _)) = f.def_op(root) {
                root = *base;
            }
            gone = gone.or(state.gone.get(&root).copied());
        });
        if let Some(call) = gone {
            let message = "this leads into a dynptr that is another since";
            let error = Diagnostic::error(&codes::RELEASED, f.span(inst), message);
            self.say(
                error.also(f.span(call), "given back, or set up anew, here").help("move the use before it"),
            );
        }
    }

    fn leak(&mut self, inst: Inst, block: Block) {
        let f = self.proof.f;
        let message = "what is reserved here is not given back on every path";
        let error = Diagnostic::error(&codes::LEAK, f.span(inst), message);
        let error = error.also(f.end_span(block), "the program may end here with it");
        self.say(error.help(
            "submit or discard the dynptr on every path, also where there was no room: \
             `(ringbuf-discard-dynptr d 0)`",
        ));
    }
}
