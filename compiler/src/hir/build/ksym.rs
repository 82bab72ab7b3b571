//! `defksym`: the kernel's own variables by name, and addresses of its symbols.
//!
//! Always holds: what has a type is what the kernel's BTF says, where that is at hand; a variable of which each CPU
//! has one is reached through `per-cpu-ptr` and `this-cpu-ptr` alone (`check_pseudo_btf_id`,
//! kernel/bpf/verifier.c). A symbol without a type is its address, a number.

use super::{Builder, Global, options::Options, top::Definition};
use crate::{
    btf::{Type, TypeId, view::View},
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Ksym, KsymId, Ty, TypeKind, Types},
    ir::Region,
    names::nearest,
    read::{Datum, DatumId},
    source::Span,
};

impl<'a> Builder<'a> {
    /// `(defksym name [type] [:percpu t])`
    pub(super) fn defksym(&mut self, definition: Definition<'a>) {
        let (ty, rest) = match definition.rest {
            [ty, rest @ ..] if !matches!(self.data.get(*ty), Datum::Keyword(_) | Datum::Str(_)) => {
                (Some(*ty), rest)
            }
            rest => (None, rest),
        };
        let rest = match rest {
            [doc, rest @ ..] if matches!(self.data.get(*doc), Datum::Str(_)) => rest,
            all => all,
        };
        let options = Options::parse(self, rest, &["percpu"]);
        let percpu = options.get("percpu").is_some_and(|datum| !self.is_symbol(datum, "nil"));
        let ty = match ty {
            Some(ty) => match self.ksym_type(ty) {
                Some(ty) => Some(ty),
                None => return,
            },
            None => None,
        };
        if let (None, Some(datum)) = (ty, options.get("percpu")) {
            let message = "what each CPU has one of has a type";
            let error = Diagnostic::error(&codes::BAD_OPTION, self.span(datum), message);
            self.report(error.help("write `(defksym runqueues rq :percpu t)`, for example"));
        }
        let ksym = Ksym { symbol: self.symbol_of(&definition), ty, percpu, span: definition.name_span };
        self.is_in_kernel(&ksym);
        let id = self.module.ksyms.push(ksym);
        self.define(&definition, Global::Ksym(id));
    }

    /// A number's type, or a struct of the kernel's.
    fn ksym_type(&mut self, datum: DatumId) -> Option<Ty> {
        let Some(name) = self.data.symbol(datum) else {
            let error = Diagnostic::error(&codes::UNKNOWN_TYPE, self.span(datum), "this is not a type");
            self.report(error.help("it is a number's type, or the name of one of the kernel's structs"));
            return None;
        };
        if let Some(scalar) = Types::named(self.text(self.names.folded(name))) {
            return Some(scalar);
        }
        let name = self.text(name).replace('-', "_");
        let Ok(view) = self.kernel.view() else {
            let id = self.kernel_named(&name);
            return Some(self.module.types.intern(TypeKind::Kernel(id)));
        };
        let Some(id) = view.composite(&name) else {
            self.unknown_struct(view, &name, self.span(datum));
            return None;
        };
        let id = self.composite(view, id);
        Some(self.module.types.intern(TypeKind::Kernel(id)))
    }

