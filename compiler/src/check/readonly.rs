//! Nothing is written where the verifier lets programs only read: keys that a walk over a map shows,
//! strings and globals of `.rodata`, and the packet in hooks that only look at it.

use std::collections::HashSet;

use bpfl_stdlib::catalog::{
    context, helper,
    program::{PROGRAMS, ProgramType},
};

use super::{Proof, calls::Callees};
use crate::{
    diagnostic::{Diagnostic, codes},
    ir::{Block, Inst, Op, Region, Type, Value},
    source::Span,
};

/// What cannot be copied either, but field by field.
const SOCKET: &str = "a socket";

/// Reports every write to what is read-only in a program of type `ty`. What a function may write there is
/// proven where a program calls it.
pub fn check(proof: &mut Proof<'_>, ty: Option<ProgramType>) {
    let looks = ty.filter(|ty| !context::writes_packet(*ty));
    for block in proof.graph.order().to_vec() {
        for inst in proof.f.insts(block).to_vec() {
            match lends(proof, inst) {
                true => lent(proof, inst),
                false => memory(proof, inst),
            }
            if let (Some(ty), Some(store)) = (looks, packet(proof.f, proof.callees, inst)) {
                let error = only_looked_at(ty, proof.f.span(inst), store);
                proof.diagnostics.push(error);
            }
        }
    }
}

/// Whether an instruction calls a global function.
fn lends(proof: &Proof<'_>, inst: Inst) -> bool {
    let Op::CallFunction(func, _) = *proof.f.op(inst) else { return false };
    proof.module.function(func).is_some_and(|callee| callee.global)
}

/// What a global function is lent it may change, whether it does or not (`check_mem_reg`,
/// kernel/bpf/verifier.c).
fn lent(proof: &mut Proof<'_>, inst: Inst) {
    let Op::CallFunction(_, args) = *proof.f.op(inst) else { return };
    for arg in args.iter() {
        if !in_rodata(proof, arg) {
            continue;
        }
        let message = "this is in `.rodata`, and a global function may change what it is lent";
        let error = Diagnostic::error(&codes::NOT_A_PLACE, proof.f.span(inst), message);
        proof.diagnostics.push(error.help("copy it first, and lend the copy"));
    }
}

fn memory(proof: &mut Proof<'_>, inst: Inst) {
    let what = written(proof, inst).into_iter().find_map(|ptr| match proof.f.ty(ptr) {
        _ if in_rodata(proof, ptr) => Some("in `.rodata`"),
        // What a function does with those it is asked about itself.
        _ if matches!(proof.f.op(inst), Op::CallFunction(..)) => None,
        Type::Ptr(Region::MapKey) => Some("a map's key"),
        Type::Ptr(Region::KernelMemory) => Some("the kernel's own"),
        Type::Ptr(Region::Socket | Region::XdpSocket) => Some(SOCKET),
        _ => None,
    });
    let Some(what) = what else { return };
    let message = format!("this is {what}, which programs only read");
    let error = Diagnostic::error(&codes::NOT_A_PLACE, proof.f.span(inst), message);
    proof.diagnostics.push(match what {
        SOCKET => error,
        _ => error.help("copy it first, and change the copy"),
    });
}

/// The pointers through which an instruction, or what it calls, writes. Of the kernel's functions the verifier
/// takes that for granted (`check_kfunc_mem_size_reg`, kernel/bpf/verifier.c).
pub(super) fn written(proof: &Proof<'_>, inst: Inst) -> Vec<Value> {
    match *proof.f.op(inst) {
        Op::Store { ptr, .. } | Op::Atomic { ptr, .. } | Op::CompareExchange { ptr, .. } => vec![ptr],
        Op::Call(id, args) => {
            let kinds = helper::by_id(id).map_or(&[][..], |row| row.args);
            args.iter().zip(kinds).filter(|(_, kind)| kind.is_written()).map(|(arg, _)| arg).collect()
        }
        Op::Kfunc(id, args) => {
            let memory = proof.module.kfuncs.get(id).map_or(&[][..], |info| &info.memory);
            args.iter().zip(memory).filter(|(_, extent)| extent.is_some()).map(|(arg, _)| arg).collect()
        }
        Op::CallFunction(_, args) if lends(proof, inst) => args.iter().collect(),
        Op::CallFunction(func, args) => {
            let writes = proof.callees.get(func).map_or(&[][..], |callee| &callee.writes);
            args.iter().zip(writes).filter(|(_, writes)| **writes).map(|(arg, _)| arg).collect()
        }
        _ => Vec::new(),
    }
}

/// Through which of its parameters a function, or what it calls, writes.
pub(super) fn written_params(proof: &Proof<'_>) -> Vec<bool> {
    params_among(proof, |inst, _| written(proof, inst))
}

/// Which of a function's parameters are among the pointers that `used` says of its instructions.
pub(super) fn params_among(proof: &Proof<'_>, used: impl Fn(Inst, Block) -> Vec<Value>) -> Vec<bool> {
    let insts =
        proof.graph.order().iter().flat_map(|block| proof.f.insts(*block).iter().map(|inst| (*inst, *block)));
    let pointers = insts.flat_map(|(inst, block)| used(inst, block));
    let roots: HashSet<Value> =
        pointers.flat_map(|ptr| proof.origins(ptr, 0)).map(|address| address.root).collect();
    proof.f.params(proof.f.entry()).iter().map(|param| roots.contains(param)).collect()
}

/// Whether a pointer is, or on some way is, to what is in `.rodata`.
fn in_rodata(proof: &Proof<'_>, ptr: Value) -> bool {
    proof.origins(ptr, 0).iter().any(|address| match proof.f.def_op(address.root) {
        Some(Op::GlobalAddr(global)) => proof.module.globals[*global].read_only,
        _ => false,
    })
}

/// Where an instruction changes the packet, itself or in what it calls.
pub(super) fn packet(f: &crate::ir::Function, callees: &Callees, inst: Inst) -> Option<Span> {
    match f.op(inst) {
        Op::Store { ptr, .. } => f.ty(*ptr).is_packet().then(|| f.span(inst)),
        Op::CallFunction(func, _) => callees.get(*func)?.writes_packet,
        _ => None,
    }
}

fn only_looked_at(ty: ProgramType, span: Span, store: Span) -> Diagnostic {
    let name = |ty: ProgramType| ty.row().name;
    let message = format!("a {} program may read the packet, and not change it", name(ty));
    let may = PROGRAMS.iter().map(|row| row.ty).filter(|ty| context::writes_packet(*ty) && has_packet(*ty));
    let may: Vec<_> = may.map(name).collect();
    let error = Diagnostic::error(&codes::NOT_A_PLACE, span, message);
    let error = if store == span { error } else { error.also(store, "it is changed here") };
    error.help(format!("programs that may are those of {}", may.join(", ")))
}

/// Whether what programs of this type are given as a packet is one, and no option's value.
fn has_packet(ty: ProgramType) -> bool {
    context::fields(ty).iter().any(|field| field.kind == context::Kind::Packet)
}
