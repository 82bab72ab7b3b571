//! Helpers: who is offered them, and under which licence.
//!
//! A call with no arguments set up never gets past the verifier, but it is refused for its
//! arguments only where the helper is offered at all.

use aya_obj::btf::BtfKind;
use bpfl_compiler::bpf::insn::Insn;
use bpfl_stdlib::catalog::{
    attach,
    facts::{self, Call, Hook},
    helper,
    program::{ProgramType, Sleep},
};

use crate::{
    kernel::{Trial, btf_id},
    tally::Tally,
};

/// What the verifier says of helpers that it does not offer, or not in this kind of program.
const ABSENT: [&str; 5] = [
    "cannot use helper",
    "unknown func",
    "not allowed in probe",
    "not supported for program type",
    "supported only for",
];

fn attempt(call: &Call, target: u32, gpl: bool) -> Result<(), String> {
    let code =
        [Insn::call_helper(call.helper.id as i32), Insn::mov_imm(0, call.hook.verdict()), Insn::exit()];
    Trial { target, gpl, ..Trial::new(call.hook, &code) }.load()
}

fn is_absent(verdict: &Result<(), String>) -> bool {
    verdict.as_ref().is_err_and(|why| ABSENT.iter().any(|words| why.contains(words)))
}

fn compare_call(tally: &mut Tally, call: &Call, target: u32) {
    let since = call.helper.offered_since(call.hook.ty, call.hook.attach).unwrap_or(call.helper.since);
    if call.helper.config.is_some() || !tally.has(since) {
        return;
    }
    let verdict = attempt(call, target, true);
    let offered = if is_absent(&verdict) { verdict.clone() } else { Ok(()) };
    tally.cell(call.available, &offered, || describe(call, "offered"));
    if is_absent(&verdict) || call.hook.ty.row().gpl_only {
        return;
    }
    let closed = attempt(call, target, false);
    let refused = closed.as_ref().is_err_and(|why| why.contains("GPL"));
    let open = if refused { closed } else { Ok(()) };
    tally.cell(!call.gpl_only, &open, || describe(call, "offered under any licence"));
    if call.hook.ty.row().sleep != Sleep::Must {
        let sleeps = verdict.as_ref().is_err_and(|why| why.contains("might sleep"));
        let awake = if sleeps { verdict } else { Ok(()) };
        tally.cell(!call.sleepable_only, &awake, || describe(call, "offered to programs that do not sleep"));
    }
}

fn describe(call: &Call, what: &str) -> String {
    format!("{} {}: bpf_{} {what}", call.hook.ty.row().c_name, call.hook.attach_name(), call.helper.name)
}

/// Every helper in every hook, and in those that need a BTF id and that this kernel loads.
pub fn compare(tally: &mut Tally) {
    for call in facts::calls() {
        if tally.has(call.hook.attach.map_or(call.hook.ty.row().since, |attach| attach.since)) {
            compare_call(tally, &call, 0);
        }
    }
    for (hook, name, kind) in targets() {
        let Some(target) = btf_id(name, kind) else {
            println!("not compared: {} (the kernel has no `{name}`)", hook.attach_name());
            continue;
        };
        let calls = helper::all().iter().map(|helper| Call::new(hook, helper));
        calls.for_each(|call| compare_call(tally, &call, target));
    }
}

/// A target for some of the hooks that need one.
fn targets() -> [(Hook, &'static str, BtfKind); 3] {
    let tracing = |attach| Hook { ty: ProgramType::Tracing, attach: Some(attach) };
    let struct_ops = Hook { ty: ProgramType::StructOps, attach: None };
    [
        (tracing(&attach::TRACE_RAW_TP), "btf_trace_sched_switch", BtfKind::Typedef),
        (tracing(&attach::TRACE_ITER), "bpf_iter_task", BtfKind::Func),
        (struct_ops, "tcp_congestion_ops", BtfKind::Struct),
    ]
}
