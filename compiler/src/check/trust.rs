//! What a function of the kernel's is given, the kernel vouches for: arguments of tracepoints, iterators
//! and security hooks, what helpers and other functions gave, but not what was found by following
//! pointers from struct to struct, which may be gone by then (`process_kf_arg_ptr_to_btf_id` and
//! `is_kfunc_trusted_args` of kernel/bpf/verifier.c).
//!
//! A pointer that a map's value keeps is read without a reference. What the value owns lasts as long as the
//! program, if that does not sleep, and some functions and all helpers take it so; an address that it does not
//! own, and all that is found by following one, is for reading only (`btf_ld_kptr_type`, `check_reg_type`).

use bpfl_stdlib::catalog::{
    context,
    helper::{self, Arg},
    kfunc::Reference,
};

use super::Proof;
use crate::{
    diagnostic::{Diagnostic, codes},
    hir,
    ir::{Inst, Kept, Op, Region, Type, Value},
};

/// How far the kernel vouches for a pointer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trust {
    /// It may lead nowhere.
    None,
    /// Helpers take it, as they always did.
    Helpers,
    /// It lasts until the program ends, or sleeps.
    Section,
    /// It lasts.
    Whole,
}

/// What is so in the whole of a program or function.
#[derive(Clone, Copy)]
struct Here {
    /// Whether the kernel vouches for pointers of the context.
    own: bool,
    /// Whether it may sleep.
    sleeps: bool,
}

/// Reports every argument that the kernel does not vouch for. A function may sleep where one of the programs
/// does.
pub(super) fn check(proof: &mut Proof<'_>, program: Option<&hir::Program>, sleeps: bool) {
    // A function does not know whether the kernel vouches for what it is given.
    let own = program.is_some_and(|program| context::trusted(program.ty, program.section.attach_type));
    let here = Here { own, sleeps: program.map_or(sleeps, |program| program.section.sleepable) };
    let insts: Vec<Inst> =
        proof.graph.order().iter().flat_map(|block| proof.f.insts(*block)).copied().collect();
    for inst in insts {
        let doubtful: Vec<Value> = wanted(proof, inst)
            .into_iter()
            .filter(|(arg, wanted)| trust(proof, *arg, here) < *wanted)
            .map(|(arg, _)| arg)
            .collect();
        let errors: Vec<_> = doubtful.into_iter().map(|arg| diagnostic(proof, inst, arg)).collect();
        errors.into_iter().for_each(|error| proof.diagnostics.push(error));
        moved(proof, inst);
    }
}

/// The pointers to the kernel's structs that an instruction is given, each with what it wants.
fn wanted(proof: &Proof<'_>, inst: Inst) -> Vec<(Value, Trust)> {
    match proof.f.op(inst) {
        Op::Kfunc(id, args) => {
            let info = proof.module.kfuncs.get(*id);
            let wanted = if info.is_some_and(|info| info.rcu) { Trust::Section } else { Trust::Whole };
            // What is given back must be held, which says more.
            let back = info.is_some_and(|info| info.reference == Some(Reference::Releases));
            args.iter().skip(usize::from(back)).map(|arg| (arg, wanted)).collect()
        }
        Op::Call(id, args) => {
            let kinds = helper::by_id(*id).map_or(&[][..], |row| row.args);
            let typed =
                args.iter().zip(kinds).filter(|(_, kind)| matches!(kind, Arg::Btf(_) | Arg::BtfOrNull(_)));
            typed.map(|(arg, _)| (arg, Trust::Helpers)).collect()
        }
        _ => Vec::new(),
    }
}

/// How far the kernel vouches for a pointer.
fn trust(proof: &Proof<'_>, value: Value, here: Here) -> Trust {
    let f = proof.f;
    if f.ty(value) != Type::Ptr(Region::Kernel) {
        return Trust::Whole;
    }
    if let Some(Kept::Reads { owned }) = f.def(value).and_then(|inst| f.kept.get(&inst)) {
        return if *owned && !here.sleeps { Trust::Section } else { Trust::None };
    }
    match f.def_op(value) {
        Some(Op::Load { ptr, .. }) if f.ty(*ptr) == Type::Ptr(Region::Ctx) && here.own => Trust::Whole,
        Some(Op::Load { ptr, .. } | Op::Advance(ptr, _)) => trust(proof, *ptr, here).min(Trust::Helpers),
        // A variable of the kernel's is always there, and not counted.
        Some(Op::KsymAddr(_)) => Trust::Helpers,
        Some(Op::Call(id, _)) if helper::by_id(*id).is_some_and(|row| row.ret.is_per_cpu()) => Trust::Helpers,
        None if f.params(f.entry()).contains(&value) => Trust::Helpers,
        None => joined(proof, value, here),
        _ => Trust::Whole,
    }
}

/// Where ways meet, what each brings that is read from a map is known; of others it is taken for granted.
fn joined(proof: &Proof<'_>, value: Value, here: Here) -> Trust {
    let Some(home) = proof.homes[value] else { return Trust::Whole };
    let kept = |arg: &Value| proof.f.def(*arg).is_some_and(|inst| proof.f.kept.contains_key(&inst));
    let brought = proof.arguments(value, home).filter(kept).map(|arg| trust(proof, arg, here));
    brought.min().unwrap_or(Trust::Whole)
}

/// What a map's value keeps points to a struct's start, as does what is exchanged for it.
fn moved(proof: &mut Proof<'_>, inst: Inst) {
    let f = proof.f;
    let kept = match (f.kept.get(&inst), f.op(inst)) {
        (Some(Kept::Writes), Op::Store { value, .. }) => *value,
        _ => return,
    };
    if let Some(Op::Advance(..)) = f.def_op(kept) {
        let message = "this was moved away from the start of the struct that it pointed to";
        proof.diagnostics.push(Diagnostic::error(&codes::KPTR, f.span(inst), message));
    }
}

fn diagnostic(proof: &Proof<'_>, inst: Inst, value: Value) -> Diagnostic {
    let name = proof.called(value).map_or("this pointer".into(), |name| format!("`{name}`"));
    let whose = if matches!(proof.f.op(inst), Op::Kfunc(..)) { "a function of its own" } else { "a helper" };
    let message = format!("the kernel does not vouch for {name}, which {whose} is given");
    let error = Diagnostic::error(&codes::UNTRUSTED, proof.f.span(inst), message);
    let error = match proof.f.def(value).map(|def| proof.f.span(def)) {
        Some(span) if span != proof.f.span(inst) => error.also(span, "it comes from here"),
        _ => error,
    };
    let kept = proof.f.def(value).is_some_and(|def| proof.f.kept.contains_key(&def));
    error.help(match kept {
        true => {
            "take it out with `kptr-xchg`, or a reference to it with a function such as `bpf_task_acquire`"
        }
        false => "look it up again with a function that gives a reference, such as `bpf_task_from_pid`",
    })
}
