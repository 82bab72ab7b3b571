//! The numbers of the BPF instruction set, as tables: what an operation is called, how it is
//! written and what its bits are. Both the constructors of [`insn`](super::insn) and the
//! [disassembler](super::disasm) read these rows and nothing else knows the numbers.
//!
//! Source: Documentation/bpf/standardization/instruction-set.rst and include/uapi/linux/bpf.h.

/// Instruction class, the low three bits of an opcode.
pub mod class {
    /// Loads that fit no other class: the 64-bit immediate, packet access of socket filters.
    pub const LD: u8 = 0x00;
    /// Load from memory into a register.
    pub const LDX: u8 = 0x01;
    /// Store an immediate.
    pub const ST: u8 = 0x02;
    /// Store a register; atomic operations.
    pub const STX: u8 = 0x03;
    /// 32-bit arithmetic; the upper half of the destination becomes 0.
    pub const ALU: u8 = 0x04;
    /// Jumps on 64-bit comparisons, calls, exit.
    pub const JMP: u8 = 0x05;
    /// Jumps on 32-bit comparisons (v3); the long jump (v4).
    pub const JMP32: u8 = 0x06;
    /// 64-bit arithmetic.
    pub const ALU64: u8 = 0x07;
    /// The bits that hold the class.
    pub const MASK: u8 = 0x07;
}

/// Mode of a load or store, the high three bits of an opcode.
pub mod mode {
    /// 64-bit immediate, over two slots.
    pub const IMM: u8 = 0x00;
    /// Packet access at a constant offset (socket filters).
    pub const ABS: u8 = 0x20;
    /// Packet access at a register's offset (socket filters).
    pub const IND: u8 = 0x40;
    /// Plain memory access.
    pub const MEM: u8 = 0x60;
    /// Load with sign extension (v4).
    pub const MEMSX: u8 = 0x80;
    /// Atomic operation.
    pub const ATOMIC: u8 = 0xc0;
    /// The bits that hold the mode.
    pub const MASK: u8 = 0xe0;
}

/// The bit that says whether the second operand is an immediate or a register.
pub mod source {
    /// Immediate. For byte order: to little-endian.
    pub const K: u8 = 0x00;
    /// Register. For byte order: to big-endian.
    pub const X: u8 = 0x08;
}

/// Operations (the high four bits) that have their own shape, so that no table holds them.
pub mod op {
    /// Arithmetic negation.
    pub const NEG: u8 = 0x80;
    /// Byte order conversion.
    pub const END: u8 = 0xd0;
    /// Unconditional jump.
    pub const JA: u8 = 0x00;
    /// Call.
    pub const CALL: u8 = 0x80;
    /// Return from the function.
    pub const EXIT: u8 = 0x90;
    /// The bits that hold the operation.
    pub const MASK: u8 = 0xf0;
}

/// What the source register field of a two-slot load and of a call says about the immediate.
pub mod pseudo {
    /// The immediate is a map's file descriptor (load).
    pub const MAP_FD: u8 = 1;
    /// The immediate is a map's file descriptor, the second an offset into its value (load).
    pub const MAP_VALUE: u8 = 2;
    /// The immediate is a kernel variable's BTF id (load).
    pub const BTF_ID: u8 = 3;
    /// The immediate is the distance of a function (load).
    pub const FUNC: u8 = 4;
    /// The immediate is a helper's number (call).
    pub const HELPER: u8 = 0;
    /// The immediate is the distance of a function in slots from the next one (call).
    pub const CALL: u8 = 1;
    /// The immediate is a kernel function's BTF id (call).
    pub const KFUNC_CALL: u8 = 2;
}

/// How wide an arithmetic operation or comparison is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Width {
    /// 32 bits; a result is extended with zeroes.
    W32,
    /// 64 bits.
    W64,
}

impl Width {
    /// How a register of this width is spelt: `w` or `r`.
    pub const fn prefix(self) -> char {
        match self {
            Self::W32 => 'w',
            Self::W64 => 'r',
        }
    }

    /// The class of arithmetic of this width.
    pub const fn alu(self) -> u8 {
        match self {
            Self::W32 => class::ALU,
            Self::W64 => class::ALU64,
        }
    }

    /// The class of jumps of this width.
    pub const fn jump(self) -> u8 {
        match self {
            Self::W32 => class::JMP32,
            Self::W64 => class::JMP,
        }
    }
}

/// Declares an enum whose variants are rows of a table: `Variant "text" column, …;`. The types of
/// the columns follow the enum's name; `row()` is the whole row, its text first.
macro_rules! table {
    ($(#[$meta:meta])* $name:ident: $row:ty;
     $($(#[$doc:meta])* $variant:ident $text:literal $($value:expr),+;)+) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// Every row, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            const fn row(self) -> &'static $row {
                const ROWS: &[$row] = &[$(($text, $($value),+)),+];
                &ROWS[self as usize]
            }

            /// How it is written.
            pub const fn text(self) -> &'static str {
                self.row().0
            }
        }
    };
}

