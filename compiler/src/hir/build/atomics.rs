//! Atomic operations. Their width is the pointee's, 4 or 8 bytes.

use super::{Builder, binding::delta, forms::Call};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{Atomic, Binary, ExprId, ExprKind, Ty},
    ir::Region,
    read::DatumId,
};

/// A place that an atomic operation works on: address, offset from it, type.
type AtomicPlace = (ExprId, i32, Ty);

/// `(atomic-add pointer [offset] n)` and its kin.
pub fn atomic<'a>(b: &mut Builder<'a>, call: &Call<'a>, (op, fetch): (Atomic, bool)) -> ExprId {
    let Some((place, value)) = operands(b, call) else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    let value = b.store_as(value, place.2);
    perform(b, call, (op, fetch), place, value)
}

/// `(atomic-sub pointer [offset] n)`: adds what is negated.
pub fn subtract<'a>(b: &mut Builder<'a>, call: &Call<'a>, fetch: bool) -> ExprId {
    let Some((place, value)) = operands(b, call) else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    let value = delta(b, Binary::Sub, value, place.2, call.span);
    perform(b, call, (Atomic::Add, fetch), place, value)
}

/// `(atomic-cmpxchg pointer [offset] old new)`: the value is what was there.
pub fn compare_exchange<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let (pointer, offset, old, new) = match *call.args {
        [pointer, offset, old, new] => (pointer, Some(offset), old, new),
        [pointer, old, new] => (pointer, None, old, new),
        _ => return b.nil(call.span),
    };
    let place = atomic_place(b, pointer, offset, call);
    let (old, new) = (b.value(old), b.value(new));
    let Some((ptr, offset, ty)) = place else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    let (old, new) = (b.store_as(old, ty), b.store_as(new, ty));
    b.add(ExprKind::CompareExchange { ptr, offset, old, new }, ty, call.span)
}

fn perform(
    b: &mut Builder<'_>,
    call: &Call<'_>,
    (op, fetch): (Atomic, bool),
    (ptr, offset, ty): AtomicPlace,
    value: ExprId,
) -> ExprId {
    let bits = matches!(op, Atomic::And | Atomic::Or | Atomic::Xor);
    if fetch && bits && b.is_in_arena(b.ty(ptr)) {
        // The JIT of x86 makes loops of these, and none in arenas (`bpf_jit_supports_insn`,
        // arch/x86/net/bpf_jit_comp.c).
        let message = "in an arena this atomic does not give what was there before";
        let error = Diagnostic::error(&codes::BAD_OPERAND, call.span, message);
        return b.fail(error.help("leave `fetch` away, or repeat `(atomic-cmpxchg pointer old new)`"));
    }
    let kind = ExprKind::Atomic { op, ptr, offset, value, fetch };
    b.add(kind, if fetch { ty } else { Ty::NOTHING }, call.span)
}

/// The place and the operand, the place's subforms first.
fn operands<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> Option<(AtomicPlace, ExprId)> {
    let (pointer, offset, value) = match *call.args {
        [pointer, offset, value] => (pointer, Some(offset), value),
        [pointer, value] => (pointer, None, value),
        _ => return None,
    };
    let place = atomic_place(b, pointer, offset, call);
    let value = b.value(value);
    Some((place?, value))
}

/// What the verifier allows: `check_atomic` in kernel/bpf/verifier.c.
fn atomic_place<'a>(
    b: &mut Builder<'a>,
    pointer: DatumId,
    offset: Option<DatumId>,
    call: &Call<'a>,
) -> Option<AtomicPlace> {
    let (ptr, offset) = b.address(pointer, offset)?;
    let (ty, region) = b.scalar_pointee(ptr)?;
    if b.module.types.size(ty) < 4 {
        let message = format!("atomics are 4 or 8 bytes wide, and this is {}", b.show(ty));
        let error = Diagnostic::error(&codes::BAD_OPERAND, call.span, message);
        b.report(error.help("make the value a u32 or u64"));
        return None;
    }
    if region.is_packet() || matches!(region, Region::Socket | Region::XdpSocket | Region::Kernel) {
        let error = Diagnostic::error(&codes::BAD_OPERAND, call.span, "there are no atomics on this memory");
        b.report(error.help("nobody else changes a packet meanwhile: `(store u32 p (+ (load u32 p) 1))`"));
        return None;
    }
    Some((ptr, offset, ty))
}
