//! Types of values meeting types of places.
//!
//! A literal has the type its place asks for. `settle` gives it that type; until then an
//! expression of type [`Ty::LITERAL`] is a literal or a choice among literals.

use super::Builder;
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{
        ExprId, ExprKind, Int, Ty, TypeKind,
        types::{Pointer, Socket},
    },
    ir::Region,
    source::Span,
};

impl Builder<'_> {
    /// Gives an expression whose place asks for nothing its default type: `u64`, `i64` when
    /// negative.
    pub(super) fn settled(&mut self, expr: ExprId) -> ExprId {
        if self.ty(expr) == Ty::LITERAL {
            let ty = if self.any_negative(expr) { Ty::I64 } else { Ty::U64 };
            self.settle(expr, ty);
        }
        expr
    }

    fn any_negative(&self, expr: ExprId) -> bool {
        match &self.module.exprs[expr].kind {
            ExprKind::Int(value) => *value < 0,
            _ => self.tails(expr).into_iter().any(|tail| self.any_negative(tail)),
        }
    }

    /// The expressions that give `expr` its value, one level down.
    fn tails(&self, expr: ExprId) -> Vec<ExprId> {
        let literal = |e: &ExprId| self.ty(*e) == Ty::LITERAL;
        match &self.module.exprs[expr].kind {
            ExprKind::Seq(exprs) => exprs.last().copied().into_iter().filter(literal).collect(),
            ExprKind::Let(_, body) => Some(*body).into_iter().filter(literal).collect(),
            ExprKind::If(_, a, b) => [*a, *b].into_iter().filter(literal).collect(),
            ExprKind::And(exprs) | ExprKind::Or(exprs) => exprs.iter().copied().filter(literal).collect(),
            _ => Vec::new(),
        }
    }

    /// Gives an expression of type [`Ty::LITERAL`] the type `ty`: an integer type, bool, or a
    /// nullable pointer for `nil`.
    fn settle(&mut self, expr: ExprId, ty: Ty) {
        debug_assert_eq!(self.ty(expr), Ty::LITERAL);
        for tail in self.tails(expr) {
            self.settle(tail, ty);
        }
        let span = self.expr_span(expr);
        if let ExprKind::Int(value) = self.module.exprs[expr].kind {
            let value = match self.kind(ty) {
                TypeKind::Int(int) => self.fit(value, int, span),
                TypeKind::Bool => i128::from(value != 0),
                _ => value,
            };
            self.module.exprs[expr].kind = ExprKind::Int(value);
        }
        self.module.exprs[expr].ty = ty;
    }

    /// A literal as a value of `int`; reports one that does not fit.
    pub(super) fn fit(&mut self, value: i128, int: Int, span: Span) -> i128 {
        if !int.admits(value) {
            let ty = self.module.types.int(int);
            let name = self.show(ty);
            let message = format!("{value} does not fit {name}");
            let (least, greatest) = (int.min(), int.max());
            let error = Diagnostic::error(&codes::LITERAL_RANGE, span, message)
                .note(format!("{name} goes from {least} to {greatest}"))
                .help(format!("`(cast {name} {value})` keeps the low {} bits", int.bits));
            self.report(error);
        }
        int.wrap(value)
    }

    /// `expr` as a value of `to`, as storing it there does: widths are truncated or extended,
    /// signs reinterpreted; a literal must fit.
    pub(super) fn store_as(&mut self, expr: ExprId, to: Ty) -> ExprId {
        let from = self.ty(expr);
        if from == to || [from, to].contains(&Ty::ERROR) || from == Ty::NEVER {
            return expr;
        }
        if from == Ty::LITERAL && self.literal_fits_kind(expr, to) {
            self.settle(expr, to);
            return expr;
        }
        if self.module.types.as_int(from).is_some() && self.module.types.as_int(to).is_some() {
            return self.convert(expr, to);
        }
        match (self.module.types.as_pointer(from), self.module.types.as_pointer(to)) {
            (Some(a), Some(b)) if a.pointee == b.pointee && b.region.takes(a.region) => {
                self.convert(expr, to)
            }
            _ => self.mismatch(expr, to),
        }
    }

    /// Whether a literal may stand for a value of type `to`: any integer, or `nil` for a pointer.
    fn literal_fits_kind(&self, expr: ExprId, to: Ty) -> bool {
        match self.kind(to) {
            TypeKind::Int(_) | TypeKind::Bool => true,
            TypeKind::Ptr(p) => p.nullable && self.gives_null(expr),
            _ => false,
        }
    }

    /// Whether a literal, or each literal of a choice among some, is `nil` or 0.
    fn gives_null(&self, expr: ExprId) -> bool {
        let tails = self.tails(expr);
        match self.module.exprs[expr].kind {
            ExprKind::Int(value) => value == 0,
            _ => !tails.is_empty() && tails.into_iter().all(|tail| self.gives_null(tail)),
        }
    }

    /// The conversion itself. Constants are converted here and now.
    pub(super) fn convert(&mut self, expr: ExprId, to: Ty) -> ExprId {
        if self.ty(expr) == to {
            return expr;
        }
        let span = self.expr_span(expr);
        match (self.constant(expr), self.kind(to)) {
            (Some(value), TypeKind::Int(int)) => self.add(ExprKind::Int(int.wrap(value)), to, span),
            _ => self.add(ExprKind::Convert(expr), to, span),
        }
    }

    pub(super) fn mismatch(&mut self, expr: ExprId, to: Ty) -> ExprId {
        let (from, span) = (self.show(self.ty(expr)), self.expr_span(expr));
        if let (Some(is), Some(wanted)) = (self.socket_behind(self.ty(expr)), self.socket_behind(to)) {
            let message = format!("this is {}, and {} is wanted here", is.described(), wanted.described());
            let error = Diagnostic::error(&codes::TYPE_MISMATCH, span, message);
            return self.fail(error.help("give each kind of socket a variable of its own"));
        }
        let message = format!("this is {from}, and {} is wanted here", self.show(to));
        let error = Diagnostic::error(&codes::TYPE_MISMATCH, span, message);
        let pointer = self.module.types.as_pointer(self.ty(expr)).is_some();
        self.fail(match (self.is_in_arena(self.ty(expr)), self.is_in_arena(to)) {
            (true, false) if to == Ty::U64 => error.help("its address is a number: `(u64 …)`"),
            (false, true) if pointer => {
                error.help("what a pointer in an arena leads to lies in the arena, too")
            }
            (false, true) => {
                error.help("a number that is an address in the arena: `(arena-ptr type number)`")
            }
            _ => error,
        })
    }

    fn socket_behind(&self, ty: Ty) -> Option<Socket> {
        match self.kind(self.module.types.as_pointer(ty)?.pointee) {
            TypeKind::Socket(socket) => Some(socket),
            _ => None,
        }
    }

    /// The type at which values of all these types can be computed with: at least 32 bits wide, and
    /// holding every value of each. `None` when there is none.
    fn common_int(ints: &[Int]) -> Option<Int> {
        let mut candidates: Vec<Int> = ints.iter().map(|int| int.widened()).collect();
        candidates.sort_by_key(|int| int.bits);
        candidates.into_iter().find(|wide| ints.iter().all(|int| wide.contains(*int)))
    }

    /// Brings integer operands to their common type, literals to the others'. `None` when that was
    /// reported, or all are literals.
    pub(super) fn unify(&mut self, operands: &mut [ExprId], span: Span) -> Option<Ty> {
        let mut ints = Vec::with_capacity(operands.len());
        for &operand in operands.iter() {
            if let Some(int) = self.operand_int(operand)? {
                ints.push((int, operand));
            }
        }
        let (first, _) = ints.first()?;
        let all: Vec<Int> = ints.iter().map(|(int, _)| *int).collect();
        let Some(common) = Self::common_int(&all) else {
            let odd = ints.iter().find(|(int, _)| Self::common_int(&[*first, *int]).is_none());
            let (_, odd) = *odd.unwrap_or(&ints[ints.len() - 1]);
            return self.mixed(ints[0].1, odd, span);
        };
        let ty = self.module.types.int(common);
        for operand in operands.iter_mut() {
            *operand = self.store_as(*operand, ty);
        }
        Some(ty)
    }

    /// The integer type of an operand: inner `None` for a literal, outer for what was reported.
    fn operand_int(&mut self, operand: ExprId) -> Option<Option<Int>> {
        let ty = self.ty(operand);
        match self.kind(ty) {
            TypeKind::Literal | TypeKind::Never => Some(None),
            TypeKind::Error => None,
            _ => match self.module.types.as_int(ty) {
                Some(int) => Some(Some(int)),
                None => {
                    let message = format!("this is {}, and a number is wanted here", self.show(ty));
                    self.fail_at(&codes::TYPE_MISMATCH, self.expr_span(operand), message);
                    None
                }
            },
        }
    }

    fn mixed<T>(&mut self, a: ExprId, b: ExprId, span: Span) -> Option<T> {
        let (ta, tb) = (self.show(self.ty(a)), self.show(self.ty(b)));
        let (sa, sb) = (self.expr_span(a), self.expr_span(b));
        let message = format!("mixing {ta} with {tb} could change a value");
        let error = Diagnostic::error(&codes::MIXED_SIGNS, span, message)
            .also(sa, format!("this is {ta}"))
            .also(sb, format!("this is {tb}"))
            .help(format!(
                "say which is meant: `({ta} …)` around the second, or `({tb} …)` around the first"
            ));
        self.report(error);
        None
    }

    /// The type of a value that is one of `arms`, with each arm brought to it.
    pub(super) fn join(&mut self, arms: &mut [ExprId], span: Span) -> Ty {
        let types: Vec<Ty> = arms.iter().map(|arm| self.ty(*arm)).filter(|ty| *ty != Ty::NEVER).collect();
        let Some(&first) = types.first() else { return Ty::NEVER };
        if types.contains(&Ty::ERROR) {
            return Ty::ERROR;
        }
        if types.iter().all(|ty| *ty == first) {
            return first;
        }
        if types.iter().any(|ty| self.module.types.as_pointer(*ty).is_some()) {
            return self.join_pointers(arms, &types);
        }
        if types.iter().all(|ty| [Ty::BOOL, Ty::LITERAL].contains(ty)) && self.truth_values(arms) {
            arms.iter_mut().for_each(|arm| *arm = self.store_as(*arm, Ty::BOOL));
            return Ty::BOOL;
        }
        self.unify(arms, span).unwrap_or(Ty::ERROR)
    }

    /// Whether the literals among `arms` are 0 or 1.
    fn truth_values(&self, arms: &[ExprId]) -> bool {
        let literal = |arm: &&ExprId| self.ty(**arm) == Ty::LITERAL;
        arms.iter().filter(literal).all(|arm| matches!(self.constant(*arm), Some(0 | 1)))
    }

    fn join_pointers(&mut self, arms: &mut [ExprId], types: &[Ty]) -> Ty {
        let pointers: Vec<_> = types.iter().filter_map(|ty| self.module.types.as_pointer(*ty)).collect();
        let nullable = pointers.iter().any(|p| p.nullable) || types.contains(&Ty::LITERAL);
        let first = pointers[0];
        let of_one = |p: &Pointer| p.pointee == first.pointee;
        let region = match pointers.iter().try_fold(first.region, |region, p| region.joined(p.region)) {
            Some(region) => region,
            None if pointers.iter().all(of_one) => return self.unjoined(arms),
            None => first.region,
        };
        let ty = self.module.types.pointer(first.pointee, region, nullable);
        for arm in arms.iter_mut() {
            *arm = self.store_as(*arm, ty);
        }
        ty
    }

    /// Reports pointers that cannot be joined, by the first two that do not go together; where each two do,
    /// the first and the last.
    fn unjoined(&mut self, arms: &[ExprId]) -> Ty {
        let pointer = |arm: &ExprId| Some((*arm, self.module.types.as_pointer(self.ty(*arm))?.region));
        let pointers: Vec<(ExprId, Region)> = arms.iter().filter_map(pointer).collect();
        let pairs =
            pointers.iter().enumerate().flat_map(|(i, b)| pointers[..i].iter().map(move |a| (*a, *b)));
        let apart = pairs.clone().find(|((_, a), (_, b))| a.joined(*b).is_none());
        let Some(((first, start), (other, region))) = apart.or_else(|| pairs.last()) else {
            return Ty::ERROR;
        };
        let message =
            format!("one pointer cannot be to {} here and to {} there", start.words(), region.words());
        let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.expr_span(other), message)
            .label(format!("to {}", region.words()))
            .also(self.expr_span(first), format!("to {}", start.words()));
        self.report(error.help("use each where it is made, or copy one of them to a variable and take that"));
        Ty::ERROR
    }

    /// `expr` as a test: an integer, bool or pointer, true when not 0.
    pub(super) fn as_test(&mut self, expr: ExprId) -> ExprId {
        let expr = self.settled(expr);
        match self.kind(self.ty(expr)) {
            TypeKind::Array { .. } | TypeKind::Nothing => self.mismatch(expr, Ty::BOOL),
            _ => expr,
        }
    }
}
