//! What the kernel accepts, as tables.
#![forbid(unsafe_code)]

pub mod catalog;
