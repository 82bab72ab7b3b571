//! Numbers that a loop changes on some of its ways only, and that something is decided by.
//!
//! The verifier walks each way through each round by itself. A number that started as a constant is another constant
//! on each way, and where a branch depends on it, states that differ in it are different states
//! (`regsafe`, kernel/bpf/verifier.c): two hundred rounds of "count those that match" are more than a million
//! instructions to it. So a zero that it does not know is added to where such a number starts, and to constants that it is
//! set to: of memory that an atomic instruction writes the verifier forgets what is there (`check_atomic_rmw`).
//! What moves a pointer or is given to a function is left alone, for there it has to be known; what bounds a loop keeps
//! its limit.

use std::collections::{HashMap, HashSet};

use super::{Proof, bounding, loops};
use crate::{
    arena::Arena,
    ir::{
        Atomic, Binary, Block, Edge, Function, Inst, LoopData, Op, Region, Slot, SlotData, Terminator, Type,
        Value,
    },
    source::Span,
};

/// How many values are followed to learn about one number; beyond it the number is left alone.
const MOST: usize = 256;

/// Where nothing in a loop runs more often, the verifier has walked all ways soon.
const FEW: u64 = 32;

/// What is to be kept from the verifier in a function.
#[derive(Default)]
pub(super) struct Tallies {
    edges: Vec<Hidden>,
    /// What decides something by such a number.
    decisions: HashSet<Decision>,
    /// What bounds loops, if something is hidden.
    bounds: HashSet<Value>,
}

/// A number that a loop is entered with, or that the next round gets.
struct Hidden {
    /// Where the outermost loop around it is entered.
    outside: Block,
    from: Block,
    header: Block,
    index: usize,
    value: Value,
}

/// The numbers of a function that are to be hidden; those that it returns too, if the verifier need not know what that
/// is, or is shown it afterwards ([`harden`](super::returns::harden)).
pub(super) fn find(proof: &Proof<'_>, may_return: bool) -> Tallies {
    let mut found = Tallies::default();
    if proof.f.loops.is_empty() {
        return found; // As in most programs.
    }
    let users = users(proof);
    for data in loops::long(proof, FEW) {
        if let Some(outside) = outside(proof, data) {
            found.gather(proof, (data, outside), &users, may_return);
        }
    }
    if !found.decisions.is_empty() {
        found.bounds = bounding::find(proof);
    }
    found
}

/// The only block from which the outermost loop around a loop is entered.
fn outside(proof: &Proof<'_>, data: &LoopData) -> Option<Block> {
    let mut around = proof.f.loops.iter().rev().filter(|of| proof.graph.reachable(of.latch));
    let outermost = around.find(|of| loops::body(proof, of).contains(&data.header))?;
    let mut entries = proof.graph.preds(outermost.header).iter().filter(|pred| **pred != outermost.latch);
    let first = entries.next()?;
    entries.next().is_none().then_some(*first)
}

impl Tallies {
    fn gather(
        &mut self,
        proof: &Proof<'_>,
        (data, outside): (&LoopData, Block),
        users: &Users,
        may_return: bool,
    ) {
        let header = data.header;
        for (index, param) in proof.f.params(header).iter().enumerate() {
            let of = |block: Block| edge_argument(proof.f, block, header, index);
            let Some(around) = of(data.latch).filter(|arg| is_tally(proof, *param, *arg)) else { continue };
            if proof.f.ty(*param).is_pointer() {
                continue;
            }
            let Some(decisions) = users.decisions(proof.f, *param, may_return) else { continue };
            self.decisions.extend(decisions);
            let mut hide = |from, value| self.edges.push(Hidden { outside, from, header, index, value });
            for pred in proof.graph.preds(header).iter().filter(|pred| **pred != data.latch) {
                let constant = of(*pred).filter(|value| may_be_constant(proof, *param, *value));
                constant.into_iter().for_each(|value| hide(*pred, value));
            }
            if may_be_constant(proof, *param, around) {
                hide(data.latch, around);
            }
        }
    }
}

/// Whether `arg`, which a round gets for `param`, is a constant on some way.
fn may_be_constant(proof: &Proof<'_>, param: Value, arg: Value) -> bool {
    let (mut seen, mut work) = (HashSet::from([param]), vec![arg]);
    while let Some(value) = work.pop().filter(|_| seen.len() < MOST) {
        if proof.f.constant(value).is_some() {
            return true;
        }
        if proof.f.def_op(value).is_none() && seen.insert(value) {
            work.extend(joined(proof, value));
        }
    }
    false
}

/// The argument of the only edge from `block` to `header`.
fn edge_argument(f: &Function, block: Block, header: Block, index: usize) -> Option<Value> {
    let mut edges = f.end(block).edges().filter(|edge| edge.block == header);
    let first = edges.next()?;
    edges.next().is_none().then(|| first.args[index])
}

