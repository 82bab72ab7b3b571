//! One slot of machine code: fields, bytes, and a constructor for each thing a backend emits.
//!
//! Registers are numbers 0 to 10; offsets of jumps count slots from the next one. Constructors do
//! not check that an instruction is one the chosen instruction set has: the selector decides that.

use super::opcode::{AluOp, AtomicOp, JmpOp, Size, Width, class, mode, op, pseudo, source};

/// Bytes per slot.
pub const SLOT: usize = 8;

/// The frame pointer, read-only.
pub const FP: u8 = 10;

/// One 8-byte slot. A 64-bit immediate load takes two of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Insn {
    /// Class, operation and mode bits.
    pub opcode: u8,
    /// Destination register (4 bits).
    pub dst: u8,
    /// Source register (4 bits).
    pub src: u8,
    /// Memory offset in bytes, or jump distance in slots.
    pub off: i16,
    /// Immediate.
    pub imm: i32,
}

/// The second operand of arithmetic and comparisons.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Operand {
    /// A register.
    Reg(u8),
    /// An immediate, sign-extended to 64 bits by 64-bit operations.
    Imm(i32),
}

impl Operand {
    const fn fields(self) -> (u8, u8, i32) {
        match self {
            Self::Reg(reg) => (source::X, reg, 0),
            Self::Imm(imm) => (source::K, 0, imm),
        }
    }
}

/// The byte orders that a value can be converted to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ByteOrder {
    /// Big-endian: a swap on little-endian machines.
    Big,
    /// Little-endian: only truncates on little-endian machines.
    Little,
    /// The other one, whichever the machine has (v4).
    Swap,
}

impl Insn {
    /// The little-endian bytes of the slot.
    pub const fn encode(self) -> [u8; SLOT] {
        let [o0, o1] = self.off.to_le_bytes();
        let [i0, i1, i2, i3] = self.imm.to_le_bytes();
        [self.opcode, self.dst & 0xf | self.src << 4, o0, o1, i0, i1, i2, i3]
    }

    /// The slot in little-endian bytes. Every eight bytes are some slot.
    pub const fn decode(bytes: [u8; SLOT]) -> Self {
        let [opcode, regs, o0, o1, i0, i1, i2, i3] = bytes;
        Self {
            opcode,
            dst: regs & 0xf,
            src: regs >> 4,
            off: i16::from_le_bytes([o0, o1]),
            imm: i32::from_le_bytes([i0, i1, i2, i3]),
        }
    }

    /// `dst op= operand`, or the move `dst = operand`.
    pub const fn alu(width: Width, operation: AluOp, dst: u8, operand: Operand) -> Self {
        let (bit, src, imm) = operand.fields();
        Self { opcode: width.alu() | operation.code() | bit, dst, src, off: operation.off(), imm }
    }

    /// [`Self::alu`] on 64 bits.
    pub const fn alu64(operation: AluOp, dst: u8, operand: Operand) -> Self {
        Self::alu(Width::W64, operation, dst, operand)
    }

    /// [`Self::alu`] on 32 bits.
    pub const fn alu32(operation: AluOp, dst: u8, operand: Operand) -> Self {
        Self::alu(Width::W32, operation, dst, operand)
    }

    /// `dst = src`, 64 bits.
    pub const fn mov(dst: u8, src: u8) -> Self {
        Self::alu64(AluOp::Mov, dst, Operand::Reg(src))
    }

    /// `dst = imm`, sign-extended to 64 bits.
    pub const fn mov_imm(dst: u8, imm: i32) -> Self {
        Self::alu64(AluOp::Mov, dst, Operand::Imm(imm))
    }

    /// `dst = src` with the low `size` of `src` sign-extended to `width` (v4).
    pub const fn movsx(width: Width, size: Size, dst: u8, src: u8) -> Self {
        let off = 8 * size.bytes() as i16;
        Self { off, ..Self::alu(width, AluOp::Mov, dst, Operand::Reg(src)) }
    }

