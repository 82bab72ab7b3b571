//! The prelude: what every program can use, written in bpfl itself.

/// Its files, by name, in the order in which they are read. A later one uses what an earlier one
/// defines.
pub static FILES: &[(&str, &str)] = &[("net.lisp", include_str!("../lisp/net.lisp"))];
