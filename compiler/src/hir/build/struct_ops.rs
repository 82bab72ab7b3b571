//! `(defmap name :type :struct-ops :value STRUCT :values ((member value) …))`: a table of functions
//! that the kernel calls, such as a congestion control of TCP.
//!
//! `STRUCT` is one of the kernel's that it takes from BPF: its BTF has a `bpf_struct_ops_STRUCT`
//! beside it (`register_bpf_struct_ops`, kernel/bpf/bpf_struct_ops.c). A member that is a pointer to a
//! function takes a program; others take numbers and strings. Which member a program is for decides
//! what it is called with.

use bpfl_stdlib::catalog::{
    program::ProgramType,
    struct_ops::{WRAPPER, stub},
};

use super::{
    Builder, Global,
    options::Options,
    signature::{Argument, Signature},
    top::Definition,
};
use crate::{
    btf::{Type, TypeId, types::Param, view::View},
    diagnostic::{Diagnostic, codes},
    hir::{OpsMember, OpsShape, OpsValue, Program, StructOps},
    names::{Name, nearest},
    read::{Datum, DatumId},
    source::Span,
};

/// A member that a program is for, before it is known whether there is such a program.
pub struct WantedOp {
    /// The position of the table.
    table: usize,
    member: String,
    shape: OpsShape,
    program: Name,
    span: Span,
    /// The function's prototype.
    proto: TypeId,
    /// What it is called with, for messages: `tcp_congestion_ops.ssthresh`.
    title: String,
}

impl<'a> Builder<'a> {
    /// Defines the table, its `:type` already read.
    pub(super) fn struct_ops(&mut self, definition: &Definition<'a>, options: &Options) {
        let symbol = self.symbol_of(definition);
        let table = self.module.struct_ops.len();
        if !self.define(definition, Global::StructOps) {
            return;
        }
        for name in ["key", "key-size", "value-size", "max-entries", "pinning", "inner", "map-extra"] {
            if let Some(given) = options.get(name) {
                let message = format!("a `:struct-ops` map has no `:{name}`");
                self.report(Diagnostic::error(&codes::MAP_RULE, self.span(given), message));
            }
        }
        let Some((view, id, kernel)) = self.ops_struct(definition, options) else { return };
        self.module.struct_ops.push(StructOps {
            symbol,
            kernel,
            members: Vec::new(),
            span: definition.name_span,
        });
        let pairs = options.get("values").and_then(|values| self.items(values)).unwrap_or(&[]);
        if pairs.is_empty() {
            let at = options.get("values").map_or(definition.name_span, |values| self.span(values));
            let error = Diagnostic::error(&codes::BAD_OPTION, at, "this table holds nothing");
            self.report(
                error.help("say what its members are: `:values ((ssthresh my-program) (name \"mine\"))`"),
            );
        }
        for pair in pairs {
            self.ops_pair(view, id, table, *pair);
        }
    }

