//! Constant folding, algebra and addresses: each instruction by itself, operands first.
//!
//! Constants go to the right. Subtraction of a constant becomes addition, so that sums of
//! constants meet. An address's constant part moves into the loads and stores that use it.

use std::{collections::HashSet, sync::LazyLock};

use bpfl_stdlib::catalog::helper;

use super::{learned, values::Replacements};
use crate::ir::{Binary, Block, Cond, Edge, Function, Graph, Inst, Op, Terminator, Type, Value};

/// The helper `bpf_loop`.
static LOOP: LazyLock<u32> = LazyLock::new(|| helper::find("loop").map_or(0, |row| row.id));

/// Folds every reachable instruction and branch.
pub fn run(f: &mut Function) -> bool {
    let order = Graph::new(f).order().to_vec();
    let replacements = Replacements::new(f);
    let compared = order.iter().flat_map(|block| learned::compared(f, *block));
    let tested = compared.flat_map(|value| learned::alike(f, value)).collect();
    let mut folder = Folder { f, replacements, tested, out: Vec::new(), changed: false };
    for block in order {
        folder.block(block);
    }
    let changed = folder.changed || folder.replacements.any();
    let replacements = folder.replacements;
    replacements.apply(f);
    changed
}

/// What an instruction comes to.
enum Folded {
    /// A constant.
    Const(i64),
    /// A value that is there already.
    Value(Value),
    /// Another instruction.
    Op(Op),
}

struct Folder<'a> {
    f: &'a mut Function,
    replacements: Replacements,
    /// What branches compare.
    tested: HashSet<Value>,
    /// The block's instructions so far.
    out: Vec<Inst>,
    changed: bool,
}

