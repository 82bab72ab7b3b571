//! Arithmetic, bit operations, shifts and casts.
//!
//! Operations on literals alone are done here, on the mathematical integers, so that
//! `(defconstant +n+ (* 4 10))` is as much a literal as 40 is.

use bpfl_stdlib::catalog::limit::MOVED_BYTES;

use super::{Builder, forms::Call};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{Binary, Compare, ExprId, ExprKind, Pointer, Ty, TypeKind},
    ir::Region,
    read::DatumId,
    source::Span,
};

/// An n-ary operation, from the left. Without operands it is the operation's neutral element.
pub fn fold<'a>(b: &mut Builder<'a>, call: &Call<'a>, op: Binary) -> ExprId {
    let operands: Vec<_> = call.args.iter().map(|arg| b.value(*arg)).collect();
    match operands[..] {
        [] => b.literal(neutral(op), call.span),
        [only] => b.number(only),
        [first, ref rest @ ..] => {
            rest.iter().fold(first, |left, right| b.operate(op, left, *right, call.span))
        }
    }
}

fn neutral(op: Binary) -> i128 {
    match op {
        Binary::Mul => 1,
        Binary::And => -1,
        _ => 0,
    }
}

/// `(- a)` negates, `(- a b …)` subtracts.
pub fn minus<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    if call.args.len() > 1 {
        return fold(b, call, Binary::Sub);
    }
    let operand = b.value(call.args[0]);
    let zero = b.literal(0, call.span);
    b.operate(Binary::Sub, zero, operand, call.span)
}

/// `(lognot a)`
pub fn lognot<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let operand = b.value(call.args[0]);
    let ones = b.literal(-1, call.span);
    b.operate(Binary::Xor, operand, ones, call.span)
}

/// `(1+ a)` and `(1- a)`
pub fn by_one<'a>(b: &mut Builder<'a>, call: &Call<'a>, op: Binary) -> ExprId {
    let operand = b.value(call.args[0]);
    let one = b.literal(1, call.span);
    b.operate(op, operand, one, call.span)
}

/// Shifts: the type is the left operand's, widened.
pub fn shift<'a>(b: &mut Builder<'a>, call: &Call<'a>, op: Binary) -> ExprId {
    let (left, amount) = (b.value(call.args[0]), b.value(call.args[1]));
    b.shift(op, left, amount, call.span)
}

/// `(ash a n)`: left by a positive constant, right by a negative one.
pub fn ash<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let (left, amount) = (b.value(call.args[0]), b.value(call.args[1]));
    let Some(count) = b.known(amount) else {
        b.counters.want_constants();
        let error = Diagnostic::error(&codes::NOT_CONSTANT, b.expr_span(amount), "`ash` takes a constant")
            .help("for a count known at run time write `(<< a n)` or `(>> a n)`");
        return b.fail(error);
    };
    let op = if count < 0 { Binary::Shr } else { Binary::Shl };
    let amount = b.literal(count.abs(), b.expr_span(amount));
    b.shift(op, left, amount, call.span)
}

/// `(min a …)` and `(max a …)`: `keep` is the comparison under which the left one stays.
pub fn extreme<'a>(b: &mut Builder<'a>, call: &Call<'a>, keep: Compare) -> ExprId {
    let mut operands: Vec<_> = call.args.iter().map(|arg| b.value(*arg)).collect();
    if let Some(never) = b.never_computed(&operands, call.span) {
        return never;
    }
    if let Some(values) = operands.iter().map(|o| b.literal_value(*o)).collect::<Option<Vec<_>>>() {
        let found = if keep == Compare::Le { values.iter().min() } else { values.iter().max() };
        return b.literal(found.copied().unwrap_or(0), call.span);
    }
    if b.unify(&mut operands, call.span).is_none() {
        return b.poison_unless_literal(&operands, call.span);
    }
    let first = operands[0];
    operands[1..].iter().fold(first, |left, right| b.choose(keep, left, *right, call.span))
}

