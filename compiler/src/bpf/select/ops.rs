//! Operations of the SSA and of the machine, side by side.

use crate::{
    bpf::opcode::{AluOp, AtomicOp, JmpOp},
    ir::{Atomic, Binary, Cond},
};

pub fn alu_op(op: Binary) -> AluOp {
    match op {
        Binary::Add => AluOp::Add,
        Binary::Sub => AluOp::Sub,
        Binary::Mul => AluOp::Mul,
        Binary::Udiv => AluOp::Div,
        Binary::Sdiv => AluOp::SDiv,
        Binary::Urem => AluOp::Mod,
        Binary::Srem => AluOp::SMod,
        Binary::And => AluOp::And,
        Binary::Or => AluOp::Or,
        Binary::Xor => AluOp::Xor,
        Binary::Shl => AluOp::Lsh,
        Binary::Lshr => AluOp::Rsh,
        Binary::Ashr => AluOp::Arsh,
    }
}

pub fn jmp_op(cond: Cond) -> JmpOp {
    match cond {
        Cond::Eq => JmpOp::Eq,
        Cond::Ne => JmpOp::Ne,
        Cond::Ult => JmpOp::Lt,
        Cond::Ule => JmpOp::Le,
        Cond::Ugt => JmpOp::Gt,
        Cond::Uge => JmpOp::Ge,
        Cond::Slt => JmpOp::Slt,
        Cond::Sle => JmpOp::Sle,
        Cond::Sgt => JmpOp::Sgt,
        Cond::Sge => JmpOp::Sge,
    }
}

pub fn atomic_op(op: Atomic, fetch: bool) -> AtomicOp {
    match (op, fetch) {
        (Atomic::Add, false) => AtomicOp::Add,
        (Atomic::Or, false) => AtomicOp::Or,
        (Atomic::And, false) => AtomicOp::And,
        (Atomic::Xor, false) => AtomicOp::Xor,
        (Atomic::Exchange, _) => AtomicOp::Xchg,
        (Atomic::Add, true) => AtomicOp::FetchAdd,
        (Atomic::Or, true) => AtomicOp::FetchOr,
        (Atomic::And, true) => AtomicOp::FetchAnd,
        (Atomic::Xor, true) => AtomicOp::FetchXor,
    }
}
