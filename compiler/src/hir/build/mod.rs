//! Data to HIR.
//!
//! [`forms`] is the table of special forms; each file beside it holds one family of them.
//! Top-level forms are in [`top`]. Names are collected first, so that a program may use a map that
//! is defined after it.

mod ahead;
mod arena;
mod arguments;
mod arith;
mod ask;
mod asm;
mod atomics;
mod binding;
mod bytes;
mod callbacks;
mod called;
mod calls;
mod compare;
mod context;
mod control;
mod convert;
mod dynptr;
mod enums;
mod exits;
mod expand;
mod fields;
mod forms;
mod functions;
mod globals;
mod kernel;
mod kfunc;
mod known;
mod kptr;
mod ksym;
mod locks;
mod log2;
mod loops;
mod map_decl;
mod map_values;
mod maps;
mod memory;
mod node;
mod options;
mod outside;
mod packet;
mod param;
mod place;
mod printf;
mod program;
mod scope;
mod side;
mod signature;
mod sizes;
mod sockets;
mod storage;
mod struct_ops;
mod structs;
mod template;
mod text;
mod top;
mod tracepoint;
mod type_names;
mod uapi;
mod unroll;

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use bpfl_stdlib::catalog::{constant, machine::Machine};

use super::{
    CoreId, ExprId, ExprKind, GlobalId, KernelId, KfuncId, KsymId, MapId, Module, StructId, Ty, visit,
};
use crate::{
    btf::TypeId,
    diagnostic::{Diagnostic, Diagnostics, codes},
    eval::{Alone, Function, Interp, MACRO_LIMITS},
    kernel_btf::KernelBtf,
    names::{Name, Names, nearest},
    read::{Data, Datum, DatumId},
    source::{Expansion, SourceMap, Span},
};
pub use expand::Expand;
use forms::Call;
pub use forms::names as form_names;
use program::Hook;
use scope::Scope;
pub use side::{Side, Sides, is_test};
pub use top::{definitions, is_definition};

/// What the top level of a file defines under a name.
#[derive(Clone, Copy)]
enum Global {
    Map(MapId),
    Constant(i128),
    Variable(GlobalId),
    Kfunc(KfuncId),
    Ksym(KsymId),
    Program,
    /// A table of functions that the kernel calls.
    StructOps,
    /// A `defun`, by its position among them.
    Function(usize),
}

/// The state of building one module.
struct Builder<'a> {
    names: &'a Names,
    data: &'a Data,
    diagnostics: &'a mut Diagnostics,
    module: Module,
    scope: Scope,
    /// Definitions by kernel name, with the place of each.
    globals: HashMap<Name, (Global, Span)>,
    /// Structs and unions by kernel name.
    structs: HashMap<Name, StructId>,
    /// The enums, by name where `-` and `_` are alike.
    enums: HashMap<Name, (Ty, Span)>,
    /// The fields that are pointers, with the name of what they point to.
    pointees: HashMap<(StructId, usize), DatumId>,
    /// Where a global is said to point into an arena.
    arena_globals: Option<Span>,
    /// Structs whose definition has errors.
    broken: HashSet<Name>,
    /// What structs define, by kernel name.
    accessors: HashMap<String, structs::Accessor>,
    /// The kernel's types.
    kernel: &'a KernelBtf,
    /// The machine whose registers probes read.
    machine: Machine,
    /// The readers of kernel structs.
    imports: Vec<kernel::Import>,
    /// Functions of the kernel's whose definition has errors.
    broken_kfuncs: Vec<KfuncId>,
    /// The questions asked about kernel structs, each once.
    cores: HashMap<super::kernel::Core, CoreId>,
    /// The kernel's structs without a name, by their number in its BTF.
    anonymous: HashMap<TypeId, KernelId>,
    /// The special forms by folded name.
    forms: HashMap<Name, &'static forms::Form>,
    /// The program whose body is being built.
    hook: Option<Hook>,
    /// What that program is called with, of tracing programs.
    signature: signature::Signature,
    /// Whether the program uses something whose definition has errors.
    unsound: bool,
    /// What the forms around the current form hold, innermost last.
    held: Vec<exits::Held>,
    /// The blocks around the current form, innermost last.
    blocks: Vec<exits::Exit>,
    /// The `defun`s, in order.
    templates: Vec<template::Template<'a>>,
    /// What was built of them.
    instances: Vec<template::Instance>,
    /// The functions being built, each with the call that led to it, innermost last.
    active: Vec<(usize, Span)>,
    /// Whether what is being built is a function.
    inside: functions::Inside,
    /// The callback whose body is being built.
    callback_state: Option<callbacks::Callback>,
    /// The reads of context fields in network byte order, with what makes a constant of that order.
    network_order: HashMap<ExprId, &'static str>,
    /// How many labels there are.
    labels: usize,
    /// What evaluates macros.
    interp: Interp<'a>,
    /// The macros of the prelude, which give way to what the file defines, by folded name.
    prelude: HashSet<Name>,
    /// Symbol macros of the whole file, by folded name.
    symbol_macros: HashMap<Name, DatumId>,
    /// The macros of the `macrolet` forms around the current form, by folded name.
    local_macros: Vec<(Name, Rc<Function>)>,
    /// What data have been expanded to.
    expansions: HashMap<DatumId, DatumId>,
    /// The places of expansions, which are numbered from `first_expansion` on.
    new_expansions: Vec<Expansion>,
    /// Whether macros have been found to have no end.
    endless: bool,
    /// How many data macros have made.
    made: usize,
    /// The structs and unions that are being defined, the innermost last.
    defining: Vec<Name>,
    /// What is defined further down.
    ahead: ahead::Ahead,
    first_expansion: usize,
    /// The programs that tables of functions name.
    wanted_ops: Vec<struct_ops::WantedOp>,
    /// What maps are to hold from the start.
    wanted_values: Vec<map_values::WantedValue>,
    /// What is known of the counters of loops.
    counters: unroll::Counters,
    /// The loops around the current form within its program: how much was held where each starts.
    loops: Vec<usize>,
}

