//! Chains of calls: how many functions are active at a time, and what their frames take.
//!
//! Each frame is rounded up, and the sum along a chain is limited, more so where a function with
//! tail calls is entered (`check_max_stack_depth_subprog`, kernel/bpf/verifier.c).

use bpfl_stdlib::catalog::{
    helper,
    limit::{CALL_FRAMES, FRAME_BYTES, STACK_BYTES, TAIL_CALL_STACK_BYTES},
};

use crate::{
    arena::Entity,
    bpf::{Code, Target},
    diagnostic::{Code as Kind, Diagnostic, Diagnostics, codes},
    hir,
    source::Span,
};

/// Reports the first call of each program by which a chain goes over a limit.
pub fn check(hir: &hir::Module, codes: &[Code], diagnostics: &mut Diagnostics) {
    for (index, _) in hir.programs.iter().enumerate() {
        let mut chains = Chains { hir, codes, path: Vec::new(), found: None };
        chains.enter(index, 0);
        chains.found.into_iter().for_each(|diagnostic| diagnostics.push(diagnostic));
    }
}

struct Chains<'a> {
    hir: &'a hir::Module,
    codes: &'a [Code],
    /// The active functions, and where each calls the next.
    path: Vec<(usize, Span)>,
    found: Option<Diagnostic>,
}

impl Chains<'_> {
    fn enter(&mut self, index: usize, before: u32) {
        let code = &self.codes[index];
        let stack = before + code.stack.max(1).next_multiple_of(FRAME_BYTES);
        let called = !self.path.is_empty();
        if self.path.len() as u32 >= CALL_FRAMES {
            return self.too_deep();
        }
        if called && stack > STACK_BYTES {
            return self.too_much_stack(index, stack);
        }
        if called && before >= TAIL_CALL_STACK_BYTES && has_tail_call(code) {
            return self.tail_call(index, before);
        }
        for (slot, target) in &code.relocs {
            let Target::Function(callee) = target else { continue };
            if self.found.is_some() {
                return;
            }
            self.path.push((index, code.spans[*slot as usize]));
            self.enter(callee.index(), stack);
            self.path.pop();
        }
    }

    fn name(&self, index: usize) -> &str {
        let programs = self.hir.programs.values().map(|program| &program.symbol);
        let mut names = programs.chain(self.hir.functions.values().map(|function| &function.symbol));
        names.nth(index).map_or("", |name| name)
    }

    /// The call at which the chain goes over, with the calls before it.
    fn at_last_call(&self, code: &'static Kind, message: String) -> Diagnostic {
        let calls: Vec<Span> = self.path.iter().map(|(_, span)| *span).collect();
        let (last, before) = calls.split_last().map_or((Span::default(), &[][..]), |(l, b)| (*l, b));
        let error = Diagnostic::error(code, last, message);
        before.iter().fold(error, |error, span| error.also(*span, "by way of this call"))
    }

    fn too_deep(&mut self) {
        let message =
            format!("{} functions would be active here, and {CALL_FRAMES} can be", self.path.len() + 1);
        let error = self.at_last_call(&codes::CALL_DEPTH, message);
        self.found = Some(error.help("make some of them `:inline t`"));
    }

    fn too_much_stack(&mut self, index: usize, stack: u32) {
        let message =
            format!("this chain of calls takes {stack} bytes of stack, and there are {STACK_BYTES}");
        let mut error = self.at_last_call(&codes::STACK_LIMIT, message);
        for index in self.path.iter().map(|(index, _)| *index).chain([index]) {
            error = error.note(format!("`{}` takes {} bytes", self.name(index), self.codes[index].stack));
        }
        let rounded = format!("each is rounded up to a multiple of {FRAME_BYTES}");
        let help = "keep large values in a map, for example a `:percpu-array` with one entry";
        self.found = Some(error.note(rounded).help(help));
    }

    fn tail_call(&mut self, index: usize, before: u32) {
        let name = self.name(index);
        let message = format!(
            "`{name}` makes tail calls, and {before} bytes of stack are in use where it is called; fewer than {TAIL_CALL_STACK_BYTES} may be"
        );
        let error = self.at_last_call(&codes::STACK_LIMIT, message);
        self.found = Some(error.help("make the tail call in the program itself"));
    }
}

fn has_tail_call(code: &Code) -> bool {
    let goes_on = |id: i32| u32::try_from(id).ok().and_then(helper::by_id).is_some_and(|row| row.goes_on);
    code.insns.iter().any(|insn| insn.is_call() && insn.src == 0 && goes_on(insn.imm))
}
