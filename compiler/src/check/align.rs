//! What must be aligned is.
//!
//! The verifier wants accesses of the stack, and atomics everywhere, at a multiple of their width
//! (`check_ptr_alignment`, kernel/bpf/verifier.c). Elsewhere the machines that matter do not mind.

use super::{Proof, bounds::Address};
use crate::{
    diagnostic::{Diagnostic, codes},
    ir::{Binary, Op, Value},
    source::Span,
};

/// What map values, records and contexts are aligned to, in bytes.
const MOST: u64 = 8;

/// Reports every access that may not be aligned.
pub fn check(proof: &mut Proof<'_>) {
    for block in proof.graph.order().to_vec() {
        for inst in proof.f.insts(block).to_vec() {
            let (bytes, ptr, offset, atomic) = match *proof.f.op(inst) {
                Op::Load { bytes, ptr, offset } | Op::Store { bytes, ptr, offset, .. } => {
                    (bytes, ptr, offset, false)
                }
                Op::Atomic { bytes, ptr, offset, .. } | Op::CompareExchange { bytes, ptr, offset, .. } => {
                    (bytes, ptr, offset, true)
                }
                _ => continue,
            };
            if !atomic && !proof.f.ty(ptr).may_be_stack() {
                continue;
            }
            let must = |address: &&Address| atomic || proof.on_stack(address.root);
            let addresses = proof.origins(ptr, offset.into());
            let mut strict = addresses.iter().filter(must);
            let odd = strict.find(|address| alignment(proof, address) < u64::from(bytes));
            if let Some(address) = odd {
                let diagnostic = diagnostic(proof.f.span(inst), address, bytes, atomic);
                proof.diagnostics.push(diagnostic);
            }
        }
    }
}

/// The greatest power of two, up to [`MOST`], that an address is known to be a multiple of.
fn alignment(proof: &Proof<'_>, address: &Address) -> u64 {
    let root = match proof.f.def_op(address.root) {
        Some(Op::SlotAddr(slot)) => proof.f.slots[*slot].align.into(),
        Some(Op::GlobalAddr(global)) => proof.module.globals[*global].align.into(),
        _ => MOST,
    };
    let parts = address.parts.iter().map(|part| factor(proof, part.value, 16));
    parts.fold(power(address.constant as u64).min(root), u64::min)
}

/// The greatest power of two up to [`MOST`] that divides `value`.
fn power(value: u64) -> u64 {
    1 << value.trailing_zeros().min(MOST.trailing_zeros())
}

/// The same of a value known at run time only; `depth` operations are looked through.
fn factor(proof: &Proof<'_>, value: Value, depth: u32) -> u64 {
    if let Some(constant) = proof.f.constant(value) {
        return power(constant as u64);
    }
    let of = |value: Value| factor(proof, value, depth - 1);
    match proof.f.def_op(value) {
        _ if depth == 0 => 1,
        Some(Op::Zext(a) | Op::Sext(a) | Op::Trunc(a)) => of(*a),
        Some(Op::Binary(Binary::Mul, a, b)) => (of(*a) * of(*b)).min(MOST),
        Some(Op::Binary(Binary::And, a, b)) => of(*a).max(of(*b)),
        Some(Op::Binary(Binary::Add | Binary::Sub | Binary::Or, a, b)) => of(*a).min(of(*b)),
        Some(Op::Binary(Binary::Shl, a, b)) => match proof.f.constant(*b) {
            Some(by @ 0..=3) => (of(*a) << by).min(MOST),
            Some(_) => MOST,
            None => of(*a),
        },
        _ => 1,
    }
}

fn diagnostic(span: Span, address: &Address, bytes: u8, atomic: bool) -> Diagnostic {
    let what = if atomic { "an atomic" } else { "an access of the stack" };
    let message = match address.parts.is_empty() {
        true => format!(
            "{what} of {bytes} bytes is at a multiple of {bytes}, and this is at offset {}",
            address.constant
        ),
        false => format!("{what} of {bytes} bytes is at a multiple of {bytes}, and this may be anywhere"),
    };
    let error = Diagnostic::error(&codes::MISALIGNED, span, message);
    match atomic {
        true => error.help(format!("put the value where its offset is a multiple of {bytes}")),
        false => error.help("read it byte by byte, or copy it to an object of its own with `memcpy`"),
    }
}
