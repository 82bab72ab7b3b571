//! For whom a definition is: the kernel's side, or userspace. Functions and variables of the kernel's side
//! have types; a name is a type when it is built in, the kernel's UAPI has it, or one of the forms defines it.

use std::collections::HashSet;

use bpfl_stdlib::catalog::uapi;

use crate::{
    hir::Types,
    names::{Name, Names},
    read::{Data, Datum, DatumId},
};

/// What a top-level form is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// The kernel, or both sides.
    Kernel,
    /// Userspace: a `defun` or `defvar` without types, a `defparameter`. In a file with tests it is for
    /// them, and ignored here.
    Userspace,
}

/// Tells for whom forms are.
#[derive(Clone, Default, Debug)]
pub struct Sides {
    /// The structs, unions and enumerations that forms define, by their kernel spelling.
    types: HashSet<Name>,
}

/// Forms that define a type.
const TYPES: &[&str] = &["defstruct", "defunion", "defenum"];

impl Sides {
    /// Knows the types that `forms` define, whatever their order.
    pub fn of(names: &Names, data: &Data, forms: &[DatumId]) -> Self {
        let mut sides = Self::default();
        forms.iter().for_each(|form| sides.learn(names, data, *form));
        sides
    }

    /// Knows the type that a form defines, if it defines one.
    pub fn learn(&mut self, names: &Names, data: &Data, form: DatumId) {
        let Some([head, name, ..]) = data.list(form) else { return };
        if TYPES.contains(&text(names, data, *head)) {
            let options = data.list(*name).and_then(|options| options.first().copied());
            let name = data.symbol(options.unwrap_or(*name));
            self.types.extend(name.map(|name| names.kernel(name)));
        }
    }

    /// For whom a definition is.
    pub fn side(&self, names: &Names, data: &Data, form: DatumId) -> Side {
        let Some([head, args @ ..]) = data.list(form) else { return Side::Kernel };
        let typed = match text(names, data, *head) {
            "defparameter" => false,
            "defun" => {
                let params = args.get(1).and_then(|params| data.list(*params)).unwrap_or(&[]);
                let returns = args.get(2).is_some_and(|next| matches!(data.get(*next), Datum::Keyword(_)));
                let optional = params.iter().any(|param| text(names, data, *param).starts_with('&'));
                returns || !optional && params.iter().any(|param| data.list(*param).is_some())
            }
            "defvar" | "defglobal" => args.get(1).is_some_and(|ty| self.is_type(names, data, *ty)),
            _ => true,
        };
        if typed { Side::Kernel } else { Side::Userspace }
    }

    fn is_type(&self, names: &Names, data: &Data, ty: DatumId) -> bool {
        if let Some(list) = data.list(ty) {
            return match (list.first().map(|head| text(names, data, *head)), list) {
                (Some("array"), _) => true,
                (Some("ptr"), [_, to]) => text(names, data, *to) == "void" || self.is_type(names, data, *to),
                _ => false,
            };
        }
        let Some(name) = data.symbol(ty) else { return false };
        let kernel = names.kernel(name);
        Types::named(text(names, data, ty)).is_some()
            || self.types.contains(&kernel)
            || uapi::find(names.text(kernel)).is_some()
    }

    /// The forms of a file with tests that are not theirs alone. A function without parameters may be the kernel's as
    /// well: it is if something of the kernel's side has its name in it.
    pub fn without_tests(&self, names: &Names, data: &Data, forms: &[DatumId]) -> Vec<DatumId> {
        let mut mentioned = HashSet::new();
        let of_kernel =
            |form: &DatumId| !is_test(names, data, *form) && self.side(names, data, *form) == Side::Kernel;
        let mut kept: HashSet<DatumId> = forms.iter().copied().filter(of_kernel).collect();
        kept.iter().for_each(|form| mention(names, data, *form, &mut mentioned));
        let mut bare: Vec<(DatumId, Name)> =
            forms.iter().filter_map(|form| Some((*form, bare_function(names, data, *form)?))).collect();
        while let Some(next) = bare.iter().position(|(_, name)| mentioned.contains(name)) {
            let (form, _) = bare.swap_remove(next);
            kept.insert(form);
            mention(names, data, form, &mut mentioned);
        }
        forms.iter().copied().filter(|form| kept.contains(form)).collect()
    }
}

/// The name of a function without parameters.
fn bare_function(names: &Names, data: &Data, form: DatumId) -> Option<Name> {
    let [head, name, params, ..] = data.list(form)? else { return None };
    let bare = text(names, data, *head) == "defun" && data.list(*params).is_some_and(<[_]>::is_empty);
    data.symbol(*name).filter(|_| bare).map(|name| names.folded(name))
}

/// Adds the names in a datum.
fn mention(names: &Names, data: &Data, datum: DatumId, found: &mut HashSet<Name>) {
    let mut work = vec![datum];
    while let Some(datum) = work.pop() {
        match data.get(datum) {
            Datum::Symbol(name) => _ = found.insert(names.folded(name)),
            Datum::List(items) | Datum::Dotted(items) | Datum::Vector(items) => {
                work.extend_from_slice(data.children(items));
            }
            _ => {}
        }
    }
}

/// Whether a form is a test.
pub fn is_test(names: &Names, data: &Data, form: DatumId) -> bool {
    data.list(form).and_then(|form| form.first()).is_some_and(|head| text(names, data, *head) == "deftest")
}

/// A symbol in lower case; empty where it is none.
fn text<'n>(names: &'n Names, data: &Data, datum: DatumId) -> &'n str {
    data.symbol(datum).map_or("", |name| names.text(names.folded(name)))
}
