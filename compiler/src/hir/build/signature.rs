//! What tracing programs are called with: the arguments of the kernel function, tracepoint, hook or
//! iterator that their section names, by the names and types that the kernel's BTF has for them.
//!
//! Always holds: what is typed as a pointer is one to the verifier too (`btf_ctx_access` of
//! kernel/bpf/btf.c); all else, pointers to anything but structs among it, is a number.

use bpfl_stdlib::catalog::{
    attach::{self, TargetKind},
    context::MOST_ARGUMENTS,
    section::Section,
    tracepoint::{self, Instead},
};

use super::{Builder, forms::Call};
use crate::{
    btf::{Type, TypeId, types::Param, types::encoding, view::View},
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Int, Ty, types::Types},
    names::nearest,
    read::DatumId,
    source::Span,
};

/// The arguments of one program.
#[derive(Clone, Debug, Default)]
pub struct Signature {
    /// What they are the arguments of, as messages call it.
    title: String,
    arguments: Vec<Argument>,
    /// What the program returns, where that is no C `int`.
    pub(super) returns: Option<Ty>,
    /// The struct of the kernel's that has the program among its functions.
    pub(super) table: Option<String>,
}

impl Signature {
    /// That of a function in the table `table`, which messages call `title`.
    pub(super) fn of_table(
        table: &str,
        title: String,
        arguments: Vec<Argument>,
        returns: Option<Ty>,
    ) -> Self {
        Self { title, arguments, returns, table: Some(table.into()) }
    }
}

/// One argument.
#[derive(Clone, Debug)]
pub struct Argument {
    name: String,
    /// Bytes from the context's start.
    offset: u32,
    ty: Ty,
}

/// What the section of a program names.
struct Named<'t> {
    section: &'static Section,
    target: &'t str,
    span: Span,
}

/// The name of what a traced function has returned, in `fexit` and its kin.
const RETURNED: &str = "retval";

impl<'a> Builder<'a> {
    /// The arguments of programs in `section`, called `name` as a whole; `None` after a report.
    pub(super) fn signature(
        &mut self,
        section: &'static Section,
        name: &str,
        span: Span,
    ) -> Option<Signature> {
        let Some(prefix) = section.btf_prefix() else { return Some(Signature::default()) };
        let target = section.target_of(name).filter(|target| !target.is_empty());
        let Some(target) = target else {
            let message =
                format!("section `{}` does not say what its programs are attached to", section.name);
            let error = Diagnostic::error(&codes::NO_TARGET, span, message);
            self.report(error.help(format!("name it after a slash: {}", example(section))));
            return None;
        };
        let title = format!("{}/{target}", section.name);
        let Ok(view) = self.kernel.view() else {
            return Some(Signature { title, ..Signature::default() });
        };
        let named = Named { section, target, span };
        let kind = section.attach_type.map(|at| at.target);
        let (params, returns) = match kind {
            Some(TargetKind::Tracepoint) => self.tracepoint(view, &named)?,
            _ => self.function(view, &named, prefix)?,
        };
        let tracepoint = (kind == Some(TargetKind::Tracepoint)).then_some(target);
        let arguments = self.arguments(view, section, tracepoint, &params, returns);
        Some(Signature { title, arguments, ..Signature::default() })
    }

    /// The prototype of a function: parameters, and what it returns.
    fn function(&mut self, view: &View, named: &Named<'_>, prefix: &str) -> Option<(Vec<Param>, TypeId)> {
        let found = view.function(&format!("{prefix}{}", named.target));
        found.or_else(|| self.unknown_target(view, named, prefix))
    }

    /// The prototype of a tracepoint. The one of its typedef has no names; that of the function which
    /// calls its probes has them, for the same parameters.
    fn tracepoint(&mut self, view: &View, named: &Named<'_>) -> Option<(Vec<Param>, TypeId)> {
        let Some(typedef) = view.typedef(&format!("btf_trace_{}", named.target)) else {
            return self.unknown_target(view, named, "btf_trace_");
        };
        let bare = match view.resolved(typedef) {
            (_, Some(Type::Ptr(proto))) => view.prototype(proto),
            _ => None,
        };
        let caller = view.function(&format!("__traceiter_{}", named.target));
        let (mut params, returns) = caller.or(bare)?;
        if !params.is_empty() {
            params.remove(0); // `void *__data`, which programs do not see.
        }
        Some((params, returns))
    }

