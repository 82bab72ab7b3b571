//! Pointers that a callback uses and its caller has tested.
//!
//! What a callback's frame holds is known by the types of the variables. A pointer that was tested on the way to the call
//! is not null in there either, though its type says that it may be; and as much of a packet is there as was tested.

use super::{Proof, calls::Callees, null};
use crate::{
    arena::Entity,
    diagnostic::Diagnostics,
    hir,
    ir::{Func, Function, Inst, Module, Op, Value},
    names::Names,
};

/// What is known of a pointer where it is stored for a callback.
#[derive(Clone, Copy)]
enum Known {
    NotNull,
    /// So many bytes of the packet are there.
    Bytes(u32),
}

/// Notes what is known of the pointers in callbacks' frames. A callback within another learns of it when that one has.
pub fn note(hir: &hir::Module, module: &mut Module, names: &Names) {
    while note_once(hir, module, names) {}
}

fn note_once(hir: &hir::Module, module: &mut Module, names: &Names) -> bool {
    if module.functions.iter().all(|f| f.promises.is_empty()) {
        return false; // As in most programs.
    }
    let callees = Callees::new(module, hir.programs.len(), names);
    let mut found = Vec::new();
    for (index, f) in module.functions.iter().enumerate() {
        let mut none = Diagnostics::default();
        let mut proof = Proof::new(f, module, names, &callees, &mut none);
        found.extend(tested(&proof).into_iter().map(|(inst, bytes)| (index, inst, Known::Bytes(bytes))));
        let not_null = null::captured(&mut proof).into_iter();
        found.extend(not_null.map(|inst| (index, inst, Known::NotNull)));
    }
    let mut news = false;
    for (index, inst, known) in found {
        let place = place(&module.functions[index], inst);
        let callback =
            place.and_then(|(func, offset)| Some((module.functions.get_mut(func.index())?, offset)));
        let loaded = callback.and_then(|(callback, offset)| Some((loaded(callback, offset)?, callback)));
        match (known, loaded) {
            (Known::NotNull, None) => {}
            (Known::NotNull, Some((value, callback))) => callback.set_not_null(value),
            // What is not read at the start may be another pointer by then.
            (Known::Bytes(_), None) => continue,
            (Known::Bytes(bytes), Some((value, callback))) => callback.set_extent(value, bytes),
        }
        keep(&mut module.functions[index], inst, known);
        news = true;
    }
    news
}

/// The stores of pointers into packets of which more was tested than is promised, and how many bytes.
fn tested(proof: &Proof<'_>) -> Vec<(Inst, u32)> {
    let mut found = Vec::new();
    for block in proof.graph.order() {
        for inst in proof.f.insts(*block) {
            let promise = proof.f.promise(*inst).filter(|(value, _)| proof.f.ty(*value).is_packet());
            let Some((value, pointee)) = promise else { continue };
            let bytes = proof.proven_from(value, *block);
            found.extend((bytes > pointee.extent).then_some((*inst, bytes)));
        }
    }
    found
}

/// Promises what is known of what is stored.
fn keep(f: &mut Function, inst: Inst, known: Known) {
    for (_, pointee) in f.promises.iter_mut().filter(|(own, _)| *own == inst) {
        match known {
            Known::NotNull => pointee.nullable = false,
            Known::Bytes(bytes) => pointee.extent = bytes,
        }
    }
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
