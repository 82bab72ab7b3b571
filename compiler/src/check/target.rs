//! The kernel that a program is for has all that it uses.
//!
//! Without a target the newest kernel that the catalogue knows counts, and nothing is asked.

use bpfl_stdlib::catalog::{
    attach::AttachType,
    context,
    feature::{self, Feature},
    helper,
    map::flag_since,
    program::ProgramType,
    version::Version,
};

use super::calls::is_tail_call;
use crate::{
    diagnostic::{Diagnostic, Diagnostics, codes},
    hir,
    ir::{Function, Graph, Inst, Module, Op, Region, Type},
    source::Span,
};

/// Reports what Linux `target` does not have.
pub fn check(hir: &hir::Module, module: &Module, target: Version, diagnostics: &mut Diagnostics) {
    let mut target = Target { target, said: Vec::new(), diagnostics };
    target.maps(hir);
    target.hooks(hir);
    let programs = hir.programs.values().map(|program| (Some(program.seen_as), program.section.attach_type));
    let functions = hir.functions.values().map(|function| (function.ty, None));
    for ((function, hook), (span, of)) in
        module.functions.iter().zip(programs.chain(functions)).zip(spans(hir))
    {
        if of {
            target.feature(&feature::FUNCTIONS, span);
        }
        target.function(function, hook);
    }
}

/// The places of programs, and then of functions, and whether each is a function.
fn spans(hir: &hir::Module) -> impl Iterator<Item = (Span, bool)> {
    let programs = hir.programs.values().map(|program| (program.span, false));
    programs.chain(hir.functions.values().map(|function| (function.span, true)))
}

type Hook = (Option<ProgramType>, Option<&'static AttachType>);

struct Target<'d> {
    target: Version,
    /// What was said already, and where: once is enough for each.
    said: Vec<(String, Span)>,
    diagnostics: &'d mut Diagnostics,
}

impl Target<'_> {
    fn maps(&mut self, hir: &hir::Module) {
        for map in hir.maps.values() {
            let flags =
                (0..32).filter(|bit| map.flags & 1 << bit != 0).filter_map(|bit| flag_since(1 << bit));
            let since = flags.fold(map.kind.since, Version::max);
            self.wants(&format!("a `:{}` map", map.kind.name), false, since, map.span);
        }
        for table in &hir.struct_ops {
            self.feature(&feature::TABLES, table.span);
        }
    }

    fn hooks(&mut self, hir: &hir::Module) {
        for program in hir.programs.values() {
            let row = program.ty.row();
            let what = format!("{} programs", row.name);
            self.wants(&what, true, row.since, program.span);
            if let Some(at) = program.section.attach_type {
                self.wants(&format!("\"{}\"", program.section.name), false, at.since, program.span);
            }
        }
    }

    fn function(&mut self, f: &Function, hook: Hook) {
        let graph = Graph::new(f);
        for data in f.loops.iter().filter(|data| graph.reachable(data.latch)) {
            self.feature(&feature::LOOPS, data.span);
        }
        let mut calls = (None, false);
        for block in graph.order() {
            for inst in f.insts(*block) {
                self.instruction(f, *inst, hook);
                match f.op(*inst) {
                    op if is_tail_call(op) => calls.0 = Some(f.span(*inst)),
                    Op::CallFunction(..) => calls.1 = true,
                    _ => {}
                }
            }
        }
        if let (Some(span), true) = calls {
            self.feature(&feature::TAIL_CALLS, span);
        }
    }

    fn instruction(&mut self, f: &Function, inst: Inst, hook: Hook) {
        let span = f.span(inst);
        match *f.op(inst) {
            Op::Call(id, _) => self.helper(id, hook, span),
            Op::Kfunc(..) => self.feature(&feature::KFUNCS, span),
            Op::GlobalAddr(_) => self.feature(&feature::GLOBALS, span),
            Op::Atomic { fetch: true, .. } | Op::CompareExchange { .. } => {
                self.feature(&feature::ATOMICS, span);
            }
            Op::Load { .. } | Op::Store { .. } if f.kept.contains_key(&inst) => {
                self.feature(&feature::KPTRS, span);
            }
            Op::Load { bytes, ptr, offset } | Op::Store { bytes, ptr, offset, .. } => match f.ty(ptr) {
                Type::Ptr(Region::Ctx) => self.field(hook, offset, bytes.into(), span),
                Type::Ptr(Region::Kernel) => self.feature(&feature::KERNEL_POINTERS, span),
                _ => {}
            },
            _ => {}
        }
    }

    fn helper(&mut self, id: u32, (ty, attach): Hook, span: Span) {
        let Some(row) = helper::by_id(id) else { return };
        // The form has the name of the function in C, for `loop` is another form.
        let bare = if row.name == "loop" { "bpf_loop" } else { row.name.trim_end_matches("_elem") };
        let name = format!("`{}`", bare.replace('_', "-"));
        self.wants(&name, false, row.since, span);
        if let Some(since) = ty.and_then(|ty| row.offered_since(ty, attach)) {
            self.wants(&format!("{name} for these programs"), false, since, span);
        }
    }

    fn field(&mut self, (ty, attach): Hook, offset: i32, bytes: u32, span: Span) {
        let (Some(ty), Ok(offset)) = (ty, u32::try_from(offset)) else { return };
        let inside = |field: &&context::Field| (field.offset..field.offset + field.size()).contains(&offset);
        let Some(field) = context::fields(ty).iter().find(inside).filter(|_| bytes > 0) else { return };
        let since = field.rights(ty, attach).since;
        self.wants(&format!("`(ctx {})`", field.name.replace('_', "-")), false, since, span);
    }

    fn feature(&mut self, feature: &Feature, span: Span) {
        self.wants(feature.what, feature.many, feature.since, span);
    }

    /// Reports that `what` came later than the target, unless that was said or it did not.
    fn wants(&mut self, what: &str, many: bool, since: Version, span: Span) {
        let known = |(said, at): &(String, Span)| what.starts_with(said.as_str()) || *at == span;
        if since <= self.target || self.said.iter().any(known) {
            return;
        }
        self.said.push((what.into(), span));
        let be = if many { "are" } else { "is" };
        let message = format!("{what} {be} there since Linux {since}, and this is for {}", self.target);
        let error = Diagnostic::error(&codes::TARGET_KERNEL, span, message);
        self.diagnostics.push(error.help(format!("compile for `--target-kernel {since}`, or do without")));
    }
}
