//! What every part of the builder uses: making expressions, asking about them, messages, data.

use super::Builder;
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Expr, ExprId, ExprKind, Ty, TypeKind, Var, VarId},
    names::{Name, Names},
    read::{Data, DatumId},
    source::Span,
};

impl<'a> Builder<'a> {
    // ---- nodes ----

    /// An expression. What is computed with is never an enum, but its integer.
    pub(super) fn add(&mut self, kind: ExprKind, ty: Ty, span: Span) -> ExprId {
        let ty = self.module.types.plain(ty);
        self.module.exprs.push(Expr { kind, ty, span })
    }

    pub(super) fn literal(&mut self, value: i128, span: Span) -> ExprId {
        self.add(ExprKind::Int(value), Ty::LITERAL, span)
    }

    pub(super) fn nil(&mut self, span: Span) -> ExprId {
        self.literal(0, span)
    }

    pub(super) fn ty(&self, expr: ExprId) -> Ty {
        self.module.exprs[expr].ty
    }

    pub(super) fn kind(&self, ty: Ty) -> TypeKind {
        self.module.types.get(ty)
    }

    pub(super) fn expr_span(&self, expr: ExprId) -> Span {
        self.module.exprs[expr].span
    }

    /// The value of an integer literal or a folded constant, of whatever type.
    pub(super) fn constant(&self, expr: ExprId) -> Option<i128> {
        match self.module.exprs[expr].kind {
            ExprKind::Int(value) => Some(value),
            _ => None,
        }
    }

    /// The value of a constant that has no type of its own yet.
    pub(super) fn literal_value(&self, expr: ExprId) -> Option<i128> {
        self.constant(expr).filter(|_| self.ty(expr) == Ty::LITERAL)
    }

    pub(super) fn variable(&mut self, name: Option<Name>, ty: Ty, span: Span) -> VarId {
        self.module.vars.push(Var { name, ty, span, addressed: false })
    }

    pub(super) fn read_var(&mut self, var: VarId, span: Span) -> ExprId {
        let ty = self.module.vars[var].ty;
        self.add(ExprKind::Var(var), ty, span)
    }

    /// Binds `value` to a variable of the compiler's own, for forms that use it more than once.
    pub(super) fn hold(&mut self, value: ExprId) -> (VarId, ExprId) {
        let value = self.settled(value);
        (self.variable(None, self.ty(value), self.expr_span(value)), value)
    }

    // ---- messages ----

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports `diagnostic` and gives an expression that fits everywhere.
    pub(super) fn fail(&mut self, diagnostic: Diagnostic) -> ExprId {
        let span = diagnostic.span;
        self.report(diagnostic);
        self.add(ExprKind::Error, Ty::ERROR, span)
    }

    pub(super) fn fail_at(&mut self, code: &'static Code, span: Span, message: impl Into<String>) -> ExprId {
        self.fail(Diagnostic::error(code, span, message))
    }

    pub(super) fn text(&self, name: Name) -> &'a str {
        // The names outlive the builder, so the text may be kept while the builder is changed.
        let names: &'a Names = self.names;
        names.text(name)
    }

    pub(super) fn show(&self, ty: Ty) -> String {
        self.module.types.display(ty)
    }

    // ---- data ----

    pub(super) fn span(&self, datum: DatumId) -> Span {
        self.data.span(datum)
    }

    pub(super) fn items(&self, datum: DatumId) -> Option<&'a [DatumId]> {
        let data: &'a Data = self.data;
        data.list(datum)
    }

    /// The same of a list that may be empty: that is `nil`, as macros write it.
    pub(super) fn list(&self, datum: DatumId) -> Option<&'a [DatumId]> {
        if self.is_symbol(datum, "nil") { Some(&[]) } else { self.items(datum) }
    }

    /// The symbol's folded name.
    pub(super) fn symbol(&self, datum: DatumId) -> Option<Name> {
        self.data.symbol(datum).map(|name| self.names.folded(name))
    }

    pub(super) fn is_symbol(&self, datum: DatumId, text: &str) -> bool {
        self.symbol(datum).is_some_and(|name| self.text(name) == text)
    }
}
