//! `with-spin-lock`.
//!
//! The verifier lets no function be called while a lock is held, and no program end with one
//! (`check_helper_call` and `process_spin_lock`, kernel/bpf/verifier.c). The form gives the lock back
//! on every way out of its body.

use bpfl_stdlib::catalog::helper;

use super::{Builder, exits::Held, forms::Call};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Ty, TypeKind, VarId, visit},
    ir::Region,
    read::DatumId,
    source::Span,
};

/// The kernel finds the lock in a value by this name in its BTF.
const LOCK: &str = "bpf_spin_lock";

/// `(with-spin-lock (lock) body…)`
pub fn with_spin_lock<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let (Some([lock]), Some(take)) = (b.items(call.args[0]), helper::find("spin_lock")) else {
        let error = Diagnostic::error(&codes::MALFORMED, b.span(call.args[0]), "this does not name a lock");
        return b.fail(error.help("write `(with-spin-lock ((counter-lock p)) body…)`"));
    };
    if let Some(error) = b.not_offered(take, call) {
        return b.fail(error);
    }
    if b.held.iter().any(|held| matches!(held, Held::Lock(_))) {
        let message = "a lock is held here already, and a program holds one at a time";
        return b.fail_at(&codes::LOCK_HELD, call.span, message);
    }
    let Some(lock) = b.lock(*lock) else { return b.add(ExprKind::Error, Ty::ERROR, call.span) };
    let (var, lock) = b.hold(lock);
    b.held.push(Held::Lock(var));
    let body = b.body(&call.args[1..], call.span, call.used);
    b.held.pop();
    b.calls_inside(body, call.span);
    let taken = b.lock_call("spin_lock", var, call.span);
    let body = if call.used { b.settled(body) } else { body };
    let ty = b.ty(body);
    if [Ty::NEVER, Ty::NOTHING].contains(&ty) || !call.used {
        let given = b.lock_call("spin_unlock", var, call.span);
        let all = b.add(ExprKind::Seq(vec![taken, body, given]), Ty::NOTHING, call.span);
        return b.add(ExprKind::Let(vec![(var, lock)], all), Ty::NOTHING, call.span);
    }
    let (result, body) = b.hold(body);
    let given = b.lock_call("spin_unlock", var, call.span);
    let read = b.read_var(result, call.span);
    let after = b.add(ExprKind::Seq(vec![given, read]), ty, call.span);
    let inside = b.add(ExprKind::Let(vec![(result, body)], after), ty, call.span);
    let all = b.add(ExprKind::Seq(vec![taken, inside]), ty, call.span);
    b.add(ExprKind::Let(vec![(var, lock)], all), ty, call.span)
}

impl Builder<'_> {
    /// The address of a lock in a map value.
    fn lock(&mut self, datum: DatumId) -> Option<ExprId> {
        let value = self.value(datum);
        let pointer = self.module.types.as_pointer(self.ty(value));
        let is_lock = |b: &Self, ty: Ty| match b.kind(ty) {
            TypeKind::Struct(id) => b.module.types.structs[id].c_name == LOCK,
            _ => false,
        };
        if self.ty(value) == Ty::ERROR {
            return None;
        }
        match pointer {
            Some(p) if is_lock(self, p.pointee) && p.region == Region::MapValue => Some(value),
            _ => {
                let message = format!(
                    "this is {}, and a lock in a map value is wanted here",
                    self.show(self.ty(value))
                );
                let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.expr_span(value), message);
                self.report(error.help(
                    "give the map's value a field `(lock bpf-spin-lock)`, and name it: `(counter-lock p)`",
                ));
                None
            }
        }
    }

    /// Takes or gives back the lock in a variable.
    pub(super) fn lock_call(&mut self, name: &str, var: VarId, span: Span) -> ExprId {
        let lock = self.read_var(var, span);
        match helper::find(name) {
            Some(helper) => self.add(ExprKind::Call(helper, vec![lock]), Ty::I64, span),
            None => self.add(ExprKind::Error, Ty::ERROR, span),
        }
    }

    fn calls_inside(&mut self, body: ExprId, form: Span) {
        let mut work = vec![body];
        while let Some(expr) = work.pop() {
            let node = &self.module.exprs[expr];
            let unlock = matches!(&node.kind, ExprKind::Call(helper, _) if helper.name == "spin_unlock");
            let calls = matches!(
                node.kind,
                ExprKind::Call(..)
                    | ExprKind::CallFunction(..)
                    | ExprKind::Callback { .. }
                    | ExprKind::Kfunc(..)
                    | ExprKind::MapRead(..)
                    | ExprKind::MapWrite(..)
                    | ExprKind::MapAdd { .. }
                    | ExprKind::ProbeRead(_)
            );
            work.extend(visit::children(&node.kind));
            if calls && !unlock {
                let message = "nothing may be called while a lock is held";
                let error = Diagnostic::error(&codes::LOCK_HELD, self.expr_span(expr), message);
                self.report(
                    error.also(form, "held here").help("do it before or after, with the value in a variable"),
                );
            }
        }
    }
}
