//! `defkfunc`: functions of the kernel's that programs call through BTF.
//!
//! What is written is compared with the kernel's prototype where its BTF is at hand. Which functions
//! give or take a reference the catalogue says. Always holds: an argument is a number or a pointer to
//! a struct of the kernel's, and a result that is a pointer must be tested unless the catalogue says
//! that it is never null. A pointer to anything else is memory of the program's, of its type's size or of
//! the size that the next argument says.

use bpfl_stdlib::catalog::{
    kfunc::{self, Reference},
    uapi,
};

use super::{Builder, Global, forms::Call, given, options::Options, top::Definition};
use crate::{
    btf::{Type, TypeId, types::Param, view::View},
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Kfunc, KfuncId, Ty, TypeKind, Types},
    ir::Region,
    names::nearest,
    read::{Datum, DatumId},
};

/// How many arguments are passed in registers.
const MOST: usize = 5;

impl<'a> Builder<'a> {
    /// `(defkfunc name ((argument type) …) [:returns type])`
    pub(super) fn defkfunc(&mut self, definition: Definition<'a>) {
        let [params, options @ ..] = definition.rest else {
            let error = Diagnostic::error(&codes::MALFORMED, definition.span, "the parameters are missing");
            return self.report(error.help("write `(defkfunc bpf_task_from_pid ((pid i32)) :returns …)`"));
        };
        let options = match options {
            [doc, rest @ ..] if matches!(self.data.get(*doc), Datum::Str(_)) => rest,
            all => all,
        };
        let options = Options::parse(self, options, &["returns"]);
        let Some(params) = self.kfunc_params(*params) else { return };
        let symbol = self.symbol_of(&definition);
        let reference = kfunc::reference(&symbol);
        let returns = match options.get("returns") {
            Some(datum) => match self.kfunc_type(datum) {
                Some(ty) => self.kfunc_result(ty, reference),
                None => return,
            },
            None => Ty::NOTHING,
        };
        let mut kfunc = Kfunc { symbol, params, returns, reference, span: definition.name_span };
        let fits = self.fits_kernel(&mut kfunc);
        let id = self.module.kfuncs.push(kfunc);
        if self.define(&definition, Global::Kfunc(id)) && !fits {
            self.broken_kfuncs.push(id);
        }
    }

    fn kfunc_params(&mut self, datum: DatumId) -> Option<Vec<(String, Ty)>> {
        let wrong = |b: &mut Self, datum: DatumId| {
            let error = Diagnostic::error(&codes::MALFORMED, b.span(datum), "this is not a parameter list");
            b.report(error.help("write `((name type) …)`, or `()` for none"));
        };
        let list: &[DatumId] = match self.items(datum) {
            Some(items) => items,
            None if self.is_symbol(datum, "nil") => &[],
            None => {
                wrong(self, datum);
                return None;
            }
        };
        let mut params = Vec::with_capacity(list.len());
        for param in list {
            let Some([name, ty]) = self.items(*param) else {
                wrong(self, *param);
                return None;
            };
            let name = self.data.symbol(*name).map_or("arg", |name| self.text(name)).replace('-', "_");
            params.push((name, self.kfunc_type(*ty)?));
        }
        if let Some(extra) = list.get(MOST) {
            let message = format!("a function of the kernel's has at most {MOST} arguments");
            self.report(Diagnostic::error(&codes::MALFORMED, self.span(*extra), message));
            return None;
        }
        Some(params)
    }

    /// A number's type, `(ptr STRUCT)` or `(nullable (ptr STRUCT))`, the struct being the kernel's.
    fn kfunc_type(&mut self, datum: DatumId) -> Option<Ty> {
        let Some([head, inner]) = self.items(datum) else { return self.parse_type(datum) };
        if self.is_symbol(*head, "nullable") {
            let inner = self.kfunc_type(*inner)?;
            return match self.module.types.as_pointer(inner) {
                Some(p) => Some(self.module.types.pointer(p.pointee, p.region, true)),
                None => {
                    let error = Diagnostic::error(
                        &codes::UNKNOWN_TYPE,
                        self.span(datum),
                        "only pointers may be null",
                    );
                    self.report(error.help("write `(nullable (ptr task_struct))`"));
                    None
                }
            };
        }
        let pointer = self.is_symbol(*head, "ptr");
        if pointer && let Some(ty) = self.own_memory(*inner) {
            return Some(self.module.types.pointer(ty, Region::Unknown, false));
        }
        let name = self.data.symbol(*inner).filter(|_| pointer);
        let Some(name) = name else {
            let error = Diagnostic::error(&codes::UNKNOWN_TYPE, self.span(datum), "this is not a type");
            self.report(error.help("numbers are u32, i64 …, pointers `(ptr task_struct)`"));
            return None;
        };
        let name = self.text(name).replace('-', "_");
        if let Ok(view) = self.kernel.view() {
            let Some(id) = view.composite(&name) else {
                self.unknown_struct(view, &name, self.span(*inner));
                return None;
            };
            return self.kernel_struct_pointer(view, id, false);
        }
        Some(self.kernel_pointer(&name, false))
    }

