//! What a function of the kernel's is given, the kernel vouches for: arguments of tracepoints, iterators
//! and security hooks, what helpers and other functions gave, but not what was found by following
//! pointers from struct to struct, which may be gone by then (`process_kf_arg_ptr_to_btf_id` and
//! `is_kfunc_trusted_args` of kernel/bpf/verifier.c).

use bpfl_stdlib::catalog::context;

use super::Proof;
use crate::{
    diagnostic::{Diagnostic, codes},
    hir,
    ir::{Inst, Op, Region, Type, Value},
};

/// Reports every argument that the kernel does not vouch for.
pub(super) fn check(proof: &mut Proof<'_>, program: Option<&hir::Program>) {
    // A function does not know whether the kernel vouches for what it is given.
    let own = program.is_some_and(|program| context::trusted(program.ty, program.section.attach_type));
    let insts: Vec<Inst> =
        proof.graph.order().iter().flat_map(|block| proof.f.insts(*block)).copied().collect();
    for inst in insts {
        let Op::Kfunc(_, args) = *proof.f.op(inst) else { continue };
        let doubtful = args.iter().filter(|arg| !vouched(proof, *arg, own));
        let errors: Vec<_> = doubtful.map(|arg| diagnostic(proof, inst, arg)).collect();
        errors.into_iter().for_each(|error| proof.diagnostics.push(error));
    }
}

/// Whether the kernel vouches for a pointer; `own` for those of the context.
fn vouched(proof: &Proof<'_>, value: Value, own: bool) -> bool {
    let f = proof.f;
    if f.ty(value) != Type::Ptr(Region::Kernel) {
        return true;
    }
    match f.def_op(value) {
        Some(Op::Load { ptr, .. }) => f.ty(*ptr) == Type::Ptr(Region::Ctx) && own,
        Some(Op::Advance(..)) => false,
        None => !f.params(f.entry()).contains(&value),
        _ => true,
    }
}

fn diagnostic(proof: &Proof<'_>, inst: Inst, value: Value) -> Diagnostic {
    let name = proof.called(value).map_or("this pointer".into(), |name| format!("`{name}`"));
    let message = format!("the kernel does not vouch for {name}, which a function of its own is given");
    let error = Diagnostic::error(&codes::UNTRUSTED, proof.f.span(inst), message);
    let error = match proof.f.def(value).map(|def| proof.f.span(def)) {
        Some(span) if span != proof.f.span(inst) => error.also(span, "it comes from here"),
        _ => error,
    };
    error.help("look it up again with a function that gives a reference, such as `bpf_task_from_pid`")
}
