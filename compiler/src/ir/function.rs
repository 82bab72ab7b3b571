//! Functions and the module they are in.

use std::collections::{HashMap, HashSet};

use bpfl_stdlib::catalog::{kfunc::Reference, map::Rights};

use super::{AsmId, Block, Func, Inst, Op, Slot, Terminator, Type, Value};
use crate::{
    arena::{Arena, Entity},
    bpf::raw::Raw,
    hir::{GlobalId, KfuncId, MapId},
    names::Name,
    source::Span,
};

/// What the SSA needs to know of a map.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MapInfo {
    /// Its ELF symbol.
    pub symbol: String,
    /// Bytes of a key.
    pub key_size: u32,
    /// Bytes of a value.
    pub value_size: u32,
    /// `BPF_F_…`
    pub flags: u32,
    /// What programs may do with its values.
    pub rights: Rights,
    /// Where its name stands in the definition.
    pub span: Span,
    /// The parts of a value that programs do not touch.
    pub sealed: Vec<SealedPart>,
}

/// A part of a map's value that only helpers touch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SealedPart {
    /// Bytes from the value's start.
    pub offset: u32,
    /// How many.
    pub bytes: u32,
    /// The struct that is there; empty for a kernel pointer.
    pub c_name: &'static str,
}

/// What the SSA needs to know of a function of the kernel's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KfuncInfo {
    /// Its name.
    pub symbol: String,
    /// What it does with references.
    pub reference: Option<Reference>,
    /// Which arguments may be null.
    pub nullable: Vec<bool>,
    /// Which arguments are memory of the program's.
    pub memory: Vec<Option<Extent>>,
    /// Whether it takes what only an RCU section keeps.
    pub rcu: bool,
}

/// What an instruction does with a kernel pointer that a map's value keeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// Reads it.
    Reads {
        /// Whether the value owns a reference to what it points to.
        owned: bool,
    },
    /// Puts another one there, which the value does not own.
    Writes,
    /// Takes it out, with the reference, and puts another one there.
    Exchanges {
        /// The kernel's function that gives the reference back.
        release: &'static str,
    },
}

/// How much memory a function of the kernel's takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extent {
    /// So many bytes.
    Fixed(u32),
    /// As many as the next argument says.
    Next,
}

/// What the SSA needs to know of a global.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GlobalInfo {
    /// Its ELF symbol.
    pub symbol: String,
    /// Bytes.
    pub size: u32,
    /// Alignment in bytes.
    pub align: u32,
    /// Whether programs only read it.
    pub read_only: bool,
}

/// All functions of a file.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Module {
    /// The maps that [`Op::MapAddr`] names.
    pub maps: Arena<MapId, MapInfo>,
    /// The globals that [`Op::GlobalAddr`] names.
    pub globals: Arena<GlobalId, GlobalInfo>,
    /// The kernel's functions that [`Op::Kfunc`] names.
    pub kfuncs: Arena<KfuncId, KfuncInfo>,
    /// The functions; a file's programs first, in the order of their definitions, then what they
    /// call, callees before callers.
    pub functions: Vec<Function>,
}

impl Module {
    /// The function that [`Op::CallFunction`] names.
    pub fn function(&self, func: Func) -> Option<&Function> {
        self.functions.get(func.index())
    }
}

#[derive(Clone, PartialEq, Debug)]
struct BlockData {
    params: Vec<Value>,
    insts: Vec<Inst>,
    end: Terminator,
    end_span: Span,
}

#[derive(Clone, PartialEq, Debug)]
struct InstData {
    op: Op,
    result: Option<Value>,
    span: Span,
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct ValueData {
    ty: Type,
    def: Option<Inst>,
    name: Option<Name>,
    nullable: bool,
    extent: Option<u32>,
    map: Option<MapId>,
}

/// What is known of a pointer that a function gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pointee {
    /// How many bytes from it on are there.
    pub extent: u32,
    /// Whether it may be null.
    pub nullable: bool,
}

/// An object on the stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SlotData {
    /// Bytes.
    pub size: u32,
    /// Alignment in bytes.
    pub align: u32,
    /// What it is for.
    pub span: Span,
}

