//! Packets: functions that make them with everything right that is not said otherwise, and functions
//! that read them.
//!
//! A packet is a vector of bytes, from the header of its link layer on. Always holds: lengths and
//! checksums of what is made are right, unless one asks for wrong ones.

mod build;
mod read;

use bpfl_compiler::eval::Builtin;

/// The functions.
pub fn rows() -> impl Iterator<Item = &'static Builtin> {
    build::ROWS.iter().chain(read::ROWS)
}
