//! Rows of the catalogue in, words out: what `bpfl explain` and the book's reference both say.

pub mod definition;
pub mod helper;
pub mod map;
pub mod program;
