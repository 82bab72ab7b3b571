//! Programs with more values live than there are registers, across helper calls, branches and
//! loops: 520 of them, half with 15 values and half with 30.
//!
//! Every value is read at the start, changed in between and part of both results.

use std::fmt::{self, Write};

use super::{Batch, Program, random::Random};
use crate::state::Inputs;

/// How many programs a batch has.
const PROGRAMS: usize = 20;
/// How many entries the map has in which values are put away.
const SHELVES: usize = 8;
/// How many uses of that map a program has at most.
const HELPERS: usize = 8;
const CLOBBERS: [&str; 3] = ["ktime-get-ns", "get-prandom-u32", "get-smp-processor-id"];

#[derive(Clone, Copy, Debug)]
enum Op {
    Add,
    Sub,
    Mul,
    And,
    Or,
    Xor,
    Rotate(u32),
}

const OPS: [Op; 7] = [Op::Add, Op::Sub, Op::Mul, Op::And, Op::Or, Op::Xor, Op::Rotate(0)];

#[derive(Debug)]
enum Statement {
    /// `a = b op c`
    Assign(Op, usize, usize, usize),
    /// A helper that gives nothing that is used.
    Clobber(&'static str),
    /// Puts a value on a shelf; 1 is added to another when that succeeds.
    Put(usize, usize, usize),
    /// Adds what is on a shelf.
    Take(usize, usize),
    /// A choice by comparing two values.
    If(usize, usize, Vec<Statement>, Vec<Statement>),
    /// Rounds; the round's number is added to a value each time.
    Loop(u64, usize, Vec<Statement>),
}

/// The programs of one seed, with so many values each.
pub fn batch(seed: u64, values: usize) -> Batch {
    let mut random = Random::new(seed ^ ((values as u64) << 32));
    let start: Vec<u64> = (0..values).map(|_| random.edgy()).collect();
    let bytes = start.iter().flat_map(|value| value.to_le_bytes()).collect();
    let mut inputs = Inputs::empty();
    inputs.entries.push(("in".into(), vec![0; 4], bytes));
    let mut text = format!(
        "(defmap in :type :array :key u32 :value (array u64 {values}) :max-entries 1)\n\n\
         (defmap out :type :array :key u32 :value u64 :max-entries 2)\n\n\
         (defmap shelf :type :array :key u32 :value u64 :max-entries {SHELVES})\n\n"
    );
    let mut programs = Vec::new();
    for index in 0..PROGRAMS {
        let name = format!("p{index}");
        let body = Grower { random: &mut random, values, helpers: HELPERS }.statements(3, 6);
        program(&mut text, &name, &body, values);
        let mut machine = Machine { values: start.clone(), shelves: [0; SHELVES] };
        machine.all(&body);
        let what = vec!["the sum of all values".into(), "all values mixed".into()];
        programs.push(Program { name, wanted: machine.results().to_vec(), what });
    }
    Batch { text, inputs, programs }
}

/// Makes statements.
struct Grower<'a> {
    random: &'a mut Random,
    values: usize,
    /// How many more uses of the shelves there may be: each takes stack.
    helpers: usize,
}

impl Grower<'_> {
    fn statements(&mut self, depth: usize, count: usize) -> Vec<Statement> {
        (0..count).map(|_| self.statement(depth)).collect()
    }

    fn value(&mut self) -> usize {
        self.random.below(self.values)
    }

    fn statement(&mut self, depth: usize) -> Statement {
        match self.random.below(if depth == 0 { 7 } else { 11 }) {
            0..=3 => self.assign(),
            4 => Statement::Clobber(self.random.pick(&CLOBBERS)),
            5 | 6 if self.helpers == 0 => self.assign(),
            5 => {
                self.helpers -= 1;
                Statement::Put(self.random.below(SHELVES), self.value(), self.value())
            }
            6 => {
                self.helpers -= 1;
                Statement::Take(self.random.below(SHELVES), self.value())
            }
            7 | 8 => {
                let (a, b) = (self.value(), self.value());
                Statement::If(a, b, self.statements(depth - 1, 3), self.statements(depth - 1, 2))
            }
            _ => {
                let (rounds, a) = (1 + self.random.below(3) as u64, self.value());
                Statement::Loop(rounds, a, self.statements(depth - 1, 3))
            }
        }
    }

    fn assign(&mut self) -> Statement {
        let op = match self.random.pick(&OPS) {
            Op::Rotate(_) => Op::Rotate(1 + self.random.below(63) as u32),
            op => op,
        };
        Statement::Assign(op, self.value(), self.value(), self.value())
    }
}

