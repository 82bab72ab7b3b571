//! `printk`, `bpf-seq-printf`, `bpf-snprintf`: a format that is checked, and its arguments.

mod conversions;

use bpfl_stdlib::catalog::{
    helper::{self, Helper},
    limit,
};

use super::{Builder, forms::Call, given};
use crate::{
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Struct, Ty, TypeKind},
    ir::Region,
    read::{Datum, DatumId},
    source::Span,
};

/// How many arguments the plain helper takes; with more, they are passed in memory.
const PLAIN: usize = 3;

/// A format and what it prints, each built.
struct Formatted {
    /// The address of the format.
    text: ExprId,
    values: Vec<ExprId>,
}

/// `(printk "format" argument…)`
pub fn printk<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let plain = call.args.len() - 1 <= PLAIN;
    let helper = match named(b, call, if plain { "trace_printk" } else { "trace_vprintk" }) {
        Ok(helper) => helper,
        Err(failed) => return failed,
    };
    let Some(formatted) = b.formatted(call, 0, "(printk \"pid %d\" pid)") else { return failed(b, call) };
    let Formatted { text, values } = formatted;
    let mut all = vec![text, b.derived_size(Some(text), call.span)];
    match plain {
        true => all.extend(values),
        false => all.extend(b.in_memory(values, call)),
    }
    b.call_helper(helper, all, None, call.span)
}

/// `(bpf-seq-printf seq "format" argument…)`, into what an iterator writes.
pub fn seq_printf<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let helper = match named(b, call, "seq_printf") {
        Ok(helper) => helper,
        Err(failed) => return failed,
    };
    let seq = b.helper_arg(helper, helper.args[0], call.args[0], &mut None);
    let Some(Formatted { text, values }) = b.formatted(call, 1, "(bpf-seq-printf seq \"pid %d\\n\" pid)")
    else {
        return failed(b, call);
    };
    let mut all = vec![seq, text, b.derived_size(Some(text), call.span)];
    all.extend(b.in_memory(values, call));
    b.call_helper(helper, all, None, call.span)
}

/// `(bpf-snprintf buffer [size] "format" argument…)`: the length of what was to be written, with its end.
pub fn snprintf<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let helper = match named(b, call, "snprintf") {
        Ok(helper) => helper,
        Err(failed) => return failed,
    };
    let at = if call.args.len() > 2 && !b.is_text(call.args[1]) { 2 } else { 1 };
    let buffer = b.helper_arg(helper, helper.args[0], call.args[0], &mut None);
    let size = match at {
        1 => b.derived_size(Some(buffer), call.span),
        _ => b.helper_arg(helper, helper.args[1], call.args[1], &mut None),
    };
    let Some(Formatted { text, values }) = b.formatted(call, at, "(bpf-snprintf buffer \"pid %d\" pid)")
    else {
        return failed(b, call);
    };
    let mut all = vec![buffer, size, text];
    all.extend(b.in_memory(values, call));
    b.call_helper(helper, all, None, call.span)
}

/// The helper of that name, if this program may call it.
fn named<'a>(b: &mut Builder<'a>, call: &Call<'a>, name: &str) -> Result<&'static Helper, ExprId> {
    let Some(helper) = helper::find(name) else { return Err(failed(b, call)) };
    match b.refused(helper, call) {
        Some(error) => Err(b.fail(error)),
        None => Ok(helper),
    }
}

/// In place of a call of which something has been reported.
fn failed<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    b.add(ExprKind::Error, Ty::ERROR, call.span)
}

impl<'a> Builder<'a> {
    fn is_text(&self, datum: DatumId) -> bool {
        matches!(self.data.get(datum), Datum::Str(_))
    }

    /// The format that is argument `at` of a call, with those behind it; `None` when something is wrong,
    /// which has been reported. `example` is how such a call is written.
    fn formatted(&mut self, call: &Call<'a>, at: usize, example: &str) -> Option<Formatted> {
        let (format, args) = (call.args[at], &call.args[at + 1..]);
        let name = self.text(call.name);
        let Some(text) = self.text_address(format) else {
            let error = Diagnostic::error(&codes::BAD_FORMAT, self.span(format), "the format is a string");
            self.report(error.help(format!("write `{example}`")));
            return None;
        };
        let before = self.diagnostics.error_count();
        let wanted = self.conversions(format);
        if let Some(wanted) = &wanted
            && wanted.len() != args.len()
        {
            let plural = if wanted.len() == 1 { "argument" } else { "arguments" };
            let message =
                format!("this format takes {} {plural}, and {} given", wanted.len(), given(args.len()));
            self.report(Diagnostic::error(&codes::BAD_FORMAT, self.span(format), message));
        }
        if args.len() > limit::PRINTED_ARGUMENTS {
            let message = format!("`{name}` takes {} arguments at most", limit::PRINTED_ARGUMENTS);
            self.report(Diagnostic::error(&codes::BAD_FORMAT, call.span, message));
        }
        let wanted = wanted.unwrap_or_default();
        let each = args.iter().enumerate();
        let values =
            each.map(|(i, arg)| self.printed(*arg, wanted.get(i).cloned(), self.span(format))).collect();
        (self.diagnostics.error_count() == before).then_some(Formatted { text, values })
    }

    /// The address of the arguments, next to each other on the stack, and their bytes; of none, null.
    fn in_memory(&mut self, values: Vec<ExprId>, call: &Call<'a>) -> [ExprId; 2] {
        let size = 8 * values.len() as u32;
        let bytes = self.add(ExprKind::Int(size.into()), Ty::U32, call.span);
        if values.is_empty() {
            return [self.null(call.span), bytes];
        }
        [self.laid_out(values, call), bytes]
    }

    fn laid_out(&mut self, values: Vec<ExprId>, call: &Call<'a>) -> ExprId {
        let (size, span): (u32, Span) = (8 * values.len() as u32, call.span);
        let name = format!("the arguments of {}", self.text(call.name));
        let own =
            Struct { c_name: String::new(), name, fields: Vec::new(), size, align: 8, union: false, span };
        let id = self.module.types.structs.push(own);
        let fields = values.into_iter().enumerate().map(|(i, value)| (8 * i as u32, value)).collect();
        let ty = self.module.types.intern(TypeKind::Struct(id));
        let pointer = self.module.types.pointer(ty, Region::Stack, false);
        self.add(ExprKind::Make(id, fields), pointer, span)
    }
}
