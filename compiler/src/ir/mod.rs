//! The SSA form: what the proofs, the optimiser and the code generator work on.
//!
//! A [`Function`] is a list of blocks. A block has parameters (there are no phi nodes), a list of
//! instructions and one terminator that gives arguments to the blocks it goes on to. Each value is
//! defined once, by an instruction or as a block's parameter, and its definition dominates its uses.
//!
//! **Types.** `i32` and `i64` are bits without a sign; operations say how they read them. There
//! are no narrower values: a `u8` is an `i32` whose upper 24 bits are zero, an `i8` one whose upper
//! 24 bits repeat its sign, and loads and stores say how many bytes they move. A pointer has a
//! [`Region`]. The constant 0 of a pointer type is the null pointer.
//!
//! **Registers.** A value is in a 64-bit register; an `i32` has zero above its 32 bits. So `zext`
//! costs nothing, `trunc` costs nothing where only the low half is looked at, and no mask or shift
//! is emitted to clean up.
//!
//! **Evaluation.** Instructions of a block are evaluated in order. [`Op::effect`] says which of
//! them may be removed when unused, and which may not move across others:
//!
//! - *pure*: depends on operands only; may be removed, duplicated, reordered;
//! - *reads*: depends on memory too; may be removed;
//! - *writes*: calls, stores, atomics; stay where they are, in order.
//!
//! Arithmetic wraps. `x / 0` is 0 and `x % 0` is x, as in BPF; shift amounts are taken modulo the
//! width.
//!
//! **Functions.** A module's programs come first, then what they call, callees before callers. A
//! pointer that comes from outside a function, as a parameter or as the result of a call, has an
//! *extent*: how many bytes from it on are there. Whoever gives the pointer away proves that they
//! are, and whoever receives it relies on it; the same holds of its not being null.
//!
//! **Places.** Every instruction and terminator has the span it comes from, which becomes line
//! information; the verifier's messages are mapped back through it.
//!
//! [`verify`](verify::verify) checks all of this that can be checked, after each pass in debug
//! builds and tests.

mod function;
mod graph;
pub mod interp;
pub mod lower;
mod op;
mod parse;
mod print;
mod region;
pub mod verify;

pub use function::{
    Asm, Extent, Function, GlobalInfo, Kept, KfuncInfo, LoopData, MapInfo, Module, Pointee, SealedPart,
    SlotData,
};
pub use graph::Graph;
pub use op::{Args, Atomic, Binary, Cond, Edge, Effect, Op, Terminator};
pub use parse::{ParseError, parse};
pub use print::print;
pub use region::Region;

use crate::entity;

entity! {
    /// A value: the result of an instruction, or a block's parameter.
    pub struct Value "v";
    /// A block.
    pub struct Block "b";
    /// An instruction.
    pub struct Inst "i";
    /// An object on the stack.
    pub struct Slot "s";
    /// Raw instructions that stay together.
    pub struct AsmId "asm";
    /// A function, by its position in [`Module::functions`].
    pub struct Func "fn";
}

/// The type of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Type {
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
    /// A pointer.
    Ptr(Region),
}

impl Type {
    /// The width of an integer type in bits; 64 for pointers.
    pub fn bits(self) -> u32 {
        if self == Self::I32 { 32 } else { 64 }
    }

    /// The value that a constant of this type has, of the bits of `value`.
    pub fn wrap(self, value: i64) -> i64 {
        if self == Self::I32 { i64::from(value as i32) } else { value }
    }

    /// Whether it is a pointer.
    pub fn is_pointer(self) -> bool {
        matches!(self, Self::Ptr(_))
    }

    /// Whether it points, or may point, into the packet or the metadata before it.
    pub fn is_packet(self) -> bool {
        matches!(self, Self::Ptr(region) if region.is_packet())
    }

    /// Whether it points, or may point, to the stack.
    pub fn may_be_stack(self) -> bool {
        matches!(self, Self::Ptr(region) if region.may_be_stack())
    }

    /// Whether a value of type `other` may stand for one of this: a pointer for one to more regions.
    pub fn takes(self, other: Self) -> bool {
        match (self, other) {
            (Self::Ptr(wide), Self::Ptr(narrow)) => wide.takes(narrow),
            _ => self == other,
        }
    }
}
