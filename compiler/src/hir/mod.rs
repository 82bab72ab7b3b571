//! The typed program: names resolved, types inferred, what the kernel offers checked.
//!
//! Comes in: data, as read. Goes out: a [`Module`] in which
//!
//! - every expression has a type, and no expression is of type [`Ty::LITERAL`] any more;
//! - operands of an operation have the operation's type, every conversion is a [`ExprKind::Convert`];
//! - every name is an id; every helper call has its catalogue row and fitting arguments;
//! - what is evaluated before what is the order of the operands.
//!
//! Whether a pointer may be null, and whether an access is inside its object, are questions about
//! paths; `check` answers them over the SSA.

pub mod build;
pub mod kernel;
pub mod layout;
mod map;
mod print;
pub mod types;
pub mod visit;

pub use kernel::{CoreId, KernelId};
pub use layout::{Field, Struct};
pub use map::{Entry, Held, Map, MapUse, OpsMember, OpsShape, OpsValue, StructOps, UNSUPPORTED_MAPS};
pub use print::print;
pub use types::{Enum, Int, Pointer, StructId, Ty, TypeKind, Types};

use bpfl_stdlib::catalog::{helper::Helper, kfunc::Reference, program::ProgramType, section::Section};

use crate::{arena::Arena, entity, ir::Asm, names::Name, source::Span};

entity! {
    /// A map.
    pub struct MapId "map";
    /// A function of the kernel's.
    pub struct KfuncId "kfunc";
    /// A symbol of the kernel's.
    pub struct KsymId "ksym";
    /// A program.
    pub struct ProgramId "prog";
    /// A function.
    pub struct FunctionId "fn";
    /// A global variable.
    pub struct GlobalId "global";
    /// An expression.
    pub struct ExprId "e";
    /// A variable.
    pub struct VarId "v";
    /// The end of a `block`, to which a `return-from` goes.
    pub struct LabelId "label";
}

/// A file's programs and maps.
#[derive(Default)]
pub struct Module {
    /// All types.
    pub types: Types,
    /// The maps, in the order of their definitions.
    pub maps: Arena<MapId, Map>,
    /// The tables of functions that the kernel calls, in the order of their definitions.
    pub struct_ops: Vec<StructOps>,
    /// The global variables, in the order of their definitions.
    pub globals: Arena<GlobalId, Global>,
    /// The programs without errors, in the order of their definitions.
    pub programs: Arena<ProgramId, Program>,
    /// The functions that programs call, callees before their callers.
    pub functions: Arena<FunctionId, Function>,
    /// The kernel's functions that can be called, in the order of their definitions.
    pub kfuncs: Arena<KfuncId, Kfunc>,
    /// The kernel's symbols that are named, in the order of their definitions.
    pub ksyms: Arena<KsymId, Ksym>,
    /// The questions about the layout of kernel structs.
    pub cores: Arena<CoreId, kernel::Core>,
    /// The structs that are records of ring buffers, each once: userspace reads them by their types.
    pub records: Vec<Ty>,
    /// What programs reserve in ring buffers, each time that they do.
    pub reserved: Vec<(MapId, Ty)>,
    /// The structs, unions and enums that the file defines, in order.
    pub defined: Vec<Ty>,
    /// The constants and members of enumerations that the file defines, as it spells them.
    pub constants: Vec<(String, i128)>,
    /// All expressions.
    pub exprs: Arena<ExprId, Expr>,
    /// All variables.
    pub vars: Arena<VarId, Var>,
}

/// A `defun`, as built for some types of arguments.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its ELF symbol.
    pub symbol: String,
    /// Its parameters, five at most.
    pub params: Vec<VarId>,
    /// The type of its value.
    pub returns: Ty,
    /// What it does.
    pub body: ExprId,
    /// Where its name stands in the definition.
    pub span: Span,
    /// The type of the programs that call it.
    pub ty: Option<ProgramType>,
    /// Its prototype where it is global: the verifier proves it by itself, and others may call or replace it.
    pub global: Option<Prototype>,
    /// For a body that the kernel calls: the variables around it that it uses. Its last parameter
    /// is the address of the frame that holds them, 8 bytes each.
    pub captures: Vec<Captured>,
}

/// A function as C sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prototype {
    /// Its parameters' types.
    pub params: Vec<Ty>,
    /// The type of its value.
    pub returns: Ty,
}

/// A variable that a callback uses and does not bind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Captured {
    /// The variable.
    pub var: VarId,
    /// Whether the callback changes it.
    pub changed: bool,
}

/// A `defvar`.
#[derive(Debug)]
pub struct Global {
    /// Its ELF symbol.
    pub symbol: String,
    /// What it holds.
    pub ty: Ty,
    /// The section it is in.
    pub section: DataSection,
    /// What it starts as, of the type's size; zero for `.bss`.
    pub init: Vec<u8>,
    /// Whether the compiler made it, for a string.
    pub internal: bool,
    /// Where its name stands in the definition.
    pub span: Span,
}

