//! Strings, and operations on stretches of bytes.
//!
//! A string is an array of bytes in `.rodata`, with a zero byte after it; equal strings are one.

use super::{Builder, forms::Call};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{self, Compare, DataSection, ExprId, ExprKind, Ty, TypeKind},
    ir::Region,
    read::{Datum, DatumId},
    source::Span,
};

/// `(memset pointer [offset] byte n)`
pub fn memset<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let (pointer, offset, byte, count) = match *call.args {
        [pointer, offset, byte, count] => (pointer, Some(offset), byte, count),
        [pointer, byte, count] => (pointer, None, byte, count),
        _ => return b.nil(call.span),
    };
    let address = b.written(pointer, offset);
    let byte = b.value(byte);
    let byte = b.store_as(byte, Ty::U8);
    let bytes = b.byte_count(count);
    match (address, bytes) {
        (Some((ptr, offset)), Some(bytes)) => {
            b.add(ExprKind::Fill { ptr, offset, byte, bytes }, Ty::NOTHING, call.span)
        }
        _ => b.add(ExprKind::Error, Ty::ERROR, call.span),
    }
}

/// `(zero pointer)`: all of what it points to.
pub fn zero<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let address = b.written(call.args[0], None);
    let Some((ptr, offset)) = address else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    let bytes = b.pointee_size(ptr);
    if bytes == 0 {
        return b.unsized_memory(ptr, "(memset pointer 0 n)");
    }
    if b.at_once(bytes.into(), call.span).is_none() {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    }
    let byte = b.add(ExprKind::Int(0), Ty::U8, call.span);
    b.add(ExprKind::Fill { ptr, offset, byte, bytes }, Ty::NOTHING, call.span)
}

/// `(memcpy to [offset] from [offset] n)`
pub fn memcpy<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let (to, to_offset, from, from_offset, count) = match *call.args {
        [to, to_offset, from, from_offset, count] => (to, Some(to_offset), from, Some(from_offset), count),
        [to, from, count] => (to, None, from, None, count),
        _ => {
            let error = Diagnostic::error(&codes::ARITY, call.span, "`memcpy` takes 3 or 5 arguments");
            return b.fail(error.help("write `(memcpy to from n)` or `(memcpy to offset from offset n)`"));
        }
    };
    let to = b.written(to, to_offset);
    let from = match b.text_address(from) {
        Some(text) => Some((text, 0)),
        None => b.address(from, from_offset),
    };
    let bytes = b.byte_count(count);
    match (to, from, bytes) {
        (Some(to), Some(from), Some(bytes)) => {
            b.add(ExprKind::CopyBytes { to, from, bytes }, Ty::NOTHING, call.span)
        }
        _ => b.add(ExprKind::Error, Ty::ERROR, call.span),
    }
}

/// `(memcmp a b [n])`: C's sign, an i32. One of them may be a string, padded with zeroes.
pub fn memcmp<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let [left, right, ref count @ ..] = *call.args else { return b.nil(call.span) };
    b.compare_bytes(left, right, count.first().copied(), call.span)
}

/// `(comm= a "text")`: whether all of the array a is the text, padded with zeroes.
pub fn is_comm<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let order = b.compare_bytes(call.args[0], call.args[1], None, call.span);
    if b.ty(order) == Ty::ERROR {
        return order;
    }
    let zero = b.literal(0, call.span);
    b.compare(Compare::Eq, order, zero, call.span)
}

impl<'a> Builder<'a> {
    /// The address of a string literal; `None` for other data.
    pub(super) fn text_address(&mut self, datum: DatumId) -> Option<ExprId> {
        let Datum::Str(id) = self.data.get(datum) else { return None };
        let mut bytes = self.data.string(id).to_vec();
        bytes.push(0);
        Some(self.string_of(bytes, self.span(datum)))
    }

