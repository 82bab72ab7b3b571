//! Instructions and terminators.

use super::{AsmId, Block, Func, Slot, Value};
use crate::hir::{CoreId, GlobalId, KfuncId, KsymId, MapId};

/// The operands of a call, at most five.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Args {
    values: [Option<Value>; 5],
}

impl Args {
    /// The operands `values`; those beyond the fifth are dropped, for the ABI has no place for them.
    pub fn new(values: &[Value]) -> Self {
        let mut args = Self { values: [None; 5] };
        args.values.iter_mut().zip(values).for_each(|(slot, value)| *slot = Some(*value));
        args
    }

    /// The operands in order.
    pub fn iter(&self) -> impl Iterator<Item = Value> {
        self.values.into_iter().flatten()
    }
}

/// What an instruction does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    /// A constant; of a pointer type, null.
    Const(i64),
    /// Arithmetic on operands of the result's type.
    Binary(Binary, Value, Value),
    /// 1 if the comparison holds, else 0; an `i32`.
    Compare(Cond, Value, Value),
    /// `i32` to `i64`, with zero above.
    Zext(Value),
    /// `i32` to `i64`, repeating the sign.
    Sext(Value),
    /// `i64` to `i32`, the low half.
    Trunc(Value),
    /// The low 8, 16 or 32 bits with their sign repeated up to the result's width.
    SextLow(u8, Value),
    /// The low 2, 4 or 8 bytes in reverse order, zero above.
    Swap(u8, Value),
    /// A pointer, an `i64` number of bytes further.
    Advance(Value, Value),
    /// How many bytes the first packet pointer is beyond the second, an `i64`.
    Distance(Value, Value),
    /// The address of a stack object.
    SlotAddr(Slot),
    /// A map.
    MapAddr(MapId),
    /// The address of a global.
    GlobalAddr(GlobalId),
    /// The answer to a question about a kernel struct, an `i64`: as the compiler knows it, until
    /// the loader puts in the running kernel's.
    Core(CoreId, u32),
    /// The address of a function of the module, for helpers that call it.
    FuncAddr(Func),
    /// The address of a symbol of the kernel's.
    KsymAddr(KsymId),
    /// An `i64` as the address in an arena that it is, or such an address as an `i64`.
    Same(Value),
    /// An integer in a register of its own that the verifier does not link with the operand's: what a branch says of
    /// one it does not learn of the other.
    Apart(Value),
    /// What is at an address in an arena, for accesses.
    Arena(Value),
    /// Names a map, so that the verifier knows which arena a program has.
    UseMap(MapId),
    /// 1, 2, 4 or 8 bytes at pointer plus offset, zero-extended to the result's width.
    Load {
        /// How many bytes.
        bytes: u8,
        /// The address.
        ptr: Value,
        /// Bytes from there.
        offset: i32,
    },
    /// Stores the low 1, 2, 4 or 8 bytes of a value.
    Store {
        /// How many bytes.
        bytes: u8,
        /// The address.
        ptr: Value,
        /// Bytes from there.
        offset: i32,
        /// What to store.
        value: Value,
    },
    /// An atomic operation on 4 or 8 bytes; has the old value as its result if `fetch`.
    Atomic {
        /// Which.
        op: Atomic,
        /// How many bytes.
        bytes: u8,
        /// The address.
        ptr: Value,
        /// Bytes from there.
        offset: i32,
        /// The operand.
        value: Value,
        /// Whether there is a result.
        fetch: bool,
    },
    /// Stores `new` where the 4 or 8 bytes hold `old`; the result is what was there.
    CompareExchange {
        /// How many bytes.
        bytes: u8,
        /// The address.
        ptr: Value,
        /// Bytes from there.
        offset: i32,
        /// What must be there.
        old: Value,
        /// What to put there.
        new: Value,
    },
    /// A function of the kernel's. The result is an `i64` or a pointer.
    Kfunc(KfuncId, Args),
    /// A helper, by number. The result is an `i64` or a pointer.
    Call(u32, Args),
    /// A function of the module.
    CallFunction(Func, Args),
    /// Raw instructions; the operands are the values of the registers that the compiler picks. The
    /// result, if there is one, is an `i64`.
    Asm(AsmId, Args),
}

/// What an instruction may do besides giving a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Effect {
    /// Nothing; the value depends on operands only.
    Pure,
    /// The value depends on memory.
    Reads,
    /// It changes something.
    Writes,
}