    /// `dst =` what is at the address `src` in the program's arena: from address space 1 to 0 (`addr_space_cast`
    /// of Documentation/bpf/standardization/instruction-set.rst).
    pub const fn arena(dst: u8, src: u8) -> Self {
        let to_from = 1;
        Self { off: 1, imm: to_from, ..Self::mov(dst, src) }
    }

    /// `dst = -dst`.
    pub const fn neg(width: Width, dst: u8) -> Self {
        Self { opcode: width.alu() | op::NEG, dst, src: 0, off: 0, imm: 0 }
    }

    /// `dst` to another byte order; the bits above `size` become 0.
    pub const fn endian(order: ByteOrder, size: Size, dst: u8) -> Self {
        let bits = match order {
            ByteOrder::Big => class::ALU | source::X,
            ByteOrder::Little => class::ALU | source::K,
            ByteOrder::Swap => class::ALU64,
        };
        Self { opcode: bits | op::END, dst, src: 0, off: 0, imm: 8 * size.bytes() as i32 }
    }

    /// `dst = *(size *)(src + off)`, extended with zeroes.
    pub const fn load(size: Size, dst: u8, src: u8, off: i16) -> Self {
        Self { opcode: class::LDX | mode::MEM | size.code(), dst, src, off, imm: 0 }
    }

    /// `dst = *(size *)(src + off)`, extended with the sign (v4; not for 8 bytes).
    pub const fn load_signed(size: Size, dst: u8, src: u8, off: i16) -> Self {
        Self { opcode: class::LDX | mode::MEMSX | size.code(), dst, src, off, imm: 0 }
    }

    /// `*(size *)(dst + off) = src`.
    pub const fn store(size: Size, dst: u8, off: i16, src: u8) -> Self {
        Self { opcode: class::STX | mode::MEM | size.code(), dst, src, off, imm: 0 }
    }

    /// `*(size *)(dst + off) = imm`, sign-extended for 8 bytes.
    pub const fn store_imm(size: Size, dst: u8, off: i16, imm: i32) -> Self {
        Self { opcode: class::ST | mode::MEM | size.code(), dst, src: 0, off, imm }
    }

    /// An atomic operation on `*(size *)(dst + off)`; `size` is `W` or `D`.
    pub const fn atomic(operation: AtomicOp, size: Size, dst: u8, off: i16, src: u8) -> Self {
        let opcode = class::STX | mode::ATOMIC | size.code();
        Self { opcode, dst, src, off, imm: operation.imm() }
    }

    /// `dst = value`, over two slots.
    pub const fn load_imm64(dst: u8, value: u64) -> [Self; 2] {
        Self::load_pseudo(dst, 0, value as i32, (value >> 32) as i32)
    }

    /// `dst =` the map whose file descriptor the loader puts in.
    pub const fn load_map(dst: u8, fd: i32) -> [Self; 2] {
        Self::load_pseudo(dst, pseudo::MAP_FD, fd, 0)
    }

    /// `dst =` the address `offset` bytes into the only value of a map.
    pub const fn load_map_value(dst: u8, fd: i32, offset: i32) -> [Self; 2] {
        Self::load_pseudo(dst, pseudo::MAP_VALUE, fd, offset)
    }

    /// `dst =` the function `distance` slots from the second slot of this load.
    pub const fn load_function(dst: u8, distance: i32) -> [Self; 2] {
        Self::load_pseudo(dst, pseudo::FUNC, distance, 0)
    }

    const fn load_pseudo(dst: u8, src: u8, imm: i32, high: i32) -> [Self; 2] {
        let opcode = class::LD | mode::IMM | Size::D.code();
        [Self { opcode, dst, src, off: 0, imm }, Self { opcode: 0, dst: 0, src: 0, off: 0, imm: high }]
    }

