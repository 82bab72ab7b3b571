//! `defun`, and calls of what it defines.
//!
//! A function is built anew for each combination of argument types that it is called with: what a
//! pointer points into decides what may be done with it, and so does the program's type. Each
//! combination is a subprogram of its own; a function with `:inline t` becomes part of each caller.
//! Functions are built when they are first called, so one that is being built while it is called
//! again is recursive.

use std::rc::Rc;

use super::{
    Builder, Global,
    callbacks::Callback,
    exits::{Exit, Held},
    forms::Call,
    given,
    options::Options,
    param::{Param, ParamType},
    scope::Scope,
    template::{Instance, Template},
    top::Definition,
};
use crate::{
    diagnostic::{Diagnostic, codes},
    eval,
    hir::{ExprId, ExprKind, Function, FunctionId, Prototype, Ty, TypeKind, VarId},
    ir::Region,
    names::Name,
    read::Datum,
    source::Span,
};

/// `MAX_BPF_FUNC_REG_ARGS`: r1 to r5.
const MOST_PARAMS: usize = 5;

/// Where a function's body is being built.
#[derive(Clone, Copy, Default)]
pub struct Inside {
    /// Whether it is a function and not a program.
    pub function: bool,
    /// The parameter that is the context.
    pub ctx: Option<VarId>,
}

/// What belongs to the forms around a call, and not to the function called.
pub struct Around {
    scope: Scope,
    blocks: Vec<Exit>,
    held: Vec<Held>,
    loops: Vec<usize>,
    inside: Inside,
    callback: Option<Callback>,
    local_macros: Vec<(Name, Rc<eval::Function>)>,
}