/// A section of globals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum DataSection {
    /// Starts with a value, may change.
    Data,
    /// Starts as zero, may change.
    Bss,
    /// Set before loading, and never changed after.
    Rodata,
}

impl DataSection {
    /// All of them, in the order of the object file.
    pub const ALL: [Self; 3] = [Self::Data, Self::Bss, Self::Rodata];

    /// The ELF section.
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => ".data",
            Self::Bss => ".bss",
            Self::Rodata => ".rodata",
        }
    }
}

/// A `defkfunc`.
#[derive(Clone, Debug)]
pub struct Kfunc {
    /// Its name in the kernel.
    pub symbol: String,
    /// Its parameters: numbers and pointers to the kernel's structs.
    pub params: Vec<(String, Ty)>,
    /// What it returns.
    pub returns: Ty,
    /// What it does with references.
    pub reference: Option<Reference>,
    /// Where its name stands in the definition.
    pub span: Span,
}

/// A `defksym`.
#[derive(Clone, Debug)]
pub struct Ksym {
    /// Its name in the kernel.
    pub symbol: String,
    /// What it is, a number or a struct of the kernel's; an address where nothing is said.
    pub ty: Option<Ty>,
    /// Whether each CPU has one.
    pub percpu: bool,
    /// Where its name stands in the definition.
    pub span: Span,
}

/// A `defprog`.
#[derive(Debug)]
pub struct Program {
    /// Its ELF symbol: the name as spelled, with `_` for `-`.
    pub symbol: String,
    /// Its type.
    pub ty: ProgramType,
    /// Its section, which fixes the attach type.
    pub section: &'static Section,
    /// The section's whole name, with what follows a slash.
    pub section_name: String,
    /// Its licence.
    pub license: String,
    /// The type that the verifier takes it for: that of the programs whose function it replaces, or its own.
    pub seen_as: ProgramType,
    /// Its parameters and its prototype, where it replaces a function and is not given the context.
    pub called: Option<(Vec<VarId>, Prototype)>,
    /// What it does; the value is what it returns.
    pub body: ExprId,
    /// Where its name stands in the definition.
    pub span: Span,
}

/// A local variable.
#[derive(Debug)]
pub struct Var {
    /// Its name; variables that the compiler makes have none.
    pub name: Option<Name>,
    /// Its type.
    pub ty: Ty,
    /// Where it is bound.
    pub span: Span,
    /// Whether its address is taken, so that it lives in memory.
    pub addressed: bool,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it does.
    pub kind: ExprKind,
    /// The type of its value.
    pub ty: Ty,
    /// The form it was written as.
    pub span: Span,
}