/// `(abs a)`; the least value is its own.
pub fn abs<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let value = b.value(call.args[0]);
    if let Some(value) = b.literal_value(value) {
        return b.literal(value.abs(), call.span);
    }
    let value = b.number(value);
    if !matches!(b.kind(b.ty(value)), TypeKind::Int(int) if int.signed) {
        return value;
    }
    let (var, value) = b.hold(value);
    let ty = b.ty(value);
    let (x, y, zero) =
        (b.read_var(var, call.span), b.read_var(var, call.span), b.add(ExprKind::Int(0), ty, call.span));
    let negated = b.add(ExprKind::Binary(Binary::Sub, zero, y), ty, call.span);
    let test = b.add(ExprKind::Compare(Compare::Lt, x, zero), Ty::BOOL, call.span);
    let keep = b.read_var(var, call.span);
    let choice = b.add(ExprKind::If(test, negated, keep), ty, call.span);
    b.add(ExprKind::Let(vec![(var, value)], choice), ty, call.span)
}

/// `(cast type x)`: always truncates.
pub fn cast<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    if b.items(call.args[0]).is_some_and(|items| !items.is_empty()) {
        return b.cast_pointer(call.args[0], call.args[1], call.span);
    }
    let Some(ty) = b.scalar_type(call.args[0]) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let value = b.value(call.args[1]);
    b.truncate(value, ty, call.span)
}

/// `(u32 x)`: types a literal, which must fit; truncates or extends a computed value.
pub fn convert_to<'a>(b: &mut Builder<'a>, call: &Call<'a>, ty: Ty) -> ExprId {
    let value = b.value(call.args[0]);
    match b.module.exprs[value].kind {
        ExprKind::Int(_) if b.ty(value) == Ty::LITERAL => b.store_as(value, ty),
        _ => b.truncate(value, ty, call.span),
    }
}

impl<'a> Builder<'a> {
    /// The scalar type that `datum` names.
    pub(super) fn scalar_type(&mut self, datum: DatumId) -> Option<Ty> {
        let ty = self.scalar_data_type(datum)?;
        Some(self.module.types.plain(ty))
    }

    /// The type of a number in memory.
    pub(super) fn scalar_data_type(&mut self, datum: DatumId) -> Option<Ty> {
        let scalar = self.symbol(datum).and_then(|name| crate::hir::Types::named(self.text(name)));
        let own = || self.data.symbol(datum).map(|name| self.names.kernel(name));
        let known = scalar.or_else(|| own().and_then(|name| self.enum_named(name)));
        if known.is_none() {
            self.unknown_type(datum);
        }
        known
    }

    fn truncate(&mut self, value: ExprId, ty: Ty, span: Span) -> ExprId {
        let from = self.ty(value);
        match (self.module.types.as_int(ty), self.constant(value)) {
            (Some(int), Some(constant)) => {
                let wrapped = if ty == Ty::BOOL { i128::from(constant != 0) } else { int.wrap(constant) };
                self.add(ExprKind::Int(wrapped), ty, span)
            }
            _ if ty == Ty::BOOL => {
                let test = self.as_test(value);
                let inverse = self.add(ExprKind::Not(test), Ty::BOOL, span);
                self.add(ExprKind::Not(inverse), Ty::BOOL, span)
            }
            _ if self.module.types.as_int(from).is_some() => self.convert(value, ty),
            _ if ty == Ty::U64 && self.is_in_arena(from) => self.add(ExprKind::Convert(value), ty, span),
            _ => self.store_as(value, ty),
        }
    }

    /// `expr` as a number at least 32 bits wide; literals stay as they are.
    pub(super) fn number(&mut self, expr: ExprId) -> ExprId {
        let mut operands = [expr];
        let span = self.expr_span(expr);
        self.unify(&mut operands, span);
        operands[0]
    }

    fn poison_unless_literal(&mut self, operands: &[ExprId], span: Span) -> ExprId {
        if operands.iter().all(|o| [Ty::LITERAL, Ty::NEVER].contains(&self.ty(*o))) {
            let mut settled: Vec<_> = operands.iter().map(|o| self.settled(*o)).collect();
            self.unify(&mut settled, span);
            return settled[0];
        }
        self.add(ExprKind::Error, Ty::ERROR, span)
    }

    /// What is computed of something that never gives a value is not computed: the operands up to that one are
    /// all there is.
    pub(super) fn never_computed(&mut self, operands: &[ExprId], span: Span) -> Option<ExprId> {
        let first = operands.iter().position(|operand| self.ty(*operand) == Ty::NEVER)?;
        let done = operands[..=first].iter().map(|operand| self.settled(*operand)).collect();
        Some(self.add(ExprKind::Seq(done), Ty::NEVER, span))
    }

