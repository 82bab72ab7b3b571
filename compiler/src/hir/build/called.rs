//! Functions that helpers call back, given by name: `(timer-set-callback (entry-timer e) tick)`.
//!
//! What such a function is given the catalogue says; its parameters must be that. It is built for these
//! types, apart from what other callers make of it, and returns what the helper takes.

use bpfl_stdlib::catalog::helper::{
    Helper,
    callback::{self, Callback, Given, Returned},
};

use super::{Builder, Global, dynptr, param::ParamType};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Function, MapId, Ty, TypeKind},
    ir::Region,
    names::Name,
    read::DatumId,
    source::Span,
};

impl<'a> Builder<'a> {
    /// A field of a map value that only helpers touch, of the UAPI's struct `name`.
    pub(super) fn sealed_field(&mut self, datum: DatumId, name: &str) -> ExprId {
        let value = self.value(datum);
        let is = |b: &Self, ty: Ty| match b.kind(ty) {
            TypeKind::Struct(id) => b.module.types.structs[id].c_name == name,
            _ => false,
        };
        match self.module.types.as_pointer(self.ty(value)) {
            Some(p) if is(self, p.pointee) && p.region == Region::MapValue => value,
            _ if self.ty(value) == Ty::ERROR => value,
            _ => {
                let spelled = name.replace('_', "-");
                let message = format!(
                    "this is {}, and a `{spelled}` in a map value is wanted here",
                    self.show(self.ty(value))
                );
                let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.expr_span(value), message);
                self.fail(error.help(format!(
                    "give the map's value a field of that type, `(mine {spelled})`, and name it: `(entry-mine p)`"
                )))
            }
        }
    }

    /// The function that `helper` is to call.
    pub(super) fn called_back(&mut self, helper: &Helper, datum: DatumId) -> ExprId {
        let span = self.span(datum);
        let Some(row) = callback::of(helper.name) else {
            return self.fail_at(
                &codes::HELPER_NOT_OFFERED,
                span,
                "this version does not know what is called",
            );
        };
        let found =
            self.function_name(datum).and_then(|name| match self.globals.get(&self.names.kernel(name)) {
                Some((Global::Function(index), _)) => Some(*index),
                _ => None,
            });
        let Some(index) = found else {
            let error =
                Diagnostic::error(&codes::TYPE_MISMATCH, span, "the name of a function is wanted here");
            return self.fail(error.help(format!("define one: {}", usage(row))));
        };
        let params: Vec<(ParamType, Span)> =
            self.templates_params(index).iter().map(|param| (param.ty, param.span)).collect();
        if self.is_broken(index) {
            self.unsound = true;
            return self.add(ExprKind::Error, Ty::ERROR, span);
        }
        if self.is_being_built(index) {
            return self.fail(names_itself(self.text(self.name_of_function(index)), span));
        }
        match self.types_given(row, &params) {
            Some(types) => self.address_of_function(row, index, types, span),
            None => {
                let message = "this function does not take what it is called with";
                let error = Diagnostic::error(&codes::TYPE_MISMATCH, span, message);
                self.fail(error.help(format!("it must be written as {}", usage(row))))
            }
        }
    }

    /// `name`, `'name` or `#'name`.
    fn function_name(&self, datum: DatumId) -> Option<Name> {
        if let Some(name) = self.data.symbol(datum) {
            return Some(name);
        }
        match self.items(datum) {
            Some([head, name]) if self.is_symbol(*head, "quote") || self.is_symbol(*head, "function") => {
                self.data.symbol(*name)
            }
            _ => None,
        }
    }

    /// The types of the parameters, if they are what the helper gives.
    fn types_given(&mut self, row: &Callback, params: &[(ParamType, Span)]) -> Option<Vec<Ty>> {
        if params.len() != row.given.len() {
            return None;
        }
        let map = params.iter().find_map(|(ty, _)| match ty {
            ParamType::Map(map) => Some(*map),
            _ => None,
        });
        row.given.iter().zip(params).map(|(given, (ty, _))| self.type_given(*given, *ty, map)).collect()
    }

    fn type_given(&mut self, given: Given, ty: ParamType, map: Option<MapId>) -> Option<Ty> {
        let (pointee, nullable) = match (given, ty) {
            (Given::Map, ParamType::Map(map)) => return Some(self.map_pointer(map, false)),
            (_, ParamType::Pointer { pointee, nullable }) => (pointee, nullable),
            _ => return None,
        };
        let region = match given {
            Given::Map => return None,
            Given::Key => (self.module.maps[map?].key == pointee).then_some(Region::MapKey)?,
            Given::Value => (self.module.maps[map?].value == pointee).then_some(Region::MapValue)?,
            Given::Btf(name) => match self.kind(pointee) {
                TypeKind::Kernel(id) if self.module.types.kernel[id].name == name => Region::Kernel,
                _ => return None,
            },
            Given::Dynptr => match self.kind(pointee) {
                TypeKind::Struct(id) if self.module.types.structs[id].c_name == dynptr::NAME => {
                    Region::Dynptr
                }
                _ => return None,
            },
            Given::Context => Region::Stack,
        };
        Some(self.module.types.pointer(pointee, region, nullable))
    }

    fn address_of_function(&mut self, row: &Callback, index: usize, types: Vec<Ty>, span: Span) -> ExprId {
        let hook = self.hook;
        if let Some(hook) = self.hook.as_mut().filter(|_| row.later) {
            (hook.sleepable, hook.later) = (false, true);
        }
        let built = self.built(index, &types, span);
        self.hook = hook;
        let Some((params, body)) = built else {
            return self.add(ExprKind::Error, Ty::ERROR, span);
        };
        let body = self.returning(row.returned, body);
        let symbol = self.fresh_symbol(&self.symbol_of_function(index), self.module.functions.len());
        let (at, ty) = (self.place_of_function(index), self.hook.map(|hook| hook.ty));
        let captures = Vec::new();
        let function =
            Function { symbol, params, returns: Ty::U64, body, span: at, ty, global: None, captures };
        let id = self.module.functions.push(function);
        let pointer = self.module.types.pointer(Ty::NOTHING, Region::Unknown, false);
        self.add(ExprKind::FunctionAddress(id), pointer, span)
    }

    /// The body's value as the helper takes it.
    fn returning(&mut self, returned: Returned, body: ExprId) -> ExprId {
        let span = self.expr_span(body);
        if self.ty(body) == Ty::NEVER {
            return body;
        }
        let zero = self.add(ExprKind::Int(0), Ty::U64, span);
        let value = self.module.types.as_int(self.ty(body)).is_some();
        if returned == Returned::Zero || !value {
            return self.add(ExprKind::Seq(vec![body, zero]), Ty::U64, span);
        }
        let one = self.add(ExprKind::Int(1), Ty::U64, span);
        self.add(ExprKind::If(body, one, zero), Ty::U64, span)
    }
}

/// The verifier could follow it, but a callback stays set, so that there is no need to.
fn names_itself(name: &str, span: Span) -> Diagnostic {
    let message = format!("`{name}` is being called back here, and names itself as what is called");
    let error = Diagnostic::error(&codes::RECURSION, span, message);
    error.help("leave it out: what is to be called stays set, so that `(timer-start …)` alone calls it again")
}

/// How the function is written.
fn usage(row: &Callback) -> String {
    let param = |given: &Given| match given {
        Given::Map => "(m (map NAME))".to_string(),
        Given::Key => "(k (ptr KEY))".to_string(),
        Given::Value => "(v (ptr VALUE))".to_string(),
        Given::Btf(name) => format!("(p (ptr {name}))"),
        Given::Dynptr => "(d (ptr bpf-dynptr))".to_string(),
        Given::Context => "(c (ptr TYPE))".to_string(),
    };
    let params: Vec<String> = row.given.iter().map(param).collect();
    format!("`(defun name ({}) …)`", params.join(" "))
}
