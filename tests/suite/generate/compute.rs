//! The value of a generated expression, from the language's description alone.
//!
//! Values are mathematical integers, wrapped to their type after each operation.

use super::{
    expr::{Binary, Compare, Expr, Node, Shift, Test, Unary},
    integer::{Int, int},
};

/// A type, an index and the value of that input.
type Inputs = [(Int, usize, i128)];

/// The value of `expr`, in its type.
pub fn value(expr: &Expr, inputs: &Inputs) -> i128 {
    let of = |e: &Expr| value(e, inputs);
    let result = match &expr.node {
        Node::Input(index) => {
            let found = inputs.iter().find(|(ty, i, _)| (*ty, *i) == (expr.ty, *index));
            found.map_or(0, |(_, _, value)| *value)
        }
        Node::Literal(value) => *value,
        Node::Binary(op, a, b) => binary(*op, of(a), of(b)),
        Node::Shift(op, a, n) => shift(*op, expr.ty, of(a), of(n)),
        Node::Unary(op, a) => unary(*op, of(a)),
        Node::Convert(_, a) => of(a),
        Node::Swap(_, bytes, a) => swap(*bytes, of(a)),
        Node::Bool(test) => holds(test, inputs).into(),
        Node::If(test, a, b) => {
            if holds(test, inputs) {
                of(a)
            } else {
                of(b)
            }
        }
        Node::Variable(a) => expr.ty.wrap(of(a)) + 1,
        Node::Deciding(all, a, b) => {
            let first = of(a);
            if (first != 0) == *all { of(b) } else { first }
        }
    };
    expr.ty.wrap(result)
}

fn binary(op: Binary, a: i128, b: i128) -> i128 {
    match op {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a.wrapping_mul(b),
        Binary::Div if b == 0 => 0,
        Binary::Div => a / b,
        Binary::Mod | Binary::Rem if b == 0 => a,
        Binary::Mod => a - b * floor_div(a, b),
        Binary::Rem => a % b,
        Binary::And => a & b,
        Binary::Or => a | b,
        Binary::Xor => a ^ b,
        Binary::Min => a.min(b),
        Binary::Max => a.max(b),
    }
}

fn floor_div(a: i128, b: i128) -> i128 {
    let quotient = a / b;
    if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
}

/// A run-time amount is taken modulo the width; `>>` follows the sign of the left operand's type.
fn shift(op: Shift, ty: Int, a: i128, n: i128) -> i128 {
    let n = (n & i128::from(ty.bits - 1)) as u32;
    match op {
        Shift::Left => (a as u128).wrapping_shl(n) as i128,
        Shift::Right => a >> n,
        Shift::Arithmetic => int(ty.bits, true).wrap(a) >> n,
    }
}

fn unary(op: Unary, a: i128) -> i128 {
    match op {
        Unary::Negate => -a,
        Unary::Not => !a,
        Unary::Abs => a.abs(),
        Unary::Increment => a + 1,
        Unary::Decrement => a - 1,
        // The floor; of 0 it is 0. Operands have no sign.
        Unary::Log2 => a.max(1).ilog2().into(),
    }
}

fn swap(bytes: u32, a: i128) -> i128 {
    (a as u64).swap_bytes().checked_shr(64 - 8 * bytes).unwrap_or(0).into()
}

fn holds(test: &Test, inputs: &Inputs) -> bool {
    match test {
        Test::Compare(op, a, b) => compare(*op, a.ty, value(a, inputs), value(b, inputs)),
        Test::True(a) => value(a, inputs) != 0,
        Test::Not(test) => !holds(test, inputs),
        Test::And(a, b) => holds(a, inputs) && holds(b, inputs),
        Test::Or(a, b) => holds(a, inputs) || holds(b, inputs),
    }
}

/// Operands of the signed comparisons are of one type, at least 32 bits wide.
fn compare(op: Compare, ty: Int, a: i128, b: i128) -> bool {
    let signed = |value| int(ty.bits, true).wrap(value);
    match op {
        Compare::Eq => a == b,
        Compare::Ne => a != b,
        Compare::Lt => a < b,
        Compare::Le => a <= b,
        Compare::Gt => a > b,
        Compare::Ge => a >= b,
        Compare::SignedLt => signed(a) < signed(b),
        Compare::SignedLe => signed(a) <= signed(b),
        Compare::SignedGt => signed(a) > signed(b),
        Compare::SignedGe => signed(a) >= signed(b),
    }
}
