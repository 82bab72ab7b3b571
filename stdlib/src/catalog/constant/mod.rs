//! Constants of the kernel's headers, under their C names: what a program may want to compare a
//! field with, pass to a helper or return.
//!
//! Values are those of the headers on x86-64, as a C compiler gives them; each file names its
//! headers. The enumerators of program, attach and map types are in the tables of those.

mod bpf;
mod bpf_net;
mod bpf_sys;
mod errno;
mod inet;
mod link;
mod socket;
mod system;

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use super::{attach, map, program::PROGRAMS};

/// A named number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Constant {
    /// The name in C.
    pub name: &'static str,
    /// The value.
    pub value: i64,
}

const fn row(name: &'static str, value: i64) -> Constant {
    Constant { name, value }
}

static FAMILIES: [&[Constant]; 8] = [
    bpf::ROWS,
    bpf_net::ROWS,
    bpf_sys::ROWS,
    socket::ROWS,
    inet::ROWS,
    link::ROWS,
    errno::ROWS,
    system::ROWS,
];

static ALL: LazyLock<Vec<Constant>> = LazyLock::new(|| {
    let programs = PROGRAMS.iter().map(|row| (row.c_name, row.number));
    let attach = attach::ALL.iter().map(|row| (row.c_name, row.number));
    let maps = map::MAPS.iter().map(|row| (row.c_name, row.number));
    let types = programs.chain(attach).chain(maps).map(|(name, number)| row(name, number.into()));
    FAMILIES.iter().copied().flatten().copied().chain(types).collect()
});

/// By name, in upper case.
static BY_NAME: LazyLock<HashMap<Cow<'static, str>, &'static Constant>> = LazyLock::new(|| {
    let mut names = HashMap::with_capacity(ALL.len());
    for row in ALL.iter() {
        let lower = row.name.bytes().any(|byte| byte.is_ascii_lowercase());
        let key = if lower { Cow::from(row.name.to_ascii_uppercase()) } else { row.name.into() };
        names.entry(key).or_insert(row);
    }
    names
});

/// All constants, in the order of their headers.
pub fn all() -> &'static [Constant] {
    &ALL
}

/// The value of the constant of a header called exactly `name`, for who wants a single one: no table of all
/// names is made.
///
/// ```
/// use bpfl_stdlib::catalog::constant;
/// assert_eq!(constant::value("BPF_F_RDONLY_PROG"), Some(1 << 7));
/// ```
pub fn value(name: &str) -> Option<i64> {
    FAMILIES.iter().copied().flatten().find(|row| row.name == name).map(|row| row.value)
}

/// The constant called `name`, in any case, with `-` for `_`, with or without Lisp's `+…+`.
///
/// ```
/// use bpfl_stdlib::catalog::constant;
/// assert_eq!(constant::find("+bpf-cgroup-inet-egress+").map(|c| c.value), Some(1));
/// assert_eq!(constant::find("ETH_P_IP").map(|c| c.value), Some(0x800));
/// ```
pub fn find(name: &str) -> Option<&'static Constant> {
    let bare = name.strip_prefix('+').and_then(|n| n.strip_suffix('+')).unwrap_or(name);
    let exact = BY_NAME.get(bare).copied();
    exact.or_else(|| BY_NAME.get(bare.replace('-', "_").to_ascii_uppercase().as_str()).copied())
}
