//! Loads, stores and atomic operations, and the addresses that they have room for.

use regalloc2::{Operand, VReg};

use super::{Selector, ops::atomic_op, size};
use crate::{
    bpf::{
        machine::{Base, Inst as Machine, Source},
        opcode::{AluOp, Width},
    },
    driver::Cpu,
    ir::{Atomic, Region, Type, Value},
};

impl Selector<'_> {
    /// An address: base, offset that an instruction has room for, register if the base is one.
    pub(super) fn address(&mut self, ptr: Value, offset: i32) -> (Base, i16, Option<VReg>) {
        if let Some((slot, inner)) = self.slot(ptr)
            && let Ok(offset) = i16::try_from(inner.saturating_add(offset))
        {
            return (Base::Slot(slot), offset, None);
        }
        if let Ok(offset) = i16::try_from(offset) {
            return (Base::Reg, offset, Some(self.reg(ptr)));
        }
        let (a, d) = (self.reg(ptr), self.code.vreg());
        let operands = [Operand::reg_reuse_def(d, 1), Operand::reg_use(a)];
        self.push(Machine::Alu(Width::W64, AluOp::Add, Source::Imm(offset)), &operands);
        (Base::Reg, 0, Some(d))
    }

    pub(super) fn load(&mut self, bytes: u8, ptr: Value, offset: i32, d: Value) {
        if let (Some((base, core, answer)), 0) = (self.core_address(ptr), offset)
            && let Ok(answer) = i16::try_from(answer)
        {
            let operands = [Operand::reg_def(self.define(d)), Operand::reg_use(self.reg(base))];
            return self.push(Machine::LoadCore(size(bytes), core, answer), &operands);
        }
        let (base, offset, reg) = self.address(ptr, offset);
        let mut operands = vec![Operand::reg_def(self.define(d))];
        operands.extend(reg.map(Operand::reg_use));
        self.push(Machine::Load(size(bytes), base, offset), &operands);
    }

    pub(super) fn store(&mut self, bytes: u8, ptr: Value, offset: i32, value: Value) {
        let (base, offset, reg) = self.address(ptr, offset);
        let mut operands: Vec<Operand> = reg.map(Operand::reg_use).into_iter().collect();
        if let Some(immediate) = self.stored_immediate(bytes, ptr, value) {
            return self.push(Machine::StoreImm(size(bytes), base, offset, immediate), &operands);
        }
        operands.push(Operand::reg_use(self.reg(value)));
        self.push(Machine::Store(size(bytes), base, offset), &operands);
    }

    /// The constant to store, where the instruction can hold it. Contexts take immediates only
    /// since Linux 6.4 (commit 0d80a619c113), which has the v4 instructions' neighbours.
    pub(super) fn stored_immediate(&self, bytes: u8, ptr: Value, value: Value) -> Option<i32> {
        if self.f.ty(ptr) == Type::Ptr(Region::Ctx) && self.cpu < Cpu::V4 {
            return None;
        }
        let constant = self.f.constant(value)?;
        match bytes {
            8 => i32::try_from(constant).ok(),
            _ => Some(constant as i32),
        }
    }

    pub(super) fn atomic(
        &mut self,
        op: Atomic,
        bytes: u8,
        (ptr, offset): (Value, i32),
        value: Value,
        d: Option<Value>,
    ) {
        let (ptr, offset) = self.near(ptr, offset);
        let value = self.reg(value);
        let inst = Machine::Atomic(atomic_op(op, d.is_some()), size(bytes), offset, d.is_some());
        let uses = [Operand::reg_use(ptr), Operand::reg_use(value)];
        match d {
            Some(d) => {
                let d = Operand::reg_reuse_def(self.define(d), 2);
                self.push(inst, &[d, uses[0], uses[1]]);
            }
            None => self.push(inst, &uses),
        }
    }

    /// An address in a register and an offset that an instruction has room for.
    pub(super) fn near(&mut self, ptr: Value, offset: i32) -> (VReg, i16) {
        let ptr = self.reg(ptr);
        if let Ok(offset) = i16::try_from(offset) {
            return (ptr, offset);
        }
        let d = self.code.vreg();
        let operands = [Operand::reg_reuse_def(d, 1), Operand::reg_use(ptr)];
        self.push(Machine::Alu(Width::W64, AluOp::Add, Source::Imm(offset)), &operands);
        (d, 0)
    }
}
