//! Numbers.
//!
//! Integers are of 128 bits, and going beyond them is an error. A quotient of integers that is none
//! itself is a float.

use super::{builtin, int};
use crate::eval::{Builtin, Exit, Interp, Kind, MANY, Result, Value, error};

pub const ROWS: &[Builtin] = &[
    builtin("+", 0, MANY, |_, args| fold(args, 0, i128::checked_add, |a, b| a + b)),
    builtin("*", 0, MANY, |_, args| fold(args, 1, i128::checked_mul, |a, b| a * b)),
    builtin("-", 1, MANY, |_, args| minus(args)),
    builtin("/", 1, MANY, |_, args| divide(args)),
    builtin("1+", 1, 1, |_, args| fold(&[args[0].clone(), 1.into()], 0, i128::checked_add, |a, b| a + b)),
    builtin("1-", 1, 1, |_, args| minus(&[args[0].clone(), 1.into()])),
    builtin("mod", 2, 2, |interp, args| division(interp, args, Rounding::Floor, true)),
    builtin("rem", 2, 2, |interp, args| division(interp, args, Rounding::Truncate, true)),
    builtin("floor", 1, 2, |interp, args| division(interp, args, Rounding::Floor, false)),
    builtin("ceiling", 1, 2, |interp, args| division(interp, args, Rounding::Ceiling, false)),
    builtin("truncate", 1, 2, |interp, args| division(interp, args, Rounding::Truncate, false)),
    builtin("round", 1, 2, |interp, args| division(interp, args, Rounding::Even, false)),
    builtin("min", 1, MANY, |_, args| extreme(args, |a, b| a < b)),
    builtin("max", 1, MANY, |_, args| extreme(args, |a, b| a > b)),
    builtin("abs", 1, 1, |_, args| if number(&args[0])? < 0.0 { minus(args) } else { Ok(args[0].clone()) }),
    builtin("=", 1, MANY, |interp, args| chain(interp, args, |order| order.is_eq())),
    builtin("<", 1, MANY, |interp, args| chain(interp, args, |order| order.is_lt())),
    builtin(">", 1, MANY, |interp, args| chain(interp, args, |order| order.is_gt())),
    builtin("<=", 1, MANY, |interp, args| chain(interp, args, |order| order.is_le())),
    builtin(">=", 1, MANY, |interp, args| chain(interp, args, |order| order.is_ge())),
    builtin("/=", 1, MANY, all_different),
    builtin("zerop", 1, 1, |interp, args| Ok(interp.truth(number(&args[0])? == 0.0))),
    builtin("plusp", 1, 1, |interp, args| Ok(interp.truth(number(&args[0])? > 0.0))),
    builtin("minusp", 1, 1, |interp, args| Ok(interp.truth(number(&args[0])? < 0.0))),
    builtin("evenp", 1, 1, |interp, args| Ok(interp.truth(int(&args[0])? % 2 == 0))),
    builtin("oddp", 1, 1, |interp, args| Ok(interp.truth(int(&args[0])? % 2 != 0))),
    builtin("logand", 0, MANY, |_, args| bits(args, -1, |a, b| a & b)),
    builtin("logior", 0, MANY, |_, args| bits(args, 0, |a, b| a | b)),
    builtin("logxor", 0, MANY, |_, args| bits(args, 0, |a, b| a ^ b)),
    builtin("lognot", 1, 1, |_, args| Ok((!int(&args[0])?).into())),
    builtin("logbitp", 2, 2, |interp, args| {
        Ok(interp.truth(shift(int(&args[1])?, -int(&args[0])?)? & 1 == 1))
    }),
    builtin("logcount", 1, 1, |_, args| Ok(i128::from(int(&args[0])?.count_ones()).into())),
    builtin("ash", 2, 2, |_, args| Ok(shift(int(&args[0])?, int(&args[1])?)?.into())),
    builtin("<<", 2, 2, |_, args| Ok(shift(int(&args[0])?, int(&args[1])?)?.into())),
    builtin(">>", 2, 2, |_, args| Ok(shift(int(&args[0])?, -int(&args[1])?)?.into())),
    builtin("integer-length", 1, 1, |_, args| {
        let value = int(&args[0])?;
        let magnitude = if value < 0 { !value } else { value };
        Ok(i128::from(128 - magnitude.leading_zeros()).into())
    }),
    builtin("log2", 1, 1, |_, args| {
        let value = int(&args[0])?;
        Ok(i128::from(if value > 0 { value.ilog2() } else { 0 }).into())
    }),
    builtin("expt", 2, 2, |_, args| power(&args[0], &args[1])),
    builtin("isqrt", 1, 1, |_, args| match int(&args[0])? {
        value if value >= 0 => Ok(value.isqrt().into()),
        _ => Err(Exit::error("a negative number has no integer root")),
    }),
    builtin("sqrt", 1, 1, |_, args| Ok(number(&args[0])?.sqrt().into())),
    builtin("float", 1, 2, |_, args| Ok(number(&args[0])?.into())),
    builtin("u8", 1, 1, |_, args| Ok(i128::from(int(&args[0])? as u8).into())),
    builtin("u16", 1, 1, |_, args| Ok(i128::from(int(&args[0])? as u16).into())),
    builtin("u32", 1, 1, |_, args| Ok(i128::from(int(&args[0])? as u32).into())),
    builtin("u64", 1, 1, |_, args| Ok(i128::from(int(&args[0])? as u64).into())),
    builtin("i8", 1, 1, |_, args| Ok(i128::from(int(&args[0])? as i8).into())),
    builtin("i16", 1, 1, |_, args| Ok(i128::from(int(&args[0])? as i16).into())),
    builtin("i32", 1, 1, |_, args| Ok(i128::from(int(&args[0])? as i32).into())),
    builtin("i64", 1, 1, |_, args| Ok(i128::from(int(&args[0])? as i64).into())),
    builtin("s8", 1, 1, |_, args| Ok(i128::from(int(&args[0])? as i8).into())),
    builtin("s16", 1, 1, |_, args| Ok(i128::from(int(&args[0])? as i16).into())),
    builtin("s32", 1, 1, |_, args| Ok(i128::from(int(&args[0])? as i32).into())),
    builtin("s64", 1, 1, |_, args| Ok(i128::from(int(&args[0])? as i64).into())),
    builtin("htons", 1, 1, |_, args| Ok(i128::from((int(&args[0])? as u16).swap_bytes()).into())),
    builtin("ntohs", 1, 1, |_, args| Ok(i128::from((int(&args[0])? as u16).swap_bytes()).into())),
    builtin("htonl", 1, 1, |_, args| Ok(i128::from((int(&args[0])? as u32).swap_bytes()).into())),
    builtin("ntohl", 1, 1, |_, args| Ok(i128::from((int(&args[0])? as u32).swap_bytes()).into())),
    builtin("htonll", 1, 1, |_, args| Ok(i128::from((int(&args[0])? as u64).swap_bytes()).into())),
    builtin("ntohll", 1, 1, |_, args| Ok(i128::from((int(&args[0])? as u64).swap_bytes()).into())),
    builtin("random", 1, 1, |_, args| random(int(&args[0])?)),
];

