//! Nothing is written where the verifier lets programs only read: keys that a walk over a map shows,
//! strings and globals of `.rodata`, and the packet in hooks that only look at it.

use bpfl_stdlib::catalog::{
    context,
    program::{PROGRAMS, ProgramType},
};

use super::{Proof, calls::Callees};
use crate::{
    diagnostic::{Diagnostic, codes},
    ir::{Inst, Op, Region, Type},
    source::Span,
};

/// Reports every write to what is read-only in a program of type `ty`. What a function may write there is
/// proven where a program calls it.
pub fn check(proof: &mut Proof<'_>, ty: Option<ProgramType>) {
    let looks = ty.filter(|ty| !context::writes_packet(*ty));
    for block in proof.graph.order().to_vec() {
        for inst in proof.f.insts(block).to_vec() {
            memory(proof, inst);
            lent(proof, inst);
            if let (Some(ty), Some(store)) = (looks, packet(proof.f, proof.callees, inst)) {
                let error = only_looked_at(ty, proof.f.span(inst), store);
                proof.diagnostics.push(error);
            }
        }
    }
}

/// What a global function is lent it may change, whether it does or not (`check_mem_reg`,
/// kernel/bpf/verifier.c).
fn lent(proof: &mut Proof<'_>, inst: Inst) {
    let Op::CallFunction(func, args) = *proof.f.op(inst) else { return };
    if !proof.module.function(func).is_some_and(|callee| callee.global) {
        return;
    }
    for arg in args.iter() {
        let what = match proof.f.ty(arg) {
            Type::Ptr(Region::Global) if in_rodata(proof, arg) => "in `.rodata`",
            _ => continue,
        };
        let message = format!("this is {what}, and a global function may change what it is lent");
        let error = Diagnostic::error(&codes::NOT_A_PLACE, proof.f.span(inst), message);
        proof.diagnostics.push(error.help("copy it first, and lend the copy"));
    }
}

fn memory(proof: &mut Proof<'_>, inst: Inst) {
    let (Op::Store { ptr, .. } | Op::Atomic { ptr, .. } | Op::CompareExchange { ptr, .. }) =
        *proof.f.op(inst)
    else {
        return;
    };
    let what = match proof.f.ty(ptr) {
        Type::Ptr(Region::MapKey) => "a map's key",
        Type::Ptr(Region::KernelMemory) => "the kernel's own",
        Type::Ptr(Region::Global) if in_rodata(proof, ptr) => "in `.rodata`",
        _ => return,
    };
    let message = format!("this is {what}, which programs only read");
    let error = Diagnostic::error(&codes::NOT_A_PLACE, proof.f.span(inst), message);
    proof.diagnostics.push(error.help("copy it first, and change the copy"));
}

fn in_rodata(proof: &Proof<'_>, ptr: crate::ir::Value) -> bool {
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
