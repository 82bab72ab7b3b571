//! The limit on locked memory, which kernels before 5.11 count maps against.

use std::sync::Once;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Lifts the limit, or as far as the hard limit lets. Failing is no error: newer kernels count
/// BPF memory against the memory cgroup instead (Linux commit 3ac1f01b43b6, 5.11).
///
/// Only the first call of a process does it.
pub fn raise() {
    static RAISED: Once = Once::new();
    RAISED.call_once(lift);
}

fn lift() {
    if setrlimit(Resource::Memlock, Rlimit { current: None, maximum: None }).is_err() {
        let hard = getrlimit(Resource::Memlock).maximum;
        let _ = setrlimit(Resource::Memlock, Rlimit { current: hard, maximum: hard });
    }
}
