//! Arithmetic and comparisons, as the instruction set defines them (Documentation/bpf/standardization/
//! instruction-set.rst): the same operations at 32 and at 64 bits.

/// At which width, and how an operation takes its operands.
#[derive(Clone, Copy)]
pub(super) struct Mode {
    /// 64 bits, else 32.
    pub(super) wide: bool,
    /// The field `offset`: 1 makes divisions signed; 8, 16 and 32 make moves extend the sign.
    pub(super) offset: i16,
}

const ADD: u8 = 0x00;
const SUB: u8 = 0x10;
const MUL: u8 = 0x20;
const DIV: u8 = 0x30;
const OR: u8 = 0x40;
const AND: u8 = 0x50;
const LSH: u8 = 0x60;
const RSH: u8 = 0x70;
const NEG: u8 = 0x80;
const MOD: u8 = 0x90;
const XOR: u8 = 0xa0;
const MOV: u8 = 0xb0;
const ARSH: u8 = 0xc0;

impl Mode {
    fn unsigned(self, value: u64) -> u64 {
        if self.wide { value } else { u64::from(value as u32) }
    }

    fn signed(self, value: u64) -> i64 {
        if self.wide { value.cast_signed() } else { i64::from((value as u32).cast_signed()) }
    }

    /// The result of the operation `op` (the high four bits of an opcode); `None` where there is none.
    pub(super) fn compute(self, op: u8, a: u64, b: u64) -> Option<u64> {
        let shift = b & if self.wide { 63 } else { 31 };
        let result = match op {
            ADD => a.wrapping_add(b),
            SUB => a.wrapping_sub(b),
            MUL => a.wrapping_mul(b),
            OR => a | b,
            AND => a & b,
            XOR => a ^ b,
            DIV | MOD => self.divide(op, a, b),
            LSH => a << shift,
            RSH => self.unsigned(a) >> shift,
            ARSH => (self.signed(a) >> shift).cast_unsigned(),
            NEG => a.wrapping_neg(),
            MOV => self.moved(b),
            _ => return None,
        };
        Some(self.unsigned(result))
    }

    /// By zero, a quotient is 0 and a remainder is what was to be divided.
    fn divide(self, op: u8, a: u64, b: u64) -> u64 {
        if self.unsigned(b) == 0 {
            return if op == DIV { 0 } else { a };
        }
        match (op, self.offset == 1) {
            (DIV, true) => self.signed(a).wrapping_div(self.signed(b)).cast_unsigned(),
            (DIV, false) => self.unsigned(a) / self.unsigned(b),
            (_, true) => self.signed(a).wrapping_rem(self.signed(b)).cast_unsigned(),
            (_, false) => self.unsigned(a) % self.unsigned(b),
        }
    }

    fn moved(self, value: u64) -> u64 {
        extend(value, self.offset as u32)
    }

    /// Whether the comparison `op` (the high four bits of an opcode) holds; `None` where there is none.
    pub(super) fn holds(self, op: u8, a: u64, b: u64) -> Option<bool> {
        let ((a, b), (sa, sb)) = ((self.unsigned(a), self.unsigned(b)), (self.signed(a), self.signed(b)));
        Some(match op {
            0x10 => a == b,
            0x20 => a > b,
            0x30 => a >= b,
            0x40 => a & b != 0,
            0x50 => a != b,
            0x60 => sa > sb,
            0x70 => sa >= sb,
            0xa0 => a < b,
            0xb0 => a <= b,
            0xc0 => sa < sb,
            0xd0 => sa <= sb,
            _ => return None,
        })
    }
}

/// The lowest `bits` of a number with their sign; all of it where that is no width.
pub(super) fn extend(value: u64, bits: u32) -> u64 {
    match bits {
        8 => (value as u8).cast_signed() as i64 as u64,
        16 => (value as u16).cast_signed() as i64 as u64,
        32 => (value as u32).cast_signed() as i64 as u64,
        _ => value,
    }
}

/// The lowest `bits` in the opposite order of bytes, or as they are.
pub(super) fn order(value: u64, bits: i32, swapped: bool) -> Option<u64> {
    Some(match (bits, swapped) {
        (16, true) => u64::from((value as u16).swap_bytes()),
        (32, true) => u64::from((value as u32).swap_bytes()),
        (64, true) => value.swap_bytes(),
        (16, false) => u64::from(value as u16),
        (32, false) => u64::from(value as u32),
        (64, false) => value,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{DIV, MOD, Mode, RSH, order};

    const WIDE: Mode = Mode { wide: true, offset: 0 };
    const NARROW: Mode = Mode { wide: false, offset: 0 };

    #[test]
    fn divisions_by_zero_have_results() {
        assert_eq!((WIDE.compute(DIV, 7, 0), WIDE.compute(MOD, 7, 0)), (Some(0), Some(7)));
        assert_eq!(NARROW.compute(MOD, u64::MAX, 1 << 32), Some(u64::from(u32::MAX)));
    }

    #[test]
    fn the_least_number_by_minus_one_wraps() {
        let (signed, least) = (Mode { offset: 1, ..NARROW }, 0x8000_0000);
        assert_eq!(signed.compute(DIV, least, u64::MAX), Some(least));
        assert_eq!(signed.compute(MOD, least, u64::MAX), Some(0));
        let signed = Mode { offset: 1, ..WIDE };
        assert_eq!(signed.compute(DIV, 1 << 63, u64::MAX), Some(1 << 63));
    }

    #[test]
    fn narrow_results_have_no_upper_half() {
        assert_eq!(NARROW.compute(RSH, u64::MAX, 36), Some(0x0fff_ffff));
        assert_eq!(order(0x1234_5678, 16, true), Some(0x7856));
    }
}