    /// A type of the program's own: a number, an array, a struct that is defined here; `void` is memory of any.
    fn own_memory(&mut self, datum: DatumId) -> Option<Ty> {
        let Some(name) = self.data.symbol(datum) else { return self.parse_type(datum) };
        if self.is_symbol(datum, "void") {
            return Some(Ty::NOTHING);
        }
        let scalar = Types::named(self.text(self.names.folded(name)));
        let own = || self.structs.get(&self.names.kernel(name)).copied();
        let id = own().or_else(|| {
            // What the kernel names so too is the kernel's, but for what only programs make.
            let row = uapi::find(self.text(self.names.kernel(name)))?;
            self.struct_named(self.names.intern(row.name))
        });
        scalar.or_else(|| Some(self.module.types.intern(TypeKind::Struct(id?))))
    }

    fn kfunc_result(&mut self, ty: Ty, reference: Option<Reference>) -> Ty {
        let never = matches!(reference, Some(Reference::Acquires { nullable: false, .. }));
        match self.module.types.as_pointer(ty) {
            Some(p) => self.module.types.pointer(p.pointee, p.region, !never),
            None => ty,
        }
    }

    /// Whether the kernel has such a function; reports when not.
    fn fits_kernel(&mut self, kfunc: &mut Kfunc) -> bool {
        let Ok(view) = self.kernel.view() else { return true };
        let name = &kfunc.symbol;
        let Some((params, returns)) = view.kfunc(name) else {
            let what = match view.function(name) {
                Some(_) => format!("`{name}` is a function of the kernel's that programs may not call"),
                None => format!("the kernel has no function `{name}` for programs to call"),
            };
            let mut error = Diagnostic::error(&codes::NO_KFUNC, kfunc.span, what);
            if let Some(near) = nearest(name, view.kfuncs()) {
                error = error.help(format!("did you mean `{near}`?"));
            }
            self.report(error);
            return false;
        };
        let own: Vec<Ty> = kfunc.params.iter().map(|(_, ty)| *ty).collect();
        // By the names of its parameters the kernel tells sizes from other numbers.
        let names: Vec<String> = params.iter().map(|param| view.str(param.name).to_string()).collect();
        let same = own.len() == params.len()
            && own.iter().zip(&params).all(|(ty, param)| self.same_type(view, *ty, param.ty))
            && self.same_type(view, kfunc.returns, returns);
        if !same {
            let message = format!("the kernel's `{name}` has another prototype");
            let error = Diagnostic::error(&codes::NO_KFUNC, kfunc.span, message);
            self.report(error.help(format!("it is `{}`", prototype(view, name, &params, returns))));
        }
        if same {
            let any: Vec<bool> = params.iter().map(|param| leads_to_any(view, param.ty)).collect();
            for (((own, ty), name), any) in kfunc.params.iter_mut().zip(names).zip(any) {
                *own = name;
                // Loaders tell a pointer to bytes from one to anything.
                if let Some(p) = self.module.types.as_pointer(*ty).filter(|_| any) {
                    *ty = self.module.types.pointer(Ty::NOTHING, p.region, p.nullable);
                }
            }
        }
        same
    }

    /// Whether a type is what the kernel's BTF has, as far as loaders compare them.
    fn same_type(&self, view: &View, own: Ty, kernel: TypeId) -> bool {
        let (target, resolved) = view.resolved(kernel);
        match (self.kind(own), resolved) {
            (TypeKind::Nothing, None | Some(Type::Void)) => true,
            (TypeKind::Int(int), Some(Type::Int { size, .. })) => u32::from(int.bits) == size * 8,
            (TypeKind::Int(int), Some(Type::Enum(of) | Type::Enum64(of))) => {
                u32::from(int.bits) == of.size * 8
            }
            (TypeKind::Bool, Some(Type::Int { size, .. })) => size == 1,
            (TypeKind::Ptr(pointer), Some(Type::Ptr(target))) => {
                let (id, pointee) = view.resolved(target);
                let TypeKind::Kernel(own) = self.kind(pointer.pointee) else {
                    return match pointee {
                        None | Some(Type::Void) => true,
                        Some(_) => view.size(id) == Some(self.module.types.size(pointer.pointee)),
                    };
                };
                let id = own;
                pointee.is_some_and(|ty| view.str(ty.name()) == self.module.types.kernel[id].name)
            }
            _ => target == TypeId::VOID && own == Ty::NOTHING,
        }
    }

