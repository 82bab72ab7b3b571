//! For whom the top-level forms of a file are: the kernel's side, userspace, or both.
//!
//! A call of a macro is for whom its expansion is. So the macros of the file are defined first, in an
//! evaluator of their own that has no world: what else their definitions would do is not done.

use bpfl_compiler::{
    eval::{Alone, Env, Interp, Kind, Limits, Origin, Value, convert},
    hir::build::{Side, Sides, definitions, is_definition},
    names::{Names, nearest},
    read::{Data, DatumId},
};

use super::define_all;

/// What a top-level form is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FormKind {
    /// The kernel's side.
    Kernel,
    /// Both sides: macros, constants, structs.
    Both,
    /// Userspace: it does something there.
    Userspace,
    /// Userspace, where it defines something.
    Helper,
    /// Nothing that is known: in a file the kernel's side, which says so.
    Unknown,
}

/// Definitions that both sides see.
const BOTH: &[&str] =
    &["defmacro", "defstruct", "defunion", "defenum", "defconstant", "define-symbol-macro", "eval-when"];
/// Definitions of one side or the other, by whether they have types.
const HELPERS: &[&str] = &["defun", "defvar", "defparameter", "defglobal"];
/// Forms that say nothing about whom they are for.
const NEITHER: &[&str] = &["in-package", "declaim", "include"];

/// Whether forms that start with `head`, in lower case, define something for both sides.
pub fn is_shared(head: &str) -> bool {
    BOTH.contains(&head)
}

/// What a macro may take to expand, and how often it may lead to another.
const LIMITS: Limits = Limits { steps: 1_000_000, total: 20_000_000, depth: 2_000 };
const MOST_EXPANSIONS: usize = 100;

/// For whom each of a file's forms is.
pub fn kinds(names: &Names, data: &Data, forms: &[DatumId]) -> Vec<FormKind> {
    let mut kinds = Kinds { sides: Sides::of(names, data, forms), ..Kinds::new(names) };
    let known = |kind| if kind == FormKind::Unknown { FormKind::Kernel } else { kind };
    forms.iter().map(|form| known(kinds.learn(data, *form))).collect()
}

/// Tells for whom forms are, one after another.
pub struct Kinds<'n> {
    names: &'n Names,
    interp: Interp<'n>,
    sides: Sides,
}

impl<'n> Kinds<'n> {
    /// With no forms so far.
    pub fn new(names: &'n Names) -> Self {
        let mut interp = Interp::new(names, Box::new(Alone), LIMITS);
        define_all(&mut interp);
        Self { names, interp, sides: Sides::default() }
    }

    /// For whom a form is. Later forms may start with what it defines.
    pub fn learn(&mut self, data: &Data, form: DatumId) -> FormKind {
        let Self { names, interp, sides } = self;
        sides.learn(names, data, form);
        let kind = kind((interp, sides), names, data, form, MOST_EXPANSIONS);
        let head = head(names, data, form);
        if matches!(head, "defmacro" | "eval-when") || head == "defun" && kind == FormKind::Helper {
            interp.restart();
            // What is wrong with it is said when it is evaluated in earnest.
            let _ = interp.eval(&convert::value(names, data, form, Origin::Call), &Env::default());
        }
        kind
    }

    /// What a call of one of the macros so far expands to.
    pub fn expansion(&mut self, data: &Data, form: DatumId) -> Option<DatumId> {
        expansion(&mut self.interp, self.names, data, form)
    }
}

fn head<'n>(names: &'n Names, data: &Data, form: DatumId) -> &'n str {
    let head = data.list(form).and_then(|form| data.symbol(*form.first()?));
    head.map_or("", |name| names.text(names.folded(name)))
}

fn kind(
    (interp, sides): (&mut Interp<'_>, &Sides),
    names: &Names,
    data: &Data,
    form: DatumId,
    patience: usize,
) -> FormKind {
    let text = head(names, data, form);
    match text {
        _ if BOTH.contains(&text) || NEITHER.contains(&text) => FormKind::Both,
        _ if HELPERS.contains(&text) => match sides.side(names, data, form) {
            Side::Kernel => FormKind::Kernel,
            Side::Userspace => FormKind::Helper,
        },
        "" => FormKind::Unknown,
        "deftest" => FormKind::Kernel,
        "progn" => {
            let parts = data.list(form).unwrap_or_default().iter().skip(1);
            let parts: Vec<_> =
                parts.map(|part| kind((interp, sides), names, data, *part, patience)).collect();
            joined(&parts)
        }
        _ if is_definition(text) => FormKind::Kernel,
        _ if interp.has_function(names.intern(text)) => FormKind::Userspace,
        _ => match expansion(interp, names, data, form) {
            Some(form) if patience > 0 => kind((interp, sides), names, data, form, patience - 1),
            _ if bpfl_stdlib::prelude::defines(text) => FormKind::Kernel,
            _ if is_misspelt(interp, text) => FormKind::Userspace,
            _ => FormKind::Unknown,
        },
    }
}

/// Whether a head that names nothing is meant for userspace: there, evaluation says what is near it.
fn is_misspelt(interp: &Interp<'_>, head: &str) -> bool {
    let near_definition = || nearest(head, definitions()).is_some();
    let near_function = || interp.near_function(head).is_some();
    // Short names are near to many.
    head.starts_with("bpf:") || head.len() > 3 && !near_definition() && near_function()
}

/// What holds of several forms together.
fn joined(parts: &[FormKind]) -> FormKind {
    let among = |kind: FormKind| parts.contains(&kind);
    match () {
        () if among(FormKind::Kernel) || among(FormKind::Unknown) => FormKind::Kernel,
        () if among(FormKind::Userspace) => FormKind::Userspace,
        () if among(FormKind::Helper) => FormKind::Helper,
        () => FormKind::Both,
    }
}

/// What a call of one of the file's macros expands to.
fn expansion(interp: &mut Interp<'_>, names: &Names, data: &Data, form: DatumId) -> Option<DatumId> {
    let value = convert::value(names, data, form, Origin::Call);
    let expander = value.pair().and_then(|(head, _)| interp.macro_named(head.symbol()?.folded))?;
    interp.restart();
    let expanded = interp.expand(&expander, &value).ok()?;
    convert::written(names, data, &expanded).ok()
}

/// Whether a value is a form that starts with `name`.
pub fn starts_with(interp: &Interp<'_>, form: &Value, name: &str) -> bool {
    form.pair().is_some_and(|(head, _)| matches!(head.kind, Kind::Symbol(_)) && interp.is(&head, name))
}
