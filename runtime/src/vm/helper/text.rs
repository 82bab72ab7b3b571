//! Helpers on texts.

use libc::{EINVAL, ERANGE};

use super::{Cpu, Row, Trap, failure};

pub(super) const ROWS: &[Row] = &[
    ("strncmp", compare),
    ("strtol", |cpu, args| number(cpu, args, true)),
    ("strtoul", |cpu, args| number(cpu, args, false)),
];

/// `(text, size, other)`: as C's strncmp.
fn compare(cpu: &mut Cpu<'_>, args: &[u64; 5]) -> Result<u64, Trap> {
    let cut = |text: &[u8]| text[..text.len().min(args[1] as usize)].to_vec();
    let (own, other) = (cut(cpu.memory.text(args[0])?), cut(cpu.memory.text(args[2])?));
    let order = own.cmp(&other) as i64;
    Ok(order.cast_unsigned())
}

/// `(text, size, base, to)`: how many characters the number takes.
fn number(cpu: &mut Cpu<'_>, args: &[u64; 5], signed: bool) -> Result<u64, Trap> {
    let [at, size, base, to, _] = *args;
    let text = cpu.memory.read(at, size as usize)?.to_vec();
    let blanks = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let negative = signed && text.get(blanks) == Some(&b'-');
    let (base, prefix) = match (base & 31, &text[blanks + usize::from(negative)..]) {
        (0 | 16, [b'0', b'x' | b'X', ..]) => (16, 2),
        (0, [b'0', ..]) => (8, 0),
        (0, _) => (10, 0),
        (base @ (8 | 10 | 16), _) => (base as u32, 0),
        _ => return Ok(failure(EINVAL)),
    };
    let start = blanks + usize::from(negative) + prefix;
    let digits = text[start..].iter().map_while(|byte| char::from(*byte).to_digit(base));
    let (mut count, mut value) = (0, Some(0_u64));
    for digit in digits {
        count += 1;
        value = value.and_then(|value| value.checked_mul(base.into())?.checked_add(digit.into()));
    }
    let most = if signed { i64::MAX as u64 + u64::from(negative) } else { u64::MAX };
    match value.filter(|value| *value <= most) {
        _ if count == 0 => Ok(failure(EINVAL)),
        None => Ok(failure(ERANGE)),
        Some(value) => {
            cpu.memory.store(to, 8, if negative { value.wrapping_neg() } else { value })?;
            Ok((start + count) as u64)
        }
    }
}
