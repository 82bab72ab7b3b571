//! The order in which values are shown.

use std::cmp::Ordering;

use super::Value;

impl Value {
    /// Numbers by size, text and bytes by their bytes, arrays and structs by their first difference.
    ///
    /// It is total, floats being ordered as IEEE 754 has it: what a sort is given must be, and a program may write
    /// anything.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Float(a), Self::Float(b)) => a.total_cmp(b),
            (Self::Enum { number: a, .. }, Self::Enum { number: b, .. }) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Bytes(a), Self::Bytes(b)) => a.cmp(b),
            (Self::Array(a), Self::Array(b)) | (Self::PerCpu(a), Self::PerCpu(b)) => {
                first_difference(a, b, Self::order)
            }
            (Self::Struct(a), Self::Struct(b)) => {
                first_difference(a, b, |(a, x), (b, y)| a.cmp(b).then_with(|| x.order(y)))
            }
            // Values of one type never come here.
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Int(_) => 0,
            Self::Bool(_) => 1,
            Self::Float(_) => 2,
            Self::Enum { .. } => 3,
            Self::Text(_) => 4,
            Self::Array(_) => 5,
            Self::Struct(_) => 6,
            Self::PerCpu(_) => 7,
            Self::Bytes(_) => 8,
        }
    }
}

fn first_difference<T>(a: &[T], b: &[T], order: impl Fn(&T, &T) -> Ordering) -> Ordering {
    let differing = a.iter().zip(b).map(|(a, b)| order(a, b)).find(|order| order.is_ne());
    differing.unwrap_or_else(|| a.len().cmp(&b.len()))
}

#[cfg(test)]
mod tests {
    use super::Value::{self, Array, Bool, Bytes, Enum, Float, Int, PerCpu, Struct, Text};

    #[test]
    fn every_two_values_have_one_order() {
        let field = |number| Struct(vec![("a".into(), Int(1)), ("b".into(), Int(number))]);
        let ascending: Vec<Value> = vec![
            Int(-1),
            Int(10),
            Bool(false),
            Bool(true),
            Float(-f64::NAN),
            Float(f64::NEG_INFINITY),
            Float(-0.0),
            Float(0.5),
            Float(f64::NAN),
            Enum { number: 1, name: Some("Z".into()) },
            Enum { number: 2, name: Some("A".into()) },
            Text("a".into()),
            Text("b".into()),
            Array(vec![]),
            Array(vec![Int(2)]),
            Array(vec![Int(2), Int(1)]),
            Array(vec![Int(3)]),
            field(2),
            field(10),
            PerCpu(vec![Int(1)]),
            Bytes(vec![1, 2]),
            Bytes(vec![2]),
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(a.order(b), i.cmp(&j), "{a} {b}");
            }
        }
    }
}
