//! `(asm opcode dst src off imm)`: one raw instruction.
//!
//! A register is a number, or an expression, for which the compiler picks one. Instructions that
//! stand one after the other with registers by number stay together: nothing is put between them, so
//! that one may leave something in a register for the next.

use super::{Builder, forms::Call};
use crate::{
    bpf::raw::{Effects, Raw, Refusal},
    diagnostic::{Diagnostic, codes},
    hir::{ExprId, ExprKind, Ty},
    ir::Asm,
    read::DatumId,
    source::Span,
};

/// A register operand: its number, or what the compiler puts in one of its choice.
enum Register {
    Number(u8),
    Holds(ExprId),
}

impl Register {
    fn number(&self) -> u8 {
        match self {
            Self::Number(number) => *number,
            Self::Holds(_) => 0,
        }
    }

    fn value(&self) -> Option<ExprId> {
        match self {
            Self::Number(_) => None,
            Self::Holds(value) => Some(*value),
        }
    }
}

/// `(asm opcode dst src off imm)`
pub fn asm<'a>(b: &mut Builder<'a>, call: &Call<'a>) -> ExprId {
    let [opcode, dst, src, off, imm] = call.args else { return b.nil(call.span) };
    let opcode = b.insn_field(*opcode, 0..=255, "an operation code has 8 bits");
    let (dst, src) = (b.register(*dst), b.register(*src));
    let off = b.insn_field(*off, i16::MIN.into()..=i16::MAX.into(), "an offset has 16 bits and a sign");
    let wide = opcode == Some(0x18);
    let most = if wide { u64::MAX.into() } else { u32::MAX.into() };
    let least = if wide { i64::MIN.into() } else { i32::MIN.into() };
    let imm = b.insn_field(*imm, least..=most, "this immediate has 32 bits");
    let (Some(opcode), Some(dst), Some(src), Some(off), Some(imm)) = (opcode, dst, src, off, imm) else {
        return b.add(ExprKind::Error, Ty::ERROR, call.span);
    };
    let raw = Raw {
        opcode: opcode as u8,
        dst: dst.number(),
        src: src.number(),
        off: off as i16,
        imm: if wide { imm as i64 } else { (imm as i32).into() },
    };
    match raw.effects() {
        Ok(effects) => b.instruction(raw, effects, (dst.value(), src.value()), call.span),
        Err(refusal) => {
            let error = refused(refusal, call.span);
            b.fail(error)
        }
    }
}

impl<'a> Builder<'a> {
    /// A field of the instruction, a constant in `range`.
    fn insn_field(
        &mut self,
        datum: DatumId,
        range: std::ops::RangeInclusive<i128>,
        rule: &str,
    ) -> Option<i128> {
        let value = self.constant_value(datum)?;
        if range.contains(&value) {
            return Some(value);
        }
        let error = Diagnostic::error(&codes::LITERAL_RANGE, self.span(datum), rule);
        self.report(error);
        None
    }

    fn register(&mut self, datum: DatumId) -> Option<Register> {
        let value = self.value(datum);
        if self.ty(value) == Ty::ERROR {
            return None;
        }
        let Some(number) = self.constant(value) else {
            let pointer = self.module.types.as_pointer(self.ty(value)).is_some();
            let value = if pointer { value } else { self.store_as(value, Ty::U64) };
            return Some(Register::Holds(value));
        };
        match u8::try_from(number) {
            Ok(number) => Some(Register::Number(number)),
            Err(_) => {
                self.report(refused(Refusal::NoRegister(u8::MAX), self.span(datum)));
                None
            }
        }
    }

    fn instruction(
        &mut self,
        raw: Raw,
        effects: Effects,
        (dst, src): (Option<ExprId>, Option<ExprId>),
        span: Span,
    ) -> ExprId {
        let ty = if effects.result.is_some() { Ty::U64 } else { Ty::NOTHING };
        let mut inputs: Vec<ExprId> = dst.into_iter().collect();
        inputs.extend(src);
        let code = Asm { insns: vec![(raw, span)], dst: dst.is_some(), src: src.is_some() };
        self.add(ExprKind::Asm(code, inputs), ty, span)
    }

    /// Puts instructions that follow each other in `exprs` together.
    pub(super) fn join_instructions(&mut self, exprs: Vec<ExprId>) -> Vec<ExprId> {
        let mut joined: Vec<ExprId> = Vec::with_capacity(exprs.len());
        for expr in exprs {
            match joined.last().and_then(|before| self.joined(*before, expr)) {
                Some(both) => {
                    joined.pop();
                    joined.push(both);
                }
                None => joined.push(expr),
            }
        }
        joined
    }

    fn joined(&mut self, before: ExprId, after: ExprId) -> Option<ExprId> {
        let plain = |expr: ExprId| match &self.module.exprs[expr].kind {
            ExprKind::Asm(code, inputs) if inputs.is_empty() => Some(code),
            _ => None,
        };
        let (first, second) = (plain(before)?, plain(after)?);
        let insns = first.insns.iter().chain(&second.insns).copied().collect();
        let (ty, span) = (self.ty(after), self.expr_span(before).to(self.expr_span(after)));
        let code = Asm { insns, dst: false, src: false };
        Some(self.add(ExprKind::Asm(code, Vec::new()), ty, span))
    }
}

fn refused(refusal: Refusal, span: Span) -> Diagnostic {
    let (message, help) = match refusal {
        Refusal::Unknown => {
            ("there is no such instruction".into(), "`bpfl disasm` shows what a program is made of")
        }
        Refusal::Jump => (
            "a raw instruction cannot jump or leave: where the code around it lies is the compiler's".into(),
            "use `if`, `when`, `while` or `return`",
        ),
        Refusal::Loader => (
            "the loader would have to put something into this instruction".into(),
            "name the map, the variable or the function in a form, and give the result as the operand",
        ),
        Refusal::Reserved => (
            "a field is set that this instruction has no use for".into(),
            "give 0 where the instruction has nothing to say",
        ),
        Refusal::FramePointer => ("r10 is the frame's address and is not written".into(), "use r0 to r9"),
        Refusal::NoRegister(_) => ("there is no such register".into(), "there are r0 to r10, as 0 to 10"),
        Refusal::NoHelper(number) => (
            format!("the kernel has no helper {number}"),
            "`bpfl list helpers` names them with their numbers",
        ),
    };
    Diagnostic::error(&codes::RAW_INSTRUCTION, span, message).help(help)
}
