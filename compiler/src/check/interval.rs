//! Between which bounds an integer is, read without a sign and read with one.
//!
//! Both readings are kept, as the verifier keeps them, because each knows what the other cannot say:
//! "not below 0, and below 16" bounds a number with a sign only when it is read as both.

use crate::ir::{Binary, Cond, Type};

/// From the least to the greatest, both included, in both readings of an integer of one width.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    /// The least, without a sign.
    pub min: u64,
    /// The greatest, without a sign.
    pub max: u64,
    /// The least, with a sign.
    pub low: i64,
    /// The greatest, with a sign.
    pub high: i64,
    wide: bool,
}

impl Range {
    /// All integers of the width of `ty`.
    pub fn full(ty: Type) -> Self {
        match ty {
            Type::I32 => Self {
                min: 0,
                max: u32::MAX.into(),
                low: i32::MIN.into(),
                high: i32::MAX.into(),
                wide: false,
            },
            _ => Self { min: 0, max: u64::MAX, low: i64::MIN, high: i64::MAX, wide: true },
        }
    }

    /// One number.
    pub fn exactly(constant: i64, ty: Type) -> Self {
        let full = Self::full(ty);
        let signed = ty.wrap(constant);
        let unsigned = full.unsigned(signed);
        Self { min: unsigned, max: unsigned, low: signed, high: signed, ..full }
    }

    /// Those from `min` to `max` without a sign.
    pub fn between(min: u64, max: u64, ty: Type) -> Self {
        let full = Self::full(ty);
        if max > full.max { full } else { Self { min, max, ..full }.agreed() }
    }

    /// Those from `low` to `high` with a sign.
    pub fn between_signed(low: i64, high: i64, ty: Type) -> Self {
        let full = Self::full(ty);
        if low < full.low || high > full.high { full } else { Self { low, high, ..full }.agreed() }
    }

    /// The type of integers of its width.
    pub fn ty(self) -> Type {
        if self.wide { Type::I64 } else { Type::I32 }
    }

    /// The bits of a number with a sign, read without one.
    fn unsigned(self, signed: i64) -> u64 {
        if self.wide { signed as u64 } else { u64::from(signed as u32) }
    }

    fn signed(self, unsigned: u64) -> i64 {
        if self.wide { unsigned as i64 } else { i64::from(unsigned as i32) }
    }

    /// What each reading says of the other (`__reg_deduce_bounds`, kernel/bpf/verifier.c).
    fn agreed(self) -> Self {
        let mut range = self;
        if (range.low < 0) == (range.high < 0) {
            range.min = range.min.max(range.unsigned(range.low));
            range.max = range.max.min(range.unsigned(range.high));
        }
        if range.signed(range.min) <= range.signed(range.max) {
            range.low = range.low.max(range.signed(range.min));
            range.high = range.high.min(range.signed(range.max));
        }
        range
    }

    /// Whether it is one number.
    pub fn is_exact(self) -> bool {
        self.min == self.max
    }

    /// What is in either.
    pub fn union(self, other: Self) -> Self {
        Self {
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            wide: self.wide,
        }
    }

    /// What a counter may be that starts as one of `given` and goes on as one of `counted`, each with the
    /// step that led to it. As long as no step leaves the width, one upwards leads to nothing below the
    /// start, and one downwards to nothing above it.
    pub fn counted(given: &[Self], counted: &[(Self, i64)]) -> Option<Self> {
        let started = given.iter().copied().reduce(Self::union);
        let all = given.iter().copied().chain(counted.iter().map(|(range, _)| *range)).reduce(Self::union)?;
        let (Some(started), full) = (started, Self::full(all.ty())) else { return Some(all) };
        let mut range = all;
        let (up, down) =
            (counted.iter().all(|(_, step)| *step > 0), counted.iter().all(|(_, step)| *step < 0));
        let farthest = counted.iter().map(|(_, step)| step.unsigned_abs()).max().unwrap_or(0);
        let signed = i64::try_from(farthest).unwrap_or(i64::MAX);
        if up && all.high <= full.high.saturating_sub(signed) {
            range.low = started.low;
        }
        if up && all.max <= full.max.saturating_sub(farthest) {
            range.min = started.min;
        }
        if down && all.low >= full.low.saturating_add(signed) {
            range.high = started.high;
        }
        if down && all.min >= farthest {
            range.max = started.max;
        }
        Some(range.agreed())
    }

    /// Whether all of it is between `min` and `max`, read with a sign where `min` has one.
    pub fn within(self, min: i64, max: i64) -> bool {
        match u64::try_from(min) {
            Ok(least) => least <= self.min && self.max <= max.max(0) as u64,
            Err(_) => min <= self.low && self.high <= max,
        }
    }

    /// The same numbers in an integer of another width, zero above where that is wider; all of that
    /// width where they do not fit.
    pub fn resized(self, ty: Type) -> Self {
        if self.ty() == ty { self } else { Self::between(self.min, self.max, ty) }
    }

