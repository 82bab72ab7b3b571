//! Calls by name: conversions `(u32 x)` and helpers `(ktime-get-ns)`.

use bpfl_stdlib::catalog::helper::{self, Arg, Helper, Ret};

use super::{Builder, arith, forms, forms::Call, given};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, MapId, Ty, Types},
    ir::Region,
    names::nearest,
    read::DatumId,
    source::Span,
};

impl<'a> Builder<'a> {
    /// A form whose name is not one of the special forms.
    pub(super) fn named_call(&mut self, call: &Call<'a>) -> ExprId {
        let folded = self.text(self.names.folded(call.name));
        if let Some(ty) = Types::named(folded) {
            return match call.args.len() {
                1 => arith::convert_to(self, call, ty),
                n => self.conversion_arity(call, n),
            };
        }
        if let Some(accessor) = self.accessors.get(self.text(self.names.kernel(call.name))).copied() {
            return self.access(accessor, call);
        }
        match helper::find(folded) {
            Some(helper) => self.helper(helper, call),
            None => self.unknown_form(call),
        }
    }

    fn conversion_arity(&mut self, call: &Call<'a>, count: usize) -> ExprId {
        let name = self.text(call.name);
        let message = format!("`{name}` converts one value, and {} given", given(count));
        self.fail_at(&codes::ARITY, call.span, message)
    }

    fn unknown_form(&mut self, call: &Call<'a>) -> ExprId {
        let text = self.text(call.name);
        let message = format!("there is no form or helper called `{text}`");
        let mut error = Diagnostic::error(&codes::UNKNOWN_FORM, call.head, message);
        let bare = text.strip_prefix("bpf-").or_else(|| text.strip_prefix("bpf_")).unwrap_or(text);
        let forms = forms::FORMS.iter().map(|form| form.name);
        let helpers = helper::HELPERS.iter().map(|row| row.name);
        if helper::find(bare).is_some() {
            error = error.help(format!("helpers go without `bpf_`: `({} …)`", bare.replace('_', "-")));
        } else if let Some(near) = self.nearest_accessor(text) {
            error = error.help(format!("did you mean `{near}`?"));
        } else if let Some(near) = nearest(text, forms.chain(Types::names()).chain(helpers)) {
            error = error.help(format!("did you mean `{}`?", near.replace('_', "-")));
        }
        if self.scope.find(self.names.folded(call.name)).is_some() {
            error = error.help(format!("`{text}` is a variable: write it without parentheses"));
        }
        // What is wrong inside it is told in the same run.
        call.args.iter().for_each(|arg| {
            if self.items(*arg).is_some_and(|items| !items.is_empty()) {
                self.effect(*arg);
            }
        });
        self.fail(error)
    }

    /// A helper call as the user writes it: the C arguments, sizes of memory optional.
    fn helper(&mut self, helper: &'static Helper, call: &Call<'a>) -> ExprId {
        let sizes = helper.args.iter().filter(|arg| **arg == Arg::Size).count();
        let (most, count) = (helper.args.len(), call.args.len());
        if count > most || count + sizes < most {
            return self.helper_arity(helper, call);
        }
        let mut derive = most - count;
        let mut given = call.args.iter();
        let mut args: Vec<ExprId> = Vec::with_capacity(most);
        let mut map = None;
        for arg in helper.args {
            if *arg == Arg::Size && derive > 0 {
                derive -= 1;
                args.push(self.derived_size(args.last().copied(), call.span));
                continue;
            }
            let Some(datum) = given.next() else { break };
            args.push(self.helper_arg(*arg, *datum, &mut map));
        }
        self.call_helper(helper, args, map, call.span)
    }

    fn helper_arity(&mut self, helper: &'static Helper, call: &Call<'a>) -> ExprId {
        let name = helper.name.replace('_', "-");
        let most = helper.args.len();
        let plural = if most == 1 { "argument" } else { "arguments" };
        let message = format!("`{name}` takes {most} {plural}, and {} given", given(call.args.len()));
        let words: Vec<_> = helper.args.iter().map(|arg| describe(*arg)).collect();
        let usage = std::iter::once(name.as_str()).chain(words).collect::<Vec<_>>().join(" ");
        let error = Diagnostic::error(&codes::ARITY, call.span, message);
        self.fail(error.help(format!("it is written `({usage})`")))
    }

