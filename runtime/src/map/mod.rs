//! Maps.
pub mod kind;
