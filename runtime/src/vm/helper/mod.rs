//! The helpers of the machine: what each gives, as the kernel's gives it.
//!
//! A row is a helper of the catalogue and a function; what has no row, the machine does not have, and says
//! so by name.

mod dynptr;
mod map;
mod packet;
mod print;
mod ring;
mod socket;
mod sum;
mod system;
mod text;

use std::{collections::HashMap, sync::OnceLock};

use bpfl_stdlib::catalog::helper::{self, Helper};

use super::{Trap, cpu::Cpu};

/// What a helper does with its arguments.
type Call = fn(&mut Cpu<'_>, &[u64; 5]) -> Result<u64, Trap>;

/// A helper, by its name in the catalogue, and what it does.
type Row = (&'static str, Call);

const TABLES: &[&[Row]] = &[
    dynptr::ROWS,
    map::ROWS,
    packet::ROWS,
    print::ROWS,
    ring::ROWS,
    socket::ROWS,
    sum::ROWS,
    system::ROWS,
    text::ROWS,
];

/// Calls the helper with this number.
pub(super) fn call(cpu: &mut Cpu<'_>, number: i32, args: &[u64; 5]) -> Result<u64, Trap> {
    static BY_NUMBER: OnceLock<HashMap<u32, Call>> = OnceLock::new();
    let number = number.cast_unsigned();
    let by_number = BY_NUMBER.get_or_init(|| {
        let rows = TABLES.iter().copied().flatten();
        rows.filter_map(|(name, call)| Some((helper::find(name)?.id, *call))).collect()
    });
    match by_number.get(&number) {
        Some(call) => call(cpu, args),
        None => Err(Trap::Missing { what: named(number, helper::by_id(number)) }),
    }
}

fn named(number: u32, row: Option<&Helper>) -> String {
    match row {
        Some(row) => format!("helper `{}`", row.name.replace('_', "-")),
        None => format!("helper {number}"),
    }
}

/// Whether this is the number of `bpf_tail_call`, which is no call like others.
pub(super) fn is_tail_call(number: i32) -> bool {
    static NUMBER: OnceLock<Option<u32>> = OnceLock::new();
    *NUMBER.get_or_init(|| helper::find("tail_call").map(|row| row.id)) == Some(number.cast_unsigned())
}

/// What a helper gives that fails.
pub(super) fn failure(errno: i32) -> u64 {
    i64::from(-errno).cast_unsigned()
}

/// What a helper gives that did something.
fn done(outcome: Result<(), i32>) -> u64 {
    outcome.map_or_else(failure, |()| 0)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use bpfl_stdlib::catalog::helper;

    use super::TABLES;

    #[test]
    fn each_row_is_a_helper_of_the_catalogue_and_there_once() {
        let mut seen = HashSet::new();
        for (name, _) in TABLES.iter().copied().flatten() {
            assert!(helper::find(name).is_some(), "{name}");
            assert!(seen.insert(name), "{name}");
        }
    }
}