    /// Reports a variable that the kernel's BTF does not have, or has otherwise.
    fn is_in_kernel(&mut self, ksym: &Ksym) {
        let (Ok(view), Some(ty)) = (self.kernel.view(), ksym.ty) else { return };
        let name = &ksym.symbol;
        let Some((own, percpu)) = view.variable(name) else {
            let message = format!("the kernel's BTF has no variable `{name}`");
            let mut error = Diagnostic::error(&codes::NO_KFUNC, ksym.span, message);
            if let Some(near) = nearest(name, view.named(View::VARIABLE)) {
                error = error.help(format!("did you mean `{near}`?"));
            }
            let spelled = name.replace('_', "-");
            self.report(error.help(format!("the address of any symbol is `(defksym {spelled})`, a number")));
            return;
        };
        let same = match (self.kind(ty), view.resolved(own).1) {
            (TypeKind::Kernel(id), Some(of @ (Type::Struct(_) | Type::Union(_)))) => {
                view.str(of.name()) == self.module.types.kernel[id].name
            }
            (TypeKind::Int(_) | TypeKind::Bool, Some(Type::Struct(_) | Type::Union(_) | Type::Array(_))) => {
                false
            }
            (TypeKind::Int(_) | TypeKind::Bool, _) => view.size(own) == Some(self.module.types.size(ty)),
            _ => false,
        };
        if !same || percpu != ksym.percpu {
            let message = format!("the kernel's `{name}` is not like this");
            let error = Diagnostic::error(&codes::NO_KFUNC, ksym.span, message);
            self.report(error.help(match written(view, own) {
                Some(ty) => {
                    let percpu = if percpu { " :percpu t" } else { "" };
                    format!("it is `(defksym {} {ty}{percpu})`", name.replace('_', "-"))
                }
                None => "it is an array or a pointer, of which programs have no values".into(),
            }));
        }
    }

    /// What the name of a symbol of the kernel's stands for: a struct's address, a number's value, or an address.
    pub(super) fn ksym_value(&mut self, id: KsymId, span: Span) -> ExprId {
        let ksym = &self.module.ksyms[id];
        let Some(ty) = ksym.ty else { return self.add(ExprKind::Ksym(id), Ty::U64, span) };
        if ksym.percpu {
            let name = ksym.symbol.replace('_', "-");
            let message = format!("each CPU has a `{name}` of its own");
            let error = Diagnostic::error(&codes::NOT_A_VALUE, span, message).also(ksym.span, "defined here");
            return self.fail(error.help(format!(
                "`(this-cpu-ptr {name})` is this CPU's, `(per-cpu-ptr {name} n)` one of them"
            )));
        }
        let address = self.ksym_address(id, ty, span);
        match self.kind(ty) {
            TypeKind::Kernel(_) => address,
            _ => self.add(ExprKind::Load(address, 0), ty, span),
        }
    }

    fn ksym_address(&mut self, id: KsymId, ty: Ty, span: Span) -> ExprId {
        let region = match self.kind(ty) {
            TypeKind::Kernel(_) => Region::Kernel,
            _ => Region::KernelMemory,
        };
        let ty = self.module.types.pointer(ty, region, false);
        self.add(ExprKind::Ksym(id), ty, span)
    }

    /// The variable that `per-cpu-ptr` and `this-cpu-ptr` are given, by name.
    pub(super) fn percpu_variable(&mut self, datum: DatumId) -> ExprId {
        let span = self.span(datum);
        let known = self.data.symbol(datum).and_then(|name| self.globals.get(&self.names.kernel(name)));
        let found = match known {
            Some((Global::Ksym(id), _)) => Some(*id),
            _ => None,
        };
        let found = found.map(|id| (id, &self.module.ksyms[id]));
        match found.and_then(|(id, ksym)| Some((id, ksym.ty.filter(|_| ksym.percpu)?))) {
            Some((id, ty)) => self.ksym_address(id, ty, span),
            None => {
                let message = "a variable that each CPU has one of is wanted here";
                let error = Diagnostic::error(&codes::TYPE_MISMATCH, span, message);
                self.fail(error.help("name one: `(defksym runqueues rq :percpu t)`"))
            }
        }
    }
}

/// A type as `defksym` has it.
fn written(view: &View, ty: TypeId) -> Option<String> {
    Some(match view.resolved(ty).1? {
        Type::Struct(of) | Type::Union(of) => view.str(of.name).into(),
        Type::Int { size, encoding, .. } => {
            let signed = encoding & crate::btf::types::encoding::SIGNED != 0;
            format!("{}{}", if signed { 'i' } else { 'u' }, size * 8)
        }
        Type::Enum(of) | Type::Enum64(of) => format!("u{}", of.size * 8),
        Type::Ptr(_) => "u64".into(),
        _ => return None,
    })
}
