//! Addresses as people write them.

use std::net::{Ipv4Addr, Ipv6Addr};

use bpfl_compiler::eval::{Builtin, Exit, Kind, Value};
use bpfl_stdlib::catalog::constant;

use super::object::wanted;

pub const ROWS: &[Builtin] = &[Builtin {
    name: "address-string",
    min: 1,
    max: 2,
    call: |_, args| text(&args[0], args.get(1)).map(Value::from),
}];

/// What an address may be.
const FORMS: &str = "an address: a number in network order, 4 or 16 bytes, or 4 numbers in network order";

/// `(address-string address [family])`: of what a field of a context, a header or a struct holds, in network order:
/// a `u32`, `(array u32 4)`, or bytes, of which AF_INET takes the first four. Without a family four numbers are bytes
/// where they can be.
fn text(value: &Value, family: Option<&Value>) -> Result<String, Exit> {
    let wrong = || wanted(FORMS, value);
    if let Kind::Int(number) = value.kind {
        return word(number).map(|word| Ipv4Addr::from(word).to_string()).ok_or_else(wrong);
    }
    let items = match &value.kind {
        Kind::Vector(items) => items.borrow().clone(),
        _ => value.elements().ok_or_else(wrong)?,
    };
    let numbers: Vec<i128> = items.iter().map(number).collect::<Option<_>>().ok_or_else(wrong)?;
    let bytes: Option<Vec<u8>> = numbers.iter().map(|number| u8::try_from(*number).ok()).collect();
    let words = || Some(numbers.iter().map(|number| word(*number)).collect::<Option<Vec<_>>>()?.concat());
    let is = |name: &str| family.and_then(number) == constant::find(name).map(|row| row.value.into());
    let address = match (bytes, numbers.len()) {
        (Some(bytes), 4..) if is("AF_INET") => four(&bytes),
        (_, 4) if is("AF_INET6") => words().as_deref().and_then(sixteen),
        (Some(bytes), 4) => four(&bytes),
        (None, 4) => words().as_deref().and_then(sixteen),
        (Some(bytes), 16) => sixteen(&bytes),
        _ => None,
    };
    address.ok_or_else(wrong)
}

fn number(value: &Value) -> Option<i128> {
    match value.kind {
        Kind::Int(number) => Some(number),
        _ => None,
    }
}

fn four(bytes: &[u8]) -> Option<String> {
    bytes.first_chunk::<4>().map(|bytes| Ipv4Addr::from(*bytes).to_string())
}

fn sixteen(bytes: &[u8]) -> Option<String> {
    <[u8; 16]>::try_from(bytes).ok().map(|bytes| Ipv6Addr::from(bytes).to_string())
}

/// The bytes of a number of 32 bits, as they are in memory.
fn word(number: i128) -> Option<[u8; 4]> {
    u32::try_from(number).ok().map(u32::to_ne_bytes)
}

#[cfg(test)]
mod tests {
    use bpfl_compiler::eval::Value;

    use super::text;

    fn vector(items: &[i128]) -> Value {
        Value::vector(items.iter().map(|item| Value::from(*item)).collect())
    }

    fn of(items: &[i128]) -> Option<String> {
        text(&vector(items), None).ok()
    }

    #[test]
    fn addresses_are_written_as_people_do() {
        let number = u32::from_ne_bytes([10, 0, 0, 255]);
        assert_eq!(text(&Value::from(i128::from(number)), None).ok().as_deref(), Some("10.0.0.255"));
        assert_eq!(of(&[192, 168, 1, 9]).as_deref(), Some("192.168.1.9"));
        let words = [[0x20, 1, 0x0d, 0xb8], [0; 4], [0; 4], [0, 0, 0, 1]];
        let words = words.map(|word| i128::from(u32::from_ne_bytes(word)));
        assert_eq!(of(&words).as_deref(), Some("2001:db8::1"));
        let mut bytes = [0; 16];
        bytes[15] = 1;
        assert_eq!(of(&bytes).as_deref(), Some("::1"));
        assert_eq!((of(&[1, 2]), of(&[-1; 4])), (None, None));
        // A family says what they do not.
        let as_family = |items: &[i128], family: i128| text(&vector(items), Some(&family.into())).ok();
        assert_eq!(as_family(&[0; 4], 10).as_deref(), Some("::"));
        assert_eq!(as_family(&[127, 0, 0, 1, 0, 0, 0, 0], 2).as_deref(), Some("127.0.0.1"));
    }
}