    /// The kernel's struct that `:value` names.
    fn ops_struct(
        &mut self,
        definition: &Definition<'a>,
        options: &Options,
    ) -> Option<(&'a View, TypeId, String)> {
        let named = options.get("value").and_then(|value| Some((value, self.data.symbol(value)?)));
        let Some((value, name)) = named else {
            let at = options.get("value").map_or(definition.name_span, |value| self.span(value));
            let error =
                Diagnostic::error(&codes::BAD_OPTION, at, "the kernel's struct is wanted as `:value`");
            self.report(error.help("as in `:value tcp_congestion_ops`"));
            return None;
        };
        let span = self.span(value);
        let view = self.kernel_types(span)?;
        let name = self.text(name).replace('-', "_");
        let found = view.composite(&name).filter(|_| view.composite(&format!("{WRAPPER}{name}")).is_some());
        if found.is_none() {
            let message = format!("the kernel takes no `{name}` from BPF");
            let mut error = Diagnostic::error(&codes::UNKNOWN_TYPE, span, message);
            let wrapped = view.composites().filter_map(|name| name.strip_prefix(WRAPPER));
            let mut names: Vec<&str> = wrapped.filter(|name| view.composite(name).is_some()).collect();
            names.sort_unstable();
            error = match nearest(&name, names.iter().copied()) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(format!("this one takes {}", names.join(", "))),
            };
            self.report(error);
        }
        Some((view, found?, name))
    }

    /// `(member value)`
    fn ops_pair(&mut self, view: &'a View, id: TypeId, table: usize, pair: DatumId) {
        let Some([member, value]) = self.items(pair) else {
            let error = Diagnostic::error(&codes::MALFORMED, self.span(pair), "this does not set a member");
            return self.report(error.help("write `(member value)`"));
        };
        let Some(name) = self.data.symbol(*member) else {
            let error =
                Diagnostic::error(&codes::MALFORMED, self.span(*member), "a member's name is wanted here");
            return self.report(error);
        };
        let text = self.text(name).replace('-', "_");
        let Some((ty, text)) = self.member_type(view, id, &text) else {
            return self.unknown_member(view, id, &text, self.span(*member));
        };
        let twice = self.module.struct_ops[table].members.iter().any(|own| own.name == text)
            || self.wanted_ops.iter().any(|own| own.table == table && own.member == text);
        if twice {
            let message = format!("`{text}` is set twice");
            return self.report(Diagnostic::error(&codes::DUPLICATE, self.span(*member), message));
        }
        match view.resolved(ty) {
            (_, Some(Type::Ptr(proto))) if view.prototype(proto).is_some() => {
                let Some(program) = self.data.symbol(*value) else {
                    let message = format!("`{text}` is a function, and takes the name of a program");
                    return self.report(Diagnostic::error(&codes::TYPE_MISMATCH, self.span(*value), message));
                };
                let title = format!("{}.{text}", self.module.struct_ops[table].kernel);
                let span = self.span(*value);
                let shape = OpsShape::Function;
                self.wanted_ops.push(WantedOp { table, member: text, shape, program, span, proto, title });
            }
            (_, Some(of)) => {
                let Some((shape, bytes)) = self.ops_bytes(view, &of, &text, *value) else { return };
                let value = OpsValue::Bytes(bytes);
                self.module.struct_ops[table].members.push(OpsMember { name: text, shape, value });
            }
            _ => {}
        }
    }

    /// The bytes of a number or a string.
    fn ops_bytes(
        &mut self,
        view: &View,
        of: &Type,
        name: &str,
        value: DatumId,
    ) -> Option<(OpsShape, Vec<u8>)> {
        let size = match of {
            Type::Int { size, .. } => *size,
            Type::Enum(of) | Type::Enum64(of) => of.size,
            Type::Array(array) if view.size(array.element) == Some(1) => {
                return self.ops_text(array.count, name, value);
            }
            _ => {
                let message = format!("`{name}` is neither a function, a number nor a string");
                let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.span(value), message);
                self.report(error.help("leave it out: it is 0 then"));
                return None;
            }
        };
        let number = self.constant_value(value)?;
        let bits = 8 * size.min(8);
        if number >= 1 << bits || number < -(1 << (bits - 1)) {
            let message = format!("`{name}` has {bits} bits");
            self.report(Diagnostic::error(&codes::LITERAL_RANGE, self.span(value), message));
            return None;
        }
        let bytes = number.to_le_bytes()[..size.min(8) as usize].to_vec();
        let shape = match of {
            Type::Enum(_) | Type::Enum64(_) => OpsShape::Enum(size),
            _ => OpsShape::Int(size),
        };
        Some((shape, bytes))
    }

    fn ops_text(&mut self, room: u32, name: &str, value: DatumId) -> Option<(OpsShape, Vec<u8>)> {
        let Datum::Str(text) = self.data.get(value) else {
            let message = format!("`{name}` takes a string");
            self.report(Diagnostic::error(&codes::TYPE_MISMATCH, self.span(value), message));
            return None;
        };
        let mut bytes = self.data.string(text).to_vec();
        if bytes.len() >= room as usize {
            let message = format!("`{name}` has room for {} bytes, and this has {}", room - 1, bytes.len());
            self.report(Diagnostic::error(&codes::LITERAL_RANGE, self.span(value), message));
            return None;
        }
        bytes.resize(room as usize, 0);
        Some((OpsShape::Chars(room), bytes))
    }

    /// What the program called `name` is called with: what the member is that it is for.
    pub(super) fn ops_signature(&mut self, name: Name, span: Span) -> Option<Signature> {
        let key = self.names.kernel(name);
        let wanted = self.wanted_ops.iter().find(|wanted| self.names.kernel(wanted.program) == key);
        let Some(wanted) = wanted else {
            let message = format!("no `:struct-ops` map names `{}`", self.text(name));
            let error = Diagnostic::error(&codes::NO_TARGET, span, message);
            self.report(error.help(format!(
                "say what it is for: `(defmap … :type :struct-ops :value tcp_congestion_ops :values ((ssthresh {})))`",
                self.text(name)
            )));
            return None;
        };
        let (title, proto) = (wanted.title.clone(), wanted.proto);
        let of = self.module.struct_ops[wanted.table].kernel.clone();
        let named = stub(&of, &wanted.member);
        let view = self.kernel_types(span)?;
        let (mut params, returns) = view.prototype(proto)?;
        // The same parameters, with names.
        if let Some((named, _)) = view.function(&named).filter(|(named, _)| named.len() == params.len()) {
            params = named;
        }
        let arguments = self.ops_arguments(view, &params);
        let returns = self.returned_number(view, returns);
        Some(Signature::of_table(&of, title, arguments, returns))
    }

    fn ops_arguments(&mut self, view: &View, params: &[Param]) -> Vec<Argument> {
        let mut arguments = Vec::with_capacity(params.len());
        let mut offset = 0;
        for (index, param) in params.iter().enumerate() {
            let name = match view.str(param.name) {
                "" => format!("arg{index}"),
                name => name.to_string(),
            };
            arguments.push(self.plain_argument(view, name, offset, param.ty));
            offset += view.size(param.ty).unwrap_or(8).next_multiple_of(8);
        }
        arguments
    }

    /// Finds the programs that tables name, now that all are built.
    pub(super) fn fill_tables(&mut self) {
        for wanted in std::mem::take(&mut self.wanted_ops) {
            let symbol = self.text(wanted.program).replace('-', "_");
            let is = |program: &Program| program.symbol.eq_ignore_ascii_case(&symbol);
            let found = self.module.programs.iter().find(|(_, program)| is(program));
            let found = found.map(|(id, program)| (id, program.ty, program.span));
            match found {
                Some((id, ProgramType::StructOps, _)) => {
                    let Some(table) = self.module.struct_ops.get_mut(wanted.table) else { continue };
                    let value = OpsValue::Program(id);
                    table.members.push(OpsMember { name: wanted.member, shape: wanted.shape, value });
                }
                Some((_, ty, span)) => {
                    let message = format!("this is a {} program", ty.row().name);
                    let error = Diagnostic::error(&codes::TYPE_MISMATCH, wanted.span, message);
                    self.report(error.also(span, "defined here").help("give it `:type :struct-ops`"));
                }
                None if matches!(
                    self.globals.get(&self.names.kernel(wanted.program)),
                    Some((Global::Program, _))
                ) => {}
                None => {
                    let message = format!("there is no program called `{}`", self.text(wanted.program));
                    self.report(Diagnostic::error(&codes::UNKNOWN_VARIABLE, wanted.span, message));
                }
            }
        }
    }
}
