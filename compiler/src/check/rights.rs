//! Programs do with a map's values what the map's flags let them: read, write, or both (`check_map_access_type` and
//! `record_func_map`, kernel/bpf/verifier.c).

use bpfl_stdlib::catalog::{
    helper,
    map::{RDONLY_PROG, WRONLY_PROG, compat},
};

use super::{Proof, bounds::Address, readonly};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::MapId,
    ir::{Block, Inst, Op, Value},
    source::Span,
};

/// Reports every use of a map that its flags forbid, once for a form.
pub fn check(proof: &mut Proof<'_>) {
    if proof.module.maps.values().all(|map| map.rights.read && map.rights.write) {
        return;
    }
    let mut said: Vec<Span> = Vec::new();
    for block in proof.graph.order().to_vec() {
        for inst in proof.f.insts(block).to_vec() {
            let span = proof.f.span(inst);
            let Some((map, does)) = forbidden(proof, inst, block).filter(|_| !said.contains(&span)) else {
                continue;
            };
            said.push(span);
            let error = diagnostic(proof, map, does, span);
            proof.diagnostics.push(error);
        }
    }
}

/// What is done with a map.
#[derive(Clone, Copy)]
enum Does {
    Read,
    Write,
}

/// The map whose flags forbid what an instruction does, and what that is.
fn forbidden(proof: &Proof<'_>, inst: Inst, block: Block) -> Option<(MapId, Does)> {
    let rights = |map: &MapId| proof.module.maps[*map].rights;
    let changed = changed(proof, inst).filter(|map| !rights(map).write);
    let written = || readonly::written(proof, inst).into_iter().flat_map(|ptr| maps_of(proof, ptr));
    let written = changed.or_else(|| written().find(|map| !rights(map).write));
    let read = || read(proof, inst, block).into_iter().flat_map(|ptr| maps_of(proof, ptr));
    let read = || read().find(|map| !rights(map).read);
    let called = || {
        called(proof, inst)
            .find(|(map, writes, reads)| *writes && !rights(map).write || *reads && !rights(map).read)
    };
    let called =
        || called().map(|(map, ..)| (map, if rights(&map).write { Does::Read } else { Does::Write }));
    written.map(|map| (map, Does::Write)).or_else(|| read().map(|map| (map, Does::Read))).or_else(called)
}

/// The maps whose values a pointer may be to.
fn maps_of(proof: &Proof<'_>, ptr: Value) -> Vec<MapId> {
    let map_of = |address: Address| {
        let Op::Call(_, args) = proof.f.def_op(address.root)? else { return None };
        args.iter().find_map(|arg| proof.f.map(arg))
    };
    proof.origins(ptr, 0).into_iter().filter_map(map_of).collect()
}

/// The map in which a helper puts, changes or deletes entries.
fn changed(proof: &Proof<'_>, inst: Inst) -> Option<MapId> {
    let Op::Call(id, args) = *proof.f.op(inst) else { return None };
    helper::by_id(id).filter(|row| compat::changes(row.name))?;
    args.iter().find_map(|arg| proof.f.map(arg))
}

/// The pointers through which an instruction, or what it calls, reads.
pub(super) fn read(proof: &Proof<'_>, inst: Inst, block: Block) -> Vec<Value> {
    match *proof.f.op(inst) {
        Op::Store { .. } => Vec::new(),
        Op::CallFunction(func, args) => {
            let reads = proof.callees.get(func).map_or(&[][..], |callee| &callee.reads);
            args.iter().zip(reads).filter(|(_, reads)| **reads).map(|(arg, _)| arg).collect()
        }
        Op::Call(id, args) => {
            let kinds = helper::by_id(id).map_or(&[][..], |row| row.args);
            let filled: Vec<Value> =
                args.iter().zip(kinds).filter(|(_, kind)| kind.is_written()).map(|(arg, _)| arg).collect();
            let used = proof.accesses(inst, block).into_iter().map(|(ptr, ..)| ptr);
            used.filter(|ptr| !filled.contains(ptr)).collect()
        }
        _ => proof.accesses(inst, block).into_iter().map(|(ptr, ..)| ptr).collect(),
    }
}

/// What a walk over a map has called: the map, and whether that writes and reads the values that it is given.
fn called(proof: &Proof<'_>, inst: Inst) -> impl Iterator<Item = (MapId, bool, bool)> {
    let found = || {
        let Op::Call(id, args) = *proof.f.op(inst) else { return None };
        helper::by_id(id).filter(|row| row.name == "for_each_map_elem")?;
        let map = args.iter().find_map(|arg| proof.f.map(arg))?;
        let func = args.iter().find_map(|arg| match proof.f.def_op(arg) {
            Some(Op::FuncAddr(func)) => Some(*func),
            _ => None,
        })?;
        let callee = proof.callees.get(func)?;
        let at = |of: &[bool]| of.get(WALKED_VALUE).copied().unwrap_or(false);
        Some((map, at(&callee.writes), at(&callee.reads)))
    };
    found().into_iter()
}

/// Which argument of the body of a walk is the value, behind map and key (`map_set_for_each_callback_args`,
/// kernel/bpf/verifier.c).
const WALKED_VALUE: usize = 2;

fn diagnostic(proof: &Proof<'_>, map: MapId, does: Does, span: Span) -> Diagnostic {
    let info = &proof.module.maps[map];
    let name = info.symbol.replace('_', "-");
    let (only, flag, other) = match does {
        Does::Write => ("read", "BPF_F_RDONLY_PROG", "writes to it"),
        Does::Read => ("write", "BPF_F_WRONLY_PROG", "reads what is in it"),
    };
    let message = format!("programs may only {only} what is in `{name}`, and this {other}");
    let error = Diagnostic::error(&codes::MAP_OPERATION, span, message).also(info.span, "defined here");
    match info.flags & (RDONLY_PROG | WRONLY_PROG) {
        0 => error.help("userspace fills maps of this kind"),
        _ => error.help(format!("leave `{flag}` out of its `:map-flags`, or let userspace do it")),
    }
}