    fn string_of(&mut self, bytes: Vec<u8>, span: Span) -> ExprId {
        let count = bytes.len() as u32;
        let ty = self.module.types.intern(TypeKind::Array { element: Ty::U8, count });
        let known = self.module.globals.iter().find(|(_, global)| global.internal && global.init == bytes);
        let id = match known.map(|(id, _)| id) {
            Some(id) => id,
            None => {
                let strings = self.module.globals.values().filter(|global| global.internal).count();
                let symbol = format!("__bpfl_str_{strings}");
                let section = DataSection::Rodata;
                self.module.globals.push(hir::Global {
                    symbol,
                    ty,
                    section,
                    init: bytes,
                    internal: true,
                    span,
                })
            }
        };
        let pointer = self.module.types.pointer(ty, Region::Global, false);
        self.add(ExprKind::Global(id), pointer, span)
    }

    /// An address that is written to: not a string's.
    fn written(&mut self, pointer: DatumId, offset: Option<DatumId>) -> Option<(ExprId, i32)> {
        if let Datum::Str(_) = self.data.get(pointer) {
            let message = "a string literal cannot be changed";
            self.fail_at(&codes::NOT_A_PLACE, self.span(pointer), message);
            return None;
        }
        self.address(pointer, offset)
    }

    /// A constant number of bytes.
    fn byte_count(&mut self, datum: DatumId) -> Option<u32> {
        let count = self.constant_value(datum)?;
        self.at_once(count, self.span(datum))
    }

    fn pointee_size(&self, ptr: ExprId) -> u32 {
        self.module.types.as_pointer(self.ty(ptr)).map_or(0, |p| self.module.types.size(p.pointee))
    }

    fn unsized_memory(&mut self, ptr: ExprId, usage: &str) -> ExprId {
        let message = "how many bytes are there does not follow from this pointer's type";
        let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.expr_span(ptr), message);
        self.fail(error.help(format!("say how many: `{usage}`")))
    }

    fn compare_bytes(&mut self, left: DatumId, right: DatumId, count: Option<DatumId>, span: Span) -> ExprId {
        let (a, text_first) = match self.data.get(left) {
            Datum::Str(_) => (self.address(right, None), true),
            _ => (self.address(left, None), false),
        };
        let text = if text_first { left } else { right };
        let text = match self.data.get(text) {
            Datum::Str(id) => Some(self.data.string(id).to_vec()),
            _ => None,
        };
        let b = match (&text, text_first) {
            (None, false) => Some(self.address(right, None)),
            _ => None,
        };
        let bytes = match count {
            Some(count) => self.byte_count(count),
            None => a.map(|(ptr, _)| self.pointee_size(ptr)),
        };
        let (Some(a), Some(bytes)) = (a, bytes) else { return self.add(ExprKind::Error, Ty::ERROR, span) };
        if bytes == 0 && count.is_none() {
            return self.unsized_memory(a.0, "(memcmp a b n)");
        }
        if self.at_once(bytes.into(), span).is_none() {
            return self.add(ExprKind::Error, Ty::ERROR, span);
        }
        if let Some(mut text) = text {
            if text.len() > bytes as usize {
                return self.too_long(text.len(), bytes, span);
            }
            text.resize(bytes as usize, 0);
            let order = self.add(ExprKind::CompareText { a, text }, Ty::I32, span);
            return if text_first { self.negated(order, span) } else { order };
        }
        match b.flatten() {
            Some(b) => self.add(ExprKind::CompareBytes { a, b, bytes }, Ty::I32, span),
            None => self.add(ExprKind::Error, Ty::ERROR, span),
        }
    }

    fn negated(&mut self, value: ExprId, span: Span) -> ExprId {
        let zero = self.add(ExprKind::Int(0), Ty::I32, span);
        self.add(ExprKind::Binary(hir::Binary::Sub, zero, value), Ty::I32, span)
    }

    fn too_long(&mut self, length: usize, bytes: u32, span: Span) -> ExprId {
        let message =
            format!("this text has {length} bytes, and {bytes} are compared: it can never be equal");
        let error = Diagnostic::error(&codes::LITERAL_RANGE, span, message);
        self.fail(error.help("shorten the text; a process's name, for one, has 15 bytes at most"))
    }
}