impl<'a> Builder<'a> {
    /// Enters the name of a function; its parameters are read by [`defun`](Self::defun).
    pub(super) fn declare_function(&mut self, definition: Definition<'a>) -> Option<Definition<'a>> {
        if self.forms.contains_key(&self.names.folded(definition.name)) {
            let message = format!("`{}` is a form of the language", self.text(definition.name));
            let error = Diagnostic::error(&codes::DUPLICATE, definition.name_span, message);
            self.report(error.help("give the function another name"));
            return None;
        }
        let index = self.templates.len();
        if !self.define(&definition, Global::Function(index)) {
            return None;
        }
        let symbol = self.symbol_of(&definition);
        self.templates.push(Template {
            name: definition.name,
            symbol,
            span: definition.name_span,
            form: definition.span,
            params: Vec::new(),
            returns: None,
            inline: false,
            global: false,
            body: &[],
            broken: true,
            called: false,
        });
        Some(definition)
    }

    /// `(defun name ((arg type) …) [:returns type] [:inline t] [docstring] body…)`
    pub(super) fn defun(&mut self, definition: Definition<'a>) {
        let Some((Global::Function(index), _)) = self.globals.get(&self.names.kernel(definition.name)) else {
            return;
        };
        let index = *index;
        let before = self.diagnostics.error_count();
        let Some((params, rest)) = definition.rest.split_first() else {
            let error =
                Diagnostic::error(&codes::MALFORMED, definition.span, "this function has no parameters");
            self.report(error.help("write `(defun name ((a u32)) body…)`; `()` when it takes nothing"));
            return;
        };
        let params = self.params(*params);
        let words =
            rest.chunks_exact(2).take_while(|pair| matches!(self.data.get(pair[0]), Datum::Keyword(_)));
        let (options, body) = rest.split_at(2 * words.count());
        let options = Options::parse(self, options, &["returns", "inline", "global"]);
        let mut returns = options.get("returns").and_then(|ty| self.param_type(ty));
        let said = |option| options.get(option).filter(|datum| !self.is_symbol(*datum, "nil"));
        let (inline, global) = (said("inline").is_some(), said("global"));
        if !inline {
            self.at_most_in_registers(&params);
        }
        if let Some(global) = global {
            let place = options.get("returns").map(|datum| self.span(datum));
            let wanted = returns.map(|ty| (ty, place.unwrap_or(definition.name_span)));
            self.fit_for_outside(&params, wanted);
            returns = returns.or(Some(ParamType::Value(Ty::I32)));
            if inline {
                let message = "a function that is `:inline t` is part of its callers, and not `:global`";
                self.report(Diagnostic::error(&codes::BAD_OPTION, self.span(global), message));
            }
        }
        let body = match body {
            [doc, rest @ ..] if !rest.is_empty() && matches!(self.data.get(*doc), Datum::Str(_)) => rest,
            _ => body,
        };
        let broken = self.diagnostics.error_count() > before;
        let template = &mut self.templates[index];
        (template.params, template.returns, template.inline) = (params, returns, inline);
        template.global = global.is_some();
        (template.body, template.broken) = (body, broken);
    }

    /// Reports parameters for which there are no registers.
    pub(super) fn at_most_in_registers(&mut self, params: &[Param]) {
        if let Some(first) = params.get(MOST_PARAMS) {
            let message =
                format!("a function takes {MOST_PARAMS} arguments at most, and this has {}", params.len());
            let error = Diagnostic::error(&codes::ARITY, first.span, message);
            self.report(error.help("put them in a struct and pass a pointer, or make it `:inline t`"));
        }
    }

    /// A call of the function `index`.
    pub(super) fn call_function(&mut self, index: usize, call: &Call<'a>) -> ExprId {
        let template = &mut self.templates[index];
        template.called = true;
        if template.broken {
            self.unsound = true;
            call.args.iter().for_each(|arg| {
                self.value(*arg);
            });
            return self.add(ExprKind::Error, Ty::ERROR, call.span);
        }
        if let Some(error) = self.recursion(index, call) {
            return self.fail(error);
        }
        let (wanted, name) = (self.templates[index].params.len(), self.templates[index].name);
        if call.args.len() != wanted {
            let plural = if wanted == 1 { "argument" } else { "arguments" };
            let message = format!(
                "`{}` takes {wanted} {plural}, and {} given",
                self.text(name),
                given(call.args.len())
            );
            let error = Diagnostic::error(&codes::ARITY, call.span, message);
            return self.fail(error.also(self.templates[index].span, "defined here"));
        }
        let params = self.templates[index].params.clone();
        let args: Vec<_> =
            params.iter().zip(call.args).map(|(param, arg)| self.argument(param, *arg)).collect();
        if args.iter().any(|arg| self.ty(*arg) == Ty::ERROR) {
            return self.add(ExprKind::Error, Ty::ERROR, call.span);
        }
        if let Some(never) = self.never_computed(&args, call.span) {
            return never;
        }
        match self.templates[index].inline {
            true => self.inlined(index, args, call),
            false => self.subprogram(index, args, call),
        }
    }

    fn recursion(&self, index: usize, call: &Call<'a>) -> Option<Diagnostic> {
        let start = self.active.iter().position(|(active, _)| *active == index)?;
        let name = self.text(self.templates[index].name);
        let message = format!("`{name}` calls itself, and BPF has no recursion");
        let mut error = Diagnostic::error(&codes::RECURSION, call.span, message);
        for (_, span) in &self.active[start + 1..] {
            error = error.also(*span, "by way of this call");
        }
        Some(error.help("write it as a loop: `(dotimes (i 16) …)` or `(while test :max 16 …)`"))
    }

    /// Does `build` apart from the forms around the call.
    fn apart<T>(&mut self, inside: Inside, build: impl FnOnce(&mut Self) -> T) -> T {
        let around = Around {
            scope: std::mem::take(&mut self.scope),
            blocks: std::mem::take(&mut self.blocks),
            held: std::mem::take(&mut self.held),
            loops: std::mem::take(&mut self.loops),
            inside: std::mem::replace(&mut self.inside, inside),
            callback: self.callback_state.take(),
            local_macros: std::mem::take(&mut self.local_macros),
        };
        let built = build(self);
        self.scope = around.scope;
        self.blocks = around.blocks;
        self.held = around.held;
        self.loops = around.loops;
        self.inside = around.inside;
        self.callback_state = around.callback;
        self.local_macros = around.local_macros;
        built
    }

    /// Variables for the parameters, of the arguments' types.
    fn param_vars(&mut self, index: usize, types: &[Ty]) -> Vec<VarId> {
        let params = self.templates[index].params.clone();
        params.iter().zip(types).map(|(p, ty)| self.variable(Some(p.name), *ty, p.span)).collect()
    }

    /// The body of a function whose parameters are `vars`.
    fn function_body(&mut self, index: usize, vars: &[VarId], call: Span) -> ExprId {
        let template = &self.templates[index];
        let (body, form) = (template.body, template.form);
        let params: Vec<_> = template.params.iter().map(|p| (p.name, p.ty)).collect();
        let returns = template.returns;
        let ctx = params.iter().zip(vars).find(|((_, ty), _)| *ty == ParamType::Ctx).map(|(_, var)| *var);
        self.active.push((index, call));
        let built = self.apart(Inside { function: true, ctx }, |b| {
            for ((name, _), var) in params.iter().zip(vars) {
                b.scope.bind(b.names.folded(*name), *var);
            }
            let scalar = match returns {
                Some(ParamType::Value(ty)) => Some(ty),
                _ => None,
            };
            b.enter_block(None, scalar);
            let value = b.body(body, form, true);
            let value = b.leave_block(value, true, form);
            let value = b.settled(value);
            b.check_returned(value, returns, form)
        });
        self.active.pop();
        built
    }

    /// The value of a function, which must be what `:returns` says.
    fn check_returned(&mut self, value: ExprId, returns: Option<ParamType>, form: Span) -> ExprId {
        let Some(wanted) = returns else { return value };
        if [Ty::ERROR, Ty::NEVER].contains(&self.ty(value)) {
            return value;
        }
        match self.as_param(wanted, value) {
            Some(value) => value,
            None => {
                let (is, wanted) = (self.show(self.ty(value)), self.show_param(wanted));
                let message = format!("this function gives {is}, and `:returns` says {wanted}");
                let span = if self.expr_span(value) == form { form } else { self.expr_span(value) };
                self.fail_at(&codes::TYPE_MISMATCH, span, message)
            }
        }
    }

    fn inlined(&mut self, index: usize, args: Vec<ExprId>, call: &Call<'a>) -> ExprId {
        let types: Vec<Ty> = args.iter().map(|arg| self.ty(*arg)).collect();
        let vars = self.param_vars(index, &types);
        let body = self.function_body(index, &vars, call.span);
        let ty = self.ty(body);
        let bindings = vars.into_iter().zip(args).collect();
        self.add(ExprKind::Let(bindings, body), ty, call.span)
    }

    /// A call of a function that is proven by itself; there is one of it for each kind of program.
    fn global_call(&mut self, index: usize, args: Vec<ExprId>, call: &Call<'a>) -> ExprId {
        let known = self.instances.iter().find(|own| own.is(index, &[], self.hook.as_ref()));
        let id = match known {
            Some(instance) => Some(instance.id),
            None => self.global_instance(index, call.span),
        };
        match id {
            Some(id) => self.result_from_outside(id, args, call.span),
            None => self.add(ExprKind::Error, Ty::ERROR, call.span),
        }
    }

    fn global_instance(&mut self, index: usize, call: Span) -> Option<FunctionId> {
        let built = self.built_outside(index, call)?;
        Some(self.add_instance(index, Vec::new(), built.params, built.body, Some(built.proto)))
    }

    fn subprogram(&mut self, index: usize, args: Vec<ExprId>, call: &Call<'a>) -> ExprId {
        if self.templates[index].global {
            return self.global_call(index, args, call);
        }
        let types: Vec<Ty> = args.iter().map(|arg| self.ty(*arg)).collect();
        let known = self.instances.iter().find(|instance| instance.is(index, &types, self.hook.as_ref()));
        let id = match known {
            Some(instance) => instance.id,
            None => match self.instance(index, types, call.span) {
                Some(id) => id,
                None => return self.add(ExprKind::Error, Ty::ERROR, call.span),
            },
        };
        let ty = self.module.functions[id].returns;
        self.add(ExprKind::CallFunction(id, args), ty, call.span)
    }

    /// Its parameters and what it does, for arguments of these types; `None` when it has errors.
    pub(super) fn built(&mut self, index: usize, types: &[Ty], call: Span) -> Option<(Vec<VarId>, ExprId)> {
        self.templates[index].called = true;
        let (errors, said) = (self.diagnostics.error_count(), self.diagnostics.len());
        let unsound = std::mem::take(&mut self.unsound);
        let counters = std::mem::take(&mut self.counters);
        let vars = self.param_vars(index, types);
        let body = self.function_body(index, &vars, call);
        self.counters = counters;
        self.stack_pointer_returned(index, body);
        if self.diagnostics.error_count() > errors || self.unsound {
            self.diagnostics.explain_from(
                said,
                |d| d.code.id.starts_with("E03") && d.span != call,
                call,
                "called from here",
            );
            self.unsound = true;
            return None;
        }
        self.unsound = unsound;
        Some((vars, body))
    }

    /// Whether its body is what is being built, or calls what is.
    pub(super) fn is_being_built(&self, index: usize) -> bool {
        self.active.iter().any(|(active, _)| *active == index)
    }

    /// Builds the function for arguments of these types; `None` when it has errors.
    fn instance(&mut self, index: usize, types: Vec<Ty>, call: Span) -> Option<FunctionId> {
        let (vars, body) = self.built(index, &types, call)?;
        Some(self.add_instance(index, types, vars, body, None))
    }

    fn add_instance(
        &mut self,
        index: usize,
        types: Vec<Ty>,
        params: Vec<VarId>,
        body: ExprId,
        global: Option<Prototype>,
    ) -> FunctionId {
        let returns = if self.ty(body) == Ty::NEVER { Ty::U64 } else { self.ty(body) };
        let template = &self.templates[index];
        let others = self.instances.iter().filter(|instance| instance.template == index).count();
        let mut symbol = template.symbol.clone();
        if others > 0 {
            symbol = self.fresh_symbol(&template.symbol, others + 1);
        }
        let (span, ty) = (self.templates[index].span, self.hook.map(|hook| hook.ty));
        let id = self.module.functions.push(Function {
            symbol,
            params,
            returns,
            body,
            span,
            ty,
            global,
            captures: Vec::new(),
        });
        self.instances.push(Instance { template: index, types, hook: self.hook, id });
        id
    }

    /// A symbol for another instance that nothing else has.
    pub(super) fn fresh_symbol(&self, symbol: &str, number: usize) -> String {
        let taken = |candidate: &str| {
            let known = self.names.intern(candidate);
            let functions = self.module.functions.values().any(|f| f.symbol == candidate);
            functions || self.globals.contains_key(&self.names.kernel(known))
        };
        let mut candidates = (number..).map(|n| format!("{symbol}_{n}"));
        candidates.find(|candidate| !taken(candidate)).unwrap_or_else(|| symbol.into())
    }

    /// What is on a function's stack is gone when it returns (`prepare_func_exit`,
    /// kernel/bpf/verifier.c).
    fn stack_pointer_returned(&mut self, index: usize, body: ExprId) {
        let pointer = self.module.types.as_pointer(self.ty(body));
        if pointer.is_some_and(|p| p.region == Region::Stack) {
            let message = "a function cannot return a pointer to the stack";
            let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.expr_span(body), message)
                .also(self.templates[index].span, "in this function")
                .help("let the caller make it and pass a pointer, or make the function `:inline t`");
            self.report(error);
        }
    }