    /// `left op right`.
    pub(super) fn operate(&mut self, op: Binary, left: ExprId, right: ExprId, span: Span) -> ExprId {
        if let Some(never) = self.never_computed(&[left, right], span) {
            return never;
        }
        if let Some(pointer) = self.pointer_arithmetic(op, left, right, span) {
            return pointer;
        }
        if let (Some(a), Some(c)) = (self.literal_value(left), self.literal_value(right)) {
            return self.fold_literals(op, a, c, span);
        }
        let mut operands = [left, right];
        let ty = match self.unify(&mut operands, span) {
            Some(ty) => ty,
            None if self.ty(left) == Ty::LITERAL && self.ty(right) == Ty::LITERAL => {
                // A choice among literals: computed at the default type.
                operands = operands.map(|o| self.settled(o));
                match self.unify(&mut operands, span) {
                    Some(ty) => ty,
                    None => return self.add(ExprKind::Error, Ty::ERROR, span),
                }
            }
            None => return self.add(ExprKind::Error, Ty::ERROR, span),
        };
        if matches!(op, Binary::Div | Binary::Rem | Binary::Mod) && self.constant(operands[1]) == Some(0) {
            return self.division_by_zero(span);
        }
        self.add(ExprKind::Binary(op, operands[0], operands[1]), ty, span)
    }

    fn division_by_zero(&mut self, span: Span) -> ExprId {
        let error = Diagnostic::error(&codes::BAD_OPERAND, span, "this divides by zero")
            .note("a divisor that is zero at run time gives 0, and `mod` and `rem` give the dividend");
        self.fail(error)
    }

