//! BPF machine code.

pub mod disasm;
pub mod insn;
pub mod opcode;
