use super::{
    shape::{Shape, Shapes},
    *,
};

/// A type as it is written: name, kind, vlen, kind_flag, size or type, and the words that follow.
type Written<'a> = (&'a str, u32, u32, bool, u32, &'a [u32]);

/// The bytes of a `.BTF` section with these types, ids from 1.
fn section(types: &[Written<'_>], names: &[&str]) -> Vec<u8> {
    let mut strings = vec![0];
    let mut offset = |name: &str| {
        let at = strings.len() as u32;
        strings.extend(name.bytes().chain([0]));
        if name.is_empty() { 0 } else { at }
    };
    let member_names: Vec<_> = names.iter().map(|name| offset(name)).collect();
    let mut words = Vec::new();
    for (name, kind, vlen, flag, word, rest) in types {
        words.extend([offset(name), kind << 24 | u32::from(*flag) << 31 | vlen, *word]);
        // In what follows, 1000 + n stands for the n-th of `names`.
        words.extend(rest.iter().map(|word| match word.checked_sub(1000) {
            Some(n) if (n as usize) < names.len() => member_names[n as usize],
            _ => *word,
        }));
    }
    let mut bytes = 0xeb9f_u16.to_ne_bytes().to_vec();
    bytes.extend([1, 0]);
    let length = words.len() as u32 * 4;
    for word in [24, 0, length, length, strings.len() as u32].iter().chain(&words) {
        bytes.extend(word.to_ne_bytes());
    }
    bytes.extend(strings);
    bytes
}

const U32: Written<'_> = ("unsigned int", 1, 0, false, 4, &[32]);
const CHAR: Written<'_> = ("char", 1, 0, false, 1, &[1 << 24 | 8]);

fn shape(bytes: &[u8], id: TypeId) -> Result<Shape, BtfError> {
    let btf = Btf::parse(bytes)?;
    let shape = Shapes::new(&btf).get(id)?;
    Ok((*shape).clone())
}

#[test]
fn structs_have_fields_with_names_and_places() {
    let bytes = section(
        &[
            U32,
            CHAR,
            ("", 3, 0, false, 0, &[2, 1, 16]),
            ("event", 4, 2, false, 20, &[1000, 1, 0, 1001, 3, 32]),
            ("event_t", 8, 0, false, 4, &[]),
        ],
        &["pid", "comm"],
    );
    let Shape::Struct { name, bytes, fields } = shape(&bytes, 5).unwrap() else { panic!("no struct") };
    assert_eq!((name.as_str(), bytes, fields.len()), ("event", 20, 2));
    assert_eq!((fields[1].name.as_str(), fields[1].bit_offset), ("comm", 32));
    assert_eq!(fields[1].shape.size(), 16);
    assert!(matches!(&*fields[1].shape, Shape::Array { element, .. } if **element == Shape::Char));
}

#[test]
fn bit_fields_carry_their_width_in_the_offset() {
    let bytes = section(&[U32, ("s", 4, 1, true, 4, &[1000, 1, 3 << 24 | 5])], &["flag"]);
    let Shape::Struct { fields, .. } = shape(&bytes, 2).unwrap() else { panic!("no struct") };
    assert_eq!((fields[0].bit_offset, fields[0].bit_width), (5, 3));
}

#[test]
fn wide_enumerators_have_both_halves() {
    let bytes = section(&[("e", 19, 1, true, 8, &[1000, 0xffff_fffe, 0xffff_ffff])], &["LOW"]);
    let Shape::Enum { members, signed, .. } = shape(&bytes, 1).unwrap() else { panic!("no enum") };
    assert!(signed);
    assert_eq!(*members, [("LOW".to_string(), -2)]);
}

#[test]
fn types_that_contain_themselves_are_refused() {
    let own = section(&[("s", 4, 1, false, 4, &[1000, 1, 0])], &["again"]);
    assert_eq!(shape(&own, 1), Err(BtfError::Cycle(1)));
    let alias = section(&[("t", 8, 0, false, 1, &[])], &[]);
    assert!(matches!(shape(&alias, 1), Err(BtfError::Cycle(_))));
    let rest: Vec<_> = (2..=1000).map(|next| [next, 1, 1]).collect();
    let deep: Vec<_> = rest.iter().map(|rest| ("", 3, 0, false, 0, rest.as_slice())).collect();
    assert!(matches!(shape(&section(&deep, &[]), 1), Err(BtfError::Cycle(_))));
}

#[test]
fn damaged_bytes_are_refused() {
    let good = section(&[U32], &[]);
    assert!(Btf::parse(&good).is_ok());
    assert_eq!(Btf::parse(&[]).unwrap_err(), BtfError::Magic);
    assert_eq!(Btf::parse(&good[..30]).unwrap_err(), BtfError::Magic);
    assert_eq!(Btf::parse(&section(&[("x", 1, 0, false, 4, &[])], &[])).unwrap_err(), BtfError::Truncated(1));
    assert_eq!(Btf::parse(&section(&[("x", 31, 0, false, 4, &[])], &[])).unwrap_err(), BtfError::Kind(31));
    assert_eq!(shape(&good, 7), Err(BtfError::NoType(7)));
}
