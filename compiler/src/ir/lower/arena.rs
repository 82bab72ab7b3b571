//! Names the file's arena in each function that reaches into it.
//!
//! To the verifier a program has the arena whose map it names somewhere (`add_used_map`,
//! kernel/bpf/verifier.c), and one that follows pointers need not name any.

use bpfl_stdlib::catalog::map;

use crate::{
    hir::{self, MapId},
    ir::{Function, Graph, Inst, Op, Region, Type},
};

/// Puts the name where `f` starts, unless there are no accesses, or a call names it.
pub(super) fn name(hir: &hir::Module, f: &mut Function) {
    let Some(arena) = hir.maps.keys().find(|map| hir.maps[*map].kind.name == map::ARENA) else { return };
    let insts: Vec<Inst> = Graph::new(f).order().iter().flat_map(|block| f.insts(*block)).copied().collect();
    let reaches = insts.iter().copied().find(|inst| is_access(f, *inst));
    let Some(first) = reaches.filter(|_| !insts.iter().any(|inst| names(f, *inst, arena))) else { return };
    let (named, _) = f.make(Op::UseMap(arena), None, f.span(first));
    let entry = f.entry();
    let own = f.take_insts(entry);
    f.set_insts(entry, std::iter::once(named).chain(own).collect());
}

fn is_access(f: &Function, inst: Inst) -> bool {
    let (Op::Load { ptr, .. }
    | Op::Store { ptr, .. }
    | Op::Atomic { ptr, .. }
    | Op::CompareExchange { ptr, .. }) = f.op(inst)
    else {
        return false;
    };
    f.ty(*ptr) == Type::Ptr(Region::Arena)
}

fn names(f: &Function, inst: Inst, arena: MapId) -> bool {
    matches!(f.op(inst), Op::Kfunc(_, args) if args.iter().any(|arg| f.map(arg) == Some(arena)))
}
