//! Macros: calls of them are replaced by what they make, wherever an expression, a place or a
//! top-level form may stand.
//!
//! A datum is expanded once; what came of it is kept, so that a loop that is built twice expands
//! nothing twice, and the expansion can be printed. Each datum of an expansion that the macro wrote
//! has a place of its own, which leads back to the macro and to the call; data that the call handed
//! in keep theirs.

use std::rc::Rc;

use super::{Builder, forms::Call, top::Definition};
use crate::{
    diagnostic::{Diagnostic, codes},
    eval::{Condition, Env, Exit, Function, Kind, Origin, Pointing, Value, convert, special},
    hir::{ExprId, Ty},
    names::Name,
    read::{Datum, DatumId},
    source::{Expansion, Span},
};

/// How many expansions one form may take.
const MAX_DEPTH: usize = 200;
/// How many macros may be within the forms that others made.
const MAX_NESTED: usize = 500;
/// How many expansions a program may need.
const MAX_COUNT: usize = 100_000;

/// How far to expand for printing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expand {
    /// Until no macro is left.
    All,
    /// The first step of each outermost call.
    Once,
}

/// `(macrolet ((name (parameter…) body…) …) form…)`
pub fn macrolet<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let before = b.local_macros.len();
    for definition in b.items(call.args[0]).unwrap_or(&[]) {
        let parts = b.template(*definition).elements().filter(|parts| parts.len() > 1);
        let made = match parts {
            Some(parts) => special::define::closure(&mut b.interp, &parts, &Env::default(), true),
            None => Err(Exit::error("a local macro is `(name (parameter…) body…)`")),
        };
        match made {
            Ok((name, expander)) => b.local_macros.push((name.folded, expander)),
            Err(exit) => {
                b.evaluation_failed(exit, b.span(*definition), "this local macro");
                let name = b.items(*definition).and_then(|parts| b.data.symbol(*parts.first()?));
                b.broken.extend(name.map(|name| b.names.kernel(name)));
            }
        }
    }
    let body = b.body(&call.args[1..], call.span, call.used);
    b.local_macros.truncate(before);
    body
}

/// `(symbol-macrolet ((name form) …) body…)`
pub fn symbol_macrolet<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let mark = b.scope.mark();
    for binding in b.items(call.args[0]).unwrap_or(&[]) {
        let parts = match b.items(*binding) {
            Some([name, form]) => b.data.symbol(*name).map(|name| (name, form)),
            _ => None,
        };
        match parts {
            Some((name, form)) => b.scope.bind_form(b.names.folded(name), *form),
            _ => {
                let message = "this is not a symbol macro";
                let error = Diagnostic::error(&codes::MALFORMED, b.span(*binding), message);
                b.report(error.help("write `(name form)`"));
            }
        }
    }
    let body = b.body(&call.args[1..], call.span, call.used);
    b.scope.reset(mark);
    body
}

/// Forms of both languages that are evaluated where a constant is wanted.
const EVALUATED: &[&str] = &[
    "let",
    "let*",
    "progn",
    "prog1",
    "prog2",
    "if",
    "when",
    "unless",
    "cond",
    "case",
    "and",
    "or",
    "not",
    "dotimes",
    "loop",
    "setf",
    "setq",
    "incf",
    "decf",
    "macrolet",
    "symbol-macrolet",
];

impl<'a> Builder<'a> {
    // ---- definitions ----

    /// `(defmacro name (parameter…) body…)`
    pub(super) fn defmacro(&mut self, definition: Definition<'a>) {
        let parts: Vec<_> =
            [definition.head].iter().chain(definition.rest).map(|d| self.template(*d)).collect();
        match special::define::closure(&mut self.interp, &parts, &Env::default(), true) {
            Ok((name, expander)) => {
                self.prelude.remove(&name.folded);
                self.interp.define_macro(name, expander);
            }
            Err(exit) => {
                self.evaluation_failed(exit, definition.span, "this macro");
                self.broken.insert(self.names.kernel(definition.name));
            }
        }
    }

