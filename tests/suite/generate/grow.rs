//! Makes expressions that the language accepts: operands that may be mixed, literals that fit,
//! constant shifts inside the width, no constant divisor of zero.

use super::{
    expr::{Binary, Compare, Expr, INPUTS, Node, Shift, Test, Unary},
    integer::{Int, TYPES, int},
    random::Random,
};

const BINARY: [Binary; 11] = [
    Binary::Add,
    Binary::Sub,
    Binary::Mul,
    Binary::Div,
    Binary::Mod,
    Binary::Rem,
    Binary::And,
    Binary::Or,
    Binary::Xor,
    Binary::Min,
    Binary::Max,
];
const SHIFTS: [Shift; 3] = [Shift::Left, Shift::Right, Shift::Arithmetic];
const UNARY: [Unary; 5] = [Unary::Negate, Unary::Not, Unary::Abs, Unary::Increment, Unary::Decrement];
const COMPARE: [Compare; 6] = [Compare::Eq, Compare::Ne, Compare::Lt, Compare::Le, Compare::Gt, Compare::Ge];
const SIGNED: [Compare; 4] = [Compare::SignedLt, Compare::SignedLe, Compare::SignedGt, Compare::SignedGe];
const SWAPS: [(&str, u32); 9] = [
    ("htons", 2),
    ("ntohs", 2),
    ("bswap16", 2),
    ("htonl", 4),
    ("ntohl", 4),
    ("bswap32", 4),
    ("htonll", 8),
    ("ntohll", 8),
    ("bswap64", 8),
];

/// A source of expressions.
pub struct Grower<'a> {
    random: &'a mut Random,
}

fn make(node: Node, ty: Int) -> Expr {
    Expr { node, ty }
}

impl<'a> Grower<'a> {
    /// From `random`.
    pub fn new(random: &'a mut Random) -> Self {
        Self { random }
    }

    /// An expression of any type, at most `depth` operations deep.
    pub fn number(&mut self, depth: u32) -> Expr {
        if depth == 0 {
            let ty = self.random.pick(&TYPES);
            return make(Node::Input(self.random.below(INPUTS)), ty);
        }
        match self.random.below(12) {
            0..=3 => self.binary(depth),
            4 | 5 => self.shift(depth),
            6 => self.unary(depth),
            7 => self.convert(depth),
            8 => self.swap(depth),
            9 => self.choice(depth),
            10 => self.deciding(depth),
            _ => self.variable(depth),
        }
    }

    fn boxed(&mut self, depth: u32) -> Box<Expr> {
        Box::new(self.number(depth - 1))
    }

    /// `expr` as a value of `ty`.
    fn converted(&mut self, expr: Box<Expr>, ty: Int) -> Box<Expr> {
        match expr.ty == ty {
            true => expr,
            false => Box::new(make(Node::Convert(self.random.one_in(2), expr), ty)),
        }
    }

    /// Two operands and the type of an operation on them.
    fn operands(&mut self, depth: u32) -> (Box<Expr>, Box<Expr>, Int) {
        let a = self.boxed(depth);
        if self.random.one_in(5) {
            let literal = self.literal(a.ty);
            let ty = a.ty.widened();
            return (a, literal, ty);
        }
        let b = self.boxed(depth);
        match a.ty.common(b.ty) {
            Some(ty) => (a, b, ty),
            None => {
                let ty = a.ty.widened();
                let b = self.converted(b, ty);
                (a, b, ty)
            }
        }
    }

    /// A literal of `ty`, never 0, so that it may divide.
    fn literal(&mut self, ty: Int) -> Box<Expr> {
        let value = ty.wrap(self.random.edgy().into());
        Box::new(make(Node::Literal(if value == 0 { 7 } else { value }), ty))
    }

    fn binary(&mut self, depth: u32) -> Expr {
        let (a, b, ty) = self.operands(depth);
        make(Node::Binary(self.random.pick(&BINARY), a, b), ty)
    }

    fn shift(&mut self, depth: u32) -> Expr {
        let a = self.boxed(depth);
        let ty = a.ty.widened();
        let amount = match self.random.one_in(2) {
            true => Box::new(make(Node::Literal(self.random.below(ty.bits as usize) as i128), ty)),
            false => self.boxed(depth),
        };
        make(Node::Shift(self.random.pick(&SHIFTS), a, amount), ty)
    }

    fn unary(&mut self, depth: u32) -> Expr {
        let a = self.boxed(depth);
        if !a.ty.signed && self.random.one_in(4) {
            return make(Node::Unary(Unary::Log2, a), int(32, false));
        }
        let ty = a.ty.widened();
        make(Node::Unary(self.random.pick(&UNARY), a), ty)
    }

    fn convert(&mut self, depth: u32) -> Expr {
        let ty = self.random.pick(&TYPES);
        if self.random.one_in(3) {
            return make(Node::Bool(Box::new(self.test(depth))), ty);
        }
        let a = self.boxed(depth);
        make(Node::Convert(self.random.one_in(2), a), ty)
    }

    fn swap(&mut self, depth: u32) -> Expr {
        let (name, bytes) = self.random.pick(&SWAPS);
        let a = self.boxed(depth);
        make(Node::Swap(name, bytes, a), int(bytes * 8, false))
    }

    fn choice(&mut self, depth: u32) -> Expr {
        let test = Box::new(self.test(depth));
        let a = self.boxed(depth);
        let b = self.boxed(depth);
        let b = self.converted(b, a.ty);
        let ty = a.ty;
        make(Node::If(test, a, b), ty)
    }

    fn deciding(&mut self, depth: u32) -> Expr {
        let ty = self.random.pick(&[int(32, false), int(64, false), int(32, true), int(64, true)]);
        let (a, b) = (self.boxed(depth), self.boxed(depth));
        let (a, b) = (self.converted(a, ty), self.converted(b, ty));
        make(Node::Deciding(self.random.one_in(2), a, b), ty)
    }

    fn variable(&mut self, depth: u32) -> Expr {
        let ty = self.random.pick(&TYPES);
        let a = self.boxed(depth);
        make(Node::Variable(a), ty)
    }

    fn test(&mut self, depth: u32) -> Test {
        match self.random.below(if depth < 2 { 6 } else { 9 }) {
            0..=3 => {
                let (a, b, _) = self.operands(depth);
                Test::Compare(self.random.pick(&COMPARE), a, b)
            }
            4 => {
                let ty = self.random.pick(&[int(32, false), int(64, false), int(32, true), int(64, true)]);
                let (a, b) = (self.boxed(depth), self.boxed(depth));
                let (a, b) = (self.converted(a, ty), self.converted(b, ty));
                Test::Compare(self.random.pick(&SIGNED), a, b)
            }
            5 => Test::True(self.boxed(depth)),
            6 => Test::Not(Box::new(self.test(depth - 1))),
            7 => Test::And(Box::new(self.test(depth - 1)), Box::new(self.test(depth - 1))),
            _ => Test::Or(Box::new(self.test(depth - 1)), Box::new(self.test(depth - 1))),
        }
    }
}
