//! What is said of an access that is not known to be inside its object.

use super::{
    Proof, Words,
    bounds::{Address, Problem},
};
use crate::{
    diagnostic::{Diagnostic, codes},
    ir::{Binary, Op, Region, Type, Value},
    source::Span,
};

impl Proof<'_> {
    /// What messages call the memory that starts at `root`, and its end.
    fn words(&self, root: Value) -> Words {
        match self.f.ty(root) {
            Type::Ptr(Region::PacketMeta) => Words { what: "metadata", start: "data-meta", end: "data" },
            _ => self.packet,
        }
    }

    /// Where the program subtracts packet pointers, if it does.
    fn distance(&self) -> Option<Span> {
        let mut insts = self.graph.order().iter().flat_map(|block| self.f.insts(*block));
        insts.find(|inst| matches!(self.f.op(**inst), Op::Distance(..))).map(|inst| self.f.span(*inst))
    }

    /// The variable that a pointer is, or is a constant number of bytes from. What a macro made up is no
    /// name; the packet's start has one even where the program does not give it one.
    fn named_start(&self, ptr: Value, offset: i64) -> Option<(&str, i64)> {
        let (mut at, mut from) = (ptr, offset);
        loop {
            match (self.called(at).filter(|name| !name.starts_with("#:")), self.f.def_op(at)) {
                (Some(name), _) => return Some((name, from)),
                (None, Some(Op::Advance(base, by))) => {
                    from = from.saturating_add(self.f.constant(*by)?);
                    at = *base;
                }
                (None, Some(Op::Load { .. })) => return Some((self.words(at).start, from)),
                (None, _) => return None,
            }
        }
    }

    /// The number that `part` is made of, how many bytes each one of it is, and whether it has a sign.
    fn scaled(&self, part: Value) -> (Value, i64, bool) {
        let (mut index, mut scale, mut signed) = (part, 1_i64, false);
        loop {
            let constant = |value| self.f.constant(value).filter(|n| (1..=i64::from(u32::MAX)).contains(n));
            match self.f.def_op(index) {
                Some(Op::Zext(inner)) => index = *inner,
                Some(Op::Sext(inner)) => (index, signed) = (*inner, true),
                Some(Op::Binary(Binary::Mul, inner, by)) if scale == 1 && constant(*by).is_some() => {
                    (index, scale) = (*inner, constant(*by).unwrap_or(1));
                }
                Some(Op::Binary(Binary::Shl, inner, by)) if scale == 1 && constant(*by).is_some() => {
                    (index, scale) = (*inner, 1 << constant(*by).unwrap_or(0).min(31));
                }
                _ => return (index, scale, signed),
            }
        }
    }

    pub(super) fn explain(
        &self,
        span: Span,
        address: &Address,
        (ptr, offset, bytes): (Value, i32, u32),
        problem: Problem,
    ) -> Diagnostic {
        match problem {
            Problem::Outside(size) => self.outside(span, address, bytes, size),
            Problem::Part(part, size) => {
                self.perhaps_outside(span, part, i64::from(bytes) + address.constant, size)
            }
            Problem::Moving => moving(span),
            Problem::End => ended(span, self.packet),
            Problem::Unproven if self.f.ty(ptr) == Type::Ptr(Region::PacketOrOwn) => {
                let error = self.unproven(span, address, (address.root, address.constant, bytes));
                match self.f.def(address.root) {
                    Some(inst) => error.also(self.f.span(inst), "where it is the packet that it points to"),
                    None => error,
                }
            }
            Problem::Unproven => self.unproven(span, address, (ptr, offset.into(), bytes)),
        }
    }

    fn outside(&self, span: Span, address: &Address, bytes: u32, size: u32) -> Diagnostic {
        let (first, last) = (address.constant, address.constant + i64::from(bytes) - 1);
        let message = format!("bytes {first} to {last} are outside an object of {size} bytes");
        let error = Diagnostic::error(&codes::OUT_OF_BOUNDS, span, message);
        let error = match self.f.def(address.root) {
            Some(root) if self.f.span(root) != span => {
                error.also(self.f.span(root), "the object is from here")
            }
            _ => error,
        };
        error.help(match size.checked_sub(bytes) {
            Some(last) => format!("the last {bytes} bytes start at offset {last}"),
            None => format!("use at most {size} bytes, or make the object larger"),
        })
    }

    /// `end` is where the access ends without `part`.
    fn perhaps_outside(&self, span: Span, part: Value, end: i64, size: u32) -> Diagnostic {
        let (index, scale, signed) = self.scaled(part);
        let name = self.called(index).unwrap_or("i");
        let message = format!("this may be outside an object of {size} bytes");
        let count = (i64::from(size) - end).max(0) / scale + 1;
        let mut error = Diagnostic::error(&codes::OUT_OF_BOUNDS, span, message);
        if let Some(inst) = self.f.def(part) {
            error = error.also(self.f.span(inst), "known at run time only");
        }
        let test = match signed {
            true => format!("(and (>= {name} 0) (< {name} {count}))"),
            false => format!("(< {name} {count})"),
        };
        error
            .help(format!("test it before: `(when {test} …)`"))
            .help(format!("or mask it: `(logand {name} {})`", mask(count)))
    }

    /// A pointer and an offset from it, of so many bytes, that no test covers.
    fn unproven(&self, span: Span, address: &Address, (ptr, offset, bytes): (Value, i64, u32)) -> Diagnostic {
        let end = address.constant + i64::from(bytes);
        let words = self.words(address.root);
        let plural = if end == 1 { "byte" } else { "bytes" };
        let message = format!("the {} may be shorter than the {end} {plural} that this needs", words.what);
        let mut error = Diagnostic::error(&codes::OUT_OF_BOUNDS, span, message);
        if let Some(span) = self.distance() {
            error = error.also(span, "this difference is a number, and tells the verifier nothing");
        }
        match self.named_start(ptr, offset) {
            Some((start, from)) => {
                let end = from + i64::from(bytes);
                let test = format!("(when (> (+ {start} {end}) {}) (return 1))", words.end);
                error.help(format!("test it before: `{test}`"))
            }
            None => {
                let test = format!("(when (> (+ p {bytes}) {}) (return 1))", words.end);
                error.help(format!("bind the pointer and test it: `(let ((p …)) {test} …)`"))
            }
        }
    }
}

fn moving(span: Span) -> Diagnostic {
    let message = "the loop moves this pointer, perhaps beyond its object";
    let error = Diagnostic::error(&codes::OUT_OF_BOUNDS, span, message);
    error.help("leave the pointer where it is and add the loop's counter: `(+ p i)`")
}

fn ended(span: Span, words: Words) -> Diagnostic {
    let message = format!("`{}` is where the {} has ended: nothing is there", words.end, words.what);
    let error = Diagnostic::error(&codes::OUT_OF_BOUNDS, span, message);
    error.help(format!("read from `{}`, after a test against `{}`", words.start, words.end))
}

/// The greatest mask that keeps a number below `count`, which is not 0.
fn mask(count: i64) -> i64 {
    (1 << count.ilog2()) - 1
}