impl Folder<'_> {
    fn block(&mut self, block: Block) {
        let insts = self.f.take_insts(block);
        self.out = Vec::with_capacity(insts.len());
        for inst in insts {
            self.inst(inst);
        }
        let out = std::mem::take(&mut self.out);
        self.f.set_insts(block, out);
        let mut end = self.f.end(block).clone();
        end.map_operands(|value| self.replacements.find(value));
        if let Some(folded) = self.branch(&end, block) {
            self.changed = true;
            end = folded;
        }
        *self.f.end_mut(block) = end;
    }

    fn inst(&mut self, inst: Inst) {
        let mut op = *self.f.op(inst);
        op.map_operands(|value| self.replacements.find(value));
        *self.f.op_mut(inst) = op;
        let ty = self.f.result(inst).map(|value| self.f.ty(value));
        // Each step makes the instruction simpler, so this ends.
        while let Some(folded) = self.fold(&op, ty, inst) {
            self.changed = true;
            match (folded, self.f.result(inst)) {
                (Folded::Op(new), _) => op = new,
                (Folded::Const(value), Some(result)) => {
                    *self.f.op_mut(inst) = Op::Const(self.f.ty(result).wrap(value));
                    self.out.push(inst);
                    return;
                }
                (Folded::Value(value), Some(result)) => {
                    self.replacements.replace(result, value);
                    return;
                }
                (_, None) => break,
            }
            *self.f.op_mut(inst) = op;
        }
        self.out.push(inst);
    }

    fn constant(&self, value: Value) -> Option<i64> {
        self.f.constant(value)
    }

    fn def(&self, value: Value) -> Option<Op> {
        self.f.def_op(value).copied()
    }

    /// A constant made before the instruction at hand.
    fn make(&mut self, value: i64, ty: Type, inst: Inst) -> Value {
        let (made, result) = self.f.make(Op::Const(ty.wrap(value)), Some(ty), self.f.span(inst));
        self.out.push(made);
        // An instruction made with a type has a result.
        result.unwrap_or(crate::arena::Entity::new(0))
    }

    fn fold(&mut self, op: &Op, ty: Option<Type>, inst: Inst) -> Option<Folded> {
        match (*op, ty) {
            (Op::Binary(op, a, b), Some(ty)) => self.binary(op, a, b, ty, inst),
            (Op::Compare(cond, a, b), _) => self.compare(cond, a, b, inst),
            (Op::Zext(a), _) => self.constant(a).map(|c| Folded::Const(i64::from(c as u32))),
            (Op::Sext(a), _) => self.constant(a).map(Folded::Const),
            (Op::Trunc(a), _) => self.trunc(a),
            (Op::SextLow(bits, a), _) => {
                let shift = 64 - u32::from(bits);
                self.constant(a).map(|c| Folded::Const(c << shift >> shift))
            }
            (Op::Swap(bytes, a), _) => {
                let shift = 64 - 8 * u32::from(bytes);
                self.constant(a).map(|c| Folded::Const(((c as u64).swap_bytes() >> shift) as i64))
            }
            (Op::Advance(ptr, by), _) => self.advance(ptr, by, inst),
            (Op::Call(helper, args), _) => {
                let rounds = args.iter().next().and_then(|rounds| self.constant(rounds));
                // The verifier takes a callback that is never called for dead code, and then misses it.
                (helper == *LOOP && rounds == Some(0)).then_some(Folded::Const(0))
            }
            (Op::Load { bytes, ptr, offset }, _) => {
                let (ptr, offset) = self.absorb(ptr, offset)?;
                Some(Folded::Op(Op::Load { bytes, ptr, offset }))
            }
            (Op::Store { bytes, ptr, offset, value }, _) => self.store(bytes, ptr, offset, value),
            (Op::CompareExchange { bytes, ptr, offset, old, new }, _) => {
                let (ptr, offset) = self.absorb(ptr, offset)?;
                Some(Folded::Op(Op::CompareExchange { bytes, ptr, offset, old, new }))
            }
            (Op::Atomic { op, bytes, ptr, offset, value, fetch }, _) => {
                let (ptr, offset) = self.absorb(ptr, offset)?;
                Some(Folded::Op(Op::Atomic { op, bytes, ptr, offset, value, fetch }))
            }
            _ => None,
        }
    }

    // ---- arithmetic ----

    fn binary(&mut self, op: Binary, a: Value, b: Value, ty: Type, inst: Inst) -> Option<Folded> {
        match (self.constant(a), self.constant(b)) {
            (Some(x), Some(y)) => Some(Folded::Const(op.eval(x, y, ty.bits()))),
            (Some(_), None) if op.commutes() => Some(Folded::Op(Op::Binary(op, b, a))),
            (_, Some(y)) => self.with_constant(op, a, y, ty, inst),
            (None, None) if a == b => same_operands(op, a),
            _ => None,
        }
    }

    fn with_constant(&mut self, op: Binary, a: Value, y: i64, ty: Type, inst: Inst) -> Option<Folded> {
        let bits = ty.bits();
        let unsigned = if bits == 32 { u64::from(y as u32) } else { y as u64 };
        let power = unsigned.is_power_of_two().then(|| i64::from(unsigned.trailing_zeros()));
        let another = |folder: &mut Self, op, value| {
            let value = folder.make(value, ty, inst);
            Some(Folded::Op(Op::Binary(op, a, value)))
        };
        match (op, y, power) {
            (Binary::Add | Binary::Sub | Binary::Or | Binary::Xor, 0, _)
            | (Binary::Mul | Binary::Udiv | Binary::Sdiv, 1, _)
            | (Binary::And, -1, _)
            | (Binary::Urem | Binary::Srem, 0, _) => Some(Folded::Value(a)),
            (Binary::Mul | Binary::And | Binary::Udiv | Binary::Sdiv, 0, _)
            | (Binary::Urem | Binary::Srem, 1, _) => Some(Folded::Const(0)),
            (Binary::Or, -1, _) => Some(Folded::Const(-1)),
            (Binary::Shl | Binary::Lshr | Binary::Ashr, _, _) if y & i64::from(bits - 1) == 0 => {
                Some(Folded::Value(a))
            }
            // What the instruction does anyway, and the verifier refuses to see it do.
            (Binary::Shl | Binary::Lshr | Binary::Ashr, _, _) if unsigned >= bits.into() => {
                another(self, op, y & i64::from(bits - 1))
            }
            (Binary::Sub, _, _) => another(self, Binary::Add, y.wrapping_neg()),
            (Binary::Mul, _, Some(power)) => another(self, Binary::Shl, power),
            (Binary::Udiv, _, Some(power)) => another(self, Binary::Lshr, power),
            (Binary::Urem, _, Some(_)) => another(self, Binary::And, y.wrapping_sub(1)),
            _ => self.reassociate(op, a, y, ty, inst),
        }
    }

    /// `(x op c) op d` becomes `x op (c op d)`, unless a branch tells the verifier of `x op c`.
    fn reassociate(&mut self, op: Binary, a: Value, y: i64, ty: Type, inst: Inst) -> Option<Folded> {
        if !matches!(op, Binary::Add | Binary::And | Binary::Or | Binary::Xor) {
            return None;
        }
        let Some(Op::Binary(inner, x, c)) = self.def(a) else { return None };
        let c = self.constant(c).filter(|_| inner == op && !self.tested.contains(&a))?;
        let sum = self.make(op.eval(c, y, ty.bits()), ty, inst);
        Some(Folded::Op(Op::Binary(op, x, sum)))
    }

    fn trunc(&mut self, a: Value) -> Option<Folded> {
        if let Some(constant) = self.constant(a) {
            return Some(Folded::Const(i64::from(constant as i32)));
        }
        match self.def(a) {
            Some(Op::Zext(x) | Op::Sext(x)) => Some(Folded::Value(x)),
            _ => None,
        }
    }

    // ---- comparisons ----

    fn compare(&mut self, cond: Cond, a: Value, b: Value, inst: Inst) -> Option<Folded> {
        match self.condition(cond, a, b) {
            Condition::Known(known) => Some(Folded::Const(known.into())),
            Condition::Is(truth) => Some(Folded::Value(truth)),
            Condition::Simpler(cond, a, b) => Some(Folded::Op(Op::Compare(cond, a, b))),
            Condition::With(cond, a, constant) => {
                let b = self.make(constant, self.f.ty(a), inst);
                Some(Folded::Op(Op::Compare(cond, a, b)))
            }
            Condition::AsItIs => None,
        }
    }

    fn condition(&self, cond: Cond, a: Value, b: Value) -> Condition {
        match (self.constant(a), self.constant(b)) {
            (Some(x), Some(y)) => Condition::Known(cond.eval(x, y)),
            (Some(_), None) => Condition::Simpler(cond.swapped(), b, a),
            (None, None) if a == b => Condition::Known(cond.reflexive()),
            (None, Some(y)) => self.with_known(cond, a, y, b),
            (None, None) => Condition::AsItIs,
        }
    }

    fn with_known(&self, cond: Cond, a: Value, y: i64, b: Value) -> Condition {
        match (cond, y) {
            (Cond::Ult, 0) => return Condition::Known(false),
            (Cond::Uge, 0) => return Condition::Known(true),
            (Cond::Ugt, 0) => return Condition::Simpler(Cond::Ne, a, b),
            (Cond::Ule, 0) => return Condition::Simpler(Cond::Eq, a, b),
            _ => {}
        }
        match self.def(a) {
            Some(Op::Compare(inner, x, z)) => match (cond, y) {
                (Cond::Ne, 0) | (Cond::Eq, 1) => Condition::Is(a),
                (Cond::Eq, 0) | (Cond::Ne, 1) => Condition::Simpler(inner.inverted(), x, z),
                _ => Condition::AsItIs,
            },
            Some(Op::Swap(bytes, x)) if matches!(cond, Cond::Eq | Cond::Ne) && self.is_clean(x, bytes) => {
                let shift = 64 - 8 * u32::from(bytes);
                let y = if self.f.ty(a) == Type::I32 { u64::from(y as u32) } else { y as u64 };
                match bytes == 8 || y < 1 << (8 * bytes) {
                    true => Condition::With(cond, x, (y.swap_bytes() >> shift) as i64),
                    false => Condition::Known(cond == Cond::Ne),
                }
            }
            Some(Op::Zext(x)) if !cond.is_signed() && u32::try_from(y).is_ok() => Condition::With(cond, x, y),
            _ => Condition::AsItIs,
        }
    }

    /// Whether a value has nothing above its low `bytes` bytes.
    fn is_clean(&self, value: Value, bytes: u8) -> bool {
        if u32::from(bytes) * 8 == self.f.ty(value).bits() {
            return true;
        }
        match self.def(value) {
            Some(Op::Load { bytes: loaded, .. }) => loaded <= bytes,
            Some(Op::Binary(Binary::And, _, mask)) => {
                self.constant(mask).is_some_and(|mask| (0..1 << (8 * bytes)).contains(&mask))
            }
            _ => false,
        }
    }

    fn branch(&mut self, end: &Terminator, block: Block) -> Option<Terminator> {
        let Terminator::Branch(cond, a, b, then, otherwise) = end else { return None };
        if then == otherwise {
            return Some(Terminator::Jump(then.clone()));
        }
        let take = |edge: &Edge| Some(Terminator::Jump(edge.clone()));
        let again = |cond, a, b| Some(Terminator::Branch(cond, a, b, then.clone(), otherwise.clone()));
        match self.condition(*cond, *a, *b) {
            Condition::Known(true) => take(then),
            Condition::Known(false) => take(otherwise),
            Condition::Simpler(cond, a, b) => again(cond, a, b),
            Condition::Is(truth) => match self.def(truth) {
                Some(Op::Compare(cond, a, b)) => again(cond, a, b),
                _ => None,
            },
            Condition::With(cond, a, constant) => {
                let (span, ty) = (self.f.end_span(block), self.f.ty(a));
                let b = self.f.append(block, Op::Const(ty.wrap(constant)), Some(ty), span)?;
                again(cond, a, b)
            }
            Condition::AsItIs => None,
        }
    }

    // ---- addresses ----

    fn advance(&mut self, ptr: Value, by: Value, inst: Inst) -> Option<Folded> {
        let by = self.constant(by)?;
        if by == 0 {
            return Some(Folded::Value(ptr));
        }
        let Some(Op::Advance(base, inner)) = self.def(ptr) else { return None };
        let sum = self.constant(inner)?.checked_add(by)?;
        let sum = self.make(sum, Type::I64, inst);
        Some(Folded::Op(Op::Advance(base, sum)))
    }

    /// The pointer without its constant part, which the offset takes.
    fn absorb(&self, ptr: Value, offset: i32) -> Option<(Value, i32)> {
        let Some(Op::Advance(base, by)) = self.def(ptr) else { return None };
        let by = i32::try_from(self.constant(by)?).ok()?;
        let offset = offset.checked_add(by)?;
        i16::try_from(offset).is_ok().then_some((base, offset))
    }

    /// Stores look at the low bytes only, so what only changes those above is not needed.
    fn store(&mut self, bytes: u8, ptr: Value, offset: i32, value: Value) -> Option<Folded> {
        if let Some((ptr, offset)) = self.absorb(ptr, offset) {
            return Some(Folded::Op(Op::Store { bytes, ptr, offset, value }));
        }
        let low = 8 * u32::from(bytes);
        let inner = match self.def(value)? {
            Op::Trunc(x) | Op::Zext(x) | Op::Sext(x) => x,
            Op::SextLow(bits, x) if u32::from(bits) >= low => x,
            Op::Binary(Binary::And, x, mask) => {
                let mask = self.constant(mask)?;
                let kept = mask == -1 || low < 64 && mask & ((1 << low) - 1) == (1 << low) - 1;
                kept.then_some(x)?
            }
            _ => return None,
        };
        let fits = self.f.ty(inner).bits() >= low && !self.f.ty(inner).is_pointer();
        fits.then_some(Folded::Op(Op::Store { bytes, ptr, offset, value: inner }))
    }
}

/// What a comparison comes to.
enum Condition {
    /// Always so.
    Known(bool),
    /// The truth of another comparison.
    Is(Value),
    /// Another comparison.
    Simpler(Cond, Value, Value),
    /// Another comparison, with a constant.
    With(Cond, Value, i64),
    /// Nothing simpler.
    AsItIs,
}

fn same_operands(op: Binary, a: Value) -> Option<Folded> {
    match op {
        Binary::And | Binary::Or => Some(Folded::Value(a)),
        Binary::Sub | Binary::Xor => Some(Folded::Const(0)),
        _ => None,
    }
}