/// Whether `arg`, which the next round gets for `param`, is it on some ways and another number on others.
fn is_tally(proof: &Proof<'_>, param: Value, arg: Value) -> bool {
    arg != param && (is_picked(proof, param, arg) || is_counted(proof, param, arg))
}

/// Whether ways join where `arg` is `param` on one and another number on another: the largest so far, a state. What a
/// branch says of it makes its range another one in each round.
fn is_picked(proof: &Proof<'_>, param: Value, arg: Value) -> bool {
    let (mut seen, mut work, mut kept, mut other) = (HashSet::new(), vec![arg], false, false);
    while let Some(value) = work.pop().filter(|_| seen.len() < MOST) {
        if value == param {
            kept = true;
        } else if proof.f.def_op(value).is_some() {
            other = true;
        } else if seen.insert(value) {
            work.extend(joined(proof, value));
        }
    }
    kept && other
}

/// Whether `arg` is computed from `param` on some ways, and not one step on in any case as a loop's counter is, and of
/// nothing but numbers that the verifier knows.
fn is_counted(proof: &Proof<'_>, param: Value, arg: Value) -> bool {
    let steps = matches!(proof.f.def_op(arg), Some(Op::Binary(_, a, b)) if *a == param && proof.f.constant(*b).is_some());
    if steps || !proof.is_followed(arg) {
        return false;
    }
    let (mut seen, mut work, mut computes) = (HashSet::new(), vec![arg], false);
    while let Some(value) = work.pop().filter(|_| seen.len() < MOST) {
        if value == param || !seen.insert(value) {
            continue;
        }
        match proof.f.def_op(value) {
            Some(op) => {
                computes |= matches!(op, Op::Binary(kind, ..) if !is_lossy(*kind));
                op.each_operand(|of| work.push(of));
            }
            None => work.extend(joined(proof, value)),
        }
    }
    computes
}

/// What a parameter of a block is given; nothing for one of the function's.
pub(super) fn joined(proof: &Proof<'_>, value: Value) -> impl Iterator<Item = Value> {
    let home = proof.homes[value].filter(|home| *home != proof.f.entry());
    home.into_iter().flat_map(move |home| proof.arguments(value, home))
}

/// Whether results have few values, whatever the operands are.
fn is_lossy(op: Binary) -> bool {
    matches!(op, Binary::And | Binary::Or)
}

/// What uses each value.
struct Users(Arena<Value, Vec<Use>>);

#[derive(Clone, Copy)]
enum Use {
    /// A value is made of it.
    Made(Value),
    /// A comparison or a branch depends on it.
    Decides(Decision),
    /// It is stored.
    Stored,
    /// It is returned.
    Returned,
    /// The verifier wants to know it for something else.
    Wanted,
}

/// What compares numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Decision {
    /// An instruction.
    Compare(Inst),
    /// The end of a block.
    Branch(Block),
}

fn users(proof: &Proof<'_>) -> Users {
    let f = proof.f;
    let mut users = Arena::filled(f.value_count(), Vec::new());
    for block in proof.graph.order() {
        for inst in f.insts(*block) {
            let op = f.op(*inst);
            let found = used(op, *inst, f.result(*inst));
            op.each_operand(|operand| users[operand].push(found));
        }
        let end = f.end(*block);
        match end {
            Terminator::Branch(_, a, b, ..) => {
                [a, b].into_iter().for_each(|v| users[*v].push(Use::Decides(Decision::Branch(*block))));
            }
            Terminator::Return(value) => users[*value].push(Use::Returned),
            _ => {}
        }
        for edge in end.edges() {
            let pairs = f.params(edge.block).iter().zip(&edge.args);
            pairs.for_each(|(param, arg)| users[*arg].push(Use::Made(*param)));
        }
    }
    Users(users)
}

/// What an instruction is to its operands.
fn used(op: &Op, inst: Inst, result: Option<Value>) -> Use {
    let makes = matches!(
        op,
        Op::Binary(..) | Op::Zext(_) | Op::Sext(_) | Op::Trunc(_) | Op::SextLow(..) | Op::Swap(..)
    );
    match (op, result) {
        (Op::Compare(..), _) => Use::Decides(Decision::Compare(inst)),
        (Op::Store { .. } | Op::Atomic { .. }, _) => Use::Stored,
        (_, Some(result)) if makes => Use::Made(result),
        _ => Use::Wanted,
    }
}

impl Users {
    /// What decides something by a number and by what is made of it; `None` when the verifier has to know the number for
    /// something else, or for nothing at all.
    fn decisions(&self, f: &Function, value: Value, may_return: bool) -> Option<Vec<Decision>> {
        let (mut seen, mut work, mut found) = (HashSet::new(), vec![value], Vec::new());
        let mut returned = false;
        while let Some(value) = work.pop() {
            if !seen.insert(value) {
                continue;
            }
            if seen.len() > MOST || f.ty(value).is_pointer() {
                return None;
            }
            for used in &self.0[value] {
                match used {
                    Use::Made(of) => work.push(*of),
                    Use::Decides(decision) => found.push(*decision),
                    Use::Stored => {}
                    Use::Returned if may_return => returned = true,
                    Use::Returned | Use::Wanted => return None,
                }
            }
        }
        (returned || !found.is_empty()).then_some(found)
    }
}