fn program(text: &mut String, name: &str, body: &[Statement], values: usize) {
    let bindings: Vec<_> = (0..values).map(|i| format!("(a{i} (load u64 p {}))", 8 * i)).collect();
    let sum: Vec<_> = (0..values).map(|i| format!("(* a{i} {})", weight(i))).collect();
    let mixed: Vec<_> = (0..values).map(|i| format!("(>> a{i} {})", i % 7)).collect();
    let _ = writeln!(text, "(defprog {name} (:type :cgroup-skb :section \"cgroup_skb/egress\")");
    let _ =
        writeln!(text, "  (when-let ((p (map-lookup in 0)))\n    (let ({})", bindings.join("\n          "));
    for statement in body {
        let _ = writeln!(text, "      {statement}");
    }
    let _ = writeln!(text, "      (setf (getmap out 0) (+ {}))", sum.join(" "));
    let _ = writeln!(text, "      (setf (getmap out 1) (logxor {}))))\n  1)\n", mixed.join(" "));
}

/// An odd number for each value, so that no change is lost in the sum.
fn weight(index: usize) -> u64 {
    (2 * index as u64 + 1).wrapping_mul(0x1_0001)
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Assign(Op::Rotate(n), a, b, c) => {
                write!(f, "(setf a{a} (logior (<< a{b} {n}) (>> a{c} {})))", 64 - n)
            }
            Self::Assign(op, a, b, c) => write!(f, "(setf a{a} ({} a{b} a{c}))", op.name()),
            Self::Clobber(helper) => write!(f, "({helper})"),
            Self::Put(shelf, a, b) => write!(f, "(when (= 0 (map-update shelf {shelf} a{a})) (incf a{b}))"),
            Self::Take(shelf, a) => write!(f, "(setf a{a} (+ a{a} (getmap shelf {shelf})))"),
            Self::If(a, b, then, otherwise) => {
                write!(f, "(if (< a{a} a{b}) (progn{}) (progn{}))", Body(then), Body(otherwise))
            }
            Self::Loop(rounds, a, body) => write!(f, "(dotimes (i {rounds}) (incf a{a} i){})", Body(body)),
        }
    }
}

struct Body<'a>(&'a [Statement]);

impl fmt::Display for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|statement| write!(f, " {statement}"))
    }
}

impl Op {
    fn name(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::And => "logand",
            Self::Or => "logior",
            Self::Xor | Self::Rotate(_) => "logxor",
        }
    }

    fn apply(self, a: u64, b: u64) -> u64 {
        match self {
            Self::Add => a.wrapping_add(b),
            Self::Sub => a.wrapping_sub(b),
            Self::Mul => a.wrapping_mul(b),
            Self::And => a & b,
            Self::Or => a | b,
            Self::Xor => a ^ b,
            Self::Rotate(n) => (a << n) | (b >> (64 - n)),
        }
    }
}

/// What the programs are to do, in Rust.
struct Machine {
    values: Vec<u64>,
    shelves: [u64; SHELVES],
}

impl Machine {
    fn all(&mut self, body: &[Statement]) {
        body.iter().for_each(|statement| self.one(statement));
    }

    fn one(&mut self, statement: &Statement) {
        match statement {
            Statement::Assign(op, a, b, c) => self.values[*a] = op.apply(self.values[*b], self.values[*c]),
            Statement::Clobber(_) => {}
            Statement::Put(shelf, a, b) => {
                self.shelves[*shelf] = self.values[*a];
                self.values[*b] = self.values[*b].wrapping_add(1);
            }
            Statement::Take(shelf, a) => {
                self.values[*a] = self.values[*a].wrapping_add(self.shelves[*shelf]);
            }
            Statement::If(a, b, then, otherwise) => {
                self.all(if self.values[*a] < self.values[*b] { then } else { otherwise });
            }
            Statement::Loop(rounds, a, body) => (0..*rounds).for_each(|round| {
                self.values[*a] = self.values[*a].wrapping_add(round);
                self.all(body);
            }),
        }
    }

    fn results(&self) -> [u64; 2] {
        let numbered = || self.values.iter().enumerate();
        let sum = numbered().fold(0u64, |sum, (i, value)| sum.wrapping_add(value.wrapping_mul(weight(i))));
        [sum, numbered().fold(0, |mixed, (i, value)| mixed ^ (value >> (i % 7)))]
    }
}