    /// Whether this is the first slot of a two-slot load.
    pub const fn is_wide(self) -> bool {
        self.opcode == class::LD | mode::IMM | Size::D.code()
    }

    /// Whether this is a call of any kind.
    pub const fn is_call(self) -> bool {
        self.opcode == class::JMP | op::CALL
    }

    /// `if dst op operand goto off`.
    pub const fn jump(width: Width, operation: JmpOp, dst: u8, operand: Operand, off: i16) -> Self {
        let (bit, src, imm) = operand.fields();
        Self { opcode: width.jump() | operation.code() | bit, dst, src, off, imm }
    }

    /// `goto off`.
    pub const fn ja(off: i16) -> Self {
        Self { opcode: class::JMP | op::JA, dst: 0, src: 0, off, imm: 0 }
    }

    /// `gotol off`, with 32 bits of distance (v4).
    pub const fn gotol(off: i32) -> Self {
        Self { opcode: class::JMP32 | op::JA, dst: 0, src: 0, off: 0, imm: off }
    }

    /// Calls helper `number`.
    pub const fn call_helper(number: i32) -> Self {
        Self::call(pseudo::HELPER, 0, number)
    }

    /// Calls the kernel function with this BTF id; `module` is 0 for the kernel's own, otherwise
    /// the index of the module's BTF in the load's array of file descriptors.
    pub const fn call_kfunc(btf_id: i32, module: i16) -> Self {
        Self::call(pseudo::KFUNC_CALL, module, btf_id)
    }

    /// Calls the function `distance` slots from the next instruction; -1 when a relocation says
    /// which function.
    pub const fn call_function(distance: i32) -> Self {
        Self::call(pseudo::CALL, 0, distance)
    }

    const fn call(src: u8, off: i16, imm: i32) -> Self {
        Self { opcode: class::JMP | op::CALL, dst: 0, src, off, imm }
    }

    /// Returns from the function.
    pub const fn exit() -> Self {
        Self { opcode: class::JMP | op::EXIT, dst: 0, src: 0, off: 0, imm: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_those_of_the_kernel_documentation() {
        assert_eq!(Insn::mov_imm(0, 1).encode(), [0xb7, 0, 0, 0, 1, 0, 0, 0]);
        assert_eq!(Insn::mov(2, FP).encode(), [0xbf, 0xa2, 0, 0, 0, 0, 0, 0]);
        assert_eq!(Insn::store_imm(Size::W, FP, -4, 0).encode(), [0x62, 0x0a, 0xfc, 0xff, 0, 0, 0, 0]);
        assert_eq!(Insn::load_map(1, 0)[0].encode(), [0x18, 0x11, 0, 0, 0, 0, 0, 0]);
        let add = Insn::atomic(AtomicOp::Add, Size::D, 0, 0, 1);
        assert_eq!(add.encode(), [0xdb, 0x10, 0, 0, 0, 0, 0, 0]);
        let jump = Insn::jump(Width::W64, JmpOp::Eq, 0, Operand::Imm(0), 2);
        assert_eq!(jump.encode(), [0x15, 0, 2, 0, 0, 0, 0, 0]);
        assert_eq!(Insn::endian(ByteOrder::Big, Size::H, 1).encode(), [0xdc, 1, 0, 0, 16, 0, 0, 0]);
        assert_eq!(Insn::exit().encode(), [0x95, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn decoding_undoes_encoding() {
        for opcode in 0..=255u8 {
            let insn = Insn { opcode, dst: 9, src: 10, off: -300, imm: i32::MIN + 7 };
            assert_eq!(Insn::decode(insn.encode()), insn);
        }
    }

    #[test]
    fn the_inverse_of_the_inverse_is_the_comparison() {
        for op in JmpOp::ALL.iter().filter(|o| o.inverse().is_some()) {
            assert_eq!(op.inverse().and_then(JmpOp::inverse), Some(*op));
        }
    }
}
