//! The catalogue: one row per fact about the kernel, each citing where it comes from.
//!
//! The compiler, the runtime, the command and the book all read these rows; no fact about the
//! kernel is written anywhere else.

pub mod attach;
pub mod section;
pub mod version;
