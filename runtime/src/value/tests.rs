use std::sync::Arc;

use super::*;
use crate::btf::shape::{Field, Shape};

fn int(bytes: usize, signed: bool) -> Shape {
    Shape::Int { bytes, signed }
}

fn part(name: &str, bit_offset: usize, bit_width: usize, shape: Shape) -> Field {
    Field { name: name.into(), bit_offset, bit_width, shape: Arc::new(shape) }
}

#[test]
fn integers_of_every_width_and_sign_survive_the_round_trip() {
    for bytes in [1, 2, 4, 8] {
        let bits = bytes as u32 * 8;
        let cases = [(false, 0), (false, (1i128 << bits) - 1), (true, -1), (true, -(1i128 << (bits - 1)))];
        for (signed, number) in cases {
            let shape = int(bytes, signed);
            let encoded = encode(&shape, &Value::Int(number)).unwrap();
            assert_eq!(encoded.len(), bytes);
            assert_eq!(decode(&shape, &encoded), Value::Int(number));
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    for (bytes, signed, number) in [(1, false, 256), (1, true, 128), (8, false, -1), (8, false, 1 << 64)] {
        assert!(encode(&int(bytes, signed), &Value::Int(number)).is_err(), "{number} in {bytes}");
    }
}

#[test]
fn a_struct_has_named_fields_and_its_gaps_are_zero() {
    let comm = Shape::Array { element: Arc::new(Shape::Char), count: 4 };
    let fields = vec![part("src-port", 0, 0, int(2, false)), part("comm", 32, 0, comm)];
    let shape = Shape::Struct { name: "event".into(), bytes: 8, fields };
    let value = decode(&shape, &[1, 0, 9, 9, b'h', b'i', 0, 7]);
    assert_eq!(value.to_string(), "{src-port=1, comm=\"hi\"}");
    assert_eq!(value.field("src_port"), Some(&Value::Int(1)));
    assert_eq!(encode(&shape, &value).unwrap(), [1, 0, 0, 0, b'h', b'i', 0, 0]);
}

#[test]
fn bit_fields_keep_to_their_bits() {
    let fields = vec![part("low", 0, 3, int(4, false)), part("high", 3, 7, int(4, true))];
    let shape = Shape::Struct { name: String::new(), bytes: 4, fields };
    let value = Value::Struct(vec![("low".into(), Value::Int(5)), ("high".into(), Value::Int(-3))]);
    let bytes = encode(&shape, &value).unwrap();
    assert_eq!(bytes, (5u32 | (0x7d << 3)).to_ne_bytes());
    assert_eq!(decode(&shape, &bytes), value);
}

#[test]
fn enumerators_are_shown_by_name() {
    let members = Arc::from([("DROP".to_string(), 0), ("LAST".to_string(), -1)]);
    let shape = Shape::Enum { bytes: 4, signed: false, members };
    assert_eq!(decode(&shape, &(-1i32).to_ne_bytes()).to_string(), "LAST");
    assert_eq!(decode(&shape, &7u32.to_ne_bytes()).to_string(), "7");
    assert_eq!(encode(&shape, &Value::Text("drop".into())).unwrap(), [0; 4]);
}

#[test]
fn a_per_cpu_counter_shows_its_sum() {
    let value = Value::PerCpu(vec![Value::Int(2), Value::Int(3)]);
    assert_eq!(value.to_string(), "5 (per CPU: 2 3)");
    assert_eq!(value.as_int(), Some(5));
}

#[test]
fn too_few_bytes_and_odd_sizes_do_not_panic() {
    assert_eq!(decode(&int(8, false), &[1, 2]), Value::Bytes(vec![1, 2]));
    assert_eq!(decode(&int(3, true), &[0xff, 0xff, 0xff]), Value::Int(-1));
    assert_eq!(decode(&int(0, false), &[]), Value::Bytes(vec![]));
    assert_eq!(decode(&int(16, false), &[0xff; 16]), Value::Bytes(vec![0xff; 16]));
    let empty = Shape::Array { element: Arc::new(Shape::Bytes { bytes: 0 }), count: usize::MAX };
    assert_eq!(decode(&empty, &[]), Value::Array(vec![]));
}
