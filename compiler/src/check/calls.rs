//! What is known of the functions that a program calls: what a call may do, cost and give.
//!
//! A module's functions come after those that they call last, so one walk from the first callee
//! on knows of each callee before it is asked for.

use bpfl_stdlib::catalog::helper;

use super::{
    Proof, loops,
    range::{Eyes, Range},
    readonly, rights, stale,
};
use crate::{
    arena::Entity,
    diagnostic::Diagnostics,
    ir::{Block, Func, Inst, Module, Op, Terminator, Type, Value},
    names::Names,
    source::Span,
};

/// What is known of a function.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What it, or what it calls, reads and writes of what its parameters point to.
    pub reaches: Vec<Reach>,
    /// Of each parameter, whether it, or what it calls, writes what that points to.
    pub writes: Vec<bool>,
    /// Of each, whether it reads it.
    pub reads: Vec<bool>,
    /// Whether it, or what it calls, may move the packet.
    pub moves_packet: bool,
    /// Where it, or what it calls, goes on in another program.
    pub goes_on: Option<Span>,
    /// Where it, or what it calls, changes the packet.
    pub writes_packet: Option<Span>,
    /// About how many instructions the verifier follows in it.
    pub cost: u64,
    /// Between which bounds its result is, as the compiler and as the verifier see it.
    result: [Range; 2],
}

/// The summaries of a module's functions; of programs there are none.
#[derive(Default, Debug)]
pub struct Callees {
    of: Vec<Option<Summary>>,
}

impl Callees {
    /// Summarises the functions of `module` that are not programs, of which there are `programs`.
    pub fn new(module: &Module, programs: usize, names: &Names) -> Self {
        let mut callees = Self { of: vec![None; programs.min(module.functions.len())] };
        for function in module.functions.iter().skip(programs) {
            let mut none = Diagnostics::default();
            let summary = summary(&Proof::new(function, module, names, &callees, &mut none));
            callees.of.push(Some(summary));
        }
        callees
    }

    /// What is known of a function.
    pub fn get(&self, func: Func) -> Option<&Summary> {
        self.of.get(func.index())?.as_ref()
    }
}

/// An access of memory that a parameter points to.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// Which parameter.
    pub param: usize,
    /// The first byte, counted from where it points to.
    pub offset: i64,
    /// How many bytes.
    pub bytes: u32,
}

impl Summary {
    /// Between which bounds its result is.
    pub fn result(&self, eyes: Eyes) -> Range {
        self.result[usize::from(eyes == Eyes::Verifier)]
    }
}

fn summary(proof: &Proof<'_>) -> Summary {
    let insts = || proof.graph.order().iter().flat_map(|block| proof.f.insts(*block));
    Summary {
        reaches: reaches(proof),
        writes: readonly::written_params(proof),
        reads: readonly::params_among(proof, |inst, block| rights::read(proof, inst, block)),
        moves_packet: insts().any(|inst| stale::moves_packet(proof, proof.f.op(*inst))),
        goes_on: insts().find_map(|inst| goes_on(proof, *inst)),
        writes_packet: insts().find_map(|inst| readonly::packet(proof.f, proof.callees, *inst)),
        cost: loops::whole_cost(proof),
        result: [Eyes::Compiler, Eyes::Verifier].map(|eyes| match proof.f.global {
            true => Range::full(Type::I64),
            false => result(proof, eyes),
        }),
    }
}

/// Whether it goes on in another program, for good if there is one.
pub(super) fn is_tail_call(op: &Op) -> bool {
    matches!(op, Op::Call(id, _) if helper::by_id(*id).is_some_and(|row| row.goes_on))
}

fn goes_on(proof: &Proof<'_>, inst: Inst) -> Option<Span> {
    match proof.f.op(inst) {
        Op::CallFunction(func, _) => proof.callees.get(*func)?.goes_on,
        op => is_tail_call(op).then(|| proof.f.span(inst)),
    }
}

fn reaches(proof: &Proof<'_>) -> Vec<Reach> {
    let mut all = Vec::new();
    for block in proof.graph.order() {
        for inst in proof.f.insts(*block).iter().filter(|inst| !proof.f.kept.contains_key(inst)) {
            for (ptr, offset, bytes) in proof.reached(*inst, *block) {
                // Where a run-time number moves the pointer, it is within an array.
                let found = proof.origins(ptr, offset).into_iter().filter(|address| address.parts.is_empty());
                let params = proof.f.params(proof.f.entry());
                all.extend(found.filter_map(|address| {
                    let param = params.iter().position(|param| *param == address.root)?;
                    Some(Reach { param, offset: address.constant, bytes })
                }));
            }
        }
    }
    all
}

impl Proof<'_> {
    /// The memory that an instruction reads or writes: pointer, offset, bytes. A call of a function does what the
    /// function does, which may be less than its parameters promise.
    pub(super) fn reached(&self, inst: Inst, block: Block) -> Vec<(Value, i64, u32)> {
        let Op::CallFunction(func, args) = self.f.op(inst) else {
            let accesses = self.accesses(inst, block).into_iter();
            return accesses.map(|(ptr, offset, bytes, _)| (ptr, offset.into(), bytes)).collect();
        };
        let args: Vec<Value> = args.iter().collect();
        let reaches = self.callees.get(*func).map_or(&[][..], |callee| &callee.reaches);
        reaches
            .iter()
            .filter_map(|reach| Some((*args.get(reach.param)?, reach.offset, reach.bytes)))
            .collect()
    }
}

/// What any of its returns may give.
fn result(proof: &Proof<'_>, eyes: Eyes) -> Range {
    let returns = proof.graph.order().iter().filter_map(|block| match proof.f.end(*block) {
        Terminator::Return(value) => Some(proof.range(*value, *block, eyes)),
        _ => None,
    });
    returns.reduce(Range::union).unwrap_or(Range::full(Type::I64))
}
