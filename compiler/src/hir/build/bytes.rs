//! Byte order. BPF programs here are little-endian, so network order is a swap away.

use super::{Builder, forms::Call};
use crate::{
    hir::{ExprId, ExprKind, Ty},
    source::Span,
};

/// Swaps the low `bytes` bytes and gives an unsigned value of that width.
pub fn swap<'a>(b: &mut Builder<'a>, call: &Call<'a>, bytes: u8) -> ExprId {
    let value = b.value(call.args[0]);
    swap_value(b, value, bytes, call.span)
}

/// As [`swap`], of a value that is built already.
pub fn swap_value(b: &mut Builder<'_>, value: ExprId, bytes: u8, span: Span) -> ExprId {
    let ty = type_of(bytes);
    let value = b.store_as(value, ty);
    match b.constant(value) {
        Some(value) => b.add(ExprKind::Int(swapped(bytes, value)), ty, span),
        None => b.add(ExprKind::Swap(bytes, value), ty, span),
    }
}

/// The unsigned type of so many bytes.
pub fn type_of(bytes: u8) -> Ty {
    match bytes {
        2 => Ty::U16,
        4 => Ty::U32,
        _ => Ty::U64,
    }
}

fn swapped(bytes: u8, value: i128) -> i128 {
    let swapped = (value as u64).swap_bytes() >> (64 - 8 * u32::from(bytes));
    swapped.into()
}
