//! Checks that a function is what [`super`] says functions are.
//!
//! Runs after each pass in debug builds and tests; what it finds is a bug in the pass.

use super::{Block, Cond, Function, Graph, Inst, Op, Region, Terminator, Type, Value};
use crate::arena::Arena;

/// All violations, as text for the person who wrote the pass.
pub fn verify(function: &Function) -> Result<(), Vec<String>> {
    let mut verifier = Verifier {
        f: function,
        graph: Graph::new(function),
        defined: Arena::filled(function.value_count(), None),
        problems: Vec::new(),
    };
    verifier.definitions();
    verifier.blocks();
    if verifier.problems.is_empty() { Ok(()) } else { Err(verifier.problems) }
}

struct Verifier<'a> {
    f: &'a Function,
    graph: Graph,
    /// The block and position that defines each value; parameters are at 0, instructions from 1.
    defined: Arena<Value, Option<(Block, usize)>>,
    problems: Vec<String>,
}

impl Verifier<'_> {
    fn require(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.problems.push(what());
        }
    }

    fn definitions(&mut self) {
        for block in self.graph.order().to_vec() {
            let params = self.f.params(block).iter().map(|value| (*value, 0));
            let results = self.f.insts(block).iter().enumerate();
            let results = results.filter_map(|(i, inst)| Some((self.f.result(*inst)?, i + 1)));
            for (value, position) in params.chain(results).collect::<Vec<_>>() {
                let before = self.defined[value].replace((block, position));
                self.require(before.is_none(), || format!("{value} is defined twice"));
            }
        }
    }

    fn blocks(&mut self) {
        for block in self.graph.order().to_vec() {
            for (i, inst) in self.f.insts(block).iter().enumerate() {
                let op = *self.f.op(*inst);
                op.each_operand(|value| self.dominated(value, block, i + 1));
                self.instruction(*inst, &op);
            }
            self.terminator(block);
        }
    }

    fn dominated(&mut self, value: Value, block: Block, position: usize) {
        let fine = match self.defined[value] {
            Some((home, at)) if home == block => at < position,
            Some((home, _)) => self.graph.dominates(home, block),
            None => false,
        };
        self.require(fine, || format!("{value} is used in {block} where it is not defined"));
    }

    fn instruction(&mut self, inst: Inst, op: &Op) {
        let f = self.f;
        let ty = f.result(inst).map(|value| f.ty(value));
        let of = |value: Value| f.ty(value);
        let pointer = |value: Value| f.ty(value).is_pointer();
        let int = |ty: Option<Type>| matches!(ty, Some(Type::I32 | Type::I64));
        let fine = match *op {
            Op::Const(value) => int(ty) || (ty.is_some() && value == 0),
            Op::Binary(_, a, b) => int(ty) && Some(of(a)) == ty && Some(of(b)) == ty,
            Op::Compare(cond, a, b) => ty == Some(Type::I32) && comparable(cond, of(a), of(b)),
            Op::Zext(a) | Op::Sext(a) => ty == Some(Type::I64) && of(a) == Type::I32,
            Op::Trunc(a) => ty == Some(Type::I32) && of(a) == Type::I64,
            Op::SextLow(bits, a) => {
                Some(of(a)) == ty && int(ty) && matches!(bits, 8 | 16 | 32) && u32::from(bits) < of(a).bits()
            }
            Op::Swap(bytes, a) => Some(of(a)) == ty && int(ty) && u32::from(bytes) * 8 <= of(a).bits(),
            Op::Advance(a, b) => ty.is_some_and(|ty| ty.takes(of(a))) && pointer(a) && of(b) == Type::I64,
            Op::Distance(a, b) => ty == Some(Type::I64) && pointer(a) && pointer(b),
            Op::SlotAddr(slot) => ty == Some(Type::Ptr(Region::Stack)) && f.slots.get(slot).is_some(),
            Op::GlobalAddr(_) => ty == Some(Type::Ptr(Region::Global)),
            Op::FuncAddr(_) => ty == Some(Type::Ptr(Region::Unknown)),
            Op::Core(..) => ty == Some(Type::I64),
            Op::KsymAddr(_) => {
                matches!(ty, Some(Type::I64 | Type::Ptr(Region::Kernel | Region::KernelMemory)))
            }
            Op::Same(a) => {
                let both = [Some(of(a)), ty];
                both.contains(&Some(Type::I64)) && both.contains(&Some(Type::Ptr(Region::Arena)))
            }
            Op::Apart(a) => matches!(ty, Some(Type::I64 | Type::I32)) && ty == Some(of(a)),
            Op::Arena(a) => of(a) == Type::Ptr(Region::Arena) && ty == Some(Type::Ptr(Region::ArenaMemory)),
            Op::UseMap(_) => ty.is_none(),
            Op::MapAddr(_) => ty == Some(Type::Ptr(Region::Map)),
            Op::Load { bytes, ptr, .. } => pointer(ptr) && ty.is_some_and(|ty| loads(bytes, ty)),
            Op::Store { bytes, ptr, value, .. } => {
                pointer(ptr) && ty.is_none() && u32::from(bytes) * 8 <= of(value).bits()
            }
            Op::Atomic { bytes, ptr, value, fetch, .. } => {
                let matching = u32::from(bytes) * 8 == of(value).bits();
                pointer(ptr) && matching && ty == fetch.then_some(of(value))
            }
            Op::CompareExchange { bytes, ptr, old, new, .. } => {
                let matching = u32::from(bytes) * 8 == of(new).bits() && of(old) == of(new);
                pointer(ptr) && matching && ty == Some(of(new))
            }
            Op::CallFunction(..) => ty.is_some(),
            Op::Asm(asm, args) => {
                let wanted = f.asms.get(asm).map(|code| usize::from(code.dst) + usize::from(code.src));
                matches!(ty, None | Some(Type::I64)) && wanted == Some(args.iter().count())
            }
            Op::Call(..) | Op::Kfunc(..) => ty.is_some_and(|ty| ty != Type::I32),
        };
        self.require(fine, || format!("{inst} is ill-typed: {op:?} gives {ty:?}"));
    }

    fn terminator(&mut self, block: Block) {
        let f = self.f;
        let end = f.end(block).clone();
        end.each_operand(|value| self.dominated(value, block, usize::MAX));
        match end {
            Terminator::Open => self.require(false, || format!("{block} has no end")),
            Terminator::Branch(cond, a, b, ..) => {
                let fine = comparable(cond, f.ty(a), f.ty(b));
                self.require(fine, || format!("{block} branches on {cond:?} of {a} and {b}"));
            }
            _ => {}
        }
        for edge in end.edges() {
            let params: Vec<Type> = f.params(edge.block).iter().map(|v| f.ty(*v)).collect();
            let args: Vec<Type> = edge.args.iter().map(|v| f.ty(*v)).collect();
            let target = edge.block;
            let fine = params.len() == args.len() && params.iter().zip(&args).all(|(p, a)| p.takes(*a));
            self.require(fine, || format!("{block} gives {args:?} to {target}, which takes {params:?}"));
            self.require(target != f.entry(), || format!("{block} goes back to the entry"));
        }
    }
}

fn comparable(cond: Cond, a: Type, b: Type) -> bool {
    a == b || (a.is_pointer() && b.is_pointer() && !cond.is_signed())
}

fn loads(bytes: u8, ty: Type) -> bool {
    match ty {
        Type::I32 => matches!(bytes, 1 | 2 | 4),
        Type::I64 => matches!(bytes, 1 | 2 | 4 | 8),
        // Packet pointers are 4 bytes wide in contexts; the verifier widens them.
        Type::Ptr(_) => matches!(bytes, 4 | 8),
    }
}