/// Raw instructions that stay together, in order, each with the form it was written as.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asm {
    /// The instructions.
    pub insns: Vec<(Raw, Span)>,
    /// Whether the compiler picks the destination register, which an operand fills.
    pub dst: bool,
    /// Whether the compiler picks the source register, which an operand fills.
    pub src: bool,
}

/// A loop that the program counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LoopData {
    /// Its first block.
    pub header: Block,
    /// The block that goes back to it.
    pub latch: Block,
    /// How often it runs at most.
    pub rounds: u64,
    /// The form it was written as.
    pub span: Span,
}

/// A function in SSA form.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Function {
    /// Its ELF symbol.
    pub name: String,
    /// Objects on the stack.
    pub slots: Arena<Slot, SlotData>,
    /// Raw instructions.
    pub asms: Arena<AsmId, Asm>,
    /// What is promised of a pointer that it returns.
    pub gives: Option<Pointee>,
    /// Whether it is proven by itself and may be replaced: nothing is known of what it returns.
    pub global: bool,
    /// Whether only the low half of what it returns is looked at.
    pub returns_low: bool,
    /// Stores of pointers that somebody else reads and relies on. Stale after optimisation.
    pub promises: Vec<(Inst, Pointee)>,
    /// The uses of kernel pointers that maps' values keep. Stale after optimisation.
    pub kept: HashMap<Inst, Kept>,
    /// The counted loops, inner ones before those around them. Stale after optimisation.
    pub loops: Vec<LoopData>,
    /// The instructions that move a packet pointer by a number that is small enough for the verifier where
    /// they stand, so that equal ones may become one.
    pub small: HashSet<Inst>,
    blocks: Arena<Block, BlockData>,
    insts: Arena<Inst, InstData>,
    values: Arena<Value, ValueData>,
}

impl Function {
    /// A function without blocks.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Where it starts: the first block. Its parameters are the function's.
    pub fn entry(&self) -> Block {
        Block::new(0)
    }

    // ---- blocks ----

    /// Adds a block, which has to be ended.
    pub fn add_block(&mut self) -> Block {
        self.blocks.push(BlockData {
            params: Vec::new(),
            insts: Vec::new(),
            end: Terminator::Open,
            end_span: Span::default(),
        })
    }

    /// All blocks ever made, reachable or not.
    pub fn blocks(&self) -> impl DoubleEndedIterator<Item = Block> + use<> {
        self.blocks.keys()
    }

    /// How many blocks were ever made.
    pub fn block_count(&self) -> usize {
        self.blocks.len()
    }

    /// The parameters.
    pub fn params(&self, block: Block) -> &[Value] {
        &self.blocks[block].params
    }

    /// Adds a parameter. Every edge to the block must give it an argument.
    pub fn add_param(&mut self, block: Block, ty: Type) -> Value {
        let value = self.values.push(ValueData {
            ty,
            def: None,
            name: None,
            nullable: false,
            extent: None,
            map: None,
        });
        self.blocks[block].params.push(value);
        value
    }

    /// Keeps the parameters for which `keep` says so, by position. The caller removes the
    /// arguments from the edges.
    pub fn retain_params(&mut self, block: Block, mut keep: impl FnMut(usize) -> bool) {
        let mut index = 0;
        self.blocks[block].params.retain(|_| {
            index += 1;
            keep(index - 1)
        });
    }

    /// The instructions, in order.
    pub fn insts(&self, block: Block) -> &[Inst] {
        &self.blocks[block].insts
    }

    /// Replaces the list of instructions.
    pub fn set_insts(&mut self, block: Block, insts: Vec<Inst>) {
        self.blocks[block].insts = insts;
    }

    /// Takes the list of instructions out, to be set again.
    pub fn take_insts(&mut self, block: Block) -> Vec<Inst> {
        std::mem::take(&mut self.blocks[block].insts)
    }

    /// How the block ends.
    pub fn end(&self, block: Block) -> &Terminator {
        &self.blocks[block].end
    }

    /// How the block ends.
    pub fn end_mut(&mut self, block: Block) -> &mut Terminator {
        &mut self.blocks[block].end
    }

    /// Where its end comes from.
    pub fn end_span(&self, block: Block) -> Span {
        self.blocks[block].end_span
    }

    /// Ends the block.
    pub fn set_end(&mut self, block: Block, end: Terminator, span: Span) {
        self.blocks[block].end = end;
        self.blocks[block].end_span = span;
    }