/// A number as a float.
pub fn number(value: &Value) -> Result<f64> {
    match value.kind {
        Kind::Int(value) => Ok(value as f64),
        Kind::Float(value) => Ok(value),
        _ => Err(error::wanted("a number", value)),
    }
}

fn overflow() -> Exit {
    Exit::error("this number is beyond 128 bits")
}

fn operate(
    a: &Value,
    b: &Value,
    whole: fn(i128, i128) -> Option<i128>,
    float: fn(f64, f64) -> f64,
) -> Result {
    match (&a.kind, &b.kind) {
        (Kind::Int(a), Kind::Int(b)) => Ok(whole(*a, *b).ok_or_else(overflow)?.into()),
        _ => Ok(float(number(a)?, number(b)?).into()),
    }
}

fn fold(
    args: &[Value],
    start: i128,
    whole: fn(i128, i128) -> Option<i128>,
    float: fn(f64, f64) -> f64,
) -> Result {
    args.iter().try_fold(Value::from(start), |sum, arg| operate(&sum, arg, whole, float))
}

fn minus(args: &[Value]) -> Result {
    let (first, rest) = (&args[0], &args[1..]);
    let subtract = |a: &Value, b: &Value| operate(a, b, i128::checked_sub, |a, b| a - b);
    match rest {
        [] => subtract(&0.into(), first),
        _ => rest.iter().try_fold(first.clone(), |left, arg| subtract(&left, arg)),
    }
}

fn divide(args: &[Value]) -> Result {
    let one = |a: &Value, b: &Value| match (&a.kind, &b.kind) {
        (_, Kind::Int(0)) => Err(Exit::of("division-by-zero", "this is a division by zero")),
        (Kind::Int(a), Kind::Int(b)) if a.checked_rem(*b) == Some(0) => Ok((a / b).into()),
        _ => Ok(Value::from(number(a)? / number(b)?)),
    };
    match args {
        [only] => one(&1.into(), only),
        [first, rest @ ..] => rest.iter().try_fold(first.clone(), |left, arg| one(&left, arg)),
        [] => Ok(1.into()),
    }
}

#[derive(Clone, Copy)]
enum Rounding {
    Floor,
    Ceiling,
    Truncate,
    Even,
}