table! {
    /// Size of a memory access.
    Size: (&'static str, u8, u32);
    /// 8 bits.
    B "8" 0x10, 1;
    /// 16 bits.
    H "16" 0x08, 2;
    /// 32 bits.
    W "32" 0x00, 4;
    /// 64 bits.
    D "64" 0x18, 8;
}

impl Size {
    /// The bits that hold the size.
    pub const MASK: u8 = 0x18;

    /// Its bits in the opcode.
    pub const fn code(self) -> u8 {
        self.row().1
    }

    /// Bytes accessed.
    pub const fn bytes(self) -> u32 {
        self.row().2
    }

    /// The size of so many bytes: 1, 2, 4 or 8.
    pub fn from_bytes(bytes: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| s.bytes() == bytes)
    }

    /// The size in an opcode; the two bits have no other meaning.
    pub fn of(opcode: u8) -> Self {
        let is = |s: &Self| s.code() == opcode & Self::MASK;
        Self::ALL.iter().copied().find(is).unwrap_or(Self::D)
    }
}

table! {
    /// Binary arithmetic, `dst = dst op operand`, and the move.
    AluOp: (&'static str, u8, i16);
    /// Addition.
    Add "+=" 0x00, 0;
    /// Subtraction.
    Sub "-=" 0x10, 0;
    /// Multiplication.
    Mul "*=" 0x20, 0;
    /// Unsigned division; by 0 it gives 0.
    Div "/=" 0x30, 0;
    /// Bitwise or.
    Or "|=" 0x40, 0;
    /// Bitwise and.
    And "&=" 0x50, 0;
    /// Shift left, the count taken modulo the width.
    Lsh "<<=" 0x60, 0;
    /// Logical shift right.
    Rsh ">>=" 0x70, 0;
    /// Unsigned remainder; by 0 it leaves the dividend.
    Mod "%=" 0x90, 0;
    /// Bitwise exclusive or.
    Xor "^=" 0xa0, 0;
    /// Move.
    Mov "=" 0xb0, 0;
    /// Arithmetic shift right.
    Arsh "s>>=" 0xc0, 0;
    /// Signed division (v4).
    SDiv "s/=" 0x30, 1;
    /// Signed remainder (v4).
    SMod "s%=" 0x90, 1;
}

impl AluOp {
    /// Its bits in the opcode.
    pub const fn code(self) -> u8 {
        self.row().1
    }

    /// What the offset field holds; it tells signed from unsigned division.
    pub const fn off(self) -> i16 {
        self.row().2
    }

    /// The operation with these bits and this offset.
    pub fn find(opcode: u8, off: i16) -> Option<Self> {
        Self::ALL.iter().copied().find(|o| o.code() == opcode & op::MASK && o.off() == off)
    }
}

table! {
    /// Comparisons of conditional jumps.
    JmpOp: (&'static str, u8, Option<JmpOp>);
    /// Equal.
    Eq "==" 0x10, Some(JmpOp::Ne);
    /// Unsigned greater.
    Gt ">" 0x20, Some(JmpOp::Le);
    /// Unsigned greater or equal.
    Ge ">=" 0x30, Some(JmpOp::Lt);
    /// Any common bit; it has no inverse.
    Set "&" 0x40, None;
    /// Not equal.
    Ne "!=" 0x50, Some(JmpOp::Eq);
    /// Signed greater.
    Sgt "s>" 0x60, Some(JmpOp::Sle);
    /// Signed greater or equal.
    Sge "s>=" 0x70, Some(JmpOp::Slt);
    /// Unsigned less (v2).
    Lt "<" 0xa0, Some(JmpOp::Ge);
    /// Unsigned less or equal (v2).
    Le "<=" 0xb0, Some(JmpOp::Gt);
    /// Signed less (v2).
    Slt "s<" 0xc0, Some(JmpOp::Sge);
    /// Signed less or equal (v2).
    Sle "s<=" 0xd0, Some(JmpOp::Sgt);
}

impl JmpOp {
    /// Its bits in the opcode.
    pub const fn code(self) -> u8 {
        self.row().1
    }

    /// The comparison that is true exactly when this one is not.
    pub const fn inverse(self) -> Option<Self> {
        self.row().2
    }

    /// The comparison with these bits.
    pub fn find(opcode: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|o| o.code() == opcode & op::MASK)
    }
}

table! {
    /// Atomic operations on 4 or 8 bytes of memory. All but the plain four need v3.
    AtomicOp: (&'static str, i32);
    /// Add.
    Add "+=" 0x00;
    /// Or.
    Or "|=" 0x40;
    /// And.
    And "&=" 0x50;
    /// Exclusive or.
    Xor "^=" 0xa0;
    /// Add; the source register receives the value from before.
    FetchAdd "atomic_fetch_add" 0x01;
    /// Or; the source register receives the value from before.
    FetchOr "atomic_fetch_or" 0x41;
    /// And; the source register receives the value from before.
    FetchAnd "atomic_fetch_and" 0x51;
    /// Exclusive or; the source register receives the value from before.
    FetchXor "atomic_fetch_xor" 0xa1;
    /// Exchange memory and source register.
    Xchg "xchg" 0xe1;
    /// Store the source register if memory equals r0; r0 receives the value from before.
    Cmpxchg "cmpxchg" 0xf1;
}

impl AtomicOp {
    /// The bit that asks for the value from before.
    pub const FETCH: i32 = 0x01;

    /// The immediate that selects it.
    pub const fn imm(self) -> i32 {
        self.row().1
    }

    /// The operation that `imm` selects.
    pub fn find(imm: i32) -> Option<Self> {
        Self::ALL.iter().copied().find(|o| o.imm() == imm)
    }
}
