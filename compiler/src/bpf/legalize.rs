//! Rewrites what the instruction set lacks, as SSA, so that the optimiser sees the result.
//!
//! - Signed division (v4 only) becomes unsigned division of the absolute values.
//! - Sign extension (v4 only) becomes a pair of shifts.
//! - What is accessed in an arena is cast first, for an address there is a number to the verifier.
//! - 32-bit signed comparisons (v3) become 64-bit ones; unsigned ones are right as they are,
//!   because an `i32` has zero above it.

use crate::{
    driver::Cpu,
    ir::{Binary, Block, Cond, Function, Inst, Op, Region, Terminator, Type, Value},
    source::Span,
};

/// Rewrites `function` for `cpu`.
pub fn legalize(function: &mut Function, cpu: Cpu) {
    for block in function.blocks() {
        let insts = function.take_insts(block);
        let mut legalizer =
            Legalizer { f: function, cpu, out: Vec::with_capacity(insts.len()), span: Span::default() };
        insts.into_iter().for_each(|inst| legalizer.inst(inst));
        legalizer.end(block);
        let out = legalizer.out;
        function.set_insts(block, out);
    }
}

struct Legalizer<'a> {
    f: &'a mut Function,
    cpu: Cpu,
    out: Vec<Inst>,
    span: Span,
}

impl Legalizer<'_> {
    fn inst(&mut self, inst: Inst) {
        self.span = self.f.span(inst);
        let ty = self.f.result(inst).map(|value| self.f.ty(value));
        let replacement = match (*self.f.op(inst), ty) {
            (Op::Binary(op @ (Binary::Sdiv | Binary::Srem), a, b), Some(ty)) if self.cpu < Cpu::V4 => {
                Some(self.signed_division(op, a, b, ty))
            }
            (Op::SextLow(bits, a), Some(ty)) if self.cpu < Cpu::V4 => {
                let amount = ty.bits() - u32::from(bits);
                Some(self.repeat_sign(a, amount, ty))
            }
            (Op::Sext(a), Some(ty)) if self.cpu < Cpu::V4 => {
                let wide = self.emit(Op::Zext(a), ty);
                Some(self.repeat_sign(wide, 32, ty))
            }
            (Op::Compare(cond, a, b), Some(_)) if self.narrow_signed(cond, a) => {
                let (a, b) = (self.widened(a), self.widened(b));
                Some(Op::Compare(cond, a, b))
            }
            (op, _) => self.in_arena(op),
        };
        if let Some(op) = replacement {
            *self.f.op_mut(inst) = op;
        }
        self.out.push(inst);
    }

    fn end(&mut self, block: Block) {
        self.span = self.f.end_span(block);
        let Terminator::Branch(cond, a, b, ..) = *self.f.end(block) else { return };
        if self.narrow_signed(cond, a) {
            let (wide_a, wide_b) = (self.widened(a), self.widened(b));
            if let Terminator::Branch(_, a, b, ..) = self.f.end_mut(block) {
                (*a, *b) = (wide_a, wide_b);
            }
        }
    }

    fn narrow_signed(&self, cond: Cond, a: Value) -> bool {
        self.cpu < Cpu::V3 && cond.is_signed() && self.f.ty(a) == Type::I32
    }

    fn emit(&mut self, op: Op, ty: Type) -> Value {
        let (inst, result) = self.f.make(op, Some(ty), self.span);
        self.out.push(inst);
        // An instruction made with a type has a result.
        result.unwrap_or(crate::arena::Entity::new(0))
    }

    fn binary(&mut self, op: Binary, a: Value, b: Value, ty: Type) -> Value {
        self.emit(Op::Binary(op, a, b), ty)
    }

    fn constant(&mut self, value: i64, ty: Type) -> Value {
        self.emit(Op::Const(value), ty)
    }

    fn widened(&mut self, a: Value) -> Value {
        if let Some(value) = self.f.constant(a) {
            return self.constant(value, Type::I64);
        }
        let wide = self.emit(Op::Zext(a), Type::I64);
        let op = self.repeat_sign(wide, 32, Type::I64);
        self.emit(op, Type::I64)
    }

    /// Shifts left, then right with the sign.
    fn repeat_sign(&mut self, a: Value, amount: u32, ty: Type) -> Op {
        let amount = self.constant(amount.into(), ty);
        let high = self.binary(Binary::Shl, a, amount, ty);
        Op::Binary(Binary::Ashr, high, amount)
    }

    /// An access of an arena, through a cast of its address without what the access has room for.
    fn in_arena(&mut self, mut op: Op) -> Option<Op> {
        let (Op::Load { ptr, offset, .. }
        | Op::Store { ptr, offset, .. }
        | Op::Atomic { ptr, offset, .. }
        | Op::CompareExchange { ptr, offset, .. }) = &mut op
        else {
            return None;
        };
        if self.f.ty(*ptr) != Type::Ptr(Region::Arena) {
            return None;
        }
        while let Some(Op::Advance(base, by)) = self.f.def_op(*ptr)
            && let Some(sum) = self.f.constant(*by).and_then(|by| by.checked_add((*offset).into()))
            && let Ok(sum) = i16::try_from(sum)
        {
            (*ptr, *offset) = (*base, sum.into());
        }
        *ptr = self.emit(Op::Arena(*ptr), Type::Ptr(Region::ArenaMemory));
        Some(op)
    }

    /// With s the sign as 0 or -1, `(x ^ s) - s` is the absolute value of x, and gives a value the
    /// sign s again. Division by zero comes out as BPF has it: a quotient of 0, a remainder of a.
    fn signed_division(&mut self, op: Binary, a: Value, b: Value, ty: Type) -> Op {
        let (sign_a, sign_b) = (self.sign(a, ty), self.sign(b, ty));
        let (abs_a, abs_b) = (self.with_sign(a, sign_a, ty), self.with_sign(b, sign_b, ty));
        let (plain, sign) = match op {
            Binary::Sdiv => (Binary::Udiv, self.binary(Binary::Xor, sign_a, sign_b, ty)),
            _ => (Binary::Urem, sign_a),
        };
        let result = self.binary(plain, abs_a, abs_b, ty);
        let flipped = self.binary(Binary::Xor, result, sign, ty);
        Op::Binary(Binary::Sub, flipped, sign)
    }

    fn sign(&mut self, a: Value, ty: Type) -> Value {
        let amount = self.constant(i64::from(ty.bits()) - 1, ty);
        self.binary(Binary::Ashr, a, amount, ty)
    }

    fn with_sign(&mut self, a: Value, sign: Value, ty: Type) -> Value {
        let flipped = self.binary(Binary::Xor, a, sign, ty);
        self.binary(Binary::Sub, flipped, sign, ty)
    }
}