impl Op {
    /// Its effect.
    pub fn effect(&self) -> Effect {
        match self {
            Self::Load { .. } => Effect::Reads,
            Self::Store { .. } | Self::Atomic { .. } | Self::CompareExchange { .. } => Effect::Writes,
            Self::Call(..) | Self::CallFunction(..) | Self::Kfunc(..) | Self::Asm(..) => Effect::Writes,
            Self::UseMap(_) => Effect::Writes,
            _ => Effect::Pure,
        }
    }

    /// Calls `f` with each operand, in order.
    pub fn each_operand(&self, mut f: impl FnMut(Value)) {
        let mut copy = *self;
        copy.map_operands(|value| {
            f(value);
            value
        });
    }

    /// Replaces each operand by what `f` makes of it, in order.
    pub fn map_operands(&mut self, mut f: impl FnMut(Value) -> Value) {
        match self {
            Self::Const(_) | Self::SlotAddr(_) | Self::MapAddr(_) | Self::GlobalAddr(_) => {}
            Self::Core(..) | Self::FuncAddr(_) | Self::KsymAddr(_) | Self::UseMap(_) => {}
            Self::Same(a) | Self::Apart(a) | Self::Arena(a) => *a = f(*a),
            Self::Zext(a) | Self::Sext(a) | Self::Trunc(a) | Self::SextLow(_, a) | Self::Swap(_, a) => {
                *a = f(*a);
            }
            Self::Load { ptr, .. } => *ptr = f(*ptr),
            Self::Binary(_, a, b) | Self::Compare(_, a, b) | Self::Advance(a, b) | Self::Distance(a, b) => {
                *a = f(*a);
                *b = f(*b);
            }
            Self::Store { ptr, value, .. } | Self::Atomic { ptr, value, .. } => {
                *ptr = f(*ptr);
                *value = f(*value);
            }
            Self::CompareExchange { ptr, old, new, .. } => {
                *ptr = f(*ptr);
                *old = f(*old);
                *new = f(*new);
            }
            Self::Call(_, args) | Self::CallFunction(_, args) | Self::Kfunc(_, args) | Self::Asm(_, args) => {
                args.values.iter_mut().flatten().for_each(|value| *value = f(*value));
            }
        }
    }
}

macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($variant:ident $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[allow(missing_docs)]
        pub enum $name { $($variant),+ }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its name in the text form.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The one called `name` in the text form.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|op| op.name() == name)
            }
        }
    };
}

named! {
    /// A binary operation. The signed division truncates; remainders have the dividend's sign.
    Binary {
        Add "add", Sub "sub", Mul "mul",
        Udiv "udiv", Sdiv "sdiv", Urem "urem", Srem "srem",
        And "and", Or "or", Xor "xor",
        Shl "shl", Lshr "lshr", Ashr "ashr",
    }
}

named! {
    /// A comparison of operands of one type.
    Cond {
        Eq "eq", Ne "ne",
        Ult "ult", Ule "ule", Ugt "ugt", Uge "uge",
        Slt "slt", Sle "sle", Sgt "sgt", Sge "sge",
    }
}

named! {
    /// An atomic operation.
    Atomic { Add "add", Or "or", And "and", Xor "xor", Exchange "xchg", }
}

/// A binary operation at one width, as BPF does it: division by zero gives 0, a remainder by zero
/// the dividend, and shift amounts are taken modulo the width.
macro_rules! compute {
    ($op:expr, $a:expr, $b:expr, $unsigned:ty, $signed:ty) => {{
        let (a, b) = ($a, $b);
        let (ua, ub) = (a as $unsigned, b as $unsigned);
        match $op {
            Binary::Add => a.wrapping_add(b),
            Binary::Sub => a.wrapping_sub(b),
            Binary::Mul => a.wrapping_mul(b),
            Binary::Udiv => ua.checked_div(ub).unwrap_or(0) as $signed,
            Binary::Urem => ua.checked_rem(ub).unwrap_or(ua) as $signed,
            Binary::Sdiv if b == 0 => 0,
            Binary::Sdiv => a.wrapping_div(b),
            Binary::Srem if b == 0 => a,
            Binary::Srem => a.wrapping_rem(b),
            Binary::And => a & b,
            Binary::Or => a | b,
            Binary::Xor => a ^ b,
            Binary::Shl => a.wrapping_shl(ub as u32),
            Binary::Lshr => ua.wrapping_shr(ub as u32) as $signed,
            Binary::Ashr => a.wrapping_shr(ub as u32),
        }
    }};
}

impl Binary {
    /// Whether the operands may be exchanged.
    pub fn commutes(self) -> bool {
        use Binary::*;
        matches!(self, Add | Mul | And | Or | Xor)
    }

