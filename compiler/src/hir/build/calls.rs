//! Calls by name: conversions `(u32 x)` and helpers `(ktime-get-ns)`.

use bpfl_stdlib::catalog::{
    helper::{self, Arg, Helper, Ret, callback},
    map::compat,
    program::{PROGRAMS, ProgramType},
    section,
};

use super::{Builder, Global, arith, forms, forms::Call, given, maps::article, storage::Missing};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, MapUse, Ty, Types, types::Socket},
    ir::Region,
    names::{Name, nearest},
    read::DatumId,
    source::Span,
};

/// The helper whose trailing arguments are optional.
const PRINTK: &str = "trace_printk";

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
        if let Some((Global::Function(index), _)) = self.globals.get(&self.names.kernel(call.name)) {
            return self.call_function(*index, call);
        }
        if let Some(accessor) = self.accessor_named(call.name) {
            return self.access(accessor, call);
        }
        if let Some((Global::Kfunc(id), _)) = self.globals.get(&self.names.kernel(call.name)).copied() {
            return self.kfunc_call(id, call);
        }
        if let Some(missing) = self.unknown_uapi_field(call) {
            return missing;
        }
        if let Some(read) = self.socket_reader(call) {
            return read;
        }
        if let Some(read) = self.register_reader(call) {
            return read;
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

    /// Whether a form of this name can be built.
    pub(super) fn is_callable(&self, call: &Call<'a>) -> bool {
        let folded = self.text(self.names.folded(call.name));
        let kernel = self.names.kernel(call.name);
        forms::FORMS.iter().any(|form| form.name == folded)
            || Types::named(folded).is_some()
            || self.globals.contains_key(&kernel)
            || self.accessors.contains_key(self.text(kernel))
            || helper::find(folded).is_some()
    }

    /// Whether a name would be defined if something that has been reported were right: a macro, a reader or
    /// maker of a struct.
    fn comes_of_what_is_broken(&self, name: Name) -> bool {
        let name = self.text(self.names.kernel(name));
        let made = name.strip_prefix("make_").or_else(|| name.strip_prefix("copy_"));
        if made.is_some_and(|of| self.broken.iter().any(|broken| self.text(*broken) == of)) {
            return true;
        }
        let of = |broken: &Name| {
            name.strip_prefix(self.text(*broken)).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        self.broken.iter().any(of)
    }

    pub(super) fn unknown_form(&mut self, call: &Call<'a>) -> ExprId {
        if self.comes_of_what_is_broken(call.name) {
            self.unsound = true;
            return self.add(ExprKind::Error, Ty::ERROR, call.span);
        }
        let text = self.text(call.name);
        if matches!(text, "unquote" | "unquote-splicing") {
            let error =
                Diagnostic::error(&codes::MALFORMED, call.span, "a comma stands inside a quasiquote only");
            return self.fail(error.help("delete it, or put a backquote before the form that it is in"));
        }
        let message = format!("there is no form or helper called `{text}`");
        let mut error = Diagnostic::error(&codes::UNKNOWN_FORM, call.head, message);
        let bare = text.strip_prefix("bpf-").or_else(|| text.strip_prefix("bpf_")).unwrap_or(text);
        let forms = forms::FORMS.iter().map(|form| form.name);
        let helpers = helper::all().iter().map(|row| row.name);
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
        if let Some(error) = self.refused(helper, call) {
            return self.fail(error);
        }
        let wanted = self.hook.map_or(helper.args, |hook| helper.args_for(hook.ty));
        let sizes = wanted.iter().filter(|arg| arg.is_size()).count();
        let (most, count) = (wanted.len(), call.args.len());
        let least = if helper.name == PRINTK { 1 } else { most - sizes };
        if count > most || count < least {
            return self.helper_arity(helper, wanted, call);
        }
        let mut derive = most - count;
        let mut given = call.args.iter();
        let mut args: Vec<ExprId> = Vec::with_capacity(most);
        let mut map = None;
        for arg in wanted {
            if arg.is_size() && derive > 0 {
                derive -= 1;
                args.push(self.derived_size(args.last().copied(), call.span));
                continue;
            }
            let Some(datum) = given.next() else { break };
            args.push(self.helper_arg(helper, *arg, *datum, &mut map));
        }
        self.call_helper(helper, args, map, call.span)
    }

    /// Why this program may not call the helper with what the language can give it.
    pub(super) fn refused(&self, helper: &Helper, call: &Call<'a>) -> Option<Diagnostic> {
        self.not_offered(helper, call).or_else(|| self.unsupported_helper(helper, call))
    }

    /// Why the kernel does not let this program call the helper.
    pub(super) fn not_offered(&self, helper: &Helper, call: &Call<'a>) -> Option<Diagnostic> {
        let hook = self.hook?;
        let name = helper.name.replace('_', "-");
        let program = section::hook_name(hook.ty, hook.attach);
        if hook.ty == ProgramType::Ext && !everywhere(helper) {
            let message =
                format!("`{name}` is not offered to all programs, and this may replace a function of any");
            let error = Diagnostic::error(&codes::HELPER_NOT_OFFERED, call.head, message);
            return Some(error.help("say of which type of programs: `:replaces :xdp`"));
        }
        if hook.ty != ProgramType::Ext && !helper.offered_to(hook.ty, hook.attach) {
            let message = format!("`{name}` is not offered to {program} programs");
            let error = Diagnostic::error(&codes::HELPER_NOT_OFFERED, call.head, message);
            return Some(error.help(format!("it exists for {}", places(helper))));
        }
        if helper.sleeps && !hook.sleepable {
            return Some(self.sleeps(&name, call.head));
        }
        if !hook.gpl && helper.gpl_only_for(hook.ty, hook.attach) {
            let message = format!("`{name}` is for programs under the GPL only");
            let error = Diagnostic::error(&codes::GPL_ONLY, call.head, message);
            return Some(error.help("write `:license \"GPL\"`, if that is the program's licence"));
        }
        None
    }

    /// What is said of something called `name` that may sleep where nothing may.
    pub(super) fn sleeps(&self, name: &str, span: Span) -> Diagnostic {
        let later = self.hook.is_some_and(|hook| hook.later);
        let who = if later { "what a timer calls" } else { "this program" };
        let message = format!("`{name}` may sleep, and {who} may not");
        let error = Diagnostic::error(&codes::HELPER_NOT_OFFERED, span, message);
        match later {
            true => error.help("let the program do it, and keep what comes of it in the map's value"),
            false => error,
        }
    }

    fn unsupported_helper(&self, helper: &Helper, call: &Call<'a>) -> Option<Diagnostic> {
        let (hook, name) = (self.hook?, helper.name.replace('_', "-"));
        let missing = match helper.acquires {
            true if !releasable(helper.ret) => {
                "what it gives must be released, which is not proven yet".to_string()
            }
            _ => helper
                .args_for(hook.ty)
                .iter()
                .find(|arg| !supported(**arg) || (**arg == Arg::Func && callback::of(helper.name).is_none()))
                .map(|arg| format!("it takes {}, which this version cannot give", arg.describe()))?,
        };
        let message = format!("`{name}` is not supported yet: {missing}");
        Some(Diagnostic::error(&codes::HELPER_NOT_OFFERED, call.head, message))
    }

    fn helper_arity(&mut self, helper: &'static Helper, wanted: &[Arg], call: &Call<'a>) -> ExprId {
        let name = helper.name.replace('_', "-");
        let most = wanted.len();
        let plural = if most == 1 { "argument" } else { "arguments" };
        let message = format!("`{name}` takes {most} {plural}, and {} given", given(call.args.len()));
        let words: Vec<_> = wanted.iter().map(|arg| describe(*arg)).collect();
        let usage = std::iter::once(name.as_str()).chain(words).collect::<Vec<_>>().join(" ");
        let mut error = Diagnostic::error(&codes::ARITY, call.span, message);
        error = error.help(format!("it is written `({usage})`"));
        // As libbpf has macros of such names for what takes arguments in memory.
        let form = format!("bpf-{name}");
        if let Some(form) = forms::FORMS.iter().find(|known| known.name == form) {
            error = error.help(format!("arguments that are in no memory yet: `{}`", form.usage));
        }
        self.fail(error)
    }

    pub(super) fn helper_arg(
        &mut self,
        helper: &Helper,
        arg: Arg,
        datum: DatumId,
        map: &mut Option<MapUse>,
    ) -> ExprId {
        let span = self.span(datum);
        let scalar = match arg {
            Arg::Map => {
                *map = self.map(datum).filter(|map| self.is_compatible(helper, *map, span));
                return match *map {
                    Some(map) => self.add(ExprKind::Map(map), Ty::NOTHING, span),
                    None => self.add(ExprKind::Error, Ty::ERROR, span),
                };
            }
            Arg::Key | Arg::Value => return self.map_operand(arg, datum, *map),
            Arg::ValueOrNull if self.is_null(datum) => return self.null(span),
            Arg::ValueOrNull => return self.map_operand(arg, datum, *map),
            Arg::Ctx => return self.pointer_arg(datum, &[Region::Ctx], "(ctx-ptr)", false),
            Arg::CtxOrNull => return self.pointer_arg(datum, &[Region::Ctx], "(ctx-ptr)", true),
            Arg::Sock | Arg::SockCommon | Arg::SockReleased => {
                return self.pointer_arg(datum, &[Region::Socket], "(ctx sk)", false);
            }
            Arg::SockOrNull | Arg::SocketOrNull => {
                return self.pointer_arg(datum, &[Region::Socket], "(ctx sk)", true);
            }
            Arg::Btf(name) => return self.kernel_arg(datum, name, false),
            Arg::BtfOrNull(name) => return self.kernel_arg(datum, name, true),
            Arg::I32 => Ty::I32,
            Arg::I64 => Ty::I64,
            Arg::U16 => Ty::U16,
            Arg::U32 | Arg::Size | Arg::SizeOrZero => Ty::U32,
            Arg::Dynptr | Arg::UninitDynptr | Arg::DynptrReleased => return self.dynptr(datum, arg),
            Arg::PerCpu => return self.percpu_variable(datum),
            Arg::Timer => return self.sealed_field(datum, "bpf_timer"),
            Arg::Func => return self.called_back(helper, datum),
            Arg::StackOrNull if self.is_null(datum) => return self.null(span),
            Arg::StackOrNull => {
                return self.pointer_arg(datum, &[Region::Stack], "(stack-addr variable)", false);
            }
            Arg::Address => return self.address_arg(datum),
            Arg::Zero => return self.zero_arg(helper, datum),
            Arg::U64 | Arg::AllocSize => Ty::U64,
            _ => return self.memory_arg(helper, arg, datum),
        };
        let value = self.value(datum);
        self.store_as(value, scalar)
    }

    /// Flags of which the verifier lets none be set.
    fn zero_arg(&mut self, helper: &Helper, datum: DatumId) -> ExprId {
        let value = self.value(datum);
        if self.constant(value) != Some(0) && self.ty(value) != Ty::ERROR {
            let message = format!("`{}` has no flags yet", helper.name.replace('_', "-"));
            let error = Diagnostic::error(&codes::LITERAL_RANGE, self.span(datum), message);
            return self.fail(error.help("write 0"));
        }
        self.store_as(value, Ty::U64)
    }

    /// Whether the helper takes a map of this kind; reports when not.
    fn is_compatible(&mut self, helper: &Helper, map: MapUse, span: Span) -> bool {
        let (kind, defined) = (self.module.maps[map.map].kind, self.module.maps[map.map].span);
        if compat::takes(helper.name, kind) {
            return true;
        }
        let name = helper.name.trim_end_matches("_elem").replace('_', "-");
        let message = format!("`{name}` does not take {} map", article(kind.name));
        let mut error = Diagnostic::error(&codes::MAP_OPERATION, span, message).also(defined, "defined here");
        if let Some(kinds) = compat::wanted(helper.name) {
            let kinds: Vec<_> = kinds.iter().map(|kind| format!("`:{kind}`")).collect();
            error = error.help(format!("it takes {}", kinds.join(", ")));
        }
        self.report(error);
        false
    }

    /// A helper call in which trailing arguments may be left out.
    pub(super) fn helper_with(
        &mut self,
        helper: &'static Helper,
        call: &Call<'a>,
        missing: &[Missing],
    ) -> ExprId {
        if let Some(error) = self.refused(helper, call) {
            return self.fail(error);
        }
        let wanted = self.hook.map_or(helper.args, |hook| helper.args_for(hook.ty));
        let mut map = None;
        let mut args = Vec::with_capacity(wanted.len());
        for (i, arg) in wanted.iter().enumerate() {
            let arg = match (call.args.get(i), missing.get(i)) {
                (Some(datum), _) => self.helper_arg(helper, *arg, *datum, &mut map),
                (None, Some(Missing::Null)) => self.null(call.span),
                (None, Some(Missing::Zero)) => self.add(ExprKind::Int(0), Ty::U64, call.span),
                (None, _) => return self.helper_arity(helper, wanted, call),
            };
            args.push(arg);
        }
        self.call_helper(helper, args, map, call.span)
    }

    pub(super) fn derived_size(&mut self, memory: Option<ExprId>, span: Span) -> ExprId {
        let pointer = memory.and_then(|m| self.module.types.as_pointer(self.ty(m)));
        let size = pointer.map_or(0, |p| self.module.types.size(p.pointee));
        self.add(ExprKind::Int(size.into()), Ty::U32, span)
    }

    /// The call itself, its arguments built.
    pub(super) fn call_helper(
        &mut self,
        helper: &'static Helper,
        args: Vec<ExprId>,
        map: Option<MapUse>,
        span: Span,
    ) -> ExprId {
        if args.iter().any(|arg| self.ty(*arg) == Ty::ERROR) {
            return self.add(ExprKind::Error, Ty::ERROR, span);
        }
        let ty = match helper.ret {
            Ret::I64 => Ty::I64,
            Ret::Nothing => Ty::NOTHING,
            Ret::U32 => Ty::U32,
            Ret::U64 => Ty::U64,
            Ret::ValueOrNull if map.is_some_and(|map| self.module.maps[map.map].inner.is_some()) => {
                self.inner_map(map)
            }
            Ret::ValueOrNull
                if let Some(of) = map.and_then(|map| compat::leads_to(self.module.maps[map.map].kind)) =>
            {
                self.socket_pointer(Socket::of(of), true)
            }
            Ret::ValueOrNull | Ret::Value => {
                let value = map.map_or((Ty::U8, false), |map| {
                    let map = &self.module.maps[map.map];
                    (map.value, map.kind.per_cpu)
                });
                let region = if value.1 { Region::PerCpu } else { Region::MapValue };
                self.module.types.pointer(value.0, region, helper.ret == Ret::ValueOrNull)
            }
            Ret::PerCpu | Ret::PerCpuOrNull => {
                let variable = args.first().and_then(|arg| self.module.types.as_pointer(self.ty(*arg)));
                let (pointee, region) = variable.map_or((Ty::U8, Region::Kernel), |p| (p.pointee, p.region));
                self.module.types.pointer(pointee, region, helper.ret == Ret::PerCpuOrNull)
            }
            Ret::SocketOrNull => self.socket_pointer(Socket::Full, true),
            Ret::SockCommonOrNull => self.socket_pointer(Socket::Common, true),
            Ret::TcpSockOrNull => self.socket_pointer(Socket::Tcp, true),
            Ret::Btf(name) => self.kernel_pointer(name, false),
            Ret::BtfOrNull(name) => self.kernel_pointer(name, true),
            _ => self.module.types.pointer(Ty::NOTHING, Region::Unknown, true),
        };
        self.add(ExprKind::Call(helper, args), ty, span)
    }
}

fn describe(arg: Arg) -> &'static str {
    match arg {
        Arg::Ctx | Arg::CtxOrNull => "(ctx-ptr)",
        Arg::Map => "map",
        Arg::Key => "key",
        Arg::Value | Arg::ValueOrNull => "value",
        Arg::Size | Arg::SizeOrZero => "[size]",
        Arg::Sock | Arg::SockOrNull | Arg::SockReleased | Arg::SockCommon | Arg::SocketOrNull => "socket",
        Arg::PerCpu => "variable",
        Arg::Dynptr | Arg::UninitDynptr | Arg::DynptrReleased => "dynptr",
        Arg::U16 | Arg::I32 | Arg::U32 | Arg::U64 | Arg::I64 | Arg::Address | Arg::AllocSize => "n",
        _ => "pointer",
    }
}

