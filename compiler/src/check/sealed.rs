//! Timers, locks and kernel pointers in map values are left to helpers, and to what is for them.
//!
//! The verifier refuses each access that touches their bytes (`check_map_access`,
//! kernel/bpf/verifier.c), and so a copy of the whole value, too.

use super::{Proof, bounds::Address};
use crate::{
    diagnostic::{Diagnostic, codes},
    ir::{Op, SealedPart},
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

/// What an access of so many bytes touches that it must not.
fn touched<'a>(proof: &Proof<'a>, address: &Address, bytes: u32) -> Option<&'a SealedPart> {
    let Op::Call(_, args) = proof.f.def_op(address.root)? else { return None };
    let map = args.iter().find_map(|arg| proof.f.map(arg))?;
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
