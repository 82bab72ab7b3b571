//! Functions that others call, of whom nothing is known: global functions, which the verifier proves once, for
//! any arguments, and programs that take the place of one (`freplace`).
//!
//! Always holds: such a function has one prototype, as C has it. Numbers come in whole registers and are cut to
//! their type; a pointer may be null, and as much as its type is there, to be read and written
//! (`btf_prepare_func_args` and `btf_check_func_arg_match`, kernel/bpf/btf.c and kernel/bpf/verifier.c).

use bpfl_stdlib::catalog::{map, program::ProgramType};

use super::{
    Builder,
    options::Options,
    param::{Param, ParamType},
    template::Template,
    top::Definition,
};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, FunctionId, Prototype, Ty, TypeKind, VarId},
    ir::Region,
    read::DatumId,
    source::Span,
};

/// The options that only programs have that take the place of a function.
const OPTIONS: [&str; 3] = ["replaces", "arguments", "returns"];

/// A function as it was built.
pub struct Outside {
    /// What registers hold when it is called.
    pub params: Vec<VarId>,
    /// Its prototype.
    pub proto: Prototype,
    /// What it does.
    pub body: ExprId,
}

impl<'a> Builder<'a> {
    /// Reports parameters that nobody outside can give, and results that they cannot take.
    pub(super) fn fit_for_outside(&mut self, params: &[Param], returns: Option<(ParamType, Span)>) {
        for param in params {
            let help = match param.ty {
                ParamType::Pointer { pointee, nullable } => match self.kind(pointee) {
                    TypeKind::Socket(_) | TypeKind::Kernel(_) | TypeKind::Kptr(_) => {
                        Some("pass the numbers that are wanted of it".into())
                    }
                    _ if self.is_kernels(pointee) => {
                        Some("pass the address of what is to be used of it".into())
                    }
                    _ if nullable => None,
                    _ => {
                        let name = self.text(param.name);
                        Some(format!(
                            "write `({name} (nullable {}))`, and test it",
                            self.show_param(param.ty)
                        ))
                    }
                },
                ParamType::Value(_) | ParamType::Ctx => None,
                _ => Some("pass the context, `(c ctx)`, and let the function take it from there".into()),
            };
            if let Some(help) = help {
                let message = format!(
                    "nobody vouches for {} in the arguments of a function that is proven by itself",
                    self.show_param(param.ty)
                );
                self.report(Diagnostic::error(&codes::TYPE_MISMATCH, param.span, message).help(help));
            }
        }
        if let Some((ty, span)) = returns.filter(|(ty, _)| !matches!(ty, ParamType::Value(_))) {
            let message =
                format!("a function that is proven by itself returns a number, not {}", self.show_param(ty));
            let error = Diagnostic::error(&codes::TYPE_MISMATCH, span, message);
            self.report(error.help("let the caller pass the address of a place, and write there"));
        }
    }

    /// Whether parts of a type are the kernel's, so that it is not passed on as a whole.
    fn is_kernels(&self, ty: Ty) -> bool {
        self.has_kptrs(ty) || map::SEALED.iter().any(|row| self.how_many(ty, row.c_name) > 0)
    }

    fn outside_type(&mut self, ty: ParamType) -> Ty {
        match ty {
            ParamType::Value(ty) => ty,
            ParamType::Pointer { pointee, .. } => self.module.types.pointer(pointee, Region::Unknown, true),
            _ => self.module.types.pointer(Ty::NOTHING, Region::Ctx, false),
        }
    }

    /// Builds the function `index` for everybody; `None` when it has errors.
    pub(super) fn built_outside(&mut self, index: usize, call: Span) -> Option<Outside> {
        let declared: Vec<ParamType> = self.templates_params(index).iter().map(|param| param.ty).collect();
        let params: Vec<Ty> = declared.into_iter().map(|ty| self.outside_type(ty)).collect();
        let (vars, body) = self.built(index, &params, call)?;
        let returns = if self.ty(body) == Ty::NEVER { Ty::I32 } else { self.ty(body) };
        let mut raw = Vec::with_capacity(vars.len());
        let mut bindings = Vec::new();
        for (var, ty) in vars.into_iter().zip(&params) {
            if self.module.types.as_pointer(*ty).is_some() {
                raw.push(var);
                continue;
            }
            let span = self.module.vars[var].span;
            let whole = self.variable(None, Ty::U64, span);
            let read = self.read_var(whole, span);
            let cut = self.convert(read, if *ty == Ty::BOOL { Ty::U8 } else { *ty });
            bindings.push((var, self.convert(cut, *ty)));
            raw.push(whole);
        }
        let (ty, span) = (self.ty(body), self.expr_span(body));
        let body = match bindings.is_empty() {
            true => body,
            false => self.add(ExprKind::Let(bindings, body), ty, span),
        };
        Some(Outside { params: raw, proto: Prototype { params, returns }, body })
    }