    fn unknown_target<T>(&mut self, view: &View, named: &Named<'_>, prefix: &str) -> Option<T> {
        let Named { section, target, span } = named;
        let what = match section.attach_type.map(|at| at.target) {
            Some(TargetKind::Tracepoint) => "tracepoint",
            Some(TargetKind::Iterator) => "iterator",
            Some(TargetKind::Function) => "function",
            _ => "security hook",
        };
        let message = format!("the kernel has no {what} called `{target}`");
        let mut error = Diagnostic::error(&codes::NO_TARGET, *span, message);
        let names = view.named(match what {
            "tracepoint" => View::TYPEDEF,
            _ => View::FUNCTION,
        });
        if let Some(near) = nearest(target, names.filter_map(|name| name.strip_prefix(prefix))) {
            error = error.help(format!("did you mean \"{}/{near}\"?", section.name));
        }
        self.report(error.note("it must be in the kernel's own BTF, that of modules is not read"));
        None
    }

    fn arguments(
        &mut self,
        view: &View,
        section: &Section,
        tracepoint: Option<&str>,
        params: &[Param],
        returns: TypeId,
    ) -> Vec<Argument> {
        let mut arguments: Vec<Argument> = Vec::with_capacity(params.len() + 1);
        let mut offset = 0;
        for (index, param) in params.iter().enumerate() {
            let text = view.str(param.name);
            let instead = match tracepoint {
                _ if text.ends_with("__nullable") => Instead::Null,
                Some(name) => tracepoint::argument(name, index),
                None if section.attach_type == Some(&attach::TRACE_ITER) && index > 0 => Instead::Null,
                None => Instead::Nothing,
            };
            let name = match text.strip_suffix("__nullable").unwrap_or(text) {
                "" => format!("arg{index}"),
                name => name.into(),
            };
            let ty = self.argument_type(view, param.ty, instead);
            arguments.push(Argument { name, offset, ty });
            offset += view.size(param.ty).unwrap_or(8).next_multiple_of(8);
        }
        if sees_result(section) && !matches!(view.resolved(returns), (_, None | Some(Type::Void))) {
            let ty = self.argument_type(view, returns, Instead::Nothing);
            let taken = arguments.iter().any(|argument| argument.name == RETURNED);
            let name = if taken { "ret" } else { RETURNED };
            arguments.push(Argument { name: name.into(), offset, ty });
        }
        arguments
    }

    /// An argument of a function that the kernel calls, at `offset` bytes of the context.
    pub(super) fn plain_argument(&mut self, view: &View, name: String, offset: u32, of: TypeId) -> Argument {
        let (name, instead) = match name.strip_suffix("__nullable") {
            Some(name) => (name.to_string(), Instead::Null),
            None => (name, Instead::Nothing),
        };
        let ty = self.argument_type(view, of, instead);
        Argument { name, offset, ty }
    }

    /// What an argument is: a pointer to a struct of the kernel's, or a number.
    fn argument_type(&mut self, view: &View, of: TypeId, instead: Instead) -> Ty {
        match view.resolved(of).1 {
            Some(Type::Int { size, encoding: flags, .. }) => match flags & encoding::BOOL != 0 {
                true => Ty::BOOL,
                false => self.argument_number(size, flags & encoding::SIGNED != 0),
            },
            Some(Type::Enum(of) | Type::Enum64(of)) => self.argument_number(of.size, of.signed),
            Some(Type::Ptr(pointee)) if instead != Instead::Error && !view.tagged(pointee) => {
                let nullable = instead == Instead::Null;
                self.kernel_struct_pointer(view, pointee, nullable).unwrap_or(Ty::U64)
            }
            _ => Ty::U64,
        }
    }

    /// A number of 32 or 64 bits that a function returns; `None` for a C `int`, and what is extended to it.
    pub(super) fn returned_number(&mut self, view: &View, of: TypeId) -> Option<Ty> {
        let (size, signed) = match view.resolved(of).1? {
            Type::Int { size, encoding: flags, .. } => (size, flags & encoding::SIGNED != 0),
            Type::Enum(of) | Type::Enum64(of) => (of.size, of.signed),
            _ => return None,
        };
        (size >= 4).then(|| self.argument_number(size, signed))
    }