/// What an expression does.
#[derive(Clone, PartialEq, Debug)]
pub enum ExprKind {
    /// Something that was reported.
    Error,
    /// A constant; its value is one of the type's.
    Int(i128),
    /// The value of a variable.
    Var(VarId),
    /// All of them in turn; the value is the last one's, `nil` when there is none.
    Seq(Vec<ExprId>),
    /// Binds the variables in turn, then evaluates the body.
    Let(Vec<(VarId, ExprId)>, ExprId),
    /// Gives a variable a new value, which is the expression's value too.
    Assign(VarId, ExprId),
    /// The second if the first is true, else the third.
    If(ExprId, ExprId, ExprId),
    /// From the left up to the first that is false.
    And(Vec<ExprId>),
    /// From the left up to the first that is true.
    Or(Vec<ExprId>),
    /// Whether it is false.
    Not(ExprId),
    /// Arithmetic at the expression's type.
    Binary(Binary, ExprId, ExprId),
    /// Swaps the low bytes, 2, 4 or 8 of them, and clears those above.
    Swap(u8, ExprId),
    /// A comparison of operands of one type.
    Compare(Compare, ExprId, ExprId),
    /// The value, truncated or extended to the expression's type.
    Convert(ExprId),
    /// The body, with the variable from 0 up to the bound.
    Dotimes {
        /// The counter.
        var: VarId,
        /// How often; evaluated once.
        bound: ExprId,
        /// At most so often, when the bound is not constant.
        max: Option<u64>,
        /// What is done.
        body: ExprId,
    },
    /// The rounds of a loop written out, each with the counter as a constant.
    Unrolled(Vec<ExprId>),
    /// Leaves the innermost loop.
    Break,
    /// Goes on with the next round of the innermost loop.
    Continue,
    /// The body; its value, or that of the first [`ExprKind::Leave`] that names the label.
    Block(LabelId, ExprId),
    /// Goes on after the block of the label, whose value this is.
    Leave(LabelId, ExprId),
    /// Leaves the program.
    Return(ExprId),
    /// The program's context.
    Ctx,
    /// The address of a variable.
    AddressOf(VarId),
    /// Reads a value of the expression's type at pointer plus offset.
    Load(ExprId, i32),
    /// Writes the third at pointer plus offset; the value is what was written.
    Store(ExprId, i32, ExprId),
    /// How many bytes the first packet pointer is beyond the second.
    Distance(ExprId, ExprId),
    /// A pointer, a number of bytes further.
    Advance(ExprId, ExprId),
    /// Adds atomically at pointer plus offset, and so on for the other operations. The value is
    /// what was there before if `fetch`, else nothing.
    Atomic {
        /// The operation.
        op: Atomic,
        /// The place's address.
        ptr: ExprId,
        /// Bytes from there.
        offset: i32,
        /// The operand, of the place's type.
        value: ExprId,
        /// Whether the old value is wanted.
        fetch: bool,
    },
    /// Puts in `new` where the place holds `old`; the value is what was there.
    CompareExchange {
        /// The place's address.
        ptr: ExprId,
        /// Bytes from there.
        offset: i32,
        /// What must be there.
        old: ExprId,
        /// What to put there.
        new: ExprId,
    },
    /// The address of a global.
    Global(GlobalId),
    /// The address of a symbol of the kernel's.
    Ksym(KsymId),
    /// A struct on the stack, zero but for the fields given: byte offset and value of each.
    Make(StructId, Vec<(u32, ExprId)>),
    /// A copy, on the stack, of what the operand points to.
    Copy(ExprId),
    /// Sets so many bytes to the value of a `u8`.
    Fill {
        /// The address.
        ptr: ExprId,
        /// Bytes from there.
        offset: i32,
        /// What to put there.
        byte: ExprId,
        /// How many.
        bytes: u32,
    },
    /// Copies so many bytes between addresses, each a pointer and an offset.
    CopyBytes {
        /// Where to.
        to: (ExprId, i32),
        /// Where from.
        from: (ExprId, i32),
        /// How many.
        bytes: u32,
    },
    /// The order of the bytes at two addresses: below 0, 0 or above.
    CompareBytes {
        /// One address.
        a: (ExprId, i32),
        /// The other one.
        b: (ExprId, i32),
        /// How many.
        bytes: u32,
    },
    /// The order of the bytes at an address and those of a text.
    CompareText {
        /// The address.
        a: (ExprId, i32),
        /// The text, all of it compared.
        text: Vec<u8>,
    },
    /// The answer to a question about the layout of a kernel struct.
    Core(CoreId),
    /// Reads a value of the expression's type at a kernel address that is a number; 0 where nothing
    /// can be read.
    ProbeRead(ExprId),
    /// A map, as a helper's argument.
    Map(MapUse),
    /// The address of a stack slot of the operand's type that holds the operand.
    Slot(ExprId),
    /// A call of a kernel function.
    Kfunc(KfuncId, Vec<ExprId>),
    /// Raw instructions, with the values of those registers that the compiler picks.
    Asm(Asm, Vec<ExprId>),
    /// A helper call; scalars come back at the expression's type.
    Call(&'static Helper, Vec<ExprId>),
    /// A call of a function of the file.
    CallFunction(FunctionId, Vec<ExprId>),
    /// The address of a function, for a helper that calls it.
    FunctionAddress(FunctionId),
    /// A helper that calls a function back: its arguments before the function, which gets a frame
    /// with the variables that it uses.
    Callback {
        /// The helper.
        helper: &'static Helper,
        /// Its arguments before the function.
        args: Vec<ExprId>,
        /// The function.
        function: FunctionId,
    },
    /// `(getmap m k)`: the value, 0 when there is none.
    MapRead(MapUse, ExprId),
    /// `(setf (getmap m k) v)`: the value is v.
    MapWrite(MapUse, ExprId, ExprId),
    /// `(incf (getmap m k) n)`. The value is the new one, if it is used.
    MapAdd {
        /// The map.
        map: MapUse,
        /// The key.
        key: ExprId,
        /// What to add, of the value's type.
        delta: ExprId,
        /// Whether the new value is wanted.
        used: bool,
    },
}

/// A binary operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    /// The quotient, truncated.
    Div,
    /// The remainder, with the dividend's sign.
    Rem,
    /// The remainder, with the divisor's sign.
    Mod,
    And,
    Or,
    Xor,
    Shl,
    /// Fills with the sign when the type is signed.
    Shr,
    /// Fills with the sign always.
    Sar,
}

/// A comparison. Whether it is signed follows from the operands' type, unless it says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    SignedLt,
    SignedLe,
    SignedGt,
    SignedGe,
}

/// An atomic operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Atomic {
    Add,
    Or,
    And,
    Xor,
    /// Puts in the operand.
    Exchange,
}