    /// `(define-symbol-macro name form)`
    pub(super) fn define_symbol_macro(&mut self, definition: Definition<'a>) {
        let &[form] = definition.rest else {
            let error = Diagnostic::error(&codes::MALFORMED, definition.span, "this is not a symbol macro");
            return self.report(error.help("write `(define-symbol-macro name form)`"));
        };
        self.symbol_macros.insert(self.names.folded(definition.name), form);
    }

    /// `(eval-when (:compile-toplevel …) form…)`: evaluated now, for the macros that follow.
    pub(super) fn eval_when(&mut self, forms: &[DatumId], span: Span) {
        for form in forms {
            let value = self.template(*form);
            self.interp.restart();
            if let Err(exit) = self.interp.eval(&value, &Env::default()) {
                self.evaluation_failed(exit, span, "this evaluation");
            }
        }
    }

    /// A datum as what macros are written in.
    fn template(&self, datum: DatumId) -> Value {
        convert::value(self.names, self.data, datum, Origin::Template)
    }

    // ---- expansion ----

    /// What the datum expands to, when it is a macro's call or a symbol macro; else itself.
    pub(super) fn expanded(&mut self, datum: DatumId) -> DatumId {
        let mut at = datum;
        for _ in 0..MAX_DEPTH {
            match self.expanded_once(at) {
                Some(next) => at = next,
                None => return at,
            }
        }
        let message = "this expansion has no end: the macro gives a call of itself";
        self.report(Diagnostic::error(&codes::ENDLESS_EXPANSION, self.span(datum), message));
        self.failed(datum)
    }

    /// One step; `None` when there is nothing to expand.
    pub(super) fn expanded_once(&mut self, datum: DatumId) -> Option<DatumId> {
        if let Some(known) = self.expansions.get(&datum) {
            return Some(*known);
        }
        let made = match self.data.get(datum) {
            Datum::Symbol(name) => self.symbol_macro(name, datum)?,
            Datum::List(children) => {
                let head = self.data.symbol(*self.data.children(children).first()?)?;
                let expander = self.macro_named(self.names.folded(head))?;
                self.expand_call(datum, head, &expander)
            }
            _ => return None,
        };
        self.expansions.insert(datum, made);
        Some(made)
    }

    fn macro_named(&self, folded: Name) -> Option<Rc<Function>> {
        let local = self.local_macros.iter().rev().find(|(name, _)| *name == folded);
        let hidden = || self.prelude.contains(&folded) && self.defines(folded);
        match local {
            Some((_, expander)) => Some(expander.clone()),
            None => self.interp.macro_named(folded).filter(|_| !hidden()),
        }
    }

    /// Whether the file defines something else of that name to call.
    fn defines(&self, folded: Name) -> bool {
        let kernel = self.names.kernel(folded);
        self.accessors.contains_key(self.text(kernel)) || self.globals.contains_key(&kernel)
    }

    /// The form of a symbol macro, unless a variable hides it.
    fn symbol_macro(&mut self, name: Name, datum: DatumId) -> Option<DatumId> {
        let folded = self.names.folded(name);
        if self.scope.find(folded).is_some() {
            return None;
        }
        let form = self.scope.find_form(folded).or_else(|| self.symbol_macros.get(&folded).copied())?;
        let call = self.span(datum);
        if self.endless || self.is_endless(call) {
            return Some(self.failed(datum));
        }
        let value = convert::value(self.names, self.data, form, Origin::Template);
        let made = self.datum_of(&value, name, call);
        Some(self.made_or_failed(made, datum, name))
    }

    fn expand_call(&mut self, datum: DatumId, name: Name, expander: &Rc<Function>) -> DatumId {
        let call = self.span(datum);
        if self.endless || self.is_endless(call) {
            return self.failed(datum);
        }
        let form = convert::value(self.names, self.data, datum, Origin::Call);
        self.interp.restart();
        let made = self.interp.expand(expander, &form);
        let made = made.and_then(|value| self.datum_of(&value, name, call));
        self.made_or_failed(made, datum, name)
    }

