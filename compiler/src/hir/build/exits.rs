//! Ways out: `block`, `return-from`, `return`, `break`, `continue`.
//!
//! What the forms between here and there hold, records of ring buffers and locks, is given back on
//! the way.

use super::{Builder, forms::Call};
use crate::{
    arena::Entity,
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, LabelId, Ty, VarId},
    names::{Name, nearest},
    source::Span,
};

/// What a form holds while its body runs.
#[derive(Clone, Copy)]
pub enum Held {
    /// A ring buffer's record, which is discarded.
    Record(VarId),
    /// A lock, which is released.
    Lock(VarId),
}

/// A block that can be left.
pub struct Exit {
    /// Its folded name; `None` for the body of a function, which `return` leaves.
    pub name: Option<Name>,
    /// Where it ends.
    pub label: LabelId,
    /// The [`ExprKind::Leave`] expressions that go there.
    pub leaves: Vec<ExprId>,
    /// How much was held where it starts.
    held: usize,
    /// What its value is stored as, when that was said.
    pub returns: Option<Ty>,
}

/// `(block name form…)`
pub fn block<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let Some(name) = b.symbol(call.args[0]) else {
        let error = Diagnostic::error(&codes::MALFORMED, b.span(call.args[0]), "a block has a name");
        return b.fail(error.help("write `(block name form…)`"));
    };
    b.enter_block(Some(name), None);
    let body = b.body(&call.args[1..], call.span, call.used);
    b.leave_block(body, call.used, call.span)
}

/// `(return-from name [value])`
pub fn return_from<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let name = b.symbol(call.args[0]);
    let Some(index) = b.blocks.iter().rposition(|exit| exit.name.is_some() && exit.name == name) else {
        return no_block(b, call);
    };
    let value = match call.args.get(1) {
        Some(value) => b.value(*value),
        None => b.nil(call.span),
    };
    b.leave_to(index, value, call.span)
}

fn no_block<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let text = b.symbol(call.args[0]).map_or("", |name| b.text(name));
    let message = format!("there is no block called `{text}` around this");
    let names: Vec<&str> = b.blocks.iter().filter_map(|exit| exit.name).map(|name| b.text(name)).collect();
    let help = match nearest(text, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`(return value)` leaves the program or function".into(),
    };
    let error = Diagnostic::error(&codes::UNKNOWN_BLOCK, b.span(call.args[0]), message);
    b.fail(error.help(help))
}

/// `(return [value])`: leaves the function or program.
pub fn return_<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let value = match call.args.first() {
        Some(value) => b.value(*value),
        None => b.nil(call.span),
    };
    leave_with(b, value, call.span)
}

/// Leaves the function or program with `value`.
pub(super) fn leave_with(b: &mut Builder<'_>, value: ExprId, span: Span) -> ExprId {
    if let Some(index) = b.blocks.iter().rposition(|exit| exit.name.is_none()) {
        return b.leave_to(index, value, span);
    }
    if b.callback_state.is_some() {
        let mut all = b.leaving(0, span);
        all.push(b.return_from_callback(value, span));
        return b.seq(all, span);
    }
    let value = b.returned(value);
    b.giving_back(0, value, span, ExprKind::Return)
}

/// `(break)`
pub fn break_<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    leave_round(b, call, ExprKind::Break)
}

/// `(continue)`
pub fn continue_<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    leave_round(b, call, ExprKind::Continue)
}

fn leave_round<'a>(b: &mut Builder<'a>, call: &Call<'a>, kind: ExprKind) -> ExprId {
    let Some(held) = b.loops.last().copied() else {
        if b.callback_state.is_some() {
            let mut all = b.leaving(0, call.span);
            all.push(b.end_round(kind == ExprKind::Break, call.span));
            return b.seq(all, call.span);
        }
        return b.fail_at(&codes::MALFORMED, call.span, "there is no loop around this");
    };
    let mut all = b.leaving(held, call.span);
    all.push(b.add(kind, Ty::NEVER, call.span));
    b.seq(all, call.span)
}

impl<'a> Builder<'a> {
    /// A fresh label.
    pub(super) fn label(&mut self) -> LabelId {
        self.labels += 1;
        LabelId::new(self.labels - 1)
    }

