//! Top-level forms.
//!
//! Constants and maps are built in the order written, then programs, so that a program may use
//! what is defined after it.

use super::{
    Builder, Global, given,
    side::{Sides, is_test},
};
use crate::{
    diagnostic::{Diagnostic, codes},
    names::{Name, nearest},
    read::{Datum, DatumId},
    source::Span,
};

/// A top-level form's arguments.
#[derive(Clone, Copy)]
pub struct Definition<'a> {
    /// The whole form.
    pub span: Span,
    /// The name it defines.
    pub name: Name,
    /// Where the name stands.
    pub name_span: Span,
    /// The name, or a list of the name and its options.
    pub head: DatumId,
    /// What follows the name.
    pub rest: &'a [DatumId],
}

/// A program, which is built when all else is known.
type Later<'a> = (Define, Option<Definition<'a>>);

type Define = for<'a> fn(&mut Builder<'a>, Definition<'a>);

/// What defines things, in three rounds: programs come last, for they use all the others.
const DEFINITIONS: &[(&str, usize, Define)] = &[
    ("defconstant", 1, |b, d| b.defconstant(d)),
    ("defenum", 1, |b, d| b.defenum(d)),
    ("defglobal", 1, |b, d| b.defvar(d)),
    ("defmap", 1, |b, d| b.defmap(d)),
    ("define-symbol-macro", 1, |b, d| b.define_symbol_macro(d)),
    ("defmacro", 1, |b, d| b.defmacro(d)),
    ("defkfunc", 1, |b, d| b.defkfunc(d)),
    ("defksym", 1, |b, d| b.defksym(d)),
    ("defprog", 3, |b, d| b.defprog(d)),
    ("defun", 2, |b, d| b.defun(d)),
    ("defstruct", 1, |b, d| b.defstruct(d)),
    ("deftracepoint", 1, |b, d| b.deftracepoint(d)),
    ("defunion", 1, |b, d| b.defunion(d)),
    ("defvar", 1, |b, d| b.defvar(d)),
    ("import-kernel-struct", 1, |b, d| b.import_kernel_struct(d)),
];

/// Whether a top-level form of that name, in lower case, defines something for the kernel.
pub fn is_definition(name: &str) -> bool {
    DEFINITIONS.iter().any(|(definition, ..)| *definition == name)
}

/// The names of the top-level forms that define something for the kernel.
pub fn definitions() -> impl Iterator<Item = &'static str> {
    DEFINITIONS.iter().map(|(name, ..)| *name)
}

