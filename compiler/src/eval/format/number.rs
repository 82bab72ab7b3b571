//! Numbers of `format`.

use super::{Param, Writer};
use crate::eval::{Exit, Kind, Result, error, print};

impl Writer<'_, '_> {
    /// An integer: width, padding, and what stands between groups of how many digits.
    pub fn integer(&mut self, params: &[Option<Param>], radix: u32, commas: bool, plus: bool) -> Result<()> {
        let width = self.width(params)?;
        let pad = self.character(params, 1, ' ')?;
        let comma = self.character(params, 2, ',')?;
        let interval = self.number(params, 3)?.unwrap_or(3);
        let interval = usize::try_from(interval).ok().filter(|interval| *interval > 0);
        let interval = interval.ok_or_else(|| Exit::error("an interval between commas is positive"))?;
        let value = self.argument()?;
        let text = match value.kind {
            Kind::Int(n) => {
                let digits = in_radix(n.unsigned_abs(), radix);
                let digits = if commas { grouped(&digits, comma, interval) } else { digits };
                format!("{}{digits}", sign(n < 0, plus))
            }
            _ => self.interp.plain(&value),
        };
        self.pad(&text, width, pad, true);
        Ok(())
    }

    /// A number with digits behind the point; of `money` two where nothing else is said.
    pub fn float(&mut self, params: &[Option<Param>], money: bool, plus: bool) -> Result<()> {
        let (width, digits) = match money {
            true => (0, Some(self.number(params, 0)?.unwrap_or(2))),
            false => (self.width(params)?, self.number(params, 1)?),
        };
        let pad = self.character(params, 4, ' ')?;
        let value = self.argument()?;
        let (negative, number) = match value.kind {
            Kind::Int(n) => (n < 0, n.unsigned_abs().to_string()),
            Kind::Float(n) => (n.is_sign_negative(), n.abs().to_string()),
            _ => return Err(error::wanted("a number", &value)),
        };
        let text = match (digits, value.kind) {
            (Some(digits), _) if number.starts_with(|c: char| c.is_ascii_digit()) => {
                rounded(&number, digits.clamp(0, 100) as usize)
            }
            (_, Kind::Float(n)) => print::float(n.abs()),
            _ => number + ".0",
        };
        self.pad(&format!("{}{text}", sign(negative, plus)), width, pad, true);
        Ok(())
    }
}

fn sign(negative: bool, plus: bool) -> &'static str {
    match (negative, plus) {
        (true, _) => "-",
        (false, true) => "+",
        (false, false) => "",
    }
}

/// A decimal number with so many digits behind the point; half a digit is rounded up, away from zero.
fn rounded(number: &str, digits: usize) -> String {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let up = fraction.as_bytes().get(digits).is_some_and(|digit| *digit >= b'5');
    let kept = fraction.chars().chain(std::iter::repeat('0')).take(digits);
    let mut all: Vec<char> = whole.chars().chain(kept).collect();
    let mut carry = up;
    for digit in all.iter_mut().rev() {
        if !carry {
            break;
        }
        carry = *digit == '9';
        *digit = if carry { '0' } else { char::from(*digit as u8 + 1) };
    }
    if carry {
        all.insert(0, '1');
    }
    let point = all.len() - digits;
    let (whole, fraction): (String, String) = (all[..point].iter().collect(), all[point..].iter().collect());
    format!("{whole}.{fraction}")
}

fn in_radix(mut value: u128, radix: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit((value % u128::from(radix)) as u32, radix).unwrap_or('?'));
        value /= u128::from(radix);
        if value == 0 {
            break;
        }
    }
    digits.iter().rev().collect()
}

/// With a comma, or what stands for it, between groups of so many digits.
fn grouped(digits: &str, comma: char, interval: usize) -> String {
    let count = digits.chars().count();
    let part = |(i, c): (usize, char)| {
        let between = i > 0 && (count - i).is_multiple_of(interval);
        between.then_some(comma).into_iter().chain([c])
    };
    digits.chars().enumerate().flat_map(part).collect()
}
