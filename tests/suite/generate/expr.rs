//! Generated expressions over all integer types: 2,400 of them, 10 in a program.
//!
//! An expression is a tree with a type; `compute` says what its value is, `grow` makes it.

use std::fmt;

use super::{
    Batch, Program, compute,
    grow::Grower,
    integer::{Int, TYPES},
    random::Random,
};
use crate::state::Inputs;

/// How many programs a batch has, and how many expressions a program.
const PROGRAMS: usize = 20;
const EXPRESSIONS: usize = 10;
/// How many inputs there are of each type.
pub const INPUTS: usize = 4;

/// Operations on two operands of one type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Rem,
    And,
    Or,
    Xor,
    Min,
    Max,
}

/// Shifts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shift {
    Left,
    Right,
    Arithmetic,
}

/// Operations on one operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unary {
    Negate,
    Not,
    Abs,
    Increment,
    Decrement,
    Log2,
}

/// Comparisons. The signed ones read both operands as signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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

/// A test.
#[derive(Clone, Debug)]
pub enum Test {
    /// Of two operands.
    Compare(Compare, Box<Expr>, Box<Expr>),
    /// Whether a number is not zero.
    True(Box<Expr>),
    /// The opposite.
    Not(Box<Test>),
    /// Both.
    And(Box<Test>, Box<Test>),
    /// Either.
    Or(Box<Test>, Box<Test>),
}

/// An expression's operation.
#[derive(Clone, Debug)]
pub enum Node {
    /// A value loaded from the inputs.
    Input(usize),
    /// A number, which takes the type of the other operand.
    Literal(i128),
    /// Two operands.
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// A value and an amount.
    Shift(Shift, Box<Expr>, Box<Expr>),
    /// One operand.
    Unary(Unary, Box<Expr>),
    /// `(u16 x)`, or `(cast u16 x)`.
    Convert(bool, Box<Expr>),
    /// `htons` and the like: the name and the bytes.
    Swap(&'static str, u32, Box<Expr>),
    /// A test as a number of the type.
    Bool(Box<Test>),
    /// A choice between two of one type.
    If(Box<Test>, Box<Expr>, Box<Expr>),
    /// `(let ((v T x)) (setf v (+ v 1)) v)`: stored to a place of the type, and again.
    Variable(Box<Expr>),
    /// `and` and `or`: the deciding operand.
    Deciding(bool, Box<Expr>, Box<Expr>),
}

/// An expression and its type.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it does.
    pub node: Node,
    /// The type of its value.
    pub ty: Int,
}

/// The programs of one seed.
pub fn batch(seed: u64) -> Batch {
    let mut random = Random::new(seed);
    let (mut bytes, mut values) = (Vec::new(), Vec::new());
    for ty in TYPES {
        for index in 0..INPUTS {
            let value = ty.wrap(random.edgy().into());
            bytes.extend_from_slice(&(value as u64).to_le_bytes());
            values.push((ty, index, value));
        }
    }
    let mut text = format!(
        "(defmap in :type :array :key u32 :value (array u64 {}) :max-entries 1)\n\n\
         (defmap out :type :array :key u32 :value u64 :max-entries {EXPRESSIONS})\n\n",
        values.len()
    );
    let mut inputs = Inputs::empty();
    inputs.entries.push(("in".into(), vec![0; 4], bytes));
    let mut programs = Vec::new();
    for index in 0..PROGRAMS {
        let name = format!("p{index}");
        let expressions: Vec<_> = (0..EXPRESSIONS).map(|_| Grower::new(&mut random).number(4)).collect();
        text += &format!("(defprog {name} (:type :cgroup-skb :section \"cgroup_skb/egress\")\n");
        text += "  (when-let ((p (map-lookup in 0)))\n";
        for (i, expression) in expressions.iter().enumerate() {
            text += &format!("    (setf (getmap out {i}) (u64 {expression}))\n");
        }
        text += "    nil)\n  1)\n\n";
        let wanted = expressions.iter().map(|e| compute::value(e, &values) as u64).collect();
        programs.push(Program { name, wanted, what: expressions.iter().map(Expr::to_string).collect() });
    }
    Batch { text, inputs, programs }
}

/// Where in the inputs an input is: eight bytes for each.
fn offset(ty: Int, index: usize) -> usize {
    let position = TYPES.iter().position(|other| *other == ty).unwrap_or(0);
    8 * (position * INPUTS + index)
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ty = self.ty.name();
        match &self.node {
            Node::Input(index) => write!(f, "(load {ty} p {})", offset(self.ty, *index)),
            Node::Literal(value) => write!(f, "{value}"),
            Node::Binary(op, a, b) => write!(f, "({} {a} {b})", op.name()),
            Node::Shift(op, a, n) => write!(f, "({} {a} {n})", op.name()),
            Node::Unary(op, a) => write!(f, "({} {a})", op.name()),
            Node::Convert(false, a) => write!(f, "({ty} {a})"),
            Node::Convert(true, a) => write!(f, "(cast {ty} {a})"),
            Node::Swap(name, _, a) => write!(f, "({name} {a})"),
            Node::Bool(test) => write!(f, "({ty} {test})"),
            Node::If(test, a, b) => write!(f, "({ty} (if {test} {a} {b}))"),
            Node::Variable(a) => write!(f, "(let ((v {ty} {a})) (setf v (+ v 1)) v)"),
            Node::Deciding(true, a, b) => write!(f, "(and {a} {b})"),
            Node::Deciding(false, a, b) => write!(f, "(or {a} {b})"),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare(op, a, b) => write!(f, "({} {a} {b})", op.name()),
            Self::True(a) => write!(f, "(/= {a} 0)"),
            Self::Not(test) => write!(f, "(not {test})"),
            Self::And(a, b) => write!(f, "(and {a} {b})"),
            Self::Or(a, b) => write!(f, "(or {a} {b})"),
        }
    }
}

/// Names of a family's members, in the order of the variants.
macro_rules! names {
    ($family:ident $($text:literal)+) => {
        impl $family {
            fn name(self) -> &'static str {
                [$($text),+][self as usize]
            }
        }
    };
}

names!(Binary "+" "-" "*" "/" "mod" "rem" "logand" "logior" "logxor" "min" "max");
names!(Shift "<<" ">>" ">>>");
names!(Unary "-" "lognot" "abs" "1+" "1-" "log2");
names!(Compare "=" "/=" "<" "<=" ">" ">=" "s<" "s<=" "s>" "s>=");
