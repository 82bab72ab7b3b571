//! Timers, locks and kernel pointers in map values are left to helpers, and to what is for them.
//!
//! The verifier refuses each access that touches their bytes (`check_map_access`,
//! kernel/bpf/verifier.c), and so a copy of the whole value, too.

use bpfl_stdlib::catalog::helper::{self, Arg};

use super::{Proof, bounds::Address};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::MapId,
    ir::{Inst, Op, SealedPart, Value},
    source::Span,
};

/// Reports every access of such bytes, once for a form.
pub fn check(proof: &mut Proof<'_>) {
    if proof.module.maps.values().all(|map| map.sealed.is_empty()) {
        return;
    }
    let mut said: Vec<Span> = Vec::new();
    for block in proof.graph.order().to_vec() {
        for inst in proof.f.insts(block).to_vec() {
            if proof.f.kept.contains_key(&inst) {
                continue; // That is what may be done.
            }
            misplaced(proof, inst);
            of_another(proof, inst);
            let span = proof.f.span(inst);
            for (ptr, offset, bytes) in proof.reached(inst, block) {
                let addresses = proof.origins(ptr, offset);
                let touched = addresses.iter().find_map(|address| touched(proof, address, bytes));
                if let Some(part) = touched.filter(|_| !said.contains(&span)) {
                    said.push(span);
                    proof.diagnostics.push(diagnostic(part, span));
                }
            }
        }
    }
}

/// Reports locks and timers that helpers are given and that are not where the map's value has them
/// (`process_spin_lock` and `process_timer_func`, kernel/bpf/verifier.c).
fn misplaced(proof: &mut Proof<'_>, inst: Inst) {
    let Op::Call(id, args) = *proof.f.op(inst) else { return };
    let kinds = helper::by_id(id).map_or(&[][..], |row| row.args);
    for (arg, kind) in args.iter().zip(kinds) {
        let name = match kind {
            Arg::SpinLock => "bpf_spin_lock",
            Arg::Timer => "bpf_timer",
            _ => continue,
        };
        let wrong = proof.origins(arg, 0).into_iter().find_map(|address| elsewhere(proof, &address, name));
        if let Some(part) = wrong {
            let name = name.replace('_', "-");
            let message = format!("this is not where the map's value has its `{name}`");
            let error = Diagnostic::error(&codes::LOCK_HELD, proof.f.span(inst), message);
            let error = error.note(format!("it is at byte {} of the value", part.offset));
            proof.diagnostics.push(error.help("name the field of the value as `map-lookup` gives it"));
            return;
        }
    }
}

/// Reports a timer that is set up with another map than that which it is in (`check_func_arg`,
/// kernel/bpf/verifier.c, where a map is given after a timer).
fn of_another(proof: &mut Proof<'_>, inst: Inst) {
    let Op::Call(id, args) = *proof.f.op(inst) else { return };
    let kinds = helper::by_id(id).map_or(&[][..], |row| row.args);
    let args: Vec<Value> = args.iter().collect();
    let (Some(timer), Some(map)) = (at(&args, kinds, Arg::Timer), at(&args, kinds, Arg::Map)) else { return };
    let other = proof.origins(timer, 0).into_iter().find_map(|address| other_map(proof, &address, map));
    let Some(own) = other else { return };
    let (own, given) = (proof.module.maps[own].clone(), proof.f.map(map).map(|map| &proof.module.maps[map]));
    let name = own.symbol.replace('_', "-");
    let message = match given.filter(|given| given.symbol != own.symbol) {
        Some(given) => {
            format!("this timer is in a value of `{name}`, and `{}` is given", given.symbol.replace('_', "-"))
        }
        None => format!("this timer is in a value of another map like `{name}` than the one that is given"),
    };
    let error = Diagnostic::error(&codes::LOCK_HELD, proof.f.span(inst), message);
    let error = error.also(own.span, "the timer's map");
    proof.diagnostics.push(error.help("give the map in which the timer was looked up"));
}

/// The argument of this kind.
fn at(args: &[Value], kinds: &[Arg], kind: Arg) -> Option<Value> {
    args.get(kinds.iter().position(|own| *own == kind)?).copied()
}

/// The map in whose value an address is, if that is known and is not `given`.
fn other_map(proof: &Proof<'_>, address: &Address, given: Value) -> Option<MapId> {
    let Op::Call(_, args) = proof.f.def_op(address.root)? else { return None };
    let own = args.iter().find(|arg| proof.f.map(*arg).is_some())?;
    let (map, other) = (proof.f.map(own)?, proof.f.map(given)?);
    // Maps that a map of maps gave are like one definition, and each lookup may give another.
    let looked_up = |value: Value| matches!(proof.f.def_op(value), Some(Op::Call(..)));
    let differs = map != other || own != given && (looked_up(own) || looked_up(given));
    differs.then_some(map)
}

/// The part of a map's value that should be at an address and is not.
fn elsewhere<'a>(proof: &Proof<'a>, address: &Address, name: &str) -> Option<&'a SealedPart> {
    let map = map_of(proof, address)?;
    let part = proof.module.maps[map].sealed.iter().find(|part| part.c_name == name)?;
    (!address.parts.is_empty() || address.constant != part.offset.into()).then_some(part)
}

/// The map whose value an address is in.
fn map_of(proof: &Proof<'_>, address: &Address) -> Option<MapId> {
    let Op::Call(_, args) = proof.f.def_op(address.root)? else { return None };
    args.iter().find_map(|arg| proof.f.map(arg))
}

/// What an access of so many bytes touches that it must not.
fn touched<'a>(proof: &Proof<'a>, address: &Address, bytes: u32) -> Option<&'a SealedPart> {
    let map = map_of(proof, address)?;
    let first = address.constant;
    // Where a run-time number moves the pointer, its bounds keep it inside an array, which has none of these.
    let parts = proof.module.maps[map].sealed.iter().filter(|_| address.parts.is_empty());
    parts.into_iter().find(|part| {
        let (start, end) = (i64::from(part.offset), i64::from(part.offset + part.bytes));
        first < end && start < first.saturating_add(bytes.into())
    })
}

fn diagnostic(part: &SealedPart, span: Span) -> Diagnostic {
    let (code, message) = match part.c_name {
        "" => (&codes::KPTR, "this touches a kernel pointer in a map's value, which has its own ways".into()),
        name => {
            let name = name.replace('_', "-");
            let message = format!("this touches the `{name}` in a map's value, which is left to helpers");
            (&codes::LOCK_HELD, message)
        }
    };
    let (start, end) = (part.offset, part.offset + part.bytes);
    Diagnostic::error(code, span, message)
        .note(format!("it is bytes {start} to {} of the value", end - 1))
        .help("read, set or copy the other fields one by one")
}