    // ---- instructions ----

    /// Makes an instruction without putting it anywhere.
    pub fn make(&mut self, op: Op, ty: Option<Type>, span: Span) -> (Inst, Option<Value>) {
        let inst = Inst::new(self.insts.len());
        let value =
            |ty| ValueData { ty, def: Some(inst), name: None, nullable: false, extent: None, map: None };
        let result = ty.map(|ty| self.values.push(value(ty)));
        self.insts.push(InstData { op, result, span });
        (inst, result)
    }

    /// Appends an instruction; its result if it has a type.
    pub fn append(&mut self, block: Block, op: Op, ty: Option<Type>, span: Span) -> Option<Value> {
        let (inst, result) = self.make(op, ty, span);
        self.blocks[block].insts.push(inst);
        result
    }

    /// Appends an instruction that was made without a place.
    pub fn push(&mut self, block: Block, inst: Inst) {
        self.blocks[block].insts.push(inst);
    }

    /// What the instruction does.
    pub fn op(&self, inst: Inst) -> &Op {
        &self.insts[inst].op
    }

    /// What the instruction does.
    pub fn op_mut(&mut self, inst: Inst) -> &mut Op {
        &mut self.insts[inst].op
    }

    /// Its result.
    pub fn result(&self, inst: Inst) -> Option<Value> {
        self.insts[inst].result
    }

    /// Where it comes from.
    pub fn span(&self, inst: Inst) -> Span {
        self.insts[inst].span
    }

    // ---- values ----

    /// How many values were ever made.
    pub fn value_count(&self) -> usize {
        self.values.len()
    }

    /// The type.
    pub fn ty(&self, value: Value) -> Type {
        self.values[value].ty
    }

    /// The instruction that defines it; `None` for a block's parameter.
    pub fn def(&self, value: Value) -> Option<Inst> {
        self.values[value].def
    }

    /// What defines it.
    pub fn def_op(&self, value: Value) -> Option<&Op> {
        self.def(value).map(|inst| self.op(inst))
    }

    /// Its value, if it is a constant; an `i32` sign-extended.
    pub fn constant(&self, value: Value) -> Option<i64> {
        match self.def_op(value) {
            Some(Op::Const(constant)) => Some(self.ty(value).wrap(*constant)),
            _ => None,
        }
    }

    /// Whether what defines it may give null, a call or a load.
    pub fn may_be_null(&self, value: Value) -> bool {
        self.values[value].nullable
    }

    /// Notes that what defines it may give null.
    pub fn set_nullable(&mut self, value: Value) {
        self.values[value].nullable = true;
    }

    /// Notes that what defines it gives no null.
    pub fn set_not_null(&mut self, value: Value) {
        self.values[value].nullable = false;
    }

    /// The map that a pointer to one is, or is like.
    pub fn map(&self, value: Value) -> Option<MapId> {
        match self.def_op(value) {
            Some(Op::MapAddr(map)) => Some(*map),
            _ => self.values[value].map,
        }
    }

    /// Notes that a pointer to a map is to one like `map`.
    pub fn set_map(&mut self, value: Value, map: MapId) {
        self.values[value].map = Some(map);
    }

    /// How many bytes from a pointer on are there, where that is a promise of somebody else's.
    pub fn extent(&self, value: Value) -> Option<u32> {
        self.values[value].extent
    }

    /// Notes that so many bytes from a pointer on are there.
    pub fn set_extent(&mut self, value: Value, bytes: u32) {
        self.values[value].extent = Some(bytes);
    }

    /// What is promised of the pointer that an instruction stores, and the pointer.
    pub fn promise(&self, inst: Inst) -> Option<(Value, Pointee)> {
        let Op::Store { value, .. } = *self.op(inst) else { return None };
        self.promises.iter().find(|(own, _)| *own == inst).map(|(_, pointee)| (value, *pointee))
    }

    /// The variable that it is the value of, for messages.
    pub fn name(&self, value: Value) -> Option<Name> {
        self.values[value].name
    }

    /// Names a value, unless it has a name.
    pub fn set_name(&mut self, value: Value, name: Name) {
        self.values[value].name.get_or_insert(name);
    }
}