    /// A call of a function that `defkfunc` has made known.
    pub(super) fn kfunc_call(&mut self, id: KfuncId, call: &Call<'a>) -> ExprId {
        let Kfunc { symbol, params, returns, .. } = &self.module.kfuncs[id];
        let (symbol, params, returns) = (symbol.clone(), params.clone(), *returns);
        if self.broken_kfuncs.contains(&id) {
            self.unsound = true;
        }
        if params.len() != call.args.len() {
            let wanted: Vec<_> = params.iter().map(|(name, _)| name.as_str()).collect();
            let count = params.len();
            let plural = if count == 1 { "argument" } else { "arguments" };
            let message = format!("`{symbol}` takes {count} {plural}, and {} given", given(call.args.len()));
            let usage = std::iter::once(self.text(call.name)).chain(wanted).collect::<Vec<_>>().join(" ");
            let error = Diagnostic::error(&codes::ARITY, call.span, message);
            return self.fail(error.help(format!("it is written `({usage})`")));
        }
        if kfunc::sleeps(&symbol) && self.hook.is_some_and(|hook| !hook.sleepable) {
            let error = self.sleeps(self.text(call.name), call.head);
            return self.fail(error);
        }
        let mut args = Vec::with_capacity(params.len());
        for ((_, ty), datum) in params.iter().zip(call.args) {
            args.push(self.kfunc_argument(*datum, *ty));
        }
        if args.iter().any(|arg| self.ty(*arg) == Ty::ERROR) {
            return self.add(ExprKind::Error, Ty::ERROR, call.span);
        }
        match self.module.types.as_int(returns) {
            // The kernel fills only as much of the register as the type has.
            Some(_) => {
                let whole = self.add(ExprKind::Kfunc(id, args), Ty::U64, call.span);
                let ty = if returns == Ty::BOOL { Ty::U8 } else { returns };
                let value = self.convert(whole, ty);
                self.convert(value, returns)
            }
            None => self.add(ExprKind::Kfunc(id, args), returns, call.span),
        }
    }

    fn kfunc_argument(&mut self, datum: DatumId, ty: Ty) -> ExprId {
        let Some(wanted) = self.module.types.as_pointer(ty) else {
            let value = self.value(datum);
            return self.store_as(value, ty);
        };
        let TypeKind::Kernel(id) = self.kind(wanted.pointee) else {
            return self.memory_for_kernel(datum, wanted.nullable);
        };
        let name = self.module.types.kernel[id].name.clone();
        // The context's own struct is the context.
        if self.hook.is_some_and(|hook| hook.ty.row().context == name) {
            return self.pointer_arg(datum, &[Region::Ctx], "(ctx-ptr)", wanted.nullable);
        }
        self.kernel_arg(datum, &name, wanted.nullable)
    }
}

/// Whether a type of the kernel's is `void *`.
fn leads_to_any(view: &View, ty: TypeId) -> bool {
    match view.resolved(ty).1 {
        Some(Type::Ptr(target)) => matches!(view.resolved(target).1, None | Some(Type::Void)),
        _ => false,
    }
}

/// A prototype as it would be written.
fn prototype(view: &View, name: &str, params: &[Param], returns: TypeId) -> String {
    let list: Vec<_> = params
        .iter()
        .map(|param| format!("({} {})", view.str(param.name), written(view, param.ty)))
        .collect();
    let head = format!("(defkfunc {name} ({})", list.join(" "));
    match view.resolved(returns) {
        (_, None | Some(Type::Void)) => head + ")",
        (_, Some(Type::Ptr(_))) => format!("{head} :returns (nullable {}))", written(view, returns)),
        _ => format!("{head} :returns {})", written(view, returns)),
    }
}

fn written(view: &View, ty: TypeId) -> String {
    match view.resolved(ty).1 {
        Some(Type::Int { size, encoding, .. }) => match encoding {
            crate::btf::types::encoding::BOOL => "bool".into(),
            crate::btf::types::encoding::SIGNED => format!("i{}", size * 8),
            _ => format!("u{}", size * 8),
        },
        Some(Type::Enum(of) | Type::Enum64(of)) => format!("u{}", of.size * 8),
        Some(Type::Ptr(pointee)) => match view.resolved(pointee).1 {
            Some(ty) if !view.str(ty.name()).is_empty() => format!("(ptr {})", view.str(ty.name())),
            _ => "(ptr void)".into(),
        },
        _ => "void".into(),
    }
}