    /// What the macro `name` made of `datum`, or what stands for it after a report.
    fn made_or_failed(&mut self, made: Result<DatumId, Exit>, datum: DatumId, name: Name) -> DatumId {
        let exit = match made {
            Ok(made) => return made,
            Err(exit) => exit,
        };
        let call = self.span(datum);
        if self.made > convert::MAX_DATA && !self.endless {
            let message = format!(
                "this program's expansions have more than {} words and lists in them",
                convert::MAX_DATA
            );
            self.report(Diagnostic::error(&codes::ENDLESS_EXPANSION, call, message));
            self.endless = true;
        } else {
            let what = format!("`{}`", self.text(name));
            self.evaluation_failed(exit, call, &what);
        }
        self.failed(datum)
    }

    /// Whether there are too many expansions, in all or within each other, which is said once. Nothing is
    /// expanded afterwards: macros that call themselves twice would keep the compiler busy for ever.
    fn is_endless(&mut self, call: Span) -> bool {
        let outer = |inner: &usize| {
            self.new_expansions.get(*inner)?.call.expansion()?.checked_sub(self.first_expansion)
        };
        let first = call.expansion().and_then(|own| own.checked_sub(self.first_expansion));
        let message = if self.expansions.len() >= MAX_COUNT {
            format!("this program needs more than {MAX_COUNT} expansions")
        } else if std::iter::successors(first, outer).nth(MAX_NESTED).is_some() {
            format!("this expansion has no end: there are {MAX_NESTED} macros within each other")
        } else {
            return false;
        };
        self.report(Diagnostic::error(&codes::ENDLESS_EXPANSION, call, message));
        self.endless = true;
        true
    }

    /// The datum of an expansion of `name`, called at `call`.
    fn datum_of(&mut self, value: &Value, name: Name, call: Span) -> Result<DatumId, Exit> {
        let Self { names, data, new_expansions, first_expansion, made, .. } = self;
        let mut place = |written: Option<Span>| {
            let text = names.text(name).to_string();
            new_expansions.push(Expansion { written, call, name: text });
            Span::expanded(*first_expansion + new_expansions.len() - 1)
        };
        let mut computed = None;
        convert::datum(names, data, value, &mut |origin| {
            *made += 1;
            if *made > convert::MAX_DATA {
                return Err(Exit::error("the expansion is too long"));
            }
            Ok(match origin {
                Origin::Call(span) => span,
                Origin::Template(span) => place(Some(span)),
                Origin::None => *computed.get_or_insert_with(|| place(None)),
            })
        })
    }

    /// What stands for something that was reported.
    fn failed(&mut self, datum: DatumId) -> DatumId {
        self.data.add(Datum::Error, self.span(datum))
    }

    /// Reports why `what`, called at `span`, has no value.
    pub(super) fn evaluation_failed(&mut self, exit: Exit, span: Span, what: &str) {
        let condition = match exit {
            Exit::Error(condition) => *condition,
            Exit::Stopped(reason) => Condition::new("error", reason),
            Exit::Return(..) => Condition::new("error", "it returns from a block that is left already"),
        };
        if let Some(error) = pointing(&condition, span) {
            return self.report(error);
        }
        let message = format!("{what} fails: {}", condition.message);
        let error = Diagnostic::error(&codes::MACRO_FAILS, span, message);
        self.report(match condition.origin {
            Origin::Template(place) => error.also(place, "in this form"),
            // What is wrong is in what was handed in.
            Origin::Call(place) if place != span => error.also(place, "here"),
            _ => error,
        });
    }

    /// The data with what was expanded in them replaced.
    pub(super) fn expansions_of(&self, forms: &[DatumId], how: Expand) -> Vec<DatumId> {
        forms.iter().map(|form| self.replaced(*form, how)).collect()
    }

    fn replaced(&self, datum: DatumId, how: Expand) -> DatumId {
        let mut at = datum;
        while let Some(next) = self.expansions.get(&at) {
            at = *next;
            if how == Expand::Once {
                return at;
            }
        }
        let replace = |items: &[DatumId]| {
            let replaced = items.iter().map(|item| self.replaced(*item, how));
            self.data.add_children(replaced.collect::<Vec<_>>())
        };
        let children = match self.data.get(at) {
            Datum::List(children) => Datum::List(replace(self.data.children(children))),
            _ => return at,
        };
        self.data.add(children, self.span(at))
    }