    fn fold_literals(&mut self, op: Binary, a: i128, c: i128, span: Span) -> ExprId {
        let value = match op {
            Binary::Add => a.checked_add(c),
            Binary::Sub => a.checked_sub(c),
            Binary::Mul => a.checked_mul(c),
            Binary::Div | Binary::Rem | Binary::Mod if c == 0 => return self.division_by_zero(span),
            Binary::Div => a.checked_div(c),
            Binary::Rem => a.checked_rem(c),
            Binary::Mod => a.checked_rem(c).map(|r| if r != 0 && (r < 0) != (c < 0) { r + c } else { r }),
            Binary::And => Some(a & c),
            Binary::Or => Some(a | c),
            Binary::Xor => Some(a ^ c),
            Binary::Shl => u32::try_from(c).ok().and_then(|n| a.checked_mul(1i128.checked_shl(n)?)),
            Binary::Shr | Binary::Sar => Some(a >> c.clamp(0, 127)),
        };
        match value.filter(|v| (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(v)) {
            Some(value) => self.literal(value, span),
            None => self.fail_at(&codes::LITERAL_RANGE, span, "this constant does not fit 64 bits"),
        }
    }

    /// `(+ pointer n)`, `(+ n pointer)` and `(- pointer n)` count bytes.
    fn pointer_arithmetic(&mut self, op: Binary, left: ExprId, right: ExprId, span: Span) -> Option<ExprId> {
        let is_pointer = |b: &Self, e| b.module.types.as_pointer(b.ty(e)).is_some();
        let (pointer, offset) = match (is_pointer(self, left), is_pointer(self, right), op) {
            (false, false, _) => return None,
            (true, false, Binary::Add | Binary::Sub) => (left, right),
            (false, true, Binary::Add) => (right, left),
            (true, true, Binary::Sub) if self.in_packet(left) && self.in_packet(right) => {
                return Some(self.add(ExprKind::Distance(left, right), Ty::U64, span));
            }
            _ => {
                let message = "pointers can only be moved, with `+` and `-`";
                return Some(self.fail_at(&codes::TYPE_MISMATCH, span, message));
            }
        };
        let mut offset = self.store_as(offset, Ty::I64);
        if let Some(error) = self.moved_by_a_constant(pointer, offset, span) {
            return Some(error);
        }
        if op == Binary::Sub {
            let zero = self.add(ExprKind::Int(0), Ty::I64, span);
            offset = match self.constant(offset) {
                Some(value) => self.add(ExprKind::Int(-value), Ty::I64, span),
                None => self.add(ExprKind::Binary(Binary::Sub, zero, offset), Ty::I64, span),
            };
        }
        let ty = self.ty(pointer);
        Some(self.add(ExprKind::Advance(pointer, offset), ty, span))
    }

    /// Reports what the verifier lets nobody move, or constants alone (`check_ptr_off_reg` and
    /// `adjust_ptr_min_max_vals`, kernel/bpf/verifier.c). A kernel object moved by a constant can be read where a
    /// member happens to begin, which is another place on each kernel.
    fn moved_by_a_constant(&mut self, pointer: ExprId, offset: ExprId, span: Span) -> Option<ExprId> {
        let Pointer { region, pointee, .. } = self.module.types.as_pointer(self.ty(pointer))?;
        let known = self.known(offset);
        if self.ty(offset) == Ty::ERROR || known == Some(0) {
            return None;
        }
        if let TypeKind::Kernel(_) = self.kind(pointee) {
            let message = format!("this is {}, which cannot be moved", self.show(self.ty(pointer)));
            let diagnostic = Diagnostic::error(&codes::TYPE_MISMATCH, span, message);
            return Some(
                self.fail(
                    diagnostic
                        .help("where members begin differs from kernel to kernel: read them by their names"),
                ),
            );
        }
        if region == Region::XdpSocket {
            let message = format!("a pointer to {} is not moved", region.words());
            let error = Diagnostic::error(&codes::TYPE_MISMATCH, span, message);
            return Some(self.fail(error.help("read its field by its name: `(bpf-xdp-sock-queue-id p)`")));
        }
        let fixed = [Region::Kernel, Region::Ctx, Region::Socket, Region::FlowKeys];
        if region != Region::Arena && known.is_some_and(|known| known.unsigned_abs() >= MOVED_BYTES.into()) {
            let message = format!("a pointer can be moved by less than {MOVED_BYTES} bytes");
            return Some(self.fail_at(&codes::LITERAL_RANGE, span, message));
        }
        if !fixed.contains(&region) || known.is_some() {
            return None;
        }
        let message = format!("a pointer to {} is moved by constants alone", region.words());
        Some(self.fail_at(&codes::TYPE_MISMATCH, span, message))
    }

    fn in_packet(&self, expr: ExprId) -> bool {
        let region = self.module.types.as_pointer(self.ty(expr)).map(|pointer| pointer.region);
        region.is_some_and(|region| Region::ORDERED.contains(&region))
    }

    fn shift(&mut self, op: Binary, left: ExprId, amount: ExprId, span: Span) -> ExprId {
        if let Some(never) = self.never_computed(&[left, amount], span) {
            return never;
        }
        if let (Some(a), Some(n)) = (self.literal_value(left), self.constant(amount)) {
            return match (0..64).contains(&n) {
                true => self.fold_literals(op, a, n, span),
                false => self.shift_too_far(n, 64, amount),
            };
        }
        let left = self.settled(left);
        let left = self.number(left);
        let TypeKind::Int(int) = self.kind(self.ty(left)) else {
            return self.add(ExprKind::Error, Ty::ERROR, span);
        };
        if let Some(n) = self.constant(amount)
            && !(0..i128::from(int.bits)).contains(&n)
        {
            return self.shift_too_far(n, int.bits, amount);
        }
        let ty = self.ty(left);
        let amount = self.store_as(amount, ty);
        self.add(ExprKind::Binary(op, left, amount), ty, span)
    }

    fn shift_too_far(&mut self, count: i128, bits: u8, amount: ExprId) -> ExprId {
        let message = format!("a {bits}-bit value cannot be shifted by {count}");
        let error = Diagnostic::error(&codes::BAD_OPERAND, self.expr_span(amount), message)
            .help(format!("shift by 0 to {}; to widen first, write `(u64 x)`", bits - 1));
        self.fail(error)
    }

    /// `left` if it compares so to `right`, else `right`. Operands are of one type.
    fn choose(&mut self, keep: Compare, left: ExprId, right: ExprId, span: Span) -> ExprId {
        let ty = self.ty(left);
        let ((a, left), (c, right)) = (self.hold(left), self.hold(right));
        let (x, y) = (self.read_var(a, span), self.read_var(c, span));
        let test = self.add(ExprKind::Compare(keep, x, y), Ty::BOOL, span);
        let (x, y) = (self.read_var(a, span), self.read_var(c, span));
        let choice = self.add(ExprKind::If(test, x, y), ty, span);
        self.add(ExprKind::Let(vec![(a, left), (c, right)], choice), ty, span)
    }
}