    /// Checks the functions that nothing calls, as they would be called with pointers to map values.
    pub(super) fn uncalled(&mut self) {
        for index in 0..self.templates.len() {
            let template = &self.templates[index];
            let context = template.params.iter().any(|param| param.ty == ParamType::Ctx);
            if template.called || template.broken || context {
                continue;
            }
            let types: Option<Vec<Ty>> =
                template.params.clone().iter().map(|param| self.representative(param.ty)).collect();
            if let Some(types) = types {
                let (vars, span) = (self.param_vars(index, &types), self.templates[index].span);
                let body = self.function_body(index, &vars, span);
                self.stack_pointer_returned(index, body);
            }
        }
    }

    fn representative(&mut self, ty: ParamType) -> Option<Ty> {
        Some(match ty {
            ParamType::Value(ty) => ty,
            ParamType::Pointer { pointee, nullable } => match self.kind(pointee) {
                TypeKind::Socket(of) => self.module.types.pointer(pointee, of.region(), nullable),
                TypeKind::Kernel(_) => self.module.types.pointer(pointee, Region::Kernel, nullable),
                _ => {
                    let region = if self.lies_in_arena(pointee) { Region::Arena } else { Region::MapValue };
                    self.module.types.pointer(pointee, region, nullable)
                }
            },
            ParamType::Packet => self.module.types.pointer(Ty::U8, Region::Packet, false),
            ParamType::Map(map) => self.map_pointer(map, false),
            ParamType::PacketEnd => self.module.types.pointer(Ty::NOTHING, Region::PacketEnd, false),
            ParamType::Ctx => return None,
        })
    }
}