/// What a module is built from.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The interner of the data.
    pub names: &'a Names,
    /// The data; macros add to them.
    pub data: &'a Data,
    /// The prelude's top-level data.
    pub prelude: &'a [DatumId],
    /// The file's top-level data.
    pub forms: &'a [DatumId],
    /// The kernel's types.
    pub kernel: &'a KernelBtf,
    /// The machine whose registers probes read.
    pub machine: Machine,
}

/// Builds the module that a file's forms define.
pub fn build(sources: &mut SourceMap, input: Input<'_>, diagnostics: &mut Diagnostics) -> Module {
    build_and_expand(sources, input, None, diagnostics).0
}

/// As [`build`], with the forms as macros have made them, if that is asked for.
pub fn build_and_expand(
    sources: &mut SourceMap,
    input: Input<'_>,
    expand: Option<Expand>,
    diagnostics: &mut Diagnostics,
) -> (Module, Vec<DatumId>) {
    let Input { names, data, prelude, forms, kernel, machine } = input;
    let table = forms::FORMS.iter().map(|form| (names.intern(form.name), form)).collect();
    let mut builder = Builder {
        names,
        data,
        diagnostics,
        module: Module::default(),
        scope: Scope::default(),
        globals: HashMap::new(),
        structs: HashMap::new(),
        enums: HashMap::new(),
        pointees: HashMap::new(),
        arena_globals: None,
        broken: HashSet::new(),
        accessors: HashMap::new(),
        kernel,
        machine,
        imports: Vec::new(),
        broken_kfuncs: Vec::new(),
        cores: HashMap::new(),
        anonymous: HashMap::new(),
        forms: table,
        hook: None,
        signature: signature::Signature::default(),
        unsound: false,
        held: Vec::new(),
        blocks: Vec::new(),
        templates: Vec::new(),
        instances: Vec::new(),
        active: Vec::new(),
        inside: functions::Inside::default(),
        callback_state: None,
        network_order: HashMap::new(),
        labels: 0,
        interp: Interp::new(names, Box::new(Alone), MACRO_LIMITS),
        prelude: HashSet::new(),
        symbol_macros: HashMap::new(),
        local_macros: Vec::new(),
        expansions: HashMap::new(),
        new_expansions: Vec::new(),
        endless: false,
        made: 0,
        defining: Vec::new(),
        ahead: ahead::Ahead::default(),
        first_expansion: sources.expansions().len(),
        wanted_ops: Vec::new(),
        wanted_values: Vec::new(),
        counters: unroll::Counters::default(),
        loops: Vec::new(),
    };
    builder.top_level(prelude);
    builder.module.constants.clear();
    builder.module.defined.clear();
    builder.prelude = builder.interp.macro_names().collect();
    debug_assert!(
        builder.prelude.iter().all(|name| bpfl_stdlib::prelude::defines(names.text(*name))),
        "a macro of the prelude's is not among its stems"
    );
    builder.top_level(forms);
    visit::keep_reached(&mut builder.module);
    let expanded = expand.map(|how| builder.expansions_of(forms, how)).unwrap_or_default();
    let Builder { module, new_expansions, .. } = builder;
    sources.add_expansions(new_expansions);
    (module, expanded)
}