    fn helper_arg(&mut self, arg: Arg, datum: DatumId, map: &mut Option<MapId>) -> ExprId {
        let span = self.span(datum);
        let scalar = match arg {
            Arg::Map => {
                *map = self.map(datum);
                return match *map {
                    Some(map) => self.add(ExprKind::Map(map), Ty::NOTHING, span),
                    None => self.add(ExprKind::Error, Ty::ERROR, span),
                };
            }
            Arg::Key | Arg::Value => return self.map_operand(arg, datum, *map),
            Arg::Ctx | Arg::CtxOrNull => return self.pointer_arg(datum, &[Region::Ctx], "(ctx-ptr)"),
            Arg::UninitMem => {
                let regions = [Region::Stack, Region::MapValue, Region::PerCpu, Region::Global];
                return self.pointer_arg(datum, &regions, "(stack-addr variable)");
            }
            Arg::I32 => Ty::I32,
            Arg::U32 | Arg::Size => Ty::U32,
            Arg::U64 => Ty::U64,
        };
        let value = self.value(datum);
        self.store_as(value, scalar)
    }

    /// A key or value for the map before it: anything of the right type, or its address.
    fn map_operand(&mut self, arg: Arg, datum: DatumId, map: Option<MapId>) -> ExprId {
        let value = self.value(datum);
        let Some(map) = map else { return value };
        let map = &self.module.maps[map];
        let (ty, what) = if arg == Arg::Key { (map.key, "key") } else { (map.value, "value") };
        let pointer = self.module.types.as_pointer(self.ty(value)).is_some();
        let value = if pointer { value } else { self.element(value, ty, what) };
        self.operand(value)
    }

    fn pointer_arg(&mut self, datum: DatumId, regions: &[Region], wanted: &str) -> ExprId {
        let value = self.value(datum);
        match self.module.types.as_pointer(self.ty(value)) {
            Some(p) if regions.contains(&p.region) => value,
            _ if self.ty(value) == Ty::ERROR => value,
            _ => {
                let message = format!("this is {}, and a pointer is wanted here", self.show(self.ty(value)));
                let error = Diagnostic::error(&codes::TYPE_MISMATCH, self.span(datum), message);
                self.fail(error.help(format!("write `{wanted}`")))
            }
        }
    }

    fn derived_size(&mut self, memory: Option<ExprId>, span: Span) -> ExprId {
        let pointer = memory.and_then(|m| self.module.types.as_pointer(self.ty(m)));
        let size = pointer.map_or(0, |p| self.module.types.size(p.pointee));
        self.add(ExprKind::Int(size.into()), Ty::U32, span)
    }

    /// The call itself, its arguments built.
    pub(super) fn call_helper(
        &mut self,
        helper: &'static Helper,
        args: Vec<ExprId>,
        map: Option<MapId>,
        span: Span,
    ) -> ExprId {
        if args.iter().any(|arg| self.ty(*arg) == Ty::ERROR) {
            return self.add(ExprKind::Error, Ty::ERROR, span);
        }
        let ty = match helper.ret {
            Ret::I64 => Ty::I64,
            Ret::U32 => Ty::U32,
            Ret::U64 => Ty::U64,
            Ret::ValueOrNull => {
                let value = map.map_or((Ty::U8, false), |map| {
                    let map = &self.module.maps[map];
                    (map.value, map.kind.per_cpu)
                });
                let region = if value.1 { Region::PerCpu } else { Region::MapValue };
                self.module.types.pointer(value.0, region, true)
            }
        };
        self.add(ExprKind::Call(helper, args), ty, span)
    }
}

fn describe(arg: Arg) -> &'static str {
    match arg {
        Arg::Ctx | Arg::CtxOrNull => "(ctx-ptr)",
        Arg::Map => "map",
        Arg::Key => "key",
        Arg::Value => "value",
        Arg::UninitMem => "pointer",
        Arg::Size => "[size]",
        Arg::I32 | Arg::U32 | Arg::U64 => "n",
    }
}