/// Hides the numbers: where they come into a loop, and where they are compared, for what a branch says of a number would
/// make it another one on each way again.
pub(super) fn hide(f: &mut Function, tallies: Tallies) {
    let mut zeroes = HashMap::new();
    let mut slot = None;
    for Hidden { outside, from, header, index, value } in tallies.edges {
        let zero = *zeroes.entry(outside).or_insert_with(|| {
            let span = f.end_span(outside);
            let slot = *slot.get_or_insert_with(|| f.slots.push(SlotData { size: 8, align: 8, span }));
            unknown_zero(f, outside, slot)
        });
        let hidden = zero.and_then(|zero| moved_by(f, from, value, zero));
        let Some(hidden) = hidden else { continue };
        for edge in f.end_mut(from).edges_mut().filter(|edge| edge.block == header) {
            edge.args[index] = hidden;
        }
    }
    if !tallies.decisions.is_empty() {
        f.blocks().for_each(|block| part(f, block, &tallies.decisions, &tallies.bounds));
    }
}

/// Lets what decides in `block` have copies of the numbers; what the decision says of a copy is kept where it bounds a
/// loop.
fn part(f: &mut Function, block: Block, decisions: &HashSet<Decision>, bounds: &HashSet<Value>) {
    for inst in f.take_insts(block) {
        if let (Op::Compare(cond, a, b), true) = (*f.op(inst), decisions.contains(&Decision::Compare(inst))) {
            let [a, b] = [a, b].map(|of| copied(f, block, of, f.span(inst)));
            *f.op_mut(inst) = Op::Compare(cond, a, b);
        }
        f.push(block, inst);
    }
    let Terminator::Branch(_, a, b, ..) = *f.end(block) else { return };
    if decisions.contains(&Decision::Branch(block)) {
        let span = f.end_span(block);
        let copies = [a, b].map(|of| copied(f, block, of, span));
        if let Terminator::Branch(_, a, b, ..) = f.end_mut(block) {
            [*a, *b] = copies;
        }
        pass_to_bounds(f, block, [(a, copies[0]), (b, copies[1])], bounds);
    }
}

/// Gives the bounds of loops that come after `block` copies in place of the numbers.
fn pass_to_bounds(f: &mut Function, block: Block, copies: [(Value, Value); 2], bounds: &HashSet<Value>) {
    let bounding = |edge: &Edge| f.params(edge.block).iter().map(|param| bounds.contains(param)).collect();
    let bounding: Vec<Vec<bool>> = f.end(block).edges().map(bounding).collect();
    for (edge, bounding) in f.end_mut(block).edges_mut().zip(bounding) {
        for (arg, _) in edge.args.iter_mut().zip(bounding).filter(|(_, bounds)| *bounds) {
            if let Some((_, copy)) = copies.iter().find(|(of, _)| of == arg) {
                *arg = *copy;
            }
        }
    }
}

/// A copy of a number, unless it is a constant, at the end of `block`.
fn copied(f: &mut Function, block: Block, of: Value, span: Span) -> Value {
    match f.constant(of) {
        Some(_) => of,
        None => f.append(block, Op::Apart(of), Some(f.ty(of)), span).unwrap_or(of),
    }
}

/// Zero, which the verifier does not know, at the end of `block`: it is stored, zero is added atomically, and it is loaded
/// again.
fn unknown_zero(f: &mut Function, block: Block, slot: Slot) -> Option<Value> {
    let span = f.end_span(block);
    let zero = f.append(block, Op::Const(0), Some(Type::I64), span)?;
    let ptr = f.append(block, Op::SlotAddr(slot), Some(Type::Ptr(Region::Stack)), span)?;
    f.append(block, Op::Store { bytes: 8, ptr, offset: 0, value: zero }, None, span);
    let add = Op::Atomic { op: Atomic::Add, bytes: 8, ptr, offset: 0, value: zero, fetch: false };
    f.append(block, add, None, span);
    f.append(block, Op::Load { bytes: 8, ptr, offset: 0 }, Some(Type::I64), span)
}

/// The number at the end of `block`, plus such a zero.
fn moved_by(f: &mut Function, block: Block, value: Value, zero: Value) -> Option<Value> {
    let (ty, span) = (f.ty(value), f.end_span(block));
    let zero = match ty {
        Type::I64 => zero,
        _ => f.append(block, Op::Trunc(zero), Some(ty), span)?,
    };
    let value = match f.constant(value) {
        Some(constant) => f.append(block, Op::Const(constant), Some(ty), span)?,
        None => value,
    };
    f.append(block, Op::Binary(Binary::Add, zero, value), Some(ty), span)
}
