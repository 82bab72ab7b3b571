//! Integer types, from the language's description.

/// A width and a sign.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Int {
    /// 8, 16, 32 or 64.
    pub bits: u32,
    /// Whether the topmost bit is a sign.
    pub signed: bool,
}

/// Shorthand for a type.
pub const fn int(bits: u32, signed: bool) -> Int {
    Int { bits, signed }
}

/// All types.
pub const TYPES: [Int; 8] = [
    int(8, false),
    int(16, false),
    int(32, false),
    int(64, false),
    int(8, true),
    int(16, true),
    int(32, true),
    int(64, true),
];

impl Int {
    /// Its name in the language.
    pub fn name(self) -> String {
        format!("{}{}", if self.signed { 'i' } else { 'u' }, self.bits)
    }

    /// The value of this type with the low bits of `value`.
    pub fn wrap(self, value: i128) -> i128 {
        let bits = value as u128 & (u128::MAX >> (128 - self.bits));
        let negative = self.signed && bits >> (self.bits - 1) == 1;
        if negative { bits as i128 - (1i128 << self.bits) } else { bits as i128 }
    }

    /// The least value.
    pub fn min(self) -> i128 {
        if self.signed { -(1i128 << (self.bits - 1)) } else { 0 }
    }

    /// The greatest value.
    pub fn max(self) -> i128 {
        (1i128 << (self.bits - u32::from(self.signed))) - 1
    }

    /// "Operands narrower than 32 bits are widened to 32 first, keeping their sign."
    pub fn widened(self) -> Self {
        Self { bits: self.bits.max(32), ..self }
    }

    /// Whether it has every value of `other`.
    fn holds(self, other: Self) -> bool {
        self.min() <= other.min() && other.max() <= self.max()
    }

    /// The type of an operation on both, if mixing them keeps every value: u8 with i32 is i32, u32
    /// with u64 is u64, u32 with i32 is an error.
    pub fn common(self, other: Self) -> Option<Self> {
        let (a, b) = (self.widened(), other.widened());
        let ordered = if a.bits <= b.bits { [a, b] } else { [b, a] };
        ordered.into_iter().find(|wide| wide.holds(self) && wide.holds(other))
    }
}