/// Quotient and remainder; the remainder alone for `mod` and `rem`.
fn division(interp: &mut Interp<'_>, args: &[Value], rounding: Rounding, remainder: bool) -> Result {
    let divisor = args.get(1).cloned().unwrap_or_else(|| 1.into());
    let (quotient, rest): (Value, Value) = match (&args[0].kind, &divisor.kind) {
        (_, Kind::Int(0)) => return Err(Exit::of("division-by-zero", "this is a division by zero")),
        (Kind::Int(a), Kind::Int(b)) => {
            let quotient = rounded(*a, *b, rounding).ok_or_else(overflow)?;
            let product = quotient.checked_mul(*b).ok_or_else(overflow)?;
            (quotient.into(), a.checked_sub(product).ok_or_else(overflow)?.into())
        }
        _ => {
            let (a, b) = (number(&args[0])?, number(&divisor)?);
            let quotient = match rounding {
                Rounding::Floor => (a / b).floor(),
                Rounding::Ceiling => (a / b).ceil(),
                Rounding::Truncate => (a / b).trunc(),
                Rounding::Even => (a / b).round_ties_even(),
            };
            // What is not finite has no integer, and beyond 128 bits there is none either.
            if !(i128::MIN as f64..i128::MAX as f64).contains(&quotient) {
                return Err(if a.is_finite() && b != 0.0 {
                    overflow()
                } else {
                    Exit::error("this has no integer near it")
                });
            }
            ((quotient as i128).into(), (a - quotient * b).into())
        }
    };
    if remainder {
        return Ok(rest);
    }
    interp.multiple = Some(vec![quotient.clone(), rest]);
    Ok(quotient)
}

fn rounded(a: i128, b: i128, rounding: Rounding) -> Option<i128> {
    let (quotient, rest) = (a.checked_div(b)?, a.checked_rem(b)?);
    let negative = (rest < 0) != (b < 0);
    Some(match rounding {
        _ if rest == 0 => quotient,
        Rounding::Truncate => quotient,
        Rounding::Floor => quotient - i128::from(negative),
        Rounding::Ceiling => quotient + i128::from(!negative),
        Rounding::Even => {
            let away = if negative { -1 } else { 1 };
            let double = rest.unsigned_abs().checked_mul(2)?;
            match double.cmp(&b.unsigned_abs()) {
                std::cmp::Ordering::Less => quotient,
                std::cmp::Ordering::Equal if quotient % 2 == 0 => quotient,
                _ => quotient + away,
            }
        }
    })
}

fn compare(a: &Value, b: &Value) -> Result<std::cmp::Ordering> {
    match (&a.kind, &b.kind) {
        (Kind::Int(a), Kind::Int(b)) => Ok(a.cmp(b)),
        _ => {
            let order = number(a)?.partial_cmp(&number(b)?);
            order.ok_or_else(|| Exit::error("these numbers have no order"))
        }
    }
}

fn chain(interp: &mut Interp<'_>, args: &[Value], holds: fn(std::cmp::Ordering) -> bool) -> Result {
    number(&args[0])?;
    for pair in args.windows(2) {
        if !holds(compare(&pair[0], &pair[1])?) {
            return Ok(Value::NIL);
        }
    }
    Ok(interp.truth(true))
}

fn all_different(interp: &mut Interp<'_>, args: &[Value]) -> Result {
    for (i, a) in args.iter().enumerate() {
        for b in &args[i + 1..] {
            if compare(a, b)?.is_eq() {
                return Ok(Value::NIL);
            }
        }
    }
    Ok(interp.truth(true))
}

fn extreme(args: &[Value], better: fn(f64, f64) -> bool) -> Result {
    let mut best = args[0].clone();
    number(&best)?;
    for arg in &args[1..] {
        let (order, up) = (compare(arg, &best)?, better(1.0, 0.0));
        if (up && order.is_gt()) || (!up && order.is_lt()) {
            best = arg.clone();
        }
    }
    Ok(best)
}

fn bits(args: &[Value], start: i128, operation: fn(i128, i128) -> i128) -> Result {
    let result = args.iter().try_fold(start, |bits, arg| Ok(operation(bits, int(arg)?)))?;
    Ok(result.into())
}

fn shift(value: i128, by: i128) -> Result<i128> {
    if by <= 0 {
        return Ok(value >> by.unsigned_abs().min(127));
    }
    let by = u32::try_from(by).ok().filter(|by| *by < 127).ok_or_else(overflow)?;
    let shifted = value << by;
    if shifted >> by == value { Ok(shifted) } else { Err(overflow()) }
}

fn power(base: &Value, exponent: &Value) -> Result {
    match (&base.kind, &exponent.kind) {
        (Kind::Int(base), Kind::Int(exponent)) if *exponent >= 0 => {
            let exponent = u32::try_from(*exponent).map_err(|_| overflow())?;
            Ok(base.checked_pow(exponent).ok_or_else(overflow)?.into())
        }
        _ => Ok(number(base)?.powf(number(exponent)?).into()),
    }
}

/// A number below the limit. Macros are to give the same program each time, so it depends on
/// nothing but how often it was asked for.
fn random(limit: i128) -> Result {
    use std::sync::atomic::{AtomicU64, Ordering};
    static STATE: AtomicU64 = AtomicU64::new(0x9e37_79b9_7f4a_7c15);
    if limit <= 0 {
        return Err(Exit::error("a random number is below a positive one"));
    }
    let state = STATE.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    Ok((i128::from(mixed ^ (mixed >> 31)) % limit).into())
}