/// Whether programs of every type that can have functions replaced have a helper, whatever they are attached to.
fn everywhere(helper: &Helper) -> bool {
    let mut types = PROGRAMS.iter().map(|row| row.ty).filter(|ty| *ty != ProgramType::Ext);
    types.all(|ty| ty.hooks().all(|attach| helper.offered_to(ty, attach)))
}

/// Whether what is acquired so is known to be given back.
fn releasable(ret: Ret) -> bool {
    matches!(ret, Ret::RingbufMemOrNull | Ret::SocketOrNull | Ret::SockCommonOrNull | Ret::KptrOrNull)
}

/// Whether the language has something to give for it.
fn supported(arg: Arg) -> bool {
    use Arg as A;
    let pointers = [A::Map, A::Key, A::Value, A::Ctx, A::CtxOrNull];
    let sockets = [A::Sock, A::SockReleased, A::SockCommon, A::SockOrNull, A::SocketOrNull];
    let values = [A::ValueOrNull, A::UninitValue, A::AllocSize, A::RingbufMem];
    let memory = [A::Mem, A::Str, A::MemOrNull, A::UninitMem, A::WritableMem, A::WritableMemOrNull];
    let fixed = matches!(arg, A::Fixed(_) | A::FixedUninit(_) | A::FixedWritable(_));
    let scalars = [A::Size, A::SizeOrZero, A::U16, A::I32, A::U32, A::U64, A::I64, A::Zero, A::Address];
    let kernel = matches!(arg, A::Btf(_) | A::BtfOrNull(_) | A::Timer | A::Func | A::StackOrNull | A::PerCpu);
    let dynptr = matches!(arg, A::Dynptr | A::UninitDynptr | A::DynptrReleased);
    let kptr = matches!(arg, A::KptrDest | A::KptrOrNull);
    fixed
        || kernel
        || dynptr
        || kptr
        || [&pointers[..], &sockets, &memory, &values, &scalars].iter().any(|args| args.contains(&arg))
}

/// Where a helper exists: `cgroup-sock-addr (cgroup/connect4, cgroup/connect6), tc`.
fn places(helper: &Helper) -> String {
    let place = |(ty, hooks): (ProgramType, Option<Vec<_>>)| match hooks {
        None => ty.row().name.to_string(),
        Some(hooks) => {
            let names: Vec<_> = hooks.into_iter().map(|attach| section::hook_name(ty, attach)).collect();
            format!("{} ({})", ty.row().name, names.join(", "))
        }
    };
    helper.places().into_iter().map(place).collect::<Vec<_>>().join(", ")
}
