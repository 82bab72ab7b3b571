//! What bpfl knows: the kernel [`catalog`], as tables that compiler, runtime, documentation and
//! tests read, and the prelude written in bpfl itself.
#![forbid(unsafe_code)]

pub mod catalog;
pub mod prelude;
