//! Dead code: what no effect and no branch depends on goes, block parameters included.

use crate::{
    arena::Arena,
    ir::{Block, Effect, Function, Graph, Value},
};

/// Removes everything dead.
pub fn run(f: &mut Function) -> bool {
    let graph = Graph::new(f);
    let live = Liveness::find(f, &graph).live;
    let mut changed = false;
    for block in graph.order() {
        changed |= remove_insts(f, *block, &live);
        changed |= remove_args(f, *block, &live);
    }
    // The entry's parameters are the function's own.
    for block in &graph.order()[1..] {
        let keep: Vec<bool> = f.params(*block).iter().map(|param| live[*param]).collect();
        f.retain_params(*block, |index| keep[index]);
    }
    changed
}

fn remove_insts(f: &mut Function, block: Block, live: &Arena<Value, bool>) -> bool {
    let insts = f.take_insts(block);
    let before = insts.len();
    let needed = |inst: &crate::ir::Inst| {
        f.op(*inst).effect() == Effect::Writes || f.result(*inst).is_some_and(|value| live[value])
    };
    let kept: Vec<_> = insts.into_iter().filter(needed).collect();
    let changed = kept.len() != before;
    f.set_insts(block, kept);
    changed
}

/// Removes the arguments for dead parameters. The entry's are the function's own and stay.
fn remove_args(f: &mut Function, block: Block, live: &Arena<Value, bool>) -> bool {
    let mut end = f.end(block).clone();
    let mut changed = false;
    for edge in end.edges_mut() {
        let mut params = f.params(edge.block).iter();
        edge.args.retain(|_| {
            let keep = params.next().is_some_and(|param| live[*param]);
            changed |= !keep;
            keep
        });
    }
    *f.end_mut(block) = end;
    changed
}

struct Liveness<'a> {
    f: &'a Function,
    live: Arena<Value, bool>,
    work: Vec<Value>,
}

impl<'a> Liveness<'a> {
    fn find(f: &'a Function, graph: &Graph) -> Self {
        let mut liveness = Self { f, live: Arena::filled(f.value_count(), false), work: Vec::new() };
        let mut homes = Arena::filled(f.value_count(), None);
        for block in graph.order() {
            f.params(*block).iter().enumerate().for_each(|(i, param)| homes[*param] = Some((*block, i)));
            liveness.roots(*block);
        }
        while let Some(value) = liveness.work.pop() {
            match (f.def(value), homes[value]) {
                (Some(inst), _) => f.op(inst).each_operand(|operand| liveness.mark(operand)),
                (None, Some((block, index))) => liveness.mark_args(graph, block, index),
                (None, None) => {}
            }
        }
        liveness
    }

    fn mark(&mut self, value: Value) {
        if !std::mem::replace(&mut self.live[value], true) {
            self.work.push(value);
        }
    }

    fn roots(&mut self, block: Block) {
        let f = self.f;
        for inst in f.insts(block) {
            if f.op(*inst).effect() == Effect::Writes {
                f.op(*inst).each_operand(|value| self.mark(value));
            }
        }
        match f.end(block) {
            crate::ir::Terminator::Branch(_, a, b, ..) => {
                self.mark(*a);
                self.mark(*b);
            }
            crate::ir::Terminator::Return(value) => self.mark(*value),
            _ => {}
        }
    }

    fn mark_args(&mut self, graph: &Graph, block: Block, index: usize) {
        for pred in graph.preds(block) {
            for edge in self.f.end(*pred).edges().filter(|edge| edge.block == block) {
                self.mark(edge.args[index]);
            }
        }
    }
}
