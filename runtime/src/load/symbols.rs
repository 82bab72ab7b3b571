//! Addresses of the kernel's symbols, as it lists them.
//!
//! The names of an object's symbols without a type go in (`extern const void name __ksym` in C), an address comes
//! out. What libbpf does in `bpf_object__read_kallsyms_file` of libbpf.c.

use std::{fs, io};

use super::LoadError;
use crate::btf::{Btf, Kind};

/// Where the kernel lists its symbols (proc(5)).
const LIST: &str = "/proc/kallsyms";

/// Whether the object says no more of a symbol than its name.
pub(super) fn is_untyped(types: Option<&Btf>, name: &str) -> bool {
    let Some(types) = types else { return false };
    let variables = types.section(".ksyms").unwrap_or(&[]);
    let own = variables.iter().filter_map(|(id, ..)| types.get(*id).ok()).find(|ty| ty.name == name);
    match own.map(|ty| &ty.kind) {
        Some(Kind::Variable(of)) => types.resolve(*of).is_ok_and(|ty| matches!(ty.kind, Kind::Void)),
        _ => false,
    }
}

/// The kernel's list, in which every user finds the names.
pub(crate) fn list() -> io::Result<String> {
    fs::read_to_string(LIST)
}

/// Whether a symbol is in the list.
pub(crate) fn has(list: &str, name: &str) -> bool {
    list.lines().filter_map(read).any(|(_, own)| own == name)
}

/// The address of the symbol called `name` in the list; `None` where there is none.
///
/// # Errors
/// When there are several, or this user is not told addresses.
pub(super) fn address(list: &io::Result<String>, name: &str) -> Result<Option<u64>, LoadError> {
    let failed = |why: &str| LoadError::Symbol { name: name.into(), why: why.into() };
    let list = list.as_ref().map_err(|error| failed(&format!("{LIST} cannot be read, {error}")))?;
    let mut found = None;
    for line in list.lines() {
        match read(line) {
            Some((address, own)) if own == name => match found {
                Some(other) if other != address => return Err(failed("several symbols are called so")),
                _ => found = Some(address),
            },
            _ => {}
        }
    }
    match found {
        Some(0) => Err(failed("the kernel does not tell this user addresses (sysctl kernel.kptr_restrict)")),
        found => Ok(found),
    }
}

/// `ffffffff81000000 T name [module]`
fn read(line: &str) -> Option<(u64, &str)> {
    let mut words = line.split_ascii_whitespace();
    let address = u64::from_str_radix(words.next()?, 16).ok()?;
    Some((address, words.nth(1)?))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn lines_are_an_address_a_kind_and_a_name() {
        assert_eq!(read("ffffffff81000000 T _text"), Some((0xffff_ffff_8100_0000, "_text")));
        assert_eq!(read("ffffffffc0000000 t f\t[nf_tables]"), Some((0xffff_ffff_c000_0000, "f")));
        assert_eq!((read(""), read("zz T x"), read("12 T")), (None, None, None));
    }
}
