//! Branches and loops.

use super::Lower;
use crate::{
    hir::{ExprId, ExprKind, LabelId, Ty, VarId},
    ir::{Block, Cond, Edge, LoopData, Op, Terminator, Type, Value},
    source::Span,
};

/// The innermost loop's exits.
#[derive(Clone, Copy)]
pub struct Loop {
    after: Block,
    next: Block,
}

impl Lower<'_> {
    /// Ends the block with a branch whose edges have arguments.
    pub(super) fn vars_pred_branch(
        &mut self,
        cond: Cond,
        (a, b): (Value, Value),
        (then, then_args): (Block, Vec<Value>),
        (otherwise, other_args): (Block, Vec<Value>),
        span: Span,
    ) {
        let then = Edge { block: then, args: then_args };
        let otherwise = Edge { block: otherwise, args: other_args };
        self.end(Terminator::Branch(cond, a, b, then, otherwise), span);
    }

    /// Branches on the truth of `expr`. The blocks are sealed by the caller.
    pub(super) fn test(&mut self, expr: ExprId, then: Block, otherwise: Block) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.test_here(expr, then, otherwise));
    }

    fn test_here(&mut self, id: ExprId, then: Block, otherwise: Block) {
        let expr = &self.hir.exprs[id];
        match &expr.kind {
            ExprKind::Not(inner) => self.test(*inner, otherwise, then),
            ExprKind::And(tests) => self.tests(tests, then, otherwise, true),
            ExprKind::Or(tests) => self.tests(tests, then, otherwise, false),
            ExprKind::Compare(op, a, b) => {
                let (cond, a, b) = self.comparison(*op, *a, *b);
                self.branch(cond, (a, b), then, otherwise, expr.span);
            }
            _ => {
                let value = self.value(id);
                let zero = self.constant(0, self.f.ty(value), expr.span);
                self.branch(Cond::Ne, (value, zero), then, otherwise, expr.span);
            }
        }
    }

    /// All of them, or any of them; none at all is true for all and false for any.
    fn tests(&mut self, tests: &[ExprId], then: Block, otherwise: Block, all: bool) {
        let Some((last, first)) = tests.split_last() else {
            let span = Span::default();
            return self.jump(if all { then } else { otherwise }, vec![], span);
        };
        for test in first {
            let next = self.new_block();
            match all {
                true => self.test(*test, next, otherwise),
                false => self.test(*test, then, next),
            }
            self.enter(next);
        }
        self.test(*last, then, otherwise);
    }

    /// The truth of a test, as 0 or 1.
    pub(super) fn truth(&mut self, test: ExprId, span: Span) -> Value {
        let (yes, no, done) = (self.new_block(), self.new_block(), self.new_block());
        let result = self.f.add_param(done, Type::I32);
        self.test(test, yes, no);
        for (block, value) in [(yes, 1), (no, 0)] {
            self.enter(block);
            let value = self.constant(value, Type::I32, span);
            self.jump(done, vec![value], span);
        }
        self.enter(done);
        result
    }

    pub(super) fn if_value(&mut self, test: ExprId, arms: (ExprId, ExprId), ty: Ty, span: Span) -> Value {
        let (then, otherwise, done) = (self.new_block(), self.new_block(), self.new_block());
        let valued = ![Ty::NEVER, Ty::NOTHING].contains(&ty);
        let result = valued.then(|| self.f.add_param(done, self.type_of(ty)));
        self.test(test, then, otherwise);
        for (block, arm) in [(then, arms.0), (otherwise, arms.1)] {
            self.enter(block);
            let value = self.value(arm);
            let value = self.arm_value(value, arm, ty, span);
            self.jump(done, if valued { vec![value] } else { vec![] }, self.hir.exprs[arm].span);
        }
        self.enter(done);
        result.unwrap_or_else(|| self.constant(0, Type::I32, span))
    }

    /// An arm that never gives a value stands for any.
    fn arm_value(&mut self, value: Value, arm: ExprId, ty: Ty, span: Span) -> Value {
        match self.hir.exprs[arm].ty {
            Ty::NEVER => self.constant(0, self.type_of(ty), span),
            _ => value,
        }
    }

    /// The test stands at the end, so that a round costs one jump; before the first round the
    /// same test is made once, and folds away where the bound is constant.
    pub(super) fn dotimes(&mut self, var: VarId, bound: ExprId, max: Option<u64>, body: ExprId, span: Span) {
        let ty = self.type_of(self.hir.vars[var].ty);
        let signed = self.is_signed(self.hir.vars[var].ty);
        let less = if signed { Cond::Slt } else { Cond::Ult };
        let rounds = match self.hir.exprs[bound].kind {
            ExprKind::Int(rounds) => u64::try_from(rounds).ok(),
            _ => max,
        };
        let bound = self.limited_bound(bound, max, less, ty, span);
        let zero = self.constant(0, ty, span);
        let (round, next, after) = (self.new_block(), self.new_block(), self.new_block());
        self.write_var(var, zero, span);
        self.branch(less, (zero, bound), round, after, span);
        // Not sealed: the way back from `next` is still to come.
        self.block = round;
        self.loops.push(Loop { after, next });
        self.value(body);
        self.loops.pop();
        self.jump(next, vec![], span);
        self.enter(next);
        let old = self.read_var(var, span);
        let one = self.constant(1, ty, span);
        let new = self.emit(Op::Binary(crate::ir::Binary::Add, old, one), ty, span);
        self.write_var(var, new, span);
        self.branch(less, (new, bound), round, after, span);
        let rounds = rounds.unwrap_or(u64::MAX);
        self.f.loops.push(LoopData { header: round, latch: self.block, rounds, span });
        self.seal(round);
        self.enter(after);
    }

    /// The rounds of an unrolled loop, one after the other.
    pub(super) fn rounds(&mut self, rounds: &[ExprId], span: Span) {
        let after = self.new_block();
        for round in rounds {
            let next = self.new_block();
            self.loops.push(Loop { after, next });
            self.value(*round);
            self.loops.pop();
            self.jump(next, vec![], span);
            self.enter(next);
        }
        self.jump(after, vec![], span);
        self.enter(after);
    }

    /// The bound, or the limit where that is less.
    fn limited_bound(&mut self, bound: ExprId, max: Option<u64>, less: Cond, ty: Type, span: Span) -> Value {
        let bound = self.value(bound);
        let Some(max) = max else { return bound };
        let limit = self.constant(max as i64, ty, span);
        let (over, done) = (self.new_block(), self.new_block());
        let result = self.f.add_param(done, ty);
        self.vars_pred_branch(less, (limit, bound), (over, vec![]), (done, vec![bound]), span);
        self.enter(over);
        self.jump(done, vec![limit], span);
        self.enter(done);
        result
    }

    pub(super) fn block_value(&mut self, label: LabelId, body: ExprId, ty: Ty, span: Span) -> Value {
        let done = self.new_block();
        let valued = ![Ty::NEVER, Ty::NOTHING].contains(&ty);
        let result = valued.then(|| self.f.add_param(done, self.type_of(ty)));
        self.labels.push((label, done));
        let value = self.value(body);
        let value = self.arm_value(value, body, ty, span);
        self.labels.pop();
        self.jump(done, if valued { vec![value] } else { vec![] }, self.hir.exprs[body].span);
        self.enter(done);
        result.unwrap_or_else(|| self.constant(0, Type::I32, span))
    }

    pub(super) fn leave_block(&mut self, label: LabelId, value: ExprId, span: Span) {
        let value = self.value(value);
        let Some((_, done)) = self.labels.iter().find(|(own, _)| *own == label).copied() else { return };
        let valued = !self.f.params(done).is_empty();
        self.jump(done, if valued { vec![value] } else { vec![] }, span);
        self.unreachable();
    }

    pub(super) fn leave_loop(&mut self, for_good: bool, span: Span) {
        if let Some(Loop { after, next }) = self.loops.last().copied() {
            self.jump(if for_good { after } else { next }, vec![], span);
            self.unreachable();
        }
    }
}
