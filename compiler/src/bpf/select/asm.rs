//! Raw instructions: registers by number are the machine's, others are picked by the allocator.

use regalloc2::{Operand, PRegSet};

use super::Selector;
use crate::{
    bpf::{alloc::reg, machine::Inst as Machine, raw::Registers},
    ir::{Args, AsmId, Value},
};

impl Selector<'_> {
    /// The instructions `asm` on the operands `args`, with the result `d` if there is one.
    pub(super) fn asm(&mut self, asm: AsmId, args: Args, d: Option<Value>) {
        let code = self.f.asms[asm].clone();
        let mut changed = Registers::default();
        let mut result = None;
        for (raw, _) in &code.insns {
            let effects = raw.effects().unwrap_or_default();
            changed = changed.and(effects.writes);
            result = effects.result;
        }
        let args: Vec<_> = args.iter().map(|arg| self.reg(arg)).collect();
        let first = code.insns.first().map(|(raw, _)| *raw);
        // The result of a fetching atomic is in its source register, of all others in `dst`.
        let in_src = first.is_some_and(|raw| raw.is_atomic());
        let in_picked = if in_src { code.src } else { code.dst };
        let mut operands = Vec::new();
        if let Some(d) = d {
            let d = self.define(d);
            operands.push(match result {
                Some(_) if in_picked => Operand::reg_reuse_def(d, if in_src { args.len() } else { 1 }),
                result => Operand::reg_fixed_def(d, reg(result.unwrap_or(0).into())),
            });
        }
        operands.extend(args.into_iter().map(Operand::reg_use));
        if in_picked || d.is_some() {
            changed = changed.without(result.map_or_else(Registers::default, Registers::one));
        }
        let clobbers = changed.iter().fold(PRegSet::empty(), |set, register| set.with(reg(register.into())));
        let index = self.code.asms.len();
        self.code.asms.push((code, clobbers));
        self.push(Machine::Asm(index), &operands);
        self.made.clear();
    }
}
