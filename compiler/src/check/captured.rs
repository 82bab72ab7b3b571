//! Pointers that a callback uses and its caller has tested.
//!
//! What a callback's frame holds is known by the types of the variables. A pointer that was tested on the way to the call
//! is not null in there either, though its type says that it may be.

use super::{Proof, calls::Callees, null};
use crate::{
    arena::Entity,
    diagnostic::Diagnostics,
    hir,
    ir::{Func, Function, Inst, Module, Op, Value},
    names::Names,
};

/// Notes which pointers of callbacks' frames are not null. A callback within another learns of it when that one has.
pub fn note(hir: &hir::Module, module: &mut Module, names: &Names) {
    while note_once(hir, module, names) {}
}

fn note_once(hir: &hir::Module, module: &mut Module, names: &Names) -> bool {
    if module.functions.iter().all(|f| f.promises.iter().all(|(_, pointee)| !pointee.nullable)) {
        return false; // As in most programs.
    }
    let callees = Callees::new(module, hir.programs.len(), names);
    let mut found = Vec::new();
    for (index, f) in module.functions.iter().enumerate() {
        let mut none = Diagnostics::default();
        let mut proof = Proof::new(f, module, names, &callees, &mut none);
        found.extend(null::captured(&mut proof).into_iter().map(|inst| (index, inst)));
    }
    for (index, inst) in &found {
        let place = place(&module.functions[*index], *inst);
        keep(&mut module.functions[*index], *inst);
        if let Some((func, offset)) = place
            && let Some(callback) = module.functions.get_mut(func.index())
        {
            loaded(callback, offset).into_iter().for_each(|value| callback.set_not_null(value));
        }
    }
    !found.is_empty()
}

/// Promises that what is stored is not null.
fn keep(f: &mut Function, inst: Inst) {
    let promises = f.promises.iter_mut().filter(|(own, _)| *own == inst);
    promises.for_each(|(_, pointee)| pointee.nullable = false);
}

/// The callback whose frame is stored to, and bytes from the frame's start.
fn place(f: &Function, inst: Inst) -> Option<(Func, i32)> {
    let Op::Store { ptr, offset, .. } = *f.op(inst) else { return None };
    let Some(Op::SlotAddr(slot)) = f.def_op(ptr) else { return None };
    let calls = f.blocks().flat_map(|block| f.insts(block)).filter_map(|inst| match f.op(*inst) {
        Op::Call(_, args) => Some(args.iter().map(|arg| f.def_op(arg)).collect::<Vec<_>>()),
        _ => None,
    });
    let frame_of = |args: Vec<Option<&Op>>| {
        args.windows(2).find_map(|pair| match pair {
            [Some(Op::FuncAddr(func)), Some(Op::SlotAddr(frame))] if frame == slot => Some(*func),
            _ => None,
        })
    };
    Some((calls.into_iter().find_map(frame_of)?, offset))
}

/// What a callback reads of its frame at its start.
fn loaded(f: &Function, at: i32) -> Option<Value> {
    let frame = *f.params(f.entry()).last()?;
    let inst = f.insts(f.entry()).iter().find(
        |inst| matches!(f.op(**inst), Op::Load { ptr, offset, .. } if *ptr == frame && *offset == at),
    )?;
    f.result(*inst)
}
