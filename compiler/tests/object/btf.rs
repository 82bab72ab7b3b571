//! BTF: what is written is read again; what is damaged is refused; the kernel's own is read.

use bpfl_compiler::{
    arena::Entity,
    btf::{Btf, Type, TypeId, read, types::*},
};
use proptest::{collection::vec, prelude::*};

/// A way to make a type from the ids before it.
fn any_type() -> impl Strategy<Value = (u8, String, u32, Vec<(String, u16, u32)>)> {
    let name = "[a-z_][a-z0-9_]{0,7}";
    (0..19u8, name, any::<u32>(), vec((name, any::<u16>(), any::<u32>()), 0..4))
}

fn make(btf: &mut Btf, kind: u8, name: &str, word: u32, parts: &[(String, u16, u32)]) -> Type {
    let name = btf.intern(name);
    let len = btf.len();
    let id = |n: u32| TypeId::new(n as usize % len);
    let (target, flag, low) = (id(word), word & 1 != 0, word as u8);
    let names: Vec<_> = parts.iter().map(|(name, ..)| btf.intern(name)).collect();
    let each = || names.iter().copied().zip(parts.iter().map(|(_, n, word)| (id(u32::from(*n)), *word)));
    let bits = |w: u32| if flag { (w >> 24) as u8 } else { 0 };
    let offset = |w: u32| if flag { w & 0xff_ffff } else { w };
    let members =
        each().map(|(name, (ty, w))| Member { name, ty, offset: offset(w), bits: bits(w) }).collect();
    let composite = Composite { name, size: word, bit_fields: flag, members };
    let values = each().map(|(name, (_, w))| (name, if flag { i64::from(w as i32) } else { i64::from(w) }));
    let enumeration = Enum { name, size: 4, signed: flag, values: values.collect() };
    let linkage = [Linkage::Static, Linkage::Global, Linkage::Extern][word as usize % 3];
    match kind {
        0 => Type::Int { name, size: word, bits: low, offset: low / 2, encoding: low & 7 },
        1 => Type::Ptr(target),
        2 => Type::Array(Array { element: target, index: id(word / 3), count: word }),
        3 => Type::Struct(composite),
        4 => Type::Union(composite),
        5 => Type::Enum(enumeration),
        6 => Type::Fwd { name, union: flag },
        7 => Type::Typedef { name, target },
        8 => Type::Volatile(target),
        9 => Type::Const(target),
        10 => Type::Restrict(target),
        11 => Type::Func { name, proto: target, linkage },
        12 => Type::FuncProto {
            returns: target,
            params: each().map(|(name, (ty, _))| Param { name, ty }).collect(),
        },
        13 => Type::Var { name, ty: target, linkage },
        14 => Type::DataSec {
            name,
            size: word,
            vars: each().map(|(_, (var, w))| SecVar { var, offset: w, size: w / 2 }).collect(),
        },
        15 => Type::Float { name, size: word },
        16 => Type::DeclTag { name, target, component: word as i32, attribute: flag },
        17 => Type::TypeTag { name, target, attribute: flag },
        _ => Type::Enum64(Enum {
            size: 8,
            values: each().map(|(name, (_, w))| (name, i64::from(w) << 31 | 5)).collect(),
            ..enumeration
        }),
    }
}

fn any_btf() -> impl Strategy<Value = Btf> {
    vec(any_type(), 0..40).prop_map(|recipes| {
        let mut btf = Btf::new();
        for (kind, name, word, parts) in recipes {
            let ty = make(&mut btf, kind, &name, word, &parts);
            btf.add(ty);
        }
        btf
    })
}

proptest! {
    #[test]
    fn reading_undoes_writing(btf in any_btf()) {
        let bytes = btf.to_bytes().expect("within limits");
        prop_assert_eq!(read::parse(&bytes), Ok(btf));
    }

    #[test]
    fn damaged_bytes_are_types_or_an_error(
        btf in any_btf(),
        cut in any::<prop::sample::Index>(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let mut bytes = btf.to_bytes().expect("within limits");
        for (at, byte) in &changes {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        for damaged in [&bytes[..], &bytes[..cut.index(bytes.len())]] {
            if let Ok(read) = read::parse(damaged) {
                for (id, _) in read.iter() {
                    let _ = (read.name(id), read.size_of(id), read.resolve(id));
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_types_or_an_error(bytes in vec(any::<u8>(), 0..200)) {
        let _ = read::parse(&bytes);
    }
}

/// The running kernel's types, read and written, are the same bytes.
#[test]
fn the_kernels_types_survive() {
    let Ok(bytes) = std::fs::read("/sys/kernel/btf/vmlinux") else {
        eprintln!("skipped: this kernel shows no BTF");
        return;
    };
    let btf = read::parse(&bytes).expect("the kernel's types");
    assert!(btf.len() > 1000);
    let file = btf.find("task_struct", |ty| matches!(ty, Type::Struct(_))).expect("task_struct");
    assert!(btf.size_of(file).is_some_and(|size| size > 1000));
    let again = btf.to_bytes().expect("within limits");
    assert_eq!(read::parse(&again).as_ref(), Ok(&btf));
    assert!(again == bytes, "{} bytes became {}", bytes.len(), again.len());
}