    /// The result on constants of `bits` bits, sign-extended to 64.
    pub fn eval(self, a: i64, b: i64, bits: u32) -> i64 {
        match bits {
            32 => compute!(self, a as i32, b as i32, u32, i32).into(),
            _ => compute!(self, a, b, u64, i64),
        }
    }
}

impl Cond {
    /// The comparison that holds when this one does not.
    pub fn inverted(self) -> Self {
        use Cond::*;
        match self {
            Eq => Ne,
            Ne => Eq,
            Ult => Uge,
            Uge => Ult,
            Ule => Ugt,
            Ugt => Ule,
            Slt => Sge,
            Sge => Slt,
            Sle => Sgt,
            Sgt => Sle,
        }
    }

    /// The same comparison with its operands exchanged.
    pub fn swapped(self) -> Self {
        use Cond::*;
        match self {
            Eq | Ne => self,
            Ult => Ugt,
            Ugt => Ult,
            Ule => Uge,
            Uge => Ule,
            Slt => Sgt,
            Sgt => Slt,
            Sle => Sge,
            Sge => Sle,
        }
    }

    /// Whether it reads its operands as two's complement.
    pub fn is_signed(self) -> bool {
        matches!(self, Self::Slt | Self::Sle | Self::Sgt | Self::Sge)
    }

    /// Whether a value compares so to itself.
    pub fn reflexive(self) -> bool {
        use Cond::*;
        matches!(self, Eq | Ule | Uge | Sle | Sge)
    }

    /// The result on constants, sign-extended to 64 bits from whatever their width.
    pub fn eval(self, a: i64, b: i64) -> bool {
        let (ua, ub) = (a as u64, b as u64);
        match self {
            Self::Eq => a == b,
            Self::Ne => a != b,
            Self::Ult => ua < ub,
            Self::Ule => ua <= ub,
            Self::Ugt => ua > ub,
            Self::Uge => ua >= ub,
            Self::Slt => a < b,
            Self::Sle => a <= b,
            Self::Sgt => a > b,
            Self::Sge => a >= b,
        }
    }
}

/// Where a terminator goes on, and with which arguments.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edge {
    /// The block.
    pub block: Block,
    /// An argument for each of its parameters.
    pub args: Vec<Value>,
}

impl Edge {
    /// To a block without parameters.
    pub fn to(block: Block) -> Self {
        Self { block, args: Vec::new() }
    }
}

/// How a block ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Terminator {
    /// Not yet ended; only while a function is being built.
    Open,
    /// Goes on.
    Jump(Edge),
    /// Goes to the first if the comparison holds, else to the second.
    Branch(Cond, Value, Value, Edge, Edge),
    /// Leaves the function.
    Return(Value),
}

impl Terminator {
    /// The edges, in order.
    pub fn edges(&self) -> impl Iterator<Item = &Edge> {
        let (a, b) = match self {
            Self::Jump(edge) => (Some(edge), None),
            Self::Branch(_, _, _, then, otherwise) => (Some(then), Some(otherwise)),
            Self::Open | Self::Return(_) => (None, None),
        };
        a.into_iter().chain(b)
    }

    /// The edges, in order.
    pub fn edges_mut(&mut self) -> impl Iterator<Item = &mut Edge> {
        let (a, b) = match self {
            Self::Jump(edge) => (Some(edge), None),
            Self::Branch(_, _, _, then, otherwise) => (Some(then), Some(otherwise)),
            Self::Open | Self::Return(_) => (None, None),
        };
        a.into_iter().chain(b)
    }

    /// Calls `f` with each operand, edge arguments included.
    pub fn each_operand(&self, mut f: impl FnMut(Value)) {
        match self {
            Self::Branch(_, a, b, ..) => {
                f(*a);
                f(*b);
            }
            Self::Return(value) => f(*value),
            Self::Open | Self::Jump(_) => {}
        }
        self.edges().flat_map(|edge| &edge.args).for_each(|value| f(*value));
    }

    /// Replaces each operand, edge arguments included.
    pub fn map_operands(&mut self, mut f: impl FnMut(Value) -> Value) {
        match self {
            Self::Branch(_, a, b, ..) => {
                *a = f(*a);
                *b = f(*b);
            }
            Self::Return(value) => *value = f(*value),
            Self::Open | Self::Jump(_) => {}
        }
        self.edges_mut().flat_map(|edge| &mut edge.args).for_each(|value| *value = f(*value));
    }
}