    // ---- constants ----

    /// The value of a constant expression that uses functions of the evaluator; `None` when it has
    /// none of them.
    pub(super) fn evaluated(&mut self, datum: DatumId) -> Option<ExprId> {
        if !self.wants_evaluator(datum) {
            return None;
        }
        let value = self.with_sizes(datum);
        let span = self.span(datum);
        self.interp.restart();
        match self.interp.eval(&value, &Env::default()) {
            Ok(Value { kind: Kind::Int(value), .. }) => Some(self.literal(value, span)),
            Ok(Value { kind: Kind::Nil, .. }) => Some(self.nil(span)),
            Ok(other) => {
                let message = format!("this is {}, and an integer is wanted here", other.type_name());
                Some(self.fail_at(&codes::NOT_CONSTANT, span, message))
            }
            Err(exit) => {
                self.evaluation_failed(exit, span, "this");
                Some(self.add(crate::hir::ExprKind::Error, Ty::ERROR, span))
            }
        }
    }

    /// A form for the evaluator, which knows no layouts: sizes and offsets in it are numbers already.
    fn with_sizes(&mut self, datum: DatumId) -> Value {
        if let Some(name) = self.data.symbol(datum) {
            if let Some(value) = self.counter(name) {
                return Value::from(value);
            }
            self.define_ahead(self.names.kernel(name));
        }
        let Some(items @ [head, ..]) = self.items(datum) else { return self.template(datum) };
        match self.symbol(*head).map_or("", |name| self.text(name)) {
            "sizeof" | "offsetof" => {
                let size = self.value(datum);
                Value::from(self.constant(size).unwrap_or(1))
            }
            "quote" => self.template(datum),
            _ => Value::list(items.iter().map(|item| self.with_sizes(*item)).collect::<Vec<_>>()),
        }
    }

    /// What the counter of an unrolled loop is in this round.
    fn counter(&mut self, name: Name) -> Option<i128> {
        let var = self.scope.find(self.names.folded(name))?;
        let value = self.counters.constant(var);
        if value.is_none() {
            self.counters.want_constants();
        }
        value
    }

    /// Whether a form in it is one that is not folded, or is known to the evaluator and not to the kernel
    /// language.
    fn wants_evaluator(&mut self, datum: DatumId) -> bool {
        let Some([head, args @ ..]) = self.items(datum) else { return false };
        let Some(name) = self.data.symbol(*head) else { return false };
        let folded = self.names.folded(name);
        let kernel = self.forms.contains_key(&folded)
            || self.macro_named(folded).is_some()
            || crate::hir::Types::named(self.text(folded)).is_some()
            || self.accessor(*head).is_some();
        let computes = EVALUATED.contains(&self.text(folded)) && !self.names_a_variable(datum);
        computes
            || (!kernel && self.interp.has_function(folded))
            || args.iter().any(|arg| self.wants_evaluator(*arg))
    }

    /// Whether a variable of the program's stands in it, of which the evaluator knows nothing.
    fn names_a_variable(&self, datum: DatumId) -> bool {
        match self.data.symbol(datum) {
            Some(name) => self.scope.find(self.names.folded(name)).is_some(),
            None => {
                self.items(datum).is_some_and(|items| items.iter().any(|item| self.names_a_variable(*item)))
            }
        }
    }
}

/// The message of an error that is told at its own place, found while the form at `span` was evaluated.
fn pointing(condition: &Condition, span: Span) -> Option<Diagnostic> {
    let pointing = condition.cause.as_ref()?.downcast_ref::<Pointing>()?;
    let place = condition.origin.span()?;
    let Some(first) = pointing.first else {
        let error = Diagnostic::error(&codes::MACRO_FAILS, place, condition.message.clone());
        return Some(if place == span { error } else { error.also(span, "in this form") });
    };
    let error = Diagnostic::error(&codes::DUPLICATE, place, condition.message.clone());
    Some(match first.span() {
        Some(first) => error.also(first, "first here"),
        None => error,
    })
}