    /// What follows is inside a block, up to [`leave_block`](Self::leave_block).
    pub(super) fn enter_block(&mut self, name: Option<Name>, returns: Option<Ty>) {
        let label = self.label();
        self.blocks.push(Exit { name, label, leaves: Vec::new(), held: self.held.len(), returns });
    }

    /// The block whose body is `body`: of the common type of all values that it may have.
    pub(super) fn leave_block(&mut self, body: ExprId, used: bool, span: Span) -> ExprId {
        let Some(exit) = self.blocks.pop() else { return body };
        let value_of = |b: &Self, leave: &ExprId| match b.module.exprs[*leave].kind {
            ExprKind::Leave(_, value) => value,
            _ => *leave,
        };
        let mut arms = vec![body];
        arms.extend(exit.leaves.iter().map(|leave| value_of(self, leave)));
        let never = arms.len() == 1 && self.ty(body) == Ty::NEVER;
        let ty = match (never, used, exit.returns) {
            (true, ..) => Ty::NEVER,
            (_, false, _) => Ty::NOTHING,
            (_, true, Some(ty)) => {
                arms.iter_mut().for_each(|arm| *arm = self.store_as(*arm, ty));
                ty
            }
            (_, true, None) => self.block_type(&mut arms, span),
        };
        for (leave, value) in exit.leaves.iter().zip(&arms[1..]) {
            let value = if used { *value } else { self.settled(*value) };
            self.module.exprs[*leave].kind = ExprKind::Leave(exit.label, value);
        }
        match exit.leaves.is_empty() {
            true => arms[0],
            false => self.add(ExprKind::Block(exit.label, arms[0]), ty, span),
        }
    }

    fn block_type(&mut self, arms: &mut [ExprId], span: Span) -> Ty {
        if arms.len() == 1 {
            return self.ty(arms[0]);
        }
        if arms.iter().all(|arm| [Ty::LITERAL, Ty::NEVER].contains(&self.ty(*arm))) {
            let negative = arms.iter().any(|arm| self.constant(*arm).is_some_and(|value| value < 0));
            let ty = if negative { Ty::I64 } else { Ty::U64 };
            arms.iter_mut().for_each(|arm| *arm = self.store_as(*arm, ty));
            return ty;
        }
        self.join(arms, span)
    }

    /// Leaves the block at `index` with `value`.
    pub(super) fn leave_to(&mut self, index: usize, value: ExprId, span: Span) -> ExprId {
        if self.ty(value) == Ty::NEVER {
            return value;
        }
        let (label, held) = (self.blocks[index].label, self.blocks[index].held);
        if self.held.len() == held {
            let leave = self.add(ExprKind::Leave(label, value), Ty::NEVER, span);
            self.blocks[index].leaves.push(leave);
            return leave;
        }
        // The value is computed before what it may be read from is given back.
        let (var, value) = self.hold(value);
        let mut all = self.leaving(held, span);
        let read = self.read_var(var, span);
        let leave = self.add(ExprKind::Leave(label, read), Ty::NEVER, span);
        self.blocks[index].leaves.push(leave);
        all.push(leave);
        let body = self.seq(all, span);
        self.add(ExprKind::Let(vec![(var, value)], body), Ty::NEVER, span)
    }

    /// `way` out with `value`, after giving back what was taken since there were `held`.
    fn giving_back(&mut self, held: usize, value: ExprId, span: Span, way: fn(ExprId) -> ExprKind) -> ExprId {
        if self.held.len() == held {
            return self.add(way(value), Ty::NEVER, span);
        }
        let (var, value) = self.hold(value);
        let mut all = self.leaving(held, span);
        let read = self.read_var(var, span);
        all.push(self.add(way(read), Ty::NEVER, span));
        let body = self.seq(all, span);
        self.add(ExprKind::Let(vec![(var, value)], body), Ty::NEVER, span)
    }

    /// What gives back all that is held beyond the first `held`, the innermost first.
    fn leaving(&mut self, held: usize, span: Span) -> Vec<ExprId> {
        let open = self.held[held..].to_vec();
        let give_back = |held: &Held| match *held {
            Held::Lock(var) => self.lock_call("spin_unlock", var, span),
            Held::Record(var) => {
                let (record, flags) = (self.read_var(var, span), self.add(ExprKind::Int(0), Ty::U64, span));
                self.give_back("ringbuf_discard", record, flags, span)
            }
        };
        open.iter().rev().map(give_back).collect()
    }
}
