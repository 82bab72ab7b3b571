//! The kinds of maps: what userspace may do with the entries of each, as the catalogue has it.

pub use bpfl_stdlib::catalog::map::{Access, MapKind};

use bpfl_stdlib::catalog::map::{UNKNOWN, by_number};

/// The kind with this number; a kind newer than the table counts as one without readable entries.
pub fn find(number: u32) -> &'static MapKind {
    by_number(number).unwrap_or(&UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::{Access, find};

    #[test]
    fn kinds_are_reached_as_their_operations_say() {
        let by_number = |access| (0..=34).filter(|n| find(*n).access == access).collect::<Vec<_>>();
        assert_eq!(by_number(Access::Keyed), [1, 2, 7, 9, 11, 19]);
        assert_eq!(by_number(Access::PerCpu), [5, 6, 10, 21]);
        assert_eq!(by_number(Access::Handles), [3, 12, 13, 14, 15, 16, 18, 20, 25]);
        let arrays: Vec<_> = (0..=34).filter(|n| find(*n).array).collect();
        assert_eq!(arrays, [2, 6]);
    }
}