impl<'a> Builder<'a> {
    /// The expression that `datum` is, for its value.
    fn value(&mut self, datum: DatumId) -> ExprId {
        let expr = self.expr(datum, true);
        if self.ty(expr) != Ty::NOTHING {
            return expr;
        }
        let span = self.expr_span(expr);
        let nil = self.nil(span);
        self.add(ExprKind::Seq(vec![expr, nil]), Ty::LITERAL, span)
    }

    /// The expression that `datum` is, for its effect.
    fn effect(&mut self, datum: DatumId) -> ExprId {
        let expr = self.expr(datum, false);
        self.settled(expr)
    }

    fn expr(&mut self, datum: DatumId, used: bool) -> ExprId {
        // Data are at most `read::MAX_DEPTH` deep, but a debug build's frames are large.
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.expr_here(datum, used))
    }

    fn expr_here(&mut self, datum: DatumId, used: bool) -> ExprId {
        let datum = self.expanded(datum);
        let span = self.span(datum);
        match self.data.get(datum) {
            Datum::Int(value) => self.literal(value, span),
            Datum::Float(bits) => {
                let message = format!("`{}` is a fraction, and BPF has only integers", f64::from_bits(bits));
                let error = Diagnostic::error(&codes::BAD_LITERAL, span, message);
                self.fail(error.help("scale it: count in thousandths, say, as an integer"))
            }
            Datum::Char(c) => self.literal(u32::from(c).into(), span),
            Datum::Symbol(name) => self.name(name, span),
            Datum::List(children) => match self.data.children(children) {
                [] => self.nil(span),
                [head, args @ ..] => self.form(*head, args, span, used),
            },
            Datum::Error => {
                // It was reported when it was read, so that no count of this program's errors has it.
                self.unsound = true;
                self.add(ExprKind::Error, Ty::ERROR, span)
            }
            Datum::Str(_) => self.misplaced(span, "a string", "strings stand where a helper takes one"),
            Datum::Keyword(_) => self.misplaced(span, "a keyword", "keywords name options of a form"),
            Datum::Dotted(_) => self.misplaced(span, "a dotted list", "a form is a proper list: `(f x)`"),
            Datum::Vector(_) => self.misplaced(span, "a vector", "vectors are for macros"),
        }
    }

    fn misplaced(&mut self, span: Span, what: &str, help: &str) -> ExprId {
        let message = format!("{what} cannot be evaluated in a BPF program");
        self.fail(Diagnostic::error(&codes::MALFORMED, span, message).help(help))
    }

    /// A name that stands for a value.
    fn name(&mut self, name: Name, span: Span) -> ExprId {
        let folded = self.names.folded(name);
        if let Some(var) = self.scope.find(folded) {
            return self.read_var(var, span);
        }
        match self.text(folded) {
            "nil" => return self.nil(span),
            "t" => return self.add(ExprKind::Int(1), Ty::BOOL, span),
            _ => {}
        }
        let known = self.names.kernel(name);
        if !self.globals.contains_key(&known) {
            self.define_ahead(known);
        }
        match self.globals.get(&known) {
            Some((Global::Constant(value), _)) => return self.literal(*value, span),
            Some((Global::Variable(id), _)) => return self.read_global(*id, span),
            Some((Global::Ksym(id), _)) => return self.ksym_value(*id, span),
            Some((what, place)) => return self.not_a_value(name, *what, *place, span),
            None => {}
        }
        match constant::find(self.text(name)) {
            Some(row) => self.literal(row.value.into(), span),
            None => self.unknown_name(name, span),
        }
    }

    fn not_a_value(&mut self, name: Name, what: Global, place: Span, span: Span) -> ExprId {
        let text = self.text(name);
        let (what, help) = match what {
            Global::Kfunc(_) => ("function of the kernel's", format!("call it: `({text} …)`")),
            Global::Map(_) => ("map", format!("read an element with `(getmap {text} key)`")),
            Global::Function(_) => ("function", format!("call it: `({text} …)`")),
            _ => ("program", "programs are called by the kernel, or through a tail call".into()),
        };
        let message = format!("`{text}` is a {what}, not a value");
        let error = Diagnostic::error(&codes::NOT_A_VALUE, span, message);
        self.fail(error.also(place, "defined here").help(help))
    }

    fn unknown_name(&mut self, name: Name, span: Span) -> ExprId {
        if let Some(form) = self.ahead.being_built(self.names.kernel(name)) {
            return self.needs_itself(name, form, span);
        }
        let text = self.text(name);
        let message = format!("there is no variable or constant called `{text}`");
        let mut error = Diagnostic::error(&codes::UNKNOWN_VARIABLE, span, message);
        if let Some(near) = self.nearest_name(text) {
            error = error.help(format!("did you mean `{near}`?"));
        } else if self.forms.contains_key(&self.names.folded(name)) {
            error = error.help(format!("`{text}` is a form: write `({text} …)`"));
        }
        self.fail(error)
    }

    fn nearest_name(&self, text: &str) -> Option<String> {
        let scope = self.scope.names().map(|n| self.text(n));
        let globals = self.globals.keys().map(|n| self.text(*n));
        let mut candidates: Vec<&str> = scope.chain(globals).collect();
        // A hash map's order differs from run to run; what is suggested must not.
        candidates.sort_unstable();
        candidates.extend(constant::all().iter().map(|row| row.name));
        nearest(text, candidates).map(str::to_string)
    }

    fn form(&mut self, head: DatumId, args: &'a [DatumId], span: Span, used: bool) -> ExprId {
        let head_span = self.span(head);
        let Some(name) = self.data.symbol(head) else {
            let error = Diagnostic::error(&codes::MALFORMED, head_span, "a form starts with a name");
            return self.fail(error.help("BPF has no function values: write `(name argument …)`"));
        };
        let call = Call { name, head: head_span, span, args, used };
        match self.forms.get(&self.names.folded(name)).copied() {
            Some(form) => self.special_form(form, &call),
            None => self.named_call(&call),
        }
    }

    fn special_form(&mut self, form: &'static forms::Form, call: &Call<'a>) -> ExprId {
        if form.takes(call.args.len()) {
            return (form.build)(self, call);
        }
        let message = format!("`{}` takes {}, and {} given", form.name, form.count(), given(call.args.len()));
        let error = Diagnostic::error(&codes::ARITY, call.span, message);
        self.fail(error.help(format!("it is written `{}`", form.usage)))
    }

    /// `body` in turn, for the last one's value if `used`.
    fn body(&mut self, body: &[DatumId], span: Span, used: bool) -> ExprId {
        match body {
            [] => self.nil(span),
            [only] if used => self.value(*only),
            [only] => self.effect(*only),
            [first @ .., last] => {
                let mut all: Vec<_> = first.iter().map(|datum| self.effect(*datum)).collect();
                let last = if used { self.value(*last) } else { self.effect(*last) };
                all.push(last);
                self.seq(all, span)
            }
        }
    }

    /// A sequence; one that contains something that never gives a value never does either.
    fn seq(&mut self, exprs: Vec<ExprId>, span: Span) -> ExprId {
        let never = exprs.iter().any(|e| self.ty(*e) == Ty::NEVER);
        let last = exprs.last().map_or(Ty::NOTHING, |e| self.ty(*e));
        let exprs = self.join_instructions(exprs);
        self.add(ExprKind::Seq(exprs), if never { Ty::NEVER } else { last }, span)
    }
}

/// `1 is`, `3 are`, for messages.
fn given(count: usize) -> String {
    match count {
        0 => "none is".into(),
        1 => "1 is".into(),
        n => format!("{n} are"),
    }
}
