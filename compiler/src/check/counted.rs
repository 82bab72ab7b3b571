//! Numbers that a callback counts, and that something is decided by.
//!
//! The verifier goes through a callback until the frame that it shares with its caller is one that it has
//! seen. A number there that a branch depends on must be just the same for that (`maybe_widen_reg` and
//! `regs_exact`, kernel/bpf/verifier.c), and one that each round adds to never is: it would count until it
//! has looked at a million instructions. So such a number is exchanged and not stored, for of memory that an
//! atomic writes the verifier forgets what is there. Narrower ones are where it forgets it anyway
//! (`ir/lower/callback.rs`).

use std::collections::{HashMap, HashSet};

use crate::{
    arena::Entity,
    ir::{Atomic, Block, Func, Function, Inst, Module, Op, Slot, Terminator, Type, Value},
};

/// Puts exchanges in the place of the stores of such numbers.
pub(super) fn forget(module: &mut Module) {
    let frames = Frames::new(module);
    if frames.callbacks.is_empty() {
        return; // As in most programs.
    }
    let demanded = frames.demanded(module);
    for index in 0..module.functions.len() {
        let stores = frames.counting(&module.functions[index], index, &demanded);
        stores.into_iter().for_each(|(block, inst)| exchange(&mut module.functions[index], block, inst));
    }
}

/// A variable in the frame of a callback: the callback, and bytes from the frame's start.
type Place = (Func, i32);

/// A value, and the number of its function.
type At = (usize, Value);

/// Which memory is the frame of which callback.
struct Frames {
    callbacks: HashSet<usize>,
    /// The objects that callers made for it.
    slots: HashMap<(usize, Slot), Func>,
    /// What each parameter of a block is given.
    given: HashMap<At, Vec<Value>>,
}

impl Frames {
    fn new(module: &Module) -> Self {
        let mut frames = Self { callbacks: HashSet::new(), slots: HashMap::new(), given: HashMap::new() };
        for (index, f) in module.functions.iter().enumerate() {
            for inst in f.blocks().flat_map(|block| f.insts(block)) {
                let Op::Call(_, args) = f.op(*inst) else { continue };
                let args: Vec<_> = args.iter().map(|arg| f.def_op(arg)).collect();
                for pair in args.windows(2) {
                    let [Some(Op::FuncAddr(func)), Some(Op::SlotAddr(slot))] = pair else { continue };
                    frames.callbacks.insert(func.index());
                    frames.slots.insert((index, *slot), *func);
                }
            }
        }
        if !frames.callbacks.is_empty() {
            module.functions.iter().enumerate().for_each(|(index, f)| frames.gather(index, f));
        }
        frames
    }

    fn gather(&mut self, index: usize, f: &Function) {
        for edge in f.blocks().flat_map(|block| f.end(block).edges()) {
            for (param, arg) in f.params(edge.block).iter().zip(&edge.args) {
                self.given.entry((index, *param)).or_default().push(*arg);
            }
        }
    }

    /// What is at `ptr` plus `offset`, if that is in a frame.
    fn place(&self, index: usize, f: &Function, ptr: Value, offset: i32) -> Option<Place> {
        let own = self.callbacks.contains(&index) && f.params(f.entry()).last() == Some(&ptr);
        let func = match f.def_op(ptr) {
            Some(Op::SlotAddr(slot)) => self.slots.get(&(index, *slot)).copied(),
            _ => own.then(|| Func::new(index)),
        };
        func.map(|func| (func, offset))
    }

    /// The places of whose numbers something depends that the verifier wants to know them for.
    fn demanded(&self, module: &Module) -> HashSet<Place> {
        let mut stored: HashMap<Place, Vec<At>> = HashMap::new();
        let mut work = Vec::new();
        for (index, f) in module.functions.iter().enumerate() {
            for block in f.blocks() {
                for inst in f.insts(block) {
                    match f.op(*inst) {
                        Op::Store { ptr, offset, value, .. } => {
                            let place = self.place(index, f, *ptr, *offset);
                            place
                                .into_iter()
                                .for_each(|p| stored.entry(p).or_default().push((index, *value)));
                        }
                        op => decisive(op, |value| work.push((index, value))),
                    }
                }
                f.end(block).each_operand(|value| match f.end(block) {
                    Terminator::Jump(_) => {}
                    _ => work.push((index, value)),
                });
            }
        }
        let (mut seen, mut demanded) = (HashSet::new(), HashSet::new());
        while let Some((index, value)) = work.pop() {
            if !seen.insert((index, value)) {
                continue;
            }
            let f = &module.functions[index];
            match self.made_of(index, f, value, |of| work.push((index, of))) {
                Some(place) if demanded.insert(place) => {
                    work.extend(stored.remove(&place).unwrap_or_default())
                }
                _ => {}
            }
        }
        demanded
    }

    /// Tells the numbers that `value` is made of; gives the place that it is read from, if it is.
    fn made_of(
        &self,
        index: usize,
        f: &Function,
        value: Value,
        mut tell: impl FnMut(Value),
    ) -> Option<Place> {
        match f.def_op(value) {
            Some(Op::Load { ptr, offset, .. }) => return self.place(index, f, *ptr, *offset),
            Some(Op::Call(..) | Op::Kfunc(..) | Op::CallFunction(..) | Op::Asm(..) | Op::Atomic { .. }) => {}
            Some(op) => op.each_operand(tell),
            // Where ways meet.
            None => self.given.get(&(index, value)).into_iter().flatten().for_each(|arg| tell(*arg)),
        }
        None
    }

    /// The stores into demanded places of what was computed from numbers in the frame.
    fn counting(&self, f: &Function, index: usize, demanded: &HashSet<Place>) -> Vec<(Block, Inst)> {
        let mut found = Vec::new();
        for block in f.blocks().filter(|_| self.callbacks.contains(&index)) {
            for inst in f.insts(block) {
                let Op::Store { bytes: 8, ptr, offset, value } = *f.op(*inst) else { continue };
                let is_own = f.params(f.entry()).last() == Some(&ptr) && f.ty(value) == Type::I64;
                let is_demanded = is_own && demanded.contains(&(Func::new(index), offset));
                if is_demanded && self.is_from_a_frame(index, f, value) {
                    found.push((block, *inst));
                }
            }
        }
        found
    }

    fn is_from_a_frame(&self, index: usize, f: &Function, value: Value) -> bool {
        let (mut seen, mut work) = (HashSet::new(), vec![value]);
        while let Some(value) = work.pop() {
            if seen.insert(value) && self.made_of(index, f, value, |of| work.push(of)).is_some() {
                return true;
            }
        }
        false
    }
}

/// Tells the operands that the verifier wants to know.
fn decisive(op: &Op, mut tell: impl FnMut(Value)) {
    match op {
        Op::Compare(_, a, b) => [*a, *b].into_iter().for_each(tell),
        Op::Advance(_, by) => tell(*by),
        Op::Call(..) | Op::Kfunc(..) | Op::CallFunction(..) | Op::Asm(..) => op.each_operand(tell),
        _ => {}
    }
}

fn exchange(f: &mut Function, block: Block, store: Inst) {
    let Op::Store { bytes, ptr, offset, value } = *f.op(store) else { return };
    let op = Op::Atomic { op: Atomic::Exchange, bytes, ptr, offset, value, fetch: true };
    let (exchange, _) = f.make(op, Some(Type::I64), f.span(store));
    let insts = f.take_insts(block);
    let insts = insts.into_iter().map(|inst| if inst == store { exchange } else { inst });
    f.set_insts(block, insts.collect());
}