    /// The same with its sign repeated.
    pub fn sign_extended(self) -> Self {
        Self::between_signed(self.low, self.high, Type::I64)
    }

    /// What is left when the number compares so to something in `other`, of the same width. Where
    /// that is nothing, the path cannot be taken, and anything holds.
    pub fn given(self, cond: Cond, other: Self) -> Self {
        let mut range = self;
        match cond {
            Cond::Eq => {
                range.min = range.min.max(other.min);
                range.max = range.max.min(other.max);
                range.low = range.low.max(other.low);
                range.high = range.high.min(other.high);
            }
            Cond::Ult => range.max = range.max.min(other.max.saturating_sub(1)),
            Cond::Ule => range.max = range.max.min(other.max),
            Cond::Ugt => range.min = range.min.max(other.min.saturating_add(1)),
            Cond::Uge => range.min = range.min.max(other.min),
            Cond::Slt => range.high = range.high.min(other.high.saturating_sub(1)),
            Cond::Sle => range.high = range.high.min(other.high),
            Cond::Sgt => range.low = range.low.max(other.low.saturating_add(1)),
            Cond::Sge => range.low = range.low.max(other.low),
            Cond::Ne if other.is_exact() => range = range.without(other),
            Cond::Ne => {}
        }
        let possible = |range: Self| range.min <= range.max && range.low <= range.high;
        let known = if possible(range) { range.agreed() } else { self };
        if possible(known) { known } else { self }
    }

    /// All but a number at one of its ends.
    fn without(mut self, number: Self) -> Self {
        self.min += u64::from(self.min == number.min && self.min < self.max);
        self.max -= u64::from(self.max == number.max && self.min < self.max);
        self.low += i64::from(self.low == number.low && self.low < self.high);
        self.high -= i64::from(self.high == number.high && self.low < self.high);
        self
    }

    /// What an operation gives of two of one width. `exact_division` is whether the results of
    /// division are known, which the verifier forgets.
    pub fn computed(op: Binary, a: Self, b: Self, exact_division: bool) -> Self {
        let ty = a.ty();
        let full = Self::full(ty);
        let checked = |min: Option<u64>, max: Option<u64>| match (min, max) {
            (Some(min), Some(max)) => Self::between(min, max, ty),
            _ => full,
        };
        let by = b.is_exact().then_some(b.max);
        match op {
            Binary::And => Self::between(0, a.max.min(b.max), ty),
            Binary::Or | Binary::Xor => {
                let bits = 64 - (a.max | b.max).leading_zeros();
                let min = if op == Binary::Or { a.min.max(b.min) } else { 0 };
                let ones = if bits == 64 { u64::MAX } else { (1 << bits) - 1 };
                Self::between(min, ones.min(full.max), ty)
            }
            Binary::Add => {
                let unsigned = checked(a.min.checked_add(b.min), a.max.checked_add(b.max));
                unsigned.and_signed(a.low.checked_add(b.low), a.high.checked_add(b.high))
            }
            Binary::Sub => {
                let unsigned = checked(a.min.checked_sub(b.max), a.max.checked_sub(b.min));
                unsigned.and_signed(a.low.checked_sub(b.high), a.high.checked_sub(b.low))
            }
            Binary::Mul => checked(a.min.checked_mul(b.min), a.max.checked_mul(b.max)),
            Binary::Shl => match by.and_then(|by| 1u64.checked_shl(u32::try_from(by).ok()?)) {
                Some(by) => checked(a.min.checked_mul(by), a.max.checked_mul(by)),
                None => full,
            },
            Binary::Lshr => match by {
                Some(by @ 0..64) => Self::between(a.min >> by, a.max >> by, ty),
                _ => full,
            },
            Binary::Ashr => match by {
                Some(by @ 0..64) => Self::between_signed(a.low >> by, a.high >> by, ty),
                _ => full,
            },
            // The verifier sees a remainder by a power of two, which becomes a mask.
            Binary::Urem => match by {
                Some(by) if by.is_power_of_two() || exact_division && by > 0 => {
                    Self::between(0, a.max.min(by - 1), ty)
                }
                _ => full,
            },
            Binary::Udiv => match by {
                Some(by) if by.is_power_of_two() || exact_division && by > 0 => {
                    Self::between(a.min / by, a.max / by, ty)
                }
                _ => full,
            },
            Binary::Sdiv | Binary::Srem => full,
        }
    }

    /// Where the bounds with a sign are inside the width, both readings.
    fn and_signed(self, low: Option<i64>, high: Option<i64>) -> Self {
        let full = Self::full(self.ty());
        match (low, high) {
            (Some(low), Some(high)) if low >= full.low && high <= full.high => {
                Self { low: low.max(self.low), high: high.min(self.high), ..self }.agreed()
            }
            _ => self,
        }
    }
}
