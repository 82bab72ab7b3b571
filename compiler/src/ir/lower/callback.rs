//! Helpers that call a function back, and the frame that it shares with its caller.

use super::{Args, Lower};
use crate::{
    arena::Entity,
    hir::{Captured, ExprId, FunctionId, Ty},
    ir::{Func, Op, Region, SlotData, Type, Value},
    source::Span,
};

/// Bytes of the frame for each variable: what a pointer takes.
const EACH: u32 = 8;

impl Lower<'_> {
    /// Puts the variables that the function uses into a frame, calls the helper, and takes back those
    /// that the function changes.
    pub(super) fn call_back(
        &mut self,
        helper: u32,
        args: &[ExprId],
        function: FunctionId,
        span: Span,
    ) -> Value {
        let mut values: Vec<Value> = args.iter().map(|arg| self.value(*arg)).collect();
        let captures = self.hir.functions[function].captures.clone();
        let frame = self.frame(&captures, span);
        let func = Func::new(self.hir.programs.len() + function.index());
        values.push(self.emit(Op::FuncAddr(func), Type::Ptr(Region::Unknown), span));
        values.push(frame);
        values.push(self.constant(0, Type::I64, span));
        let result = self.emit(Op::Call(helper, Args::new(&values)), Type::I64, span);
        for (offset, captured) in self.places(&captures).into_iter().filter(|(_, captured)| captured.changed)
        {
            let value = self.load_at(frame, offset, self.hir.vars[captured.var].ty, span);
            self.write_var(captured.var, value, span);
        }
        result
    }

    fn frame(&mut self, captures: &[Captured], span: Span) -> Value {
        if captures.is_empty() {
            return self.constant(0, Type::Ptr(Region::Stack), span);
        }
        let size = EACH * captures.len() as u32;
        let slot = self.f.slots.push(SlotData { size, align: EACH, span });
        let frame = self.slot_addr(slot, span);
        for (offset, captured) in self.places(captures) {
            let ty = self.hir.vars[captured.var].ty;
            let value = self.read_var(captured.var, span);
            self.store_captured(frame, offset, value, ty, span);
        }
        frame
    }

    fn store_captured(&mut self, frame: Value, offset: i32, value: Value, ty: Ty, span: Span) {
        let bytes = self.hir.types.size(ty) as u8;
        let (inst, _) = self.f.make(Op::Store { bytes, ptr: frame, offset, value }, None, span);
        self.f.push(self.block, inst);
        if let Some(pointee) = self.pointee(ty) {
            self.f.promises.push((inst, pointee));
        }
    }

    /// The variables of the caller's frame, in the function called back. What it does not change it
    /// reads once, at its start.
    pub(super) fn open_frame(&mut self, captures: &[Captured], frame: Value, span: Span) {
        for (offset, captured) in self.places(captures) {
            let ty = self.hir.vars[captured.var].ty;
            if captured.changed {
                self.framed.insert(captured.var, (frame, offset));
                continue;
            }
            let value = self.load_at(frame, offset, ty, span);
            self.promise(value, ty);
            self.name(value, captured.var);
            self.captured.insert(captured.var);
            self.vars.write(self.block, captured.var, value);
        }
    }

    /// The variables, each with where it is in the frame. A number of up to 4 bytes that the callback changes
    /// is in the upper half of its 8: the verifier keeps exact numbers only at multiples of 8
    /// (`check_stack_write_fixed_off`, kernel/bpf/verifier.c), and would count it up round by round.
    fn places(&self, captures: &[Captured]) -> Vec<(i32, Captured)> {
        let place = |(i, captured): (usize, &Captured)| {
            let narrow = self.hir.types.size(self.hir.vars[captured.var].ty) <= EACH / 2;
            let within = if captured.changed && narrow { EACH / 2 } else { 0 };
            ((EACH * i as u32 + within) as i32, *captured)
        };
        captures.iter().enumerate().map(place).collect()
    }
}