    fn argument_number(&mut self, bytes: u32, signed: bool) -> Ty {
        match bytes {
            1 | 2 | 4 | 8 => self.module.types.int(Int { bits: (bytes * 8) as u8, signed }),
            _ => Ty::U64,
        }
    }

    /// `(ctx NAME)` and `(ctx u64 OFFSET)` of a program that has a signature.
    pub(super) fn traced_argument(&mut self, call: &Call<'a>) -> ExprId {
        if let [ty, offset] = call.args {
            return self.raw_argument(*ty, *offset, call.span);
        }
        let datum = call.args[0];
        let name = self.data.symbol(datum).map_or("", |name| self.text(name));
        let Signature { title, arguments, .. } = &self.signature;
        let folded = name.replace('-', "_");
        let found = arguments.iter().find(|argument| argument.name.eq_ignore_ascii_case(&folded)).cloned();
        match found {
            Some(argument) => self.read_argument(&argument, call.span),
            None => {
                let error = self.unknown_argument(name, title, datum);
                self.fail(error)
            }
        }
    }

    fn unknown_argument(&self, name: &str, title: &str, datum: DatumId) -> Diagnostic {
        if let Err(reason) = self.kernel.view() {
            let message = format!("what `{name}` is the kernel's BTF tells, and {reason}");
            let error = Diagnostic::error(&codes::NO_KERNEL_TYPES, self.span(datum), message);
            return error.help("name the BTF to compile for, `--btf FILE`, or read by number: `(ctx u64 8)`");
        }
        let names: Vec<_> = self.signature.arguments.iter().map(|a| a.name.replace('_', "-")).collect();
        let message = format!("`{title}` has no argument `{name}`");
        let error = Diagnostic::error(&codes::UNKNOWN_FIELD, self.span(datum), message);
        match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None if names.is_empty() => error.help("it has none"),
            None => error.help(format!("it has {}", names.join(", "))),
        }
    }

    /// Every argument takes 8 bytes or more, of which an integer fills the low ones.
    fn read_argument(&mut self, argument: &Argument, span: Span) -> ExprId {
        let ptr = self.context(span);
        let offset = argument.offset as i32;
        match self.module.types.as_pointer(argument.ty) {
            Some(_) => self.add(ExprKind::Load(ptr, offset), argument.ty, span),
            None => {
                let ty = if argument.ty == Ty::BOOL { Ty::U8 } else { argument.ty };
                let whole = self.add(ExprKind::Load(ptr, offset), Ty::U64, span);
                let value = self.convert(whole, ty);
                self.convert(value, argument.ty)
            }
        }
    }

    fn raw_argument(&mut self, ty: DatumId, offset: DatumId, span: Span) -> ExprId {
        let named = self.symbol(ty).and_then(|name| Types::named(self.text(name)));
        let Some(at) = self.constant_value(offset) else {
            return self.add(ExprKind::Error, Ty::ERROR, span);
        };
        let count = match self.signature.arguments.last() {
            Some(last) => last.offset / 8 + 1,
            None => MOST_ARGUMENTS,
        };
        let found = u32::try_from(at).ok().filter(|at| at.is_multiple_of(8) && at / 8 < count);
        match (named, found) {
            (Some(Ty::U64), Some(at)) => {
                let ptr = self.context(span);
                self.add(ExprKind::Load(ptr, at as i32), Ty::U64, span)
            }
            _ => {
                let message = format!("arguments are read whole, `(ctx u64 8)`; this has {count} of them");
                let error = Diagnostic::error(&codes::FIELD_ACCESS, span, message);
                self.fail(error.help("offsets are multiples of 8; convert what is read: `(u32 (ctx u64 0))`"))
            }
        }
    }
}

/// Whether a program sees what the function has returned.
fn sees_result(section: &Section) -> bool {
    let after = [&attach::TRACE_FEXIT, &attach::TRACE_FSESSION, &attach::MODIFY_RETURN, &attach::LSM_MAC];
    section.attach_type.is_some_and(|at| after.contains(&at))
}

fn example(section: &Section) -> String {
    let target = match section.attach_type.map(|at| at.target) {
        Some(TargetKind::Tracepoint) => "sched_switch",
        Some(TargetKind::Iterator) => "task",
        Some(TargetKind::Function) => "tcp_connect",
        _ => "file_open",
    };
    format!("\"{}/{target}\"", section.name)
}