    /// What a call of a global function gives, which may have been replaced: of a whole register the type's part.
    pub(super) fn result_from_outside(&mut self, id: FunctionId, args: Vec<ExprId>, span: Span) -> ExprId {
        let Some(proto) = self.module.functions[id].global.clone() else {
            return self.add(ExprKind::Error, Ty::ERROR, span);
        };
        let mut passed = Vec::with_capacity(args.len());
        for (arg, ty) in args.into_iter().zip(&proto.params) {
            if !self.can_pass(arg, *ty) {
                return self.add(ExprKind::Error, Ty::ERROR, span);
            }
            let pointer = self.module.types.as_pointer(*ty).is_some();
            passed.push(if pointer { self.convert(arg, *ty) } else { arg });
        }
        let args = passed;
        let whole = self.add(ExprKind::CallFunction(id, args), Ty::U64, span);
        let cut = self.convert(whole, if proto.returns == Ty::BOOL { Ty::U8 } else { proto.returns });
        self.convert(cut, proto.returns)
    }

    /// Whether the verifier takes an argument for memory that the function may read and write; reports when not.
    fn can_pass(&mut self, arg: ExprId, ty: Ty) -> bool {
        let (Some(wanted), Some(own)) =
            (self.module.types.as_pointer(ty), self.module.types.as_pointer(self.ty(arg)))
        else {
            return true;
        };
        if wanted.region == Region::Ctx
            || Region::MEMORY.contains(&own.region)
            || self.constant(arg) == Some(0)
        {
            return true;
        }
        let message = format!(
            "this is {}, in no memory that can be lent to a global function",
            self.show(self.ty(arg))
        );
        let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.expr_span(arg), message);
        self.report(error.help("copy it to a variable first, and pass `(stack-addr variable)`"));
        false
    }

    // ---- programs in the place of functions ----

    /// The names of the options that a program may have.
    pub(super) fn program_options() -> Vec<&'static str> {
        [&["type", "section", "license"][..], &OPTIONS].concat()
    }

    /// The type of the programs whose function a program replaces; reports options that are for such programs only.
    pub(super) fn replaces(&mut self, ty: ProgramType, options: &Options) -> Option<ProgramType> {
        if ty == ProgramType::Ext {
            return options.get("replaces").and_then(|datum| self.program_type(datum));
        }
        for option in OPTIONS {
            if let Some(datum) = options.get(option) {
                let message = format!("`:{option}` is for programs that replace a function");
                let error = Diagnostic::error(&codes::BAD_OPTION, self.span(datum), message);
                self.report(error.help("they are in a section such as \"freplace/FUNCTION\""));
            }
        }
        None
    }

    /// The body of a program that is called with arguments; `None` for one that is given the context.
    pub(super) fn replacement(
        &mut self,
        options: &Options,
        definition: &Definition<'a>,
        body: &'a [DatumId],
    ) -> Option<Option<Outside>> {
        let arguments = options.get("arguments")?;
        let before = self.diagnostics.error_count();
        let params = self.params(arguments);
        let int = ParamType::Value(Ty::I32);
        let returns = match options.get("returns") {
            Some(datum) => self.param_type(datum).map(|ty| (ty, self.span(datum))),
            None => Some((int, definition.name_span)),
        };
        self.fit_for_outside(&params, returns);
        self.at_most_in_registers(&params);
        if self.diagnostics.error_count() > before {
            return Some(None);
        }
        let symbol = self.symbol_of(definition);
        let returns = returns.map(|(ty, _)| ty);
        let index = self.templates.len();
        self.templates.push(Template::of_program(definition, symbol, params, returns, body));
        Some(self.built_outside(index, definition.name_span))
    }
}
