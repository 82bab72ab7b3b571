//! Instructions, as the kernel reads them (`struct bpf_insn`).

/// An instruction; those that load 64 bits take two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Insn {
    /// What it does.
    pub(crate) code: u8,
    /// The destination in the lower half, the source in the upper.
    pub(crate) registers: u8,
    /// A distance, in bytes of memory or in instructions.
    pub(crate) offset: i16,
    /// A number.
    pub(crate) imm: i32,
}

/// `BPF_JMP | BPF_CALL`
pub(crate) const CALL: u8 = 0x85;
/// `BPF_LD | BPF_IMM | BPF_DW`, the first of two.
pub(crate) const LOAD_64: u8 = 0x18;

/// `BPF_ALU64 | BPF_MOV | BPF_X`
const MOVE_64: u8 = 0xbf;

/// What the source register of [`CALL`] and [`LOAD_64`] says of the number (include/uapi/linux/bpf.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Pseudo {
    /// A helper, or a plain number.
    None = 0,
    /// `BPF_PSEUDO_MAP_FD`, and of calls `BPF_PSEUDO_CALL`.
    MapOrCall = 1,
    /// `BPF_PSEUDO_MAP_VALUE`, and of calls `BPF_PSEUDO_KFUNC_CALL`.
    ValueOrKernel = 2,
    /// `BPF_PSEUDO_BTF_ID`
    BtfId = 3,
    /// `BPF_PSEUDO_FUNC`
    Function = 4,
}

impl Insn {
    /// Bytes of an instruction.
    pub(crate) const BYTES: usize = 8;

    /// From the bytes of an object of this machine's byte order.
    pub(crate) fn read(bytes: &[u8; Self::BYTES]) -> Self {
        let [code, registers, o0, o1, i0, i1, i2, i3] = *bytes;
        let (offset, imm) = (i16::from_ne_bytes([o0, o1]), i32::from_ne_bytes([i0, i1, i2, i3]));
        Self { code, registers, offset, imm }
    }

    /// As the kernel takes it.
    pub(crate) fn word(self) -> u64 {
        let ([o0, o1], [i0, i1, i2, i3]) = (self.offset.to_ne_bytes(), self.imm.to_ne_bytes());
        u64::from_ne_bytes([self.code, self.registers, o0, o1, i0, i1, i2, i3])
    }

    /// The source register.
    pub(crate) fn source(self) -> u8 {
        if cfg!(target_endian = "big") { self.registers & 0xf } else { self.registers >> 4 }
    }

    /// The destination register.
    pub(crate) fn destination(self) -> u8 {
        if cfg!(target_endian = "big") { self.registers >> 4 } else { self.registers & 0xf }
    }

    /// Says what the number is.
    pub(crate) fn set_source(&mut self, pseudo: Pseudo) {
        let (own, new) = (self.registers, pseudo as u8);
        self.registers = if cfg!(target_endian = "big") { own & 0xf0 | new } else { own & 0x0f | new << 4 };
    }

    /// Whether it casts an address to or from an arena's (`addr_space_cast`).
    pub(crate) fn is_cast(self) -> bool {
        self.code == MOVE_64 && self.offset == 1
    }

    /// Whether it calls a function of the object.
    pub(crate) fn is_call(self) -> bool {
        self.code == CALL && self.source() == Pseudo::MapOrCall as u8
    }
}