impl<'a> Builder<'a> {
    /// Builds all of a file's forms.
    pub(super) fn top_level(&mut self, forms: &'a [DatumId]) {
        let tested = forms.iter().any(|form| is_test(self.names, self.data, *form));
        let mut later: [Vec<Later<'a>>; 2] = Default::default();
        let sides = Sides::of(self.names, self.data, forms);
        let forms = match tested {
            true => sides.without_tests(self.names, self.data, forms),
            false => forms.to_vec(),
        };
        forms.iter().for_each(|form| self.look_ahead(*form));
        forms.iter().for_each(|form| self.top_round(*form, &mut later));
        for (define, definition) in later.into_iter().flatten() {
            if let Some(definition) = definition {
                define(self, definition);
            }
        }
        self.uncalled();
        self.globals_have_arena();
        self.fill_maps();
        self.fill_tables();
    }

    /// The first round of one form: `progn` and what macros make may hold several.
    fn top_round(&mut self, form: DatumId, later: &mut [Vec<Later<'a>>; 2]) {
        let form = self.expanded(form);
        let head = self.items(form).and_then(|items| items.split_first());
        match head.map(|(head, rest)| (self.symbol(*head).map_or("", |name| self.text(name)), rest)) {
            Some(("progn", forms)) => forms.iter().for_each(|form| self.top_round(*form, later)),
            Some(("eval-when", [_, forms @ ..])) => self.eval_when(forms, self.span(form)),
            _ if !self.ahead.begin(form) => {}
            _ => {
                let Some((round, define, definition)) = self.top_form(form) else { return };
                match round {
                    1 => define(self, definition),
                    2 => later[0].push((define, self.declare_function(definition))),
                    _ => later[1].push((define, self.declare_program(definition))),
                }
            }
        }
    }

    pub(super) fn top_form(&mut self, form: DatumId) -> Option<(usize, Define, Definition<'a>)> {
        let span = self.span(form);
        let Some([head, args @ ..]) = self.items(form) else {
            if self.data.get(form) != Datum::Error {
                let error = Diagnostic::error(&codes::NOT_TOP_LEVEL, span, "this is not a definition");
                self.report(error.help("a file is a list of forms such as `(defmap …)` and `(defprog …)`"));
            }
            return None;
        };
        let text = self.symbol(*head).map(|name| self.text(name)).unwrap_or("");
        if text == "in-package" {
            return None;
        }
        let Some((name, round, define)) = DEFINITIONS.iter().find(|(name, ..)| *name == text) else {
            self.unknown_definition(text, *head);
            return None;
        };
        // `(defstruct (name :packed t) …)`: the name may have options.
        let first = args.first().map(|first| self.items(*first).and_then(|i| i.first()).unwrap_or(first));
        let defined = first.and_then(|first| self.data.symbol(*first));
        let Some(defined) = defined else {
            let at = args.first().map_or(span, |first| self.span(*first));
            let message = format!("`{name}` needs a name first, and {} given", given(0));
            self.report(Diagnostic::error(&codes::MALFORMED, at, message));
            return None;
        };
        let name_span = first.map_or(span, |first| self.span(*first));
        Some((
            *round,
            *define,
            Definition { span, name: defined, name_span, head: args[0], rest: &args[1..] },
        ))
    }

    fn unknown_definition(&mut self, text: &str, head: DatumId) {
        let message = match text {
            "" => "a form starts with a name".into(),
            _ => format!("there is no top-level form called `{text}`"),
        };
        let mut error = Diagnostic::error(&codes::NOT_TOP_LEVEL, self.span(head), message);
        if text.starts_with("bpf:") || text == "with-bpf-session" {
            let error = error.help("this is a form for userspace: `bpfl run` evaluates the file");
            return self.report(error);
        }
        if let Some(near) = nearest(text, DEFINITIONS.iter().map(|(name, ..)| *name)) {
            error = error.help(format!("did you mean `{near}`?"));
        } else if self.symbol(head).is_some_and(|name| self.forms.contains_key(&name)) {
            error = error.help(format!("`{text}` stands inside a program: `(defprog name (:type …) …)`"));
        }
        self.report(error);
    }

    /// Enters a definition; false, and a message, when the name is taken.
    pub(super) fn define(&mut self, definition: &Definition<'_>, global: Global) -> bool {
        let key = self.names.kernel(definition.name);
        if let Some((_, before)) = self.globals.get(&key) {
            let text = self.text(definition.name);
            let message = format!("`{text}` is defined twice");
            let mut error = Diagnostic::error(&codes::DUPLICATE, definition.name_span, message)
                .also(*before, "first here");
            if self.data_spelling_differs(*before, text) {
                error = error.note("names of maps and programs are ELF symbols, where `-` and `_` are alike");
            }
            self.report(error);
            return false;
        }
        if let Global::Constant(value) = global {
            let name = self.interp.symbol(self.text(definition.name));
            self.interp.set_variable(name, value.into());
            self.module.constants.push((self.text(definition.name).into(), value));
        }
        self.globals.insert(key, (global, definition.name_span));
        true
    }

    /// Whether the first definition was spelled differently: then saying why they clash helps.
    fn data_spelling_differs(&self, before: Span, text: &str) -> bool {
        before.end - before.start != text.len() as u32
            || self
                .module
                .maps
                .values()
                .any(|map| map.span == before && text.contains('_') != text.contains('-'))
    }

    fn defconstant(&mut self, definition: Definition<'a>) {
        let value = match definition.rest {
            [value] => *value,
            [value, doc] if matches!(self.data.get(*doc), Datum::Str(_)) => *value,
            _ => {
                let error = Diagnostic::error(&codes::MALFORMED, definition.span, "a constant has one value");
                self.report(error.help("write `(defconstant name value)`"));
                return;
            }
        };
        if let Some(value) = self.constant_value(value) {
            self.define(&definition, Global::Constant(value));
        } else {
            // Known all the same, so that its uses are not reported too.
            self.define(&definition, Global::Constant(1));
        }
    }

    /// The value of a constant expression; reports one that is not constant.
    pub(super) fn constant_value(&mut self, datum: DatumId) -> Option<i128> {
        let before = self.diagnostics.error_count();
        let expr = self.evaluated(datum).unwrap_or_else(|| self.value(datum));
        let value = self.known(expr);
        if value.is_none() && self.diagnostics.error_count() == before {
            self.counters.want_constants();
            let message = "a constant is wanted here";
            let error = Diagnostic::error(&codes::NOT_CONSTANT, self.span(datum), message);
            self.report(error.help("its value must be known when the program is compiled"));
        }
        value
    }

    /// The ELF symbol of a defined name.
    pub(super) fn symbol_of(&mut self, definition: &Definition<'_>) -> String {
        self.c_name(definition.name, definition.name_span, "a kernel object")
    }

    /// A name as the kernel and every loader want it, an identifier of C; reports one that is none.
    pub(super) fn c_name(&mut self, name: Name, span: Span, of: &str) -> String {
        let symbol = self.text(name).replace('-', "_");
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !symbol.chars().all(plain) || symbol.starts_with(|c: char| c.is_ascii_digit()) {
            let message = format!("`{}` cannot be the name of {of}", self.text(name));
            let error = Diagnostic::error(&codes::MALFORMED, span, message);
            self.report(error.help("use letters, digits, `-` and `_`, not starting with a digit"));
        }
        symbol
    }
}
