//! Loads BPF objects, attaches them for as long as a scope lasts, and reads their maps.

pub mod btf;
pub mod cgroup;
pub mod map;
pub mod name;
pub mod spec;
mod sys;
pub mod value;

pub use sys::attached_programs;
